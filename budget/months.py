"""Months: 对账 (what the finance book says of a month against ours) and 月结 (a closed month takes no entry, reversal or import).

Rules: N01 month, N02 the book's amount, N03 a difference explained, N04 reason of reopening. The database holds the closed month too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from budget.guards import FundAct, check_can_act, locked
from budget.models import Expenditure, Fund, FundMonth
from budget.money import ZERO, yuan_text
from budget.voucher_table import Voucher, VoucherReader, sum_row
from departments.acting import act
from departments.people import Actor
from departments.rosters.tables import Fault, Line
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of a fund. ``ours`` in 元 by the day of each voucher, reversals taken off in their own month."""

    month: int
    count: int
    unchecked: int
    ours: Decimal
    row: FundMonth | None

    @property
    def difference(self) -> Decimal | None:
        """The book less ours; None where nobody has stated the book's amount."""
        return None if self.row is None else self.row.stated - self.ours

    @property
    def is_current(self) -> bool:
        """Whether the book still says what it said when it was reconciled."""
        return self.row is not None and self.row.ours == self.ours

    @property
    def is_closed(self) -> bool:
        return self.row is not None and self.row.state == FundMonth.State.CLOSED


def months_of(fund: Fund) -> list[MonthFigures]:
    """All twelve, in two queries."""
    of_reversals = Q(reversal_of__isnull=False)
    sums = (
        Expenditure.objects.filter(fund=fund)
        .order_by()
        .annotate(month=ExtractMonth("spent_on"))
        .values("month")
        .annotate(
            count=Count("pk"),
            unchecked=Count("pk", filter=Q(checked_at=None)),
            entered=Sum("amount", filter=~of_reversals),
            back=Sum("amount", filter=of_reversals),
        )
    )
    by_month = {each["month"]: each for each in sums}
    rows = {each.month: each for each in FundMonth.objects.filter(fund=fund).select_related("reconciled_by", "closed_by")}
    found = []
    for month in MONTHS:
        each = by_month.get(month, {"count": 0, "unchecked": 0, "entered": None, "back": None})
        ours = (each["entered"] or ZERO) - (each["back"] or ZERO)
        found.append(MonthFigures(month, each["count"], each["unchecked"], ours, rows.get(month)))
    return found


def month_of(fund: Fund, month: int) -> MonthFigures:
    return months_of(fund)[month - 1]


@act("reconcile_month")
def reconcile_month(*, actor: Actor, fund: Fund, month: int, stated: Decimal, explanation: str = "") -> FundMonth:
    """对账: ``stated`` 元 is the book's total of the month. A difference is explained."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.RECONCILE)
    figures = _known(fund, month)
    if figures.is_closed:
        raise WrongState(f"{month} 月已结账；要更正，先由财务复核写明理由重新打开")
    explanation, difference = explanation.strip(), stated - figures.ours
    if difference and not explanation:
        told = f"账簿 {yuan_text(stated)} − 本系统 {yuan_text(figures.ours)} = {yuan_text(difference)} 元，须说明差在哪里"
        raise RuleBroken(Violation("N03", told, "差额说明"))
    row = figures.row or FundMonth(fund=fund, month=month)
    before = fingerprint(row) if row.pk else ""
    row.stated, row.ours, row.explanation = stated, figures.ours, explanation if difference else ""
    row.reconciled_by, row.reconciled_at = actor.user, timezone.now()
    keep(row, actor=actor, reason="对账")
    told = f"账簿 {yuan_text(stated)} 元，本系统 {yuan_text(figures.ours)} 元，差 {yuan_text(difference)} 元"
    _record(actor, "reconcile_month", posting, row, before, f"{fund} {month} 月：{told}；{row.explanation}")
    return row


@act("close_month")
def close_month(*, actor: Actor, fund: Fund, month: int) -> FundMonth:
    """月结: the month is over, everything in it checked, and reconciled as it stands now."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.CLOSE_MONTH)
    figures = _known(fund, month)
    if why := why_not_closed(fund, figures):
        raise WrongState(why)
    row = figures.row
    before = fingerprint(row)
    row.state, row.closed_by, row.closed_at = FundMonth.State.CLOSED, actor.user, timezone.now()
    keep(row, actor=actor, reason="月结")
    _record(actor, "close_month", posting, row, before, f"{fund} {month} 月：{figures.count} 笔，{yuan_text(figures.ours)} 元")
    return row


