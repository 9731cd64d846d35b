"""Every numbered rule keeps its promises: a case that passes, a case that fails, and the real row that it finds, or why none does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.conf import settings

from qingdan.items.checks.rule import Severity
from reviews.checks import ALL_RULES
from tests.items.checks.test_rules import CASES as OF_ITEMS
from tests.reviews.test_checks import CASES as OF_CHANGES

CASES = {**OF_ITEMS, **OF_CHANGES}
# Rules that say no more than that something is empty.
OF_EMPTINESS = {"R25"}


def real_rows() -> dict[str, dict[str, str]]:
    path = Path(settings.BASE_DIR) / "tests" / "items" / "checks" / "real_counts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["rule"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.number)
def test_a_rule_has_both_cases_a_real_row_or_the_reason_for_none_and_says_where_it_comes_from(rule):
    assert CASES[rule.number] and all(len(pair) == 2 for pair in CASES[rule.number])
    real = real_rows()[rule.number]
    assert bool(real["first_row"]) != bool(real["why"])
    assert bool(real["first_row"]) == (real["findings"] != "0")
    assert rule.sentence and rule.source and rule.reason and rule.severity in Severity


def test_there_are_enough_rules_and_hardly_any_about_emptiness():
    numbers = {rule.number for rule in ALL_RULES}
    assert len(numbers) == len(ALL_RULES) >= 15
    assert numbers == set(CASES) == set(real_rows())
    assert len(OF_EMPTINESS & numbers) == 1
