"""What differs between the public lists of two editions: their memberships merged, in official order; contents are read for a page only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Min

from qingdan.items.models import Edition, EditionEntry, ItemVersion

KEYS_AT_ONCE = 10_000  # SQLite takes 32,766 values in a statement


class Kind(models.TextChoices):
    """How an item differs. 不再列入: ended, merged, handed down or no longer public; the item's own page says which."""

    ADDED = "added", "新列入"
    GONE = "gone", "不再列入"
    MOVED = "moved", "换了部门或大项"
    AMENDED = "amended", "内容变更"


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that differs, by the keys of its versions; one of them is None where the item is in one list only."""

    kind: Kind
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    kind: Kind
    old: ItemVersion | None
    new: ItemVersion | None


def compare(old: Edition, new: Edition) -> list[Difference]:
    """Every item whose public version differs, by kind and then by place in the list. Two queries for any list of a real region."""
    before, after = _only_in_one(old, new)
    found = []
    for item, (version, place, standing) in after.items():
        former = before.get(item)
        kind = Kind.ADDED if former is None else Kind.AMENDED if former[2] == standing else Kind.MOVED
        found.append((kind, place, Difference(kind, former and former[0], version)))
    for item, (version, place, _) in before.items():
        if item not in after:
            found.append((Kind.GONE, place, Difference(Kind.GONE, version, None)))
    order = list(Kind)
    return [difference for _, _, difference in sorted(found, key=lambda row: (order.index(row[0]), row[1]))]


# Item key → (version key, place in its edition, (department, 大项)).
Entries = dict[int, tuple[int, int, tuple[int, int | None]]]


def _only_in_one(old: Edition, new: Edition) -> tuple[Entries, Entries]:
    """The public entries of ``old``, and those of ``new``, that the other does not hold as they are."""
    if old == new:
        return {}, {}
    both = EditionEntry.objects.filter(edition__in=(old, new)).order_by().values("version_id")
    single = both.annotate(times=Count("version_id"), of=Min("edition_id"), place=Min("position")).filter(times=1)
    places = {version: (edition, place) for version, edition, place in single.values_list("version_id", "of", "place")}
    found: dict[int, Entries] = {old.pk: {}, new.pk: {}}
    keys = list(places)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        public = ItemVersion.objects.filter(pk__in=keys[start : start + KEYS_AT_ONCE], not_public=False).order_by()
        for version, item, *standing in public.values_list("pk", "item_id", "department_id", "parent_id"):
            edition, place = places[version]
            found[edition][item] = (version, place, tuple(standing))
    return found[old.pk], found[new.pk]


def read(differences: Sequence[Difference]) -> list[Compared]:
    """The versions of ``differences``, in one query."""
    keys = {key for each in differences for key in (each.old, each.new) if key}
    columns = ("number", "name", "department_name", "item__code")
    versions = ItemVersion.objects.filter(not_public=False).select_related("item").only(*columns).in_bulk(keys)
    return [Compared(each.kind, versions.get(each.old), versions.get(each.new)) for each in differences]
