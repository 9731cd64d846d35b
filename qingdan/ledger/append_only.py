"""Append-only tables: the database itself refuses UPDATE, DELETE and TRUNCATE, on SQLite and PostgreSQL.

Rooms register their evidence tables in ``AppConfig.ready``; triggers are put back after every migration, since SQLite drops them
silently when it rebuilds a table. Triggers guard against mistakes; the proof is the log, not the trigger.
"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

_tables: set[str] = set()
SENTENCE = "append-only: 已公布或已记录的内容不能修改或删除"


def register(*tables: str) -> None:
    """Declare evidence tables of a room."""
    _tables.update(tables)


def registered() -> frozenset[str]:
    return frozenset(_tables)


def install(using: str = DEFAULT_DB_ALIAS, **_kwargs) -> None:
    """Create the triggers of every registered table that exists; idempotent."""
    connection = connections[using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        statements = _postgresql if connection.vendor == "postgresql" else _sqlite
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in sorted(_tables & existing):
            for statement in statements(table):
                cursor.execute(statement)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Registered tables whose triggers are not all there: compared at start-up and by ``verify``."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        found = {row[0] for row in cursor.fetchall()}
    kinds = ("rows", "truncate") if connection.vendor == "postgresql" else ("update", "delete")
    return sorted(table for table in _tables if not all(_name(table, kind) in found for kind in kinds))


def _name(table: str, kind: str) -> str:
    return f"append_only_{table}_{kind}"


def _sqlite(table: str) -> list[str]:
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{_name(table, kind)}" BEFORE {kind.upper()} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        for kind in ("update", "delete")
    ]


_FUNCTION = f"""
CREATE OR REPLACE FUNCTION qingdan_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation'; END $$
"""


def _postgresql(table: str) -> list[str]:
    return [
        f'CREATE OR REPLACE TRIGGER "{_name(table, "rows")}" BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION qingdan_append_only()",
        f'CREATE OR REPLACE TRIGGER "{_name(table, "truncate")}" BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION qingdan_append_only()",
    ]
