"""Changes that a decision takes out of a request become a request of their own, so that the others go on."""

from __future__ import annotations

from collections.abc import Sequence

from departments.people import Actor
from reviews.guards import move_request
from reviews.manifests import stored_hash
from reviews.models import Change, ChangeRequest, ChangeWord, Decision, RequestSplit
from reviews.requests import close_changes
from reviews.returning import record_revision
from reviews.states import RequestState
from reviews.trail import CHANGED, record_history

_STATE = {ChangeWord.RETURNED: RequestState.RETURNED, ChangeWord.REFUSED: RequestState.REFUSED}


def split_off(*, actor: Actor, request: ChangeRequest, decision: Decision, positions: Sequence[int], outcome: str) -> ChangeRequest:
    """Move the changes at ``positions`` into a new request that is returned, or over.

    What stays keeps its revision and its decisions; its hash is that of the rest, and ``RequestSplit`` ties both to what was seen.
    """
    target = ChangeRequest(
        region=request.region,
        department=request.department,
        number=f"{request.number}-{request.followups.count() + 1}",
        reason=request.reason,
        document=request.document,
        directive=request.directive,
        source=request.source,
        upload=request.upload,
        on_behalf=request.on_behalf,
        notified=request.notified,
        state=_STATE[ChangeWord(outcome)],
        revision=request.revision,
        origin=request,
        created_by=request.created_by,
        submitted_by=request.submitted_by,
    )
    reason = f"由申请 {request.number} 分出：{ChangeWord(outcome).label}"
    target._change_reason, target._history_user = reason, actor.user
    target.save()
    moved = list(request.changes.filter(position__in=positions).values_list("pk", flat=True))
    Change.objects.filter(pk__in=moved).update(request=target)
    record_history(Change.objects.filter(pk__in=moved), kind=CHANGED, actor=actor, reason=reason)
    target.proposed_hash = stored_hash(target)
    target._change_reason = reason
    target.save(update_fields=["proposed_hash"])
    record_revision(request=target, number=target.revision, person=actor.user)
    before = request.proposed_hash
    move_request(
        request=request,
        target=request.state,
        actor=actor,
        reason=f"分出 {len(moved)} 项至申请 {target.number}",
        proposed_hash=stored_hash(request),
    )
    RequestSplit.objects.create(
        decision=decision,
        source=request,
        target=target,
        outcome=outcome,
        before_hash=before,
        after_hash=request.proposed_hash,
    )
    if target.state == RequestState.REFUSED:
        close_changes(actor, target)
    return target
