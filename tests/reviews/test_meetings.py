"""What the meeting decides: entered by 政府办, or from the minutes and checked by another; put off, agreed in principle, excepted."""

import datetime

import pytest
from django.utils.timezone import localdate

from departments.models import Posting, User
from departments.people import Actor
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.batches import create_batch
from reviews.meetings import (
    ItemOutcome,
    add_to_agenda,
    call_meeting,
    confirm_minutes,
    record_meeting,
    register_minutes,
    send_minutes_back,
)
from reviews.models import ChangeRequest, Meeting, MeetingDecision, MeetingRecord
from reviews.publication import decisions_of
from reviews.scans import attach_minutes, minutes_scans
from tests.reviews.papers_at_hand import PDF
from tests.world import add, amend, freeze, fresh, propose, publish, review

TITLE, MINUTES_NO = "市政府第71次常务会议", "〔2026〕7号"


def minutes() -> dict:
    return {"meeting_title": TITLE, "held_on": localdate(), "minutes_no": MINUTES_NO}


@pytest.fixture
def free(world):
    """The city with no batch open."""
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    return world


def frozen(world, *proposals):
    request = review(world, propose(world, list(proposals)))
    return request, freeze(world, [request], "本批")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def scanned(region, actor: Actor, *, title=TITLE, number=MINUTES_NO) -> Meeting:
    """The meeting of minutes(), registered, with the scan of its minutes."""
    meeting = Meeting.objects.filter(region=region, title=title, held_on=localdate()).first()
    meeting = meeting or call_meeting(actor=actor, region=region, title=title, held_on=localdate())
    if not minutes_scans(meeting, number):
        attach_minutes(actor=actor, meeting=meeting, file_name="会议纪要.pdf", data=PDF, number=number, dated_on=localdate())
    return meeting


def register(world, batch, outcome="agreed", **changed):
    given = {**minutes(), "outcome": outcome, "seen_hash": batch.submission_hash, **changed}
    scanned(world.city, world.council)
    return register_minutes(actor=world.publisher, batch=batch, **given)


def colleague(world, post: str, name: str) -> Actor:
    user = User.objects.create_user(name, "第二人", None)
    Posting.objects.create(user=user, post=post, region=world.city, from_on=datetime.date(2016, 1, 1))
    return Actor(user)


def test_what_the_publisher_registers_takes_effect_when_another_person_has_checked_it(free):
    request, batch = frozen(free, add("甲"))
    record = register(free, batch)
    assert (fresh(batch).state, fresh(request).state) == ("recorded", "batched")
    assert not MeetingDecision.objects.filter(batch=batch).exists()
    decision = confirm_minutes(actor=free.council, batch=batch, record=record)
    assert (decision.person, decision.confirmed_by) == (free.publisher.user, free.council.user)
    assert (fresh(batch).state, fresh(request).state) == ("decided", "approved")
    assert fresh(batch).meeting.minutes_no == "〔2026〕7号"


def test_a_colleague_of_the_same_office_may_check_but_not_the_one_who_registered(free):
    _request, batch = frozen(free, add("甲"))
    record = register(free, batch)
    with pytest.raises(NotAllowed, match="另一人"):
        confirm_minutes(actor=free.publisher, batch=batch, record=record)
    with pytest.raises(NotAllowed):
        confirm_minutes(actor=free.legality, batch=batch, record=record)
    confirm_minutes(actor=colleague(free, "publisher", "publisher2"), batch=batch, record=record)
    assert fresh(batch).state == "decided"
    with pytest.raises(WrongState):
        confirm_minutes(actor=free.council, batch=batch, record=record)


def test_a_registration_that_is_not_what_the_minutes_say_is_entered_again(free):
    _request, batch = frozen(free, add("甲"))
    record = register(free, batch)
    with pytest.raises(RuleBroken, match="意见"):
        send_minutes_back(actor=free.council, batch=batch, record=record, opinion=" ")
    send_minutes_back(actor=free.council, batch=batch, record=record, opinion="纪要写的是暂缓")
    assert (fresh(batch).state, fresh(record).state) == ("frozen", "sent_back")
    second = register(free, fresh(batch), "deferred", opinion="另行研究")
    confirm_minutes(actor=free.council, batch=batch, record=second)
    assert fresh(batch).state == "dissolved"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"minutes_no": " "}, "会议纪要文号"),
        ({"outcome": "principle"}, "须写明意见"),
        ({"held_on": localdate() + datetime.timedelta(days=2)}, "尚未到"),
        ({"exceptions": {0: ItemOutcome("refused", "无")}}, "不在本批次内"),
    ],
)
def test_a_faulty_registration_is_refused_whole(free, changed, sentence):
    _request, batch = frozen(free, add("甲"))
    with pytest.raises(RuleBroken, match=sentence):
        register(free, batch, **changed)
    assert fresh(batch).state == "frozen" and not MeetingRecord.objects.exists()


def test_the_council_does_not_record_over_a_registration_that_waits(free):
    _request, batch = frozen(free, add("甲"))
    register(free, batch)
    with pytest.raises(WrongState, match="核对"):
        record_meeting(
            actor=free.council,
            batch=batch,
            outcome="agreed",
            seen_hash=batch.submission_hash,
            meeting_title="会",
            held_on=localdate(),
        )


def test_exceptions_of_the_minutes_are_those_that_are_carried_out(free):
    request, batch = frozen(free, add("甲"), add("乙"))
    second = request.changes.get(name="乙")
    record = register(free, batch, exceptions={second.pk: ItemOutcome("refused", "不必")})
    confirm_minutes(actor=free.council, batch=batch, record=record)
    assert {c.name: (c.outcome, c.outcome_note) for c in request.changes.all()} == {"甲": ("agreed", ""), "乙": ("refused", "不必")}


