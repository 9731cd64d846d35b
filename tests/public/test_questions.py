"""Everyday questions of citizens over the 950 real rows: most find their item among the first five."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import pytest

from qingdan.items.models import Alias
from qingdan.items.search import normalise
from tests.items.checks.real_rows import content_of, table

QUESTIONS = list(csv.DictReader((Path(__file__).parent / "questions.csv").open(encoding="utf-8")))


@pytest.fixture
def real(office, world):
    """The real rows as the list of one department of a county: what a reader of that list can find."""
    contents = {}
    for row in table("real/items_sample.csv"):
        content = content_of(row).changed(department_code="420683-MZJ", department_name="枣阳市民政局", major_name="")
        contents.setdefault((content.category, content.name), content)
    office.publish(*map(office.add, contents.values()), region="420683", kind="baseline")


def first_five(client, question: str) -> list[str]:
    page = client.get("/regions/420683/items/", {"q": question}).content.decode()
    return [
        html.unescape(re.sub(r"<[^>]+>", "", name)).strip()
        for name in re.findall(r"<h[23]><a href=[^>]*>(.*?)</a></h[23]>", page, re.S)
    ][:5]


def test_at_least_sixteen_of_twenty_questions_find_their_item_among_the_first_five(real, client):
    assert len(QUESTIONS) == 20
    found = {row["question"]: set(row["expected"].split("|")) & set(first_five(client, row["question"])) for row in QUESTIONS}
    assert sum(map(bool, found.values())) >= 16, [question for question, names in found.items() if not names]


def test_no_alias_quotes_a_question(world):
    """A 俗称 is a word that people use, not the answer to a test."""
    for alias in Alias.objects.all():
        assert len(alias.word) <= 5, alias
        assert not any(alias.normal == normalise(row["question"]) for row in QUESTIONS), alias
