"""The file meets the list: each row read from a workbook finds its item, or is new; what differs is what changes.

A row matches by code (ours or any official scheme), else by department + category + 大项 + 子项 name. Two candidates are a refusal, never a
guess. An item that the file does not list is 文件未列: it becomes 取消 only if somebody ticks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from departments.models import Department, Region
from qingdan.errors import RuleBroken
from qingdan.items.cells import to_cell
from qingdan.items.content import ItemContent
from qingdan.items.elements import ELEMENTS
from qingdan.items.intake.contents import to_content
from qingdan.items.intake.reading import IgnoredRow, ReadRow, RefusedRow
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionEntry, Item, ItemCode, ItemVersion
from reviews.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed element: its label, the cell as it was and as the file has it."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """One row with what it is about. ``kind`` is empty where nothing changes; ``version`` is None for a new item.

    ``implied`` marks a 大项 that no row of its own announces: it comes from its sub-items' rows.
    """

    sheet: str
    row: int
    content: ItemContent
    version: ItemVersion | None
    kind: str
    differences: tuple[Difference, ...] = ()
    implied: bool = False

    @property
    def name(self) -> str:
        return self.content.name

    @property
    def item_code(self) -> str | None:
        return self.version.item.code if self.version else None

    @property
    def unchanged(self) -> bool:
        return not self.kind


@dataclass(slots=True)
class Comparison:
    """What a file says against the list in its newest edition: rows by outcome, and the items that it does not list."""

    rows: list[MatchedRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    absent: list[ItemVersion] = field(default_factory=list)

    @property
    def changing(self) -> list[MatchedRow]:
        return [row for row in self.rows if row.kind]

    @property
    def unchanged_count(self) -> int:
        return len(self.rows) - len(self.changing)


class CurrentList:
    """The newest edition of a region, indexed for matching: by code, and by department + category + 大项 + name."""

    def __init__(self, region: Region):
        self.edition = Edition.objects.newest(region)
        entries = EditionEntry.objects.of(self.edition).values_list("version_id", flat=True) if self.edition else []
        versions = ItemVersion.objects.filter(pk__in=list(entries)).select_related("item").defer("search_text") if entries else []
        self.by_item = {version.item_id: version for version in versions}
        self.by_name: dict[tuple, list[ItemVersion]] = {}
        for version in self.by_item.values():
            self.by_name.setdefault(self.place(version), []).append(version)
        self.by_code: dict[str, set[int]] = {}
        for item, value in ItemCode.objects.filter(region=region).values_list("item_id", "value"):
            self.by_code.setdefault(value, set()).add(item)
        for item, code in Item.objects.filter(region=region).values_list("pk", "code"):
            self.by_code.setdefault(code, set()).add(item)

    def place(self, version: ItemVersion) -> tuple:
        major = self.by_item.get(version.parent_id) if version.parent_id else None
        return (version.department_id, version.category_id, major.name if major else "", version.name)


def compare(
    *,
    rows: Sequence[ReadRow],
    region: Region,
    departments: Mapping[str, Department],
    refused: Iterable[RefusedRow] = (),
    ignored: Iterable[IgnoredRow] = (),
    clear_empty: bool = False,
    whole: bool = False,
) -> Comparison:
    """Match every row. ``whole``: the file is the region's whole list, so items of departments that it does not name are absent too. ``departments`` gives the department of each department text that the rows carry ("" = none given).

    A row that cannot be placed joins ``refused`` with its sentence; every row ends in exactly one list.
    """
    current = CurrentList(region)
    result = Comparison(refused=list(refused), ignored=list(ignored))
    taken: dict[int, MatchedRow] = {}
    for row in rows:
        try:
            matched = _match(row, current, departments[row.department], clear_empty)
        except _Refused as refusal:
            result.refused.append(
                RefusedRow(sheet=row.sheet, row=row.row, column=refusal.column, code=refusal.code, message=str(refusal))
            )
            continue
        except RuleBroken as broken:
            result.refused.append(RefusedRow(sheet=row.sheet, row=row.row, column="", code="C01", message=str(broken)))
            continue
        if matched.version is not None and matched.version.item_id in taken:
            earlier = taken[matched.version.item_id]
            message = f"与第{earlier.row}行（{earlier.sheet}）是同一事项“{matched.version.name}”，请只保留一行"
            result.refused.append(RefusedRow(sheet=row.sheet, row=row.row, column="", code="M04", message=message))
            continue
        if matched.version is not None:
            taken[matched.version.item_id] = matched
        result.rows.append(matched)
    result.rows = _with_majors(result.rows, current, departments)
    owned = {department.code: department.pk for department in departments.values()}
    result.absent = _absent(current, taken, result.rows, owned)
    if whole:
        result.absent += [v for v in current.by_item.values() if v.department_id not in owned.values()]
    return result


def proposals_of(comparison: Comparison, *, repeal: Iterable[str] = (), reason: str = "", document: str = "") -> list[Proposal]:
    """One proposal a changing row, and a 取消 for each ticked item (``repeal``: our codes) that the file does not list."""
    found = [
        Proposal(
            kind=row.kind,
            content=row.content,
            item=row.version.item if row.version else None,
            base_version=row.version,
            reason=reason if row.kind == ChangeKind.REPEAL else "",
            document=document if row.kind == ChangeKind.REPEAL else "",
            source_row="" if row.implied else f"{row.sheet} 第{row.row}行",
        )
        for row in comparison.changing
    ]
    ticked = set(repeal)
    found += [
        Proposal(
            kind=ChangeKind.REPEAL,
            content=version.content.changed(state="repealed"),
            item=version.item,
            base_version=version,
            reason=reason,
            document=document,
            source_row="文件未列",
        )
        for version in comparison.absent
        if version.item.code in ticked
    ]
    return found


class _Refused(Exception):
    def __init__(self, code: str, message: str, column: str = ""):
        super().__init__(message)
        self.code, self.column = code, column


def _match(row: ReadRow, current: CurrentList, department: Department, clear_empty: bool) -> MatchedRow:
    version = _find(row, current, department)
    base = version.content if version else None
    content = to_content(
        row,
        base=base,
        department_code=department.code,
        department_name=base.department_name if base else department.name,
        clear_empty=clear_empty,
    )
    if base is None:
        return MatchedRow(row.sheet, row.row, content, None, ChangeKind.ADD)
    if content == base:
        return MatchedRow(row.sheet, row.row, content, version, "")
    return MatchedRow(row.sheet, row.row, content, version, kind_of(base, content), differences(base, content))


def _find(row: ReadRow, current: CurrentList, department: Department) -> ItemVersion | None:
    """The live item that a row is about; None for a new one. Raises _Refused where two would do or the code is somebody else's."""
    values = [value for _scheme, value in row.codes if value]
    by_code = {item for value in values for item in current.by_code.get(value, ())}
    live = [current.by_item[item] for item in by_code if item in current.by_item]
    if len(live) > 1:
        names = "、".join(f"“{version.name}”" for version in sorted(live, key=lambda version: version.name))
        raise _Refused("M01", f"编码 {'、'.join(values)} 同时对应 {names}，请改为唯一的编码")
    if by_code and not live:
        raise _Refused("M02", f"编码 {'、'.join(values)} 属于已取消的事项，不能再用；新增事项请另用编码")
    if live and live[0].department_id != department.pk:
        raise _Refused(
            "M03", f"编码 {'、'.join(values)} 已由“{live[0].department_name} · {live[0].name}”使用，只能调整本部门的事项"
        )
    named = current.by_name.get(_place(row, department), [])
    if live:
        if named and named[0].item_id != live[0].item_id:
            raise _Refused("M01", f"按编码是“{live[0].name}”，按名称是另一事项（{named[0].item.code}），请核对编码或名称")
        return live[0]
    if len(named) > 1:
        raise _Refused("M01", f"名称对应 {len(named)} 个现行事项，请填写清单编码以区分")
    return named[0] if named else None


