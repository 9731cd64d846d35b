"""The pages after the meeting: minutes checked by another, the amended text, what a later publication stopped; and the agenda."""

import datetime

import pytest
from django.urls import reverse

from reviews.meetings import call_meeting
from reviews.models import Amendment, ChangeRequest, Meeting
from reviews.scans import attach_minutes
from tests.reviews.papers_at_hand import PDF
from tests.reviews.test_amending import _meanwhile, free, meet  # noqa: F401
from tests.reviews.test_meetings import frozen, register
from tests.world import add, amend, fresh, propose, review


def page(client, name, *args, **query):
    return client.get(reverse(f"admin:{name}", args=args), query)


def text(response) -> str:
    return response.content.decode()


def test_the_publisher_registers_and_the_council_confirms_on_the_batch_page(free, at_desk):  # noqa: F811
    request, batch = frozen(free, add("甲"), add("乙"))
    form = {
        "meeting_title": "市政府第73次常务会议",
        "held_on": "2020-05-06",
        "minutes_no": "",
        "outcome": "agreed",
        "opinion": "",
        "seen_hash": batch.submission_hash,
        "exception_item": ["2 乙"],
        "exception_outcome": ["deferred"],
        "exception_note": ["另议"],
    }
    publisher, address = at_desk("publisher"), reverse("admin:batch_meeting", args=[batch.pk])
    assert "由另一人对照扫描件核对后生效" in text(publisher.get(address))
    refused = publisher.post(address, form)
    assert refused.status_code == 422 and "会议纪要文号" in text(refused)
    refused = publisher.post(address, {**form, "minutes_no": "〔2020〕9号"})
    assert refused.status_code == 422 and "附上文号为 〔2020〕9号 的会议纪要扫描件" in text(refused)
    held_on = datetime.date(2020, 5, 6)
    meeting = call_meeting(actor=free.publisher, region=free.city, title="市政府第73次常务会议", held_on=held_on)
    given = {"number": "〔2020〕9号", "dated_on": held_on, "file_name": "纪要.pdf", "data": PDF}
    kept = attach_minutes(actor=free.publisher, meeting=meeting, **given)
    assert publisher.post(address, {**form, "minutes_no": "〔2020〕9号"}).status_code == 302
    shown = text(page(publisher, "batch", batch.pk))
    assert "登记人不能核对自己的登记" in shown and "乙：暂缓，另议" in shown
    council, record = at_desk("council"), batch.meeting_records.get()
    checking = text(page(council, "batch", batch.pk))
    assert "与会议纪要一致" in checking and reverse("admin:attachment", args=[kept.pk]) in checking
    minutes = reverse("admin:batch_minutes", args=[batch.pk])
    assert council.post(minutes, {"record": record.pk, "verdict": "back"}).status_code == 422
    assert council.post(minutes, {"record": record.pk, "verdict": "confirm"}).status_code == 302
    assert council.post(minutes, {"record": record.pk, "verdict": "confirm"}).status_code == 409
    shown = text(page(publisher, "batch", batch.pk))
    followup = ChangeRequest.objects.get(origin=request)
    assert followup.number in shown and "登记，郑重核对" in shown


@pytest.mark.parametrize("record", ["", "x", "²", "9" * 30, "\x00"])
def test_a_registration_that_is_none_is_404(free, at_desk, record):  # noqa: F811
    _request, batch = frozen(free, add("甲"))
    register(free, batch)
    address = reverse("admin:batch_minutes", args=[batch.pk])
    assert at_desk("council").post(address, {"record": record, "verdict": "confirm"}).status_code == 404
    assert fresh(batch).state == "recorded"


def test_an_element_is_amended_and_both_offices_confirm(free, at_desk):  # noqa: F811
    request, batch = meet(free, [add("甲", phone="0710-1", legal_bases=[{"use": "setting", "as_written": "《劳动法》第三条"}])])
    change = request.changes.get()
    publisher, address = at_desk("publisher"), reverse("admin:batch_amend", args=[batch.pk, change.pk])
    assert address in text(page(publisher, "batch", batch.pk))
    form = publisher.get(address).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    assert publisher.post(address, {**given, "note": "电话改为0710-2"}).status_code == 422
    assert publisher.post(address, {**given, "note": "", "e_phone": "0710-2"}).status_code == 422
    assert publisher.post(address, {**given, "note": "电话改为0710-2", "e_phone": "0710-2"}).status_code == 302
    content = Amendment.objects.get().content
    assert content == change.content.changed(phone="0710-2")
    stale = publisher.post(address, {**given, "note": "再改", "e_phone": "0710-3"})
    assert stale.status_code == 409 and "0710-3" in text(stale)
    assert "甲：送审稿与修改后" in text(page(at_desk("legality"), "batch", batch.pk))
    seen = publisher.get(reverse("admin:batch", args=[batch.pk])).context["text_hash"]
    confirm = reverse("admin:batch_confirm", args=[batch.pk])
    assert at_desk("legality").post(confirm, {"seen_hash": "0" * 64}).status_code == 409
    assert at_desk("legality").post(confirm, {"seen_hash": seen}).status_code == 302
    assert publisher.post(confirm, {"seen_hash": seen}).status_code == 302
    assert fresh(batch).state == "decided"


