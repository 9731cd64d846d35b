"""Lines and adjustments of the budget."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from budget.execution import book_of, state_of_line
from qingdan.errors import RuleBroken
from tests.budget.books import add_line, adjust, enter, open_fund


def rules(refused) -> set[str]:
    return {violation.rule for violation in refused.value.violations}


def test_a_composite_line_shows_what_it_holds(world):
    line = add_line(world, open_fund(world), "水电费", "5100", "30205", "30206")
    assert [str(each) for each in line.classes.all()] == ["30205 水费", "30206 电费"]


def test_every_fault_of_a_new_line_is_told_at_once(world):
    fund = open_fund(world)
    add_line(world, fund, "办公费", "1")
    with pytest.raises(RuleBroken) as refused:
        add_line(world, fund, "办公费", "-1")
    assert rules(refused) == {"L01", "L03"}


def test_a_line_has_a_budget_exactly_where_the_fund_has_one(world):
    with pytest.raises(RuleBroken) as refused:
        add_line(world, open_fund(world), "办公费", None)
    assert rules(refused) == {"L03"}
    with pytest.raises(RuleBroken) as refused:
        add_line(world, open_fund(world, "往年", accounts_only=True), "办公费", "1")
    assert rules(refused) == {"L03"}


def test_added_cut_and_moved_amounts_arrive_in_their_lines_and_in_the_total(world):
    fund = open_fund(world)
    one, two = add_line(world, fund, "办公费", "100"), add_line(world, fund, "印刷费", "50", "30202")
    kinds = [
        adjust(world, fund, "30", to_line=one).kind,
        adjust(world, fund, "20", from_line=two).kind,
        adjust(world, fund, "10", from_line=one, to_line=two).kind,
    ]
    assert kinds == ["追加", "调减", "调剂"]
    assert [state_of_line(line).adjusted for line in (one, two)] == [Decimal(120), Decimal(40)]
    total = book_of(fund).total
    assert (total.original, total.adjusted) == (Decimal(150), Decimal(160))


def test_a_line_is_not_cut_below_what_was_spent(world):
    fund = open_fund(world)
    line = add_line(world, fund, "办公费", "100")
    enter(world, line, "记-1", "60")
    with pytest.raises(RuleBroken, match="最多调出 40.00 元") as refused:
        adjust(world, fund, "40.01", from_line=line)
    assert rules(refused) == {"J05"}
    adjust(world, fund, "40", from_line=line)
    assert state_of_line(line).rate == Decimal("100.00")


def test_every_fault_of_an_adjustment_is_told_at_once(world):
    fund = open_fund(world)
    line = add_line(world, fund, "办公费", "100")
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(RuleBroken) as refused:
        adjust(world, fund, "0", from_line=line, to_line=line, document=" ", reason="", decided_on=tomorrow)
    assert rules(refused) == {"J01", "J02", "J03", "J04"}
    with pytest.raises(RuleBroken) as refused:
        adjust(world, fund, "1")
    assert rules(refused) == {"J01"}


def test_a_line_of_another_fund_is_not_adjusted(world):
    other = add_line(world, open_fund(world, "别的资金"), "办公费", "100")
    with pytest.raises(RuleBroken) as refused:
        adjust(world, open_fund(world), "1", to_line=other)
    assert rules(refused) == {"J01"}


def test_what_has_no_budget_cannot_be_adjusted(world):
    fund = open_fund(world, accounts_only=True)
    with pytest.raises(RuleBroken) as refused:
        adjust(world, fund, "1", to_line=add_line(world, fund, "办公费", None))
    assert rules(refused) == {"J01"}
