"""Decisions from above (上级决定): their lines, and what each department has to answer."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Department, Region
from qingdan.items.models import Item
from reviews.directive_queries import DirectiveQuerySet, TaskQuerySet
from reviews.states import TaskState


class Directive(models.Model):
    """上级决定: a decision from above; one without ``parent`` is one 批 of the report, what lower levels pass on hangs below it."""

    class Level(models.TextChoices):
        STATE = "state", "国务院及部门"
        PROVINCE = "province", "省级"
        CITY = "city", "市（州）级"

    region = models.ForeignKey(Region, models.PROTECT, related_name="directives", verbose_name="行政区划")
    level = models.CharField("发文层级", max_length=10, choices=Level.choices, default=Level.PROVINCE)
    issuer = models.CharField("发文机关", max_length=100)
    number = models.CharField("文号", max_length=100)
    title = models.CharField("标题", max_length=300)
    decided_on = models.DateField("成文日期")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上位决定")
    demo = models.BooleanField("演示数据", default=False)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上级决定"
        ordering = ["-decided_on"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="directive_once_in_region"),
            models.CheckConstraint(condition=Q(level__in=["state", "province", "city"]), name="directive_level_known"),
        ]

    def __str__(self) -> str:
        return self.number


class DirectiveLine(models.Model):
    """One matter of a decision: what is to happen to what. ``origin``: the line of the upper decision that this one passes on."""

    class Kind(models.TextChoices):
        REPEAL = "repeal", "取消"
        DELEGATE = "delegate", "下放"
        TAKE_OVER = "take_over", "承接"
        ADJUST = "adjust", "调整"

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="lines", verbose_name="上级决定")
    position = models.PositiveIntegerField("序号")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    text = models.TextField("内容")
    note = models.TextField("备注", blank=True)
    items = models.ManyToManyField(Item, related_name="directive_lines", blank=True, verbose_name="对应事项")
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="passed_on", verbose_name="转自")
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "上级决定事项"
        ordering = ["directive", "position"]
        constraints = [
            models.UniqueConstraint(fields=["directive", "position"], name="directive_line_position_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["repeal", "delegate", "take_over", "adjust"]), name="directive_line_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.position}项 {self.get_kind_display()} {self.text}"


class DirectiveTask(models.Model):
    """交办: one department answers for one line of a decision (without ``line``: for the whole of it), by a request or by 不涉及."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="tasks", verbose_name="上级决定")
    line = models.ForeignKey(DirectiveLine, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="事项")
    department = models.ForeignKey(Department, models.PROTECT, related_name="directive_tasks", verbose_name="部门")
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=14, choices=TaskState.choices, default=TaskState.OPEN)
    revision = models.PositiveIntegerField("修订", default=1)
    request = models.ForeignKey(
        "reviews.ChangeRequest", models.PROTECT, null=True, blank=True, related_name="answers", verbose_name="答复的调整申请"
    )
    explanation = models.TextField("不涉及的理由", blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="交办人")
    given_at = models.DateTimeField("交办时间", default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收人"
    )
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上级决定任务"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "department"],
                condition=Q(line__isnull=False) & ~Q(state=TaskState.CANCELLED),
                name="task_once_for_line_and_department",
            ),
            models.UniqueConstraint(
                fields=["directive", "department"],
                condition=Q(line__isnull=True) & ~Q(state=TaskState.CANCELLED),
                name="task_once_for_directive_and_department",
            ),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(
                condition=~Q(state=TaskState.REQUESTED) | Q(request__isnull=False), name="task_requested_names_request"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TaskState.NOT_CONCERNED, TaskState.PROPOSED]) | ~Q(explanation=""),
                name="task_not_concerned_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.directive.number}{f'第{self.line.position}项' if self.line_id else ''} {self.department}"

    @property
    def region(self) -> Region:
        """The region that gave the task; a county's department may answer to its city."""
        return self.directive.region

    @property
    def is_unanswered(self) -> bool:
        """Nothing stands for it: no word yet, or its request ended without any change being agreed."""
        return self.present_state in (TaskState.OPEN, TaskState.PROPOSED)

    @property
    def present_state(self) -> str:
        """``state``, save that an answer by a request which came to nothing is none: the department has to answer again."""
        if self.state == TaskState.REQUESTED and self.request.came_to_nothing:
            return TaskState.OPEN
        return self.state

    def is_overdue(self, day: datetime.date | None = None) -> bool:
        return self.is_unanswered and self.due_on < (day or timezone.localdate())
