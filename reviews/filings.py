"""公布之后: the notice put up place by place, and 事后备案审查.

审改办 files the edition within N working days of its publication; 司法 (of the city, for a county) registers it; a person who had no hand in
what it carries examines it. A substantive fault opens a full-route request for the department and may be suspended at once;
a clerical one is corrected.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from departments.acting import act
from departments.models import Region
from departments.people import Actor
from departments.posts import Post
from departments.working_days import Calendar
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionEntry, Item
from reviews.impartiality import check_impartial
from reviews.later_announcements import tell_of_faults, tell_of_filing
from reviews.later_guards import check_can_act_on_filing, move_filing
from reviews.later_states import FilingAction
from reviews.manifests import stored_hash
from reviews.models import (
    Change,
    ChangeRequest,
    DeskSetting,
    Filing,
    FilingFault,
    FilingResult,
    PlacedNotice,
    PublicationPlace,
)
from reviews.requests import next_number
from reviews.suspending import version_in_force

_ACTION = {
    FilingResult.Outcome.ACCEPTED: FilingAction.ACCEPT,
    FilingResult.Outcome.RETURNED: FilingAction.REQUIRE,
    FilingResult.Outcome.ADVISED: FilingAction.ADVISE,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the examiner found wrong with one item of the edition."""

    item: Item
    nature: str
    note: str


# -- places ------------------------------------------------------------------------------------------------------------------------


def places_of(region: Region) -> QuerySet[PublicationPlace]:
    """Where a region puts its notices up, in order."""
    own = PublicationPlace.objects.filter(in_use=True)
    return own.filter(region=region) | own.filter(region=None)


@act("place_notice")
def place_notice(
    *, actor: Actor, edition: Edition, place: PublicationPlace, placed_on: datetime.date, address: str = ""
) -> PlacedNotice:
    """The notice of ``edition`` stands at ``place`` since ``placed_on``; said again, the earlier entry is corrected (its history stays).

    Raises RuleBroken L01 place of another region, L02 a day before publication or yet to come.
    """
    posting = actor.must_hold(Post.PUBLISHER, region=edition.region, message="公布记录由本地区审改办登记")
    broken = []
    if not places_of(edition.region).filter(pk=place.pk).exists():
        broken.append(Violation("L01", "不是本地区的公布地点", "公布地点"))
    if placed_on < edition.published_on:
        broken.append(Violation("L02", f"早于公布日期 {edition.published_on}", "公布日期"))
    if placed_on > timezone.localdate():
        broken.append(Violation("L02", f"{placed_on} 尚未到", "公布日期"))
    if broken:
        raise RuleBroken(*broken)
    notice = PlacedNotice.objects.filter(edition=edition, place=place).first() or PlacedNotice(edition=edition, place=place)
    notice.placed_on, notice.address, notice.person, notice.at = placed_on, address.strip(), actor.user, timezone.now()
    notice._change_reason, notice._history_user = "登记公布地点", actor.user
    notice.save()
    actor.record(act="place_notice", post=posting.post, obj=edition, detail=f"{notice} {address.strip()}".strip())
    return notice


# -- filing ------------------------------------------------------------------------------------------------------------------------


def receiver_of(region: Region) -> Region:
    """Whose 司法行政部门 receives the filings of ``region``: a county's go to the city above it."""
    return region.parent if region.level == Region.Level.COUNTY and region.parent_id else region


def due_dates(editions: Sequence[Edition]) -> dict[int, datetime.date]:
    """Edition key → the last day for filing: so many working days after publication as its region's desk has set."""
    settings = {each.region_id: each.filing_days for each in DeskSetting.objects.filter(region__in={e.region_id for e in editions})}
    default, calendar = DeskSetting._meta.get_field("filing_days").default, Calendar()
    return {each.pk: calendar.add(each.published_on, settings.get(each.region_id, default)) for each in editions}


def due_on(edition: Edition) -> datetime.date:
    """The last day for filing one edition."""
    return due_dates([edition])[edition.pk]


