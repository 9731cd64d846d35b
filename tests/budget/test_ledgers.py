"""Random ledgers against an independent recount to the 分: entries, reversals, added, cut and moved budget, closing and reopening."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget import funds
from budget.execution import book_of
from budget.models import Expenditure, Fund
from budget.money import yuan_text
from qingdan.errors import Refusal
from tests.budget.books import add_line, adjust, check, enter, open_fund, reverse

LINES = 3
CENTS = st.integers(1, 60_000_00)
LINE = st.integers(0, LINES - 1)
STEP = st.one_of(
    st.tuples(st.just("enter"), LINE, CENTS),
    st.tuples(st.just("reverse"), st.integers(0, 7), st.just(0)),
    st.tuples(st.just("add"), LINE, CENTS),
    st.tuples(st.just("cut"), LINE, CENTS),
    st.tuples(st.just("move"), LINE, CENTS),
    st.tuples(st.just("close"), st.just(0), st.just(0)),
)


def yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


class Recount:
    """The same ledger in whole 分, by the plainest arithmetic: what the room must agree with."""

    def __init__(self, originals: list[int]):
        self.budget = dict(enumerate(originals))
        self.spent: dict[int, int] = defaultdict(int)
        self.entries: list[tuple[int, int]] = []
        self.reversed: set[int] = set()

    def allows(self, step: str, place: int, cents: int) -> bool:
        rest = self.budget.get(place, 0) - self.spent[place]
        if step in ("enter", "cut", "move"):
            return cents <= rest
        if step == "reverse":
            return place < len(self.entries) and place not in self.reversed
        return True

    def do(self, step: str, place: int, cents: int) -> None:
        if step == "enter":
            self.entries.append((place, cents))
            self.spent[place] += cents
        elif step == "reverse":
            line, amount = self.entries[place]
            self.reversed.add(place)
            self.spent[line] -= amount
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
        elif step == "close":
            for entry in Expenditure.objects.filter(fund=self.fund).unchecked():
                check(self.world, entry)
            funds.close_fund(actor=self.world.fund_checker, fund=self.fund)
            funds.reopen_fund(actor=self.world.fund_checker, fund=self.fund, reason="继续登记")
        else:
            line, following = self.lines[place], self.lines[(place + 1) % LINES]
            into = {"add": line, "cut": None, "move": following}[step]
            adjust(self.world, self.fund, yuan(cents), to_line=into, from_line=None if step == "add" else line)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(st.integers(0, 100_000_00), min_size=LINES, max_size=LINES), st.lists(STEP, max_size=8))
def test_every_ledger_equals_an_independent_recount_to_the_cent(world, originals, steps):
    recount, office = Recount(originals), Office(world, originals)
    for number, (step, place, cents) in enumerate(steps):
        if step == "reverse" and place >= len(recount.entries):
            continue
        if recount.allows(step, place, cents):
            recount.do(step, place, cents)
            office.do(step, place, cents, f"记-{number}")
        else:
            try:
                office.do(step, place, cents, f"记-{number}")
            except Refusal:
                continue
            raise AssertionError(f"{step} {cents} should have been refused")
    book = book_of(office.fund)
    for place, row in enumerate(book.rows):
        assert yuan_text(row.figures.adjusted) == f"{recount.budget[place] // 100:,}.{recount.budget[place] % 100:02d}"
        assert yuan_text(row.figures.spent) == f"{recount.spent[place] // 100:,}.{recount.spent[place] % 100:02d}"
    assert int(book.total.adjusted * 100) == sum(recount.budget.values())
    assert int(book.total.spent * 100) == sum(recount.spent.values())
    assert int(book.total.rest * 100) == sum(recount.budget.values()) - sum(recount.spent.values())
