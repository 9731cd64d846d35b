"""项目支出绩效自评表 as printed: one description in cells that the page, the workbook, Word and PDF all write, so all say the same.

The official sheet first (Hubei or national), then what it rests on: the formula of every score with its numbers, and the money by line.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from budget.evaluation.models import SelfEvaluation
from budget.evaluation.sheet import Goal, Money, Row, Sheet
from qingdan.paper.blocks import Cell, Document, Paragraph, Part, Table, cell, label, paragraph

# All tables of the form stand on a grid of twelve columns.
COLUMNS = 12
GRID = (1,) * COLUMNS
NONE_YET = "还没有指标"
DRAFT = "（填写中，未提交）"

Rows = list[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the form under its heading ('' for the official sheet itself), and notes below it."""

    heading: str
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    title: str
    sections: tuple[Section, ...]


def form_of(sheet: Sheet, *, draft: bool = False) -> Form:
    """The whole form. ``draft``: marked as not submitted."""
    official = _hubei(sheet) if sheet.layout == "hubei" else _national(sheet)
    title = f"{sheet.title}{DRAFT if draft else ''}"
    scoring = Section("附1 得分计算", tuple(_scoring(sheet)), _scoring_notes(sheet))
    money = Section("附2 资金使用情况（万元）", tuple(_spending(sheet)), _money_notes(sheet))
    return Form(title, (Section("", tuple(official)), scoring, money))


def document_of(form: Form, dated: datetime.datetime) -> Document:
    """The form as a paper for Word and PDF."""
    return Document(form.title, (Part(tuple(_blocks(form)), landscape=True),), dated)


def _blocks(form: Form) -> Iterator[Paragraph | Table]:
    yield paragraph(form.title, "title")
    for section in form.sections:
        if section.heading:
            yield paragraph(section.heading, "flush")
        yield Table(GRID, section.rows)
        yield from (paragraph(note, "note") for note in section.notes)


# --- the two official sheets ----------------------------------------------------------------------------------------------------


def _chosen(choices, value: str) -> str:
    return "　".join(f"{'■' if each.value == value else '□'}{each.label}" for each in choices)


def _row(*pairs: tuple[str, str, int, int]) -> tuple[Cell, ...]:
    """(label, text, columns of the label, columns of the text) one after another."""
    return tuple(part for name, text, one, two in pairs for part in (label(name, span=one), cell(text, span=two)))


def _hubei(sheet: Sheet) -> Rows:
    head, money = sheet.head, sheet.money
    rows: Rows = [
        _row(
            ("单位名称", head.department, 2, 4),
            ("填报日期", head.reported_on, 1, 2),
            ("总分", f"{sheet.total}（{sheet.grade}）", 1, 2),
        ),
        _row(("项目名称", head.project, 2, 10)),
        _row(("主管部门", head.department, 2, 4), ("项目实施单位", head.unit, 2, 4)),
        _row(("项目类别", _chosen(SelfEvaluation.Category, head.category), 2, 10)),
        _row(("项目属性", _chosen(SelfEvaluation.Attribute, head.attribute), 2, 10)),
        _row(("项目类型", _chosen(SelfEvaluation.Kind, head.kind), 2, 10)),
        (
            label(f"预算执行情况（万元）（{sheet.execution_weight}分）", span=4),
            label("预算数（A）", span=2),
            label("执行数（B）", span=2),
            label("执行率（B/A）", span=2),
            label(f"得分（{sheet.execution_weight}分×执行率）", span=2),
        ),
        (
            cell("年度财政资金总额", span=4),
            cell(money.budget, span=2),
            cell(money.spent, span=2),
            cell(money.rate, span=2),
            cell(sheet.execution_points, span=2),
        ),
    ]
    for goal in sheet.goals:
        rows += _hubei_goal(goal, [row for row in sheet.rows if row.goal == goal.number])
    if not sheet.goals:
        rows.append(_row((f"年度绩效目标（{sheet.indicators_weight}分）", "无数据", 2, 10)))
    rows += [
        _row(("偏差大或目标未完成原因分析", sheet.analysis, 2, 10)),
        _row(("改进措施及结果应用方案", sheet.measures, 2, 10)),
    ]
    return rows


def _hubei_goal(goal: Goal, members: list[Row]) -> Rows:
    rows: Rows = [
        _row((f"年度绩效目标{goal.number}（{goal.weight}分）", goal.expected, 2, 10)),
        _row(("实际完成情况", goal.achieved, 2, 10)),
        (
            label("一级指标", span=2),
            label("二级指标", span=2),
            label("三级指标", span=3),
            label("年初目标值（A）", span=2),
            label("实际完成值（B）", span=2),
            label("得分"),
        ),
    ]
    rows += [
        (
            cell(row.level1, span=2),
            cell(row.level2, span=2),
            cell(f"{row.name}（{row.weight}分）", span=3),
            cell(row.target, span=2),
            cell(row.actual, span=2),
            cell(row.points),
        )
        for row in members
    ]
    if not members:
        rows.append((cell(NONE_YET, span=COLUMNS),))
    rows.append((label(f"目标{goal.number}得分", span=11), cell(goal.points)))
    return rows