def to_be_filed(regions) -> QuerySet[Edition]:
    """Editions that were published by this system and are not filed yet, the oldest first (续行 repeats what is filed already)."""
    found = Edition.objects.light().filter(region__in=regions, filing=None, entered_afterwards=False).exclude(kind="renewal")
    return found.select_related("region").order_by("published_on", "pk")


@act("file_edition")
def file_edition(*, actor: Actor, edition: Edition, number: str, report: str, explanation: str, basis: str) -> Filing:
    """报送备案. Raises NotAllowed, WrongState (filed already), RuleBroken F01 naming each missing paper."""
    posting = actor.must_hold(Post.PUBLISHER, region=edition.region, message="备案由本地区审改办报送")
    if Filing.objects.filter(edition=edition).exists():
        raise WrongState("该公布版本已经报送备案")
    if not to_be_filed([edition.region_id]).filter(pk=edition.pk).exists():
        raise WrongState("事后录入的版本和续行不报送备案")
    _check_papers(number, report, explanation, basis)
    filing = Filing(
        edition=edition,
        region=edition.region,
        receiver=receiver_of(edition.region),
        number=number.strip(),
        report=report.strip(),
        explanation=explanation.strip(),
        basis=basis.strip(),
        due_on=due_on(edition),
        filed_on=timezone.localdate(),
        filed_by=actor.user,
    )
    filing._change_reason, filing._history_user = "报送备案", actor.user
    filing.save()
    tell_of_filing(filing=filing, actor=actor)
    actor.record(
        act="file_edition",
        post=posting.post,
        obj=filing,
        after_hash=edition.manifest_hash,
        detail=f"{filing}，期限 {filing.due_on}",
    )
    return filing


def _check_papers(number: str, report: str, explanation: str, basis: str) -> None:
    papers = {"备案报告文号": number, "备案报告": report, "起草说明": explanation, "制定依据": basis}
    if missing := [label for label, text in papers.items() if not text.strip()]:
        raise RuleBroken(*(Violation("F01", "报送备案须填写", label) for label in missing))


@act("register_filing")
def register_filing(*, actor: Actor, filing: Filing, registered_no: str) -> Filing:
    """司法 of the receiving region registers what was filed. Raises RuleBroken F02 without a number, or with one that is taken."""
    row, posting = check_can_act_on_filing(actor=actor, filing=filing, action=FilingAction.REGISTER)
    number = registered_no.strip()
    if not number:
        raise RuleBroken(Violation("F02", "须填写备案登记号", "备案登记号"))
    if Filing.objects.filter(receiver=filing.receiver_id, registered_no=number).exclude(pk=filing.pk).exists():
        raise RuleBroken(Violation("F02", f"备案登记号“{number}”已经用过", "备案登记号"))
    fields = {"registered_no": number, "registered_on": timezone.localdate(), "registered_by": actor.user}
    move_filing(filing=filing, target=row.target, actor=actor, reason=f"登记 {number}", **fields)
    actor.record(act="register_filing", post=posting.post, obj=filing, detail=number)
    return filing


@act("conclude_filing")
def conclude_filing(
    *, actor: Actor, filing: Filing, outcome: str, number: str, opinion: str = "", faults: Sequence[Fault] = ()
) -> FilingResult:
    """The examiner's result. 审查建议 names its faults; each substantive one opens a request of the department that holds the item.

    Raises NotAllowed (see ``check_impartial``), WrongState, RuleBroken F03 number, F04 faults.
    """
    outcome = FilingResult.Outcome(outcome)
    row, posting = check_can_act_on_filing(actor=actor, filing=filing, action=_ACTION[outcome], opinion=opinion)
    check_impartial(actor=actor, filing=filing)
    _check_result(filing, outcome, number, faults)
    result = FilingResult.objects.create(
        filing=filing,
        round=filing.round,
        outcome=outcome,
        number=number.strip(),
        opinion=opinion.strip(),
        person=actor.user,
        post=posting.post,
    )
    for each in faults:
        _keep_fault(actor, result, each)
    move_filing(filing=filing, target=row.target, actor=actor, reason=str(result))
    tell_of_faults(result=result, actor=actor)
    actor.record(
        act="conclude_filing",
        post=posting.post,
        obj=filing,
        after_hash=filing.edition.manifest_hash,
        detail=f"{result} {opinion.strip()}".strip(),
    )
    return result


