"""A filled-in year in both formats against a recomputation by hand: the figures here were worked out on paper, not by the code."""

from __future__ import annotations

import pytest

from budget.evaluation.models import EvaluationFormat
from budget.evaluation.sheet import build_sheet, read_sheet, sheet_of
from budget.models import Fund
from tests.budget.books import open_fund
from tests.budget.evaluation.years import begin, filled

# 执行率 22,345.67 ÷ 25,000 = 89.38268 %.
# 湖北: 20 × 0.8938268 = 17.876536.
HUBEI = {
    "执行": "17.88",
    "动态更新次数": "10.00",  # ≥ 14, 15: 10 × 15 ÷ 14 = 10.71, never above 10
    "调整事项数": "9.05",  # ≥ 199, 180: 1800 ÷ 199 = 9.045226
    "要素完整率": "9.75",  # = 100, 97.5
    "按期公布率": "0.00",  # missing
    "单项调整成本": "8.00",  # ≤ 120, 150: 10 × 120 ÷ 150
    "投诉纠错数": "10.00",  # ≤ 0, 0
    "长效机制": "8.50",  # 85 %
    "群众满意度": "9.00",  # 90–100, 81: 10 × 81 ÷ 90
    "目标": ["28.80", "35.50"],  # 10 + 9.05 + 9.75 + 0; 8 + 10 + 8.5 + 9
    "总分": "82.18",  # 17.88 + 28.80 + 35.50
    "等级": "良",
}
# 全国: 10 × 0.8938268 = 8.938268.
NATIONAL = {
    "执行": "8.94",
    "动态更新次数": "15.00",
    "调整事项数": "9.05",
    "要素完整率": "9.75",
    "按期公布率": "0.00",
    "单项调整成本": "8.00",
    "投诉纠错数": "0.00",  # ≤ 0, 2
    "长效机制": "6.60",  # 12 × 55 %
    "承接事项数": "0.00",  # ≥ 3, 0
    "群众满意度": "10.00",  # 90–100, 95
    "目标": ["58.40"],
    "总分": "67.34",  # 8.94 + 41.80 + 6.60 + 10
    "等级": "中",
}


@pytest.mark.parametrize(("code", "hand"), [("hubei", HUBEI), ("national", NATIONAL)])
def test_every_figure_of_the_form_is_what_the_hand_finds(world, code, hand):
    sheet = sheet_of(filled(world, code))
    assert sheet.execution_points == hand["执行"]
    assert {row.name: row.points for row in sheet.rows} == {key: hand[key] for key in (row.name for row in sheet.rows)}
    assert [goal.points for goal in sheet.goals] == hand["目标"]
    assert (sheet.total, sheet.grade) == (hand["总分"], hand["等级"])


def test_the_national_form_adds_up_by_its_first_level(world):
    sheet = sheet_of(filled(world, "national"))
    assert sheet.sections == (
        ("产出指标", "50", "41.80", "15.00 + 9.05 + 9.75 + 0.00 + 8.00 = 41.80"),
        ("效益指标", "30", "6.60", "0.00 + 6.60 + 0.00 = 6.60"),
        ("满意度指标", "10", "10.00", "10.00 = 10.00"),
    )
    assert sheet.total_formula == "8.94 + 58.40 = 67.34"
    assert sheet.indicators_points == "58.40"


def test_a_band_is_that_of_the_format(world):
    national = {row.name: row for row in sheet_of(filled(world, "national")).rows}["长效机制"]
    assert national.actual == "未达成预期指标且效果较差（55%）"
    assert national.formula == "12 × 55% = 6.60，未达成预期指标且效果较差（60%–0%）"


def test_money_is_told_in_ten_thousands_rounded_from_yuan_and_scored_from_yuan(world):
    sheet = sheet_of(filled(world, "hubei"))
    money = sheet.money
    assert (money.original, money.budget, money.spent, money.rate) == ("2.20", "2.50", "2.23", "89.38%")
    assert (money.budget_yuan, money.spent_yuan) == ("25,000.00", "22,345.67")
    # 0.91 (9,100.67) + 1.32 (13,245.00) = 2.23: no rest
    assert [line.spent for line in sheet.lines] == ["0.91", "1.32"] and sheet.rests == ()
    assert sheet.execution_formula == "20 × 22,345.67 ÷ 25,000.00 = 17.88"


def test_what_is_kept_reads_back_as_it_was(world):
    sheet = sheet_of(filled(world, "hubei"))
    assert read_sheet(sheet.as_json()) == sheet


def test_a_year_of_accounts_only_says_no_data_and_fills_nothing_in(world):
    fund = open_fund(world, accounts_only=True)
    for sheet in (
        sheet_of(begin(world, fund)),
        build_sheet(Fund.objects.get(), EvaluationFormat.objects.get(code="national").read()),
    ):
        assert (sheet.money.original, sheet.money.budget, sheet.money.rate) == ("无数据",) * 3
        assert (sheet.execution_points, sheet.total, sheet.grade, sheet.indicators_points) == ("无数据",) * 4
        assert sheet.rows == sheet.goals == ()
