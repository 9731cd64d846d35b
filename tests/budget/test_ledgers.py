"""Random ledgers against an independent recount to the 分: entries, reversals, added, cut and moved budget, months and years closed
and opened again."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget import funds, months
from budget.execution import book_of
from budget.models import Expenditure, Fund
from budget.money import yuan_text
from budget.months import months_of
from qingdan.errors import Refusal
from tests.budget.books import add_line, adjust, check, close_months, close_year, enter, open_fund, reverse
from tests.soaking import record, trials

LEDGERS = 2000
LINES = 3
MAY = 5  # the month of every entry
# Drawn by weight: most of what an office does is enter, and what is wrong is reversed.
STEPS = ("enter",) * 6 + ("reverse",) * 4 + ("add", "cut", "move") * 2 + ("month", "month", "year")
# (step, place, 分); the place is that of a line, or for a reversal that of an entry, counted round.
STEP = st.tuples(st.sampled_from(STEPS), st.integers(0, 11), st.integers(1, 40_000_00))
ORIGINALS = st.lists(st.integers(0, 100_000_00), min_size=LINES, max_size=LINES)


def yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


class Recount:
    """The same ledger in whole 分, by the plainest arithmetic: what the room must agree with."""

    def __init__(self, originals: list[int]):
        self.budget = dict(enumerate(originals))
        self.spent: dict[int, int] = defaultdict(int)
        self.entries: list[tuple[int, int]] = []
        self.reversed: set[int] = set()
        self.closed = False

    def allows(self, step: str, place: int, cents: int) -> bool:
        rest = self.budget.get(place, 0) - self.spent[place]
        if self.closed and step in ("enter", "reverse"):
            return False
        if step in ("enter", "cut", "move"):
            return cents <= rest
        if step == "reverse":
            return place not in self.reversed
        return True

    def do(self, step: str, place: int, cents: int) -> None:
        if step == "enter":
            self.entries.append((place, cents))
            self.spent[place] += cents
        elif step == "reverse":
            line, amount = self.entries[place]
            self.reversed.add(place)
            self.spent[line] -= amount
        elif step in ("month", "year"):
            self.closed = step == "month" and not self.closed
        elif step in ("add", "cut", "move"):
            self.budget[place] += cents if step == "add" else -cents
            if step == "move":
                self.budget[(place + 1) % LINES] += cents


class Office:
    """The same steps through the acts."""

    def __init__(self, world, originals: list[int]):
        self.world, self.fund = world, open_fund(world, f"随机{Fund.objects.count()}")
        self.lines = [add_line(world, self.fund, f"行{n}", yuan(cents)) for n, cents in enumerate(originals)]
        self.entries: list[Expenditure] = []

    def do(self, step: str, place: int, cents: int, voucher: str) -> None:
        if step == "enter":
            self.entries.append(enter(self.world, self.lines[place], voucher, yuan(cents)))
        elif step == "reverse":
            reverse(self.world, self.entries[place], voucher)
        elif step == "month":
            self._month()
        elif step == "year":
            self._year(voucher)
        else:
            line, following = self.lines[place], self.lines[(place + 1) % LINES]
            into = {"add": line, "cut": None, "move": following}[step]
            adjust(self.world, self.fund, yuan(cents), to_line=into, from_line=None if step == "add" else line)

    def _month(self) -> None:
        """Closed where it is open, opened where it is closed."""
        if months_of(self.fund)[MAY - 1].is_closed:
            months.reopen_month(actor=self.world.fund_checker, fund=self.fund, month=MAY, reason="补记")
            return
        self._check_all()
        close_months(self.world, self.fund, of=(MAY,))

    def _year(self, voucher: str) -> None:
        """Closed, found closed to entry and adjustment, and opened again with its month of entries."""
        self._check_all()
        close_year(self.world, self.fund)
        for attempt in (
            lambda: enter(self.world, self.lines[0], voucher, "0.01"),
            lambda: adjust(self.world, self.fund, "0.01", to_line=self.lines[0]),
        ):
            with pytest.raises(Refusal, match="已关账"):
                attempt()
        funds.reopen_fund(actor=self.world.fund_checker, fund=self.fund, reason="继续登记")
        self._month()

    def _check_all(self) -> None:
        for entry in Expenditure.objects.filter(fund=self.fund).unchecked():
            check(self.world, entry)


def cents_of(yuan_and_cents) -> int:
    return int(yuan_and_cents * 100)


@pytest.mark.soak
def test_every_ledger_equals_an_independent_recount_to_the_cent(world):
    made: Counter[str] = Counter()

    @settings(max_examples=trials(LEDGERS), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(ORIGINALS, st.lists(STEP, min_size=3, max_size=10))
    def trial(originals, steps):
        made.update(ledgers=1)
        hold_to_the_recount(world, originals, steps, made)

    trial()
    assert made["ledgers"] >= trials(LEDGERS)
    record("budget_ledgers", **made)


def hold_to_the_recount(world, originals, steps, made) -> None:
    recount, office = Recount(originals), Office(world, originals)
    for number, (step, drawn, cents) in enumerate(steps):
        if step == "reverse" and not recount.entries:
            continue
        place = drawn % (len(recount.entries) if step == "reverse" else LINES)
        if recount.allows(step, place, cents):
            recount.do(step, place, cents)
            office.do(step, place, cents, f"记-{number}")
            made.update([step])
        else:
            made.update(["refused"])
            with pytest.raises(Refusal):
                office.do(step, place, cents, f"记-{number}")
    book = book_of(office.fund)
    for place, row in enumerate(book.rows):
        assert yuan_text(row.figures.adjusted) == f"{recount.budget[place] // 100:,}.{recount.budget[place] % 100:02d}"
        assert yuan_text(row.figures.spent) == f"{recount.spent[place] // 100:,}.{recount.spent[place] % 100:02d}"
    budget, spent = sum(recount.budget.values()), sum(recount.spent.values())
    assert [cents_of(book.total.adjusted), cents_of(book.total.spent), cents_of(book.total.rest)] == [budget, spent, budget - spent]
    assert [cents_of(each.ours) for each in months_of(office.fund)] == [spent if each == MAY else 0 for each in months.MONTHS]
