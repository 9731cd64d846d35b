"""调整批次: what 审改办 gathers, freezes as 送审稿, and the 常务会 decides. Conflicts are found here, never after the meeting."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from departments.acting import act
from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition
from qingdan.items.placing import DepartmentPlacement, Placement, rows_of
from qingdan.items.rules import check_placements
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from reviews.guards import check_can_act_on_batch, check_can_act_on_request, move_batch, move_request
from reviews.lineage import placements_from
from reviews.models import Batch, Change, ChangeRequest, Meeting, MeetingDecision
from reviews.requests import close_changes
from reviews.states import BatchAction, BatchState, RequestAction
from reviews.trail import CHANGED, record_history


@act("create_batch")
def create_batch(*, actor: Actor, region: Region, title: str, requests: Sequence[ChangeRequest]) -> Batch:
    """Gather requests that passed legality. Raises RuleBroken with every base conflict; one batch is open in a region at a time."""
    posting = actor.must_hold(Post.PUBLISHER, region=region, message="汇总调整批次须由审改办办理")
    Region.objects.select_for_update().get(pk=region.pk)
    if not title.strip():
        raise RuleBroken(Violation("B01", "须填写批次名称", "名称"))
    if not requests:
        raise RuleBroken(Violation("B02", "没有选择待汇总的申请", "申请"))
    if (
        still_open := Batch.objects.filter(
            region=region, state__in=(BatchState.DRAFT, BatchState.FROZEN, BatchState.DECIDED)
        ).first()
    ) is not None:
        raise WrongState(f"批次“{still_open.title}”尚未公布或解散，请先办结")
    number = Batch.objects.filter(region=region).count() + 1
    batch = Batch(region=region, number=number, title=title.strip(), created_by=actor.user)
    batch._change_reason, batch._history_user = "汇总", actor.user
    batch.save()
    for request in requests:
        _gather(actor, batch, request)
    check_conflicts(batch)
    actor.record(act="create_batch", post=posting.post, obj=batch, detail=f"{len(requests)} 个申请")
    return batch


@act("add_to_batch")
def add_to_batch(*, actor: Actor, batch: Batch, request: ChangeRequest) -> Batch:
    """Take one more request into a batch that is still being gathered."""
    _lock(batch)
    _row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.ADD)
    _gather(actor, batch, request)
    check_conflicts(batch)
    actor.record(act="add_to_batch", post=posting.post, obj=batch, detail=request.number)
    return batch


@act("remove_from_batch")
def remove_from_batch(*, actor: Actor, batch: Batch, request: ChangeRequest) -> Batch:
    """Put a request back to 待汇总."""
    _lock(batch)
    _row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.REMOVE)
    if request.batch_id != batch.pk:
        raise WrongState(f"申请 {request.number} 不在本批次内")
    row, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.RELEASE)
    move_request(request=request, target=row.target, actor=actor, reason="移出批次", batch=None)
    actor.record(act="remove_from_batch", post=posting.post, obj=batch, detail=request.number)
    return batch


@act("freeze_batch")
def freeze_batch(*, actor: Actor, batch: Batch) -> Batch:
    """Fix the 送审稿: its canonical bytes and their hash, which the meeting's decision binds."""
    _lock(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.FREEZE)
    if not batch.requests.exists():
        raise RuleBroken(Violation("B02", "批次内没有申请"))
    check_conflicts(batch)
    submission = submission_bytes(batch)
    move_batch(
        batch=batch,
        target=row.target,
        actor=actor,
        reason="确定送审稿",
        submission=submission,
        submission_hash=sha256_hex(submission),
    )
    actor.record(act="freeze_batch", post=posting.post, obj=batch, after_hash=batch.submission_hash)
    return batch


@act("reopen_batch")
def reopen_batch(*, actor: Actor, batch: Batch) -> Batch:
    """Take the 送审稿 back before the meeting."""
    _lock(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.REOPEN)
    before = batch.submission_hash
    move_batch(batch=batch, target=row.target, actor=actor, reason="重新汇总", submission=b"", submission_hash="")
    actor.record(act="reopen_batch", post=posting.post, obj=batch, before_hash=before)
    return batch