def _national(sheet: Sheet) -> Rows:
    head, money = sheet.head, sheet.money
    rows: Rows = [
        _row(("项目名称", head.project, 2, 10)),
        _row(("主管部门", head.department, 2, 4), ("实施单位", head.unit, 2, 4)),
        (
            label("项目资金（万元）", span=3),
            label("年初预算数", span=2),
            label("全年预算数", span=2),
            label("全年执行数", span=2),
            label("分值"),
            label("执行率"),
            label("得分"),
        ),
        (
            cell("年度资金总额", span=3),
            cell(money.original, span=2),
            cell(money.budget, span=2),
            cell(money.spent, span=2),
            cell(sheet.execution_weight),
            cell(money.rate),
            cell(sheet.execution_points),
        ),
        *(_source(name, money if held else None) for name, held in _sources(sheet)),
        (label("年度总体目标", span=2), label("预期目标", span=5), label("实际完成情况", span=5)),
        *((cell(f"目标{goal.number}", span=2), cell(goal.expected, span=5), cell(goal.achieved, span=5)) for goal in sheet.goals),
        *([] if sheet.goals else [(cell("", span=2), cell("无数据", span=5), cell("无数据", span=5))]),
        tuple(
            label(name, span=span)
            for name, span in (
                ("一级指标", 1),
                ("二级指标", 1),
                ("三级指标", 2),
                ("年度指标值", 2),
                ("实际完成值", 2),
                ("分值", 1),
                ("得分", 1),
                ("偏差原因分析及改进措施", 2),
            )
        ),
    ]
    for section, weight, points, _formula in sheet.sections:
        members = [row for row in sheet.rows if row.level1 == section]
        rows += [_national_row(row) for row in members]
        rows.append((label(f"{section}小计", span=8), cell(weight), cell(points), cell("", span=2)))
    rows += [
        (label("总分", span=8), cell("100"), cell(sheet.total), cell(f"自评等级：{sheet.grade}", span=2)),
        _row(("偏差原因分析", sheet.analysis, 2, 10)),
        _row(("改进措施", sheet.measures, 2, 10)),
    ]
    return rows


def _national_row(row: Row) -> tuple[Cell, ...]:
    return (
        cell(row.level1),
        cell(row.level2),
        cell(row.name, span=2),
        cell(row.target, span=2),
        cell(row.actual, span=2),
        cell(row.weight),
        cell(row.points),
        cell(row.deviation, span=2),
    )


def _sources(sheet: Sheet) -> list[tuple[str, bool]]:
    """The three rows of the official sheet. A fund has one source, so its money stands in one of them."""
    public = "财政" in sheet.head.source
    return [
        (f"其中：当年财政拨款（{sheet.head.source}）" if public else "其中：当年财政拨款", public),
        ("上年结转资金", False),
        ("其他资金" if public else f"其他资金（{sheet.head.source}）", not public),
    ]


def _source(name: str, money: Money | None) -> tuple[Cell, ...]:
    amounts = (money.original, money.budget, money.spent) if money else ("—",) * 3
    return (
        cell(name, span=3),
        *(cell(amount, span=2) for amount in amounts),
        cell("—"),
        cell(money.rate if money else "—"),
        cell("—"),
    )


# --- what it rests on -----------------------------------------------------------------------------------------------------------


def _scoring(sheet: Sheet) -> Rows:
    rows: Rows = [
        (label("指标", span=3), label("分值"), label("得分"), label("计算", span=4), label("支撑材料", span=3)),
        (
            cell("预算执行率", span=3),
            cell(sheet.execution_weight),
            cell(sheet.execution_points),
            cell(sheet.execution_formula, span=4),
            cell("支出明细账", span=3),
        ),
    ]
    for row in sheet.rows:
        how = f"{row.formula}\n取数：{row.query}" if row.query else row.formula
        rows.append((cell(row.name, span=3), cell(row.weight), cell(row.points), cell(how, span=4), cell(row.evidence, span=3)))
    rows += _adding(sheet)
    rows.append(
        (
            label("合计", span=3),
            cell("100"),
            cell(sheet.total),
            cell(f"{sheet.total_formula}\n等级：{sheet.grade}", span=4),
            cell("", span=3),
        )
    )
    return rows


def _adding(sheet: Sheet) -> Rows:
    """What the scores of a goal (Hubei) or of a first-level indicator (national) add up to."""
    parts = [(f"目标{goal.number}", goal.weight, goal.points, goal.formula) for goal in sheet.goals]
    if sheet.layout != "hubei":
        parts = list(sheet.sections)
    return [
        (label(f"{name}小计", span=3), cell(weight), cell(points), cell(formula, span=4), cell("", span=3))
        for name, weight, points, formula in parts
    ]


def _scoring_notes(sheet: Sheet) -> tuple[str, ...]:
    return (
        "计分办法：预算执行得分 = 分值 × 执行数 ÷ 调整后预算数；正向指标（≥）= 分值 × B ÷ A；反向指标（≤）= 分值 × A ÷ B，未超过目标的得满分；"
        "等于指标取 A、B 中小数 ÷ 大数；区间内得满分，区间外按最近的一端计算；均不超过分值，不低于 0，四舍五入到两位小数。",
        f"定性指标按完成程度计百分数：{'；'.join(sheet.bands)}。",
        "没有实际完成值的指标计 0 分；没有预算数的，执行率、总分和等级为无数据。等级：90 分及以上为优，80 分及以上为良，60 分及以上为中，60 分以下为差。",
    )


def _spending(sheet: Sheet) -> Rows:
    rows: Rows = [
        (
            label("预算行", span=4),
            label("年初预算", span=2),
            label("调整后预算", span=2),
            label("支出", span=2),
            label("执行率", span=2),
        )
    ]
    for line in (*sheet.lines, sheet.money):
        name = f"　{line.name}" if line.inside else line.name
        if line is sheet.money:
            name = "合计"
        rows.append(
            (
                cell(name, span=4),
                cell(line.original, span=2),
                cell(line.budget, span=2),
                cell(line.spent, span=2),
                cell(line.rate, span=2),
            )
        )
    return rows


def _money_notes(sheet: Sheet) -> tuple[str, ...]:
    rests = (f"尾差：{'，'.join(sheet.rests)}。",) if sheet.rests else ()
    return ("万元由元四舍五入，各行不作调整。", *rests, *sheet.warnings)
