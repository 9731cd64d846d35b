"""上级决定: what State Council, province or city decided, line by line, what hangs below it, and which departments have to answer."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from departments.acting import act
from departments.models import Department, Notice, Region
from departments.notices import Desk, notify
from departments.people import Actor
from departments.posts import Post
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation
from qingdan.items.models import Item
from reviews.models import Directive, DirectiveLine, DirectiveTask

POSTS = (Post.COMPLIANCE, Post.PUBLISHER)
TEXT_LIMIT = 2_000
_LIMITS = (("发文机关", 100), ("文号", 100), ("标题", 300))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One line to be entered. ``departments`` get a task of it each, due on ``due_on``; ``where`` names it in refusals."""

    kind: str
    text: str
    note: str = ""
    items: tuple[Item, ...] = ()
    departments: tuple[Department, ...] = ()
    due_on: datetime.date | None = None
    origin: DirectiveLine | None = None
    where: str = ""


@act("record_directive")
def record_directive(
    *,
    actor: Actor,
    region: Region,
    issuer: str,
    number: str,
    title: str,
    decided_on: datetime.date,
    level: str = "",
    parent: Directive | None = None,
    lines: Sequence[LineDraft] = (),
    demo: bool = False,
) -> Directive:
    """A decision that ``region`` has to carry out, with its lines and their tasks, all or nothing.

    One of State Council or province without ``parent`` counts as one 批. ``level`` is read from the issuer where it is not given.
    Raises RuleBroken D1…D5.
    """
    posting = actor.must_hold(POSTS, region=region)
    Region.objects.select_for_update().get(pk=region.pk)
    level = level or level_of(issuer)
    broken = _faults_of_head(region, (issuer, number, title), decided_on, level, parent) + faults_of_lines(
        region, decided_on, lines
    )
    if broken:
        raise RuleBroken(*broken)
    directive = Directive(
        region=region,
        level=level,
        issuer=issuer.strip(),
        number=number.strip(),
        title=title.strip(),
        decided_on=decided_on,
        parent=parent,
        demo=demo,
    )
    keep(directive, actor=actor, reason="登记上级决定")
    made = _write_lines(actor, directive, lines)
    actor.record(
        act="record_directive",
        post=posting.post,
        obj=directive,
        after_hash=fingerprint(directive),
        detail=f"{directive.number} {len(made)} 项",
    )
    return directive


@act("add_lines")
def add_lines(*, actor: Actor, directive: Directive, lines: Sequence[LineDraft]) -> list[DirectiveLine]:
    """Further lines of a decision, with their tasks, numbered on from the last. Raises RuleBroken D5."""
    posting = actor.must_hold(POSTS, region=directive.region)
    Directive.objects.select_for_update().get(pk=directive.pk)
    broken = faults_of_lines(directive.region, directive.decided_on, lines)
    if not lines:
        broken = [Violation("D5", "没有任何事项", "事项")]
    if broken:
        raise RuleBroken(*broken)
    made = _write_lines(actor, directive, lines)
    actor.record(act="add_lines", post=posting.post, obj=directive, detail=f"补充 {len(made)} 项")
    return made


@act("give_tasks")
def give_tasks(
    *,
    actor: Actor,
    directive: Directive,
    departments: Sequence[Department],
    due_on: datetime.date,
    lines: Sequence[DirectiveLine] = (),
) -> list[DirectiveTask]:
    """交办: each department answers each of ``lines`` (without lines: the decision as a whole); who has the task already keeps it.

    Departments of the region itself and of its counties. Raises RuleBroken T01…T03.
    """
    posting = actor.must_hold(POSTS, region=directive.region)
    Directive.objects.select_for_update().get(pk=directive.pk)
    broken = faults_of_tasks(directive.region, directive.decided_on, departments, due_on)
    if not departments:
        broken.append(Violation("T01", "选择交办的部门", "部门"))
    if any(line.directive_id != directive.pk for line in lines):
        broken.append(Violation("T01", "事项不属于本决定", "事项"))
    if not lines and directive.lines.exists():
        broken.append(Violation("T01", "选择交办的事项", "事项"))
    if broken:
        raise RuleBroken(*broken)
    made = [task for line in lines or (None,) for task in _make_tasks(actor, directive, line, departments, due_on)]
    _tell(actor, made)
    actor.record(
        act="give_tasks",
        post=posting.post,
        obj=directive,
        detail=f"{due_on} 前答复：" + "、".join(sorted({task.department.name for task in made})),
    )
    return made


def level_of(issuer: str) -> str:
    """国务院及部门, 省级 or 市（州）级, as the issuer's name says."""
    name = issuer.strip()
    if name.startswith(("国务院", "国家", "中共中央", "中央", "中华人民共和国")):
        return Directive.Level.STATE
    return Directive.Level.PROVINCE if "省" in name or "自治区" in name else Directive.Level.CITY


def counterpart(department: Department, county: Region) -> Department | None:
    """The department of ``county`` that does there what ``department`` does in the city: the same name behind the place's name."""
    wanted = bare_name(department)
    found = [each for each in Department.objects.in_being().filter(region=county) if bare_name(each) == wanted]
    return found[0] if len(found) == 1 else None


def taking_over(departments: Sequence[Department], counties: Sequence[Region]) -> list[Department]:
    """The departments of ``counties`` that take over what ``departments`` give down. Raises RuleBroken T02 where one is missing."""
    found, broken = [], []
    for county in counties:
        for department in departments:
            if department.region_id != county.pk and department.region_id == county.parent_id:
                twin = counterpart(department, county)
                if twin is None:
                    broken.append(Violation("T02", f"没有与“{department}”对应的部门，在下面的部门中选出承接的部门", county.name))
                else:
                    found.append(twin)
    if broken:
        raise RuleBroken(*broken)
    return found


