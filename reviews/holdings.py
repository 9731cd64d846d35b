"""What a department would leave behind: items of the list, requests under way, tasks to be answered."""

from __future__ import annotations

from collections.abc import Iterator

from departments.models import Department
from qingdan.errors import Violation
from qingdan.items.models import Edition, EditionEntry
from reviews.models import ChangeRequest, DirectiveTask
from reviews.states import OPEN, TaskState


def what_it_holds(department: Department) -> Iterator[Violation]:
    """D06: what must go to somebody else, or end, before the department is closed; each with the way to it."""
    newest = Edition.objects.light().newest(department.region)
    items = EditionEntry.objects.filter(edition=newest, version__department=department).count() if newest else 0
    if items:
        way = "先由审改办办理“机构改革”并入承接部门，或者逐项划转、取消并公布"
        yield Violation("D06", f"“{department}”在清单中还有 {items} 项；{way}", "撤销")
    under_way = ChangeRequest.objects.filter(department=department, state__in=OPEN).count()
    if under_way:
        yield Violation("D06", f"“{department}”还有 {under_way} 件调整申请没有办结；先办结或者撤回", "撤销")
    tasks = DirectiveTask.objects.filter(department=department, state__in=(TaskState.OPEN, TaskState.PROPOSED)).count()
    if tasks:
        yield Violation("D06", f"“{department}”还有 {tasks} 项交办任务没有答复；先答复或者由交办人撤销", "撤销")