def _place(row: ReadRow, department: Department) -> tuple:
    if row.sub_item:
        return (department.pk, row.category, row.major_item, row.sub_item)
    return (department.pk, row.category, "", row.major_item)


def kind_of(base: ItemContent, content: ItemContent) -> str:
    """The kind of a change by what differs, the weightiest first."""
    if content.state != base.state:
        return {"repealed": ChangeKind.REPEAL, "suspended": ChangeKind.SUSPEND, "in_use": ChangeKind.RESUME}[content.state]
    if content.category != base.category:
        return ChangeKind.RECATEGORISE
    if content.name != base.name:
        return ChangeKind.RENAME
    if content.legal_bases != base.legal_bases:
        return ChangeKind.BASIS
    return ChangeKind.ELEMENTS


def differences(base: ItemContent, content: ItemContent) -> tuple[Difference, ...]:
    """Changed elements in official order, each as a cell old and new."""
    found = []
    for element in ELEMENTS:
        if getattr(base, element.attribute) == getattr(content, element.attribute):
            continue
        old, new = to_cell(base, element), to_cell(content, element)
        if old != new:
            found.append(Difference(element.label, old, new))
    return tuple(found)


def _with_majors(rows: list[MatchedRow], current: CurrentList, departments: Mapping[str, Department]) -> list[MatchedRow]:
    """Rows with the 大项 that their sub-items imply put before them; a sub-item whose only change is its renamed 大项 follows by itself."""
    by_code = {department.code: department.pk for department in departments.values()}
    announced = {
        (row.content.department_code, row.content.category, row.content.name) for row in rows if not row.content.is_sub_item
    }
    renamed = {
        (row.content.department_code, row.content.category, row.version.name): row.content.name
        for row in rows
        if row.version and not row.content.is_sub_item and row.kind == ChangeKind.RENAME
    }
    result = []
    for row in rows:
        content = row.content
        if content.is_sub_item:
            key = (content.department_code, content.category, content.major_name)
            if row.version and row.kind and _only_follows(row, renamed):
                row = MatchedRow(row.sheet, row.row, row.version.content, row.version, "")
            elif (
                key not in announced
                and (by_code[content.department_code], content.category, "", content.major_name) not in current.by_name
            ):
                announced.add(key)
                major = ItemContent(
                    department_code=content.department_code,
                    department_name=content.department_name,
                    category=content.category,
                    name=content.major_name,
                    demo=content.demo,
                )
                result.append(MatchedRow(row.sheet, row.row, major, None, ChangeKind.ADD, implied=True))
        result.append(row)
    return result


def _only_follows(row: MatchedRow, renamed: Mapping[tuple, str]) -> bool:
    old, new = row.version.content, row.content
    key = (old.department_code, old.category, old.major_name)
    return renamed.get(key) == new.major_name and old.changed(major_name=new.major_name) == new


def _absent(
    current: CurrentList, taken: Mapping[int, MatchedRow], rows: Sequence[MatchedRow], departments: Mapping[str, int]
) -> list[ItemVersion]:
    """Live items of the file's departments that no row is about; a 大项 whose sub-items are listed is listed with them."""
    owned = set(departments.values())
    with_subs = {row.version.parent_id for row in rows if row.version and row.version.parent_id}
    named = {(row.content.department_code, row.content.category, row.content.major_name) for row in rows if row.content.is_sub_item}
    with_subs |= {
        version.item_id for key in named for version in current.by_name.get((departments[key[0]], key[1], "", key[2]), ())
    }
    return sorted(
        (v for v in current.by_item.values() if v.department_id in owned and v.item_id not in taken and v.item_id not in with_subs),
        key=lambda version: version.item.code,
    )
