"""What is still to be carried out after a commit, and which daily tasks have run. Queues, not records: they know nobody above them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Leased(models.Model):
    """Work that one worker at a time holds until ``lease_until``; a worker that was killed loses it then, and another takes it up."""

    attempts = models.PositiveIntegerField("已试次数", default=0)
    lease_until = models.DateTimeField("占用至", null=True, blank=True)
    lease_by = models.CharField("占用者", max_length=32, blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    last_error = models.TextField("最近一次失败", blank=True)

    class Meta:
        abstract = True


class OutboxEntry(Leased):
    """One thing to carry out (a mail to send), written in the transaction of the act that asks for it.

    ``next_attempt_at`` is empty once it was given up; ``payload`` is JSON for the handler of its ``kind``.
    """

    kind = models.CharField("种类", max_length=20)
    key = models.CharField("防重键", max_length=200, unique=True)
    payload = models.TextField("内容")
    created_at = models.DateTimeField("写入时间", default=timezone.now)
    next_attempt_at = models.DateTimeField("下次尝试", null=True, blank=True, default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "发件箱"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["next_attempt_at"], condition=Q(done_at=None), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class TaskRun(Leased):
    """One daily task on one day."""

    name = models.CharField("任务", max_length=60)
    day = models.DateField("日期")
    next_attempt_at = models.DateTimeField("下次尝试", null=True, blank=True, default=timezone.now)
    result = models.CharField("结果", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定时任务"
        ordering = ["-day", "name"]
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="task_once_a_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