@act("file_again")
def file_again(*, actor: Actor, filing: Filing, report: str, explanation: str, basis: str) -> Filing:
    """补正后再报送. Raises RuleBroken F01."""
    row, posting = check_can_act_on_filing(actor=actor, filing=filing, action=FilingAction.REFILE)
    _check_papers(filing.number, report, explanation, basis)
    fields = {"report": report.strip(), "explanation": explanation.strip(), "basis": basis.strip(), "round": filing.round + 1}
    move_filing(filing=filing, target=row.target, actor=actor, reason="补正后再报送", **fields)
    actor.record(act="file_again", post=posting.post, obj=filing, detail=f"第{filing.round}次报送")
    return filing


def _check_result(filing: Filing, outcome: str, number: str, faults: Sequence[Fault]) -> None:
    broken = []
    if not number.strip():
        broken.append(Violation("F03", "须填写审查结果的文号", "文号"))
    elif filing.results.filter(number=number.strip()).exists():
        broken.append(Violation("F03", f"文号“{number.strip()}”已经用过", "文号"))
    if faults and outcome != FilingResult.Outcome.ADVISED:
        broken.append(Violation("F04", "只有审查建议列明事项的问题", "问题"))
    if not faults and outcome == FilingResult.Outcome.ADVISED:
        broken.append(Violation("F04", "审查建议须列明有问题的事项", "问题"))
    listed = set(
        EditionEntry.objects.filter(edition=filing.edition_id, item__in=[each.item for each in faults]).values_list(
            "item_id", flat=True
        )
    )
    for each in faults:
        if each.item.pk not in listed:
            broken.append(Violation("F04", "不在本公布版本的清单内", each.item.code))
        if not each.note.strip():
            broken.append(Violation("F04", "须写明问题", each.item.code))
    if len({each.item.pk for each in faults}) < len(faults):
        broken.append(Violation("F04", "同一事项只列一次", "问题"))
    if broken:
        raise RuleBroken(*broken)


def _keep_fault(actor: Actor, result: FilingResult, fault: Fault) -> None:
    version = version_in_force(result.filing.region, fault.item)
    entry = EditionEntry.objects.filter(edition=result.filing.edition_id, item=fault.item).select_related("version").first()
    row = FilingFault(
        result=result, item=fault.item, name=entry.version.name, nature=FilingFault.Nature(fault.nature), note=fault.note.strip()
    )
    if row.nature == FilingFault.Nature.SUBSTANTIVE and version is not None:
        row.request = _open_request(actor, result, fault, version)
    row._change_reason, row._history_user = str(result), actor.user
    row.save()


def _open_request(actor: Actor, result: FilingResult, fault: Fault, version) -> ChangeRequest:
    """A draft for the department that holds the item, its base what is in force; the one that holds the item already where there is one."""
    held = Change.objects.filter(item=fault.item, open=True).select_related("request").first()
    if held is not None:
        return held.request
    newest = EditionEntry.objects.filter(edition=Edition.objects.newest(result.filing.region), item=fault.item).first()
    base = newest.version if newest else version
    content = base.content
    request = ChangeRequest(
        region=result.filing.region,
        department=base.department,
        number=next_number(result.filing.region),
        reason=f"备案审查建议（{result.number}）：{fault.note.strip()}",
        document=result.number[:300],
        source=ChangeRequest.Source.FORM,
        created_by=actor.user,
    )
    change = Change(
        position=1,
        kind=ChangeKind.ELEMENTS,
        item=fault.item,
        base_version=base,
        content_bytes=content.canonical,
        content_hash=content.content_hash,
        name=content.name,
        category_code=content.category,
        initiation=content.initiation,
        reason=fault.note.strip(),
        source_row="备案审查",
    )
    request._change_reason, request._history_user = f"备案审查{result}", actor.user
    request.save()
    change.request = request
    change._change_reason, change._history_user = f"备案审查{result}", actor.user
    change.save()
    request.proposed_hash = stored_hash(request)
    request.save(update_fields=["proposed_hash"])
    return request
