"""Two at once on one book: one goes in, the other is told; never both. Real commits, real threads, both databases."""

from __future__ import annotations

import pytest

from budget import funds, months, spending
from budget.execution import state_of_line
from budget.models import Expenditure, Fund
from qingdan.errors import Refusal
from qingdan.ledger import audit
from tests.budget.books import add_line, adjust, close_months, enter, open_fund, reverse, second_person
from tests.racing import race
from tests.soaking import record, trials

TRIALS = 100


def won_and_lost(outcomes):
    assert all(outcome.won or isinstance(outcome.error, Refusal) for outcome in outcomes), [outcome.error for outcome in outcomes]
    return [o.value for o in outcomes if o.won], [o.error for o in outcomes if not o.won]


@pytest.mark.soak
def test_of_two_entries_that_together_overspend_exactly_one_goes_in(committed_world):
    world, _ = committed_world
    colleague = second_person(world, "fund_clerk2", "fund_clerk")
    fund = open_fund(world)
    for trial in range(trials(TRIALS)):
        line = add_line(world, fund, f"行{trial}", "100")
        won, lost = won_and_lost(
            race(
                lambda line=line, trial=trial: enter(world, line, f"甲-{trial}", "60"),
                lambda line=line, trial=trial: enter(world, line, f"乙-{trial}", "60", actor=colleague),
            )
        )
        assert (len(won), [each.violations[0].rule for each in lost]) == (1, ["E06"])
        assert state_of_line(line).rest == 40
    assert audit.first_break() is None
    record("budget_overspend_race", trials=trials(TRIALS), both=0)


@pytest.mark.soak
def test_the_same_voucher_entered_twice_at_once_is_one_row(committed_world):
    world, _ = committed_world
    colleague = second_person(world, "fund_clerk2", "fund_clerk")
    line = add_line(world, open_fund(world), "办公费", "1000")
    for trial in range(trials(TRIALS)):
        won, lost = won_and_lost(
            race(
                lambda trial=trial: enter(world, line, f"记-{trial}", "1"),
                lambda trial=trial: enter(world, line, f"记－{trial}", "2", actor=colleague),
            )
        )
        assert (len(won), [each.violations[0].rule for each in lost]) == (1, ["E02"])
    assert Expenditure.objects.count() == trials(TRIALS)
    record("budget_voucher_race", trials=trials(TRIALS), rows=trials(TRIALS))


def test_an_entry_is_reversed_once_and_checked_once_however_many_try(committed_world):
    world, _ = committed_world
    other_checker = second_person(world, "fund_checker2", "fund_checker")
    line = add_line(world, open_fund(world), "办公费", "1000")
    for trial in range(5):
        entry = enter(world, line, f"记-{trial}", "1")
        won, _ = won_and_lost(
            race(
                lambda entry=entry, trial=trial: reverse(world, entry, f"冲甲-{trial}"),
                lambda entry=entry, trial=trial: reverse(world, entry, f"冲乙-{trial}"),
            )
        )
        assert len(won) == 1
        checks = [
            lambda actor=actor, entry=entry: spending.check_expenditure(actor=actor, entry=Expenditure.objects.get(pk=entry.pk))
            for actor in (world.fund_checker, other_checker)
        ]
        assert len(won_and_lost(race(*checks))[0]) == 1
    assert state_of_line(line).spent == 0


def test_a_cut_and_an_entry_never_leave_a_line_overspent(committed_world):
    world, _ = committed_world
    fund = open_fund(world)
    for trial in range(5):
        line = add_line(world, fund, f"行{trial}", "100")
        won, _ = won_and_lost(
            race(
                lambda line=line: adjust(world, fund, "60", from_line=line),
                lambda line=line, trial=trial: enter(world, line, f"记-{trial}", "60"),
            )
        )
        assert len(won) == 1
        assert state_of_line(line).rest == 40


def test_a_year_is_not_closed_over_a_month_that_is_opened_at_the_same_moment(committed_world):
    world, _ = committed_world
    for trial in range(3):
        fund = open_fund(world, f"资金{trial}")
        close_months(world, fund)
        won, _ = won_and_lost(
            race(
                lambda fund=fund: funds.close_fund(actor=world.fund_checker, fund=fund),
                lambda fund=fund: months.reopen_month(actor=world.fund_checker, fund=fund, month=5, reason="补记"),
            )
        )
        assert len(won) == 1
        closed = Fund.objects.get(pk=fund.pk).state == "closed"
        assert fund.months.filter(state="closed").count() == (12 if closed else 11)
