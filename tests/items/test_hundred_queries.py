"""A hundred queries over the real rows: the same items in the same order on either database, and what a look through every text finds.

``hundred_queries.csv`` holds what each query must answer, as made once by ``looked_through``: the number of items and the SHA-256 of their
codes, one a line, in the order of the page. It belongs to no database, so that two which agree with it agree with each other.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from django.db import transaction

from qingdan.items.content import ItemContent
from qingdan.items.index import asking, building
from qingdan.items.index.asking import index_of
from qingdan.items.index.grams import phrase_of
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.listing import scan, search
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.placing import EditionTerms, Placement
from qingdan.items.publishing import publish_edition
from qingdan.items.search import needle_of, normalise
from tests.items.checks.real_rows import content_of, table
from tests.world import World

ANSWERS = Path(__file__).parent / "hundred_queries.csv"
QUERIES = list(csv.DictReader(ANSWERS.open(encoding="utf-8", newline="")))
KINDS = {"两字", "三字", "四字", "六字", "编码", "法律", "全角", "括号", "空格"}


@cache
def contents() -> tuple[ItemContent, ...]:
    """The real rows as one department's items, in the order of the file; a name that a category has already is left out."""
    found: dict[tuple[str, str], ItemContent] = {}
    for row in table("real/items_sample.csv"):
        content = content_of(row).changed(department_code="420683-MZJ", department_name="枣阳市民政局", major_name="")
        found.setdefault((content.category, content.name), content)
    return tuple(found.values())


def publish_contents(world: World, listed: Iterable[ItemContent]) -> Edition:
    """``listed`` as the first list of a county of one department."""
    terms = EditionTerms(
        region=world.other_county,
        kind=EditionKind.BASELINE,
        notice_title="关于公布权责清单的通知",
        notice_no="枣政发〔2016〕1号",
        decided_on=datetime.date(2016, 4, 11),
        published_on=datetime.date(2016, 4, 15),
        effective_on=datetime.date(2016, 5, 1),
        entered_afterwards=True,
    )
    with transaction.atomic():
        placements = [Placement(kind=ChangeKind.ADD, content=each) for each in listed]
        return publish_edition(actor=world.publisher, terms=terms, placements=placements)


@pytest.fixture
def edition(world, settings, tmp_path):
    settings.SEARCH_DIR = tmp_path
    return publish_contents(world, contents())


def codes_by_name(edition: Edition) -> dict[tuple[str, str], str]:
    """(category, name) → our own code."""
    entries = EditionEntry.objects.filter(edition=edition)
    return {row[:2]: row[2] for row in entries.values_list("version__category_id", "version__name", "item__code")}


def looked_through(query: str, codes: dict[tuple[str, str], str]) -> list[str]:
    """Codes of the rows that hold ``query``, from the rows themselves: called so, called something with it, mentioning it."""
    needle, ranked = normalise(query), []
    for place, each in enumerate(sorted(contents(), key=lambda content: content.category)):
        code = codes[each.category, each.name]
        called = [normalise(text) for text in (each.name, each.major_name, code, *(own.value for own in each.codes))]
        mentions = [row.as_written for row in each.legal_bases] + [text for duty in each.duties for text in (duty.text, duty.basis)]
        if needle in called:
            ranked.append((0, place, code))
        elif any(needle in text for text in called):
            ranked.append((1, place, code))
        elif any(needle in normalise(text) for text in mentions):
            ranked.append((2, place, code))
    return [code for _, _, code in sorted(ranked)]


def digest(codes: list[str]) -> str:
    return hashlib.sha256("\n".join(codes).encode()).hexdigest()


def in_order(edition: Edition, places: list[int]) -> list[str]:
    found = dict(EditionEntry.objects.filter(edition=edition).values_list("position", "item__code"))
    return [found[place] for place in places]


def test_there_are_a_hundred_of_every_kind():
    assert len({row["query"] for row in QUERIES}) == len(QUERIES) == 100
    assert {row["kind"] for row in QUERIES} == KINDS
    assert all(int(row["items"]) for row in QUERIES)


def test_each_query_answers_as_committed_and_as_a_look_through_every_text(edition):
    codes = codes_by_name(edition)
    assert len(codes) == len(contents())
    wrong = []
    for row in QUERIES:
        needle = needle_of(row["query"])
        wanted = looked_through(row["query"], codes)
        for ask in (search, scan):
            found = ask(edition, needle)
            answer = in_order(edition, found.places(0, 10_000))
            # Pages of twenty are pieces of the same order.
            paged = [code for number in range(1, found.pages + 1) for code in in_order(edition, found.page(number))]
            if (
                answer != wanted
                or paged != answer
                or found.total != len(answer)
                or (len(answer), digest(answer)) != (int(row["items"]), row["sha256"])
            ):
                wrong.append((ask.__name__, row["query"], len(answer), len(wanted)))
    assert not wrong


def test_each_query_is_counted_alike_by_sorting_by_range_and_from_what_is_kept(edition, settings, tmp_path, monkeypatch):
    needles = [needle_of(row["query"]) for row in QUERIES]
    counts = [dict(search(edition, needle).counts) for needle in needles]
    assert [sum(each.values()) for each in counts] == [int(row["items"]) for row in QUERIES]
    for module in (asking, building):
        monkeypatch.setattr(module, "MANY", 10)
    settings.SEARCH_DIR = tmp_path / "common"
    assert [dict(search(edition, needle).counts) for needle in needles] == counts
    index = index_of(edition)
    kept = [sum(each.values()) for each, needle in zip(counts, needles, strict=True) if index.kept_counts(phrase_of(needle))]
    assert 0 < len(kept) < sum(sum(each.values()) > 10 for each in counts)
    assert min(kept) > 10