def test_hostile_amendments_are_told_and_never_break(free, at_desk):  # noqa: F811
    request, batch = meet(free, [add("甲")])
    change, client = request.changes.get(), at_desk("publisher")
    address = reverse("admin:batch_amend", args=[batch.pk, change.pk])
    seen = client.get(address).context["form"]["seen_hash"].value()
    for given in (
        {},
        {"note": "改"},
        {"note": "\x00", "seen_hash": seen},
        {"item_name": "x" * 600, "note": "改", "seen_hash": seen},
    ):
        assert client.post(address, given).status_code == 422
    broken = {"note": "改", "seen_hash": seen, "item_name": "甲", "e_charged": "也许", "e_phone": "1\u202e2"}
    assert client.post(address, broken).status_code == 422
    assert client.get(reverse("admin:batch_amend", args=[batch.pk, 999_999])).status_code == 404
    assert at_desk("county_publisher").get(address).status_code == 404
    assert at_desk("council").get(address).status_code == 403


def test_a_conflict_after_the_meeting_is_shown_and_stopped(free, at_desk):  # noqa: F811
    phone = amend(free.version("劳务派遣经营许可"), supervision_phone="0710-9")
    request, batch = meet(free, [add("甲"), phone], outcome="agreed")
    client = at_desk("publisher")
    assert "会后冲突" not in text(page(client, "batch", batch.pk))
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    assert "会后冲突 1 个申请" in text(page(client, "batch", batch.pk))
    stop = reverse("admin:batch_stop", args=[batch.pk])
    assert client.post(stop, {}).status_code == 422
    assert client.post(stop, {"opinion": "其间已公布"}).status_code == 302
    shown = text(page(client, "batch", batch.pk))
    assert "会后停办" in shown and ChangeRequest.objects.get(origin=request).number in shown
    assert at_desk("council").post(stop, {"opinion": "x"}).status_code == 403


def test_a_conflict_is_shown_when_gathering_and_carried_by_one_press(free, at_desk):  # noqa: F811
    row = review(free, propose(free, [amend(free.version("劳务派遣经营许可"), supervision_phone="0710-9")]))
    client = at_desk("publisher")
    assert "套用新版本" not in text(page(client, "batch_list"))
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    assert "与本申请改的监督电话不重叠" in text(page(client, "batch_list"))
    rebase = reverse("admin:request_rebase", args=[row.pk])
    client.post(rebase, {"seen_hash": "x"})
    assert fresh(row).state == "awaiting"
    assert client.post(rebase, {"seen_hash": row.proposed_hash}).status_code == 302
    assert fresh(row).state == "legality"
    assert "不能套用新版本" in text(client.post(rebase, {"seen_hash": row.proposed_hash}, follow=True))
    assert at_desk("clerk").post(rebase).status_code == 403
    assert at_desk("county_publisher").post(rebase).status_code == 404


def test_meetings_are_registered_with_their_points(free, at_desk):  # noqa: F811
    _request, batch = frozen(free, add("甲"))
    client, address = at_desk("council"), reverse("admin:meeting_list")
    assert client.post(address, {}).status_code == 422
    assert (
        client.post(
            address, {"title": "市政府第80次常务会议", "held_on": "2026-12-01", "number": "80", "agenda": "防汛\n\n"}
        ).status_code
        == 302
    )
    meeting = Meeting.objects.get(number=80)
    own = reverse("admin:meeting", args=[meeting.pk])
    assert "防汛" in text(client.get(own)) and "防汛" in text(client.get(address))
    assert client.post(own, {"subject": "", "batch": "x"}).status_code == 422
    assert client.post(own, {"subject": "审议清单", "batch": batch.pk}).status_code == 302
    assert client.post(own, {"subject": "再议", "batch": batch.pk}).status_code == 422
    assert client.post(address, {"title": "市政府第80次常务会议", "held_on": "2026-12-01"}).status_code == 422
    assert at_desk("legality").post(own, {"subject": "x"}).status_code == 403
    assert at_desk("county_council").get(own).status_code == 404
