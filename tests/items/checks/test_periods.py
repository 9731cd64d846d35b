"""Texts of 时限: read when they state one period, otherwise None."""

import pytest

from qingdan.items.checks.periods import Period, explained_otherwise, periods_in, read_period, without_unit


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("20个工作日", 20, "工作日"),
        ("２０ 工作日", 20, "工作日"),
        ("自受理之日起二十个工作日内办结", 20, "工作日"),
        ("20（工作日）", 20, "工作日"),
        ("20W", 20, "工作日"),
        ("45N", 45, "自然日"),
        ("30日", 30, "日"),
        ("30天内", 30, "日"),
        ("三个月", 3, "月"),
        ("2小时", 2, "小时"),
        ("当日办结", 0, "工作日"),
        ("当场办结", 0, "工作日"),
        ("即时办理", 0, "工作日"),
        ("5个工作日（不含公示）", 5, "工作日"),
        ("法定时限：15个自然日。", 15, "自然日"),
    ],
)
def test_it_reads_one_period(text, number, unit):
    assert read_period(text) == Period(number, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "20",
        "按规定",
        "受理5个工作日，审查10个工作日",
        "简易程序当场办结，一般程序20个工作日",
        "20个工作日，情况复杂的延长10个工作日",
        "十十日",
    ],
)
def test_it_reads_nothing_where_it_would_have_to_guess(text):
    assert read_period(text) is None


def test_it_finds_every_period_of_a_text():
    assert [str(each) for each in periods_in("受理5个工作日，审查十日，3个月内")] == ["5个工作日", "10日", "3个月"]


@pytest.mark.parametrize(
    ("longer", "shorter"), [("21个工作日", "20个工作日"), ("15个工作日", "10个自然日"), ("5日", "当日"), ("2个月", "1个月")]
)
def test_a_period_is_longer_only_where_that_is_sure(longer, shorter):
    assert read_period(longer).surely_longer_than(read_period(shorter))
    assert not read_period(shorter).surely_longer_than(read_period(longer))


@pytest.mark.parametrize(("one", "other"), [("30日", "20个工作日"), ("40个自然日", "20个工作日"), ("1年", "11个月")])
def test_units_of_unlike_length_are_not_compared(one, other):
    assert not read_period(one).surely_longer_than(read_period(other))


@pytest.mark.parametrize(
    ("text", "head", "said"),
    [
        ("24（1个工作日）", "24", "1个工作日"),
        ("66个工作日（20个工作日）", "66个工作日", "20个工作日"),
        ("30日（共二十日）", "30日", "20日"),
    ],
)
def test_a_bracket_that_says_otherwise(text, head, said):
    found, explanation = explained_otherwise(text)
    assert (found, str(explanation)) == (head, said)


@pytest.mark.parametrize(
    "text",
    [
        "20个工作日",
        "20（20个工作日）",
        "20个工作日（不含听证30日）",
        "20个工作日（特殊情况30个工作日）",
        "20个工作日（28个自然日）",
        "（20个工作日）",
    ],
)
def test_a_bracket_that_says_more_or_the_same(text):
    assert explained_otherwise(text) is None


def test_a_bare_number_has_no_unit():
    assert without_unit(" 20 ") and without_unit("２０")
    assert not without_unit("20日") and not without_unit("0") and not without_unit("")
