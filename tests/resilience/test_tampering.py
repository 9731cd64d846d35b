"""D03: raw changes in the evidence tables, past the triggers, are all found and the edition is named; untouched, nothing is found."""

from __future__ import annotations

import random

import pytest
from django.db import transaction

from qingdan.items.verifying import verify
from tests.items.test_verifying import COLUMNS, OF_AN_EDITION, tamper
from tests.resilience.invariants import broken
from tests.soaking import record, trials

pytestmark = pytest.mark.soak


class Undo(Exception):
    pass


def changed_and_verified(chance: random.Random) -> tuple[str, str, object]:
    """(table, changed row, report) of one change that the constraints let through; taken back afterwards."""
    while True:
        table, column = chance.choice(COLUMNS)
        found = None
        try:
            with transaction.atomic():
                if (row := tamper(chance, table, column)) is not None:
                    found = (table, f"{row} {column}", verify())
                raise Undo
        except Undo:
            if found:
                return found


def test_random_raw_changes_are_all_found_and_the_edition_is_named(world):
    missed, unnamed = [], []
    for seed in range(trials(300)):
        table, row, report = changed_and_verified(random.Random(f"raw {seed}"))
        if report.exit_code != 1:
            missed.append(row)
        elif table in OF_AN_EDITION and not any("个公布版本" in finding.edition for finding in report.findings):
            unnamed.append(row)
    assert (missed, unnamed) == ([], [])
    record("raw changes to evidence tables", changes=trials(300), missed=0, unnamed=0)


def test_untouched_runs_raise_no_alarm(world):
    for _ in range(trials(100)):
        assert broken() == []
    record("untouched runs", runs=trials(100), false_alarms=0)
