"""Databases of the tests: one template per process, copied where a test must commit.

Evidence tables refuse DELETE and TRUNCATE, so no test can be cleaned up by flushing. Ordinary tests roll back; a test that commits
(``committed_db``) works on a copy of its own, which is dropped as a whole.
"""

from __future__ import annotations

import io
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from qingdan.ledger.keys import head_file


@dataclass(frozen=True)
class Database:
    """One database of this test process. ``env`` makes a child process use it too."""

    name: str
    env: dict[str, str]


class SqliteFiles:
    """Every database is a file in ``folder``; a copy is a file copy (nothing is connected to the source then)."""

    def __init__(self, folder: Path):
        self.folder = folder

    def name(self, label: str) -> str:
        return str(self.folder / f"{label}.sqlite3")

    def url(self, name: str) -> str:
        return f"sqlite:///{name}"

    def create(self, name: str, template: str | None = None) -> None:
        self.drop(name)
        if template is not None:
            shutil.copyfile(template, name)

    def drop(self, name: str) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)


class PostgresCopies:
    """Every database is one of the server's, its name begins with ``prefix``; a copy is CREATE DATABASE … TEMPLATE."""

    def __init__(self, prefix: str):
        self.prefix = prefix

    def name(self, label: str) -> str:
        return f"{self.prefix}_{label}"

    def url(self, name: str) -> str:
        settings = connection.settings_dict
        password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
        return f"postgres://{settings['USER']}{password}@{settings['HOST']}:{settings['PORT'] or 5432}/{name}"

    def create(self, name: str, template: str | None = None) -> None:
        self.drop(name)
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"' + ("" if template else " ENCODING 'UTF8'"))

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, sql: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(sql)


class Databases:
    """The template, the database of ordinary tests, and the copies of committing ones."""

    def __init__(self, folder: Path, prefix: str):
        self.store = SqliteFiles(folder) if connection.vendor == "sqlite" else PostgresCopies(prefix)
        self.template = self.store.name("template")
        self.main = self.store.name("main")
        self.world_template, self.world = self.store.name("worldtemplate"), self.store.name("world")
        self._world_built = False
        self._numbers = itertools.count(1)

    def build(self) -> None:
        """Migrate and fill the template once, and begin with a copy of it."""
        self.store.create(self.template)
        switch_to(self.template)
        call_command("migrate", verbosity=0)
        call_command("load_reference", "--no-laws", stdout=io.StringIO())
        connections.close_all()
        self.store.create(self.main, self.template)
        switch_to(self.main)

    def build_world(self) -> None:
        """Build the world (``tests.world``) at its first use in this process, as a template and the database that tests roll back on."""
        if self._world_built:
            return
        from tests import world

        self.store.create(self.world_template, self.template)
        switch_to(self.world_template)
        world.build()
        connections.close_all()
        self.store.create(self.world, self.world_template)
        _copy_head(self.world_template, self.world)
        self._world_built = True

    def drop(self) -> None:
        connections.close_all()
        for name in (self.main, self.template, self.world, self.world_template):
            self.store.drop(name)

    @contextmanager
    def copy(self, template: str | None = None) -> Iterator[Database]:
        """A fresh copy of ``template`` (the plain one if not given), connected to; commits in it are real and gone with it."""
        name = self.store.name(f"copy{next(self._numbers)}")
        self.store.create(name, template or self.template)
        _copy_head(template or self.template, name)
        switch_to(name)
        try:
            yield Database(name, {**os.environ, "DATABASE_URL": self.store.url(name)})
        finally:
            switch_to(self.main)
            self.store.drop(name)
            head_file(name).unlink(missing_ok=True)


def _copy_head(template: str, name: str) -> None:
    """The head that is kept outside the database goes with a copy."""
    if head_file(template).exists():
        shutil.copyfile(head_file(template), head_file(name))


def switch_to(name: str) -> None:
    """Connect to another database from here on, in every thread that connects anew."""
    connections.close_all()
    connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = name
