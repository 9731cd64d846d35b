"""紧急暂停 and 更正: proposed by 审改办, checked by 司法 (another person), published at once as an edition of their own kind.

A suspension is reported to the next meeting; it ends by the full route (恢复 or 取消). A 更正 mends clerical faults only (P15).
"""

from __future__ import annotations

from django.utils import timezone

from departments.acting import act
from departments.models import Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.content import ItemContent
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionEntry, Item, ItemVersion
from qingdan.items.placing import Placement
from qingdan.items.rules import check_corrections
from reviews.later_announcements import tell_of_measure
from reviews.later_guards import check_can_act_on_measure, move_measure
from reviews.later_states import MeasureAction, MeasureState
from reviews.models import AgendaItem, Measure, Meeting
from reviews.publication import publish_measure

_KIND = {Measure.Kind.SUSPENSION: ChangeKind.SUSPEND, Measure.Kind.CORRECTION: ChangeKind.CORRECT}


def version_in_force(region: Region, item: Item) -> ItemVersion | None:
    """What the list of today says of ``item``; None if it is not in it."""
    edition = Edition.objects.light().in_force(region, timezone.localdate())
    entry = EditionEntry.objects.filter(edition=edition, item=item).select_related("version__item").first() if edition else None
    return entry.version if entry else None


@act("propose_measure")
def propose_measure(
    *,
    actor: Actor,
    region: Region,
    kind: str,
    item: Item,
    content: ItemContent | None = None,
    reason: str,
    document: str = "",
    notice_title: str,
    notice_no: str,
) -> Measure:
    """审改办 proposes to suspend or to correct one item. ``content``: the corrected item (a suspension needs none).

    Raises RuleBroken E01 not in the list of today, E02 reason, E03 notice, E04 suspended already, P15 more than a clerical fault.
    """
    posting = actor.must_hold(Post.PUBLISHER, region=region, message="紧急暂停和更正由本地区审改办提出")
    if Measure.objects.filter(item=item, state=MeasureState.PROPOSED).exists():
        raise WrongState("该事项已有一项紧急暂停或更正等待核对，请先办结")
    kind = Measure.Kind(kind)
    version = version_in_force(region, item)
    if version is None:
        raise RuleBroken(Violation("E01", "不在今天有效的清单内", "事项"))
    content = version.content.changed(state="suspended") if kind == Measure.Kind.SUSPENSION else content
    _check(kind, version, content, reason, notice_title, notice_no)
    measure = Measure(
        region=region,
        kind=kind,
        item=item,
        base_version=version,
        name=version.name,
        content_bytes=content.canonical,
        content_hash=content.content_hash,
        reason=reason.strip(),
        document=document.strip(),
        notice_title=notice_title.strip(),
        notice_no=notice_no.strip(),
        proposed_by=actor.user,
    )
    measure._change_reason, measure._history_user = "提出", actor.user
    measure.save()
    tell_of_measure(measure=measure, actor=actor)
    actor.record(
        act="propose_measure",
        post=posting.post,
        obj=measure,
        before_hash=version.content_hash,
        after_hash=content.content_hash,
        detail=f"{measure}；{reason.strip()}",
    )
    return measure


def _check(kind: str, version: ItemVersion, content: ItemContent | None, reason: str, title: str, number: str) -> None:
    broken = []
    if not reason.strip():
        broken.append(Violation("E02", "须写明理由", "理由"))
    if not title.strip():
        broken.append(Violation("E03", "须填写公布文件标题", "公布文件标题"))
    if not number.strip():
        broken.append(Violation("E03", "须填写公布文号", "公布文号"))
    if kind == Measure.Kind.SUSPENSION and version.state != "in_use":
        broken.append(Violation("E04", "事项已经暂停", "事项"))
    if kind == Measure.Kind.CORRECTION and (content is None or content.content_hash == version.content_hash):
        broken.append(Violation("E05", "没有更正任何内容", "事项"))
    if broken:
        raise RuleBroken(*broken)
    if kind == Measure.Kind.CORRECTION:
        check_corrections([Placement(kind=ChangeKind.CORRECT, content=content, item=version.item, base_version_id=version.pk)])


