"""The list of an edition as pages show it: under filters, searched, twenty rows at a time, never a withheld item.

An edition never changes, so where its entries stand (``outline``) and what they are called is kept in the process under its hash.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from django.db.models import BooleanField, Case, Value, When

from qingdan.items.kinds import ENDING, ChangeKind
from qingdan.items.models import Edition, EditionChange, EditionEntry
from qingdan.items.search import normalise

PAGE_SIZE = 20


@lru_cache(maxsize=16)
def _outline(edition_id: int, manifest_hash: str) -> dict[tuple[int, str, str], array]:
    groups: dict[tuple[int, str, str], array] = {}
    found = EditionEntry.objects.of(edition_id).public()
    for position, department, category, own, default in found.values_list(
        "position", "version__department_id", "version__category_id", "version__initiation", "version__category__default_initiation"
    ):
        groups.setdefault((department, category, own or default), array("L")).append(position)
    return groups


def outline(edition: Edition) -> dict[tuple[int, str, str], array]:
    """(department key, category, 行使方式) → the places of its public entries."""
    return _outline(edition.pk, edition.manifest_hash)


@dataclass(frozen=True, slots=True)
class Found:
    """What a list shows: all places in the order of the page, and how many entries each category has under the other filters."""

    positions: list[int]
    by_category: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.positions)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    def page(self, number: int) -> list[int]:
        return self.positions[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def browse(edition: Edition, *, department: int | None = None, category: str = "", initiation: str = "") -> Found:
    """The list under filters, in official order; nothing is counted or skipped in the database."""
    chosen, by_category = [], {}
    for (owner, group, way), positions in outline(edition).items():
        if (department is None or owner == department) and (not initiation or way == initiation):
            by_category[group] = by_category.get(group, 0) + len(positions)
            if not category or group == category:
                chosen.append(positions)
    return Found(sorted(chain.from_iterable(chosen)), by_category)


def search(edition: Edition, needle: str, *, department: int | None = None, category: str = "", initiation: str = "") -> Found:
    """Entries that hold ``needle`` (one scan gives places and facets); a field that is exactly that, a code or a name, comes first."""
    whole = Case(
        When(version__search_text__contains=f"\n{needle}\n", then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    found = EditionEntry.objects.of(edition).public().narrowed(department=department, initiation=initiation).holding(needle)
    exact, rest, by_category = [], [], {}
    for position, group, is_whole in found.values_list("position", "version__category_id", whole):
        by_category[group] = by_category.get(group, 0) + 1
        if not category or group == category:
            (exact if is_whole else rest).append(position)
    return Found(exact + rest, by_category)


def ended_holding(edition: Edition, needle: str, limit: int = 5) -> list[tuple[str, str, str, datetime.date]]:
    """(code, name, how it ended, since when) of items that have left the list and hold ``needle``, the last one first."""
    found = EditionChange.objects.filter(
        edition__region=edition.region_id,
        edition__number__lte=edition.number,
        kind__in=ENDING,
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
