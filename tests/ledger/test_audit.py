"""The audit chain: whoever changes, removes or reorders an event is found out."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from departments.models import Region
from qingdan.ledger import audit
from qingdan.ledger.models import AuditEvent
from tests.racing import race


def record(act: str, **fields) -> AuditEvent:
    return audit.record(actor_id="clerk", actor_name="李文静", act=act, **fields)


@pytest.fixture
def chain(db):
    """Three events, of which the second is about a region."""
    return [record("create_request"), record("submit_request", obj=Region.objects.first(), detail="一"), record("decide_request")]


@pytest.fixture
def unguarded(chain):
    """The chain without the database's guard, as an intruder with all rights would have it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ledger_auditevent DISABLE TRIGGER ALL")
        else:
            for kind in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER append_only_ledger_auditevent_{kind}")
    return chain


def test_it_holds_when_nobody_touched_it(chain):
    assert audit.first_break() is None


def test_it_numbers_events_without_gap_and_links_each_to_the_one_before(chain):
    first = chain[0].sequence
    assert [event.sequence for event in chain] == [first, first + 1, first + 2]
    assert [event.previous_hash for event in chain[1:]] == [event.hash for event in chain[:2]]


def test_it_begins_with_zeroes(db):
    event = record("first")
    assert (event.sequence, event.previous_hash) == (1, audit.GENESIS)


def test_it_names_type_and_key_of_the_object(chain):
    region = Region.objects.first()
    assert (chain[1].object_type, chain[1].object_id) == ("departments.region", str(region.pk))


@pytest.mark.parametrize(
    "field",
    ["actor_id", "actor_name", "post", "act", "outcome", "object_type", "object_id", "before_hash", "after_hash", "detail", "request_id", "address"],
)  # fmt: skip
def test_it_finds_a_changed_field(unguarded, field):
    AuditEvent.objects.filter(pk=unguarded[1].pk).update(**{field: "x"})
    assert audit.first_break() == unguarded[1].sequence


def test_it_finds_a_changed_time(unguarded):
    AuditEvent.objects.filter(pk=unguarded[1].pk).update(at=unguarded[0].at)
    assert audit.first_break() == unguarded[1].sequence


def test_it_finds_a_removed_event(unguarded):
    AuditEvent.objects.filter(pk=unguarded[1].pk).delete()
    assert audit.first_break() == unguarded[2].sequence


def test_it_finds_a_removed_first_event(unguarded):
    AuditEvent.objects.filter(pk=unguarded[0].pk).delete()
    assert audit.first_break() == unguarded[1].sequence


def test_it_finds_a_forged_event_with_its_own_hash_put_right(unguarded):
    forged = AuditEvent.objects.get(pk=unguarded[1].pk)
    forged.actor_name = "赵明"
    AuditEvent.objects.filter(pk=forged.pk).update(actor_name="赵明", hash=audit.event_hash(forged))
    assert audit.first_break() == unguarded[2].sequence


def test_it_finds_two_events_that_changed_places(unguarded):
    second, third = unguarded[1:]
    AuditEvent.objects.filter(pk=second.pk).update(sequence=99)
    AuditEvent.objects.filter(pk=third.pk).update(sequence=second.sequence)
    AuditEvent.objects.filter(pk=99).update(sequence=third.sequence)
    assert audit.first_break() == second.sequence


def test_it_finds_a_gap_in_the_numbers_even_where_the_hashes_hold(unguarded):
    last = AuditEvent.objects.get(pk=unguarded[2].pk)
    last.sequence += 1
    AuditEvent.objects.filter(pk=unguarded[2].pk).update(sequence=last.sequence, hash=audit.event_hash(last))
    assert audit.first_break() == last.sequence


def test_it_does_not_write_outside_a_transaction(committed_db):
    with pytest.raises(RuntimeError, match="事务"):
        record("alone")
    assert not AuditEvent.objects.exists()


def test_it_keeps_one_chain_when_several_write_at_once(committed_db):
    def write():
        with transaction.atomic():
            record("race")

    assert all(outcome.won for outcome in race(*[write] * 4))
    assert list(AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3, 4]
    assert audit.first_break() is None