@act("dissolve_batch")
def dissolve_batch(*, actor: Actor, batch: Batch) -> Batch:
    """Give up a batch that is still being gathered: all its requests go back to 待汇总."""
    _lock(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.DISSOLVE)
    for request in batch.requests.all():
        release, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.RELEASE)
        move_request(request=request, target=release.target, actor=actor, reason="批次解散", batch=None)
    move_batch(batch=batch, target=row.target, actor=actor, reason="解散")
    actor.record(act="dissolve_batch", post=posting.post, obj=batch)
    return batch


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """Where the meeting decided otherwise for one change: ``deferred`` or ``refused``, and why."""

    outcome: str
    note: str = ""


@act("record_meeting")
def record_meeting(
    *,
    actor: Actor,
    batch: Batch,
    meeting_title: str,
    held_on: datetime.date,
    minutes_no: str = "",
    outcome: str,
    opinion: str = "",
    exceptions: Mapping[int, ItemOutcome] | None = None,
    seen_hash: str,
) -> MeetingDecision:
    """What the 常务会 decided of the batch as one 议题; ``exceptions`` (change id → outcome) where it differs.

    审议通过: agreed requests wait for publication. 暂缓: the batch is dissolved, its requests wait again. 不予通过: they end.
    """
    _lock(batch)
    agreed = outcome == MeetingDecision.Outcome.AGREED
    action = BatchAction.DECIDE if agreed else BatchAction.PUT_OFF
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=action, opinion=opinion)
    if seen_hash != batch.submission_hash:
        raise WrongState("送审稿已变化，请重新查看后再记录审议结果")
    check_submission(batch)
    _check_meeting(batch, meeting_title, held_on)
    meeting, _ = Meeting.objects.get_or_create(
        region=batch.region, title=meeting_title.strip(), held_on=held_on, defaults={"minutes_no": minutes_no.strip()}
    )
    decision = MeetingDecision.objects.create(
        batch=batch,
        meeting=meeting,
        outcome=outcome,
        opinion=opinion.strip(),
        submission_hash=batch.submission_hash,
        person=actor.user,
        post=posting.post,
    )
    _carry_out(actor, batch, outcome, exceptions or {})
    move_batch(batch=batch, target=row.target, actor=actor, reason=str(decision), meeting=meeting)
    if agreed:
        check_conflicts(batch)
    actor.record(
        act="record_meeting",
        post=posting.post,
        obj=batch,
        after_hash=batch.submission_hash,
        detail=f"{meeting} {decision} {opinion}".strip(),
    )
    return decision


def check_conflicts(batch: Batch) -> None:
    """The batch against the newest published list (待生效 included): RuleBroken with every conflict, P05…P11."""
    before = rows_of(Edition.objects.newest(batch.region))
    codes = {department.code: department for department in Department.objects.filter(region=batch.region)}
    placements, _departments = placements_of(batch)
    check_placements(before, placements, codes)


def check_submission(batch: Batch) -> None:
    """What the batch holds now stands in its frozen 送审稿, change by change. Raises WrongState where it does not."""
    frozen = {tuple(row) for row in json.loads(bytes(batch.submission))["changes"]}
    if strangers := [row for row in _submission_rows(batch) if tuple(row) not in frozen]:
        names = "、".join(sorted({f"{row[0]} 第{row[3]}项" for row in strangers}))
        raise WrongState(f"批次内容与送审稿不一致（{names}），须重新汇总")


