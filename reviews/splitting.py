"""Changes that leave their request become a request of their own, so that the others go on.

A decision takes changes out before the 送审稿: they move (``move_off``). What the meeting put off, or a conflict stopped, stays in the
送审稿 as it was decided; it is settled there and goes on as a copy (``copy_off``).
"""

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


def move_off(*, actor: Actor, request: ChangeRequest, decision: Decision, positions: Sequence[int], outcome: str) -> ChangeRequest:
    """Move the changes at ``positions`` into a new request that is returned, or over.

    What stays keeps its revision and its decisions; its hash is that of the rest, and ``RequestSplit`` ties both to what was seen.
    """
    reason = f"由申请 {request.number} 分出：{ChangeWord(outcome).label}"
    target = _followup(actor, request, state=_STATE[ChangeWord(outcome)], revision=request.revision, reason=reason)
    moved = list(request.changes.filter(position__in=positions).values_list("pk", flat=True))
    Change.objects.filter(pk__in=moved).update(request=target)
    record_history(Change.objects.filter(pk__in=moved), kind=CHANGED, actor=actor, reason=reason)
    _seal(target, reason)
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


def settle(*, actor: Actor, changes: Sequence[Change], outcome: str, note: str, reason: str) -> None:
    """The outcome of changes that are over in their request: written, freed and kept in their history."""
    keys = [change.pk for change in changes]
    rows = Change.objects.filter(pk__in=keys)
    rows.update(outcome=outcome, outcome_note=note, open=False)
    record_history(rows, kind=CHANGED, actor=actor, reason=reason)


def copy_off(*, actor: Actor, request: ChangeRequest, changes: Sequence[Change], state: str, reason: str) -> ChangeRequest:
    """Copy ``changes`` into a follow-up request in ``state``; their originals must be settled before.

    It has no decisions of its own: those of its origin stand beside it.
    """
    followup = _followup(actor, request, state=state, reason=reason)
    for position, change in enumerate(changes, start=1):
        copy = _copy(change, position)
        copy.request = followup
        copy._change_reason, copy._history_user = reason, actor.user
        copy.save()
    _seal(followup, reason)
    return followup


def _followup(actor: Actor, request: ChangeRequest, *, state: str, reason: str, revision: int = 1) -> ChangeRequest:
    """A request without changes yet: all that its origin says, and the same author and submitter, who therefore may not review it.

    Its number is that of its origin with an ordinal.
    """
    followup = ChangeRequest(
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
        state=state,
        revision=revision,
        origin=request,
        created_by=request.created_by,
        submitted_by=request.submitted_by,
    )
    followup._change_reason, followup._history_user = reason, actor.user
    followup.save()
    return followup


def _seal(followup: ChangeRequest, reason: str) -> None:
    """The hash of a follow-up, once its changes are in it."""
    followup.proposed_hash = stored_hash(followup)
    followup._change_reason = reason
    followup.save(update_fields=["proposed_hash"])


def _copy(change: Change, position: int) -> Change:
    copy = Change.objects.select_related("item", "base_version").get(pk=change.pk)
    copy.pk, copy.position, copy.open = None, position, True
    copy._state.adding = True
    copy.outcome, copy.outcome_note = Change.Outcome.PENDING, ""
    return copy
