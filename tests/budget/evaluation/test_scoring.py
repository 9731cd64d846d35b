"""Scores recomputed by hand: the figure behind each case is written out, none comes from the code."""

from __future__ import annotations

import ast
import inspect
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.evaluation import scoring
from budget.evaluation.scoring import (
    Band,
    Direction,
    Score,
    Target,
    grade_of,
    plain,
    score_execution,
    score_indicator,
    total_of,
)

GE, LE, EQ, RANGE, QUALITY = Direction
HUBEI = (Band("达成", D(100), D(80)), Band("部分达成", D(80), D(50)), Band("未达成", D(50), D(0)))
NATIONAL = (Band("达成", D(100), D(80)), Band("部分达成", D(80), D(60)), Band("未达成", D(60), D(0)))

# direction, A, A2, weight, B, score
BY_HAND = [
    (GE, "14", None, "10", "14", "10.00"),
    (GE, "14", None, "10", "9", "6.43"),  # 90 ÷ 14 = 6.428…
    (GE, "14", None, "10", "20", "10.00"),  # over-fulfilled: never above the weight
    (GE, "14", None, "10", "0", "0.00"),
    (GE, "14", None, "10", "-3", "0.00"),
    (GE, "0", None, "10", "0", "10.00"),
    (GE, "0", None, "10", "-1", "0.00"),
    (GE, "3", None, "7", "1", "2.33"),
    (GE, "8", None, "1", "1", "0.13"),  # 0.125 is rounded up, not to even
    (LE, "20", None, "10", "20", "10.00"),
    (LE, "20", None, "10", "25", "8.00"),  # reverse: 10 × 20 ÷ 25
    (LE, "20", None, "10", "30", "6.67"),
    (LE, "20", None, "10", "0", "10.00"),
    (LE, "0", None, "10", "0", "10.00"),
    (LE, "0", None, "10", "1", "0.00"),
    (LE, "4.5", None, "15", "4.8", "14.06"),  # 67.5 ÷ 4.8 = 14.0625
    (EQ, "100", None, "8", "100", "8.00"),
    (EQ, "100", None, "8", "95.5", "7.64"),
    (EQ, "100", None, "8", "125", "6.40"),  # 8 × 100 ÷ 125
    (EQ, "0", None, "8", "0", "8.00"),
    (EQ, "0", None, "8", "2", "0.00"),
    (RANGE, "10", "15", "6", "10", "6.00"),
    (RANGE, "10", "15", "6", "15", "6.00"),
    (RANGE, "10", "15", "6", "8", "4.80"),
    (RANGE, "10", "15", "6", "18", "5.00"),
    (RANGE, "0", "0", "6", "1", "0.00"),
]


@pytest.mark.parametrize(("direction", "goal", "high", "weight", "actual", "points"), BY_HAND)
def test_a_score_is_what_the_hand_finds(direction, goal, high, weight, actual, points):
    target = Target(direction, D(goal), D(high) if high else None)
    found = score_indicator(D(weight), target, D(actual))
    assert found.points == D(points)
    assert str(found.points) == points


@pytest.mark.parametrize(
    ("bands", "percent", "weight", "points", "band"),
    [
        (HUBEI, "100", "10", "10.00", "达成（100%–80%）"),
        (HUBEI, "80", "10", "8.00", "达成（100%–80%）"),
        (HUBEI, "55", "10", "5.50", "部分达成（80%–50%）"),
        (NATIONAL, "55", "10", "5.50", "未达成（60%–0%）"),
        (HUBEI, "0", "10", "0.00", "未达成（50%–0%）"),
        (HUBEI, "87.5", "7", "6.13", "达成（100%–80%）"),  # 6.125
    ],
)
def test_a_judgement_counts_its_per_cent_and_is_named_by_the_band_of_the_format(bands, percent, weight, points, band):
    found = score_indicator(D(weight), Target(QUALITY), D(percent), bands)
    assert str(found.points) == points
    assert found.formula.endswith(band)


def test_the_formula_carries_its_numbers():
    def formula(*given, bands=()):
        return score_indicator(*given, bands).formula

    assert formula(D(10), Target(GE, D(14)), D(9)) == "10 × 9 ÷ 14 = 6.43"
    assert formula(D(10), Target(GE, D(14)), D(20)) == "10 × 20 ÷ 14 = 14.29，超过分值，计 10 分"
    assert formula(D(10), Target(LE, D(20)), D(25)) == "10 × 20 ÷ 25 = 8.00"
    assert formula(D(10), Target(LE, D(20)), D(0)) == "0 ≤ 20，达到目标，计 10 分"
    assert formula(D(10), Target(LE, D(0)), D(1)) == "目标 ≤ 0，实际 1，未达到且不能按比例计算，计 0 分"
    assert formula(D(10), Target(GE, D(14)), None) == "没有实际完成值，计 0 分"
    assert score_execution(D(20), D("51000"), D("48600.50")).formula == "20 × 48,600.50 ÷ 51,000.00 = 19.06"


def test_execution_is_measured_against_the_adjusted_budget_and_never_above_the_weight():
    assert score_execution(D(20), D(48000), D(24000)).points == D("10.00")
    assert score_execution(D(20), D(48000), D(48000)).points == D("20.00")
    assert score_execution(D(10), D(3), D(1)).points == D("3.33")
    assert score_execution(D(20), D(48000), D(50000)).points == D(20)
    assert score_execution(D(20), D(48000), D(-5)).points == D("0.00")
    assert score_execution(D(20), D(48000), D(0)).points == D("0.00")


@pytest.mark.parametrize("budget", [None, D("0.00")])
def test_without_a_budget_there_is_no_execution_rate_and_no_total(budget):
    execution = score_execution(D(20), budget, D(44600))
    assert execution.points is None and "无数据" in execution.formula
    assert total_of(execution, [score_indicator(D(80), Target(GE, D(1)), D(1))]) is None
    assert grade_of(None) == "无数据"


def test_a_missing_value_counts_nothing_and_a_year_without_any_has_no_total():
    known = score_indicator(D(40), Target(GE, D(10)), D(10))
    missing = score_indicator(D(40), Target(GE, D(10)), None)
    execution = score_execution(D(20), D(100), D(90))
    assert missing.points == 0 and not missing.has_value
    assert total_of(execution, [known, missing]) == D("58.00")
    assert total_of(execution, [missing, missing]) is None
    assert total_of(execution, []) is None


@pytest.mark.parametrize(
    ("total", "grade"),
    [("100", "优"), ("90", "优"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"), ("59.99", "差"), ("0", "差")],
)
def test_grades_have_their_lower_limit(total, grade):
    assert grade_of(D(total)) == grade


figures = st.decimals(min_value=-(10**6), max_value=10**12, places=4)
weights = st.decimals(min_value=0, max_value=100, places=2)


@given(st.sampled_from(list(Direction)), weights, figures, figures, figures)
def test_no_score_is_below_nothing_or_above_its_weight(direction, weight, one, two, actual):
    found = score_indicator(weight, Target(direction, min(one, two), max(one, two)), actual, HUBEI)
    assert isinstance(found, Score) and D(0) <= found.points <= weight
    assert found.points == found.points.quantize(D("0.01"))


def test_numbers_are_told_without_exponent_or_tail():
    assert [plain(D(each)) for each in ("100", "1E+2", "0.50", "12.3400", "0")] == ["100", "100", "0.5", "12.34", "0"]


def test_no_binary_fraction_takes_part():
    tree = ast.parse(inspect.getsource(scoring))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "float"]
