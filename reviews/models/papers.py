"""Numbers that an office gives to its papers: kept as data, never given twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.models import Region
from departments.posts import Post
from reviews.models.requests import ChangeRequest


class OpinionNumber(models.Model):
    """文号 of a 合法性审查意见书: 机关代字, year and serial; for one revision of one request. Append-only."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="opinion_numbers", verbose_name="行政区划")
    word = models.CharField("机关代字", max_length=20)
    year = models.PositiveIntegerField("年份")
    serial = models.PositiveIntegerField("序号")
    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="opinion_numbers", verbose_name="调整申请")
    revision = models.PositiveIntegerField("修订")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="编号人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "合法性审查意见书编号"
        ordering = ["region", "-year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["region", "word", "year", "serial"], name="opinion_number_given_once"),
            models.UniqueConstraint(fields=["request", "revision"], name="opinion_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕{self.serial}号"
