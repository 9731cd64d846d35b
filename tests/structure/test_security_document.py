"""docs/security.md answers every point of both lists, and every test that it names exists."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
with (Path(__file__).parent / "security_points.csv").open(encoding="utf-8") as _file:
    POINTS = list(csv.DictReader(_file))
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", DOCUMENT)))
# Lines of the tables: what stands in the first cell, and the rest.
LINES = [line.strip("|").split("|") for line in DOCUMENT.splitlines() if line.startswith("| ")]
ANSWERS = {point.strip(): cells for cells in LINES for point in cells[0].split("、")}


def test_both_lists_are_the_whole_of_them():
    counts = {name: sum(point["list"] == name for point in POINTS) for name in ("case", "asvs", "djbh", "django")}
    assert counts == {"case": 63, "asvs": 194, "djbh": 10, "django": 37}
    assert len({(point["list"], point["id"]) for point in POINTS}) == len(POINTS)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point['list']} {point['id']}")
def test_every_point_is_answered_by_a_test_or_a_reason(point):
    assert point["id"] in ANSWERS, f"docs/security.md does not answer {point['id']}"
    answer = ANSWERS[point["id"]][-1].strip()
    assert "::test_" in answer or len(answer) > 5, f"{point['id']} has neither a test nor a reason"


def test_every_test_that_the_document_names_exists():
    gone = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (ROOT / path).exists() or f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert len(NAMED) > 100
    assert not gone, f"docs/security.md names tests that there are not: {', '.join(gone)}"
