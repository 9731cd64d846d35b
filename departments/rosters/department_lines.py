"""Departments from a roster (部门导入)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from departments import offices, uscc
from departments.acting import act
from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from departments.rosters.tables import Column, Fault, Line, fault, formula_faults, squeeze

CODE = Column("code", "部门代码", True, ("代码", "单位代码", "部门编码"), "必填。全系统唯一，公布后不再改变，例如 420600-RSJ")
NAME = Column("name", "名称", True, ("部门名称", "单位名称", "部门", "单位"), "必填。规范全称，同一行政区划内不能重名")
SHORT = Column("short_name", "简称", hint="可不填")
REGION = Column("region", "行政区划", synonyms=("区划", "行政区划代码", "地区"), hint="六位代码或名称；不填为本市（州）")
KIND = Column("kind", "性质", synonyms=("部门性质", "单位性质"), hint="、".join(Department.Kind.labels) + "；不填为政府工作部门")
USCC = Column("uscc", "统一社会信用代码", synonyms=("社会信用代码", "信用代码"), hint="18 位，末位为校验位；可不填")
ORDER = Column("order", "排序", synonyms=("序号",), hint="整数，按公布顺序；可不填")
LIAISON = Column("liaison", "联络员", synonyms=("联系人",), hint="可不填")
ADDRESS = Column("address", "地址", synonyms=("办公地址",), hint="可不填")
HOURS = Column("hours", "办公时间", hint="可不填")
PHONE = Column("phone", "电话", synonyms=("联系电话", "办公电话", "咨询电话"), hint="对外公开的咨询电话；可不填")
SINCE = Column("established_on", "成立日期", hint="例如 2019-03-01；可不填")
COLUMNS = (CODE, NAME, SHORT, REGION, KIND, USCC, ORDER, LIAISON, ADDRESS, HOURS, PHONE, SINCE)

_LIMITS = {"code": 40, "name": 100, "short_name": 60, "liaison": 60, "address": 200, "hours": 200, "phone": 60}
_RULE_COLUMN = {"D01": USCC, "D02": CODE, "D03": NAME}


@dataclass(frozen=True)
class NewDepartment:
    """A line that may be imported."""

    line: Line
    region: Region
    code: str
    name: str
    description: dict[str, object]


@dataclass
class DepartmentRoster:
    """Every line stands in exactly one of the three."""

    accepted: list[NewDepartment] = field(default_factory=list)
    skipped: list[tuple[Line, str]] = field(default_factory=list)
    refused: list[tuple[Line, list[Fault]]] = field(default_factory=list)


def check(lines: Iterable[Line], home: str) -> DepartmentRoster:
    """Judge each line against the rules, the database and the lines before it. ``home``: code of the region where none is given."""
    roster = DepartmentRoster()
    regions = {key: region for region in Region.objects.order_by("-code") for key in (region.code, squeeze(region.name))}
    codes: dict[str, int] = {}
    names: dict[tuple[int, str], int] = {}
    for line in lines:
        known = Department.objects.filter(code=line.text("code"), name=line.text("name")).first() if line.text("code") else None
        if known is not None:
            roster.skipped.append((line, f"已有{known.region}“{known.name}”"))
            continue
        faults, region, description = _read(line, regions, home)
        faults = formula_faults(line, COLUMNS) + faults
        if region is not None:
            rules = offices.faults(
                region=region, code=line.text("code"), name=line.text("name"), uscc=str(description.get("uscc", ""))
            )
            faults += [fault(line, _RULE_COLUMN[each.rule], each.message) for each in rules]
            faults += _repeated(line, CODE, codes.setdefault(line.text("code"), line.row))
            faults += _repeated(line, NAME, names.setdefault((region.pk, line.text("name")), line.row))
        if faults:
            roster.refused.append((line, faults))
        else:
            roster.accepted.append(NewDepartment(line, region, line.text("code"), line.text("name"), description))
    return roster


@act("import_departments")
def import_departments(*, actor: Actor, departments: list[NewDepartment]) -> list[Department]:
    """Make the departments of a checked roster, all or none."""
    posting = actor.must_hold(Post.SYSTEM_ADMIN)
    made = [
        offices.create_department(
            actor=actor, region=each.region, code=each.code, name=each.name, reason="工作簿导入", **each.description
        )
        for each in departments
    ]
    actor.record(
        act="import_departments", post=posting.post, object_type=Department._meta.label_lower, detail=f"导入 {len(made)} 个部门"
    )
    return made


def _repeated(line: Line, column: Column, first: int) -> list[Fault]:
    if not line.text(column.key) or first == line.row:
        return []
    return [fault(line, column, f"与第 {first} 行重复")]


def _read(line: Line, regions: dict[str, Region], home: str) -> tuple[list[Fault], Region | None, dict[str, object]]:
    """Faults of single cells, the region, and the description as values."""
    faults = []
    for column in COLUMNS:
        limit = _LIMITS.get(column.key)
        if limit and len(line.text(column.key)) > limit:
            faults.append(fault(line, column, f"超过 {limit} 字"))
    region = regions.get(squeeze(line.text("region") or home))
    if region is None:
        faults.append(fault(line, REGION, f"没有“{line.text('region') or home}”这个行政区划，请填六位代码"))
    description: dict[str, object] = {
        key: line.text(key) for key in ("short_name", "liaison", "address", "hours", "phone") if line.text(key)
    }
    if line.text("uscc"):
        description["uscc"] = line.text("uscc").upper()
        if sentence := uscc.fault(line.text("uscc").upper()) if region is None else "":
            faults.append(fault(line, USCC, sentence))
    if line.text("kind"):
        kinds = {label: value for value, label in Department.Kind.choices}
        if line.text("kind") in kinds:
            description["kind"] = kinds[line.text("kind")]
        else:
            faults.append(fault(line, KIND, f"没有“{line.text('kind')}”这种性质，可填：{'、'.join(kinds)}"))
    if line.text("order"):
        number = re.fullmatch(r"(\d{1,6})(?:\.0+)?", line.text("order"))
        if number:
            description["order"] = int(number[1])
        else:
            faults.append(fault(line, ORDER, "须为整数"))
    if line.text("established_on"):
        day = read_day(line.text("established_on"))
        if day:
            description["established_on"] = day
        else:
            faults.append(fault(line, SINCE, "不是日期，例如 2019-03-01"))
    return faults, region, description


def read_day(text: str) -> datetime.date | None:
    """A date as people type it: 2019-03-01, 2019/3/1, 2019.3.1, 2019年3月1日, with or without a midnight behind it."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00:00)?", text)
    if not found:
        return None
    try:
        return datetime.date(*map(int, found.groups()))
    except ValueError:
        return None
