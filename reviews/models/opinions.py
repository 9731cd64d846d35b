"""征求意见: what other departments say of a request that touches them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Department
from departments.posts import Post
from reviews.models.requests import ChangeRequest


class OpinionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(request__in=ChangeRequest.objects.visible_to(user))

    def open(self):
        return self.filter(outcome="")


class Opinion(models.Model):
    """One department asked once for its word; ``outcome`` is empty until its head gives it, and is not changed afterwards.

    ``subject_hash``: the content of the changes that touch the department, as it was when it was asked. ``seen_hash``: the request's content
    when it answered.
    """

    class Why(models.TextChoices):
        JOINT = "joint", "内容写明由其会同、配合"
        BOUNDARY = "boundary", "涉及其职责边界"
        ASKED = "asked", "办理中提出征求"

    class Outcome(models.TextChoices):
        AGREED = "agreed", "同意"
        OBJECTS = "objects", "有意见"
        NOT_CONCERNED = "not_concerned", "不涉及"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="opinions", verbose_name="调整申请")
    department = models.ForeignKey(Department, models.PROTECT, related_name="opinions", verbose_name="被征求部门")
    why = models.CharField("缘由", max_length=10, choices=Why.choices)
    question = models.TextField("征求内容", blank=True)
    subject_hash = models.CharField("所涉内容哈希", max_length=64)
    revision = models.PositiveIntegerField("修订")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="征求人")
    asked_post = models.CharField("岗位", max_length=20, choices=Post.choices)
    asked_at = models.DateTimeField("征求时间", default=timezone.now)
    days = models.PositiveIntegerField("答复期限（工作日）")
    outcome = models.CharField("答复", max_length=14, choices=Outcome.choices, blank=True)
    text = models.TextField("意见", blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    given_at = models.DateTimeField("答复时间", null=True, blank=True)
    seen_hash = models.CharField("所见内容哈希", max_length=64, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征求意见"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "department"], condition=Q(outcome=""), name="opinion_asked_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(outcome="", given_by=None, given_at=None)
                | (~Q(outcome="") & Q(given_by__isnull=False, given_at__isnull=False)),
                name="opinion_given_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}{self.get_outcome_display() or '未答复'}"
