"""C01: kill -9 at any moment of a publication: never half a list, nothing acknowledged is lost, sound and serving at once."""

from __future__ import annotations

import random
import time

import pytest
from django.db import connections
from django.utils import timezone

from departments.models import Region
from qingdan.items import reads
from qingdan.items.models import Edition
from tests.public.office import text_of
from tests.resilience.acts import publishing
from tests.resilience.faults import counts, digest, fork, kill_after
from tests.resilience.invariants import whole
from tests.soaking import record, soaking, trials
from tests.world import CITY

pytestmark = pytest.mark.soak
KILLS = 200


def lasting(copied, act) -> tuple[float, dict[str, int]]:
    """Seconds that the undisturbed act takes in a child, and how many rows each table has afterwards."""
    with copied():
        began = time.perf_counter()
        assert fork(act.do).acknowledged()
        return time.perf_counter() - began, counts()


def serving(client) -> float:
    """Seconds until the first page is there, with the list that the database has."""
    connections.close_all()
    began = time.perf_counter()
    response = client.get("/")
    assert response.status_code == 200
    seconds = time.perf_counter() - began
    shown = Edition.objects.in_force(Region.objects.get(code=CITY), timezone.localdate())
    assert shown is None or "{:,} 大项 / {:,} 项".format(*reads.totals(shown)) in text_of(response)
    return seconds


@pytest.mark.parametrize("where", ["sixty items"] if not soaking() else ["sixty items", "the city"])
def test_a_kill_at_a_random_moment_leaves_old_or_new_whole(where, request, client):
    if where == "sixty items":
        copied, act = request.getfixturevalue("sixty"), publishing()
    else:
        copied, act = request.getfixturevalue("city")
    seconds, after = lasting(copied, act)
    chance, killed, news, acknowledged, slowest = random.Random(9), 0, 0, 0, 0.0
    while killed < trials(KILLS):
        with copied():
            before, new = digest(), False
            while not new and killed < trials(KILLS):
                said = kill_after(fork(act.do), chance.uniform(0, 1.2 * seconds))
                killed += 1
                slowest = max(slowest, serving(client))
                new = whole(act, before, after, bool(said))
                acknowledged += bool(said)
            news += new
    assert slowest < 5
    record(f"kills, {where}", kills=killed, new=news, acknowledged=acknowledged, half=0, lost=0, serving_again=round(slowest, 3))
