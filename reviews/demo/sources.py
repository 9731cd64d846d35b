"""What the demo is made of: ``fixtures/demo`` (departments, acts with the words of their field) and the library's act titles."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"
LAWS = Path(settings.BASE_DIR) / "fixtures" / "reference" / "laws.csv"
CATEGORIES = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10")


@dataclass(frozen=True, slots=True)
class Act:
    """One act as one department applies it: whom and what it is about, what it permits, which behaviours it forbids.

    ``aspects`` are the letters of ``phrases.BEHAVIOURS`` that make sense in its field.
    """

    department: str
    title: str
    rank: str
    activity: str
    operator: str = ""
    things: tuple[str, ...] = ()
    licence: str = ""
    aspects: str = ""
    permits: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    behaviours: tuple[str, ...] = ()

    @property
    def doing(self) -> str:
        return self.activity if self.activity.endswith("活动") else f"{self.activity}活动"

    @property
    def managing(self) -> str:
        return self.activity if self.activity.endswith("管理") else f"{self.activity}管理"

    @property
    def thing(self) -> str:
        return self.things[0] if self.things else "有关物品"


@dataclass(frozen=True, slots=True)
class NamedItem:
    """An item whose name is given, not composed: 征收, 给付, 奖励, 裁决, and what history adds."""

    department: str
    category: str
    name: str
    sub_items: tuple[str, ...]
    act: Act


@dataclass(frozen=True, slots=True)
class DepartmentPlan:
    """A department of the city and how much of each category it holds: category → (大项, 项)."""

    key: str
    name: str
    short_name: str
    kind: str
    order: int
    numbers: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Round:
    """One 动态调整 of the report's history and how many items it adjusts by kind of change; what it adds stands in history_items.csv."""

    number: int
    decided_on: datetime.date
    effective_on: datetime.date
    directive: str
    kinds: dict[str, int]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def table(name: str) -> list[dict[str, str]]:
    """The rows of one file of ``fixtures/demo``."""
    return _rows(FOLDER / name)


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(separator) if part)


@cache
def ranks() -> dict[str, str]:
    """Title → kind (法律, 行政法规, …) of every act of the library."""
    return {row["title"]: row["kind"] for row in _rows(LAWS)}


@cache
def acts() -> tuple[Act, ...]:
    return tuple(
        Act(
            department=row["department"],
            title=row["title"],
            rank=ranks()[row["title"]],
            activity=row["activity"],
            operator=row["operator"],
            things=_parts(row["things"], "、"),
            licence=row["licence"],
            aspects=row["aspects"],
            permits=_parts(row["permits"], "；"),
            confirms=_parts(row["confirms"], "；"),
            behaviours=_parts(row["behaviours"], "；"),
        )
        for row in _rows(FOLDER / "acts.csv")
    )


@cache
def acts_of(department: str) -> tuple[Act, ...]:
    return tuple(act for act in acts() if act.department == department)


@cache
def named_items() -> tuple[NamedItem, ...]:
    return tuple(named(row) for row in table("named_items.csv"))


def named(row: dict[str, str]) -> NamedItem:
    """A row of named_items.csv or history_items.csv."""
    return NamedItem(
        department=row["department"],
        category=row["category"],
        name=row["name"],
        sub_items=_parts(row["sub_items"], "；"),
        act=Act(
            department=row["department"],
            title=row["title"],
            rank=ranks()[row["title"]],
            activity=row.get("activity") or row["name"],
        ),
    )


@cache
def rounds() -> tuple[Round, ...]:
    return tuple(
        Round(
            number=int(row["round"]),
            decided_on=datetime.date.fromisoformat(row["decided_on"]),
            effective_on=datetime.date.fromisoformat(row["effective_on"]),
            directive=row["directive"],
            kinds={kind: int(row[kind]) for kind in ("repeal", "delegate", "basis", "elements", "rename")},
        )
        for row in table("history.csv")
    )


@cache
def departments() -> tuple[DepartmentPlan, ...]:
    return tuple(
        DepartmentPlan(
            key=row["key"],
            name=row["name"],
            short_name=row["short_name"],
            kind=row["kind"],
            order=order,
            numbers={
                category: (int(majors), int(items))
                for category in CATEGORIES
                if row[category]
                for majors, items in [row[category].split("/")]
            },
        )
        for order, row in enumerate(_rows(FOLDER / "departments.csv"), start=1)
    )
