"""原则通过: the text is amended as the meeting asked, and 审改办 and 司法 (two people) each hold it against the minutes.

Also here: what a later publication made impossible is stopped item by item and goes back to legality.
"""

from __future__ import annotations

from collections.abc import Sequence

from departments.acting import act
from departments.models import Posting
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.content import ItemContent
from qingdan.items.kinds import ChangeKind
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from reviews.batches import SET_ASIDE, amendments_of, check_conflicts, check_submission, lock_batch
from reviews.checks import findings_of
from reviews.guards import check_can_act_on_batch, check_can_act_on_request, move_batch, move_request
from reviews.manifests import stored_hash
from reviews.models import Amendment, Batch, Change, ChangeRequest, TextConfirmation
from reviews.rebasing import Conflict, carry, conflicts_of
from reviews.requests import close_changes
from reviews.splitting import copy_off, settle
from reviews.states import BatchAction, RequestAction, RequestState
from reviews.trail import CHANGED, record_history

_OFFICES = (Post.PUBLISHER, Post.LEGALITY)


def text_hash(batch: Batch) -> str:
    """Hash of the amended text: the 送审稿 and every amendment that counts. What the two offices confirm."""
    rows = sorted([each.change.request.number, each.change.position, each.content_hash] for each in _amendments(batch))
    return sha256_hex(canonical_bytes({"submission": batch.submission_hash, "amendments": rows}))


def _amendments(batch: Batch) -> list[Amendment]:
    found = batch.amendments.filter(change__request__batch=batch).select_related("change__request")
    last = {each.change_id: each for each in found.order_by("pk")}
    return [each for each in last.values() if each.change.outcome not in SET_ASIDE]


@act("amend_after_meeting")
def amend_after_meeting(
    *, actor: Actor, batch: Batch, change: Change, content: ItemContent, note: str, seen_hash: str
) -> Amendment:
    """One agreed change as the meeting wanted it. ``note``: what the minutes say of it; ``seen_hash``: the text that was seen.

    Raises RuleBroken B12 (no part of what was agreed), B13 nothing differs, B14 another department or standing, S01, the rules that stop
    (R…) where the amendment breaks them, P05… where the list would not hold it.
    """
    lock_batch(batch)
    _row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.AMEND)
    if seen_hash != text_hash(batch):
        raise WrongState("修改文本已变化，请重新查看后再录入")
    change = Change.objects.select_related("request__region", "request__directive", "item", "base_version").get(pk=change.pk)
    before = amendments_of(batch).get(change.pk)
    present = before.content if before else change.content
    _check_amendment(batch, change, present, content, note)
    amendment = Amendment.objects.create(
        batch=batch,
        change=change,
        content_bytes=content.canonical,
        content_hash=content.content_hash,
        before_hash=present.content_hash,
        note=note.strip(),
        person=actor.user,
        post=posting.post,
    )
    check_conflicts(batch)
    actor.record(
        act="amend_after_meeting",
        post=posting.post,
        obj=batch,
        before_hash=present.content_hash,
        after_hash=content.content_hash,
        detail=f"{change.name}：{note.strip()}",
    )
    return amendment


def _check_amendment(batch: Batch, change: Change, present: ItemContent, content: ItemContent, note: str) -> None:
    broken = []
    if change.request.batch_id != batch.pk or change.outcome in SET_ASIDE or change.kind == ChangeKind.DEPARTMENT:
        raise RuleBroken(Violation("B12", "不是会议通过的事项，不能修改", change.name))
    if not note.strip():
        broken.append(Violation("S01", "须写明会议意见", "会议意见"))
    if content.content_hash == present.content_hash:
        broken.append(Violation("B13", "没有任何修改", change.name))
    if content.department_code != present.department_code:
        broken.append(Violation("B14", "会后修改不能改变实施部门；须另行提出划转", change.name))
    if (present.state == "repealed") != (content.state == "repealed"):
        broken.append(Violation("B14", "会后修改不能把调整改成取消，也不能把取消改成保留", change.name))
    broken += _stopping(change, present, content)
    if broken:
        raise RuleBroken(*broken)


def _stopping(change: Change, present: ItemContent, content: ItemContent) -> list[Violation]:
    """Rules that stop, which the amended content breaks and the present one does not."""
    known = {(each.rule.number, each.message) for each in _findings(change, present)}
    return [
        Violation(each.rule.number, f"{each.rule.number} {each.message}", change.name)
        for each in _findings(change, content)
        if (each.rule.number, each.message) not in known
    ]


def _findings(change: Change, content: ItemContent) -> list:
    kept = change.content_bytes
    change.content_bytes = content.canonical
    found = findings_of(change.request, [change])[change.pk]
    change.content_bytes = kept
    return [each for each in found if each.stops]


