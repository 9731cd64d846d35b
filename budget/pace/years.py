"""Three years of the same fund side by side: by its name (whatever stands in brackets at its end left off) in the same department."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from budget.execution import Book, Figures, books_of
from budget.models import Fund

_ASIDE = re.compile(r"（[^）]*）$")


@dataclass(frozen=True, slots=True)
class Years:
    """``years``: the three, the fund's own last. ``rows``: line name and its figures of each year, None = 无数据 (no such line, no fund)."""

    fund: Fund
    years: tuple[int, ...]
    funds: tuple[Fund | None, ...]
    rows: tuple[tuple[str, tuple[Figures | None, ...]], ...]
    totals: tuple[Figures | None, ...]

    def spent(self, name: str) -> tuple[Decimal | None, ...]:
        """元 that the line of this name spent in each year; None = 无数据."""
        figures = dict(self.rows).get(name, (None,) * len(self.years))
        return tuple(None if each is None else each.spent for each in figures)


def plain_name(fund: Fund) -> str:
    return _ASIDE.sub("", fund.name)


def years_of(fund: Fund) -> Years:
    """The fund's year and the two before, in seven queries."""
    years = tuple(range(fund.year - 2, fund.year + 1))
    others = Fund.objects.filter(department=fund.department_id, year__in=years[:-1]).select_related("department").order_by("pk")
    wanted = plain_name(fund)
    by_year = {each.year: each for each in others if plain_name(each) == wanted} | {fund.year: fund}
    books = {book.fund.year: book for book in books_of(by_year.values())}
    names = [row.line.name for book in reversed(books.values()) for row in book.rows]
    own = [row.line.name for row in books[fund.year].rows]
    rows = tuple((name, tuple(_figures(books.get(year), name) for year in years)) for name in dict.fromkeys([*own, *names]))
    totals = tuple(books[year].total if year in books else None for year in years)
    return Years(fund, years, tuple(by_year.get(year) for year in years), rows, totals)


def _figures(book: Book | None, name: str) -> Figures | None:
    return next((row.figures for row in book.rows if row.line.name == name), None) if book else None
