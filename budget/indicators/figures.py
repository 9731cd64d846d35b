"""What a computed indicator is: its rule in a sentence, its figure with the numbers in it, the rows behind it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from budget.money import percent
from departments.models import Region

NO_DATA = "无数据"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was counted. ``good``: it counts for the share (None where the indicator is a plain count).

    ``request``: key of the change request that ``label`` names; whoever may not see that request is not told its number.
    """

    label: str
    detail: str = ""
    good: bool | None = None
    url: str = ""
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What a rule found: ``value`` None where there is nothing to count."""

    value: Decimal | None
    formula: str
    rows: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The fund's year in its region, up to today. ``begun`` false: the year lies ahead. ``spent``: 元, None where nothing was entered."""

    region: Region
    since: datetime.date
    until: datetime.date
    spent: Decimal | None

    @property
    def begun(self) -> bool:
        return self.since <= self.until

    @property
    def words(self) -> str:
        return f"{self.since:%Y-%m-%d} 至 {self.until:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed indicator. ``rule`` is the counting rule as a sentence; ``unit`` 次, 项, 个, % or 元."""

    name: str
    title: str
    unit: str
    rule: str
    counting: Callable[[Period], Count]
    good: str = ""
    bad: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's figure for a fund. ``value`` None: 无数据; ``formula`` says it with its numbers; ``rows_url``: a page of the rows."""

    indicator: Computed
    value: Decimal | None
    formula: str
    rows: Sequence[Row]
    rows_url: str
    period: str

    @property
    def text(self) -> str:
        """``14 次``, ``66.67%``, ``224.12 元``; 无数据."""
        if self.value is None:
            return NO_DATA
        return f"{self.value:,}{'' if self.indicator.unit == '%' else ' '}{self.indicator.unit}"


def share(rows: Sequence[Row], good: str, of: str, *, nothing: str, more: str = "") -> Count:
    """How many of ``rows`` are good, in per cent to two decimals; no rows, no data. ``more`` goes behind the formula."""
    if not rows:
        return Count(None, nothing + more)
    number = sum(bool(row.good) for row in rows)
    value = percent(Decimal(number), Decimal(len(rows)))
    return Count(value, f"{good} {number} ÷ {of} {len(rows)} × 100% = {value}%{more}", rows)


def last_day(year: int) -> datetime.date:
    """The last day of ``year`` that has come: today in the current year."""
    return min(datetime.date(year, 12, 31), timezone.localdate())
