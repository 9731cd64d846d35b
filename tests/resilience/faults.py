"""Faults on purpose: an error or a death at the k-th SQL statement or at a commit, and a child process that can be killed."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from django.db import OperationalError, connection, connections


class Broken(OperationalError):
    """The fault that was injected: what a lost connection or a full disk looks like."""


def error() -> None:
    raise Broken("injected: database or disk is full")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Points:
    """How many statements and commits there were, and whether the fault came."""

    seen: int = 0
    fired: bool = False


@contextmanager
def fault(at: int | None, strike: Callable[[], None] = error) -> Iterator[Points]:
    """Inside, the ``at``-th statement (counted from 1, a COMMIT counts as one) meets ``strike`` instead; None counts only."""
    points = Points()

    def count() -> None:
        points.seen += 1
        if points.seen == at:
            points.fired = True
            strike()

    def wrapper(execute, sql, params, many, context):
        count()
        return execute(sql, params, many, context)

    commit = connection._commit

    def counted_commit():
        count()
        return commit()

    with connection.execute_wrapper(wrapper), mock.patch.object(connection, "_commit", counted_commit):
        yield points


@dataclass(frozen=True)
class Child:
    """A forked process that does one act; what it has acknowledged can be read once it is gone."""

    pid: int
    reading: int

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def acknowledged(self) -> str:
        """Wait for its end; the acknowledgement, or an empty text. Fails if it ended by an error of its own."""
        _, status = os.waitpid(self.pid, 0)
        with os.fdopen(self.reading, "rb") as pipe:
            text = pipe.read().decode()
        _wait_for_the_server()
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"the child failed: {text}"
        return text if text.endswith(";") else ""


def _wait_for_the_server() -> None:
    """A killed client's backend may still be at its last statement: PostgreSQL ends it by itself, a moment later."""
    if connection.vendor != "postgresql":
        return
    end = time.monotonic() + 30
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    with connection.cursor() as cursor:
        while True:
            cursor.execute(others)
            if cursor.fetchone()[0] == 0:
                return
            assert time.monotonic() < end, "the killed client's backend is still there"
            select.select([], [], [], 0.01)


def fork(do: Callable[[], str], at: int | None = None) -> Child:
    """Do it in a child process with a connection of its own, which dies at statement ``at``."""
    connections.close_all()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of races have ended by now
        pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    code = 0
    try:
        with fault(at, die):
            said = do()
        os.write(writing, f"{said};".encode())
    except BaseException as failure:
        code = 1
        os.write(writing, f"{type(failure).__name__}: {failure}".encode())
    finally:
        sys.stdout.flush()
        os._exit(code)


def kill_after(child: Child, seconds: float) -> str:
    """Kill it at that moment, even if it has just acknowledged; what it had acknowledged."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([child.reading], [], [], left)[0]:
            break
    child.kill()
    return child.acknowledged()


def digest() -> str:
    """A hash over every row of every table: equal digests, equal databases."""
    hashed = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(
                repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]) for row in cursor.fetchall()
            )
            hashed.update(f"{table}\n{rows}\n".encode())
    return hashed.hexdigest()


def counts() -> dict[str, int]:
    """Rows of each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found
