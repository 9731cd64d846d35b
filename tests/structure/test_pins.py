"""What is installed: no version below a floor, and the same versions for running and for testing."""

from __future__ import annotations

import csv
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from django.conf import settings
from packaging.version import Version

ROOT = Path(settings.BASE_DIR)
# package, floor, why: reviewed monthly against the projects' release notes.
FLOORS = list(csv.DictReader((ROOT / "tests" / "structure" / "floors.csv").open(encoding="utf-8")))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor["package"])
def test_no_installed_package_is_below_its_floor(floor):
    assert Version(version(floor["package"])) >= Version(floor["floor"]), floor["why"]


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor["package"])
def test_no_pinned_package_is_below_its_floor(floor):
    assert Version(pins("requirements.lock")[floor["package"].lower()]) >= Version(floor["floor"]), floor["why"]


def test_tests_run_with_the_versions_that_production_gets():
    run, test = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run.items() <= test.items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_a_hash_and_no_host_is_named(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[a-z])", text):
        assert "--hash=sha256:" in block or block.startswith("#"), block[:80]
    assert "://" not in text
    assert "index-url" not in text
