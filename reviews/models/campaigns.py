"""Campaigns of the office itself (全面清理, 要素完善, 机构改革梳理): the notice, its scope, and what each department reported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Department, Region
from qingdan.items.models import Category
from reviews.campaign_queries import CampaignQuerySet, ScopeQuerySet
from reviews.states import ScopeState


class Campaign(models.Model):
    """专项清理: categories and elements that the named departments bring in order by a day. No categories: all; no elements: no scan."""

    class Kind(models.TextChoices):
        CLEARANCE = "clearance", "全面清理"
        COMPLETION = "completion", "要素完善"
        REFORM = "reform", "机构改革梳理"

    region = models.ForeignKey(Region, models.PROTECT, related_name="campaigns", verbose_name="行政区划")
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    number = models.CharField("通知文号", max_length=100)
    title = models.CharField("名称", max_length=200)
    text = models.TextField("通知内容", blank=True)
    categories = models.ManyToManyField(Category, related_name="+", blank=True, verbose_name="权力类别")
    element_keys = models.TextField("须完善的要素", blank=True, help_text="要素的代码，逗号隔开")
    due_on = models.DateField("期限")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人")
    opened_at = models.DateTimeField("发起时间", default=timezone.now)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    closing_note = models.TextField("结束说明", blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项清理"
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="campaign_once_in_region"),
            models.CheckConstraint(condition=Q(kind__in=["clearance", "completion", "reform"]), name="campaign_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def elements(self) -> list[str]:
        """Keys of the elements that every item in the scope has to have, in official order."""
        return self.element_keys.split(",") if self.element_keys else []

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class CampaignScope(models.Model):
    """One department's part of a campaign and what it reported."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="scopes", verbose_name="专项清理")
    department = models.ForeignKey(Department, models.PROTECT, related_name="campaign_scopes", verbose_name="部门")
    state = models.CharField("状态", max_length=10, choices=ScopeState.choices, default=ScopeState.OPEN)
    revision = models.PositiveIntegerField("修订", default=1)
    explanation = models.TextField("说明", blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报告人"
    )
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = ScopeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项清理任务"
        ordering = ["campaign", "department__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "department"], name="campaign_scope_once"),
            models.CheckConstraint(condition=Q(state__in=ScopeState.values), name="campaign_scope_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ScopeState.NOTHING) | ~Q(explanation=""), name="campaign_scope_nothing_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.department}"

    @property
    def region(self) -> Region:
        return self.campaign.region
