"""调整批次: what 审改办 gathers and freezes as 送审稿 for the 常务会 (``meetings``). Conflicts are found here, before the meeting.

What a rule of the region lets stop after legality (``short_routes``) may be gathered in a batch of its own, which is settled here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

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
from reviews.models import Amendment, Batch, Change, ChangeRequest
from reviews.papers.kept import order_batch_papers
from reviews.short_routes import Route, routes_of
from reviews.states import OPEN_BATCH, BatchAction, RequestAction
from reviews.trail import CHANGED, record_history

# What the meeting or a later conflict took out: no part of the edition.
SET_ASIDE = (Change.Outcome.DEFERRED, Change.Outcome.REFUSED, Change.Outcome.STOPPED)


@act("create_batch")
def create_batch(
    *, actor: Actor, region: Region, title: str, requests: Sequence[ChangeRequest], without_meeting: bool = False
) -> Batch:
    """Gather requests that passed legality. Raises RuleBroken with every base conflict; one batch is open in a region at a time.

    ``without_meeting``: one that goes to no meeting, open beside the other. RuleBroken B17 for each request that must go to one.
    """
    posting = actor.must_hold(Post.PUBLISHER, region=region, message="汇总调整批次须由审改办办理")
    Region.objects.select_for_update().get(pk=region.pk)
    still_open = Batch.objects.filter(region=region, without_meeting=without_meeting, state__in=OPEN_BATCH).first()
    if still_open is not None:
        raise WrongState(f"批次“{still_open.title}”尚未公布或解散，请先办结")
    broken = [] if title.strip() else [Violation("B01", "须填写批次名称", "批次名称")]
    broken += [] if requests else [Violation("B02", "没有选择待汇总的申请", "申请")]
    if broken:
        raise RuleBroken(*broken)
    number = Batch.objects.filter(region=region).count() + 1
    batch = Batch(region=region, number=number, title=title.strip(), created_by=actor.user, without_meeting=without_meeting)
    batch._change_reason, batch._history_user = "汇总", actor.user
    batch.save()
    for request in requests:
        _gather(actor, batch, request)
    _check_short_routes(batch)
    check_conflicts(batch)
    actor.record(act="create_batch", post=posting.post, obj=batch, detail=f"{len(requests)} 个申请")
    return batch


@act("add_to_batch")
def add_to_batch(*, actor: Actor, batch: Batch, request: ChangeRequest) -> Batch:
    """Take one more request into a batch that is still being gathered."""
    lock_batch(batch)
    _row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.ADD)
    _gather(actor, batch, request)
    _check_short_routes(batch)
    check_conflicts(batch)
    actor.record(act="add_to_batch", post=posting.post, obj=batch, detail=request.number)
    return batch


@act("remove_from_batch")
def remove_from_batch(*, actor: Actor, batch: Batch, request: ChangeRequest) -> Batch:
    """Put a request back to 待汇总."""
    lock_batch(batch)
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
    lock_batch(batch)
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
    order_batch_papers(batch)
    actor.record(act="freeze_batch", post=posting.post, obj=batch, after_hash=batch.submission_hash)
    return batch


@act("settle_batch")
def settle_batch(*, actor: Actor, batch: Batch, seen_hash: str) -> Batch:
    """By a rule of the region the batch goes to no meeting: its text, as frozen, may be published.

    The rule is kept with it as it is now. Raises WrongState (another text, a batch that goes to a meeting), RuleBroken B17 for each
    request that the rules in use no longer let pass, P05… where the list would not hold it.
    """
    lock_batch(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.SETTLE)
    if seen_hash != batch.submission_hash:
        raise WrongState("公布稿已变化，请重新查看后再定稿")
    check_submission(batch)
    bases = _check_short_routes(batch)
    check_conflicts(batch)
    reason = "按规定不经常务会审议"
    changes = Change.objects.filter(request__batch=batch)
    changes.update(outcome=Change.Outcome.AGREED)
    record_history(changes.all(), kind=CHANGED, actor=actor, reason=reason)
    basis = "；".join(dict.fromkeys(bases))[:500]
    move_batch(batch=batch, target=row.target, actor=actor, reason=reason, short_basis=basis, settled_on=timezone.localdate())
    for request in batch.requests.order_by("pk"):
        settle, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.SETTLE)
        move_request(request=request, target=settle.target, actor=actor, reason=f"{reason}（{basis}）")
    actor.record(act="settle_batch", post=posting.post, obj=batch, after_hash=batch.submission_hash, detail=f"{reason}：{basis}")
    return batch


@act("reopen_batch")
def reopen_batch(*, actor: Actor, batch: Batch) -> Batch:
    """Take the 送审稿 back before the meeting."""
    lock_batch(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.REOPEN)
    before = batch.submission_hash
    move_batch(batch=batch, target=row.target, actor=actor, reason="重新汇总", submission=b"", submission_hash="")
    actor.record(act="reopen_batch", post=posting.post, obj=batch, before_hash=before)
    return batch


@act("dissolve_batch")
def dissolve_batch(*, actor: Actor, batch: Batch) -> Batch:
    """Give up a batch that is still being gathered: all its requests go back to 待汇总."""
    lock_batch(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.DISSOLVE)
    for request in batch.requests.all():
        release, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.RELEASE)
        move_request(request=request, target=release.target, actor=actor, reason="批次解散", batch=None)
    move_batch(batch=batch, target=row.target, actor=actor, reason="解散")
    actor.record(act="dissolve_batch", post=posting.post, obj=batch)
    return batch


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
    """What the batch would carry through the door: its changes less those that were put off, refused or stopped, as amended."""
    found = Change.objects.filter(request__batch=batch).exclude(outcome__in=SET_ASIDE).select_related("item", "request")
    changes, departments = list(found.order_by("request__number", "position")), []
    amended = amendments_of(batch)
    for change in changes:
        if change.pk in amended:
            change.content_bytes = amended[change.pk].content_bytes
        if change.kind == ChangeKind.DEPARTMENT:
            content, reason = change.content, change.reason or change.request.reason
            department = Department.objects.get(code=content.code)
            departments.append(DepartmentPlacement(department=department, content=content, reason=reason))
    return placements_from(changes), departments


def amendments_of(batch: Batch) -> dict[int, Amendment]:
    """Change key → its last amendment by the meeting's opinion."""
    return {each.change_id: each for each in batch.amendments.select_related("change").order_by("pk")}


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


def _check_short_routes(batch: Batch) -> list[str]:
    """The rules by which the requests of a batch without a meeting need none. Raises RuleBroken B17 for each that does."""
    if not batch.without_meeting:
        return []
    requests = list(batch.requests.order_by("number"))
    routes = routes_of(requests)
    none = Route(why="本地区没有启用不经常务会审议的规定")
    found = [(request, routes.get(request.pk, none)) for request in requests]
    broken = [Violation("B17", f"申请 {request.number} {route.why}", request.number) for request, route in found if not route.basis]
    if broken:
        raise RuleBroken(*broken)
    return [route.basis for _, route in found]


def lock_batch(batch: Batch) -> None:
    """Hold the batch until the act ends, and see it as it is now: nothing joins or leaves it meanwhile."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    batch.refresh_from_db()


def _gather(actor: Actor, batch: Batch, request: ChangeRequest) -> None:
    if request.region_id != batch.region_id:
        raise RuleBroken(Violation("B03", "不是本地区的申请", request.number))
    row, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.GATHER)
    move_request(request=request, target=row.target, actor=actor, reason=f"列入{batch.title}", batch=batch)
