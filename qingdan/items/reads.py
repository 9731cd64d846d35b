"""What public pages ask of the list: plain rows on exactly the shown columns, counts as they were kept, never a withheld item.

An edition never changes, so what is worked out of one (``outline``, ``_names``) is kept in the process under its hash.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When

from departments.models import Region
from qingdan.items.kinds import ENDING, ChangeKind
from qingdan.items.models import (
    Category,
    DepartmentVersion,
    Edition,
    EditionChange,
    EditionCount,
    EditionDepartment,
    EditionEntry,
    Item,
    ItemVersion,
)
from qingdan.items.search import normalise

PAGE_SIZE = 20
EDITION_COLUMNS = ["number", "kind", "adjustment_no", "notice_title", "notice_no", "decided_on", "published_on", "effective_on", "changed_count", "entered_afterwards", "demo", "meeting"]  # fmt: skip


# --- counts ---------------------------------------------------------------------------------------------------------------------


def categories() -> list[tuple[str, str]]:
    """(code, name as the public reads it) in official order."""
    return list(Category.objects.order_by("order").values_list("code", "public_name"))


def counts(edition: Edition) -> list[tuple[int, str, int, int]]:
    """Kept counts: (department key, category code, 大项, 项)."""
    return list(EditionCount.objects.filter(edition=edition).values_list("department_id", "category_id", "majors", "items"))


def totals(edition: Edition | None) -> tuple[int, int]:
    """(大项, 项) of the whole edition, from its kept counts; zeros before the first."""
    if edition is None:
        return 0, 0
    kept = EditionCount.objects.filter(edition=edition).aggregate(majors=Sum("majors"), items=Sum("items"))
    return kept["majors"] or 0, kept["items"] or 0


def departments(edition: Edition) -> list[tuple[int, str, str]]:
    """(key, code, name at the time) in official order."""
    found = EditionDepartment.objects.filter(edition=edition).order_by("position")
    return list(found.values_list("department_id", "department__code", "version__name"))


def adjustments(edition: Edition) -> tuple[int, int]:
    """(动态调整次数, 累计调整事项数) up to ``edition``."""
    found = Edition.objects.up_to(edition).filter(adjustment_no__isnull=False)
    kept = found.aggregate(rounds=Count("pk"), adjusted=Sum("changed_count"))
    return kept["rounds"], kept["adjusted"] or 0


def latest_adjustment(edition: Edition) -> Edition | None:
    """The last 动态调整 up to ``edition``."""
    return Edition.objects.up_to(edition).light().filter(adjustment_no__isnull=False).order_by("-number").first()


def regions_with_lists() -> list[tuple[str, str]]:
    """(code, name) of every region that has published."""
    return list(Region.objects.filter(editions__number=1).order_by("code").values_list("code", "name"))


def first_edition(region: Region) -> Edition | None:
    return Edition.objects.of(region).light().filter(number=1).first()


def last_day(edition: Edition) -> datetime.date | None:
    """The last day on which ``edition`` is the list; None while no later one is published."""
    later = Edition.objects.of(edition.region_id).filter(effective_on__gt=edition.effective_on).order_by("effective_on")
    following = later.values_list("effective_on", flat=True).first()
    return following - datetime.timedelta(days=1) if following else None


# --- the list -------------------------------------------------------------------------------------------------------------------


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


# --- one item -------------------------------------------------------------------------------------------------------------------


def entry(edition: Edition | None, code: str):
    """The public entry of the item ``code`` in ``edition`` with its version, department and category; None if it has none."""
    if edition is None:
        return None
    related = ["version__department", "version__category", "version__parent", "item"]
    return (
        EditionEntry.objects.filter(edition=edition, item__code=code)
        .public()
        .select_related(*related)
        .defer("version__search_text")
        .first()
    )


def item_named(code: str) -> Item | None:
    """The item of our own code, wherever it is."""
    return Item.objects.filter(code=code).select_related("region", "merged_into__region").first()


def items_with_official_code(code: str) -> list[Item]:
    """Items that carry or carried an official code and are or were public."""
    found = Item.objects.filter(official_codes__value=code, versions__not_public=False)
    return list(found.select_related("region").distinct().order_by("region__code", "code"))


def names_of_newest(items: Iterable[Item]) -> dict[int, str]:
    """Item key → the name of its newest public version."""
    found = ItemVersion.objects.filter(item__in=items, not_public=False).order_by("item_id", "number")
    return dict(found.values_list("item_id", "name"))


@dataclass(slots=True)
class VersionMark:
    """One version on an item's timeline: from which edition, by which changes, why."""

    number: int
    key: int
    state: str
    edition: Edition
    kind: str = ""
    kind_label: str = ""
    reason: str = ""
    document: str = ""
    follows: bool = False


