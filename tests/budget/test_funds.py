"""Funds: opened, closed by the checker when all is checked, opened again with a reason."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from budget import funds, months
from budget.models import BudgetAdjustment, BudgetLine, Fund
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from tests.budget.books import add_line, check, close_months, close_year, enter, open_fund


def rules(refused) -> set[str]:
    return {violation.rule for violation in refused.value.violations}


def test_a_fund_is_opened_with_trail_and_audit(world):
    fund = open_fund(world, approval="襄人发〔2019〕1号")
    assert (str(fund), fund.state) == ("2019年行政审批制度改革", "open")
    assert fund.history.get().history_user == world.fund_clerk.user
    event = AuditEvent.objects.get(act="open_fund")
    assert (event.post, event.outcome, event.object_id) == ("fund_clerk", "done", str(fund.pk))


def test_every_fault_of_a_new_fund_is_told_at_once(world):
    open_fund(world, "甲")
    with pytest.raises(RuleBroken) as refused:
        open_fund(world, "甲", source=" ")
    assert rules(refused) == {"F03", "F04"}
    with pytest.raises(RuleBroken) as refused:
        open_fund(world, " ", year=1999)
    assert rules(refused) == {"F01", "F02"}


def test_accounts_without_a_budget_are_for_past_years_only(world):
    with pytest.raises(RuleBroken) as refused:
        open_fund(world, year=timezone.localdate().year, accounts_only=True)
    assert rules(refused) == {"F05"}
    assert open_fund(world, accounts_only=True).accounts_only


def test_a_year_is_closed_only_when_everything_is_checked(world):
    fund = open_fund(world)
    entry = enter(world, add_line(world, fund, "办公费", "100"), "记-1", "60")
    with pytest.raises(WrongState, match="还有 1 笔支出没有复核"):
        funds.close_fund(actor=world.fund_checker, fund=fund)
    check(world, entry)
    close_months(world, fund, of=range(1, 12))
    with pytest.raises(WrongState, match="^12 月还没有月结；各月对账、月结后再关账"):
        funds.close_fund(actor=world.fund_checker, fund=fund)
    close_months(world, fund, of=(12,))
    assert funds.close_fund(actor=world.fund_checker, fund=fund).state == "closed"
    assert fund.history.count() == 2
    assert "支出 60.00 元" in AuditEvent.objects.get(act="close_fund", outcome="done").detail


def test_accounts_without_a_budget_are_closed_without_months(world):
    fund = open_fund(world, accounts_only=True)
    assert funds.close_fund(actor=world.fund_checker, fund=fund).state == "closed"


def test_the_database_holds_a_closed_year_past_the_acts(world):
    fund = open_fund(world)
    line = add_line(world, fund, "办公费", "100")
    close_months(world, fund, of=range(2, 13))
    with pytest.raises(DatabaseError, match="还有月份没有月结"), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(state="closed")
    close_year(world, fund)
    rows = [
        BudgetLine(fund=fund, name="差旅费", original=Decimal(1)),
        BudgetAdjustment(
            fund=fund, to_line=line, amount=Decimal(1), decided_on=datetime.date(2019, 6, 1), made_by=world.fund_clerk.user
        ),
    ]
    for row in rows:
        with pytest.raises(DatabaseError, match="该年度已关账"), transaction.atomic():
            row.save()


def test_a_closed_year_takes_nothing_until_it_is_opened_again_with_a_reason(world):
    fund = open_fund(world)
    line = add_line(world, fund, "办公费", "100")
    close_year(world, fund)
    with pytest.raises(WrongState, match="已关账"):
        enter(world, line, "记-1", "1")
    with pytest.raises(WrongState, match="已关账"):
        add_line(world, fund, "差旅费", "1", "30211")
    with pytest.raises(RuleBroken):
        funds.reopen_fund(actor=world.fund_checker, fund=fund, reason=" ")
    funds.reopen_fund(actor=world.fund_checker, fund=fund, reason="补记一笔")
    assert "补记一笔" in Fund.history.order_by("-history_id").first().history_change_reason
    with pytest.raises(RuleBroken, match="5 月已结账"):
        enter(world, line, "记-1", "1")
    months.reopen_month(actor=world.fund_checker, fund=fund, month=5, reason="补记一笔")
    assert enter(world, line, "记-1", "1").pk


def test_an_open_fund_is_not_opened_again(world):
    with pytest.raises(WrongState, match="还没有关账"):
        funds.reopen_fund(actor=world.fund_checker, fund=open_fund(world), reason="x")


def test_the_clerk_does_not_close_and_the_refusal_is_in_the_audit_trail(world):
    fund = open_fund(world)
    with pytest.raises(NotAllowed) as refused:
        funds.close_fund(actor=world.fund_clerk, fund=fund)
    assert refused.value.status == 403
    assert AuditEvent.objects.filter(act="close_fund", outcome="denied", object_id=str(fund.pk)).exists()


def test_the_database_refuses_the_same_fund_twice_and_an_unknown_state(world):
    fund = open_fund(world)
    same = {"year": fund.year, "name": fund.name, "source": "x", "opened_by": fund.opened_by}
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund(department=fund.department, **same).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(state="half")


def test_a_fund_follows_its_department_into_a_merger(world):
    fund = open_fund(world)
    department = fund.department
    department.successor, department.abolished_on = world.department("420600-SCJ"), datetime.date(2020, 1, 1)
    department.save()
    assert Fund.objects.visible_to(world.outsider.user).get() == fund
