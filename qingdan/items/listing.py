"""The list of an edition as pages show it: under filters, searched, twenty rows at a time, never a withheld item.

An edition never changes, so where its entries stand (``outline``) and what they are called is kept in the process under its hash.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, reduce
from itertools import chain
from operator import or_
from typing import Any

from django.db.models import Q

from qingdan.items.index.asking import Group, index_of
from qingdan.items.kinds import ENDING, ChangeKind
from qingdan.items.models import Edition, EditionChange, EditionEntry
from qingdan.items.search import normalise, parts_of

PAGE_SIZE = 20


DIMENSIONS = ("department", "category", "initiation", "level", "state")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list is narrowed to; None leaves that open."""

    department: int | None = None
    category: str | None = None
    initiation: str | None = None
    level: str | None = None
    state: str | None = None

    def takes(self, group: Group) -> bool:
        """Whether ``group`` is within the choice."""
        return bool(self.among({group: None}))

    def among(self, groups: Mapping[Group, Any], but: str = "") -> Mapping[Group, Any]:
        """Those of ``groups`` that are within the choice, whatever their ``but`` is."""
        wanted = [
            (place, value) for place, name in enumerate(DIMENSIONS) if (value := getattr(self, name)) is not None and name != but
        ]
        if not wanted:
            return groups
        return {group: of for group, of in groups.items() if all(group[place] == value for place, value in wanted)}


EVERYTHING = Choice()


@lru_cache(maxsize=16)
def _outline(edition_id: int, manifest_hash: str) -> dict[Group, array]:
    groups: dict[Group, array] = {}
    found = EditionEntry.objects.of(edition_id).public()
    columns = ("position", "version__department_id", "version__category_id", "version__initiation", "version__category__default_initiation", "version__level", "version__state")  # fmt: skip
    for position, department, category, own, default, level, state in found.values_list(*columns):
        groups.setdefault((department, category, own or default, level, state), array("L")).append(position)
    return groups


def outline(edition: Edition) -> dict[Group, array]:
    """(department key, category, 行使方式, 行使层级, 状态) → the places of its public entries."""
    return _outline(edition.pk, edition.manifest_hash)


@dataclass(frozen=True, slots=True)
class Found:
    """What a list shows: how many entries of each group there are before the choice, and the chosen ones in the order of the page."""

    counts: Mapping[Group, int]
    choice: Choice
    places: Callable[[int, int], list[int]] = field(repr=False)

    @property
    def total(self) -> int:
        return sum(self.choice.among(self.counts).values())

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    def page(self, number: int) -> list[int]:
        return self.places((number - 1) * PAGE_SIZE, number * PAGE_SIZE)

    def by(self, dimension: str) -> dict[Any, int]:
        """Value of ``dimension`` → entries that have it under the rest of the choice: the facets beside a list."""
        numbers: dict[Any, int] = {}
        place = DIMENSIONS.index(dimension)
        for group, number in self.choice.among(self.counts, but=dimension).items():
            numbers[group[place]] = numbers.get(group[place], 0) + number
        return numbers


NOTHING = Found({}, EVERYTHING, lambda start, stop: [])


def browse(edition: Edition, choice: Choice = EVERYTHING) -> Found:
    """The list under a choice, in official order; nothing is counted or skipped in the database."""
    groups = outline(edition)

    @cache
    def chosen() -> list[int]:
        return sorted(chain.from_iterable(choice.among(groups).values()))

    counts = {group: len(places) for group, places in groups.items()}
    return Found(counts, choice, lambda start, stop: chosen()[start:stop])


def search(edition: Edition, needle: str, choice: Choice = EVERYTHING) -> Found:
    """Entries that hold ``needle``: what is called exactly so (a code, a name), what is called something with it, what mentions it."""
    if (index := index_of(edition)) is not None:
        return Found(index.counts(needle), choice, lambda start, stop: index.places(needle, choice.takes, start, stop))
    return scan(edition, needle, choice)


def scan(edition: Edition, needle: str, choice: Choice = EVERYTHING) -> Found:
    """The same answer as ``search`` without an index: every text is looked through. For large lists whose index is still being made."""
    ranks: dict[int, int] = {}
    for place, text in EditionEntry.objects.of(edition).public().holding(needle).values_list("position", "version__search_text"):
        called, _ = parts_of(text)
        ranks[place] = 0 if needle in called else 1 if any(needle in line for line in called) else 2
    groups = {group: [place for place in places if place in ranks] for group, places in outline(edition).items()}
    chosen = sorted(
        chain.from_iterable(choice.among(groups).values()),
        key=lambda place: (ranks[place], place),
    )
    counts = {group: len(places) for group, places in groups.items() if places}
    return Found(counts, choice, lambda start, stop: chosen[start:stop])


