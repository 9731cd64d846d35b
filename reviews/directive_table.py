"""The lines of a decision from a table (.xlsx, .xls, .docx, .csv, or pasted): every row is a line, or is refused by row and field."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from departments.models import Department, Region
from departments.rosters.department_lines import read_day
from departments.rosters.tables import Column, Fault, Line, NotARoster, fault, formula_faults, lines_of
from departments.working_days import Calendar
from qingdan.items.intake.child import read_sheets
from qingdan.items.intake.grid import Sheet
from qingdan.items.intake.lines import is_secret
from qingdan.items.intake.preflight import UnreadableFile
from qingdan.items.models import Item, ItemCode
from reviews.directives import TEXT_LIMIT, LineDraft, counterpart
from reviews.models import DirectiveLine

KIND = Column("kind", "类型", True, ("调整类型", "决定", "处理决定", "调整方式"), "必填。取消、下放、承接或调整")
TEXT = Column("text", "内容", True, ("事项名称", "项目名称", "事项", "决定内容"), "必填。事项名称或决定的内容")
NOTE = Column("note", "备注", synonyms=("说明",), hint="可不填")
OFFICES = Column(
    "offices",
    "责任部门",
    synonyms=("部门", "承办部门", "实施部门", "责任单位"),
    hint="本级部门全称或简称，几个部门用顿号隔开；可不填，以后再交办",
)
COUNTIES = Column(
    "counties",
    "下放至",
    synonyms=("承接地区", "承接单位", "下放地区"),
    hint="县（市、区）名称，由与责任部门对应的部门承接；也可写承接部门的全称",
)
ITEMS = Column("items", "事项编码", synonyms=("清单编码", "对应事项"), hint="本清单的编码，几个编码用顿号隔开；可不填")
DUE = Column(
    "due_on",
    "答复期限",
    synonyms=("期限", "办理期限", "完成时限"),
    hint="例如 2026-12-15，或 10个工作日（自登记之日起）；不填用页面上的期限",
)
COLUMNS = (KIND, TEXT, NOTE, OFFICES, COUNTIES, ITEMS, DUE)
EXAMPLE = ("取消", "民办职业培训学校章程核准", "改为事中事后监管", "市人力资源和社会保障局", "", "", "")


@dataclass
class LineTable:
    """Every row of the table stands in exactly one of the two."""

    accepted: list[tuple[Line, LineDraft]] = field(default_factory=list)
    refused: list[tuple[Line, list[Fault]]] = field(default_factory=list)


@dataclass(frozen=True)
class _Grid:
    name: str
    rows: list[list[str]]
    hidden: bool


def read_table(data: bytes) -> list[Line]:
    """The rows of a stranger's file, read in the limited child. Raises NotARoster with the reason and the way out."""
    try:
        _kind, sheets = read_sheets(data)
    except UnreadableFile as unreadable:
        raise NotARoster(str(unreadable)) from unreadable
    if any(is_secret(cell) for sheet in sheets for row in sheet.rows for cell in row):
        raise NotARoster("文件带有国家秘密标志；涉密文件不得进入本系统，按保密规定处理")
    return lines_of([_grid(sheet) for sheet in sheets], COLUMNS)


def check_lines(lines: Iterable[Line], *, region: Region, due_on: datetime.date | None) -> LineTable:
    """Judge each row: its kind, its departments and counties, its items, its date. ``due_on`` where the row names none."""
    reader = _Reader(region, due_on)
    table = LineTable()
    for line in lines:
        draft, faults = reader.read(line)
        if faults:
            table.refused.append((line, faults))
        else:
            table.accepted.append((line, draft))
    return table


def _grid(sheet: Sheet) -> _Grid:
    """The sheet with merged cells filled downwards, and formulas shown as such."""
    rows = [list(row) for row in sheet.rows]
    for row, column in sheet.formulas:
        if row <= len(rows) and column < len(rows[row - 1]):
            rows[row - 1][column] = "="
    for row, filled in sheet.fills.items():
        if row <= len(rows):
            cells = rows[row - 1]
            for column, (first, left) in filled.items():
                cells.extend([""] * (column + 1 - len(cells)))
                cells[column] = cells[column] or sheet.cell(first, left)
    return _Grid(sheet.name, rows, sheet.hidden)


