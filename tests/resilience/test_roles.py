"""D04: on PostgreSQL the application's role adds to evidence and reads it, nothing else; and no statement runs for ever."""

from __future__ import annotations

import secrets

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction

from qingdan.ledger import append_only
from tests.resilience.acts import ACTS
from tests.resilience.invariants import hold
from tests.test_settings import manage

pytestmark = pytest.mark.postgres


@pytest.fixture
def application_role(committed_db_of_sixty):
    """The present connection, from here on with the rights of an application's role."""
    role = f"qingdan_test_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} NOSUPERUSER")
        owner = connection.settings_dict["USER"]
        call_command("grant_application", role, verbosity=0)
        cursor.execute(f"SET SESSION AUTHORIZATION {role}")
    yield role
    with connection.cursor() as cursor:
        cursor.execute(f'SET SESSION AUTHORIZATION "{owner}"')
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")


@pytest.fixture
def committed_db_of_sixty(sixty):
    with sixty():
        yield


def refused(sql: str) -> str:
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(raised.value)


def test_the_application_cannot_change_evidence(application_role):
    for table in sorted(append_only.registered()):
        for sql in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}"):
            assert "permission denied" in refused(sql) or "must be owner" in refused(sql), sql
    assert "permission denied" in refused("UPDATE items_edition SET notice_no = 'x'")
    assert "permission denied" in refused("UPDATE ledger_auditevent SET detail = ''")
    assert "permission denied" in refused("INSERT INTO ledger_logentry SELECT * FROM ledger_logentry ON CONFLICT (index) DO UPDATE SET kind = 'x'")  # fmt: skip
    assert "permission denied" in refused("CREATE TABLE more (id int)")
    assert "permission denied" in refused("DELETE FROM django_migrations")
    assert append_only.missing() == []


def test_the_application_can_do_its_work(application_role):
    for name in ("publish", "import", "propose", "approve"):
        act = ACTS[name]()
        act.do()
        assert act.done()
    hold()


def test_rights_are_refused_to_whom_they_would_not_bind(committed_db_of_sixty):
    with pytest.raises(CommandError, match="没有账号"):
        call_command("grant_application", "nobody_of_this_name")
    with pytest.raises(CommandError, match="超级用户"):
        call_command("grant_application", connection.settings_dict["USER"])


def test_a_statement_that_runs_too_long_is_stopped(committed_db_of_sixty):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int FROM pg_settings WHERE name IN ('lock_timeout', 'idle_in_transaction_session_timeout')"
        )
        assert dict(cursor.fetchall()) == {"lock_timeout": 20_000, "idle_in_transaction_session_timeout": 300_000}
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
        cursor.execute("SELECT pg_sleep(5)")
    hold()


def test_production_stops_statements_after_half_a_minute(tmp_path):
    said = manage("shell", "-c", "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])", VAR_DIR=str(tmp_path), STATEMENT_SECONDS=None)  # fmt: skip
    assert "statement_timeout=30s" in said.stdout, said.stderr
