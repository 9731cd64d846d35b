"""What a fund's book says: original, adjusted, spent, rest and rate of each line, heading and fund, in 元, computed and never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from budget.models import BudgetAdjustment, BudgetLine, Expenditure, Fund
from budget.money import ZERO, percent, rounding_rest


@dataclass(frozen=True, slots=True)
class Figures:
    """元. ``original`` and ``adjusted`` are None where no budget is known (accounts only): then rest and rate are 无数据."""

    original: Decimal | None
    adjusted: Decimal | None
    spent: Decimal

    @property
    def rest(self) -> Decimal | None:
        return None if self.adjusted is None else self.adjusted - self.spent

    @property
    def rate(self) -> Decimal | None:
        """执行率 in per cent; None where there is no budget to measure against."""
        return percent(self.spent, self.adjusted)


@dataclass(frozen=True, slots=True)
class LineFigures:
    line: BudgetLine
    figures: Figures


@dataclass(frozen=True, slots=True)
class Group:
    """The lines under one heading ('' = lines that stand for themselves) with their subtotal."""

    heading: str
    rows: tuple[LineFigures, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class RoundingRest:
    """尾差 of one column in 万元: what the rounded total has more (or less) than its rounded parts."""

    where: str
    column: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """A fund's lines in order, gathered under their headings, and the total."""

    fund: Fund
    groups: tuple[Group, ...]
    total: Figures

    @property
    def rows(self) -> list[LineFigures]:
        return [row for group in self.groups for row in group.rows]

    def rounding_rests(self) -> list[RoundingRest]:
        """Where the page's 万元 do not add up: each heading against its lines, the total against all lines."""
        found = []
        for group in self.groups:
            if group.heading:
                found += _rests(group.heading, group.figures, [row.figures for row in group.rows])
        return found + _rests("合计", self.total, [row.figures for row in self.rows])


def _rests(where: str, total: Figures, parts: list[Figures]) -> list[RoundingRest]:
    columns = (("年初预算", "original"), ("调整后预算", "adjusted"), ("支出", "spent"), ("结余", "rest"))
    found = []
    for label, name in columns:
        amounts = [getattr(part, name) for part in parts]
        whole = getattr(total, name)
        if whole is not None and None not in amounts and (rest := rounding_rest(whole, amounts)):
            found.append(RoundingRest(where, label, rest))
    return found


def added_up(parts: Iterable[Figures], *, budgeted: bool) -> Figures:
    """Sum in 元. ``budgeted`` false: the fund knows no budget, whatever the parts say."""
    parts = list(parts)
    spent = sum((part.spent for part in parts), ZERO)
    if not budgeted:
        return Figures(None, None, spent)
    return Figures(
        sum((part.original or ZERO for part in parts), ZERO), sum((part.adjusted or ZERO for part in parts), ZERO), spent
    )


def books_of(funds: Iterable[Fund]) -> list[Book]:
    """The books of several funds in five queries, however many they are."""
    funds = list(funds)
    lines = BudgetLine.objects.filter(fund__in=funds).prefetch_related("classes").order_by("fund", "order", "pk")
    keys = {"fund__in": funds}
    entered = _sums(Expenditure.objects.filter(reversal_of=None, **keys), "line")
    reversed_ = _sums(Expenditure.objects.exclude(reversal_of=None).filter(**keys), "line")
    adjustments = BudgetAdjustment.objects.filter(**keys)
    added, cut = _sums(adjustments, "to_line"), _sums(adjustments, "from_line")
    by_fund: dict[int, list[LineFigures]] = {}
    for line in lines:
        spent = entered.get(line.pk, ZERO) - reversed_.get(line.pk, ZERO)
        adjusted = None
        if line.original is not None:
            adjusted = line.original + added.get(line.pk, ZERO) - cut.get(line.pk, ZERO)
        by_fund.setdefault(line.fund_id, []).append(LineFigures(line, Figures(line.original, adjusted, spent)))
    return [_book(fund, by_fund.get(fund.pk, [])) for fund in funds]


def book_of(fund: Fund) -> Book:
    """The book of one fund."""
    return books_of([fund])[0]


def state_of_line(line: BudgetLine) -> Figures:
    """One line as it stands now; ask under the fund's lock."""
    line = BudgetLine.objects.get(pk=line.pk)
    spent = Expenditure.objects.filter(line=line).spent()
    if line.original is None:
        return Figures(None, None, spent)
    added = line.additions.aggregate(sum=Sum("amount"))["sum"] or ZERO
    cut = line.cuts.aggregate(sum=Sum("amount"))["sum"] or ZERO
    return Figures(line.original, line.original + added - cut, spent)


def _sums(rows, key: str) -> dict[int, Decimal]:
    return dict(rows.exclude(Q(**{key: None})).order_by().values_list(key).annotate(sum=Sum("amount")))


def _book(fund: Fund, rows: list[LineFigures]) -> Book:
    budgeted = not fund.accounts_only
    gathered: dict[object, list[LineFigures]] = {}
    for row in rows:
        # Lines without a heading stand alone, in their own place.
        gathered.setdefault(row.line.heading or row.line.pk, []).append(row)
    groups = [
        Group(each[0].line.heading, tuple(each), added_up((row.figures for row in each), budgeted=budgeted))
        for each in gathered.values()
    ]
    return Book(fund, tuple(groups), added_up((row.figures for row in rows), budgeted=budgeted))
