"""What tests of the API may ask for by name."""

from __future__ import annotations

import pytest


@pytest.fixture
def office(world):
    """The city's publication (``tests.public.office.Office``)."""
    from tests.public.office import Office

    return Office(world)
