"""C02: a fault at every single SQL statement and commit of publish, import and approve. Old or new, whole; the invariants hold each time."""

from __future__ import annotations

import logging

import pytest

from qingdan.items.models import Edition
from tests.resilience.acts import ACTS
from tests.resilience.faults import Broken, counts, digest, fault, fork
from tests.resilience.invariants import whole
from tests.soaking import record, soaking

pytestmark = pytest.mark.soak


@pytest.fixture(autouse=True)
def quiet(caplog):
    """Signing logs why it did not sign; that is expected here."""
    logging.getLogger("qingdan.ledger.heads").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("qingdan.ledger.heads").setLevel(logging.NOTSET)


def points_of(sixty, act) -> tuple[int, dict[str, int]]:
    """How many statements the undisturbed act makes, and how many rows each table has afterwards."""
    with sixty(), fault(None) as points:
        act.do()
        seen = points.seen
        return seen, counts()


def chosen(points: int, name: str) -> list[int]:
    """Every point under make soak; in the suite every tenth, each act from another start."""
    start = sum(name.encode()) % 10
    every = range(1, points + 1)
    return list(every) if soaking() else sorted({*every[start::10], points})


@pytest.mark.parametrize("name", ACTS)
def test_an_error_at_any_statement_leaves_old_or_new_whole(sixty, name):
    act = ACTS[name]()
    points, after = points_of(sixty, act)
    at, tried, news = chosen(points, name), 0, 0
    while at:
        with sixty():
            before = digest()
            while at:
                acknowledged = False
                with fault(at.pop(0)) as struck:
                    try:
                        act.do()
                        acknowledged = True
                    except Broken:
                        pass
                assert struck.fired
                tried += 1
                if whole(act, before, after, acknowledged):
                    news += 1
                    break
    record(f"fault loop, error, {name}", points=points, tried=tried, new=news)
    assert tried == len(chosen(points, name))


@pytest.mark.parametrize("name", ACTS)
def test_a_kill_at_any_statement_leaves_old_or_new_whole(sixty, name):
    act = ACTS[name]()
    points, after = points_of(sixty, act)
    at, tried, news = chosen(points, name), 0, 0
    while at:
        with sixty():
            before = digest()
            while at:
                child = fork(act.do, at.pop(0))
                acknowledged = bool(child.acknowledged())
                tried += 1
                if whole(act, before, after, acknowledged):
                    news += 1
                    break
    record(f"fault loop, kill, {name}", points=points, tried=tried, new=news)


def test_the_invariants_see_what_is_wrong(sixty):
    """The check itself: a half list and an act without its audit event are called by their names."""
    from tests.ledger.test_append_only import drop_triggers, execute
    from tests.resilience.invariants import broken

    with sixty():
        assert broken() == []
        drop_triggers("items_editionentry")
        last = Edition.objects.order_by("-pk").first()
        execute(f"DELETE FROM items_editionentry WHERE edition_id = {last.pk} AND position > 5")
        found = broken()
        assert any(each.startswith("I8") and last.notice_no in each for each in found)
    with sixty():
        drop_triggers("reviews_decision")
        execute("UPDATE reviews_changerequest SET created_by_id = (SELECT person_id FROM reviews_decision d WHERE d.request_id = reviews_changerequest.id LIMIT 1) WHERE state = 'awaiting'")  # fmt: skip
        assert any(each.startswith("I11") for each in broken())
    with sixty():
        execute("UPDATE reviews_batch SET edition_id = NULL WHERE state = 'published' AND number = 1")
        assert any(each.startswith("I9 batches") for each in broken())
