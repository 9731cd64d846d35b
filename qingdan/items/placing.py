"""What goes through the door: the terms of an edition, the changes it carries, and the list as rows while it is put together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from departments.models import Department, Region
from qingdan.items.content import DepartmentContent, ItemContent
from qingdan.items.kinds import EditionKind
from qingdan.items.models import Edition, EditionEntry, Item
from qingdan.items.search import search_text_of

LEVEL_LENGTH = 60
SUMMARY_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionTerms:
    """How an edition came about. ``decisions`` are JSON objects (stage, post, time, hash) that the manifest keeps."""

    region: Region
    kind: str
    notice_title: str
    notice_no: str
    decided_on: datetime.date
    published_on: datetime.date
    effective_on: datetime.date
    meeting: str = ""
    entered_afterwards: bool = False
    demo: bool = False
    decisions: tuple[dict, ...] = ()

    @property
    def may_look_back(self) -> bool:
        """Only what is entered afterwards (基线, 补录) and the demo take effect before they are recorded."""
        return self.entered_afterwards or self.demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One change of one item. ``item`` and ``base_version_id`` are both given, or neither for a new one.

    For a change that ends the item, ``content.state`` is ``repealed``. ``follows`` marks 随动: not counted as adjusted. ``partial``: 部分取消 or
    部分下放, so the item stays. Lineage: an item that ends by 合并 names in ``merged_into`` an item that stays, or the placement of this
    edition that makes the new one; what a 拆分 makes names in ``split_from`` the item that was split.
    """

    kind: str
    content: ItemContent
    item: Item | None = None
    base_version_id: int | None = None
    reason: str = ""
    document: str = ""
    follows: bool = False
    partial: bool = False
    merged_into: Item | Placement | None = None
    split_from: Item | None = None

    @property
    def ends(self) -> bool:
        """Whether the item leaves the list."""
        return self.content.state == "repealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentPlacement:
    """What the list says of a department from this edition on."""

    department: Department
    content: DepartmentContent
    reason: str = ""


def plain_profile(department: Department) -> DepartmentContent:
    """What the list says of a department that has said nothing of itself yet: its name and kind."""
    return DepartmentContent(
        code=department.code, name=department.name, short_name=department.short_name, kind=department.get_kind_display()
    )


@dataclass(slots=True)
class Row:
    """One place of the list being put together. Unsaved items and versions have no key yet."""

    item_id: int | None
    code: str
    version_id: int | None
    number: int
    content_hash: str
    department_id: int
    category: str
    name: str
    parent_id: int | None
    parent_code: str
    in_force: bool
    public: bool
    counted: bool
    position: int = 0
    content: ItemContent | None = field(default=None, repr=False)

    @property
    def countable(self) -> bool:
        return self.in_force and self.public and self.counted


_COLUMNS = ["item_id", "item__code", "version_id", "version__number", "version__content_hash", "version__department_id", "version__category_id", "version__name", "version__parent_id", "version__parent__code", "version__state", "version__not_public", "version__counted", "position"]  # fmt: skip


class Applied:
    """A placement with the rows it turned into: ``old`` as it was, ``new`` as it will be (also for an ending change)."""

    __slots__ = ("new", "old", "placement")

    def __init__(self, placement: Placement, old: Row | None, new: Row):
        self.placement, self.old, self.new = placement, old, new


def rows_of(edition: Edition | None) -> list[Row]:
    """The list of an edition as rows in official order; none before the first."""
    if edition is None:
        return []
    found = EditionEntry.objects.of(edition).values_list(*_COLUMNS)
    return [
        Row(
            item,
            code,
            version,
            number,
            digest,
            department,
            category,
            name,
            parent,
            parent_code or "",
            state == "in_use",
            not hidden,
            counted,
            position,
        )
        for item, code, version, number, digest, department, category, name, parent, parent_code, state, hidden, counted, position in found
    ]


def in_official_order(rows: Iterable[Row], departments: Mapping[int, int], categories: Mapping[str, int]) -> list[Row]:
    """Rows by department, category, 大项, 子项. Places of an earlier edition are kept; what is new stands last in its group."""
    rows = list(rows)
    rank = {row.code: place for place, row in enumerate(rows)}

    def key(row: Row) -> tuple:
        major = rank.get(row.parent_code, rank[row.code]) if row.parent_code else rank[row.code]
        return (
            departments[row.department_id],
            row.department_id,
            categories[row.category],
            major,
            bool(row.parent_code),
            rank[row.code],
        )

    ordered = sorted(rows, key=key)
    for position, row in enumerate(ordered, start=1):
        row.position = position
    return ordered


def count(rows: Iterable[Row]) -> dict[tuple[int, str], tuple[int, int]]:
    """(department, category) → (大项, 项). An unsplit 大项 is 1 大项 and 1 项; a split one 1 大项 and as many 项 as it has sub-items.

    Only counted, public items in use count; a 大项 of which no 项 counts does not count either.
    """
    rows = list(rows)
    split = {row.parent_code for row in rows if row.parent_code}
    majors: dict[tuple[int, str], set[str]] = {}
    items: dict[tuple[int, str], int] = {}
    for row in rows:
        if not row.countable or (row.code in split and not row.parent_code):
            continue
        key = (row.department_id, row.category)
        majors.setdefault(key, set()).add(row.parent_code or row.code)
        items[key] = items.get(key, 0) + 1
    return {key: (len(majors[key]), items[key]) for key in items}


CONTENT_COLUMNS = (
    "department_name",
    "category_id",
    "name",
    "initiation",
    "level",
    "state",
    "counted",
    "not_public",
    "summary",
    "search_text",
)


def columns_of(content: ItemContent, code: str) -> dict[str, object]:
    """The columns of a version that repeat its content (CONTENT_COLUMNS), for lists to filter and show."""
    return {
        "department_name": content.department_name,
        "category_id": content.category,
        "name": content.name,
        "initiation": content.initiation,
        "level": content.exercising_level[:LEVEL_LENGTH],
        "state": content.state,
        "counted": content.counted,
        "not_public": content.not_public,
        "summary": content.bases_text("setting").strip().split("\n", 1)[0][:SUMMARY_LENGTH],
        "search_text": search_text_of(content, code),
    }


def adjustment_number(kind: str, previous: Edition | None) -> int | None:
    """第N次动态调整 for adjustments (补录 of past ones included); None for every other kind."""
    if kind not in (EditionKind.ADJUSTMENT, EditionKind.BACKFILL):
        return None
    last = (
        Edition.objects.filter(region=previous.region, adjustment_no__isnull=False)
        .order_by("-adjustment_no")
        .values_list("adjustment_no", flat=True)
        .first()
        if previous
        else None
    )
    return (last or 0) + 1
