"""What tests of the citizens' pages may ask for by name (imported inside: pytest reads this before Django is set up)."""

from __future__ import annotations

import pytest


@pytest.fixture
def office(world):
    """The city's publication (``tests.public.office.Office``)."""
    from tests.public.office import Office

    return Office(world)


@pytest.fixture
def code_of(world):
    """Our own code of the item that is or was called so."""
    return lambda name: world.item(name).code


@pytest.fixture
def listed(world):
    """Names of the public entries of the city's edition with this number, in official order."""
    from qingdan.items.models import EditionEntry

    def names(number: int) -> list[str]:
        found = EditionEntry.objects.of(world.edition(number)).public()
        return list(found.values_list("version__name", flat=True))

    return names
