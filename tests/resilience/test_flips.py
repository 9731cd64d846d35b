"""D01: every byte of three bundles flipped once is rejected by the stranger's verifier."""

from __future__ import annotations

import functools
import random
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.public.office import Office
from tests.soaking import record, soaking
from tests.test_verify_bundle import tool
from tests.world import content

pytestmark = pytest.mark.soak


def verdict(folder: Path) -> int:
    with redirect_stdout(StringIO()):
        return tool.main([str(folder)])


@pytest.fixture
def bundles(committed_world, tmp_path) -> list[Path]:
    """Of the city's two editions and a county's first."""
    world, _ = committed_world
    office = Office(world)
    office.publish(office.add(content("420602-MZJ", "05", "临时救助")), region="420602", kind="baseline")
    found = []
    for region, number in (("420600", 1), ("420600", 2), ("420602", 1)):
        found.append(tmp_path / f"{region}-{number}")
        call_command("export_bundle", "--region", region, "--edition", str(number), "--out", str(found[-1]), verbosity=0)
    return found


def test_every_flipped_byte_of_three_bundles_is_rejected(bundles, monkeypatch):
    # The same signature need not be computed again for each byte of the other files.
    monkeypatch.setattr(tool, "signature_holds", functools.cache(tool.signature_holds))
    chance, tried, accepted = random.Random(3), 0, []
    for bundle in bundles:
        assert verdict(bundle) == 0
        for path in sorted(bundle.iterdir()):
            kept = path.read_bytes()
            for at in range(0 if soaking() else chance.randrange(10), len(kept), 1 if soaking() else 10):
                data = bytearray(kept)
                data[at] ^= 1 << chance.randrange(8)
                path.write_bytes(data)
                tried += 1
                if verdict(bundle) == 0:
                    accepted.append(f"{bundle.name}/{path.name} byte {at}")
            path.write_bytes(kept)
        assert verdict(bundle) == 0
    assert accepted == []
    assert tried > 1000
    record("byte flips of three bundles", flips=tried, accepted=0)
