"""The audit trail: who, as which post, did what to which object, in the act's own transaction. No audit, no act."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.ledger.locks import AUDIT_LOCK, hold
from qingdan.ledger.models import AuditEvent

_HASHED = [
    "sequence",
    "actor_id",
    "actor_name",
    "post",
    "act",
    "outcome",
    "object_type",
    "object_id",
    "before_hash",
    "after_hash",
    "detail",
    "request_id",
    "address",
    "previous_hash",
]
GENESIS = "0" * 64


def record(
    *,
    actor_id: str,
    actor_name: str,
    act: str,
    obj: models.Model | None = None,
    object_type: str = "",
    object_id: str = "",
    post: str = "",
    outcome: str = AuditEvent.Outcome.DONE,
    before_hash: str = "",
    after_hash: str = "",
    detail: str = "",
    request_id: str = "",
    address: str = "",
) -> AuditEvent:
    """Append one event to the chain. ``obj`` gives type and key where they are not named. Call it last in an act."""
    hold(AUDIT_LOCK)
    last = AuditEvent.objects.order_by("-sequence").only("sequence", "hash").first()
    event = AuditEvent(
        sequence=last.sequence + 1 if last else 1,
        at=timezone.now(),
        actor_id=actor_id,
        actor_name=actor_name,
        post=post,
        act=act,
        outcome=outcome,
        object_type=object_type or (obj._meta.label_lower if obj is not None else ""),
        object_id=object_id or (str(obj.pk) if obj is not None else ""),
        before_hash=before_hash,
        after_hash=after_hash,
        detail=detail[:10_000].replace("\x00", ""),
        request_id=request_id[:64],
        address=address[:64],
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


def event_hash(event: AuditEvent) -> str:
    """SHA-256 over the canonical form of an event, its time in UTC and the hash of the one before."""
    fields = {name: getattr(event, name) for name in _HASHED}
    fields["at"] = event.at.astimezone(timezone.get_fixed_timezone(0)).isoformat()
    return sha256_hex(canonical_bytes({key: str(value) for key, value in fields.items()}))


def first_break() -> int | None:
    """Sequence of the first event whose chain does not hold; None if the whole chain is sound."""
    previous, expected = GENESIS, 1
    for event in AuditEvent.objects.order_by("sequence").iterator():
        if event.sequence != expected or event.previous_hash != previous or event.hash != event_hash(event):
            return event.sequence
        previous, expected = event.hash, expected + 1
    return None
