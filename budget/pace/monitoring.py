"""绩效运行监控表: the double monitoring of a fund in mid-year, money and goals, as a page and as a paper of the same rows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from budget.evaluation.sheet import sheet_of
from budget.models import Fund
from budget.money import wan_text
from budget.pace.outlook import evaluation_of, outlooks_of
from budget.pace.plan import MONTHS
from budget.pace.progress import Progress, Standing, progress_of
from qingdan.paper.blocks import Document, Part, Table, cell, label, paragraph

MONEY_HEAD = ("项目（预算行）", "年初预算数", "全年预算数", "执行数", "执行率", "预计全年执行数", "预计结转结余")
GOAL_HEAD = ("一级指标", "二级指标", "三级指标", "年度指标值", "执行情况", "全年预计完成", "完成可能性", "偏差原因及措施")
NO_GOALS = "尚未填报绩效目标和指标"
# Usual cut-off: the end of July.
CUT_OFF = 7


@dataclass(frozen=True, slots=True)
class Goal:
    """One indicator as the form has it; '' where nothing is known."""

    first: str
    second: str
    third: str
    target: str
    actual: str = ""
    expected: str = ""
    likelihood: str = ""
    remark: str = ""

    def texts(self) -> tuple[str, ...]:
        return (self.first, self.second, self.third, self.target, self.actual, self.expected, self.likelihood, self.remark)


def goals_of(fund: Fund, month: int) -> list[Goal]:
    """The indicators of the fund's newest self-evaluation with what was written of them for ``month``; none where none was begun.

    In December a goal of which nothing was written stands there with its actual value and deviation, where they are known.
    """
    evaluation = evaluation_of(fund)
    said = outlooks_of(fund, month)
    goals = []
    for row in sheet_of(evaluation).rows if evaluation else ():
        written = said.get(row.name)
        if written:
            now = (written.done, written.expected, written.get_likelihood_display(), written.remark)
        else:
            now = (row.actual, "", "", row.deviation) if month == MONTHS else ("", "", "", "")
        goals.append(Goal(row.level1, row.level2, row.name, row.target, *now))
    return goals


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The form: head, money by line with the total first, goals, and what was said of deviations. 万元 to two decimals."""

    progress: Progress
    head: tuple[tuple[str, str], ...]
    money: tuple[tuple[str, ...], ...]
    goals: tuple[tuple[str, ...], ...]
    said: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.progress.fund.year}年度项目支出绩效运行监控表"

    @property
    def period(self) -> str:
        month = self.progress.month
        return "1 月" if month == 1 else f"1—{month} 月"


def monitoring_of(fund: Fund, month: int) -> Monitoring:
    """The form as it stands at the end of ``month``."""
    progress = progress_of(fund, month)
    standings = (progress.total, *progress.rows)
    head = (
        ("项目名称", fund.name),
        ("主管部门及单位", fund.department.name),
        ("资金来源", fund.source),
        ("批复文件", fund.approval or "未填"),
        ("截至", f"{fund.year} 年 {month} 月末"),
    )
    said = tuple(f"{row.name}：{row.note.reason}；{row.note.measure}" for row in standings if row.note)
    missing = tuple(f"{row.name}：偏差 {row.deviation:+} 个百分点，尚未说明" for row in standings if row.is_off and not row.note)
    return Monitoring(
        progress,
        head,
        tuple(_money(row) for row in standings),
        tuple(each.texts() for each in goals_of(fund, month)),
        said + missing,
    )


def _money(row: Standing) -> tuple[str, ...]:
    rate = "无数据" if row.rate is None else f"{row.rate}%"
    return (
        row.name if row.line else "年度资金总额",
        wan_text(row.original),
        wan_text(row.adjusted),
        wan_text(row.spent),
        rate,
        wan_text(row.forecast),
        wan_text(row.carry_over),
    )


def monitoring_paper(form: Monitoring, printed_on: datetime.date) -> Document:
    """The form for printing and filing, landscape; dated by its day, so that the same form gives the same bytes."""
    head = [tuple(each for name, text in form.head[at : at + 2] for each in (label(name), cell(text))) for at in (0, 2)]
    head.append((label(form.head[4][0]), cell(form.head[4][1], span=3)))
    goals = form.goals or ((NO_GOALS, *[""] * (len(GOAL_HEAD) - 1)),)
    blocks = (
        paragraph(form.title, "title"),
        paragraph("金额单位：万元", "note"),
        Table((4, 10, 4, 10), tuple(head)),
        paragraph(f"一、预算执行（{form.period}）", "heading"),
        Table((8, 4, 4, 4, 4, 5, 5), tuple(tuple(map(cell, row)) for row in form.money), MONEY_HEAD),
        paragraph("二、绩效目标完成", "heading"),
        Table((4, 4, 6, 5, 5, 5, 3, 6), tuple(tuple(map(cell, row)) for row in goals), GOAL_HEAD),
        paragraph("三、偏差原因和改进措施", "heading"),
        *(paragraph(each) for each in form.said or ("没有超过界限的偏差。",)),
        paragraph("填表人：　　　　　　　　审核人：　　　　　　　　负责人（签章）：", "flush"),
    )
    dated = datetime.datetime.combine(printed_on, datetime.time(), tzinfo=timezone.get_current_timezone())
    return Document(form.title, (Part(blocks, landscape=True),), dated)
