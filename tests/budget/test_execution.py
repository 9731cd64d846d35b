"""The figures of a book: subtotals, rates, 尾差, and the two warnings."""

from decimal import Decimal

from budget.execution import RoundingRest, book_of
from budget.warnings import warnings_of
from tests.budget.books import add_line, adjust, check, enter, open_fund, reverse


def test_an_empty_fund_has_zero_of_everything_and_no_rate(world):
    total = book_of(open_fund(world)).total
    assert (total.original, total.adjusted, total.spent, total.rest, total.rate) == (0, 0, 0, 0, None)


def test_lines_are_gathered_under_their_heading_with_a_subtotal(world):
    fund = open_fund(world)
    add_line(world, fund, "办公费", "100")
    travel = add_line(world, fund, "差旅费", "200", "30211", heading="商品和服务费")
    add_line(world, fund, "印刷费", "300", "30202", heading="商品和服务费")
    enter(world, travel, "记-1", "50")
    adjust(world, fund, "100", to_line=travel)
    book = book_of(fund)
    assert [(group.heading, [row.line.name for row in group.rows]) for group in book.groups] == [
        ("", ["办公费"]),
        ("商品和服务费", ["差旅费", "印刷费"]),
    ]
    subtotal = book.groups[1].figures
    assert (subtotal.original, subtotal.adjusted, subtotal.spent, subtotal.rest) == (500, 600, 50, 550)
    assert subtotal.rate == Decimal("8.33")
    assert book.total.adjusted == 700


def test_rounded_parts_that_do_not_add_up_are_told_and_no_line_is_altered(world):
    fund = open_fund(world)
    for number in range(3):
        line = add_line(world, fund, f"行{number}", "0", heading="归入")
        adjust(world, fund, "50", to_line=line)
    book = book_of(fund)
    # 3 × 50 元: each is 0.01 万元, together 0.015 → 0.02.
    assert RoundingRest("合计", "调整后预算", Decimal("-0.01")) in book.rounding_rests()
    assert [row.figures.adjusted for row in book.rows] == [50, 50, 50]
    assert [rest.column for rest in book.rounding_rests()] == ["调整后预算", "结余"] * 2


def test_reversed_entries_are_out_of_the_book_whether_checked_or_not(world):
    fund = open_fund(world)
    line = add_line(world, fund, "办公费", "100")
    entry = check(world, enter(world, line, "记-1", "60"))
    enter(world, line, "记-2", "5")
    reverse(world, entry, "记-3")
    assert book_of(fund).total.spent == 5


def rules_of(fund) -> list[tuple[str, str]]:
    return [(warning.rule, warning.line) for warning in warnings_of(book_of(fund))]


def test_a_part_beside_its_own_class_is_warned_of(world):
    fund = open_fund(world)
    add_line(world, fund, "办公费", "1")
    assert rules_of(fund) == []
    add_line(world, fund, "差旅费", "1", "30211", heading="商品和服务费")
    assert rules_of(fund) == [("W01", "办公费")]
    assert "30201 办公费" in warnings_of(book_of(fund))[0].message


def test_a_line_that_holds_the_whole_class_is_warned_of_beside_its_part(world):
    fund = open_fund(world)
    add_line(world, fund, "全部", "1", "302")
    add_line(world, fund, "办公费", "1")
    assert rules_of(fund) == [("W01", "办公费")]


def test_parts_under_their_class_are_not_warned_of(world):
    fund = open_fund(world)
    for name, code in (("办公费", "30201"), ("差旅费", "30211")):
        add_line(world, fund, name, "1", code, heading="商品和服务支出")
    assert rules_of(fund) == []


def test_equipment_mixed_with_the_rest_is_warned_of_by_its_classes_or_by_its_name(world):
    fund = open_fund(world)
    add_line(world, fund, "甲", "1", "31002", "30299")
    add_line(world, fund, "设备购置等其他", "1", "30299")
    add_line(world, fund, "其他", "1", "30299")
    add_line(world, fund, "设备购置", "1", "31002")
    assert rules_of(fund) == [("W02", "甲"), ("W02", "设备购置等其他")]


def test_warnings_block_nothing(world):
    fund = open_fund(world)
    line = add_line(world, fund, "设备购置等其他", "10", "31002", "30299")
    assert enter(world, line, "记-1", "10").pk
