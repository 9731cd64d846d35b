"""Decisions from above for tests: a decision with lines, tasks, and tables of lines as offices type them."""

from __future__ import annotations

import datetime
import io

import openpyxl

from reviews.directives import LineDraft, give_tasks, record_directive
from reviews.models import Directive, DirectiveTask

DECIDED = datetime.date(2020, 3, 2)
LATE, LATER = datetime.date(2020, 4, 1), datetime.date(2099, 12, 31)
HEADER = ["序号", "类型", "内容", "备注", "责任部门", "下放至", "答复期限"]


def directive(world, number: str = "鄂政发〔2020〕5号", *, lines=("取消一", "取消二"), parent=None, **head) -> Directive:
    """A decision of the province with lines of kind 取消, entered by 审改办."""
    head = {"issuer": "湖北省人民政府", "title": "关于取消和下放一批行政权力事项的决定", "decided_on": DECIDED, **head}
    drafts = [line if isinstance(line, LineDraft) else LineDraft(kind="repeal", text=line) for line in lines]
    return record_directive(actor=world.publisher, region=world.city, number=number, parent=parent, lines=drafts, **head)


def tasks(world, row: Directive, *departments: str, due_on: datetime.date = LATER) -> list[DirectiveTask]:
    """Every line of the decision to each of these departments (codes)."""
    offices = [world.department(code) for code in departments]
    return give_tasks(actor=world.publisher, directive=row, lines=list(row.lines.all()), departments=offices, due_on=due_on)


def task(
    world, department: str = "420600-RSJ", *, due_on: datetime.date = LATER, number: str = "鄂政发〔2020〕5号"
) -> DirectiveTask:
    """One task of one line."""
    return tasks(world, directive(world, number, lines=["取消民办职业培训学校章程核准"]), department, due_on=due_on)[0]


def workbook(rows, header=HEADER) -> bytes:
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()
