"""紧急暂停 and 更正: two people, at once, on the public page the same day; reported to the next meeting; nothing of substance corrected."""

import datetime
import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from departments.models import Posting
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import EditionKind
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.verifying import verify
from qingdan.ledger.models import AuditEvent
from qingdan.paper.word import write_word
from reviews.meetings import call_meeting, record_meeting
from reviews.models import ChangeRequest, Measure, Meeting
from reviews.papers.batches import agenda_basis, agenda_paper, submission_paper
from reviews.suspending import confirm_measure, decline_measure, propose_measure, withdraw_measure
from tests.paper.reading import word_text
from tests.racing import race
from tests.reviews.papers_at_hand import PDF
from tests.reviews.test_meetings import colleague
from tests.world import add, amend, freeze, fresh, propose, publish, review

NOTICE = {"notice_title": "关于暂停实施有关事项的公告", "notice_no": "襄审改发〔2026〕1号"}


@pytest.fixture
def free(world):
    """The city with no batch open."""
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    return world


def suspend(world, name, **changed) -> Measure:
    given = {"kind": "suspension", "item": world.item(name), "reason": "设定依据已经废止", **NOTICE, **changed}
    return propose_measure(actor=world.publisher, region=world.city, **given)


def correct(world, name, /, **elements) -> Measure:
    content = world.version(name).content.changed(**elements)
    given = {"kind": "correction", "item": world.item(name), "content": content, "reason": "电话号码录入有误"}
    return propose_measure(actor=world.publisher, region=world.city, **given, **NOTICE)


def confirm(world, measure, actor=None):
    return confirm_measure(actor=actor or world.legality, measure=measure, seen_hash=measure.content_hash)


def rules(refused) -> set[str]:
    return {each.rule for each in refused.value.violations}


# confirm_measure is durable, so its tests own a database.


def test_an_item_is_suspended_at_once_and_shown_so(committed_world, client):
    world, _ = committed_world
    measure = suspend(world, "劳务派遣经营许可")
    code = measure.item.code
    assert "暂停" not in client.get(reverse("public:item", args=[code])).content.decode().split("<h1>")[1][:400]
    edition = confirm(world, measure)
    assert (edition.kind, edition.adjustment_no, edition.effective_on) == (EditionKind.SUSPENSION, None, localdate())
    assert world.version("劳务派遣经营许可").state == "suspended"
    shown = client.get(reverse("public:item", args=[code])).content.decode()
    assert '<span class="chip changed">暂停</span>' in shown
    assert fresh(measure).edition == edition
    assert verify().exit_code == 0


def test_a_major_takes_its_sub_items_along(committed_world):
    world, _ = committed_world
    confirm(world, suspend(world, "民办职业技能培训学校设立"))
    for name in ("民办职业培训学校设立审批", "民办职业培训学校变更审批"):
        assert world.version(name).state == "suspended"


def test_a_correction_leaves_earlier_days_as_they_were_and_marks_them(committed_world, client):
    world, _ = committed_world
    measure = correct(world, "劳务派遣经营许可", supervision_phone="0710-3600003")
    with time_machine.travel(timezone.now() + datetime.timedelta(days=3)):
        edition = confirm(world, measure)
        address = reverse("public:item", args=[measure.item.code])
        assert edition.kind == EditionKind.CORRECTION and edition.title == "更正"
        assert "0710-3600003" in client.get(address).content.decode()
        earlier = client.get(address, {"on": "2020-01-01"}).content.decode()
        assert "0710-3600002" in earlier and "后经更正" in earlier
        assert "后经更正" not in client.get(address).content.decode()


def test_two_people_confirming_at_once_make_one_edition(committed_world):
    world, _ = committed_world
    second = colleague(world, "legality", "legality2")
    measure = suspend(world, "劳务派遣经营许可")
    outcomes = race(lambda: confirm(world, measure), lambda: confirm(world, measure, second))
    assert sorted(outcome.won for outcome in outcomes) == [False, True]
    assert [type(o.error) for o in outcomes if not o.won] == [WrongState]
    assert Edition.objects.filter(kind=EditionKind.SUSPENSION).count() == 1


