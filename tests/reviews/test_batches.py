"""调整批次 and 常务会: what is gathered, frozen, decided, put off."""

import datetime

import pytest
from django.utils.timezone import localdate

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.batches import (
    add_to_batch,
    create_batch,
    dissolve_batch,
    freeze_batch,
    remove_from_batch,
    reopen_batch,
)
from reviews.meetings import ItemOutcome, record_meeting
from reviews.models import Batch, Change
from tests.world import add, decide_batch, freeze, fresh, propose, publish, review


@pytest.fixture
def free(world):
    """The city with no batch open."""
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕8号",
        published_on=datetime.date(2020, 3, 1),
        effective_on=datetime.date(2020, 3, 2),
    )
    return world


def ready(world, *names):
    return [review(world, propose(world, [add(name) for name in each.split("+")])) for each in names]


def meeting(world, batch, outcome, **changed):
    values = {
        "meeting_title": "市政府第70次常务会议",
        "held_on": localdate(),
        "opinion": "见纪要",
        "seen_hash": batch.submission_hash,
    }
    return record_meeting(actor=world.council, batch=batch, outcome=outcome, **{**values, **changed})


def test_only_the_publisher_gathers(free):
    with pytest.raises(NotAllowed):
        create_batch(actor=free.legality, region=free.city, title="批", requests=ready(free, "甲"))


def test_only_what_passed_legality_is_gathered(free):
    request = review(free, propose(free, [add("甲")]), until="legality")
    with pytest.raises(WrongState):
        create_batch(actor=free.publisher, region=free.city, title="批", requests=[request])
    assert not Batch.objects.filter(title="批").exists()


def test_one_batch_is_open_in_a_region_at_a_time(world):
    request = world.request("awaiting")
    with pytest.raises(WrongState, match="待公布批次"):
        create_batch(actor=world.publisher, region=world.city, title="又一批", requests=[request])


def test_requests_join_and_leave_until_the_submission_is_frozen(free):
    first, second = ready(free, "甲", "乙")
    batch = create_batch(actor=free.publisher, region=free.city, title="批", requests=[first])
    add_to_batch(actor=free.publisher, batch=batch, request=fresh(second))
    remove_from_batch(actor=free.publisher, batch=batch, request=fresh(first))
    assert fresh(first).state == "awaiting"
    freeze_batch(actor=free.publisher, batch=batch)
    with pytest.raises(WrongState):
        add_to_batch(actor=free.publisher, batch=batch, request=fresh(first))
    assert [request.pk for request in batch.requests.all()] == [second.pk]


def test_a_stale_page_cannot_add_to_a_frozen_batch(free):
    first, second = ready(free, "甲", "乙")
    batch = create_batch(actor=free.publisher, region=free.city, title="批", requests=[first])
    stale = Batch.objects.get(pk=batch.pk)
    freeze_batch(actor=free.publisher, batch=batch)
    with pytest.raises(WrongState):
        add_to_batch(actor=free.publisher, batch=stale, request=fresh(second))


def test_the_meeting_decides_the_submission_that_was_seen(free):
    batch = freeze(free, ready(free, "甲"), "批")
    with pytest.raises(WrongState, match="送审稿已变化"):
        meeting(free, batch, "agreed", seen_hash="0" * 64)
    reopen_batch(actor=free.publisher, batch=batch)
    with pytest.raises(WrongState):
        meeting(free, batch, "agreed", seen_hash="")


def test_content_that_changed_behind_the_submission_stops_the_meeting(free):
    batch = freeze(free, ready(free, "甲"), "批")
    Change.objects.filter(request__batch=batch).update(content_hash="0" * 64)
    with pytest.raises(WrongState, match="不一致"):
        meeting(free, batch, "agreed")


def test_putting_off_sends_every_request_back_to_wait(free):
    (request,) = ready(free, "甲")
    batch = freeze(free, [request], "批")
    meeting(free, batch, "deferred")
    assert fresh(request).state == "awaiting"
    assert fresh(batch).state == "dissolved"
    assert freeze(free, [request], "再批").state == "frozen"


def test_refusing_ends_every_request_and_frees_its_items(free):
    (request,) = ready(free, "甲")
    batch = freeze(free, [request], "批")
    with pytest.raises(RuleBroken, match="意见"):
        meeting(free, batch, "refused", opinion="")
    meeting(free, batch, "refused")
    assert fresh(request).state == "refused"
    assert not fresh(request).changes.filter(open=True).exists()


def test_exceptions_differ_item_by_item(free):
    (request,) = ready(free, "甲+乙+丙")
    batch = freeze(free, [request], "批")
    second, third = request.changes.get(name="乙"), request.changes.get(name="丙")
    meeting(
        free, batch, "agreed", exceptions={second.pk: ItemOutcome("deferred", "另议"), third.pk: ItemOutcome("refused", "不必")}
    )
    assert {c.name: c.outcome for c in request.changes.all()} == {"甲": "agreed", "乙": "deferred", "丙": "refused"}
    assert fresh(request).state == "approved"


def test_an_exception_outside_the_batch_is_refused(free):
    batch = freeze(free, ready(free, "甲"), "批")
    foreign = free.request("draft").changes.first()
    with pytest.raises(RuleBroken):
        meeting(free, batch, "agreed", exceptions={foreign.pk: ItemOutcome("refused")})
    assert fresh(batch).state == "frozen"


def test_a_sub_item_cannot_be_agreed_without_its_major(free):
    major = add("大项丁")
    sub = add("子项丁一", major="大项丁")
    request = review(free, propose(free, [major, sub]))
    batch = freeze(free, [request], "批")
    with pytest.raises(RuleBroken, match="大项丁"):
        meeting(free, batch, "agreed", exceptions={request.changes.get(name="大项丁").pk: ItemOutcome("refused", "不必")})
    assert fresh(request).state == "batched"


def test_a_meeting_of_tomorrow_cannot_be_recorded(free):
    batch = freeze(free, ready(free, "甲"), "批")
    with pytest.raises(RuleBroken, match="尚未到"):
        meeting(free, batch, "agreed", held_on=localdate() + datetime.timedelta(days=2))


def test_dissolving_a_batch_that_is_being_gathered_frees_its_requests(free):
    (request,) = ready(free, "甲")
    batch = create_batch(actor=free.publisher, region=free.city, title="批", requests=[request])
    dissolve_batch(actor=free.publisher, batch=batch)
    assert (fresh(request).state, fresh(request).batch) == ("awaiting", None)


def test_a_batch_is_published_once(free):
    batch = decide_batch(free, ready(free, "甲"), "批", held_on=datetime.date(2020, 5, 1))
    publish(free, batch, "襄政发〔2020〕10号", published_on=datetime.date(2020, 5, 2), effective_on=datetime.date(2020, 5, 3))
    with pytest.raises(WrongState):
        publish(free, batch, "襄政发〔2020〕11号", published_on=datetime.date(2020, 5, 2), effective_on=datetime.date(2020, 5, 3))
