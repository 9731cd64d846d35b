"""催办: who urged whom to what, when, for the how-manieth time. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from departments.models import Department, Region
from departments.posts import Post
from reviews.models.campaigns import CampaignScope
from reviews.models.directives import DirectiveTask
from reviews.models.requests import ChangeRequest
from reviews.urge_queries import UrgeQuerySet


class Urge(models.Model):
    """One 催办单, of a task from above, of a department's part of a campaign, or of a request that waits for its department."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="urges", verbose_name="行政区划")
    department = models.ForeignKey(Department, models.PROTECT, related_name="urges", verbose_name="被催办部门")
    task = models.ForeignKey(DirectiveTask, models.PROTECT, null=True, blank=True, related_name="urges", verbose_name="任务")
    scope = models.ForeignKey(
        CampaignScope, models.PROTECT, null=True, blank=True, related_name="urges", verbose_name="专项清理任务"
    )
    request = models.ForeignKey(ChangeRequest, models.PROTECT, null=True, blank=True, related_name="urges", verbose_name="调整申请")
    number = models.PositiveIntegerField("第几次")
    matter = models.CharField("事项", max_length=500)
    text = models.TextField("催办内容")
    due_on = models.DateField("限期")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="催办人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    objects = UrgeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "催办"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="urge_number_once_of_task"),
            models.UniqueConstraint(fields=["scope", "number"], name="urge_number_once_of_scope"),
            models.UniqueConstraint(fields=["request", "number"], name="urge_number_once_of_request"),
            models.CheckConstraint(
                condition=Q(task__isnull=False, scope__isnull=True, request__isnull=True)
                | Q(task__isnull=True, scope__isnull=False, request__isnull=True)
                | Q(task__isnull=True, scope__isnull=True, request__isnull=False),
                name="urge_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.number}次催办 {self.department}"

    @property
    def subject(self) -> DirectiveTask | CampaignScope | ChangeRequest:
        return self.task or self.scope or self.request
