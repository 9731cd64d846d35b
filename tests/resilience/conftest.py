"""The prepared database of this folder, built once a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest


@pytest.fixture(scope="session")
def sixty_template(databases, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """A copy of the world with what the disturbed acts need (``acts.prepare``)."""
    from qingdan.ledger.keys import head_file
    from tests.databases import _copy_head, switch_to
    from tests.resilience import acts

    name = databases.store.name("sixty")
    media = tmp_path_factory.mktemp("sixty-media")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        from django.conf import settings
        from django.db import connections

        patch.setattr(settings, "MEDIA_ROOT", media)
        databases.build_world()
        databases.store.create(name, databases.world_template)
        _copy_head(databases.world_template, name)
        switch_to(name)
        acts.prepare()
        connections.close_all()
        switch_to(databases.main)
    yield name
    with django_db_blocker.unblock():
        databases.store.drop(name)
        head_file(name).unlink(missing_ok=True)


@pytest.fixture
def sixty(databases, sixty_template, django_db_blocker) -> Iterator[Callable[[], AbstractContextManager[object]]]:
    """``with sixty():`` works on a fresh copy of the prepared database, in which commits are real."""

    @contextmanager
    def copied():
        with databases.copy(sixty_template) as database:
            yield database

    with django_db_blocker.unblock():
        yield copied
