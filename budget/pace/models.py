"""What is kept of a fund's way through the year. All of it is append-only: the newest row counts, and the others are what was said then."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from budget.money import YuanField
from budget.queries import OfFundQuerySet

_PERSON = settings.AUTH_USER_MODEL


class LinePlan(models.Model):
    """The pace of one line: twelve amounts in whole 分, separated by blanks; empty: even over the year."""

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="plans", verbose_name="资金")
    line = models.ForeignKey("budget.BudgetLine", models.PROTECT, related_name="plans", verbose_name="预算行")
    amounts = models.CharField("各月计划（分）", max_length=250, blank=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="登记人")
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "用款计划"
        ordering = ["fund", "pk"]

    def __str__(self) -> str:
        return f"{self.line} {'自定' if self.amounts else '均匀'}"

    @property
    def months(self) -> tuple[Decimal, ...]:
        """元 of each month; empty where the pace is even."""
        return tuple(Decimal(int(each)).scaleb(-2) for each in self.amounts.split())


class DeviationLimit(models.Model):
    """From how many 百分点 between plan and execution a fund wants a reason and a measure."""

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="limits", verbose_name="资金")
    points = models.PositiveSmallIntegerField("百分点")
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="设定人")
    made_at = models.DateTimeField("设定时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "偏差界限"
        ordering = ["fund", "pk"]
        constraints = [models.CheckConstraint(condition=Q(points__gte=1, points__lte=100), name="limit_in_points")]

    def __str__(self) -> str:
        return f"{self.points} 个百分点"


class DeviationNote(models.Model):
    """Why a line (none: the whole fund) was off its plan at the end of a month, and what is done about it; 元 as they were then."""

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="deviations", verbose_name="资金")
    line = models.ForeignKey(
        "budget.BudgetLine", models.PROTECT, null=True, blank=True, related_name="deviations", verbose_name="预算行"
    )
    month = models.PositiveSmallIntegerField("月份")
    planned = YuanField("累计计划（元）")
    spent = YuanField("累计支出（元）")
    reason = models.CharField("偏差原因", max_length=300)
    measure = models.CharField("改进措施", max_length=300)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="说明人")
    made_at = models.DateTimeField("说明时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "偏差说明"
        ordering = ["fund", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="deviation_of_a_month"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(measure=""), name="deviation_says_why_and_what"),
        ]

    def __str__(self) -> str:
        return f"{self.month} 月 {self.line or '合计'}"


class GoalOutlook(models.Model):
    """How one goal of the year (``indicator``: its 三级指标) stood at the end of a month, and what is expected of it by the year's end."""

    class Likelihood(models.TextChoices):
        CERTAIN = "certain", "确定能"
        POSSIBLE = "possible", "有可能"
        IMPOSSIBLE = "impossible", "完全不可能"

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="outlooks", verbose_name="资金")
    month = models.PositiveSmallIntegerField("月份")
    indicator = models.CharField("三级指标", max_length=100)
    done = models.CharField("执行情况", max_length=100, blank=True)
    expected = models.CharField("全年预计完成", max_length=100, blank=True)
    likelihood = models.CharField("完成可能性", max_length=10, choices=Likelihood.choices, blank=True)
    remark = models.CharField("偏差原因及措施", max_length=300, blank=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="填写人")
    made_at = models.DateTimeField("填写时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目标监控"
        ordering = ["fund", "pk"]
        constraints = [models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="outlook_of_a_month")]

    def __str__(self) -> str:
        return f"{self.month} 月 {self.indicator}"


class LineProposal(models.Model):
    """下年度预算建议 of one line: the formula with its inputs, and what it came to then (元)."""

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="proposals", verbose_name="资金")
    line = models.ForeignKey("budget.BudgetLine", models.PROTECT, related_name="proposals", verbose_name="预算行")
    formula = models.CharField("公式", max_length=200)
    rounds = models.PositiveIntegerField("本年轮次")
    next_rounds = models.PositiveIntegerField("计划轮次")
    prints = models.PositiveIntegerField("本年印数")
    next_prints = models.PositiveIntegerField("计划印数")
    amount = YuanField("建议数（元）")
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="建议人")
    made_at = models.DateTimeField("建议时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下年度预算建议"
        ordering = ["fund", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="proposal_not_negative")]

    def __str__(self) -> str:
        return f"{self.line} {self.amount}"


class Disclosure(models.Model):
    """What the public reads of a fund: its figures frozen at the act (``content``, JSON), or, ``shown`` false, that it is withdrawn."""

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="disclosures", verbose_name="资金")
    shown = models.BooleanField("公开")
    content = models.TextField("公开内容", blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="办理人")
    made_at = models.DateTimeField("办理时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资金公开"
        ordering = ["fund", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shown=True, reason="") & ~Q(content="") | Q(shown=False, content="") & ~Q(reason=""),
                name="disclosure_is_whole",
            )
        ]

    def __str__(self) -> str:
        return "公开" if self.shown else "撤下"