@act("confirm_amended_text")
def confirm_amended_text(*, actor: Actor, batch: Batch, seen_hash: str) -> TextConfirmation:
    """审改办 or 司法 found the amended text to be what the minutes say. When both have, by two people, the batch may be published.

    Raises NotAllowed (the same person for both), WrongState (the text changed, his office has spoken), RuleBroken B15 nothing amended.
    """
    lock_batch(batch)
    row, _posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.CONFIRM)
    present = text_hash(batch)
    if seen_hash != present:
        raise WrongState("修改文本已变化，请重新查看后再核对")
    check_submission(batch)
    if not _amendments(batch):
        raise RuleBroken(Violation("B15", "原则通过须先录入按会议意见的修改；会议没有修改意见的，应记录为审议通过"))
    spoken = list(batch.text_confirmations.filter(text_hash=present))
    if any(each.person_id == actor.user.pk for each in spoken):
        raise NotAllowed("审改办和司法须由两人分别核对，您已核对过")
    posting = _office(actor, batch, {each.post for each in spoken})
    confirmation = TextConfirmation.objects.create(batch=batch, text_hash=present, person=actor.user, post=posting.post)
    both = {each.post for each in spoken} | {posting.post} == set(_OFFICES)
    move_batch(batch=batch, target=row.target if both else batch.state, actor=actor, reason=str(confirmation))
    actor.record(act="confirm_amended_text", post=posting.post, obj=batch, after_hash=present, detail=str(confirmation))
    return confirmation


def _office(actor: Actor, batch: Batch, spoken: set[str]) -> Posting:
    """The posting for which the actor speaks: one of the two offices that has not spoken of this text."""
    for post in _OFFICES:
        if post not in spoken and (posting := actor.holding(post, region=batch.region)):
            return posting
    raise WrongState("您所在的机构已核对过这份文本")


def stale_changes(batch: Batch) -> list[Conflict]:
    """Agreed changes of a batch whose base was published over since."""
    agreed = Change.objects.filter(request__batch=batch).exclude(outcome__in=SET_ASIDE)
    return conflicts_of(agreed.order_by("request__number", "position"))


@act("stop_conflicts")
def stop_conflicts(*, actor: Actor, batch: Batch, opinion: str) -> Batch:
    """Take every change whose base was published over out of a decided batch: it alone stops, and goes back to legality.

    What can be carried onto the new base is carried; legality sees the rest as it is and sends it back. A batch of which nothing is left
    is closed. Raises RuleBroken B16 where nothing conflicts, S01 without a reason.
    """
    lock_batch(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.STOP)
    if not opinion.strip():
        raise RuleBroken(Violation("S01", "停办须写明情况", "情况"))
    found = stale_changes(batch)
    if not found:
        raise RuleBroken(Violation("B16", "没有与其后公布的版本冲突的事项"))
    by_request: dict[int, list[Conflict]] = {}
    for conflict in found:
        by_request.setdefault(conflict.change.request_id, []).append(conflict)
    rows = batch.requests.filter(pk__in=by_request).select_related("region", "department", "directive", "upload")
    for request in rows.order_by("pk"):
        _stop(actor, posting.post, request, by_request[request.pk], opinion.strip())
    target = row.target
    if not Change.objects.filter(request__batch=batch).exclude(outcome__in=SET_ASIDE).exists():
        target = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.CLOSE)[0].target
    move_batch(batch=batch, target=target, actor=actor, reason=f"停办 {len(found)} 项：{opinion.strip()}"[:500])
    actor.record(
        act="stop_conflicts",
        post=posting.post,
        obj=batch,
        after_hash=batch.submission_hash,
        detail="、".join(conflict.change.name for conflict in found),
    )
    return batch


def _stop(actor: Actor, post: str, request: ChangeRequest, conflicts: Sequence[Conflict], opinion: str) -> None:
    """One request: all of its agreed changes stopped, it goes back itself; some, they go back in a follow-up."""
    row, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.STOP)
    stopped = [conflict.change for conflict in conflicts]
    if request.changes.count() == len(stopped):
        keys = [change.pk for change in stopped]
        Change.objects.filter(pk__in=keys).update(outcome=Change.Outcome.PENDING)
        record_history(Change.objects.filter(pk__in=keys), kind=CHANGED, actor=actor, reason="会后停办，退回合法性审查")
        back = request
    else:
        settle(actor=actor, changes=stopped, outcome=Change.Outcome.STOPPED, note=opinion, reason="会后停办，另立申请")
        back = copy_off(
            actor=actor,
            request=request,
            changes=stopped,
            state=RequestState.LEGALITY,
            reason=f"申请 {request.number} 会后停办的事项",
        )
        if not request.changes.exclude(outcome__in=SET_ASIDE).exists():
            # Whatever else it held was put off or refused: nothing of it is left to publish.
            ended, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.END)
            move_request(request=request, target=ended.target, actor=actor, reason="没有可公布的事项，办结")
            close_changes(actor, request)
    open_conflicts = conflicts_of(back.changes.order_by("position"))
    revision = carry(actor=actor, post=post, request=back, conflicts=[each for each in open_conflicts if each.can_carry])
    move_request(
        request=back,
        target=row.target,
        actor=actor,
        reason=f"会后停办，退回合法性审查：{opinion}"[:500],
        proposed_hash=stored_hash(back),
        revision=revision,
        batch=None,
    )
