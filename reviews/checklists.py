"""审查要点: what a part of the review looks at, by kind of change, and what the reviewer ticked of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reviews.models import ChangeRequest, ChecklistAnswer, ChecklistRow, Decision


def checklist_of(request: ChangeRequest, parts: Iterable[str], kinds: Collection[str] | None = None) -> list[ChecklistRow]:
    """The rows for these parts that fit the request's kinds of change (``kinds``, where the caller has read them), in order."""
    if kinds is None:
        kinds = request.changes.order_by().values_list("kind", flat=True).distinct()
    return list(ChecklistRow.objects.filter(active=True, part__in=list(parts), kind__in=["", *kinds]))


def keep_answers(decision: Decision, request: ChangeRequest, ticked: Collection[int]) -> None:
    """Every row that the reviewer was shown, ticked or not, in the words he read."""
    rows = checklist_of(request, [decision.part])
    ChecklistAnswer.objects.bulk_create(
        ChecklistAnswer(decision=decision, text=row.text, kind=row.kind, ticked=row.pk in ticked) for row in rows
    )
