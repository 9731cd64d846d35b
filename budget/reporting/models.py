"""What people write into the report of a fund: one row a section; its edit trail holds what stood there before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from budget.queries import OfFundQuerySet


class ReportText(models.Model):
    """One section's text. The outline is that of the self-evaluation report that cities hand in (``outline``)."""

    class Section(models.TextChoices):
        BASIS = "basis", "立项依据"
        FUNDING = "funding", "经费来源和使用情况"
        CARRIED_OUT = "carried_out", "项目实施情况"
        MANAGEMENT = "management", "绩效管理情况"
        OUTCOME = "outcome", "实际完成情况"
        LESSONS = "lessons", "主要经验及做法、存在的问题及建议"
        PROPOSALS = "proposals", "工作建议"

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="report_texts", verbose_name="资金")
    section = models.CharField("部分", max_length=12, choices=Section.choices)
    text = models.TextField("文字", blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    written_at = models.DateTimeField("填写时间", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自评报告文字"
        ordering = ["fund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "section"], name="report_text_once_a_section"),
            models.CheckConstraint(
                condition=Q(section__in=["basis", "funding", "carried_out", "management", "outcome", "lessons", "proposals"]),
                name="report_section_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} {self.get_section_display()}"
