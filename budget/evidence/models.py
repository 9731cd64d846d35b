"""What supports a fund's figures. The files themselves are attachments of these rows (``reviews.models.attachments``)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from budget.queries import FundQuerySet, OfFundQuerySet
from departments.models import Department

_PERSON = settings.AUTH_USER_MODEL


class Evidence(models.Model):
    """One material that an indicator needs. It came when a file in force lies with it."""

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="evidence", verbose_name="资金")
    indicator = models.CharField("指标", max_length=100)
    needed = models.CharField("所需材料", max_length=200)
    owed_by = models.CharField("提供单位或人", max_length=100)
    due_on = models.DateField("期限", null=True, blank=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="登记人")
    made_at = models.DateTimeField("登记时间", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支撑材料"
        ordering = ["fund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "indicator", "needed"], name="evidence_once_for_indicator"),
            models.CheckConstraint(condition=~Q(owed_by=""), name="evidence_is_owed_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}：{self.needed}"


class Regulation(models.Model):
    """业务制度: a rule of the department's own by which the fund is run."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="部门")
    name = models.CharField("制度名称", max_length=200)
    number = models.CharField("文号", max_length=100)
    issued_on = models.DateField("日期")
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="登记人")
    made_at = models.DateTimeField("登记时间", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "业务制度"
        ordering = ["issued_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["department", "number"], name="regulation_once_in_department")]

    def __str__(self) -> str:
        return f"《{self.name}》（{self.number}）"
