"""A database that does not answer in time: whoever asks reads when to try again (503), nothing of his is written, and then it works."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from budget.models import Expenditure
from qingdan.ledger.audit import first_break
from qingdan.web import is_busy
from tests.budget.books import add_line, open_fund

SENTENCE = "数据库正忙，没有在规定时间内答复"


@contextmanager
def held_by_another(table: str, *, readers_wait: bool = False):
    """Another connection writes and does not end; ours gives up after a tenth of a second."""
    if readers_wait and _has_a_write_ahead_log():
        pytest.skip("with SQLite's write-ahead log no reader waits")
    other = connection.copy()
    try:
        with other.cursor() as holding, connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET lock_timeout = '100ms'")
                holding.execute("BEGIN")
                holding.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            else:
                cursor.execute("PRAGMA busy_timeout = 100")
                holding.execute("BEGIN EXCLUSIVE")
            yield
            holding.execute("ROLLBACK")
    finally:
        other.close()


def _has_a_write_ahead_log() -> bool:
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def browser(world=None) -> Client:
    client = Client(raise_request_exception=False)
    if world:
        client.force_login(world.fund_clerk.user, backend="departments.accounts.PostBackend")
    return client


def assert_told_to_come_back(response) -> None:
    assert response.status_code == 503
    assert 0 < int(response["Retry-After"]) <= 60
    assert SENTENCE in response.content.decode() and response["X-Request-ID"]


def test_an_act_that_waited_too_long_is_503_and_goes_in_when_it_is_sent_again(committed_world):
    world, _database = committed_world
    fund = open_fund(world)
    line, desk = add_line(world, fund, "办公费", "100"), browser(world)
    entry = {"voucher": "记-2", "amount": "1", "payee": "甲", "purpose": "乙", "spent_on": "2019-05-07", "line": line.pk}
    with held_by_another("budget_fund"):
        answer = desk.post(reverse("admin:fund_entry", args=[fund.pk]), entry)
    assert_told_to_come_back(answer)
    assert not Expenditure.objects.exists() and first_break() is None
    assert desk.post(reverse("admin:fund_entry", args=[fund.pk]), entry).status_code == 302
    assert Expenditure.objects.count() == 1


def test_a_session_that_cannot_be_read_in_time_is_503(committed_world):
    """It fails before any view is asked."""
    desk = browser(committed_world[0])
    with held_by_another("django_session", readers_wait=True):
        assert_told_to_come_back(desk.get("/admin/"))
    assert desk.get("/admin/").status_code == 200


def test_a_citizen_and_a_program_are_told_so_too(committed_world):
    with held_by_another("items_edition", readers_wait=True):
        assert_told_to_come_back(browser().get("/items/"))
        answer = browser().get("/api/v1/items/")
    assert_told_to_come_back(answer)
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["status"] == 503
    assert browser().get("/items/").status_code == 200


@pytest.mark.postgres
def test_a_statement_that_runs_too_long_is_503(committed_world):
    with held_by_another("items_edition"), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET statement_timeout = '100ms'")
        answer = browser().get("/items/")
        cursor.execute("SET statement_timeout = 0")
    assert_told_to_come_back(answer)


def test_a_fault_of_ours_is_not_taken_for_a_busy_database(committed_db):
    with pytest.raises(Exception, match="no_such_table") as raised, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert not is_busy(raised.value) and not is_busy(OperationalError("said by us")) and not is_busy(None)
