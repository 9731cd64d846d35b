"""What decisions from above, campaigns and 催办 bring to the workbench; a list that is empty does not stand there."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from departments.access import posts_of
from departments.posts import Post
from departments.site import Section
from departments.working_days import Calendar
from reviews.cascade import time_left
from reviews.directives import POSTS
from reviews.models import CampaignScope, DirectiveTask
from reviews.states import TaskAction, TaskState
from reviews.urging import matter_of, raised_requests, raised_scopes, raised_tasks
from reviews.views.directives import giving_regions
from reviews.views.pages import DEPARTMENT
from reviews.views.workbench import held_by

SHOWN = 8
_TEMPLATE = "reviews/_workbench_tasks.html"


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One row: from where, whose, what, by when, and the one thing to do.

    ``answer``: the step (不涉及) that may be taken on the row itself, with its reason, on ``task``.
    """

    source: str
    department: str
    about: str
    due_on: datetime.date | None
    due: str
    tone: str
    url: str
    action: str
    task: DirectiveTask | None = None
    answer: str = ""


def sections(request: HttpRequest) -> list[Section]:
    """Tasks and campaigns that a department has to answer; who is late with what was given; what two 催办 did not bring."""
    posts = posts_of(request.user)
    if not posts & {*DEPARTMENT, *POSTS}:
        return []
    held, today = held_by(request.user), timezone.localdate()
    found = []
    own, led = held.in_department(*DEPARTMENT), held.in_department(Post.HEAD)
    if own:
        tasks = DirectiveTask.objects.of_departments(own).unanswered()
        found += _section(
            "上级决定任务",
            tasks,
            2,
            reverse("admin:directive_list"),
            lambda row, calendar: _answering(row, today, calendar, Post.HEAD in posts),
        )
        scopes = CampaignScope.objects.filter(department__in=own).unreported()
        found += _section(
            "专项清理", scopes, 2, reverse("admin:campaign_list"), lambda row, calendar: _reporting(row, today, calendar)
        )
    if posts & set(POSTS):
        given = giving_regions(request)
        tasks = DirectiveTask.objects.filter(directive__region__in=given).overdue(today)
        found += _section(
            "逾期未答复", tasks, 4, reverse("admin:directive_list"), lambda row, calendar: _task_line(row, today, calendar, "催办")
        )
        scopes = CampaignScope.objects.filter(campaign__region__in=given).overdue(today)
        found += _section(
            "逾期未报告", scopes, 4, reverse("admin:campaign_list"), lambda row, calendar: _reporting(row, today, calendar)
        )
    watched = held.in_region(Post.COMPLIANCE)
    if led or watched:
        found += _raised(Q(department__in=led) | Q(department__region__in=watched))
    return found


def _section(title: str, rows, order: int, more: str, line) -> list[Section]:
    """The most pressing rows of ``rows``; nothing where there are none, so that the lists of requests stay in view."""
    count = rows.count()
    if not count:
        return []
    if rows.model is DirectiveTask:
        shown = rows.select_related("directive", "line", "department").order_by("due_on", "pk")[:SHOWN]
    else:
        shown = rows.select_related("campaign", "department").order_by("campaign__due_on", "pk")[:SHOWN]
    calendar = Calendar()
    lines = [line(row, calendar) for row in shown]
    context = {"lines": lines, "count": count, "more": more if count > len(lines) else ""}
    return [Section(f"{title} · {count} 件", _TEMPLATE, context, order)]


def _answering(row: DirectiveTask, today: datetime.date, calendar: Calendar, head: bool) -> TaskLine:
    confirming = head and row.state == TaskState.PROPOSED
    line = _task_line(row, today, calendar, "确认答复" if confirming else "答复")
    if row.state == TaskState.OPEN:
        return replace(line, task=row, answer=TaskAction.ANSWER if head else TaskAction.PROPOSE)
    return line


def _task_line(row: DirectiveTask, today: datetime.date, calendar: Calendar, action: str) -> TaskLine:
    about = f"{row.line.get_kind_display()} {row.line.text}" if row.line_id else row.directive.title
    source = f"{row.directive.number}{f' 第{row.line.position}项' if row.line_id else ''}"
    return _line(source, row.department, about, row.due_on, today, calendar, reverse("admin:task", args=[row.pk]), action)


def _reporting(row: CampaignScope, today: datetime.date, calendar: Calendar) -> TaskLine:
    campaign = row.campaign
    url = reverse("admin:scope", args=[row.pk])
    return _line(campaign.number, row.department, campaign.title, campaign.due_on, today, calendar, url, "查看")


def _line(source: str, department, about: str, due_on: datetime.date, today, calendar: Calendar, url: str, action: str) -> TaskLine:
    tone = "bad" if due_on < today else "warn" if due_on == today else ""
    return TaskLine(source, department.name, about, due_on, time_left(due_on, today, calendar), tone, url, action)


def _raised(places: Q) -> Iterable[Section]:
    """两次催办未办: shown to the head of the department and to the 编办 of its region."""
    lines = []
    related = {"admin:task": ("directive", "line"), "admin:scope": ("campaign",), "admin:request": ()}
    for rows, page in ((raised_tasks(), "admin:task"), (raised_scopes(), "admin:scope"), (raised_requests(), "admin:request")):
        for row in rows.filter(places).select_related("department", *related[page])[:SHOWN]:
            words = f"已催办 {row.times} 次"
            lines.append(
                TaskLine("催办", row.department.name, matter_of(row), None, words, "bad", reverse(page, args=[row.pk]), "查看")
            )
    if not lines:
        return []
    return [Section(f"两次催办未办 · {len(lines)} 件", _TEMPLATE, {"lines": lines, "count": len(lines), "more": ""}, 0)]