def placements_of(batch: Batch) -> tuple[list[Placement], list[DepartmentPlacement]]:
    """What the batch would carry through the door: its changes less those that the meeting put off or refused."""
    put_off = (Change.Outcome.DEFERRED, Change.Outcome.REFUSED)
    changes = Change.objects.filter(request__batch=batch).exclude(outcome__in=put_off).select_related("item", "request")
    changes = list(changes.order_by("request__number", "position"))
    departments = []
    for change in changes:
        if change.kind == ChangeKind.DEPARTMENT:
            content, reason = change.content, change.reason or change.request.reason
            department = Department.objects.get(code=content.code)
            departments.append(DepartmentPlacement(department=department, content=content, reason=reason))
    return placements_from(changes), departments


def submission_bytes(batch: Batch) -> bytes:
    """The 送审稿 as canonical bytes: every request, revision and hash, every change with its base."""
    return canonical_bytes({"schema": 1, "batch": batch.number, "title": batch.title, "changes": _submission_rows(batch)})


def _submission_rows(batch: Batch) -> list[list]:
    rows = Change.objects.filter(request__batch=batch).order_by("request__number", "position")
    columns = (
        "request__number",
        "request__revision",
        "request__proposed_hash",
        "position",
        "kind",
        "item__code",
        "base_version__number",
        "content_hash",
    )
    return [list(row) for row in rows.values_list(*columns)]


def _lock(batch: Batch) -> None:
    """Hold the batch until the act ends, and see it as it is now: nothing joins or leaves it meanwhile."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    batch.refresh_from_db()


def _gather(actor: Actor, batch: Batch, request: ChangeRequest) -> None:
    if request.region_id != batch.region_id:
        raise RuleBroken(Violation("B03", "不是本地区的申请", request.number))
    row, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.GATHER)
    move_request(request=request, target=row.target, actor=actor, reason=f"列入{batch.title}", batch=batch)


def _check_meeting(batch: Batch, title: str, held_on: datetime.date) -> None:
    broken = []
    if not title.strip():
        broken.append(Violation("B04", "须填写会议名称", "会议名称"))
    if held_on > timezone.localdate():
        broken.append(Violation("B04", f"会议日期 {held_on} 尚未到", "召开日期"))
    if broken:
        raise RuleBroken(*broken)


def _carry_out(actor: Actor, batch: Batch, outcome: str, exceptions: Mapping[int, ItemOutcome]) -> None:
    """Outcomes to changes, then each request where they lead it."""
    changes = {change.pk: change for change in Change.objects.filter(request__batch=batch)}
    if unknown := set(exceptions) - set(changes):
        raise RuleBroken(Violation("B05", f"例外事项不在本批次内：{sorted(unknown)}"))
    for change in changes.values():
        exception = exceptions.get(change.pk)
        change.outcome = exception.outcome if exception else outcome
        change.outcome_note = exception.note if exception else ""
    Change.objects.bulk_update(changes.values(), ["outcome", "outcome_note"], batch_size=200)
    record_history(Change.objects.filter(request__batch=batch), kind=CHANGED, actor=actor, reason="常务会审议")
    for request in batch.requests.all():
        outcomes = {change.outcome for change in changes.values() if change.request_id == request.pk}
        if Change.Outcome.AGREED in outcomes:
            action, fields = RequestAction.AGREE, {}
        elif Change.Outcome.DEFERRED in outcomes:
            action, fields = RequestAction.DEFER, {"batch": None}
        else:
            action, fields = RequestAction.REJECT, {}
        row, _ = check_can_act_on_request(actor=actor, request=request, action=action)
        move_request(request=request, target=row.target, actor=actor, reason="常务会审议", **fields)
        if action == RequestAction.REJECT:
            close_changes(actor, request)
        if action == RequestAction.DEFER:
            _await_again(actor, request)


def _await_again(actor: Actor, request: ChangeRequest) -> None:
    """What the meeting put off waits for the next one."""
    deferred = request.changes.filter(outcome=Change.Outcome.DEFERRED)
    keys = list(deferred.values_list("pk", flat=True))
    deferred.update(outcome=Change.Outcome.PENDING)
    record_history(Change.objects.filter(pk__in=keys), kind=CHANGED, actor=actor, reason="暂缓，待下次审议")