def timeline(item: Item) -> list[VersionMark]:
    """The public versions of ``item``, oldest first."""
    found = ItemVersion.objects.filter(item=item, not_public=False).order_by("number").select_related("edition")
    columns = [f"edition__{name}" for name in EDITION_COLUMNS]
    marks = {
        version.pk: VersionMark(version.number, version.pk, version.state, version.edition)
        for version in found.only("number", "state", "edition__region_id", *columns)
    }
    for change in EditionChange.objects.filter(item=item, not_public=False).order_by("edition_id"):
        mark = marks.get(change.new_version_id)
        if mark:
            mark.kind, mark.kind_label, mark.follows = change.kind, change.get_kind_display(), change.follows
            mark.reason, mark.document = change.reason, change.document
    return list(marks.values())


def version_of(item: Item, number: int) -> ItemVersion | None:
    """One public version of an item."""
    return (
        ItemVersion.objects.filter(item=item, number=number, not_public=False)
        .select_related("department", "category", "parent", "edition")
        .defer("edition__manifest", "search_text")
        .first()
    )


def is_withheld_now(item: Item) -> bool:
    """Whether the newest version of ``item`` is withheld (依法不予公开)."""
    return bool(ItemVersion.objects.filter(item=item).order_by("-number").values_list("not_public", flat=True).first())


def is_withheld_on(item: Item, edition: Edition | None) -> bool:
    """Whether the version of ``item`` that stands or last stood in the list of ``edition`` is withheld."""
    found = ItemVersion.objects.filter(item=item, edition__number__lte=edition.number if edition else 0).order_by("-number")
    return bool(found.values_list("not_public", flat=True).first())


def sub_items(edition: Edition, item: Item) -> list[tuple[str, str, str]]:
    """(code, name, state) of the public sub-items of a 大项."""
    found = EditionEntry.objects.of(edition).public().filter(version__parent=item)
    return list(found.values_list("item__code", "version__name", "version__state"))


def neighbours(edition: Edition, position: int) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """(code, name) of the public entries before and after a place."""
    near = EditionEntry.objects.of(edition).public().filter(position__range=(position - 5, position + 5))
    before = after = None
    for place, code, name in near.values_list("position", "item__code", "version__name"):
        if place < position:
            before = (code, name)
        elif place > position and after is None:
            after = (code, name)
    return before, after


# --- departments and editions ---------------------------------------------------------------------------------------------------


def department_versions(department) -> list[DepartmentVersion]:
    """What the list has said of a department, oldest first."""
    return list(
        DepartmentVersion.objects.filter(department=department)
        .order_by("number")
        .select_related("edition")
        .defer("edition__manifest")
    )


def editions(region: Region) -> list[Edition]:
    """Every edition of a region, newest first."""
    return list(Edition.objects.of(region).only("region_id", *EDITION_COLUMNS).order_by("-number"))


def edition_numbered(region: Region, number: int) -> Edition | None:
    return Edition.objects.of(region).light().select_related("previous").defer("previous__manifest").filter(number=number).first()


def public_changes(edition: Edition):
    """The changes that an edition made to public items, in its order."""
    return EditionChange.objects.filter(edition=edition, not_public=False).order_by("position")


def changes_by_kind(edition: Edition) -> list[tuple[str, bool, int]]:
    """(kind, 随动, number of items), most first."""
    grouped = public_changes(edition).order_by().values_list("kind", "follows").annotate(n=Count("pk"))
    return sorted(grouped, key=lambda row: (row[1], -row[2], row[0]))


def profiles_changed(edition: Edition) -> list[DepartmentVersion]:
    """Departments of which this edition says something new (not those that only appear for the first time in a first edition)."""
    found = (
        DepartmentVersion.objects.filter(edition=edition)
        .select_related("department")
        .order_by("department__order", "department_id")
    )
    return list(found.filter(Q(number__gt=1)) if edition.number == 1 else found)
