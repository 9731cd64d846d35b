"""Who is told of suspensions, corrections, reforms and filings: whose turn it is, who asked, and nobody who can do nothing."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from departments.models import Notice, Posting
from departments.working_days import Calendar
from reviews.daily_tasks import tell_of_filing_deadlines
from reviews.filings import Fault, conclude_filing, due_on, file_again, file_edition, register_filing, to_be_filed
from reviews.meetings import confirm_minutes, send_minutes_back
from reviews.models import ChangeRequest, FilingFault
from reviews.reforming import carry_out_reform, decline_reform
from reviews.suspending import confirm_measure, decline_measure, withdraw_measure
from tests.reviews.test_filings import PAPERS
from tests.reviews.test_meetings import colleague, frozen, register
from tests.reviews.test_reforming import merge, settle_batch
from tests.reviews.test_suspending import suspend
from tests.world import add, fresh


@pytest.fixture
def filing(world):
    return file_edition(actor=world.publisher, edition=world.edition(2), number="襄府备〔2019〕1号", **PAPERS)


def told(about: str = "", since: int = 0) -> dict[str, str]:
    """Recipient → the title of what he was last told."""
    rows = Notice.objects.filter(pk__gt=since, title__contains=about).order_by("pk")
    return {row.recipient.username: row.title for row in rows}


def last() -> int:
    return Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_a_suspension_asks_the_lawyers_of_the_region_and_no_others(world):
    since, measure = last(), suspend(world, "劳务派遣经营许可")
    assert told(since=since) == {"legality": "紧急暂停：劳务派遣经营许可 等待核对"}
    since = last()
    decline_measure(actor=world.legality, measure=measure, opinion="依据有效")
    assert told(since=since) == {"publisher": "紧急暂停：劳务派遣经营许可 未获同意：依据有效"}
    asked = Notice.objects.get(recipient=world.legality.user, url=reverse("admin:measure", args=[measure.pk]))
    assert asked.read_at is not None, "what asked him to act is done with"


def test_a_suspension_in_force_is_told_to_whoever_holds_the_item(world):
    measure, since = suspend(world, "劳务派遣经营许可"), last()
    confirm_measure(actor=world.legality, measure=measure, seen_hash=measure.content_hash)
    said = told(since=since)
    assert set(said) == {"publisher", "clerk", "head"}
    assert "已紧急暂停" in said["clerk"] and "报送备案" in said["publisher"]
    asked = Notice.objects.filter(
        recipient=world.publisher.user, url=reverse("admin:edition_filing", args=[fresh(measure).edition_id])
    )
    assert asked.get().read_at is None
    file_edition(actor=world.publisher, edition=fresh(measure).edition, number="襄府备〔2026〕2号", **PAPERS)
    assert asked.get().read_at is not None, "filed: done with"


def test_a_proposal_that_is_taken_back_tells_nobody_and_settles_what_was_asked(world):
    measure = suspend(world, "劳务派遣经营许可")
    since = last()
    withdraw_measure(actor=world.publisher, measure=measure)
    assert told(since=since) == {}
    assert not Notice.objects.filter(url=reverse("admin:measure", args=[measure.pk]), read_at=None).exists()


def test_each_step_of_a_registration_tells_whose_turn_it_is(world):
    settle_batch(world)
    second = colleague(world, "publisher", "publisher2")
    _request, batch = frozen(world, add("甲"))
    since, record = last(), register(world, batch)
    assert set(told("等待另一人核对", since)) == {"council", "publisher2"}
    since = last()
    send_minutes_back(actor=world.council, batch=batch, record=record, opinion="文号不符")
    assert set(told("退回重新登记", since)) == {"publisher", "publisher2"} and "council" not in told(since=since)
    since, record = last(), register(world, fresh(batch), outcome="principle", opinion="文字再斟酌")
    assert set(told("等待另一人核对", since)) == {"council", "publisher2"}
    since = last()
    confirm_minutes(actor=second, batch=fresh(batch), record=record)
    assert set(told("分别核对", since)) == {"publisher", "legality"}


def test_a_reform_asks_the_establishment_office_and_then_tells_who_goes_on(world):
    settle_batch(world)
    since, declined = last(), merge(world, "420600-SCJ")
    assert told(since=since) == {"compliance": f"{declined} 等待核对"}
    decline_reform(actor=world.compliance, reform=declined, opinion="再研究")
    reform, since = merge(world), last()
    carry_out_reform(actor=world.compliance, reform=reform)
    said = told("机构改革已公布", since)
    assert set(said) == {"clerk", "head"} and "核对本部门的事项" in said["clerk"]
    assert "publisher" in told("按期报送备案", since)


def test_a_filing_goes_back_and_forth_between_the_two_offices(world, filing):
    examiner = colleague(world, "legality", "examiner")
    Notice.objects.all().delete()
    registrar = colleague(world, "legality", "registrar")
    register_filing(actor=registrar, filing=filing, registered_no="备1")
    # 吴法 passed it as lawful, so he is not asked to examine it; nor is told who registered it just now.
    assert set(told()) == {"examiner"}
    since = last()
    conclude_filing(actor=examiner, filing=filing, outcome="returned", number="审1", opinion="缺依据")
    assert told(since=since) == {"publisher": "备案“襄府备〔2019〕1号”要求补正"}
    since = last()
    file_again(actor=world.publisher, filing=filing, **PAPERS)
    assert set(told("等待登记", since)) == {"legality", "examiner", "registrar"}


def test_what_a_filing_finds_reaches_the_department(world, filing):
    examiner = colleague(world, "legality", "examiner")
    register_filing(actor=world.legality, filing=filing, registered_no="备1")
    since = last()
    fault = Fault(world.item("劳务派遣经营许可"), FilingFault.Nature.SUBSTANTIVE, "依据已废止")
    conclude_filing(actor=examiner, filing=filing, outcome="advised", number="审1", opinion="见问题", faults=[fault])
    request = ChangeRequest.objects.latest("pk")
    assert told("整改申请", since) == dict.fromkeys(
        ("clerk", "head"), f"备案审查建议（审1）：整改申请 {request.number} 等待完善后提交"
    )
    assert set(told("有审查建议", since)) == {"publisher"}


def test_an_edition_that_is_to_be_filed_is_called_to_mind_when_it_is_due(world):
    edition = to_be_filed([world.city]).first()
    due, calendar = due_on(edition), Calendar()
    early = next(
        due - datetime.timedelta(days=n) for n in range(7, 30) if calendar.is_working_day(due - datetime.timedelta(days=n))
    )
    soon = next(due - datetime.timedelta(days=n) for n in range(1, 9) if calendar.is_working_day(due - datetime.timedelta(days=n)))
    late = next(due + datetime.timedelta(days=n) for n in range(1, 9) if calendar.is_working_day(due + datetime.timedelta(days=n)))
    Posting.objects.filter(user__username="publisher").update(from_on="2000-01-01")
    Notice.objects.all().delete()
    tell_of_filing_deadlines(early)
    assert edition.notice_no not in str(told())
    tell_of_filing_deadlines(soon)
    tell_of_filing_deadlines(soon)
    rows = Notice.objects.filter(title__contains=edition.notice_no).order_by("pk")
    assert [(row.recipient.username, row.event) for row in rows] == [("publisher", "due_soon")]
    tell_of_filing_deadlines(late)
    assert [row.event for row in rows.all()] == ["due_soon", "overdue"]
    file_edition(actor=world.publisher, edition=edition, number="襄府备〔2019〕1号", **PAPERS)
    Notice.objects.all().delete()
    tell_of_filing_deadlines(late)
    assert edition.notice_no not in str(told())
    assert timezone.localdate() > due