@act("confirm_measure", durable=True)
def confirm_measure(*, actor: Actor, measure: Measure, seen_hash: str) -> Edition:
    """司法 agrees: the edition is published and takes effect today. One durable transaction.

    Raises NotAllowed (who proposed it), WrongState (settled, another content), RuleBroken P… from the door.
    """
    measure = Measure.objects.select_for_update(of=("self",)).select_related("region", "item", "base_version").get(pk=measure.pk)
    row, posting = check_can_act_on_measure(actor=actor, measure=measure, action=MeasureAction.CONFIRM)
    if measure.proposed_by_id == actor.user.pk:
        raise NotAllowed("提出人不能自己核对，须由另一人核对")
    if seen_hash != measure.content_hash:
        raise WrongState("内容已变化，请重新查看后再核对")
    edition = publish_measure(actor=actor, measure=measure, placements=placements_of(measure), post=posting.post)
    move_measure(measure=measure, target=row.target, actor=actor, reason=f"公布 {measure.notice_no}", edition=edition)
    actor.record(
        act="confirm_measure",
        post=posting.post,
        obj=measure,
        before_hash=measure.content_hash,
        after_hash=edition.manifest_hash,
        detail=str(measure),
    )
    return edition


@act("decline_measure")
def decline_measure(*, actor: Actor, measure: Measure, opinion: str) -> Measure:
    """司法 does not agree. Raises RuleBroken S01 without a reason."""
    row, posting = check_can_act_on_measure(actor=actor, measure=measure, action=MeasureAction.DECLINE, opinion=opinion)
    move_measure(measure=measure, target=row.target, actor=actor, reason=opinion.strip()[:500], opinion=opinion.strip())
    actor.record(act="decline_measure", post=posting.post, obj=measure, detail=opinion.strip())
    return measure


@act("withdraw_measure")
def withdraw_measure(*, actor: Actor, measure: Measure) -> Measure:
    """审改办 takes its proposal back."""
    row, posting = check_can_act_on_measure(actor=actor, measure=measure, action=MeasureAction.WITHDRAW)
    move_measure(measure=measure, target=row.target, actor=actor, reason="撤回")
    actor.record(act="withdraw_measure", post=posting.post, obj=measure)
    return measure


def placements_of(measure: Measure) -> list[Placement]:
    """What goes through the door; a 大项 that is suspended takes its sub-items along."""
    kind = _KIND[Measure.Kind(measure.kind)]
    found = [
        Placement(
            kind=kind,
            content=measure.content,
            item=measure.item,
            base_version_id=measure.base_version_id,
            reason=measure.reason,
            document=measure.document,
        )
    ]
    if kind == ChangeKind.SUSPEND and not measure.content.is_sub_item:
        edition = Edition.objects.light().in_force(measure.region, timezone.localdate())
        subs = EditionEntry.objects.filter(edition=edition, version__parent=measure.item, version__state="in_use")
        for entry in subs.select_related("version__item").order_by("position"):
            version = entry.version
            found.append(
                Placement(
                    kind=kind,
                    content=version.content.changed(state="suspended"),
                    item=version.item,
                    base_version_id=version.pk,
                    reason=measure.reason,
                    document=measure.document,
                )
            )
    return found


def waiting_for(meeting: Meeting) -> list[Measure]:
    """Suspensions published by the day of the meeting that no meeting has heard of."""
    found = Measure.objects.to_be_reported(meeting.region)
    return [each for each in found if timezone.localdate(each.settled_at) <= meeting.held_on]


def report_to(*, actor: Actor, meeting: Meeting) -> int:
    """A step of recording a meeting: it heard of every suspension before it. Returns how many."""
    waiting = waiting_for(meeting)
    for measure in waiting:
        measure.reported_at = meeting
        measure._change_reason, measure._history_user = f"向{meeting}报告", actor.user
        measure.save(update_fields=["reported_at"])
    if waiting:
        names = "、".join(f"“{each.name}”" for each in waiting)
        item = AgendaItem(meeting=meeting, position=meeting.agenda.count() + 1, subject=f"报告紧急暂停的事项：{names}"[:200])
        item._change_reason, item._history_user = "列入议题", actor.user
        item.save()
    return len(waiting)
