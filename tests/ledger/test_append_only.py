"""The database itself refuses to change or delete evidence."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from qingdan.ledger import append_only, audit, heads, log
from qingdan.ledger.models import AuditEvent, LogEntry

EVIDENCE = {
    "ledger_logentry": ("kind", "index"),
    "ledger_signedhead": ("body", "tree_size"),
    "ledger_auditevent": ("detail", "sequence"),
}


@pytest.fixture
def rows(db, settings, tmp_path):
    """One row in each table of the ledger."""
    log.append(kind="publish/baseline", payload_hash="0" * 64)
    settings.LOG_HEAD_FILE = str(tmp_path / "head")
    heads.sign_heads()
    audit.record(actor_id="clerk", actor_name="李文静", act="test")


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def drop_triggers(table: str) -> None:
    """What a careless migration or an intruder would do."""
    for kind in ("rows", "truncate") if connection.vendor == "postgresql" else ("update", "delete"):
        on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
        execute(f'DROP TRIGGER "append_only_{table}_{kind}"{on}')


@pytest.mark.parametrize("table", EVIDENCE)
def test_it_refuses_to_change_a_row(rows, table):
    with pytest.raises(DatabaseError, match="append-only"):
        execute(f"UPDATE {table} SET {EVIDENCE[table][0]} = 'x'")


@pytest.mark.parametrize("table", EVIDENCE)
def test_it_refuses_to_delete_a_row(rows, table):
    with pytest.raises(DatabaseError, match="append-only"):
        execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("model", [LogEntry, AuditEvent])
def test_it_refuses_the_orm_too(rows, model):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all().delete()


@pytest.mark.parametrize("table", EVIDENCE)
def test_it_refuses_to_replace_a_row(rows, table):
    """SQLite's REPLACE deletes without firing triggers unless recursive_triggers is on; PostgreSQL's twin is an upsert."""
    _, key = EVIDENCE[table]
    if connection.vendor == "sqlite":
        sql = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    else:
        sql = f'INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ("{key}") DO UPDATE SET "{key}" = excluded."{key}"'
    with pytest.raises(DatabaseError, match="append-only"):
        execute(sql)


@pytest.mark.parametrize("table", EVIDENCE)
def test_it_refuses_to_truncate(rows, table):
    if connection.vendor == "sqlite":
        # SQLite knows no TRUNCATE; its "truncate optimisation" of DELETE without WHERE is off where a trigger stands.
        with pytest.raises(DatabaseError, match="append-only"):
            execute(f"DELETE FROM {table}")
        return
    with pytest.raises(DatabaseError, match="append-only"):
        execute(f"TRUNCATE {table} CASCADE")


def test_it_guards_every_registered_table(db):
    assert append_only.missing() == []
    tables = {model._meta.db_table for model in apps.get_models()}
    assert set(EVIDENCE) <= append_only.registered() <= tables


@pytest.mark.parametrize("table", ["ledger_logentry", "items_itemversion"])
def test_it_names_a_table_whose_triggers_are_gone(db, table):
    drop_triggers(table)
    assert append_only.missing() == [table]


@pytest.mark.postgres
def test_it_counts_a_switched_off_trigger_as_gone(db):
    execute("ALTER TABLE items_edition DISABLE TRIGGER ALL")
    assert append_only.missing() == ["items_edition"]


def test_it_puts_lost_triggers_back_after_a_migration(committed_db):
    drop_triggers("ledger_auditevent")
    drop_triggers("items_editionentry")
    call_command("migrate", verbosity=0)
    assert append_only.missing() == []
