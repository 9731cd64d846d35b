"""Taking, keeping and giving up work: every step is one conditional update, so that two workers never both hold the same row."""

from __future__ import annotations

import datetime
import uuid

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from qingdan.outbox.models import Leased

MOST_ATTEMPTS = 12
_LONGEST_WAIT = datetime.timedelta(hours=6)
_FIRST_WAIT = datetime.timedelta(minutes=1)


def take(rows: QuerySet, lease: datetime.timedelta) -> Leased | None:
    """The first of ``rows`` that is due and that nobody holds, now held by us for ``lease``; None if there is none."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = rows.filter(free, done_at=None, next_attempt_at__lte=now)
    for key in due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:20]:
        held = uuid.uuid4().hex
        if due.filter(pk=key).update(lease_until=now + lease, lease_by=held, attempts=F("attempts") + 1):
            return rows.model.objects.get(pk=key)
    return None


def finish(row: Leased, **fields) -> bool:
    """Mark it as done, if it is still ours."""
    return bool(_ours(row).update(done_at=timezone.now(), lease_until=None, lease_by="", last_error="", **fields))


def put_back(row: Leased, error: str) -> bool:
    """It failed: try again later, each time later; after ``MOST_ATTEMPTS`` it waits for a person."""
    wait = min(_FIRST_WAIT * 2 ** (row.attempts - 1), _LONGEST_WAIT)
    again = timezone.now() + wait if row.attempts < MOST_ATTEMPTS else None
    return bool(_ours(row).update(next_attempt_at=again, lease_until=None, lease_by="", last_error=error[:2000]))


def revive(model: type[Leased]) -> int:
    """Give what was given up another chance, at once; how many there were."""
    return model.objects.filter(done_at=None, next_attempt_at=None).update(next_attempt_at=timezone.now(), attempts=0)


def _ours(row: Leased) -> QuerySet:
    return type(row).objects.filter(pk=row.pk, lease_by=row.lease_by, done_at=None)
