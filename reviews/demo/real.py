"""Real rows of published lists (``fixtures/real``) as items of the demo's city and two of its counties.

Nothing is made up: an element that the source does not give stays empty, and the note names the source. Where a row is shown
follows ``real_placement.csv`` (source and department → place and department key).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from qingdan.items.content import Code, Duty, ItemContent, LegalBasis
from qingdan.laws.citations import parse
from reviews.demo.sources import DepartmentPlan, table
from reviews.demo.texts import Place

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "real"
CODES = {
    "行政许可": "01",
    "行政处罚": "02",
    "行政强制": "03",
    "行政征收": "04",
    "行政给付": "05",
    "行政检查": "06",
    "行政确认": "07",
    "行政奖励": "08",
    "行政裁决": "09",
    "其他行政权力": "10",
}
_NUMBERED = re.compile(r"\n(?=\s*\d{1,2}\s*[.、．])")


@dataclass(frozen=True, slots=True)
class RealList:
    """The real rows of one place: its departments in order, and its items (大项 before their sub-items)."""

    plans: tuple[DepartmentPlan, ...]
    items: tuple[ItemContent, ...]


def real_list(slot: str, place: Place) -> RealList:
    """The list of one of the three places: ``slot`` is city, county1 or county2."""
    where = {(row["source"], row["department"]): row["key"] for row in table("real_placement.csv") if row["place"] == slot}
    plans = {plan.key: plan for plan in _plans(place)}
    found: dict[tuple, ItemContent] = {}
    for row in rows("items_sample.csv"):
        key = where.get((row["source"], row["department"]))
        if key is None:
            continue
        plan = plans[key]
        if row["sub_item"]:
            major = _content(row, plan, place, row["major_item"], "", bare=True)
            found.setdefault(_place_in_list(major), major)
            content = _content(row, plan, place, row["sub_item"], row["major_item"])
        else:
            content = _content(row, plan, place, row["major_item"], "")
        same = found.get(_place_in_list(content))
        # The one name that a source lists under two codes is one item with both.
        found[_place_in_list(content)] = same.changed(codes=(*same.codes, *content.codes)) if same and content.codes else content
    used = {content.department_code for content in found.values()}
    return RealList(
        plans=tuple(plan for plan in plans.values() if f"{place.code}-{plan.key}" in used),
        items=tuple(found.values()),
    )


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _sources() -> dict[str, str]:
    return {row["source"]: row["document"] for row in rows("sources.csv")}


def _plans(place: Place) -> list[DepartmentPlan]:
    return [
        DepartmentPlan(row["key"], f"{place.letter}{row['name']}", f"{place.letter}{row['short_name']}", row["kind"], order, {})
        for order, row in enumerate(table("real_departments.csv"), start=1)
    ]


def _place_in_list(content: ItemContent) -> tuple[str, str, str, str]:
    return content.department_code, content.category, content.major_name, content.name


def _content(row: dict[str, str], plan: DepartmentPlan, place: Place, name: str, major: str, *, bare: bool = False) -> ItemContent:
    """One row as an item. ``bare``: the 大项 that its sub-items name, of which the source says nothing but the name."""
    elements: dict[str, object] = {
        "department_code": f"{place.code}-{plan.key}",
        "department_name": plan.name,
        "category": CODES[row["category"]],
        "name": name,
        "major_name": major,
        "note": _note(row, bare),
    }
    if not bare:
        elements |= {
            "codes": (Code(scheme="local", value=row["code"]),) if row["code"] else (),
            "legal_bases": bases_of(row["legal_basis"]),
            "exercising_level": row["exercising_level"],
            "handling_office": row["handling_office"],
            "duties": tuple(Duty(text=line.strip()) for line in _NUMBERED.split(row["responsibility"]) if line.strip()),
            "accountability": row["accountability"],
        }
    return ItemContent.model_validate(elements)


def _note(row: dict[str, str], bare: bool) -> str:
    parts = [f"来源：{_sources()[row['source']]}（{row['source']}）"]
    if row["region"] or row["department"]:
        parts.append(f"原发布部门：{row['region']} {row['department']}".replace("： ", "："))
    if bare:
        parts.append("大项名称取自其子项所在的行")
    elif row["note"]:
        parts.append(row["note"].replace("responsibility", "责任事项").replace("accountability", "追责情形"))
    return "；".join(parts) + "。列在本地区仅供演示。"


def bases_of(text: str) -> tuple[LegalBasis, ...]:
    """The rows of a 设定依据; joining their ``as_written`` gives ``text`` back."""
    if not text:
        return ()
    parsed = parse(text)
    written: list[str] = [""] * max(len(parsed.citations), 1)
    current = 0
    for segment in parsed.segments:
        current = segment.citation if segment.citation is not None else current
        written[current] += segment.text
    if not parsed.citations:
        return (LegalBasis(as_written=text),)
    return tuple(
        LegalBasis(
            rank=citation.rank,
            title=citation.title,
            doc_no=citation.doc_no,
            locator="、".join(citation.locators),
            quote=citation.quote,
            as_written=as_written,
        )
        for citation, as_written in zip(parsed.citations, written, strict=True)
    )
