"""What public pages ask of editions, items and departments: counts as they were kept, public versions only (the list: ``listing``)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from departments.models import Region
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

EDITION_COLUMNS = ["number", "kind", "adjustment_no", "notice_title", "notice_no", "decided_on", "published_on", "effective_on", "changed_count", "entered_afterwards", "demo", "meeting"]  # fmt: skip

# How many items of other regions stand on an item's page.
SAME_ELSEWHERE = 20


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


def list_of_day(region_code: str, day: datetime.date) -> Edition | None:
    """The edition whose list was in force in a region on ``day``."""
    found = Edition.objects.light().select_related("region").filter(region__code=region_code)
    return found.law_of(day).first()


def first_edition(region: Region) -> Edition | None:
    return Edition.objects.of(region).light().filter(number=1).first()


def last_day(edition: Edition) -> datetime.date | None:
    """The last day on which ``edition`` is the list; None while no later one is published."""
    later = Edition.objects.of(edition.region_id).filter(effective_on__gt=edition.effective_on).order_by("effective_on")
    following = later.values_list("effective_on", flat=True).first()
    return following - datetime.timedelta(days=1) if following else None


def last_days(editions: Iterable[Edition]) -> dict[int, datetime.date | None]:
    """Number → the last day on which that edition is the list, for all editions of a region: ``last_day`` of each without asking again."""
    days = sorted({edition.effective_on for edition in editions})
    following = dict(pairwise([*days, None]))
    return {
        edition.number: after and after - datetime.timedelta(days=1)
        for edition in editions
        for after in [following[edition.effective_on]]
    }


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


def lineage(item: Item, day: datetime.date) -> list[tuple[str, str, str]]:
    """(relation, code, name) of the public items that ``item`` was made of, or that were made of it, by ``day``: 合并自, 拆分自, 拆分为."""
    related = Item.objects.filter(Q(merged_into=item) | Q(split_from=item) | Q(pk=item.split_from_id)).order_by("code")
    found = {each.pk: each for each in related}
    versions: dict[int, list[tuple]] = {}
    columns = ("item_id", "name", "not_public", "edition__effective_on")
    for row in ItemVersion.objects.filter(item__in=found).order_by("item_id", "number").values_list(*columns):
        versions.setdefault(row[0], []).append(row)
    shown = []
    for key, each in found.items():
        first, last = versions[key][0], versions[key][-1]
        if each.merged_into_id == item.pk:
            relation, since = "合并自", last[3]
        elif each.split_from_id == item.pk:
            relation, since = "拆分为", first[3]
        else:
            relation, since = "拆分自", first[3]
        if since <= day and not last[2]:
            shown.append((relation, each.code, last[1]))
    return shown


def version_of(item: Item, number: int) -> ItemVersion | None:
    """One public version of an item."""
    return (
        ItemVersion.objects.filter(item=item, number=number, not_public=False)
        .select_related("department", "category", "parent", "edition")
        .defer("edition__manifest", "search_text")
        .first()
    )


def version_with_manifest(item: Item, number: int) -> ItemVersion | None:
    """One public version of an item with the edition that brought it, whole: for its proof."""
    return (
        ItemVersion.objects.filter(item=item, number=number, not_public=False)
        .select_related("item", "edition")
        .defer("search_text")
        .first()
    )


def edition_with_manifest(region: Region, number: int) -> Edition | None:
    return Edition.objects.of(region).filter(number=number).first()


def is_withheld_now(item: Item) -> bool:
    """Whether the newest version of ``item`` is withheld (依法不予公开)."""
    return bool(ItemVersion.objects.filter(item=item).order_by("-number").values_list("not_public", flat=True).first())


def is_withheld_on(item: Item, edition: Edition | None) -> bool:
    """Whether the version of ``item`` that stands or last stood in the list of ``edition`` is withheld."""
    found = ItemVersion.objects.filter(item=item, edition__number__lte=edition.number if edition else 0).order_by("-number")
    return bool(found.values_list("not_public", flat=True).first())


def sub_items(edition: Edition, item: Item) -> list[tuple[str, str, str]]:
    """(code, name, state) of the public sub-items of a 大项, in official order.

    Looked up by what ever stood under the 大项 and put in order here: asked for the order, SQLite goes through the whole list.
    """
    ever = ItemVersion.objects.filter(parent=item).order_by().values("item")
    found = EditionEntry.objects.filter(edition=edition, item__in=ever, version__parent=item).public()
    rows = sorted(found.values_list("position", "item__code", "version__name", "version__state"))
    return [(code, name, state) for _, code, name, state in rows]


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


def same_elsewhere(version: ItemVersion, day: datetime.date) -> list[tuple[str, str, str]]:
    """(region code, region name, item code) of the public items called like ``version`` in the lists of other regions on ``day``."""
    here = Item.objects.filter(pk=version.item_id).values("region")
    called = ItemVersion.objects.filter(name=version.name, not_public=False).exclude(item__region__in=here).order_by()
    in_force = Edition.objects.filter(region=OuterRef("item__region")).law_of(day).values("pk")[:1]
    found = EditionEntry.objects.filter(item__in=called.values("item"), version__name=version.name, edition=Subquery(in_force))
    rows = found.public().order_by("item__region__code", "item__code")
    return list(rows.values_list("item__region__code", "item__region__name", "item__code")[:SAME_ELSEWHERE])


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
    found = Edition.objects.of(region).light().select_related("previous", "builds_on")
    return found.defer("previous__manifest", "builds_on__manifest").filter(number=number).first()


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