def mentioning(edition: Edition, needles: Sequence[str], after: int, limit: int) -> list[int]:
    """The first ``limit`` places behind ``after``, in official order, of entries whose bases or duties hold one of ``needles``."""
    wanted = [needle for text in needles if (needle := normalise(text))]
    if not wanted:
        return []
    if (index := index_of(edition)) is not None:
        return index.behind(wanted, after, limit)
    holding = reduce(or_, (Q(version__search_text__contains=needle) for needle in wanted))
    found = EditionEntry.objects.of(edition).public().filter(holding, position__gt=after)
    return list(found.values_list("position", flat=True)[:limit])


def mentioned(edition: Edition, needles: Sequence[str]) -> list[str]:
    """Those of ``needles`` that some basis or duty holds; none while the index is still to be made."""
    index = index_of(edition)
    return [text for text in needles if (needle := normalise(text)) and index.behind([needle], 0, 1)] if index else []


def similar(edition: Edition, needle: str, limit: int = PAGE_SIZE) -> list[int]:
    """Places of entries whose names share most with ``needle``, for a query that nothing holds as a whole."""
    index = index_of(edition)
    return index.near(needle, limit) if index else []


def ended_holding(edition: Edition, needle: str, limit: int = 5) -> list[tuple[str, str, str, datetime.date]]:
    """(code, name, how it ended, since when) of items that have left the list and hold ``needle``, the last one first."""
    found = EditionChange.objects.filter(
        edition__region=edition.region_id,
        edition__number__lte=edition.number,
        kind__in=ENDING,
        new_version__state="repealed",
        not_public=False,
        new_version__search_text__contains=needle,
    ).order_by("-edition__number", "position")
    rows = found.values_list("item__code", "new_version__name", "kind", "edition__effective_on")[:limit]
    return [(code, name, ChangeKind(kind).label, day) for code, name, kind, day in rows]


@dataclass(frozen=True, slots=True)
class ListRow:
    """One entry as a list shows it. ``major`` is the name of its 大项, if it has one; ``content`` only where asked for."""

    position: int
    code: str
    name: str
    department: str
    category: str
    summary: str
    state: str
    counted: bool
    major: str
    content: bytes | None


def rows(edition: Edition, positions: Iterable[int], *, with_content: bool = False) -> list[ListRow]:
    """The public entries at ``positions``, in that order: one query by key, one more for the names of their 大项."""
    wanted = list(positions)
    columns = ["position", "item__code", "version__name", "version__department_name", "version__category_id", "version__summary", "version__state", "version__counted", "version__parent_id"]  # fmt: skip
    if with_content:
        columns.append("version__content_bytes")
    found = EditionEntry.objects.filter(edition=edition, position__in=wanted).public().values_list(*columns)
    by_position = {row[0]: row for row in found}
    parents = {row[8] for row in by_position.values() if row[8]}
    majors = names_of(edition, parents) if parents else {}
    return [
        ListRow(*row[:8], major=majors.get(row[8], ""), content=bytes(row[9]) if with_content else None)
        for position in wanted
        if (row := by_position.get(position))
    ]


def names_of(edition: Edition, items: Iterable[int]) -> dict[int, str]:
    """Item key → its name in ``edition`` (public entries only)."""
    found = EditionEntry.objects.filter(edition=edition, item_id__in=items).public()
    return dict(found.values_list("item_id", "version__name"))


@lru_cache(maxsize=2)
def _names(edition_id: int, manifest_hash: str) -> str:
    found = EditionEntry.objects.of(edition_id).public().values_list("version__name", flat=True)
    return "\n".join(normalise(name) for name in found)


def words_that_hit(edition: Edition, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The first ``limit`` of ``candidates`` that occur in the name of a public item of ``edition``."""
    names, hits = _names(edition.pk, edition.manifest_hash), []
    for word in candidates:
        needle = normalise(word)
        if needle and needle in names and not any(needle in normalise(hit) for hit in hits):
            hits.append(word)
        if len(hits) == limit:
            break
    return hits


def pieces_that_hit(edition: Edition, needle: str, limit: int = 3) -> list[str]:
    """The longest pieces of ``needle`` (two characters at least) that occur in names of ``edition``."""
    lengths = range(min(len(needle) - 1, 12), 1, -1)
    pieces = (needle[start : start + length] for length in lengths for start in range(len(needle) - length + 1))
    return words_that_hit(edition, pieces, limit)