def why_not_closed(fund: Fund, figures: MonthFigures) -> str:
    """What stands between a month and its 月结, in a sentence; empty if nothing does."""
    month, today = figures.month, timezone.localdate()
    if figures.is_closed:
        return f"{month} 月已结账"
    if (fund.year, month) >= (today.year, today.month):
        return f"{fund.year} 年 {month} 月还没有过完，过完再结账"
    if figures.unchecked:
        return f"{month} 月还有 {figures.unchecked} 笔没有复核，复核后再结账"
    if not figures.is_current:
        return f"{month} 月{'对账之后账有变化，重新对账' if figures.row else '还没有对账，先由财务经办对账'}"
    return ""


@act("reopen_month")
def reopen_month(*, actor: Actor, fund: Fund, month: int, reason: str) -> FundMonth:
    """A closed month is opened again, for a stated reason; it is reconciled and closed anew."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.REOPEN_MONTH)
    figures, reason = _known(fund, month), reason.strip()
    if not figures.is_closed:
        raise WrongState(f"{month} 月没有结账")
    if not reason:
        raise RuleBroken(Violation("N04", "未填写", "理由"))
    row = figures.row
    before = fingerprint(row)
    row.state, row.closed_by, row.closed_at = FundMonth.State.OPEN, None, None
    keep(row, actor=actor, reason=f"重新打开：{reason}")
    _record(actor, "reopen_month", posting, row, before, f"{fund} {month} 月：{reason}")
    return row


def _known(fund: Fund, month: int) -> MonthFigures:
    if month not in MONTHS:
        raise RuleBroken(Violation("N01", "须为 1 至 12 月", "月份"))
    return month_of(fund, month)


def _record(actor: Actor, name: str, posting, row: FundMonth, before: str, detail: str) -> None:
    actor.record(act=name, post=posting.post, obj=row, before_hash=before, after_hash=fingerprint(row), detail=detail)


@dataclass
class Matching:
    """A month of the book against ours, row by row; ``unread``: rows of the book that could not be read."""

    month: int
    matched: int = 0
    only_book: list[tuple[Line, Voucher]] = field(default_factory=list)
    only_ours: list[Expenditure] = field(default_factory=list)
    differing: list[tuple[Line, Voucher, Expenditure]] = field(default_factory=list)
    unread: list[Fault] = field(default_factory=list)
    book: Decimal = ZERO


def match_month(lines: Iterable[Line], fund: Fund, month: int) -> Matching:
    """Compare by voucher number; the same number with another amount, day or line is differing. Reads only.

    Reversals of ours stand with their own vouchers, which a book shows as red rows: they are compared by hand.
    """
    reader, found = VoucherReader(fund), Matching(month)
    seen = set()
    for line in lines:
        if sum_row(line):
            continue
        row, faults = reader.read(line)
        if row is None:
            found.unread += faults
        elif row.spent_on.month == month:
            found.book += row.amount
            seen.add(row.voucher)
            there = reader.there.get(row.voucher)
            if reader.is_known(row):
                found.matched += 1
            elif there is None:
                found.only_book.append((line, row))
            else:
                found.differing.append((line, row, there))
    ours = (each for each in reader.there.values() if each.spent_on.month == month and each.voucher not in seen)
    found.only_ours = sorted(ours, key=lambda each: (each.spent_on, each.pk))
    return found
