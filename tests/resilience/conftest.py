"""The prepared databases of this folder, each built once a process where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest


@contextmanager
def prepared(databases, label: str, source: str, prepare: Callable[[], None]) -> Iterator[str]:
    """A template of our own: a copy of ``source`` in which ``prepare`` was run; dropped at the end."""
    from django.db import connections

    from qingdan.ledger.keys import head_file
    from tests.databases import _copy_head, switch_to

    name = databases.store.name(label)
    databases.store.create(name, source)
    _copy_head(source, name)
    switch_to(name)
    prepare()
    connections.close_all()
    switch_to(databases.main)
    yield name
    databases.store.drop(name)
    head_file(name).unlink(missing_ok=True)


@pytest.fixture(scope="session")
def sixty_template(databases, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """A copy of the world with what the disturbed acts need (``acts.prepare``)."""
    from django.conf import settings

    from tests.resilience import acts

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("sixty-media"))
        databases.build_world()
        with prepared(databases, "sixty", databases.world_template, acts.prepare) as name:
            yield name


@pytest.fixture
def sixty(databases, sixty_template, django_db_blocker) -> Iterator[Callable[[], AbstractContextManager[object]]]:
    """``with sixty():`` works on a fresh copy of the prepared database, in which commits are real."""

    @contextmanager
    def copied():
        with databases.copy(sixty_template) as database:
            yield database

    with django_db_blocker.unblock():
        yield copied


@pytest.fixture
def city(databases, django_db_blocker):
    """(``with copied():``, the act that publishes the city's list of 3,928 items) on copies of a database that has no list yet."""
    from tests.resilience import acts

    acts_made = []
    with (
        django_db_blocker.unblock(),
        prepared(databases, "city", databases.template, lambda: acts_made.append(acts.publishing_the_city())) as template,
    ):
        yield lambda: databases.copy(template), acts_made[0]
