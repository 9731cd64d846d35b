"""What reviewers do between receiving a request and speaking on it: who took it up, and what each last saw of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from departments.posts import Post
from reviews.models.requests import ChangeRequest
from reviews.states import RequestState


class Claim(models.Model):
    """认领: one person has taken a request up for a post, in one visit to a state; with the visit it ends by itself."""

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="claims", verbose_name="调整申请")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    state = models.CharField("阶段", max_length=16, choices=RequestState.choices)
    revision = models.PositiveIntegerField("修订")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims", verbose_name="认领人")
    at = models.DateTimeField("认领时间", default=timezone.now)
    released_at = models.DateTimeField("交还时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "认领"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "post", "state", "revision"], condition=Q(released_at=None), name="claim_by_one_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}认领 {self.request}"


class Look(models.Model):
    """What a person saw of a request when he last looked (``last_…``), and before his present sitting began (``base_…``)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="looks", verbose_name="查看人")
    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="looks", verbose_name="调整申请")
    base_at = models.DateTimeField()
    base_state = models.CharField(max_length=16)
    base_revision = models.PositiveIntegerField()
    base_hash = models.CharField(max_length=64)
    last_at = models.DateTimeField()
    last_state = models.CharField(max_length=16)
    last_revision = models.PositiveIntegerField()
    last_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "查看记录"
        ordering = ["-last_at"]
        constraints = [models.UniqueConstraint(fields=["person", "request"], name="look_once_per_person")]

    def __str__(self) -> str:
        return f"{self.person} {self.request}"
