"""What the meeting decided: one 议题, with exceptions by their number in the 送审稿."""

import pytest
from django.urls import reverse

from reviews.models import Change, MeetingDecision
from tests.world import add, freeze, fresh, propose, review

FORM = {
    "meeting_title": "区政府第9次常务会议",
    "held_on": "2020-03-02",
    "minutes_no": "〔2020〕9号",
    "outcome": "agreed",
    "opinion": "",
}


@pytest.fixture
def frozen(world):
    """A frozen batch of the county with three changes (its first one is put off to make room)."""
    from reviews.meetings import record_meeting

    earlier = world.batch("frozen")
    record_meeting(
        actor=world.county_council,
        batch=earlier,
        meeting_title="区政府第8次常务会议",
        held_on=world.batch("decided").meeting.held_on,
        outcome="deferred",
        opinion="下次再议",
        seen_hash=earlier.submission_hash,
    )
    row = propose(world, [add(f"县级事项{n}", "420602-MZJ") for n in "甲乙丙"], clerk="county_clerk", head="county_head")
    review(world, row)
    return freeze(world, [row], "三项批次", publisher=world.county_publisher)


def send(client, batch, **fields):
    given = {**FORM, "seen_hash": batch.submission_hash, **fields}
    return client.post(reverse("admin:batch_meeting", args=[batch.pk]), given)


def lines(*rows: tuple[str, str, str]) -> dict:
    return dict(zip(("exception_item", "exception_outcome", "exception_note"), map(list, zip(*rows, strict=True)), strict=True))


def test_it_records_the_decision_and_says_who_is_next(frozen, at_desk):
    client = at_desk("county_council")
    assert send(client, frozen).status_code == 302
    decision = MeetingDecision.objects.get(batch=frozen)
    assert (decision.outcome, decision.meeting.minutes_no) == ("agreed", "〔2020〕9号")
    assert fresh(frozen).state == "decided"
    assert "等待审改办（汇总公布）公布" in client.get(reverse("admin:batch", args=[frozen.pk])).content.decode()


def test_an_exception_goes_to_the_change_of_that_number(frozen, at_desk):
    rows = lines(("2 县级事项乙", "refused", "条件不具备"), ("", "", ""))
    assert send(at_desk("county_council"), frozen, **rows).status_code == 302
    outcomes = dict(Change.objects.filter(request__batch=frozen).values_list("name", "outcome"))
    assert outcomes == {"县级事项甲": "agreed", "县级事项乙": "refused", "县级事项丙": "agreed"}
    assert Change.objects.get(name="县级事项乙").outcome_note == "条件不具备"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("9", "refused", "无"), "写送审稿中的序号（1 至 3）"),
        (("县级", "refused", "无"), "写送审稿中的序号（1 至 3）"),
        (("1", "", "无"), "选择暂缓或不予通过"),
        (("1", "agreed", "无"), "选择暂缓或不予通过"),
        (("1", "deferred", " "), "写明原因"),
    ],
)
def test_a_faulty_exception_is_named_and_nothing_is_recorded(frozen, at_desk, row, sentence):
    response = send(at_desk("county_council"), frozen, **lines(row))
    assert response.status_code == 422 and sentence in response.content.decode()
    assert not MeetingDecision.objects.filter(batch=frozen).exists()
    assert "区政府第9次常务会议" in response.content.decode()


def test_one_change_may_not_be_excepted_twice(frozen, at_desk):
    response = send(at_desk("county_council"), frozen, **lines(("1", "refused", "甲"), ("1", "deferred", "乙")))
    assert response.status_code == 422 and "同一事项写了两次" in response.content.decode()


def test_more_lines_keep_what_was_typed_and_record_nothing(frozen, at_desk):
    response = send(at_desk("county_council"), frozen, more="1", **lines(("3", "deferred", "再议"), ("", "", "")))
    shown = response.content.decode()
    assert response.status_code == 200 and 'value="再议"' in shown and "区政府第9次常务会议" in shown
    assert shown.count('name="exception_item"') == 5
    assert not MeetingDecision.objects.filter(batch=frozen).exists()


def test_putting_off_needs_an_opinion_at_its_field(frozen, at_desk):
    response = send(at_desk("county_council"), frozen, outcome="deferred")
    assert response.status_code == 422 and "须写明意见" in response.content.decode()
    assert fresh(frozen).state == "frozen"


def test_a_meeting_that_has_not_been_held_is_refused(frozen, at_desk):
    response = send(at_desk("county_council"), frozen, held_on="2999-01-01")
    assert response.status_code == 422 and "尚未到" in response.content.decode()


def test_another_submission_is_409_with_a_way_on(frozen, at_desk):
    response = send(at_desk("county_council"), frozen, seen_hash="0" * 64)
    assert response.status_code == 409
    assert "送审稿已变化" in response.content.decode() and "重新打开本页" in response.content.decode()
    assert fresh(frozen).state == "frozen"


def test_only_the_council_and_the_publisher_of_the_region_may(frozen, at_desk):
    assert send(at_desk("county_legality"), frozen).status_code == 403
    assert send(at_desk("council"), frozen).status_code == 404
    assert not MeetingDecision.objects.filter(batch=frozen).exists()
