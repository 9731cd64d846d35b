"""Scores of a self-evaluation: pure functions over Decimal, each score with the formula and the numbers in it.

A 目标值, B 实际完成值. Every score is rounded to two decimals (half up) and lies between 0 and its weight; the total adds rounded scores,
so a printed form adds up. What is 0 or missing has an outcome of its own, written out in the formula:

- ≥ A: weight × B ÷ A, at most the weight. A = 0: B ≥ 0 is full. B below 0 counts 0.
- ≤ A (reverse): weight × A ÷ B, at most the weight. B ≤ A is full, B = 0 among it; A = 0 and B above it counts 0.
- = A: equal is full; else the smaller over the larger of the two. A = 0: only B = 0 is full.
- A1–A2: inside is full; below it weight × B ÷ A1, above it weight × A2 ÷ B.
- 定性: weight × the per cent that was judged, named by its band.
- 预算执行率: weight × 执行数 ÷ 调整后预算, at most the weight; no budget, or a budget of 0: 无数据, no score at all.
- An indicator without a value: 0, said so. Where no indicator has a value or the execution is 无数据, the total is 无数据.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from budget.money import yuan_text

ZERO, POINT, HUNDRED = Decimal("0.00"), Decimal("0.01"), Decimal(100)
# Enough digits that a quotient of two amounts is never rounded before the one rounding to two decimals.
_DIGITS = 60
NO_DATA = "无数据"


class Direction(StrEnum):
    """How a value is measured against its target; the value is what the database keeps."""

    AT_LEAST = "ge"
    AT_MOST = "le"
    EQUAL = "eq"
    RANGE = "range"
    QUALITY = "quality"


SIGNS = {Direction.AT_LEAST: "≥", Direction.AT_MOST: "≤", Direction.EQUAL: "="}


@dataclass(frozen=True, slots=True)
class Band:
    """A band of a qualitative judgement: ``low`` to ``high`` per cent of the weight."""

    label: str
    high: Decimal
    low: Decimal

    def __str__(self) -> str:
        return f"{self.label}（{plain(self.high)}%–{plain(self.low)}%）"


@dataclass(frozen=True, slots=True)
class Target:
    """``value`` is A; a range has ``high`` as well; a qualitative one has neither, what is wanted is told in words."""

    direction: Direction
    value: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """``points`` None: 无数据. ``has_value``: whether there was anything to measure."""

    weight: Decimal
    points: Decimal | None
    formula: str
    has_value: bool = True

    @property
    def is_full(self) -> bool:
        return self.points == self.weight


def plain(number: Decimal) -> str:
    """``12``, ``0.5``: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def points_text(points: Decimal | None) -> str:
    """``19.06``, or 无数据."""
    return NO_DATA if points is None else f"{points:.2f}"


def score_execution(weight: Decimal, budget: Decimal | None, spent: Decimal) -> Score:
    """预算执行率: ``budget`` is the adjusted one, both in 元."""
    if not budget:
        why = "没有预算数" if budget is None else "调整后预算为 0"
        return Score(weight, None, f"{why}，执行率和得分为{NO_DATA}", has_value=False)
    return _quotient(weight, spent, budget, yuan_text)


def score_indicator(weight: Decimal, target: Target, actual: Decimal | None, bands: Sequence[Band] = ()) -> Score:
    """The score of one indicator. ``actual`` is B (qualitative: the per cent judged); ``bands`` from the best down."""
    if actual is None:
        return Score(weight, ZERO, "没有实际完成值，计 0 分", has_value=False)
    if target.direction is Direction.QUALITY:
        return _judged(weight, actual, bands)
    if target.value is None:
        return Score(weight, ZERO, "没有目标值，计 0 分", has_value=False)
    return _MEASURES[target.direction](weight, target, actual)


def _at_least(weight: Decimal, target: Target, actual: Decimal) -> Score:
    goal = target.value
    if goal <= 0:
        return _full(weight, f"{plain(actual)} ≥ {plain(goal)}") if actual >= goal else _nothing(weight, actual, "≥", goal)
    if actual < 0:
        return _nothing(weight, actual, "≥", goal)
    return _quotient(weight, actual, goal)


