"""The departments of the city as they are called at a time: as published in 2016, then as the reform of 2019 left them."""

from __future__ import annotations

import datetime
from dataclasses import replace

from departments.models import Department, Region
from departments.offices import merge_department, rename_department
from departments.people import Actor
from qingdan.items.content import DepartmentContent, ItemContent
from qingdan.items.placing import DepartmentPlacement
from reviews.demo.city import make_department
from reviews.demo.composing import KINDS, department_code, profile_of
from reviews.demo.sources import DepartmentPlan, departments, table
from reviews.demo.texts import Place

REASON = "机构改革（演示数据）"


class Roster:
    """key → plan of each department in being; after ``reform`` it also tells where every item went."""

    def __init__(self, place: Place):
        self.place = place
        self.plans: dict[str, DepartmentPlan] = {plan.key: plan for plan in departments()}
        self._moved: dict[str, str] = {}
        self._by_title: dict[tuple[str, str], str] = {}
        self._by_name: dict[tuple[str, str], str] = {}

    def code(self, key: str) -> str:
        return department_code(self.place, key)

    def settled(self, content: ItemContent) -> ItemContent:
        """The item as its present department holds it; itself where nothing about the department changed."""
        key = content.department_code.removeprefix(f"{self.place.code}-")
        to = (
            self._by_name.get((key, content.name))
            or next((self._by_title[key, b.title] for b in content.legal_bases if (key, b.title) in self._by_title), "")
            or self._moved.get(key, key)
        )
        plan = self.plans[to]
        if (self.code(to), plan.name) == (content.department_code, content.department_name):
            return content
        return content.changed(
            department_code=self.code(to),
            department_name=plan.name,
            implementing_body=f"{self.place.name}{plan.name.removeprefix(self.place.letter)}",
            supervision=content.supervision.replace(content.department_name, plan.name),
        )

    def reform(self, *, actor: Actor, region: Region, on: datetime.date) -> list[DepartmentPlacement]:
        """The reform of 2019: new, merged and renamed departments from ``on``, and what the list says of each of them."""
        profiles = []
        for row in table("reform.csv"):
            merged = [key for key in row["merges"].split("；") if key]
            department = self._found_or_made(actor, region, row, merged, on)
            for key in merged:
                merge_department(
                    actor=actor, department=Department.objects.get(code=self.code(key)), into=department, on=on, reason=REASON
                )
                self._moved[key] = row["key"]
                del self.plans[key]
            profiles.append(DepartmentPlacement(department=department, content=self._profile(row, merged), reason=REASON))
        for row in table("transfers.csv"):
            for title in filter(None, row["titles"].split("；")):
                self._by_title[row["from"], title] = row["to"]
            for name in filter(None, row["names"].split("；")):
                self._by_name[row["from"], name] = row["to"]
        return profiles

    def _found_or_made(self, actor: Actor, region: Region, row: dict[str, str], merged: list[str], on: datetime.date) -> Department:
        key = row["key"]
        known = self.plans.get(key)
        order = (known or self.plans[merged[0]]).order if known or merged else 45 + len(self._new())
        plan = DepartmentPlan(key, row["name"], row["short_name"], row["kind"], order, {})
        self.plans[key] = replace(known, name=plan.name, short_name=plan.short_name) if known else plan
        if known is None:
            return make_department(actor=actor, region=region, place=self.place, plan=plan, established_on=on)
        department = Department.objects.get(code=self.code(key))
        if department.name != plan.name:
            department = rename_department(
                actor=actor, department=department, name=plan.name, short_name=plan.short_name, reason=REASON, on=on
            )
        return department

    def _new(self) -> list[str]:
        return [key for key, plan in self.plans.items() if plan.order > len(departments())]

    def _profile(self, row: dict[str, str], merged: list[str]) -> DepartmentContent:
        """主要职责 of the old departments one after the other, numbered anew, under the new name."""
        plans = {plan.key: plan for plan in departments()}
        sources = [profile_of(plans[key], self.place) for key in [row["key"], *merged] if key in plans]
        duties = [duty.split(".", 1)[1] for source in sources for duty in source.main_duties]
        plain = f"负责{row['name'].removeprefix(self.place.letter)}职责范围内的行政管理工作。"
        unique = list(dict.fromkeys([*duties, *([] if sources else [plain])]))
        return DepartmentContent(
            code=self.code(row["key"]),
            name=row["name"],
            short_name=row["short_name"],
            kind=KINDS[row["kind"]],
            main_duties=tuple(f"{number}.{duty}" for number, duty in enumerate(unique, start=1)),
            supervision_rules=tuple(rule for source in sources for rule in source.supervision_rules)[:4],
        )
