"""Acts on departments: made, described, renamed, merged, closed. 系统管理员 does them; what was published keeps the old name.

Rules: D01 social credit code, D02 department code, D03 name, D04 dates, D05 successor, D06 what it still holds.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from django.utils import timezone

from departments import uscc as credit_code
from departments.acting import act
from departments.models import Department, Posting, Region
from departments.people import Actor
from departments.posts import Post
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState

# What may be corrected at any time without the department becoming another one.
DESCRIPTION = (
    "short_name",
    "uscc",
    "kind",
    "order",
    "liaison",
    "address",
    "hours",
    "phone",
    "phone_confirmed_on",
    "established_on",
)
REQUIRED_BY = Post.SYSTEM_ADMIN


def faults(*, region: Region, code: str, name: str, uscc: str = "") -> list[Violation]:
    """Everything that keeps a new department from being made, as numbered violations."""
    found = []
    if fault := uscc and credit_code.fault(uscc):
        found.append(Violation("D01", fault, "统一社会信用代码"))
    if not code:
        found.append(Violation("D02", "未填写；部门代码全系统唯一，公布后不再改变", "部门代码"))
    elif taken := Department.objects.filter(code=code).first():
        found.append(Violation("D02", f"“{code}”已由{taken.region}“{taken.name}”使用", "部门代码"))
    if not name:
        found.append(Violation("D03", "未填写", "名称"))
    elif taken := Department.objects.filter(region=region, name=name, abolished_on=None).first():
        found.append(Violation("D03", f"{region}已有“{name}”（代码 {taken.code}）", "名称"))
    return found


@act("create_department")
def create_department(*, actor: Actor, region: Region, code: str, name: str, reason: str = "", **description: object) -> Department:
    """A new department. ``description``: any of DESCRIPTION. Raises RuleBroken with every fault at once."""
    posting = actor.must_hold(REQUIRED_BY)
    _only_description(description)
    found = faults(region=region, code=code, name=name, uscc=str(description.get("uscc") or ""))
    if found:
        raise RuleBroken(*found)
    department = Department(region=region, code=code, name=name, **description)
    keep(department, actor=actor, reason=reason or "新设")
    actor.record(act="create_department", post=posting.post, obj=department, after_hash=fingerprint(department), detail=name)
    return department


@act("describe_department")
def describe_department(*, actor: Actor, department: Department, reason: str = "", **description: object) -> Department:
    """Correct what stands beside the name: contacts, order, short name, code of the organisation."""
    posting = actor.must_hold(REQUIRED_BY)
    _only_description(description)
    department = _locked(department)
    before = fingerprint(department)
    uscc = description.get("uscc")
    if fault := uscc and credit_code.fault(str(uscc)):
        raise RuleBroken(Violation("D01", fault, "统一社会信用代码"))
    for field, value in description.items():
        setattr(department, field, value)
    if department.abolished_on and department.established_on and department.established_on > department.abolished_on:
        raise RuleBroken(Violation("D04", f"晚于撤销日期 {department.abolished_on}", "成立日期"))
    keep(department, actor=actor, reason=reason or "信息维护")
    actor.record(
        act="describe_department",
        post=posting.post,
        obj=department,
        before_hash=before,
        after_hash=fingerprint(department),
        detail="、".join(description),
    )
    return department


@act("rename_department")
def rename_department(
    *, actor: Actor, department: Department, name: str, reason: str, short_name: str | None = None, on: datetime.date | None = None
) -> Department:
    """The department gets another name from ``on`` (today); editions keep the name they were published with."""
    posting = actor.must_hold(REQUIRED_BY)
    on = on or timezone.localdate()
    before, old = fingerprint(department), department.name
    department = give_name(actor=actor, department=department, name=name, on=on, reason=reason, short_name=short_name)
    actor.record(
        act="rename_department",
        post=posting.post,
        obj=department,
        before_hash=before,
        after_hash=fingerprint(department),
        detail=f"{old} → {name}，自 {on} 起；{reason}",
    )
    return department


def give_name(
    *, actor: Actor, department: Department, name: str, on: datetime.date, reason: str, short_name: str | None = None
) -> Department:
    """A step of an act that has checked who may: the department is called ``name`` from ``on``. Raises RuleBroken D03, D04."""
    department = _locked(department)
    _must_be_in_being(department)
    if on > timezone.localdate():
        raise RuleBroken(Violation("D04", "更名日期还没有到，请到当日再办", "更名日期"))
    if name == department.name:
        raise RuleBroken(Violation("D03", "与现在的名称相同", "名称"))
    found = [fault for fault in faults(region=department.region, code="-", name=name) if fault.rule == "D03"]
    if found:
        raise RuleBroken(*found)
    old = department.name
    department.name = name
    if short_name is not None:
        department.short_name = short_name
    keep(department, actor=actor, reason=f"更名：{old} → {name}，自 {on} 起。{reason}")
    return department


@act("merge_department")
def merge_department(*, actor: Actor, department: Department, into: Department, on: datetime.date, reason: str) -> Department:
    """``department`` ends on ``on`` and ``into`` takes over: its people hold the same posts there from that day."""
    posting = actor.must_hold(REQUIRED_BY)
    merged, moved = end_into(actor=actor, department=department, into=into, on=on, reason=reason)
    actor.record(
        act="merge_department",
        post=posting.post,
        obj=merged,
        after_hash=fingerprint(merged),
        detail=f"{merged} 并入 {into}，自 {on} 起，随转任职 {moved} 个；{reason}",
    )
    return merged


def end_into(*, actor: Actor, department: Department, into: Department, on: datetime.date, reason: str) -> tuple[Department, int]:
    """A step of an act that has checked who may: ``department`` ends, ``into`` takes over. (department, postings that moved.) D05."""
    into = _locked(into)
    if into.pk == department.pk:
        raise RuleBroken(Violation("D05", "不能并入自己", "承接部门"))
    if into.region_id != department.region_id:
        raise RuleBroken(Violation("D05", f"“{into}”不在{department.region}", "承接部门"))
    if into.abolished_on:
        raise RuleBroken(Violation("D05", f"“{into}”已于 {into.abolished_on} 撤销", "承接部门"))
    merged, ended = _end(actor, department, on, f"并入{into}，自 {on} 起。{reason}", successor=into)
    return merged, sum(_take_over(actor, held, into, on) for held in ended)


# What rooms above say stands in the way of closing a department that nobody follows.
_OBSTACLES: list[Callable[[Department], Iterable[Violation]]] = []


def must_let_go(find: Callable[[Department], Iterable[Violation]]) -> None:
    """Let a room above name what a department holds (D06) before it may be closed without a successor."""
    _OBSTACLES.append(find)


@act("close_department")
def close_department(*, actor: Actor, department: Department, on: datetime.date, reason: str) -> Department:
    """``department`` ends on ``on`` and nobody takes over; its postings end with it.

    Raises RuleBroken D06 naming what it still holds and would leave without anybody.
    """
    posting = actor.must_hold(REQUIRED_BY)
    department = _locked(department)
    _must_be_in_being(department)
    held = [fault for find in _OBSTACLES for fault in find(department)]
    if held:
        raise RuleBroken(*held)
    closed, _ = _end(actor, department, on, f"撤销，自 {on} 起。{reason}")
    actor.record(
        act="close_department",
        post=posting.post,
        obj=closed,
        after_hash=fingerprint(closed),
        detail=f"{closed} 自 {on} 起撤销；{reason}",
    )
    return closed


def former_names(department: Department) -> list[tuple[str, datetime.date]]:
    """Earlier names with the day on which each was given up in this system, oldest first."""
    names = []
    rows = list(department.history.order_by("history_date", "history_id").values_list("name", "history_date"))
    for (name, _), (following, changed) in zip(rows, rows[1:], strict=False):
        if following != name:
            names.append((name, timezone.localdate(changed)))
    return names


def _only_description(description: dict[str, object]) -> None:
    unknown = sorted(set(description) - set(DESCRIPTION))
    if unknown:
        raise TypeError(f"not part of a department's description: {unknown}")


def _locked(department: Department) -> Department:
    return Department.objects.select_for_update().get(pk=department.pk)


def _must_be_in_being(department: Department) -> None:
    if department.abolished_on:
        raise WrongState(f"“{department}”已于 {department.abolished_on} 撤销")


def _end(
    actor: Actor, department: Department, on: datetime.date, reason: str, successor: Department | None = None
) -> tuple[Department, list[Posting]]:
    """The department and every posting that ended with it."""
    department = _locked(department)
    _must_be_in_being(department)
    if department.established_on and on < department.established_on:
        raise RuleBroken(Violation("D04", f"早于成立日期 {department.established_on}", "撤销日期"))
    department.abolished_on, department.successor = on, successor
    keep(department, actor=actor, reason=reason)
    ended = list(department.postings.lasting_beyond(on).select_related("user").order_by("pk"))
    for posting in ended:
        posting.to_on = max(on, posting.from_on)
        keep(posting, actor=actor, reason=reason)
    return department, ended


def _take_over(actor: Actor, held: Posting, into: Department, on: datetime.date) -> bool:
    """The same post in the successor, unless the person holds it there already or was a deputy; whether it was granted."""
    if held.deputy_of_id is not None:
        return False
    if into.postings.filter(user=held.user, post=held.post).lasting_beyond(on).exists():
        return False
    posting = Posting(user=held.user, post=held.post, department=into, from_on=max(on, held.from_on))
    keep(posting, actor=actor, reason=f"随{held.department}并入")
    return True
