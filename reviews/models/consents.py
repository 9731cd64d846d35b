"""The other department's word on a 划转."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.models import Department
from departments.posts import Post
from qingdan.items.models import Item
from reviews.models.requests import ChangeRequest


class TransferConsent(models.Model):
    """What the head of the receiving department said to one 划转, bound to the seal of the change that he saw. Append-only."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "同意接收"
        REFUSED = "refused", "不同意接收"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="consents", verbose_name="调整申请")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name="事项")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="接收部门")
    outcome = models.CharField("结论", max_length=10, choices=Outcome.choices)
    opinion = models.TextField("意见", blank=True)
    change_seal = models.CharField("所见内容哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "划转确认"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.department}{self.get_outcome_display()}"
