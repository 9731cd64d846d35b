"""Working days: counting them, and the days of the calendar that the library knows.

Counted as the law counts (民法典第二百零一条、行政许可法第八十二条): the day on which a period begins is not counted, rest days are not either.
A year is known when at least as many rest days as there are statutory holidays were confirmed and no row of it is unconfirmed; every other
year follows the week alone and is shown as 预估. Nothing computed here is stored, so a changed calendar moves every deadline at once.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate

from chinese_calendar.constants import Holiday, holidays, workdays

from departments.models import WorkingDay

# 《全国年节及纪念日放假办法》: 11 days until 2024, 13 since; fewer confirmed ones cannot be a whole year.
STATUTORY_HOLIDAYS = 11
_ONE_DAY = datetime.timedelta(days=1)
_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


@dataclass(frozen=True, slots=True)
class _Year:
    """``upto[n]`` = working days among the first n days of the year."""

    upto: list[int]
    known: bool

    @property
    def total(self) -> int:
        return self.upto[-1]


class Calendar:
    """The calendar as it is now. Read as it is asked, four years at a time: one query for a page, however many deadlines it shows."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[datetime.date, tuple[bool, bool]]] = {}
        self._years: dict[int, _Year] = {}

    def is_working_day(self, day: datetime.date) -> bool:
        upto, place = self._year(day.year).upto, _place(day)
        return upto[place] > upto[place - 1]

    def add(self, start: datetime.date, days: int) -> datetime.date:
        """The working day that is ``days`` working days after ``start`` (before it, if negative); ``start`` itself is not counted.

        Zero gives ``start``, working day or not.
        """
        if days == 0:
            return start
        if days < 0:
            before = start - _ONE_DAY
            return self._nth(before.year, self._count(before) + days + 1)
        return self._nth(start.year, self._count(start) + days)

    def between(self, start: datetime.date, end: datetime.date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is the earlier one.

        ``between(start, add(start, n)) == n`` for every n ≥ 0.
        """
        if end < start:
            return -self.between(end, start)
        years = sum(self._year(year).total for year in range(start.year, end.year))
        return years + self._count(end) - self._count(start)

    def is_estimated(self, start: datetime.date, end: datetime.date) -> bool:
        """Whether a year that the period touches is not known yet (预估)."""
        first, last = sorted((start.year, end.year))
        return not all(self._year(year).known for year in range(first, last + 1))

    def _count(self, day: datetime.date) -> int:
        """Working days of the day's own year up to and with it."""
        return self._year(day.year).upto[_place(day)]

    def _nth(self, year: int, number: int) -> datetime.date:
        """The ``number``-th working day (from 1) of ``year``; beyond its ends, of the years around it."""
        while number > self._year(year).total:
            number -= self._year(year).total
            year += 1
        while number < 1:
            year -= 1
            number += self._year(year).total
        return datetime.date(year, 1, 1) + (bisect_left(self._year(year).upto, number) - 1) * _ONE_DAY

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            if year not in self._rows:
                self._read(max(year - 1, datetime.MINYEAR), min(year + 2, datetime.MAXYEAR))
            self._years[year] = _year_of(year, self._rows[year])
        return self._years[year]

    def _read(self, first: int, last: int) -> None:
        rows = WorkingDay.objects.filter(date__range=(datetime.date(first, 1, 1), datetime.date(last, 12, 31)))
        self._rows |= {year: {} for year in range(first, last + 1)}
        for day, kind, confirmed in rows.order_by().values_list("date", "kind", "confirmed"):
            self._rows[day.year][day] = (kind == WorkingDay.Kind.WORK, confirmed)


def _place(day: datetime.date) -> int:
    """1 for 1 January."""
    return day.timetuple().tm_yday


def _year_of(year: int, rows: dict[datetime.date, tuple[bool, bool]]) -> _Year:
    day, worked = datetime.date(year, 1, 1), []
    while True:
        worked.append(rows[day][0] if day in rows else day.weekday() < 5)
        if day == datetime.date(year, 12, 31):
            break
        day += _ONE_DAY
    rests = sum(not work for work, _ in rows.values())
    return _Year(
        list(accumulate(worked, initial=0)), rests >= STATUTORY_HOLIDAYS and all(confirmed for _, confirmed in rows.values())
    )


def add_working_days(start: datetime.date, days: int) -> datetime.date:
    """``Calendar.add`` for one date; who asks more often keeps one ``Calendar``."""
    return Calendar().add(start, days)


def working_days_between(start: datetime.date, end: datetime.date) -> int:
    """``Calendar.between`` for one period."""
    return Calendar().between(start, end)


def is_estimated(start: datetime.date, end: datetime.date) -> bool:
    """``Calendar.is_estimated`` for one period."""
    return Calendar().is_estimated(start, end)


def known_days() -> list[WorkingDay]:
    """Every holiday and worked weekend that the installed library has from the State Council's notices, as rows not yet kept."""
    source = f"国务院办公厅节假日安排通知（chinesecalendar {version('chinesecalendar')}）"
    tables = ((WorkingDay.Kind.REST, holidays), (WorkingDay.Kind.WORK, workdays))
    rows = [
        WorkingDay(date=day, kind=kind, name=_NAMES.get(name, name), source=source, confirmed=True)
        for kind, table in tables
        for day, name in table.items()
    ]
    return sorted(rows, key=lambda row: row.date)


def add_known_days() -> int:
    """Add the library's days that the table does not have; a day that is there stays as the office put it. How many were added."""
    present = set(WorkingDay.objects.values_list("date", flat=True))
    return len(WorkingDay.objects.bulk_create(row for row in known_days() if row.date not in present))


def contradicted_days() -> list[tuple[WorkingDay, WorkingDay]]:
    """(ours, the library's) of the days on which the table and the library disagree."""
    ours = {row.date: row for row in WorkingDay.objects.all()}
    return [(ours[row.date], row) for row in known_days() if row.date in ours and ours[row.date].kind != row.kind]
