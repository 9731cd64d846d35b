"""Changes that leave their request: what the meeting put off, and what a conflict stopped, goes on waiting in a request of its own."""

from __future__ import annotations

from collections.abc import Sequence

from departments.people import Actor
from reviews.manifests import stored_hash
from reviews.models import Change, ChangeRequest
from reviews.trail import CHANGED, record_history


def settle(*, actor: Actor, changes: Sequence[Change], outcome: str, note: str, reason: str) -> None:
    """The outcome of changes that are over in their request: written, freed and kept in their history."""
    keys = [change.pk for change in changes]
    rows = Change.objects.filter(pk__in=keys)
    rows.update(outcome=outcome, outcome_note=note, open=False)
    record_history(rows, kind=CHANGED, actor=actor, reason=reason)


def split_off(*, actor: Actor, request: ChangeRequest, changes: Sequence[Change], state: str, reason: str) -> ChangeRequest:
    """Copy ``changes`` into a follow-up request of the same department in ``state``; their originals must be settled before.

    It has the number of its origin with an ordinal, the same author and submitter (who therefore may not review it), and no decisions of
    its own: those of its origin stand beside it.
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
        state=state,
        origin=request,
        created_by=request.created_by,
        submitted_by=request.submitted_by,
    )
    followup._change_reason, followup._history_user = reason, actor.user
    followup.save()
    for position, change in enumerate(changes, start=1):
        copy = _copy(change, position)
        copy.request = followup
        copy._change_reason, copy._history_user = reason, actor.user
        copy.save()
    followup.proposed_hash = stored_hash(followup)
    followup.save(update_fields=["proposed_hash"])
    return followup


def _copy(change: Change, position: int) -> Change:
    copy = Change.objects.select_related("item", "base_version").get(pk=change.pk)
    copy.pk, copy.position, copy.open = None, position, True
    copy._state.adding = True
    copy.outcome, copy.outcome_note = Change.Outcome.PENDING, ""
    return copy
