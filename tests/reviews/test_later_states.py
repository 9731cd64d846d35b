"""State × Action × everybody outside of requests and batches: each guard says what the hand-written table here says.

Measures (紧急暂停, 更正), 机构改革, 备案, tasks of decisions from above and parts of campaigns; who may not even know of one is a stranger.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from qingdan.errors import NotAllowed, WrongState
from reviews.filings import file_edition
from reviews.guards import check_can_act_on_scope, check_can_act_on_task
from reviews.later_guards import check_can_act_on_filing, check_can_act_on_measure, check_can_act_on_reform
from reviews.later_states import FilingAction, FilingState, MeasureAction, MeasureState
from reviews.states import ScopeAction, ScopeState, TaskAction, TaskState
from tests.reviews.directives import task
from tests.reviews.test_campaigns import campaign, scope
from tests.reviews.test_filings import PAPERS
from tests.reviews.test_reforming import rename
from tests.reviews.test_suspending import suspend
from tests.world import PEOPLE

OFFICES = {"compliance", "service", "legality", "council", "publisher", "auditor"}
DEPARTMENT = {"clerk", "head"}
GIVERS = {"compliance", "publisher"}


@dataclass(frozen=True)
class Machine:
    """``law``: (state, action) → who may, by hand from the trade's rules; ``seen``: who knows of it at all."""

    check: Callable
    make: Callable
    states: type
    actions: type
    seen: set[str]
    law: dict[tuple[str, str], set[str]]


def file_second(world):
    return file_edition(actor=world.publisher, edition=world.edition(2), number="备1", **PAPERS)


MACHINES = {
    "measure": Machine(
        check_can_act_on_measure,
        lambda world: suspend(world, "工伤认定"),
        MeasureState,
        MeasureAction,
        OFFICES,
        {
            ("proposed", "confirm"): {"legality"},
            ("proposed", "decline"): {"legality"},
            ("proposed", "withdraw"): {"publisher"},
        },
    ),
    "reform": Machine(
        check_can_act_on_reform,
        rename,
        MeasureState,
        MeasureAction,
        OFFICES,
        {
            ("proposed", "confirm"): {"compliance"},
            ("proposed", "decline"): {"compliance"},
            ("proposed", "withdraw"): {"publisher"},
        },
    ),
    "filing": Machine(
        check_can_act_on_filing,
        file_second,
        FilingState,
        FilingAction,
        OFFICES,
        {
            ("filed", "register"): {"legality"},
            ("registered", "accept"): {"legality"},
            ("registered", "require"): {"legality"},
            ("registered", "advise"): {"legality"},
            ("correcting", "refile"): {"publisher"},
        },
    ),
    "task": Machine(
        check_can_act_on_task,
        task,
        TaskState,
        TaskAction,
        OFFICES | DEPARTMENT,
        {
            ("open", "receive"): DEPARTMENT,
            ("open", "propose"): {"clerk"},
            ("open", "answer"): {"head"},
            ("open", "request"): DEPARTMENT,
            ("open", "cancel"): GIVERS,
            ("proposed", "answer"): {"head"},
            ("proposed", "send_back"): {"head"},
            ("proposed", "request"): DEPARTMENT,
            ("proposed", "cancel"): GIVERS,
            ("not_concerned", "request"): DEPARTMENT,
            ("not_concerned", "reopen"): GIVERS,
        },
    ),
    "scope": Machine(
        check_can_act_on_scope,
        lambda world: scope(world, campaign(world)),
        ScopeState,
        ScopeAction,
        OFFICES | DEPARTMENT,
        {
            ("open", "report_done"): {"head"},
            ("open", "report_nothing"): {"head"},
            ("done", "reopen"): {"publisher"},
            ("nothing", "reopen"): {"publisher"},
        },
    ),
}


@pytest.mark.parametrize("kind", MACHINES)
def test_every_action_in_every_state_by_everybody(world, kind):
    machine = MACHINES[kind]
    row = machine.make(world)
    if kind == "task":
        row.request = world.request("compliance")
    for state, action in itertools.product(machine.states.values, machine.actions.values):
        row.state = state
        found = {n for n in machine.seen if verdict(machine.check, actor=getattr(world, n), action=action, **{kind: row}) == "may"}
        assert found == machine.law.get((state, action), set()), (state, action)
    known = {n for n in PEOPLE if verdict(machine.check, actor=getattr(world, n), action=action, **{kind: row}) != "stranger"}
    assert known == machine.seen


def test_a_county_files_with_the_city_whose_office_of_law_alone_examines(world):
    """The county's publisher files again; 司法 of the county has no say."""
    filing = file_second(world)
    filing.region, filing.state = world.county, "correcting"
    filing.save()
    may = {n for n in PEOPLE if verdict(check_can_act_on_filing, actor=getattr(world, n), filing=filing, action="refile") == "may"}
    assert may == {"county_publisher"}
    filing.state = "registered"
    may = {n for n in PEOPLE if verdict(check_can_act_on_filing, actor=getattr(world, n), filing=filing, action="accept") == "may"}
    assert may == {"legality"}


def verdict(check, **arguments) -> str:
    try:
        check(**arguments)
    except NotAllowed as refusal:
        return "stranger" if refusal.status == 404 else "may not"
    except WrongState:
        return "may not"
    return "may"
