"""Expenditures: entered within the line, checked by another, reversed and never changed; what the acts forget the database holds."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from budget import spending
from budget.execution import book_of, state_of_line
from budget.models import BudgetAdjustment, BudgetLine, Expenditure
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from tests.budget.books import YEAR, add_line, adjust, check, enter, open_fund, reverse, second_person


@pytest.fixture
def line(world):
    return add_line(world, open_fund(world), "办公费", "100")


def rules(refused) -> set[str]:
    return {violation.rule for violation in refused.value.violations}


def test_an_entry_takes_from_the_rest_of_its_line(world, line):
    entry = enter(world, line, "记-1", "60.01")
    assert state_of_line(line).rest == Decimal("39.99")
    assert entry.history.get().history_user == world.fund_clerk.user
    assert "60.01" in AuditEvent.objects.get(act="enter_expenditure").detail


def test_a_line_is_not_overspent_without_an_adjustment(world, line):
    enter(world, line, "记-1", "60")
    with pytest.raises(RuleBroken, match="还剩 40.00 元，超出 0.01 元；先办预算调整") as refused:
        enter(world, line, "记-2", "40.01")
    assert rules(refused) == {"E06"}
    adjust(world, line.fund, "0.01", to_line=line)
    enter(world, line, "记-2", "40.01")
    assert state_of_line(line).rest == 0


def test_accounts_without_a_budget_are_entered_without_a_limit(world):
    fund = open_fund(world, accounts_only=True)
    line = add_line(world, fund, "办公费", None)
    enter(world, line, "决-1", "9100")
    assert (state_of_line(line).rest, state_of_line(line).rate) == (None, None)


def test_every_fault_of_an_entry_is_told_at_once(world, line):
    with pytest.raises(RuleBroken) as refused:
        enter(world, line, " ", "0", payee="", purpose=" ", spent_on=datetime.date(YEAR + 1, 1, 1))
    assert rules(refused) == {"E02", "E03", "E04", "E05"}


def test_the_same_voucher_goes_in_once_however_it_is_written(world, line):
    enter(world, line, "记-12", "1")
    with pytest.raises(RuleBroken, match="记-12 已登记"):
        enter(world, line, " 记－１２ ", "1")
    assert Expenditure.objects.count() == 1


def test_the_line_of_another_fund_is_refused_by_the_act_and_by_the_database(world, line):
    other = add_line(world, open_fund(world, "别的资金"), "办公费", "100")
    with pytest.raises(RuleBroken):
        spending.enter_expenditure(
            actor=world.fund_clerk,
            fund=line.fund,
            line=other,
            voucher="记-1",
            spent_on=datetime.date(YEAR, 1, 2),
            amount=Decimal(1),
            payee="甲",
            purpose="乙",
        )
    with pytest.raises(DatabaseError, match="预算行不属于该资金"), transaction.atomic():
        bare(line, fund=other.fund).save()


def bare(of: BudgetLine, **fields) -> Expenditure:
    """A row past the acts."""
    by = of.fund.opened_by
    given = {"fund": of.fund, "line": of, "voucher": "旁-1", "amount": Decimal(1), "payee": "甲", "purpose": "乙", "entered_by": by}
    return Expenditure(**{"spent_on": datetime.date(YEAR, 1, 2), **given, **fields})


def test_a_second_person_checks_and_only_once(world, line):
    entry = enter(world, line, "记-1", "1")
    assert check(world, entry).checked_by == world.fund_checker.user
    with pytest.raises(WrongState, match="已复核"):
        check(world, entry)
    assert entry.history.count() == 2


def test_nobody_checks_what_he_entered_even_with_both_posts(world, line):
    both = second_person(world, "both", "fund_clerk")
    both.user.postings.create(post="fund_checker", department=world.department(), from_on=datetime.date(2016, 1, 1))
    entry = enter(world, line, "记-1", "1", actor=both)
    with pytest.raises(NotAllowed, match="须由另一人复核"):
        spending.check_expenditure(actor=both, entry=entry)
    rows = Expenditure.objects.filter(pk=entry.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(checked_by=both.user, checked_at=entry.entered_at)


def test_a_reversal_points_at_its_entry_and_gives_the_money_back(world, line):
    entry = check(world, enter(world, line, "记-1", "60"))
    reversal = reverse(world, entry, "记-2")
    assert (reversal.reversal_of, reversal.amount, reversal.line) == (entry, entry.amount, line)
    assert state_of_line(line).spent == 0
    assert book_of(line.fund).total.spent == 0
    assert reversal.checked_at is None


def test_an_entry_is_reversed_once_and_a_reversal_never(world, line):
    entry = enter(world, line, "记-1", "60")
    reversal = reverse(world, entry, "记-2")
    with pytest.raises(WrongState, match="已冲销"):
        reverse(world, entry, "记-3")
    with pytest.raises(RuleBroken) as refused:
        reverse(world, reversal, "记-3")
    assert rules(refused) == {"E08"}


def test_a_reversal_says_why_and_is_not_earlier_than_its_entry(world, line):
    entry = enter(world, line, "记-1", "60")
    with pytest.raises(RuleBroken) as refused:
        reverse(world, entry, "记-1", reversed_on=datetime.date(YEAR, 1, 1), reason=" ")
    assert rules(refused) == {"E02", "E03", "E05"}


@pytest.mark.parametrize("fields", [{"amount": Decimal("1.01")}, {"line": "other"}, {"reversal_of": "reversal"}])
def test_the_database_refuses_a_reversal_that_does_not_fit_its_entry(world, line, fields):
    entry = enter(world, line, "记-1", "1")
    if fields.get("line"):
        fields = {"line": add_line(world, line.fund, "印刷费", "9", "30202")}
    if fields.get("reversal_of"):
        fields = {"reversal_of": reverse(world, entry, "记-2")}
    with pytest.raises(DatabaseError, match="冲销须与原支出"), transaction.atomic():
        bare(line, **{"reversal_of": entry, **fields}).save()


@pytest.mark.parametrize("field", ["amount", "voucher", "payee", "purpose", "spent_on", "entered_by_id"])
def test_the_database_refuses_to_change_an_entry(world, line, field):
    entry = enter(world, line, "记-1", "1")
    new = {"amount": 2, "spent_on": datetime.date(YEAR, 7, 7), "entered_by_id": world.fund_checker.user.pk}.get(field, "新")
    with pytest.raises(DatabaseError, match="只能冲销"), transaction.atomic():
        Expenditure.objects.filter(pk=entry.pk).update(**{field: new})
    with pytest.raises(DatabaseError, match="只能冲销"), transaction.atomic():
        entry.delete()


def test_the_database_refuses_to_take_a_check_back(world, line):
    entry = check(world, enter(world, line, "记-1", "1"))
    with pytest.raises(DatabaseError, match="只能冲销"), transaction.atomic():
        Expenditure.objects.filter(pk=entry.pk).update(checked_by=None, checked_at=None)


@pytest.mark.parametrize("fields", [{"amount": Decimal(0)}, {"amount": Decimal(-1)}, {"voucher": "记-1"}])
def test_the_database_refuses_amounts_that_are_not_positive_and_a_voucher_twice(world, line, fields):
    enter(world, line, "记-1", "1")
    with pytest.raises(DatabaseError), transaction.atomic():
        bare(line, **fields).save()


def test_an_adjustment_is_kept_as_it_was_made_and_names_lines_of_its_fund(world, line):
    made = adjust(world, line.fund, "5", to_line=line)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        BudgetAdjustment.objects.filter(pk=made.pk).update(amount=6)
    other = add_line(world, open_fund(world, "别的资金"), "办公费", "100")
    for lines in ({"to_line": other}, {"from_line": other}):
        fields = {"amount": 1, "document": "x", "reason": "x", "decided_on": made.decided_on, "made_by": made.made_by}
        with pytest.raises(DatabaseError, match="预算行不属于该资金"), transaction.atomic():
            BudgetAdjustment(fund=line.fund, **lines, **fields).save()
