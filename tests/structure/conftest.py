"""Who goes through the site in the tests of access."""

from __future__ import annotations

import logging

import pytest


@pytest.fixture
def everyone(world, settings, tmp_path):
    """(the world, username → browser): every post in every place."""
    from tests.structure.access_people import clients, make_people

    settings.MEDIA_ROOT = tmp_path
    make_people()
    # Thousands of refusals: their log lines say nothing that the cell does not.
    logging.disable(logging.ERROR)
    yield world, clients()
    logging.disable(logging.NOTSET)