def test_a_pending_edition_comes_on_its_day_with_the_item_suspended(committed_world):
    world, _ = committed_world
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    request = review(world, propose(world, [amend(world.version("劳务派遣经营许可"), phone="0710-5"), add("待生效许可")]))
    batch = freeze(world, [request], "待生效批次")
    record_meeting(
        actor=world.council, batch=batch, meeting_title="会", held_on=localdate(), outcome="agreed", seen_hash=batch.submission_hash
    )
    soon = localdate() + datetime.timedelta(days=20)
    publish(world, batch, "襄政发〔2026〕50号", published_on=localdate(), effective_on=soon)
    confirm(world, suspend(world, "劳务派遣经营许可"))

    def listed(on):
        found = EditionEntry.objects.of(Edition.objects.in_force(world.city, on)).select_related("version")
        return {entry.version.name: entry.version for entry in found}

    today, then = listed(localdate()), listed(soon)
    assert (today["劳务派遣经营许可"].state, "待生效许可" in today) == ("suspended", False)
    assert (then["劳务派遣经营许可"].state, then["劳务派遣经营许可"].content.phone) == ("suspended", "0710-5")
    assert "待生效许可" in then and verify().exit_code == 0


def test_a_suspension_stands_in_the_papers_of_the_next_meeting_and_stays_there(free):
    """Whatever order they come in: one before the 送审稿 was fixed, one after; the later meeting hears of neither again."""
    world = free
    before = suspend(world, "劳务派遣经营许可", document="国发〔2026〕2号")
    confirm(world, before)
    batch = freeze(world, [review(world, propose(world, [add("甲")]))], "本批")
    first = agenda_basis(batch)
    said = words(agenda_paper(batch))
    assert "上次会议以来紧急暂停1项" in said and f"“劳务派遣经营许可”（{before.item.code}）" in said
    assert "理由：设定依据已经废止；依据：国发〔2026〕2号。" in said and "襄审改发〔2026〕1号" in said
    confirm(world, suspend(world, "收养登记", notice_no="襄审改发〔2026〕2号"))
    said = words(agenda_paper(batch))
    assert "紧急暂停2项" in said and "“收养登记”" in said and agenda_basis(batch) != first
    assert "紧急暂停" not in words(submission_paper(batch))
    record_meeting(
        actor=world.council, batch=batch, meeting_title="市政府第75次常务会议", held_on=localdate(), outcome="deferred", opinion="再议",
        seen_hash=batch.submission_hash,
    )  # fmt: skip
    assert words(agenda_paper(fresh(batch))) == said
    later = freeze(world, [ChangeRequest.objects.filter(state="awaiting", region=world.city).last()], "下一批")
    assert "紧急暂停" not in words(agenda_paper(later)) and agenda_basis(later) == later.submission_hash


def test_the_page_of_the_next_meeting_lists_what_it_is_to_hear_of(free):
    measure = suspend(free, "收养登记")
    confirm(free, measure)
    held = Meeting.objects.filter(region=free.city).first()
    coming = call_meeting(
        actor=free.council, region=free.city, title="市政府第76次常务会议", held_on=localdate() + datetime.timedelta(days=2)
    )
    council = Client()
    council.force_login(free.council.user)
    page = council.get(reverse("admin:meeting", args=[coming.pk])).content.decode()
    assert "报告紧急暂停 1 项" in page and reverse("admin:measure", args=[measure.pk]) in page and "待报告" in page
    assert "报告紧急暂停" not in council.get(reverse("admin:meeting", args=[held.pk])).content.decode()


def words(paper) -> str:
    to = io.BytesIO()
    write_word(paper, to)
    return word_text(to.getvalue())


