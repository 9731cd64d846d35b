"""Acts on expenditures: entered, checked by a second person, reversed. Never changed.

Rules: E01 line, E02 voucher, E03 date, E04 amount, E05 payee and purpose, E06 over the line, E07 checked by another person,
E08 reversal, E09 month closed.
"""

from __future__ import annotations

import datetime
import unicodedata
from decimal import Decimal

from django.utils import timezone

from budget.execution import state_of_line
from budget.guards import FundAct, check_can_act, locked
from budget.models import BudgetLine, Expenditure, Fund, FundMonth
from budget.money import ZERO, yuan_text
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState

VOUCHER_LENGTH = 40


def plain_voucher(text: str) -> str:
    """A voucher number in one writing, so that ``记－１２`` and ``记-12`` are the same voucher."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


@act("enter_expenditure")
def enter_expenditure(
    *,
    actor: Actor,
    fund: Fund,
    line: BudgetLine,
    voucher: str,
    spent_on: datetime.date,
    amount: Decimal,
    payee: str,
    purpose: str,
) -> Expenditure:
    """One voucher of ``amount`` 元 on ``line``. Refused where the line would be overspent: then an adjustment has to come first."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.ENTER)
    voucher, payee, purpose = plain_voucher(voucher), payee.strip(), purpose.strip()
    found = _line_faults(fund, line, amount)
    found += _voucher_faults(fund, voucher) + _date_faults(fund, spent_on)
    found += [Violation("E05", "未填写", label) for label, text in (("收款人", payee), ("用途", purpose)) if not text]
    if found:
        raise RuleBroken(*found)
    entry = Expenditure(
        fund=fund,
        line=line,
        voucher=voucher,
        spent_on=spent_on,
        amount=amount,
        payee=payee,
        purpose=purpose,
        entered_by=actor.user,
    )
    keep(entry, actor=actor, reason="登记支出")
    actor.record(
        act="enter_expenditure",
        post=posting.post,
        obj=entry,
        after_hash=fingerprint(entry),
        detail=f"{fund}：{voucher} {line} {yuan_text(amount)} 元，{payee}，{purpose}",
    )
    return entry


def _line_faults(fund: Fund, line: BudgetLine, amount: Decimal) -> list[Violation]:
    if line.fund_id != fund.pk:
        return [Violation("E01", "不是本资金的预算行", "预算行")]
    if amount <= ZERO:
        return [Violation("E04", "须大于 0；冲减支出用冲销", "金额")]
    state = state_of_line(line)
    if state.rest is not None and amount > state.rest:
        over = yuan_text(amount - state.rest)
        told = f"“{line}”还剩 {yuan_text(state.rest)} 元，超出 {over} 元；先办预算调整，或改列其他预算行"
        return [Violation("E06", told, "金额")]
    return []


def _voucher_faults(fund: Fund, voucher: str) -> list[Violation]:
    if not voucher:
        return [Violation("E02", "未填写", "凭证号")]
    if len(voucher) > VOUCHER_LENGTH:
        return [Violation("E02", f"超过 {VOUCHER_LENGTH} 字", "凭证号")]
    there = Expenditure.objects.filter(fund=fund, voucher=voucher).select_related("line").first()
    if there:
        told = f"{voucher} 已登记：{there.spent_on} {there.line} {yuan_text(there.amount)} 元，{there.payee}；一张凭证有几行的，加分录号，如 {voucher}-2"
        return [Violation("E02", told, "凭证号")]
    return []


def _date_faults(fund: Fund, spent_on: datetime.date) -> list[Violation]:
    if spent_on.year != fund.year:
        return [Violation("E03", f"不在 {fund.year} 年度内", "日期")]
    if spent_on > timezone.localdate():
        return [Violation("E03", "不能晚于今天", "日期")]
    if spent_on.month in closed_months(fund):
        return [Violation("E09", month_closed(spent_on), "日期")]
    return []


def closed_months(fund: Fund) -> set[int]:
    """The months (1–12) of the fund that took their 月结."""
    return set(FundMonth.objects.filter(fund=fund, state=FundMonth.State.CLOSED).values_list("month", flat=True))


def month_closed(day: datetime.date) -> str:
    """Why nothing of ``day`` goes in, and the way out."""
    return f"{day.month} 月已结账；记入以后的月份，或先由财务复核写明理由重新打开"


@act("check_expenditure")
def check_expenditure(*, actor: Actor, entry: Expenditure) -> Expenditure:
    """复核 by a second person, who did not enter it."""
    fund = locked(entry.fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.CHECK)
    if entry.entered_by_id == actor.user.pk:
        raise NotAllowed(f"{entry.voucher} 由您登记，须由另一人复核")
    before = fingerprint(entry)
    rows = Expenditure.objects.filter(pk=entry.pk, checked_at=None)
    if rows.update(checked_by=actor.user, checked_at=timezone.now()) != 1:
        raise WrongState(f"{entry.voucher} 已复核")
    entry.refresh_from_db()
    Expenditure.history.bulk_history_create([entry], update=True, default_user=actor.user, default_change_reason="复核")
    actor.record(
        act="check_expenditure",
        post=posting.post,
        obj=entry,
        before_hash=before,
        after_hash=fingerprint(entry),
        detail=f"{fund}：{entry.voucher} {yuan_text(entry.amount)} 元",
    )
    return entry


@act("reverse_expenditure")
def reverse_expenditure(*, actor: Actor, entry: Expenditure, voucher: str, reversed_on: datetime.date, reason: str) -> Expenditure:
    """冲销: an entry of its own, with a voucher of its own, that takes back the whole of ``entry``. Once; never of a reversal."""
    fund = locked(entry.fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.REVERSE)
    if Expenditure.objects.filter(reversal_of=entry).exists():
        raise WrongState(f"{entry.voucher} 已冲销")
    voucher, reason = plain_voucher(voucher), reason.strip()
    found = _voucher_faults(fund, voucher) + _date_faults(fund, reversed_on)
    if entry.is_reversal:
        found.append(Violation("E08", "这一笔本身是冲销；冲错了的，重新登记原支出", "凭证号"))
    elif reversed_on < entry.spent_on:
        found.append(Violation("E03", f"不能早于原支出的 {entry.spent_on}", "日期"))
    if not reason:
        found.append(Violation("E05", "未填写", "理由"))
    if found:
        raise RuleBroken(*found)
    reversal = Expenditure(
        fund=fund,
        line_id=entry.line_id,
        voucher=voucher,
        spent_on=reversed_on,
        amount=entry.amount,
        payee=entry.payee,
        purpose=reason,
        reversal_of=entry,
        entered_by=actor.user,
    )
    keep(reversal, actor=actor, reason=f"冲销 {entry.voucher}")
    actor.record(
        act="reverse_expenditure",
        post=posting.post,
        obj=reversal,
        after_hash=fingerprint(reversal),
        detail=f"{fund}：{voucher} 冲销 {entry.voucher} {yuan_text(entry.amount)} 元；{reason}",
    )
    return reversal
