"""The public log: one leaf a publication, without gap, in its own transaction."""

from __future__ import annotations

import datetime
import json

import pytest
from django.db import transaction
from django.utils import timezone

from qingdan.ledger import log
from qingdan.ledger.merkle import leaf_hash
from qingdan.ledger.models import LogEntry
from tests.racing import race

HASH = "ab" * 32


def append(kind: str = "publish/baseline", **fields) -> LogEntry:
    return log.append(kind=kind, payload_hash=HASH, **fields)


def test_it_counts_from_zero_without_gap(db):
    assert [append().index for _ in range(3)] == [0, 1, 2]


def test_it_writes_a_leaf_that_names_index_kind_and_hash(db):
    entry = append("publish/correction")
    assert json.loads(bytes(entry.leaf)) == {"schema": 1, "index": 0, "kind": "publish/correction", "sha256": HASH}
    assert entry.leaf_hash == leaf_hash(bytes(entry.leaf)).hex()


def test_it_never_goes_back_in_time(db):
    now = timezone.now()
    append(recorded_at=now)
    assert append(recorded_at=now - datetime.timedelta(hours=1)).recorded_at == now
    later = now + datetime.timedelta(seconds=1)
    assert append(recorded_at=later).recorded_at == later


def test_it_leaves_no_gap_after_a_rollback(committed_db):
    with transaction.atomic():
        append()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append()
        raise ZeroDivisionError
    with transaction.atomic():
        assert append().index == 1


def test_it_does_not_write_outside_a_transaction(committed_db):
    with pytest.raises(RuntimeError, match="事务"):
        append()
    assert not LogEntry.objects.exists()


def test_it_stays_gapless_when_several_publish_at_once(committed_db):
    def publish():
        with transaction.atomic():
            append()

    assert all(outcome.won for outcome in race(*[publish] * 4))
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3]
