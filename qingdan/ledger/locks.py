"""One writer at a time for each chain of evidence: the public log and the audit trail."""

from __future__ import annotations

from django.db import connection

LOG_LOCK, AUDIT_LOCK = 8_201, 8_202


def hold(lock: int) -> None:
    """Serialise writers of one chain until the transaction ends. On SQLite the transaction itself is the write lock."""
    if not connection.in_atomic_block:
        raise RuntimeError("证据只能在事务内写入")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