def test_one_item_put_off_goes_on_waiting_in_a_follow_up_request(free):
    request, batch = frozen(free, add("甲"), amend(free.version("劳务派遣经营许可"), supervision_phone="0710-1"))
    put_off = request.changes.get(name="劳务派遣经营许可")
    record_meeting(
        actor=free.council,
        batch=batch,
        outcome="agreed",
        exceptions={put_off.pk: ItemOutcome("deferred", "另议")},
        seen_hash=batch.submission_hash,
        **minutes(),
    )
    followup = ChangeRequest.objects.get(origin=request)
    assert (followup.number, followup.state, followup.batch) == (f"{request.number}-1", "awaiting", None)
    assert (fresh(put_off).outcome, fresh(put_off).outcome_note, fresh(put_off).open) == ("deferred", "另议", False)
    (copy,) = followup.changes.all()
    assert (copy.content_hash, copy.base_version, copy.open, copy.outcome) == (
        put_off.content_hash,
        put_off.base_version,
        True,
        "pending",
    )
    first = publish(free, batch, "襄政发〔2026〕20号", published_on=localdate(), effective_on=localdate())
    assert first.changed_count == 1
    again = freeze(free, [followup], "下一批")
    record_meeting(actor=free.council, batch=again, outcome="agreed", seen_hash=again.submission_hash, **minutes())
    publish(free, again, "襄政发〔2026〕21号", published_on=localdate(), effective_on=localdate())
    assert free.version("劳务派遣经营许可").content.supervision_phone == "0710-1"
    # What the reviewers said of the origin is what the evidence of the follow-up names.
    assert {each["request"] for each in decisions_of(again) if "request" in each} == {request.number}


def test_what_is_put_off_beside_what_is_refused_waits_alone(free):
    request, batch = frozen(free, add("甲"), add("乙"))
    first, second = request.changes.order_by("position")
    exceptions = {first.pk: ItemOutcome("deferred", "另议"), second.pk: ItemOutcome("refused", "不必")}
    record_meeting(
        actor=free.council, batch=batch, outcome="agreed", exceptions=exceptions, seen_hash=batch.submission_hash, **minutes()
    )
    assert fresh(request).state == "refused"
    assert list(ChangeRequest.objects.get(origin=request).changes.values_list("name", "open")) == [("甲", True)]
    assert not request.changes.filter(open=True).exists()


def test_a_meeting_has_several_points_and_the_batch_is_one_of_them(free):
    meeting = call_meeting(
        actor=free.council, region=free.city, title=TITLE, held_on=localdate(), number=71, agenda=["研究防汛工作"]
    )
    _request, batch = frozen(free, add("甲"))
    add_to_agenda(actor=free.publisher, meeting=meeting, subject="审议权责清单调整", batch=batch)
    with pytest.raises(RuleBroken, match="已有此议题"):
        add_to_agenda(actor=free.publisher, meeting=meeting, subject="再议", batch=batch)
    record_meeting(actor=free.council, batch=batch, outcome="agreed", seen_hash=batch.submission_hash, **minutes())
    assert Meeting.objects.filter(title=TITLE).count() == 1
    assert list(meeting.agenda.values_list("position", "subject", "batch")) == [
        (1, "研究防汛工作", None),
        (2, "审议权责清单调整", batch.pk),
    ]


def test_a_batch_that_is_still_gathered_is_no_point_of_a_meeting(free):
    meeting = call_meeting(actor=free.council, region=free.city, title="会", held_on=localdate())
    request = review(free, propose(free, [add("甲")]))
    batch = create_batch(actor=free.publisher, region=free.city, title="未定", requests=[request])
    with pytest.raises(WrongState, match="未定"):
        add_to_agenda(actor=free.council, meeting=meeting, subject="审议", batch=batch)
    with pytest.raises(RuleBroken, match="已经登记"):
        call_meeting(actor=free.council, region=free.city, title="会", held_on=localdate())
    with pytest.raises(NotAllowed):
        call_meeting(actor=free.clerk, region=free.city, title="别的会", held_on=localdate())


def test_a_batch_of_which_every_change_is_excepted_is_closed(free):
    """Nothing of it can be published, and the next batch need not wait for it."""
    request, batch = frozen(free, add("甲"), add("乙"))
    keys = dict(request.changes.values_list("name", "pk"))
    exceptions = {keys["甲"]: ItemOutcome("deferred", "另议"), keys["乙"]: ItemOutcome("refused", "不妥")}
    record = register(free, batch, exceptions=exceptions)
    confirm_minutes(actor=free.council, batch=batch, record=record)
    assert (fresh(batch).state, fresh(request).state) == ("dissolved", "refused")
    waiting = fresh(request).followups.get()
    assert create_batch(actor=free.publisher, region=free.city, title="下一批", requests=[waiting]).state == "draft"


def test_who_may_not_check_hears_so_before_whether_it_was_checked(free):
    _request, batch = frozen(free, add("甲"))
    record = register(free, batch)
    confirm_minutes(actor=free.council, batch=batch, record=record)
    for act, more in ((confirm_minutes, {}), (send_minutes_back, {"opinion": "有误"})):
        with pytest.raises(NotAllowed):
            act(actor=free.clerk, batch=batch, record=record, **more)


def test_that_a_batch_is_open_is_said_before_what_the_new_one_lacks(free):
    frozen(free, add("甲"))
    with pytest.raises(WrongState, match="尚未公布"):
        create_batch(actor=free.publisher, region=free.city, title="", requests=[])