def _at_most(weight: Decimal, target: Target, actual: Decimal) -> Score:
    goal = target.value
    if actual <= goal:
        return _full(weight, f"{plain(actual)} ≤ {plain(goal)}")
    return _quotient(weight, goal, actual) if goal > 0 else _nothing(weight, actual, "≤", goal)


def _equal(weight: Decimal, target: Target, actual: Decimal) -> Score:
    goal = target.value
    if actual == goal:
        return _full(weight, f"{plain(actual)} = {plain(goal)}")
    if goal <= 0 or actual < 0:
        return _nothing(weight, actual, "=", goal)
    return _quotient(weight, min(actual, goal), max(actual, goal))


def _range(weight: Decimal, target: Target, actual: Decimal) -> Score:
    low, high = target.value, target.value if target.high is None else target.high
    if low <= actual <= high:
        return _full(weight, f"{plain(low)} ≤ {plain(actual)} ≤ {plain(high)}")
    if actual < low:
        return _quotient(weight, actual, low) if actual >= 0 else _nothing(weight, actual, "≥", low)
    return _quotient(weight, high, actual) if high > 0 else _nothing(weight, actual, "≤", high)


_MEASURES = {
    Direction.AT_LEAST: _at_least,
    Direction.AT_MOST: _at_most,
    Direction.EQUAL: _equal,
    Direction.RANGE: _range,
}


def band_of(percent: Decimal, bands: Sequence[Band]) -> Band | None:
    """The band that a per cent falls into; a limit belongs to the better one."""
    return next((band for band in bands if band.low <= percent <= band.high), None)


def _judged(weight: Decimal, percent: Decimal, bands: Sequence[Band]) -> Score:
    percent = min(max(percent, Decimal(0)), HUNDRED)
    band = band_of(percent, bands)
    points = _rounded(weight * percent / HUNDRED)
    named = f"，{band}" if band else ""
    return Score(weight, points, f"{plain(weight)} × {plain(percent)}% = {points}{named}")


def _quotient(weight: Decimal, part: Decimal, whole: Decimal, text=plain) -> Score:
    """``weight`` × ``part`` ÷ ``whole``, between 0 and the weight."""
    with localcontext() as context:
        context.prec = _DIGITS
        found = _rounded(weight * part / whole)
    told = f"{plain(weight)} × {text(part)} ÷ {text(whole)} = {found}"
    if found > weight:
        return Score(weight, _rounded(weight), f"{told}，超过分值，计 {plain(weight)} 分")
    if found < 0:
        return Score(weight, ZERO, f"{told}，低于 0，计 0 分")
    return Score(weight, found, told)


def _full(weight: Decimal, why: str) -> Score:
    return Score(weight, _rounded(weight), f"{why}，达到目标，计 {plain(weight)} 分")


def _nothing(weight: Decimal, actual: Decimal, sign: str, goal: Decimal) -> Score:
    return Score(weight, ZERO, f"目标 {sign} {plain(goal)}，实际 {plain(actual)}，未达到且不能按比例计算，计 0 分")


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(POINT, rounding=ROUND_HALF_UP)


def total_of(execution: Score | None, indicators: Iterable[Score]) -> Decimal | None:
    """The sum of the rounded scores; None (无数据) without an execution rate, or without a single value to measure."""
    indicators = list(indicators)
    if execution is not None and execution.points is None:
        return None
    if not any(score.has_value for score in indicators):
        return None
    return sum((score.points or ZERO for score in indicators), execution.points if execution else ZERO)


# 财预〔2020〕10号: 优 90–100, 良 80–89, 中 60–79, 差 0–59.
GRADES = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"), (Decimal(0), "差"))


def grade_of(total: Decimal | None) -> str:
    """优良中差 of a total; 无数据 for None. 89.99 is 良: a total is not rounded up into a grade."""
    if total is None:
        return NO_DATA
    return next(name for least, name in GRADES if total >= least)
