"""The report as a paper, with exactly the outline of the report that cities hand in; data from the book and the computed indicators.

Where nothing is known the paper says 无数据 or 未填写; nothing is filled in. 万元 are rounded from 元, no line is altered to fit.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone

from budget.evaluation.models import Indicator, SelfEvaluation
from budget.evaluation.sheet import sheet_of
from budget.execution import Book, Figures, book_of
from budget.indicators import Figure, compute_all
from budget.models import Fund, FundMonth, ReportText
from budget.money import wan_text, yuan_text
from budget.reporting.writing import texts_of
from budget.warnings import warnings_of
from qingdan.paper.blocks import Block, Document, Part, Table, cell, paragraph

UNWRITTEN = "（未填写）"
_S = ReportText.Section
# heading → its sections with their subheadings; a heading without subheadings has one section of its own.
OUTLINE: tuple[tuple[str, tuple[tuple[str, _S], ...]], ...] = (
    (
        "一、项目概况和资金使用管理情况",
        (("（一）立项依据", _S.BASIS), ("（二）经费来源和使用情况", _S.FUNDING), ("（三）项目实施情况", _S.CARRIED_OUT)),
    ),
    ("二、项目绩效分析及评价结论", (("（一）绩效管理情况", _S.MANAGEMENT), ("（二）实际完成情况", _S.OUTCOME))),
    ("三、主要经验及做法、存在的问题及建议", (("", _S.LESSONS),)),
    ("四、工作建议", (("", _S.PROPOSALS),)),
)
# What says how the project was carried out; every indicator stands in the table of 实际完成情况.
_CARRYING_OUT = ("rounds", "directives", "items_summed", "items_distinct", "departments")


def report_title(fund: Fund) -> str:
    return f"{fund.year}年度“{fund.name}”项目绩效自评报告"


def report_of(fund: Fund) -> Document:
    """The whole report. The same data give the same bytes: it is dated by what was last written or entered."""
    texts, book, figures = texts_of(fund), book_of(fund), compute_all(fund)
    blocks: list[Block] = [paragraph(report_title(fund), "title")]
    for heading, sections in OUTLINE:
        blocks.append(paragraph(heading, "heading"))
        for subheading, section in sections:
            if subheading:
                blocks.append(paragraph(subheading, "subheading"))
            data = list(data_of(section, book, figures))
            blocks += data
            written = [paragraph(line.strip()) for line in texts[section].split("\n") if line.strip()]
            blocks += written or ([] if data else [paragraph(UNWRITTEN)])
    blocks.append(paragraph(str(fund.department), "right"))
    return Document(report_title(fund), (Part(tuple(blocks)),), _dated(fund), f"{fund} · 金额由元四舍五入为万元")


def data_of(section: str, book: Book, figures: list[Figure]) -> Iterator[Block]:
    """What the system itself knows of a section, before the words that people write."""
    if section == _S.FUNDING:
        yield from _funding(book)
    elif section == _S.CARRIED_OUT:
        told = [f"{each.indicator.title} {each.text}" for each in figures if each.indicator.name in _CARRYING_OUT]
        yield paragraph(f"{book.fund.year}年度，{'，'.join(told)}。")
    elif section == _S.MANAGEMENT:
        yield paragraph(_management(book.fund))
    elif section == _S.OUTCOME:
        for evaluation in book.fund.evaluations.select_related("format", "fund__department"):
            yield from _evaluated(evaluation)
        rows = [(cell(each.indicator.title), cell(each.text), cell(each.formula)) for each in figures]
        yield Table((5, 3, 8), rows, ("指标", "数值", "算式"))


def _evaluated(evaluation: SelfEvaluation) -> Iterator[Block]:
    """The self-evaluation in one sentence and a table of its indicators, as its sheet says them."""
    sheet = sheet_of(evaluation)
    yield paragraph(
        f"按《{sheet.format_name}》自评（{evaluation.get_state_display()}）：预算执行 {sheet.execution_points} 分，"
        f"绩效指标 {sheet.indicators_points} 分，总分 {sheet.total}，等级 {sheet.grade}。"
    )
    if sheet.rows:
        rows = [tuple(cell(each) for each in (row.name, row.target, row.actual, row.weight, row.points)) for row in sheet.rows]
        yield Table((6, 4, 4, 2, 2), rows, ("指标", "年度指标值", "实际完成值", "分值", "得分"))


def _funding(book: Book) -> Iterator[Block]:
    fund, total = book.fund, book.total
    approval = f"，批复文件：{fund.approval}" if fund.approval else ""
    yield paragraph(f"资金来源：{fund.source}{approval}。")
    if fund.accounts_only:
        yield paragraph("本年度只有决算数，预算、结余和执行率无数据。")
    else:
        yield paragraph(
            f"年初预算 {_wan(total.original)}，调整后预算 {_wan(total.adjusted)}，支出 {_wan(total.spent)}，"
            f"结余 {_wan(total.rest)}，执行率 {_rate(total)}。"
        )
    if not book.groups:
        yield paragraph("没有预算行。")
        return
    parts = [f"{group.heading or group.rows[0].line.name} {_wan(group.figures.spent)}{_inside(group)}" for group in book.groups]
    yield paragraph(f"本年度支出合计 {_wan(total.spent)}（{yuan_text(total.spent)} 元），其中：{'；'.join(parts)}。")
    yield Table((6, 3, 3, 3, 3, 3), list(_lines(book)), ("项目", "年初预算", "调整后预算", "支出", "结余", "执行率"))
    yield paragraph("表中金额单位：万元。", "note")
    rests = [f"{each.where}的{each.column} {each.amount} 万元" for each in book.rounding_rests()]
    if rests:
        yield paragraph(f"尾差：{'，'.join(rests)}。各数分别由元四舍五入为万元，未改动任何一行。", "note")
    for warning in warnings_of(book):
        yield paragraph(f"说明：{warning.message}。", "note")


def _inside(group) -> str:
    if not group.heading:
        return ""
    return f"（{'、'.join(f'{row.line.name} {_wan(row.figures.spent)}' for row in group.rows)}）"


def _lines(book: Book) -> Iterator[tuple]:
    for group in book.groups:
        if group.heading:
            yield _line(group.heading, group.figures)
        for row in group.rows:
            yield _line(f"　{row.line.name}" if group.heading else row.line.name, row.figures)
    yield _line("合计", book.total)


def _line(name: str, figures: Figures) -> tuple:
    amounts = (figures.original, figures.adjusted, figures.spent, figures.rest)
    return (cell(name), *(cell(wan_text(each)) for each in amounts), cell(_rate(figures)))


def _management(fund: Fund) -> str:
    entries, unchecked = fund.expenditures.count(), fund.expenditures.unchecked().count()
    closed = fund.months.filter(state=FundMonth.State.CLOSED).count()
    adjusted = fund.adjustments.count()
    checked = f"其中待复核 {unchecked} 笔" if unchecked else "全部经另一人复核"
    spent = f"登记支出 {entries} 笔，{checked}" if entries else "没有登记支出"
    return f"{spent}；预算调整 {adjusted} 次；对账并月结 {closed} 个月；{fund.get_state_display()}。"


def _wan(yuan) -> str:
    return wan_text(yuan) if yuan is None else f"{wan_text(yuan)} 万元"


def _rate(figures: Figures) -> str:
    return "无数据" if figures.rate is None else f"{figures.rate}%"


def _dated(fund: Fund):
    """The last moment at which something of the report changed."""
    moments = [
        fund.opened_at,
        fund.report_texts.aggregate(at=Max("written_at"))["at"],
        fund.expenditures.aggregate(at=Max("entered_at"))["at"],
        fund.adjustments.aggregate(at=Max("made_at"))["at"],
        SelfEvaluation.history.filter(fund=fund).aggregate(at=Max("history_date"))["at"],
        Indicator.history.filter(evaluation__fund=fund).aggregate(at=Max("history_date"))["at"],
    ]
    return timezone.localtime(max(moment for moment in moments if moment))
