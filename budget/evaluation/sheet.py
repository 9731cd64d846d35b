"""The self-evaluation as a value: every figure as the page, the files and the command say it. What was submitted is this value, kept.

万元 are rounded from 元; scores are computed from 元. Where a figure is not known the sheet says 无数据, and nothing is filled in.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from budget.evaluation.computed import actual_of
from budget.evaluation.formats import Format
from budget.evaluation.models import EvaluationSubmission, Indicator, SelfEvaluation
from budget.evaluation.scoring import (
    NO_DATA,
    SIGNS,
    Direction,
    Score,
    Target,
    band_of,
    grade_of,
    plain,
    points_text,
    score_execution,
    score_indicator,
    total_of,
)
from budget.execution import Book, Figures, book_of
from budget.models import Fund
from budget.money import wan_text, yuan_text
from budget.warnings import warnings_of

UNSTATED = "未填"


@dataclass(frozen=True, slots=True)
class Head:
    project: str
    department: str
    unit: str
    reported_on: str
    category: str
    attribute: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Money:
    """One row of the budget: 万元 as printed, 元 beside it."""

    name: str
    original: str
    budget: str
    spent: str
    rate: str
    original_yuan: str
    budget_yuan: str
    spent_yuan: str
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    number: int
    expected: str
    achieved: str
    weight: str
    points: str
    formula: str


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator with its score and the formula of it; ``query``: how a computed value was found."""

    key: int
    goal: int
    level1: str
    level2: str
    name: str
    target: str
    actual: str
    weight: str
    points: str
    formula: str
    deviation: str
    evidence: str
    query: str
    computed_by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    format: str
    format_name: str
    layout: str
    title: str
    year: int
    head: Head
    money: Money
    lines: tuple[Money, ...]
    rests: tuple[str, ...]
    warnings: tuple[str, ...]
    execution_weight: str
    execution_points: str
    execution_formula: str
    goals: tuple[Goal, ...]
    rows: tuple[Row, ...]
    sections: tuple[tuple[str, str, str, str], ...]
    indicators_weight: str
    indicators_points: str
    total: str
    total_formula: str
    grade: str
    analysis: str
    measures: str
    bands: tuple[str, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def read_sheet(body: str) -> Sheet:
    """A sheet that was kept, as it was."""
    given = json.loads(body)
    many = {"lines": Money, "goals": Goal, "rows": Row}
    parts = {name: tuple(kind(**each) for each in given[name]) for name, kind in many.items()}
    texts = {name: tuple(given[name]) for name in ("rests", "warnings", "bands")}
    sections = tuple(tuple(each) for each in given["sections"])
    one = {"head": Head(**given["head"]), "money": Money(**given["money"]), "sections": sections}
    return Sheet(**{**given, **parts, **texts, **one})


def sheet_of(evaluation: SelfEvaluation) -> Sheet:
    """As submitted, or as it stands while it is being written."""
    if not evaluation.is_draft:
        return read_sheet(EvaluationSubmission.objects.filter(evaluation=evaluation).order_by("-number").first().body)
    return build_sheet(evaluation.fund, evaluation.format.read(), evaluation)


def build_sheet(fund: Fund, format: Format, evaluation: SelfEvaluation | None = None) -> Sheet:
    """Computed now. Without an ``evaluation`` (none was begun) everything but the money is 无数据."""
    book = book_of(fund)
    execution = score_execution(format.execution, book.total.adjusted, book.total.spent)
    scored = scores_of(evaluation, fund, format) if evaluation else []
    total = total_of(execution, [score for _indicator, score, _actual, _query in scored])
    known = any(score.has_value for _indicator, score, _actual, _query in scored)
    indicators, _adding = _sum(known, [score for _indicator, score, _actual, _query in scored])
    goals = list(evaluation.objectives.order_by("order", "pk")) if evaluation else []
    numbers = {goal.pk: number for number, goal in enumerate(goals, 1)}
    rows = tuple(_row(numbers, format, known, *each) for each in scored)
    return Sheet(
        format=format.code,
        format_name=format.name,
        layout=format.layout,
        title=f"{fund.year}年度项目支出绩效自评表",
        year=fund.year,
        head=_head(fund, evaluation),
        money=_money("年度资金总额", book.total),
        lines=_lines(book),
        rests=tuple(f"{rest.where}的{rest.column} {rest.amount} 万元" for rest in book.rounding_rests()),
        warnings=tuple(f"提醒 {each.rule}：{each.message}。可以：{each.advice}。" for each in warnings_of(book)),
        execution_weight=plain(format.execution),
        execution_points=points_text(execution.points),
        execution_formula=execution.formula,
        goals=tuple(
            Goal(
                numbers[goal.pk],
                goal.expected,
                goal.achieved or UNSTATED,
                "" if goal.weight is None else plain(goal.weight),
                *_sum(known, [score for each, score, _actual, _query in scored if each.objective_id == goal.pk]),
            )
            for goal in goals
        ),
        rows=rows,
        sections=tuple(
            (
                name,
                plain(weight),
                *_sum(known, [score for each, score, _a, _q in scored if format.by_objective or each.level1 == name]),
            )
            for name, weight in format.sections.items()
        ),
        indicators_weight=plain(format.for_indicators),
        indicators_points=indicators,
        total=points_text(total),
        total_formula=NO_DATA if total is None else f"{execution.points} + {indicators} = {total}",
        grade=grade_of(total),
        analysis=_analysis(evaluation, rows) if evaluation else UNSTATED,
        measures=(evaluation.measures if evaluation else "") or UNSTATED,
        bands=tuple(str(band) for band in format.bands),
    )


def scores_of(evaluation: SelfEvaluation, fund: Fund, format: Format) -> list[tuple[Indicator, Score, Decimal | None, str]]:
    """Every indicator in order: its score, its value, and how a computed value was found."""
    found = []
    for indicator in evaluation.indicators.select_related("objective").order_by("objective__order", "order", "pk"):
        actual, query = actual_of(indicator, fund)
        target = Target(Direction(indicator.direction), indicator.target, indicator.target_high)
        found.append((indicator, score_indicator(indicator.weight, target, actual, format.bands), actual, query))
    return found


def _sum(known: bool, scores: list[Score]) -> tuple[str, str]:
    """What scores add up to, and the addition."""
    if not known or not scores:
        return NO_DATA, NO_DATA
    total = sum((score.points for score in scores), Decimal("0.00"))
    return points_text(total), f"{' + '.join(points_text(score.points) for score in scores)} = {points_text(total)}"


def _row(numbers: dict[int, int], format: Format, known: bool, indicator: Indicator, score: Score, actual, query: str) -> Row:
    return Row(
        key=indicator.pk,
        goal=numbers[indicator.objective_id],
        level1=indicator.level1,
        level2=indicator.level2,
        name=indicator.name,
        target=target_text(indicator),
        actual=actual_text(indicator, actual, format),
        weight=plain(indicator.weight),
        points=points_text(score.points if known else None),
        formula=score.formula if known else "没有实际完成值",
        deviation=indicator.deviation,
        evidence=indicator.evidence,
        query=query,
        computed_by=indicator.computed_by,
    )


def target_text(indicator: Indicator) -> str:
    """``≥14次``, ``10–15个``, or what is wanted in words."""
    if indicator.direction == Direction.QUALITY:
        return indicator.target_text
    if indicator.direction == Direction.RANGE:
        return f"{plain(indicator.target)}–{plain(indicator.target_high)}{indicator.unit}"
    return f"{SIGNS[Direction(indicator.direction)]}{plain(indicator.target)}{indicator.unit}"


def actual_text(indicator: Indicator, actual: Decimal | None, format: Format) -> str:
    """``15次``; of a judgement what was seen, its band and per cent."""
    if actual is None:
        return NO_DATA
    if indicator.direction != Direction.QUALITY:
        return f"{plain(actual)}{indicator.unit}"
    band = band_of(actual, format.bands)
    seen = indicator.actual_text or (band.label if band else "")
    return f"{seen}（{plain(actual)}%）"


def _analysis(evaluation: SelfEvaluation, rows: tuple[Row, ...]) -> str:
    """The whole's analysis, then each indicator that has one of its own."""
    own = [f"{row.name}：{row.deviation}" for row in rows if row.deviation]
    return "\n".join(part for part in (evaluation.analysis, *own) if part) or UNSTATED


def _head(fund: Fund, evaluation: SelfEvaluation | None) -> Head:
    head = Head(fund.name, str(fund.department), str(fund.department), UNSTATED, "", "", "", fund.source)
    if evaluation is None:
        return head
    day = evaluation.reported_on
    return replace(
        head,
        unit=evaluation.unit,
        reported_on=f"{day.year}年{day.month}月{day.day}日" if day else UNSTATED,
        category=evaluation.category,
        attribute=evaluation.attribute,
        kind=evaluation.kind,
    )


def _money(name: str, figures: Figures, *, inside: bool = False) -> Money:
    amounts = (figures.original, figures.adjusted, figures.spent)
    rate = NO_DATA if figures.rate is None else f"{figures.rate}%"
    return Money(name, *map(wan_text, amounts), rate, *map(yuan_text, amounts), inside)


def _lines(book: Book) -> tuple[Money, ...]:
    found = []
    for group in book.groups:
        if group.heading:
            found.append(_money(f"{group.heading}（小计）", group.figures))
        found += [_money(row.line.name, row.figures, inside=bool(group.heading)) for row in group.rows]
    return tuple(found)
