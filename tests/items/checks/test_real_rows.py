"""The rules over the 950 real rows: how many each finds (real_counts.csv, reviewed), and 60 and more findings judged by hand (judged.csv).

Judged is every finding of the rules that find few, and of the two that find many a sample that its seed decides, not who judges.

``first_row`` is the line of fixtures/real/items_sample.csv that a rule finds first; empty where no real row breaks it, and ``why`` says so.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from qingdan.items.checks import ITEM_RULES
from tests.items.checks.real_rows import findings, rows

HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_counts_on_real_rows_are_as_reviewed():
    counts = Counter(finding.rule.number for _, finding in findings())
    first: dict[str, str] = {}
    for row, finding in findings():
        first.setdefault(finding.rule.number, row["row"])
    found = {rule.number: (str(counts[rule.number]), first.get(rule.number, "")) for rule in ITEM_RULES}
    of_items = {rule.number for rule in ITEM_RULES}
    reviewed = {row["rule"]: (row["findings"], row["first_row"]) for row in table("real_counts.csv")}
    assert found == {number: seen for number, seen in reviewed.items() if number in of_items}
    assert len(rows()) == 950


@pytest.mark.parametrize("row", table("real_counts.csv"), ids=lambda row: row["rule"])
def test_a_rule_that_finds_no_real_row_says_why(row):
    assert bool(row["first_row"]) != bool(row["why"])


def test_the_judged_findings_are_still_what_the_rules_find():
    found = {(finding.rule.number, row["row"], finding.detail) for row, finding in findings()}
    judged = table("judged.csv")
    assert len({(row["rule"], row["row"]) for row in judged}) == len(judged) >= 60
    assert [row for row in judged if (row["rule"], row["row"], row["detail"]) not in found] == []


def test_at_most_one_judged_finding_in_twenty_is_a_false_alarm():
    judged = table("judged.csv")
    assert {row["judgement"] for row in judged} <= {"对", "误"} and all(row["why"] for row in judged)
    false = [row for row in judged if row["judgement"] == "误"]
    assert 0 < len(false) <= len(judged) * 0.05
    assert sum(row["rule"] != "R25" for row in judged) >= 60


# Rules that find too many to judge them all → how many of their findings the seed draws.
SAMPLED = {"R25": 10, "R34": 30}
SEED = 4


def test_every_finding_of_a_rule_with_few_is_judged_and_of_the_others_those_that_the_seed_draws():
    judged = {(row["rule"], row["row"]) for row in table("judged.csv")}
    by_rule: dict[str, list] = defaultdict(list)
    for row, finding in findings():
        by_rule[finding.rule.number].append((finding.rule.number, row["row"]))
    for number, found in by_rule.items():
        wanted = random.Random(SEED).sample(found, SAMPLED[number]) if number in SAMPLED else found
        assert [each for each in wanted if each not in judged] == [], number


def test_a_compulsion_must_say_of_which_kind_it_is():
    missing = [finding.detail for row, finding in findings() if row["category"] == "行政强制" and finding.rule.number == "R25"]
    assert len(missing) == 5 and all("强制种类" in each for each in missing)
