"""Stamped scans of minutes and of filing papers: by number and date, served as downloads, archived, declared void and kept."""

import datetime
import io
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from reviews.archiving import write_archive
from reviews.filings import file_edition
from reviews.meetings import call_meeting, register_minutes
from reviews.models import Attachment, Meeting
from reviews.scans import attach_filing_paper, attach_minutes, minutes_scans, void_scan
from tests.reviews.papers_at_hand import PDF, PNG
from tests.reviews.test_filings import PAPERS, examined
from tests.reviews.test_meetings import MINUTES_NO, TITLE, frozen
from tests.world import add, fresh, publish


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def meeting(world) -> Meeting:
    return world.batch("published").meeting


@pytest.fixture
def filing(world):
    return file_edition(actor=world.publisher, edition=world.edition(2), number="襄府备〔2019〕1号", **PAPERS)


def minutes(world, meeting, *, by="council", **changed):
    given = {"file_name": "纪要.pdf", "data": PDF, "number": meeting.minutes_no, "dated_on": localdate(), **changed}
    return attach_minutes(actor=getattr(world, by), meeting=meeting, **given)


def paper(world, filing, *, by="legality", **changed):
    given = {"file_name": "意见.pdf", "data": PDF, "number": filing.number, "dated_on": localdate(), **changed}
    return attach_filing_paper(actor=getattr(world, by), filing=filing, **given)


def rules(refused) -> set[str]:
    return {each.rule for each in refused.value.violations}


def at_desk(world, name: str) -> Client:
    client = Client()
    client.force_login(getattr(world, name).user)
    return client


def test_the_minutes_lie_with_their_meeting(world, meeting):
    kept = minutes(world, meeting)
    assert (kept.owner_type, kept.owner_id, kept.kind, kept.number) == ("reviews.meeting", meeting.pk, "minutes", "〔2020〕3号")
    assert minutes_scans(meeting, "〔2020〕3号") == [kept] and minutes_scans(meeting, "〔2020〕4号") == []
    assert AuditEvent.objects.filter(act="attach_minutes", object_id=str(meeting.pk), after_hash=kept.sha256).exists()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"number": ""}, "Q34"),
        ({"dated_on": None}, "Q34"),
        ({"number": "〔2020〕9号"}, "B18"),
        ({"data": b"MZ\x90 program"}, "Q31"),
    ],
)
def test_minutes_without_number_date_or_of_another_number_or_no_paper_are_refused(world, meeting, changed, rule):
    with pytest.raises(RuleBroken) as refused:
        minutes(world, meeting, **changed)
    assert rule in rules(refused) and not Attachment.objects.of(meeting).exists()


def test_a_meeting_that_is_still_to_be_held_has_no_minutes(world):
    coming = call_meeting(
        actor=world.council, region=world.city, title="下次会议", held_on=localdate() + datetime.timedelta(days=3)
    )
    with pytest.raises(RuleBroken, match="会后再附"):
        minutes(world, coming, number="〔2026〕1号")


@pytest.mark.parametrize("name", ["legality", "compliance", "clerk", "auditor", "county_council", "county_publisher"])
def test_other_posts_attach_no_minutes(world, meeting, name):
    with pytest.raises(NotAllowed):
        minutes(world, meeting, by=name)


def test_the_publisher_registers_from_the_scan_and_not_without(world):
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=localdate(), effective_on=localdate())
    _request, batch = frozen(world, add("甲"))
    given = {
        "meeting_title": TITLE,
        "held_on": localdate(),
        "minutes_no": MINUTES_NO,
        "outcome": "agreed",
        "seen_hash": batch.submission_hash,
    }
    with pytest.raises(RuleBroken, match="扫描件") as refused:
        register_minutes(actor=world.publisher, batch=batch, **given)
    assert rules(refused) == {"B08"} and fresh(batch).state == "frozen"
    meeting = call_meeting(actor=world.publisher, region=world.city, title=TITLE, held_on=localdate())
    other = minutes(world, meeting, by="publisher", number="〔2026〕6号")
    with pytest.raises(RuleBroken, match="扫描件"):
        register_minutes(actor=world.publisher, batch=batch, **given)
    void_scan(actor=world.publisher, owner=meeting, attachment=other, reason="附错")
    minutes(world, meeting, by="publisher", number=MINUTES_NO)
    register_minutes(actor=world.publisher, batch=batch, **given)
    assert fresh(batch).state == "recorded"