class _Reader:
    """What rows name, looked up once."""

    def __init__(self, region: Region, due_on: datetime.date | None):
        self.region, self.due_on = region, due_on
        self.counties = list(region.children.all())
        self.offices: dict[str, Department] = {}
        for department in Department.objects.in_being().filter(region__in=[region, *self.counties]).select_related("region"):
            for name in (department.name, department.code):
                self.offices[name] = department
            if department.short_name and department.region_id == region.pk:
                self.offices.setdefault(department.short_name, department)

    def read(self, line: Line) -> tuple[LineDraft | None, list[Fault]]:
        faults = formula_faults(line, COLUMNS)
        kinds = {label: value for value, label in DirectiveLine.Kind.choices}
        kind = next((value for label, value in kinds.items() if label in line.text("kind")), "")
        if not kind:
            said = f"“{line.text('kind')}”不是" if line.text("kind") else "须写明"
            faults.append(fault(line, KIND, f"{said}{'、'.join(kinds)}之一"))
        if not line.text("text"):
            faults.append(fault(line, TEXT, "未写内容"))
        for column in (TEXT, NOTE):
            if len(line.text(column.key)) > TEXT_LIMIT:
                faults.append(fault(line, column, f"超过 {TEXT_LIMIT} 字"))
        own = self._departments(line, faults)
        taking = self._counties(line, kind, own, faults)
        due_on = self._due(line, faults)
        if (own or taking) and due_on is None and not line.text("due_on"):
            faults.append(fault(line, DUE, "交办了部门，须写明答复期限，或在页面上填统一的期限"))
        items = self._items(line, faults)
        if faults:
            return None, faults
        draft = LineDraft(
            kind=kind,
            text=line.text("text"),
            note=line.text("note"),
            items=tuple(items),
            departments=(*own, *taking),
            due_on=due_on,
            where=f"第{line.row}行",
        )
        return draft, []

    def _departments(self, line: Line, faults: list[Fault]) -> list[Department]:
        found = []
        for name in _names(line.text("offices")):
            department = self.offices.get(name)
            if department is None:
                faults.append(fault(line, OFFICES, f"{self.region}没有“{name}”，写部门全称，或先由系统管理员建立"))
            else:
                found.append(department)
        return found

    def _counties(self, line: Line, kind: str, own: Sequence[Department], faults: list[Fault]) -> list[Department]:
        found = []
        for name in _names(line.text("counties")):
            if name in self.offices and self.offices[name].region_id != self.region.pk:
                found.append(self.offices[name])
                continue
            county = next((each for each in self.counties if name in (each.name, each.code)), None)
            if county is None:
                faults.append(fault(line, COUNTIES, f"{self.region}之下没有“{name}”，写县（市、区）名称或承接部门的全称"))
                continue
            twins = [counterpart(department, county) for department in own if department.region_id == self.region.pk]
            if not own:
                faults.append(fault(line, COUNTIES, f"没有写责任部门，不知由{county}哪个部门承接；写承接部门的全称"))
            elif None in twins:
                faults.append(fault(line, COUNTIES, f"{county}没有与“{own[twins.index(None)]}”对应的部门，写承接部门的全称"))
            else:
                found += twins
        if found and kind and kind != DirectiveLine.Kind.DELEGATE:
            faults.append(fault(line, COUNTIES, "只有“下放”才写承接的地区"))
        return found

    def _due(self, line: Line, faults: list[Fault]) -> datetime.date | None:
        if not line.text("due_on"):
            return self.due_on
        days = re.fullmatch(r"(\d{1,3})\s*个?工作日(?:内)?", line.text("due_on"))
        day = Calendar().add(timezone.localdate(), int(days[1])) if days else read_day(line.text("due_on"))
        if day is None:
            faults.append(fault(line, DUE, "不是日期，例如 2026-12-15，或 10个工作日"))
        return day

    def _items(self, line: Line, faults: list[Fault]) -> list[Item]:
        found = []
        for code in _names(line.text("items")):
            item = Item.objects.filter(region=self.region, code=code).first()
            item = (
                item
                or Item.objects.filter(pk__in=ItemCode.objects.filter(region=self.region, value=code).values("item"))
                .order_by("pk")
                .first()
            )
            if item is None:
                faults.append(fault(line, ITEMS, f"清单中没有编码“{code}”"))
            else:
                found.append(item)
        return list(dict.fromkeys(found))


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(r"[、，,；;\n]", text) if part.strip()))
