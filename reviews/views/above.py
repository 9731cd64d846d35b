"""What decisions from above bring to the workbench: the tasks a department has to answer, and who is late with those given."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from departments.access import posts_of
from departments.posts import Post
from departments.site import Section
from departments.working_days import Calendar
from reviews.cascade import time_left
from reviews.directives import POSTS
from reviews.models import DirectiveTask
from reviews.states import TaskState
from reviews.views.directives import giving_regions
from reviews.views.pages import DEPARTMENT
from reviews.views.uploads import own_departments

SHOWN = 8
_TEMPLATE = "reviews/_workbench_tasks.html"


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One row: which line of which decision, whose, by when, and the one thing to do."""

    task: DirectiveTask
    due: str
    tone: str
    action: str


def sections(request: HttpRequest) -> list[Section]:
    """上级决定任务 for departments, 逾期未答复 for those who gave the tasks."""
    held = posts_of(request.user)
    found = []
    today = timezone.localdate()
    if held & set(DEPARTMENT):
        tasks = DirectiveTask.objects.of_departments(own_departments(request)).unanswered()
        found += _section("上级决定任务", tasks, today, 2, answering=True, head=Post.HEAD in held)
    if held & set(POSTS):
        tasks = DirectiveTask.objects.filter(directive__region__in=giving_regions(request)).overdue(today)
        found += _section("逾期未答复", tasks, today, 4)
    return found


def _section(title: str, tasks, today: datetime.date, order: int, *, answering: bool = False, head: bool = False) -> list[Section]:
    """The most pressing tasks; no section at all where there is none, so that the lists of requests stay in view."""
    count = tasks.count()
    if not count:
        return []
    rows = list(tasks.select_related("directive", "line", "department").order_by("due_on", "pk")[:SHOWN])
    lines = list(_lines(rows, today, answering=answering, head=head))
    more = reverse("admin:directive_list") if count > len(lines) else ""
    return [Section(f"{title} · {count} 件", _TEMPLATE, {"lines": lines, "count": count, "more": more}, order)]


def _lines(rows: list[DirectiveTask], today: datetime.date, *, answering: bool, head: bool) -> Iterable[TaskLine]:
    calendar = Calendar()
    for row in rows:
        tone = "bad" if row.due_on < today else "warn" if row.due_on == today else ""
        action = "查看"
        if answering:
            action = "确认答复" if head and row.state == TaskState.PROPOSED else "答复"
        yield TaskLine(row, time_left(row.due_on, today, calendar), tone, action)
