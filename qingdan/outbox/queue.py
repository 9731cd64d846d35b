"""The outbox: written by acts, carried out by the worker, at least once (a handler must bear being asked twice for the same key)."""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable, Iterable

from django.db import connection
from django.utils import timezone

from qingdan.outbox.leases import finish, put_back, take
from qingdan.outbox.models import OutboxEntry

LEASE = datetime.timedelta(minutes=2)
KEPT = datetime.timedelta(days=90)
Handler = Callable[[str, dict], None]
HANDLERS: dict[str, Handler] = {}
logger = logging.getLogger(__name__)


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Mark the function that carries out entries of ``kind``: it is given the key and the payload, outside any transaction."""

    def mark(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return mark


def put(kind: str, entries: Iterable[tuple[str, dict]]) -> None:
    """Write (key, payload) pairs in the caller's transaction; a key that is there already is left as it is."""
    if not connection.in_atomic_block:
        raise RuntimeError("an outbox entry belongs into the transaction of the act that asks for it")
    rows = [OutboxEntry(kind=kind, key=key, payload=json.dumps(payload, ensure_ascii=False)) for key, payload in entries]
    OutboxEntry.objects.bulk_create(rows, ignore_conflicts=True)


def deliver_next() -> bool:
    """Carry out one due entry; False if none is due. A failure is kept on the entry and tried again later."""
    entry = take(OutboxEntry.objects.filter(kind__in=list(HANDLERS)), LEASE)
    if entry is None:
        return False
    try:
        HANDLERS[entry.kind](entry.key, json.loads(entry.payload))
    except Exception as error:
        logger.warning("outbox entry %s failed for the %s. time: %s", entry.key, entry.attempts, error)
        put_back(entry, f"{type(error).__name__}: {error}")
    else:
        finish(entry)
    return True


def drop_old(now: datetime.datetime | None = None) -> int:
    """Entries that were carried out long ago say nothing any more."""
    return OutboxEntry.objects.filter(done_at__lt=(now or timezone.now()) - KEPT).delete()[0]
