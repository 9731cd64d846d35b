"""原则通过: the edition is the 送审稿 less the exceptions plus the amendments, and only what two offices held against the minutes."""

import datetime

import pytest
from django.db import transaction
from django.utils.timezone import localdate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.models import Posting
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.placing import EditionTerms, Placement
from qingdan.items.publishing import publish_edition
from reviews.amending import amend_after_meeting, confirm_amended_text, stop_conflicts, text_hash
from reviews.meetings import ItemOutcome, record_meeting
from reviews.models import ChangeRequest, Rebase
from reviews.publication import decisions_of, placements_of, publish_batch
from tests.world import add, amend, decide, freeze, fresh, propose, publish, review


@pytest.fixture
def free(world):
    """The city with no batch open."""
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    return world


def meet(world, proposals, outcome="principle", exceptions=None):
    request = review(world, propose(world, proposals))
    batch = freeze(world, [request], "本批")
    record_meeting(
        actor=world.council,
        batch=batch,
        meeting_title="市政府第72次常务会议",
        held_on=localdate(),
        outcome=outcome,
        opinion="按会议意见修改后公布" if outcome == "principle" else "",
        exceptions={request.changes.get(name=name).pk: each for name, each in (exceptions or {}).items()},
        seen_hash=batch.submission_hash,
    )
    return request, fresh(batch)


def change_text(world, batch, change, **elements):
    note = "会议要求改写"
    return amend_after_meeting(
        actor=world.publisher,
        batch=batch,
        change=change,
        content=change.content.changed(**elements),
        note=note,
        seen_hash=text_hash(batch),
    )


def confirm(actor, batch):
    return confirm_amended_text(actor=actor, batch=batch, seen_hash=text_hash(batch))


def test_it_is_published_only_when_both_offices_found_the_text_to_be_the_minutes(free):
    request, batch = meet(free, [add("甲", phone="0710-1")])
    assert batch.state == "amending"
    with pytest.raises(RuleBroken, match="须先录入"):
        confirm(free.publisher, batch)
    change_text(free, batch, request.changes.get(), phone="0710-2")
    confirm(free.publisher, batch)
    assert fresh(batch).state == "amending"
    with pytest.raises(NotAllowed, match="两人"):
        confirm(free.publisher, fresh(batch))
    confirm(free.legality, fresh(batch))
    assert fresh(batch).state == "decided"
    publish(free, batch, "襄政发〔2026〕30号", published_on=localdate(), effective_on=localdate())
    assert free.version("甲").content.phone == "0710-2"
    assert [each["post"] for each in decisions_of(fresh(batch)) if each["stage"] == "amended"] == ["publisher", "legality"]


def test_an_amendment_after_a_confirmation_asks_both_offices_again(free):
    request, batch = meet(free, [add("甲", phone="0710-1")])
    change = request.changes.get()
    change_text(free, batch, change, phone="0710-2")
    confirm(free.legality, batch)
    change_text(free, fresh(batch), change, phone="0710-3")
    confirm(free.publisher, fresh(batch))
    assert fresh(batch).state == "amending"
    confirm(free.legality, fresh(batch))
    assert fresh(batch).state == "decided"


def test_one_person_with_both_posts_is_not_two_people(free):
    request, batch = meet(free, [add("甲", phone="0710-1")])
    change_text(free, batch, request.changes.get(), phone="0710-2")
    Posting.objects.create(user=free.publisher.user, post="legality", region=free.city, from_on=datetime.date(2016, 1, 1))
    confirm(free.publisher, batch)
    with pytest.raises(NotAllowed, match="两人"):
        confirm(free.publisher, fresh(batch))


def test_a_page_that_is_out_of_date_neither_amends_nor_confirms(free):
    request, batch = meet(free, [add("甲", phone="0710-1")])
    seen = text_hash(batch)
    change = request.changes.get()
    change_text(free, batch, change, phone="0710-2")
    with pytest.raises(WrongState):
        confirm_amended_text(actor=free.legality, batch=batch, seen_hash=seen)
    with pytest.raises(WrongState):
        amend_after_meeting(actor=free.publisher, batch=batch, change=change, content=change.content, note="改", seen_hash=seen)


@pytest.mark.parametrize(
    ("elements", "rule"),
    [
        ({"state": "repealed"}, "B14"),
        ({"department_code": "420600-SCJ"}, "B14"),
        ({}, "B13"),
    ],
)
def test_an_amendment_may_not_become_another_kind_of_change(free, elements, rule):
    request, batch = meet(free, [add("甲")])
    with pytest.raises(RuleBroken) as refused:
        change_text(free, batch, request.changes.get(), **elements)
    assert rule in {each.rule for each in refused.value.violations}
    assert not batch.amendments.exists()


def test_what_the_meeting_put_off_or_refused_is_not_amended(free):
    request, batch = meet(free, [add("甲"), add("乙")], exceptions={"乙": ItemOutcome("refused", "不必")})
    with pytest.raises(RuleBroken, match="不是会议通过的事项"):
        change_text(free, batch, request.changes.get(name="乙"), phone="1")
    foreign = free.request("draft").changes.first()
    with pytest.raises(RuleBroken, match="不是会议通过的事项"):
        change_text(free, batch, foreign, phone="1")
    with pytest.raises(NotAllowed):
        amend_after_meeting(
            actor=free.council, batch=batch, change=request.changes.get(name="甲"), content=foreign.content, note="改", seen_hash=""
        )


