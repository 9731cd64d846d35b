"""Months: the book against ours, a difference explained, a closed month that takes nothing, past the acts too."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from budget import months
from budget.models import Expenditure, FundMonth
from budget.months import match_month, month_of
from budget.voucher_table import judge, read_vouchers
from qingdan.errors import Refusal, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from tests.budget.books import add_line, check, enter, open_fund, reverse, second_person
from tests.budget.pages import entered, text
from tests.budget.test_importing import csv
from tests.racing import race

MAY = 5


@pytest.fixture
def line(world):
    return add_line(world, open_fund(world), "办公费", "1000")


def reconcile(world, line, stated: str, explanation: str = ""):
    return months.reconcile_month(
        actor=world.fund_clerk, fund=line.fund, month=MAY, stated=Decimal(stated), explanation=explanation
    )


def close(world, line, month: int = MAY):
    return months.close_month(actor=world.fund_checker, fund=line.fund, month=month)


def test_a_month_counts_by_voucher_days_and_a_reversal_in_its_own_month(world, line):
    entry = enter(world, line, "记-1", "60.01")
    enter(world, line, "记-2", "40", spent_on=datetime.date(2019, 6, 1))
    reverse(world, entry, "记-3", reversed_on=datetime.date(2019, 6, 30))
    assert [month_of(line.fund, month).ours for month in (4, 5, 6)] == [0, Decimal("60.01"), Decimal("-20.01")]


def test_a_difference_is_book_less_ours_and_wants_an_explanation(world, line):
    enter(world, line, "记-1", "60")
    with pytest.raises(RuleBroken, match="账簿 100.00 − 本系统 60.00 = 40.00 元"):
        reconcile(world, line, "100")
    row = reconcile(world, line, "100", "记-9 在途，6 月登记")
    assert (month_of(line.fund, MAY).difference, row.reconciled_by) == (40, world.fund_clerk.user)
    assert "差 40.00 元" in AuditEvent.objects.filter(act="reconcile_month").order_by("-pk").first().detail
    assert reconcile(world, line, "60", "不再需要").explanation == ""


def test_a_month_closes_only_over_checked_and_reconciled_as_it_stands_now(world, line):
    entry = enter(world, line, "记-1", "60")
    with pytest.raises(WrongState, match="1 笔没有复核"):
        close(world, line)
    check(world, entry)
    with pytest.raises(WrongState, match="还没有对账"):
        close(world, line)
    reconcile(world, line, "60")
    check(world, enter(world, line, "记-2", "1"))
    with pytest.raises(WrongState, match="对账之后账有变化"):
        close(world, line)
    reconcile(world, line, "61")
    assert close(world, line).closed_by == world.fund_checker.user
    with pytest.raises(WrongState, match="5 月已结账"):
        close(world, line)
    with pytest.raises(WrongState, match="5 月已结账"):
        reconcile(world, line, "61")


def test_a_month_that_is_not_over_is_not_closed(world):
    today = timezone.localdate()
    line = add_line(world, open_fund(world, year=today.year), "办公费", "1")
    with pytest.raises(WrongState, match="还没有过完"):
        close(world, line, today.month)


def test_nothing_goes_into_a_closed_month_by_entry_reversal_or_import(world, line):
    entry = check(world, enter(world, line, "记-1", "60"))
    reconcile(world, line, "60")
    close(world, line)
    for attempt in (lambda: enter(world, line, "记-2", "1"), lambda: reverse(world, entry, "记-3")):
        with pytest.raises(RuleBroken, match="5 月已结账") as refused:
            attempt()
        assert refused.value.violations[0].rule == "E09"
    rows = read_vouchers(csv("记-2,2019-05-06,纸,30201,1,甲", "记-3,2019-06-06,纸,30201,1,甲"))
    table = judge(rows, line.fund)
    assert [row.voucher for _line, row in table.accepted] == ["记-3"]
    assert "5 月已结账" in table.refused[0][1][0].message
    assert reverse(world, entry, "记-4", reversed_on=datetime.date(2019, 6, 1)).pk


def test_the_database_holds_a_closed_month_past_the_acts(world, line):
    entry = enter(world, line, "记-1", "60")
    reconcile(world, line, "60")
    row = FundMonth.objects.filter(fund=line.fund)
    with pytest.raises(DatabaseError, match="没有复核"), transaction.atomic():
        row.update(state="closed", closed_by=world.fund_checker.user, closed_at=timezone.now())
    check(world, entry)
    close(world, line)
    bare = Expenditure(
        fund=line.fund, line=line, voucher="旁-1", spent_on=datetime.date(2019, 5, 31), amount=Decimal(1), payee="甲"
    )
    bare.purpose, bare.entered_by = "乙", world.fund_clerk.user
    with pytest.raises(DatabaseError, match="该月已结账"), transaction.atomic():
        bare.save()
    bare.spent_on = datetime.date(2019, 6, 1)
    bare.save()


def test_a_month_is_opened_again_with_a_reason_that_stays(world, line):
    reconcile(world, line, "0")
    close(world, line)
    with pytest.raises(RuleBroken):
        months.reopen_month(actor=world.fund_checker, fund=line.fund, month=MAY, reason=" ")
    row = months.reopen_month(actor=world.fund_checker, fund=line.fund, month=MAY, reason="漏记一张")
    assert row.history.first().history_change_reason == "重新打开：漏记一张"
    assert "漏记一张" in AuditEvent.objects.filter(act="reopen_month").order_by("-pk").first().detail
    enter(world, line, "记-2", "1")


def test_an_entry_and_the_closing_of_its_month_at_once_never_both(committed_world):
    world, _ = committed_world
    line = add_line(world, open_fund(world), "办公费", "1000")
    other = second_person(world, "fund_clerk2", "fund_clerk")
    for trial in range(5):
        day = datetime.date(2019, trial + 1, 3)
        months.reconcile_month(actor=world.fund_clerk, fund=line.fund, month=day.month, stated=Decimal(0))
        outcomes = race(
            lambda day=day: enter(world, line, f"记-{day.month}", "1", actor=other, spent_on=day),
            lambda day=day: close(world, line, day.month),
        )
        assert [each.won for each in outcomes].count(True) == 1
        assert all(each.won or isinstance(each.error, Refusal) for each in outcomes)


def test_a_book_is_matched_row_by_row_and_nothing_is_written(world, line):
    for voucher, amount in (("记-1", "60"), ("记-2", "5"), ("记-4", "7")):
        enter(world, line, voucher, amount)
    rows = read_vouchers(
        csv(
            "记-1,2019-05-06,纸,30201,60,甲",
            "记-2,2019-05-06,纸,30201,6,甲",
            "记-3,2019-05-08,纸,30201,8,甲",
            "记-8,2019-06-08,纸,30201,8,甲",
            "记-9,2019-05-08,纸,30201,x,甲",
            ",,本月合计,,74,",
        )
    )
    found = match_month(rows, line.fund, MAY)
    assert (found.matched, found.book) == (1, 74)
    assert [row.voucher for _line, row in found.only_book] == ["记-3"]
    assert [row.voucher for row in found.only_ours] == ["记-4"]
    assert [(row.voucher, str(ours.amount)) for _line, row, ours in found.differing] == [("记-2", "5.00")]
    assert [fault.row for fault in found.unread] == [6]
    assert Expenditure.objects.count() == 3


def test_a_month_is_reconciled_closed_and_reopened_on_its_pages(world, line, django_assert_max_num_queries):
    check(world, enter(world, line, "记-1", "60"))
    clerk, checker = entered("fund_clerk"), entered("fund_checker")
    address = f"/admin/funds/{line.fund_id}/months/"
    may = f"{address}{MAY}/"
    assert clerk.post(f"{may}reconcile/", {"stated": "一"}).status_code == 422
    refused = clerk.post(f"{may}reconcile/", {"stated": "61"})
    assert refused.status_code == 422 and "= 1.00 元，须说明" in text(refused) and 'value="61"' in text(refused)
    assert checker.post(f"{may}close/").status_code == 409
    assert "差额 1.00 元" in text(clerk.post(f"{may}reconcile/", {"stated": "61", "explanation": "<b>在途"}, follow=True))
    assert "&lt;b&gt;在途" in text(clerk.get(may))
    assert "5 月已结账" in text(checker.post(f"{may}close/", follow=True))
    assert "已结账 1 个月" in text(clerk.get(address))
    assert checker.post(f"{may}reopen/", {}).status_code == 422
    assert "重新打开：补记" in text(checker.post(f"{may}reopen/", {"reason": "补记"}, follow=True))
    assert clerk.post(f"{may}close/").status_code == 403
    assert clerk.get(f"{address}13/").status_code == 404
    rows = "凭证号\t日期\t摘要\t预算行\t金额\n记-7\t2019-05-06\t纸\t办公费\t5"
    assert "只在账簿 1 笔 · 只在本系统 1 笔" in text(clerk.post(f"{may}match/", {"pasted": rows}))
    assert clerk.post(f"{may}match/", {}).status_code == 422
    with django_assert_max_num_queries(16):
        clerk.get(address)