def bare_name(department: Department) -> str:
    """市民政局, 襄城区民政局 → 民政局."""
    name = department.name.removeprefix(department.region.name)
    return name[1:] if name[:1] in ("省", "市", "州", "区", "县") else name


def faults_of_lines(region: Region, decided_on: datetime.date, lines: Sequence[LineDraft]) -> list[Violation]:
    """D5 and T02…T03 of every line, each naming the line."""
    broken = []
    for number, line in enumerate(lines, start=1):
        where = line.where or f"第{number}项"
        if line.kind not in DirectiveLine.Kind.values:
            broken.append(Violation("D5", "类型须为取消、下放、承接或调整", where))
        if not line.text.strip():
            broken.append(Violation("D5", "未写内容", where))
        if len(line.text) > TEXT_LIMIT or len(line.note) > TEXT_LIMIT:
            broken.append(Violation("D5", f"内容或备注超过 {TEXT_LIMIT} 字", where))
        if line.departments and line.due_on is None:
            broken.append(Violation("T03", "写明答复期限", where))
        if line.departments and line.due_on:
            found = faults_of_tasks(region, decided_on, line.departments, line.due_on)
            broken += [Violation(each.rule, each.message, where) for each in found]
    return broken


def faults_of_tasks(
    region: Region, decided_on: datetime.date, departments: Sequence[Department], due_on: datetime.date
) -> list[Violation]:
    """T02 a department of another region or abolished, T03 a date before the decision."""
    today = timezone.localdate()
    broken = []
    for department in departments:
        if department.region_id != region.pk and department.region.parent_id != region.pk:
            broken.append(Violation("T02", f"“{department}”不在{region}，也不在其下的县（市、区）", "部门"))
        elif department.abolished_on and department.abolished_on <= today:
            broken.append(Violation("T02", f"“{department}”已撤销，交办给承接其职责的部门", "部门"))
    if due_on < decided_on:
        broken.append(Violation("T03", f"{due_on} 早于成文日期 {decided_on}", "答复期限"))
    return broken


def _faults_of_head(region: Region, texts, decided_on: datetime.date, level: str, parent: Directive | None) -> list[Violation]:
    broken = []
    for (where, limit), text in zip(_LIMITS, texts, strict=True):
        if not text.strip():
            broken.append(Violation("D1", "未填写", where))
        elif len(text.strip()) > limit:
            broken.append(Violation("D1", f"超过 {limit} 字", where))
    number = texts[1].strip()
    if Directive.objects.filter(region=region, number=number).exists():
        broken.append(Violation("D2", f"已登记过{number}", "文号"))
    if decided_on > timezone.localdate():
        broken.append(Violation("D3", f"{decided_on} 尚未到", "成文日期"))
    if parent is not None and decided_on < parent.decided_on:
        broken.append(Violation("D3", f"早于上位决定 {parent.number} 的成文日期 {parent.decided_on}", "成文日期"))
    ranks = Directive.Level.values
    if level not in ranks:
        broken.append(Violation("D4", "选择发文层级", "发文层级"))
    elif parent is not None and ranks.index(level) < ranks.index(parent.level):
        broken.append(Violation("D4", f"高于上位决定 {parent.number} 的层级（{parent.get_level_display()}）", "发文层级"))
    return broken


def _write_lines(actor: Actor, directive: Directive, lines: Sequence[LineDraft]) -> list[DirectiveLine]:
    first = directive.lines.count() + 1
    made, given = [], []
    for position, draft in enumerate(lines, start=first):
        line = DirectiveLine(
            directive=directive,
            position=position,
            kind=draft.kind,
            text=draft.text.strip(),
            note=draft.note.strip(),
            origin=draft.origin,
        )
        keep(line, actor=actor, reason="登记事项")
        line.items.set(draft.items)
        if draft.departments:
            given += _make_tasks(actor, directive, line, draft.departments, draft.due_on)
        made.append(line)
    _tell(actor, given)
    return made


def _make_tasks(actor: Actor, directive: Directive, line: DirectiveLine | None, departments, due_on) -> list[DirectiveTask]:
    standing = DirectiveTask.objects.of_departments(departments).filter(directive=directive, line=line)
    held = set(standing.values_list("department_id", flat=True))
    made = []
    for department in dict.fromkeys(departments):
        if department.pk not in held:
            task = DirectiveTask(directive=directive, line=line, department=department, due_on=due_on, given_by=actor.user)
            keep(task, actor=actor, reason="交办")
            made.append(task)
    return made


def _tell(actor: Actor, tasks: Sequence[DirectiveTask]) -> None:
    """Each department once, however many lines it has to answer."""
    by_department: dict[int, list[DirectiveTask]] = {}
    for task in tasks:
        by_department.setdefault(task.department_id, []).append(task)
    for given in by_department.values():
        first = given[0]
        notify(
            event=Notice.Event.TASK,
            to=[Desk(post, department=first.department) for post in (Post.CLERK, Post.HEAD)],
            title=f"{first.directive.number} 交办 {len(given)} 项，{first.due_on} 前答复",
            detail=first.directive.title,
            url=reverse("admin:task", args=[first.pk])
            if len(given) == 1
            else reverse("admin:directive", args=[first.directive_id]),
            key=f"task:{first.pk}:given",
            by=actor,
        )
