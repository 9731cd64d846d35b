"""What differs between the public lists of two editions: their memberships merged, in official order; contents are read for a page only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from qingdan.items.models import Edition, EditionEntry, ItemVersion


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
    """Every item whose public version differs, by kind and then by place in the list. Two queries, however long the lists are."""
    before, after = _only_in(old, new), _only_in(new, old)
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


def _only_in(here: Edition, there: Edition) -> dict[int, tuple[int, int, list]]:
    """Item key → (version key, place, [department, 大项]) of the public entries that ``there`` does not hold as they are."""
    elsewhere = EditionEntry.objects.filter(edition=there).order_by().values("version_id")
    rows = EditionEntry.objects.filter(edition=here).public().exclude(version_id__in=elsewhere).order_by()
    columns = ("item_id", "version_id", "position", "version__department_id", "version__parent_id")
    return {item: (version, place, standing) for item, version, place, *standing in rows.values_list(*columns)}


def read(differences: Sequence[Difference]) -> list[Compared]:
    """The versions of ``differences``, in one query."""
    keys = {key for each in differences for key in (each.old, each.new) if key}
    columns = ("number", "name", "department_name", "item__code")
    versions = ItemVersion.objects.filter(not_public=False).select_related("item").only(*columns).in_bulk(keys)
    return [Compared(each.kind, versions.get(each.old), versions.get(each.new)) for each in differences]
