"""After publication: the notice place by place, and 事后备案审查: filed in time, registered, examined by another, what it finds acted on."""

import datetime

import pytest
from django.utils.timezone import localdate

from departments.models import Posting, WorkingDay
from departments.people import Actor
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.filings import (
    Fault,
    conclude_filing,
    due_on,
    file_again,
    file_edition,
    place_notice,
    places_of,
    receiver_of,
    register_filing,
    to_be_filed,
)
from reviews.models import ChangeRequest, Decision, DeskSetting, PublicationPlace
from reviews.suspending import confirm_measure, propose_measure
from tests.reviews.test_meetings import colleague
from tests.world import add, amend, fresh, propose

PAPERS = {"report": "报告正文", "explanation": "起草说明", "basis": "《湖北省行政规范性文件管理办法》"}


@pytest.fixture
def filed(world):
    """The city's second edition, filed."""
    return file_edition(actor=world.publisher, edition=world.edition(2), number="襄府备〔2019〕1号", **PAPERS)


def examined(world, filing, outcome="accepted", *, actor=None, **given):
    register_filing(actor=world.legality, filing=filing, registered_no=f"备{filing.round}")
    return conclude(world, filing, outcome, actor=actor, **given)


def conclude(world, filing, outcome, *, actor=None, **given):
    actor = actor or colleague(world, "legality", "examiner")
    return conclude_filing(actor=actor, filing=filing, outcome=outcome, **{"number": "审〔2026〕1号", **given})


def rules(refused) -> set[str]:
    return {each.rule for each in refused.value.violations}


# -- places --------------------------------------------------------------------------------------------------------------------------


def test_places_are_data_and_each_has_its_day(world):
    edition = world.edition(2)
    portal = PublicationPlace.objects.get(code="portal")
    assert portal in places_of(world.city)
    place_notice(actor=world.publisher, edition=edition, place=portal, placed_on=edition.published_on, address="首页")
    place_notice(actor=world.publisher, edition=edition, place=portal, placed_on=localdate(), address="公告栏")
    notice = edition.placed_notices.get()
    assert (notice.placed_on, notice.address, notice.history.count()) == (localdate(), "公告栏", 2)


def test_a_place_of_another_region_or_a_day_that_cannot_be_is_refused(world):
    edition = world.edition(2)
    foreign = PublicationPlace.objects.create(code="county", name="区政府网站", region=world.county)
    with pytest.raises(RuleBroken) as refused:
        place_notice(actor=world.publisher, edition=edition, place=foreign, placed_on=edition.decided_on)
    assert rules(refused) == {"L01", "L02"}
    with pytest.raises(NotAllowed):
        place_notice(
            actor=world.county_publisher, edition=edition, place=PublicationPlace.objects.get(code="portal"), placed_on=localdate()
        )


# -- filing --------------------------------------------------------------------------------------------------------------------------


def test_it_is_due_so_many_working_days_after_publication(world):
    edition = world.edition(2)
    WorkingDay.objects.all().delete()
    assert due_on(edition) == datetime.date(2019, 12, 11)  # 15 working days after Wednesday 2019-11-20
    DeskSetting.objects.create(region=world.city, filing_days=5)
    assert due_on(edition) == datetime.date(2019, 11, 27)


def test_what_was_entered_afterwards_is_not_filed(world):
    assert list(to_be_filed([world.city.pk])) == [world.edition(2)]
    with pytest.raises(WrongState):
        file_edition(actor=world.publisher, edition=world.edition(1), number="一", **PAPERS)


def test_a_county_files_with_the_city(world):
    assert receiver_of(world.county) == world.city
    assert receiver_of(world.city) == world.city


def test_it_is_filed_once_with_all_its_papers(world, filed):
    assert (filed.state, filed.receiver, filed.late) == ("filed", world.city, True)
    with pytest.raises(WrongState):
        file_edition(actor=world.publisher, edition=world.edition(2), number="二", **PAPERS)
    with pytest.raises(RuleBroken) as refused:
        file_again(actor=world.publisher, filing=_put(filed, "correcting"), **{**PAPERS, "basis": " "})
    assert [each.where for each in refused.value.violations] == ["制定依据"]


def test_it_is_registered_examined_by_another_and_accepted(world, filed):
    with pytest.raises(RuleBroken):
        register_filing(actor=world.legality, filing=filed, registered_no=" ")
    register_filing(actor=world.legality, filing=filed, registered_no="备〔2026〕1号")
    # 吴法 passed what this edition carries as lawful, so somebody else examines it.
    with pytest.raises(NotAllowed, match="另一人"):
        conclude(world, filed, "accepted", actor=world.legality)
    result = conclude(world, filed, "accepted")
    assert (fresh(filed).state, str(result)) == ("accepted", "准予备案 审〔2026〕1号")
    with pytest.raises(WrongState):
        conclude(world, fresh(filed), "advised", actor=colleague(world, "legality", "third"), opinion="再看")


def also_at_legality(world, actor: Actor) -> Actor:
    Posting.objects.create(user=actor.user, post="legality", region=world.city, from_on=datetime.date(2016, 1, 1))
    return Actor(actor.user)


