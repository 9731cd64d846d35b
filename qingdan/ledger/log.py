"""The public log: one leaf a publication, indices 0, 1, 2 … without gap. Written in the publication's own transaction."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from qingdan.ledger.canonical import canonical_bytes
from qingdan.ledger.heads import sign_after_commit
from qingdan.ledger.locks import LOG_LOCK, hold
from qingdan.ledger.merkle import leaf_hash
from qingdan.ledger.models import LogEntry


def present_time() -> datetime.datetime:
    """Now, but never before the last entry: the time that a publication records, whatever the clock does."""
    hold(LOG_LOCK)
    last = LogEntry.objects.order_by("-index").values_list("recorded_at", flat=True).first()
    now = timezone.now()
    return max(now, last) if last else now


def append(*, kind: str, payload_hash: str, recorded_at: datetime.datetime | None = None) -> LogEntry:
    """Append the leaf that names a payload's SHA-256; its head is signed after the commit (``heads``).

    ``recorded_at`` (``present_time`` of the same transaction) never decreases along the index.
    """
    hold(LOG_LOCK)
    last = LogEntry.objects.order_by("-index").only("index", "recorded_at").first()
    index = last.index + 1 if last else 0
    recorded_at = recorded_at or timezone.now()
    if last:
        recorded_at = max(recorded_at, last.recorded_at)
    leaf = canonical_bytes({"schema": 1, "index": index, "kind": kind, "sha256": payload_hash})
    transaction.on_commit(sign_after_commit, robust=True)
    return LogEntry.objects.create(index=index, kind=kind, leaf=leaf, leaf_hash=leaf_hash(leaf).hex(), recorded_at=recorded_at)
