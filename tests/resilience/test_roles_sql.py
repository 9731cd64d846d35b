"""``deploy/roles.sql`` carried out as operations are told to: the owner migrates, grants; the site connects as the other role and works."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from qingdan.ledger import append_only
from qingdan.ledger.audit import first_break
from qingdan.ledger.keys import head_file
from qingdan.ledger.models import AuditEvent
from tests import world
from tests.databases import switch_to
from tests.resilience.invariants import hold
from tests.structure.access_objects import KINDS
from tests.test_settings import manage

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(shutil.which("psql") is None, reason="needs psql, which comes with PostgreSQL's server"),
]


@dataclass(frozen=True)
class Made:
    """What ``roles.sql`` made under names of the test's own: a server has its roles in common."""

    database: str
    owner: str
    app: str
    password: str

    def url(self, role: str) -> str:
        server = connection.settings_dict
        return f"postgres://{role}:{self.password}@{server['HOST']}:{server['PORT'] or 5432}/{self.database}"


@pytest.fixture(scope="module")
def made(databases, django_db_blocker) -> Iterator[Made]:
    tail = secrets.token_hex(4)
    made = Made(f"qingdan_roles_{tail}", f"qingdan_owner_{tail}", f"qingdan_app_{tail}", secrets.token_hex(16))
    with django_db_blocker.unblock():
        try:
            run_roles_sql(made)
            yield made
        finally:
            databases.store.drop(made.database)
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP ROLE IF EXISTS {made.owner}, {made.app}")
            head_file(made.database).unlink(missing_ok=True)


def run_roles_sql(made: Made) -> None:
    server, given = connection.settings_dict, {"database": made.database, "owner": made.owner, "app": made.app}
    given |= {"app_password": made.password, "owner_password": made.password}
    done = subprocess.run(
        ["psql", "-X", "-h", server["HOST"], "-p", str(server["PORT"] or 5432), "-U", server["USER"], "-d", "postgres"]
        + [word for name, value in given.items() for word in ("-v", f"{name}={value}")]
        + ["-f", str(settings.BASE_DIR / "deploy" / "roles.sql")],
        env=os.environ | {"PGPASSWORD": server["PASSWORD"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr


@pytest.fixture(scope="module")
def migrated(made, tmp_path_factory) -> Made:
    """Migrated and granted by the owner, in processes of production."""
    for arguments in (("migrate", "--verbosity", "0"), ("grant_application", made.app)):
        where = {"DATABASE_URL": made.url(made.owner), "VAR_DIR": str(tmp_path_factory.mktemp("var")), "STATEMENT_SECONDS": "0"}
        done = manage(*arguments, seconds=900, **where)
        assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def as_application(migrated) -> Iterator[Made]:
    """From here on this process is connected as the application is."""
    before = {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD")}
    connection.settings_dict.update(USER=migrated.app, PASSWORD=migrated.password)
    switch_to(migrated.database)
    yield migrated
    connections.close_all()
    connection.settings_dict.update(before)
    switch_to(before["NAME"])


def refused(sql: str) -> bool:
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return "permission denied" in str(raised.value) or "must be " in str(raised.value)


def test_the_application_cannot_touch_evidence_triggers_tables_or_its_own_rights(as_application):
    evidence = sorted(append_only.registered())
    assert len(evidence) > 10
    for table in evidence:
        with connection.cursor() as cursor:
            column = connection.introspection.get_table_description(cursor, table)[0].name
        for sql in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table} CASCADE",
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ):
            assert refused(sql), sql
    for sql in (
        "CREATE TABLE more (id int)",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA more",
        # With it no trigger would run.
        "SET session_replication_role = replica",
        f"SET ROLE {as_application.owner}",
        f"ALTER ROLE {as_application.app} SUPERUSER",
        "DELETE FROM django_migrations",
        "UPDATE django_migrations SET app = app",
    ):
        assert refused(sql), sql
    assert append_only.missing() == []


def test_the_site_does_all_its_work_as_the_application(as_application):
    """The whole world of the tests is made by it, of 2 editions, requests and batches in every state; then a year's money."""
    call_command("load_reference", "--no-laws", verbosity=0)
    place = world.build()
    KINDS["evaluation"]["confirmed"](place)
    hold()
    assert first_break() is None and AuditEvent.objects.filter(act="confirm_evaluation").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (as_application.app,)


def test_nobody_else_comes_in_and_a_page_may_take_a_minute_at_most(migrated):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = ANY(%s)", [[migrated.owner, migrated.app]])  # fmt: skip
        assert cursor.fetchall() == [(False,), (False,)]
        cursor.execute("SELECT unnest(rolconfig) FROM pg_roles WHERE rolname = %s", [migrated.app])
        assert {row[0] for row in cursor.fetchall()} == {"statement_timeout=60s", "lock_timeout=30s", "idle_in_transaction_session_timeout=10min"}  # fmt: skip
        cursor.execute("SELECT count(*) FROM pg_database, aclexplode(datacl) AS given WHERE datname = %s AND given.grantee = 0", [migrated.database])  # fmt: skip
        assert cursor.fetchone() == (0,)