@pytest.mark.parametrize(("name", "why"), [("publisher", "公布"), ("clerk", "提出"), ("head", "提出"), ("council", "审议结果")])
def test_who_proposed_decided_or_published_what_it_carries_does_not_examine_it(world, name, why):
    filing = file_edition(actor=colleague(world, "publisher", "filer"), edition=world.edition(2), number="备1", **PAPERS)
    register_filing(actor=world.legality, filing=filing, registered_no="登1")
    with pytest.raises(NotAllowed, match=why):
        conclude(world, filing, "accepted", actor=also_at_legality(world, getattr(world, name)))
    conclude(world, filing, "accepted")


def test_nor_does_who_proposed_a_suspension_or_let_it_pass(committed_world):
    world, _ = committed_world
    notice = {"reason": "依据已废止", "notice_title": "通知", "notice_no": "1号"}
    item = world.item("工伤认定")
    measure = propose_measure(actor=world.publisher, region=world.city, kind="suspension", item=item, **notice)
    edition = confirm_measure(actor=world.legality, measure=measure, seen_hash=measure.content_hash)
    filing = file_edition(actor=colleague(world, "publisher", "filer"), edition=edition, number="备1", **PAPERS)
    register_filing(actor=world.legality, filing=filing, registered_no="登1")
    for actor, why in ((world.legality, "公布"), (also_at_legality(world, world.publisher), "提出")):
        with pytest.raises(NotAllowed, match=why):
            conclude(world, filing, "accepted", actor=actor)
    conclude(world, filing, "accepted")


def test_what_must_be_corrected_comes_again(world, filed):
    with pytest.raises(RuleBroken, match="意见"):
        examined(world, filed, "returned", opinion=" ")
    examiner = colleague(world, "legality", "examiner2")
    conclude(world, fresh(filed), "returned", actor=examiner, opinion="缺制定依据")
    file_again(actor=world.publisher, filing=fresh(filed), **{**PAPERS, "basis": "补充的依据"})
    again = fresh(filed)
    assert (again.state, again.round, again.basis) == ("filed", 2, "补充的依据")
    register_filing(actor=world.legality, filing=again, registered_no="备2")
    with pytest.raises(RuleBroken, match="用过"):
        conclude(world, again, "accepted", actor=examiner)
    conclude(world, again, "accepted", actor=examiner, number="审〔2026〕2号")
    assert [each.outcome for each in again.results.all()] == ["returned", "accepted"]


def test_a_substantive_fault_opens_a_request_of_the_department_and_a_clerical_one_does_not(world, filed):
    faulty, typo = world.item("劳务派遣经营许可"), world.item("工伤认定")
    faults = [Fault(faulty, "substantive", "依据已废止"), Fault(typo, "clerical", "错别字")]
    result = examined(world, filed, "advised", opinion="见问题清单", faults=faults)
    opened, none = result.faults.order_by("pk")
    assert none.request is None
    request = opened.request
    assert (request.state, request.department.code) == ("draft", "420600-RSJ")
    assert "审〔2026〕1号" in request.reason and request.changes.get().item == faulty
    assert ChangeRequest.objects.visible_to(world.clerk.user).filter(pk=request.pk).exists()
    assert fresh(filed).state == "advised"


def test_an_item_that_is_under_way_already_gets_no_second_request(world, filed):
    request = propose(world, [amend(world.version("劳务派遣经营许可"), phone="1"), add("甲")])
    result = examined(
        world, filed, "advised", opinion="见问题", faults=[Fault(world.item("劳务派遣经营许可"), "substantive", "依据已废止")]
    )
    assert result.faults.get().request == request


@pytest.mark.parametrize(
    ("outcome", "named"), [("advised", None), ("accepted", "工伤认定"), ("advised", "对用人单位遵守劳动保障法律的检查")]
)
def test_faults_belong_to_an_advice_and_to_items_of_the_edition(world, filed, outcome, named):
    faults = [Fault(world.item(named), "clerical", "错字")] if named else []
    with pytest.raises(RuleBroken) as refused:
        examined(world, filed, outcome, opinion="见问题", faults=faults)
    assert rules(refused) == {"F04"}
    assert not filed.results.exists()


def _put(filing, state):
    type(filing).objects.filter(pk=filing.pk).update(state=state)
    return fresh(filing)


def test_who_passed_the_first_of_a_line_of_requests_examines_none_of_them(world, filed):
    """What was split off twice was passed as lawful once, two requests back."""
    request = ChangeRequest.objects.get(batch__edition=filed.edition)
    line = [fresh(request), world.request("withdrawn"), world.request("awaiting")]
    for row, origin in zip(line, line[1:], strict=False):
        ChangeRequest.objects.filter(pk=row.pk).update(origin=origin)
    register_filing(actor=world.legality, filing=filed, registered_no="备9")
    examiner = colleague(world, "legality", "examiner")
    first = line[-1].decisions.get(stage="legality")
    Decision.objects.create(
        request=line[-1],
        revision=9,
        stage="legality",
        part="legality",
        outcome="passed",
        proposed_hash=first.proposed_hash,
        person=examiner.user,
        post="legality",
    )
    with pytest.raises(NotAllowed, match="合法性审查人"):
        conclude(world, filed, "accepted", actor=examiner)
