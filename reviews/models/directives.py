"""Decisions from above (上级决定)."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from departments.models import Region
from reviews.queries import DirectiveQuerySet


class Directive(models.Model):
    """上级决定: a decision from above; one without ``parent`` is one 批 of the report, what lower levels pass on hangs below it."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="directives", verbose_name="行政区划")
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
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="directive_once_in_region")]

    def __str__(self) -> str:
        return self.number