def test_a_paper_of_a_filing_bears_one_of_its_numbers(world, filing):
    paper(world, filing, by="publisher", data=PNG)
    with pytest.raises(RuleBroken) as refused:
        paper(world, filing, number="审〔2026〕1号")
    assert rules(refused) == {"F05"} and "襄府备〔2019〕1号" in str(refused.value)
    examined(world, filing)
    kept = paper(world, filing, number="审〔2026〕1号")
    assert (kept.kind, kept.post) == ("filing", "legality")
    for name in ("compliance", "council", "county_legality"):
        with pytest.raises(NotAllowed):
            paper(world, filing, by=name)


def test_a_void_scan_stays_with_its_reason_and_is_the_offices_own_to_declare(world, meeting):
    kept = minutes(world, meeting)
    with pytest.raises(NotAllowed, match="政府办"):
        void_scan(actor=world.publisher, owner=meeting, attachment=kept, reason="附错")
    with pytest.raises(RuleBroken, match="理由"):
        void_scan(actor=world.council, owner=meeting, attachment=kept, reason=" ")
    void_scan(actor=world.council, owner=meeting, attachment=kept, reason="附错")
    with pytest.raises(WrongState):
        void_scan(actor=world.council, owner=meeting, attachment=kept, reason="附错")
    assert minutes_scans(meeting) == [] and Attachment.objects.of(meeting).get().void_reason == "附错"


def test_the_page_of_the_meeting_attaches_serves_and_voids(world, meeting):
    council, page = at_desk(world, "council"), reverse("admin:meeting", args=[meeting.pk])
    address = reverse("admin:meeting_scan", args=[meeting.pk])
    form = {"file": SimpleUploadedFile("纪要.pdf", PDF), "number": "〔2020〕9号", "dated_on": "2020-02-11"}
    refused = council.post(address, form)
    assert refused.status_code == 422 and "与扫描件不一致" in refused.content.decode()
    form = {"file": SimpleUploadedFile("纪要.pdf", PDF), "number": meeting.minutes_no, "dated_on": "2020-02-11"}
    assert council.post(address, form).status_code == 302
    kept = Attachment.objects.of(meeting).get()
    assert "纪要.pdf" in council.get(page).content.decode()
    got = at_desk(world, "legality").get(reverse("admin:attachment", args=[kept.pk]))
    assert got.content == PDF and got["Content-Disposition"].startswith("attachment")
    for stranger in ("clerk", "county_council"):
        assert at_desk(world, stranger).get(reverse("admin:attachment", args=[kept.pk])).status_code in (403, 404)
    assert "附上会议纪要扫描件" not in at_desk(world, "legality").get(page).content.decode()
    council.post(reverse("admin:scan_void", args=[kept.pk]), {"reason": "扫描不清"})
    assert "已作废" in council.get(page).content.decode()


def test_the_page_of_the_filing_attaches_its_result(world, filing):
    legality = at_desk(world, "legality")
    form = {"file": SimpleUploadedFile("意见.png", PNG), "number": filing.number, "dated_on": "2026-01-05"}
    assert legality.post(reverse("admin:edition_scan", args=[filing.edition_id]), form).status_code == 302
    page = legality.get(reverse("admin:edition_filing", args=[filing.edition_id])).content.decode()
    assert "意见.png" in page and "附上盖章文件扫描件" in page
    assert legality.post(reverse("admin:edition_scan", args=[world.edition(1).pk]), form).status_code == 409


def test_the_archive_holds_both(world, meeting, filing):
    minutes(world, meeting)
    paper(world, filing, by="publisher", data=PNG, file_name="报告.png")
    to = io.BytesIO()
    write_archive(world.batch("published"), to)
    names = ZipFile(to).namelist()
    assert [name for name in names if name.startswith("04 会议/会议纪要/") and name.endswith("纪要.pdf")]
    assert [name for name in names if name.startswith("06 备案/扫描件/") and name.endswith("报告.png")]
