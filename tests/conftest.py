"""How the suite is set up: its own environment, databases from a template, and what a test may ask for by name."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.soaking import SOAK

ROOT = Path(__file__).resolve().parent.parent
# Read by qingdan.settings, so it must stand before Django is set up. Each process (and each worker of xdist) has a folder of its own.
VAR_DIR = Path(tempfile.mkdtemp(prefix="qingdan-test-"))
os.environ.update(
    DJANGO_SETTINGS_MODULE="qingdan.settings",
    MODE="local",
    VAR_DIR=str(VAR_DIR),
    STATEMENT_SECONDS="300",  # a busy machine copies databases slowly
    KEPT_MB="0",  # a test that rolls back leaves numbers to be used again, with which a kept page would be another's
    STATIC_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage",
)

# Where collected static files would be; the middleware that serves them wants the folder.
(VAR_DIR / "static").mkdir()

COUNTS = ROOT / "tests" / "structure" / "query_counts.json"


def pytest_addoption(parser):
    parser.addoption("--browser", action="store_true", help="also run the tests marked browser (make test-browser)")
    parser.addoption("--soak", action="store_true", help="make every trial in full (make soak)")


def pytest_configure(config):
    if config.getoption("--soak"):
        os.environ[SOAK] = "yes"

    import hypothesis
    from django.conf import settings

    # The same examples each time, and none refused because the machine is busy: a run says something of the code alone.
    hypothesis.settings.register_profile(
        "suite", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("suite")

    # One round of MD5: tests make hundreds of accounts, and none of them is worth guarding.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config):
    shutil.rmtree(VAR_DIR, ignore_errors=True)


def pytest_collection_modifyitems(config, items):
    """What cannot run here is skipped by name, with the command that runs it."""
    from django.db import connection

    for item in items:
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make test-postgres"))
        if item.get_closest_marker("browser") and not config.getoption("--browser"):
            item.add_marker(pytest.mark.skip(reason="needs Chromium: make test-browser"))


@pytest.fixture(scope="session")
def databases(request, django_test_environment, django_db_blocker):
    """The databases of this process (``tests.databases``)."""
    from tests.databases import Databases

    worker = getattr(request.config, "workerinput", {}).get("workerid", "one")
    # Checkouts on one machine share the server, so the name carries the checkout's place.
    databases = Databases(VAR_DIR, f"test_qingdan_{zlib.crc32(str(ROOT).encode()):08x}_{worker}")
    with django_db_blocker.unblock():
        databases.build()
    yield databases
    with django_db_blocker.unblock():
        databases.drop()


@pytest.fixture(scope="session")
def django_db_setup(databases):
    """In place of pytest-django's: its ``db`` fixture rolls every test back on the database made here."""


@pytest.fixture
def transactional_db():
    pytest.fail("evidence tables cannot be flushed: use the fixture committed_db")


@pytest.fixture
def committed_db(request, databases, django_db_blocker):
    """A database of the test's own, in which commits are real: for races, processes and servers. Yields a ``Database``."""
    assert "db" not in request.fixturenames, "committed_db has a database of its own: leave out db and django_db"
    with django_db_blocker.unblock(), databases.copy() as database:
        yield database


@pytest.fixture
def world_database(databases, django_db_blocker):
    """Connect to the database that holds the world. It must come before ``db``: ask for ``world``, without the django_db mark."""
    from django.db import connection

    from tests.databases import switch_to

    assert not connection.in_atomic_block, "ask for world alone: it brings db, and the django_db mark would start before it"
    with django_db_blocker.unblock():
        databases.build_world()
        switch_to(databases.world)
    yield
    with django_db_blocker.unblock():
        switch_to(databases.main)


@pytest.fixture
def world(world_database, db):
    """The world (``tests.world.World``); whatever a test does to it is rolled back."""
    from tests.world import World

    return World()


@pytest.fixture
def committed_world(request, databases, django_db_blocker):
    """A copy of the world in which commits are real: for races. Yields (World, Database)."""
    from tests.world import World

    assert "db" not in request.fixturenames, "committed_world has a database of its own: leave out db and django_db"
    with django_db_blocker.unblock():
        databases.build_world()
        with databases.copy(databases.world_template) as database:
            yield World(), database


@pytest.fixture
def count_queries():
    """``with count_queries("public.home"):`` holds the number of queries inside to the reviewed one in query_counts.json."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def counting(name: str):
        with CaptureQueriesContext(connection) as queries:
            yield
        reviewed = json.loads(COUNTS.read_text(encoding="utf-8")).get(name)
        if len(queries) != reviewed:
            statements = "\n".join(query["sql"][:200] for query in queries)
            pytest.fail(f"{name}: {len(queries)} queries, query_counts.json says {reviewed}\n{statements}")

    return counting
