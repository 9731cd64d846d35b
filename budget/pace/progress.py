"""Where a fund stands at the end of a month: execution rate against plan, deviation, forecast to year's end, carry-over. Computed, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from budget.execution import book_of
from budget.models import BudgetLine, Expenditure, Fund
from budget.money import ZERO, percent
from budget.pace.models import DeviationLimit, DeviationNote
from budget.pace.plan import MONTHS, even, plans_of


@dataclass(frozen=True, slots=True)
class Standing:
    """One line, or the fund (``line`` None), at the end of a month. 元; rates in per cent; None = 无数据 (no budget is known, or it is 0)."""

    line: BudgetLine | None
    original: Decimal | None
    adjusted: Decimal | None
    planned: Decimal | None
    spent: Decimal
    whole_plan: Decimal | None
    own_pace: bool
    limit: int
    note: DeviationNote | None

    @property
    def name(self) -> str:
        return self.line.name if self.line else "合计"

    @property
    def rate(self) -> Decimal | None:
        """执行率: spent so far of the adjusted budget of the year."""
        return percent(self.spent, self.adjusted)

    @property
    def planned_rate(self) -> Decimal | None:
        return None if self.planned is None else percent(self.planned, self.adjusted)

    @property
    def deviation(self) -> Decimal | None:
        """百分点: execution rate less planned rate."""
        if self.rate is None or self.planned_rate is None:
            return None
        return self.rate - self.planned_rate

    @property
    def is_off(self) -> bool:
        """Whether a reason and a measure are wanted."""
        return self.deviation is not None and abs(self.deviation) > self.limit

    @property
    def is_explained(self) -> bool:
        """Whether the newest explanation speaks of the figures as they are."""
        return self.note is not None and (self.note.planned, self.note.spent) == (self.planned, self.spent)

    @property
    def forecast(self) -> Decimal | None:
        """预计全年支出: spent so far and what the plan still has for the months to come, not beyond the budget."""
        if self.adjusted is None:
            return None
        return max(self.spent, min(self.spent + self.whole_plan - self.planned, self.adjusted))

    @property
    def carry_over(self) -> Decimal | None:
        """预计结转结余: the budget less the forecast."""
        return None if self.forecast is None else self.adjusted - self.forecast

    @property
    def is_unbalanced(self) -> bool:
        """Whether the budget has changed since the line's own pace was set."""
        return self.own_pace and self.whole_plan != self.adjusted


@dataclass(frozen=True, slots=True)
class MonthOfPlan:
    """One month of the fund: planned and spent in it, and both so far."""

    month: int
    planned: Decimal | None
    spent: Decimal
    planned_so_far: Decimal | None
    spent_so_far: Decimal
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Progress:
    fund: Fund
    month: int
    limit: int
    rows: tuple[Standing, ...]
    total: Standing
    months: tuple[MonthOfPlan, ...]

    @property
    def unbalanced(self) -> list[Standing]:
        return [row for row in self.rows if row.is_unbalanced]

    @property
    def unexplained(self) -> list[Standing]:
        return [row for row in (*self.rows, self.total) if row.is_off and not row.is_explained]


def last_month(fund: Fund) -> int:
    """The last month of the fund's year that is over, at least 1."""
    today = timezone.localdate()
    return MONTHS if fund.year < today.year else max(1, today.month - 1 if fund.year == today.year else 1)


def limit_of(fund: Fund) -> int:
    """百分点: the fund's own, else the installation's."""
    own = DeviationLimit.objects.filter(fund=fund).order_by("-pk").first()
    return own.points if own else settings.DEVIATION_POINTS


def spent_by_month(fund: Fund) -> dict[tuple[int, int], Decimal]:
    """(line, month) → 元, by the day of each voucher; reversals taken off in their own month. One query."""
    back = Q(reversal_of__isnull=False)
    sums = (
        Expenditure.objects.filter(fund=fund)
        .order_by()
        .annotate(month=ExtractMonth("spent_on"))
        .values("line", "month")
        .annotate(entered=Sum("amount", filter=~back), reversed=Sum("amount", filter=back))
    )
    return {(each["line"], each["month"]): (each["entered"] or ZERO) - (each["reversed"] or ZERO) for each in sums}


def progress_of(fund: Fund, month: int) -> Progress:
    """The fund at the end of ``month`` (1–12), in ten queries, however many lines. The budget is the one of today."""
    book, spent, own, limit = book_of(fund), spent_by_month(fund), plans_of(fund), limit_of(fund)
    notes = {each.line_id: each for each in DeviationNote.objects.filter(fund=fund, month=month).order_by("pk")}
    budgeted = not fund.accounts_only
    paces: dict[int, tuple[Decimal, ...]] = {}
    rows = []
    for row in book.rows:
        key = row.line.pk
        paces[key] = (own.get(key) or even(row.figures.adjusted or ZERO)) if budgeted else ()
        so_far = sum((spent.get((key, each), ZERO) for each in range(1, month + 1)), ZERO)
        rows.append(
            Standing(
                line=row.line,
                original=row.figures.original,
                adjusted=row.figures.adjusted,
                planned=sum(paces[key][:month], ZERO) if budgeted else None,
                spent=so_far,
                whole_plan=sum(paces[key], ZERO) if budgeted else None,
                own_pace=key in own,
                limit=limit,
                note=notes.get(key),
            )
        )
    total = Standing(
        line=None,
        original=book.total.original,
        adjusted=book.total.adjusted,
        planned=_added(row.planned for row in rows) if budgeted else None,
        spent=_added(row.spent for row in rows),
        whole_plan=_added(row.whole_plan for row in rows) if budgeted else None,
        own_pace=False,
        limit=limit,
        note=notes.get(None),
    )
    return Progress(fund, month, limit, tuple(rows), total, _months(book.total.adjusted, paces, spent, budgeted=budgeted))


def _added(amounts) -> Decimal:
    return sum(amounts, ZERO)


def _months(
    adjusted: Decimal | None,
    paces: Mapping[int, tuple[Decimal, ...]],
    spent: Mapping[tuple[int, int], Decimal],
    *,
    budgeted: bool,
) -> tuple[MonthOfPlan, ...]:
    found, planned_so_far, spent_so_far = [], ZERO, ZERO
    for month in range(1, MONTHS + 1):
        in_month = _added(amount for (_line, each), amount in spent.items() if each == month)
        plan = _added(pace[month - 1] for pace in paces.values()) if budgeted else None
        spent_so_far += in_month
        planned_so_far += plan or ZERO
        shown = planned_so_far if budgeted else None
        found.append(MonthOfPlan(month, plan, in_month, shown, spent_so_far, percent(spent_so_far, adjusted)))
    return tuple(found)