def test_a_meeting_without_a_batch_heard_of_it_where_its_minutes_say_so(committed_world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world, _ = committed_world
    measure = suspend(world, "劳务派遣经营许可")
    confirm(world, measure)
    meeting = call_meeting(actor=world.council, region=world.city, title="市政府第70次常务会议", held_on=localdate())
    page, scan = reverse("admin:meeting", args=[meeting.pk]), reverse("admin:meeting_scan", args=[meeting.pk])
    client = Client()
    client.force_login(world.council.user)
    assert 'name="heard"' in client.get(page).content.decode()

    def attach(number: str, **heard) -> int:
        file = SimpleUploadedFile("纪要.pdf", PDF + number.encode())
        return client.post(scan, {"file": file, "number": number, "dated_on": str(localdate()), **heard}).status_code

    assert attach("〔2026〕1号") == 302 and fresh(measure).reported_at is None
    assert attach("〔2026〕2号", heard="on") == 302 and fresh(measure).reported_at == meeting
    assert [item.subject for item in meeting.agenda.all()] == ["报告紧急暂停的事项：“劳务派遣经营许可”"]
    said = (
        AuditEvent.objects.filter(act="attach_minutes", object_id=str(meeting.pk)).order_by("pk").values_list("detail", flat=True)
    )
    assert ["听取紧急暂停报告 1 项" in each for each in said] == [False, True]
    shown = client.get(page).content.decode()
    assert 'name="heard"' not in shown and "报告紧急暂停 1 项" in shown and "待报告" not in shown


def test_a_suspension_is_reported_to_the_next_meeting(committed_world, client):
    world, _ = committed_world
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    measure = suspend(world, "劳务派遣经营许可")
    confirm(world, measure)
    assert [each.pk for each in Measure.objects.to_be_reported(world.city)] == [measure.pk]
    batch = freeze(world, [review(world, propose(world, [add("甲")]))], "下一批")
    client.force_login(world.council.user)
    assert "须向本次会议报告的紧急暂停 1 项" in client.get(reverse("admin:batch", args=[batch.pk])).content.decode()
    record_meeting(
        actor=world.council, batch=batch, meeting_title="会", held_on=localdate(), outcome="agreed", seen_hash=batch.submission_hash
    )
    meeting = fresh(measure).reported_at
    assert meeting == fresh(batch).meeting and not Measure.objects.to_be_reported(world.city).exists()
    assert [item.subject for item in meeting.agenda.all()][-1] == "报告紧急暂停的事项：“劳务派遣经营许可”"


# -- what is refused -----------------------------------------------------------------------------------------------------------------


def test_only_the_two_offices_of_the_region_take_part(world):
    with pytest.raises(NotAllowed):
        propose_measure(
            actor=world.county_publisher, region=world.city, kind="suspension", item=world.item("工伤认定"), reason="因", **NOTICE
        )
    measure = suspend(world, "劳务派遣经营许可")
    for actor, status in ((world.publisher, 403), (world.compliance, 403), (world.county_legality, 404)):
        with pytest.raises(NotAllowed) as refused:
            decline_measure(actor=actor, measure=measure, opinion="不")
        assert refused.value.status == status
    with pytest.raises(NotAllowed):
        withdraw_measure(actor=world.legality, measure=measure)


def test_who_proposed_does_not_confirm_even_with_both_posts(committed_world):
    world, _ = committed_world
    Posting.objects.create(user=world.publisher.user, post="legality", region=world.city, from_on=datetime.date(2016, 1, 1))
    measure = suspend(world, "劳务派遣经营许可")
    with pytest.raises(NotAllowed, match="另一人"):
        confirm(world, measure, world.publisher)
    assert world.version("劳务派遣经营许可").state == "in_use"


def test_what_was_declined_or_withdrawn_is_over(world):
    measure = suspend(world, "劳务派遣经营许可")
    with pytest.raises(RuleBroken):
        decline_measure(actor=world.legality, measure=measure, opinion=" ")
    decline_measure(actor=world.legality, measure=measure, opinion="依据仍然有效")
    with pytest.raises(WrongState):
        withdraw_measure(actor=world.publisher, measure=fresh(measure))
    again = suspend(world, "劳务派遣经营许可")
    withdraw_measure(actor=world.publisher, measure=again)
    assert (fresh(again).state, fresh(again).settled_by) == ("withdrawn", None)


def test_one_proposal_at_a_time_for_an_item(world):
    suspend(world, "劳务派遣经营许可")
    with pytest.raises(WrongState):
        suspend(world, "劳务派遣经营许可")


@pytest.mark.parametrize(
    ("changed", "rule"), [({"reason": " "}, "E02"), ({"notice_no": ""}, "E03"), ({"notice_title": " "}, "E03")]
)
def test_a_proposal_says_why_and_under_which_notice(world, changed, rule):
    with pytest.raises(RuleBroken) as refused:
        suspend(world, "劳务派遣经营许可", **changed)
    assert rules(refused) == {rule}


def test_what_is_not_in_todays_list_is_not_suspended(world):
    with pytest.raises(RuleBroken) as refused:
        suspend(world, "对用人单位遵守劳动保障法律的检查")
    assert rules(refused) == {"E01"}


@pytest.mark.parametrize(
    ("elements", "label"),
    [
        ({"legal_bases": [{"use": "setting", "as_written": "《别的法》"}]}, "依据"),
        ({"name": "劳务派遣审批"}, "名称"),
        ({"category": "07"}, "类别"),
        ({"state": "suspended"}, "状态"),
        ({"implementing_body": "别的机关"}, "主体"),
        ({"duties": [{"text": "1.受理"}]}, "责任"),
    ],
)
def test_a_correction_never_touches_the_substance(world, elements, label):
    with pytest.raises(RuleBroken, match=label) as refused:
        correct(world, "劳务派遣经营许可", **elements)
    assert rules(refused) == {"P15"}


def test_a_correction_that_corrects_nothing_is_refused(world):
    with pytest.raises(RuleBroken) as refused:
        correct(world, "劳务派遣经营许可")
    assert rules(refused) == {"E05"}
