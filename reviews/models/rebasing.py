"""A change carried onto a newer base."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.posts import Post
from qingdan.items.models import ItemVersion
from reviews.models.requests import Change, ChangeRequest


class Rebase(models.Model):
    """套用新版本: one change carried from one published version onto a later one, hashes before and after. Append-only."""

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="rebases", verbose_name="调整申请")
    change = models.ForeignKey(Change, models.PROTECT, related_name="rebases", verbose_name="调整内容")
    old_base = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+", verbose_name="原基于版本")
    new_base = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+", verbose_name="现基于版本")
    old_hash = models.CharField("原内容哈希", max_length=64)
    new_hash = models.CharField("现内容哈希", max_length=64)
    old_request_hash = models.CharField("原申请哈希", max_length=64)
    new_request_hash = models.CharField("现申请哈希", max_length=64)
    revision = models.PositiveIntegerField("修订", help_text="套用后的修订")
    carried = models.CharField("沿用公布的要素", max_length=500, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "套用新版本"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.change.name}：第{self.old_base.number}版 → 第{self.new_base.number}版"
