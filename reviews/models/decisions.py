"""What reviewers said, and which parts of a stage a request must pass."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.posts import Post
from reviews.models.requests import ChangeRequest
from reviews.states import Part, Stage


class Decision(models.Model):
    """One reviewer's word on one revision of a request, bound to the hash he saw. Append-only."""

    class Outcome(models.TextChoices):
        PASSED = "passed", "通过"
        RETURNED = "returned", "退回补正"
        REFUSED = "refused", "不予通过"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="decisions", verbose_name="调整申请")
    revision = models.PositiveIntegerField("修订")
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices)
    part = models.CharField("部分", max_length=12, choices=Part.choices)
    outcome = models.CharField("结论", max_length=10, choices=Outcome.choices)
    opinion = models.TextField("意见", blank=True)
    proposed_hash = models.CharField("所见内容哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审查人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    deputy_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受谁委托"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "审查意见"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "revision", "stage", "part"], name="decision_once_per_part"),
            models.UniqueConstraint(fields=["request", "revision", "person"], name="decision_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}{self.get_outcome_display()}"


class RouteRule(models.Model):
    """Which part of compliance reviews which changes (data). An empty ``initiation`` means every item."""

    part = models.CharField("部分", max_length=12, choices=Part.choices)
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices)
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    initiation = models.CharField(
        "适用行使方式", max_length=10, blank=True, choices=[("applied", "依申请"), ("ex_officio", "依职权")]
    )
    duty = models.CharField("审查内容", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审查路径"
        ordering = ["stage", "part"]
        constraints = [models.UniqueConstraint(fields=["part", "initiation"], name="route_rule_once")]

    def __str__(self) -> str:
        return self.get_part_display()