def test_a_batch_agreed_outright_is_not_amended(free):
    request, batch = meet(free, [add("甲")], outcome="agreed")
    with pytest.raises(WrongState):
        change_text(free, batch, request.changes.get(), phone="1")


NAMES = [f"审议事项{n}" for n in range(6)]


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    exceptions=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["deferred", "refused"]), max_size=5),
    amended=st.dictionaries(st.sampled_from(NAMES), st.lists(st.text("0123456789-", min_size=1, max_size=8), max_size=2)),
)
def test_the_edition_is_the_submission_less_the_exceptions_plus_the_amendments(free, exceptions, amended):
    with transaction.atomic():
        before = dict(EditionEntry.objects.of(Edition.objects.newest(free.city)).values_list("item_id", "version_id"))
        request, batch = meet(
            free,
            [add(name, phone="0710-0") for name in NAMES],
            exceptions={n: ItemOutcome(o, "另议") for n, o in exceptions.items()},
        )
        expected = {}
        for change in request.changes.all():
            if change.name in exceptions:
                continue
            phone = "0710-0"
            for text in amended.get(change.name, []):
                if text != phone:
                    change_text(free, fresh(batch), change, phone=text)
                    phone = text
            expected[change.name] = phone
        placements, _ = placements_of(batch)
        assert {each.content.name: each.content.phone for each in placements} == expected
        if expected:
            _publish(free, placements)
            after = EditionEntry.objects.of(Edition.objects.newest(free.city)).select_related("version")
            new = {entry.version.name: entry.version.content.phone for entry in after if entry.item_id not in before}
            assert new == expected
            assert {e.item_id: e.version_id for e in after if e.item_id in before} == before
        transaction.set_rollback(True)


def _publish(world, placements, kind="adjustment", **changed):
    terms = {
        "region": world.city,
        "kind": kind,
        "notice_title": "通知",
        "notice_no": "襄政发〔2026〕40号",
        "decided_on": localdate(),
        "published_on": localdate(),
        "effective_on": localdate(),
    }
    with transaction.atomic():
        return publish_edition(actor=world.publisher, terms=EditionTerms(**{**terms, **changed}), placements=placements)


def _meanwhile(world, name, **elements):
    """An edition that touches one item while a batch is under way."""
    version = world.version(name)
    content = version.content.changed(**elements)
    return _publish(world, [Placement(kind=ChangeKind.ELEMENTS, content=content, item=version.item, base_version_id=version.pk)])


def test_a_conflict_after_the_meeting_stops_that_item_alone(free):
    phone = amend(free.version("劳务派遣经营许可"), supervision_phone="0710-9")
    request, batch = meet(free, [add("甲"), phone], outcome="agreed")
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    arguments = {
        "notice_title": "通知",
        "notice_no": "襄政发〔2026〕41号",
        "published_on": localdate(),
        "effective_on": localdate(),
    }
    with pytest.raises(RuleBroken, match="第3版"):
        publish(free, batch, "襄政发〔2026〕41号", published_on=localdate(), effective_on=localdate())
    stop_conflicts(actor=free.publisher, batch=batch, opinion="其间已公布新版本")
    back = ChangeRequest.objects.get(origin=request)
    assert (back.state, fresh(batch).state, fresh(request).state) == ("legality", "decided", "approved")
    carried = back.changes.get()
    assert (carried.content.note, carried.content.supervision_phone) == ("其间公布", "0710-9")
    assert Rebase.objects.get(request=back).new_base == free.version("劳务派遣经营许可")
    edition = publish(free, batch, arguments["notice_no"], published_on=localdate(), effective_on=localdate())
    assert edition.changed_count == 1 and free.version("甲")
    decide(free.legality, back)
    assert fresh(back).state == "awaiting"


def test_a_batch_of_which_nothing_is_left_is_closed(free):
    request, batch = meet(free, [amend(free.version("劳务派遣经营许可"), supervision_phone="0710-9")], outcome="agreed")
    with pytest.raises(RuleBroken, match="没有与其后公布的版本冲突"):
        stop_conflicts(actor=free.publisher, batch=batch, opinion="无")
    _meanwhile(free, "劳务派遣经营许可", supervision_phone="0710-8")
    with pytest.raises(RuleBroken, match="情况"):
        stop_conflicts(actor=free.publisher, batch=batch, opinion=" ")
    stop_conflicts(actor=free.publisher, batch=batch, opinion="双方都改了电话")
    # Both changed the telephone: legality sees it as it was proposed and sends it back.
    assert (fresh(batch).state, fresh(request).state, fresh(request).batch) == ("dissolved", "legality", None)
    assert request.changes.get().content.supervision_phone == "0710-9" and request.changes.get().open
    assert not Rebase.objects.exists()
    with pytest.raises(WrongState):
        publish_batch(
            actor=free.publisher,
            batch=batch,
            notice_title="通知",
            notice_no="号",
            published_on=localdate(),
            effective_on=localdate(),
            seen_hash=batch.submission_hash,
        )


def test_what_was_amended_and_stopped_then_is_no_amendment_of_the_batch(free):
    """The one amended text went back to legality: nothing is left for the two offices to hold against the minutes."""
    version = free.version("劳务派遣经营许可")
    request, batch = meet(free, [amend(version, supervision_phone="0710-1"), add("甲")])
    change = request.changes.get(item=version.item)
    change_text(free, batch, change, supervision_phone="0710-2")
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    stop_conflicts(actor=free.publisher, batch=fresh(batch), opinion="已另行公布")
    with pytest.raises(RuleBroken, match="先录入"):
        confirm(free.publisher, batch)
