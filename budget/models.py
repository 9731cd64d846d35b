"""MONEY: special funds of a year, their lines by 支出经济分类, adjustments of the budget, and what was spent.

An entry is never changed or deleted: a mistake is a reversal that points at it. Amounts are Decimal 元 (``budget.money``).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

import budget.pace.models  # noqa: F401  (tables of this room, too)
from budget.evaluation.models import EvaluationFormat, EvaluationSubmission, Indicator, Objective, SelfEvaluation  # noqa: F401
from budget.evidence.models import Evidence, Regulation  # noqa: F401
from budget.money import YuanField
from budget.queries import ExpenditureQuerySet, FundQuerySet, OfFundQuerySet
from budget.reporting.models import ReportText  # noqa: F401
from departments.models import Department

_PERSON = settings.AUTH_USER_MODEL


class EconomicClass(models.Model):
    """A 类 (three digits) or 款 (five) of one of the two parallel code systems of 支出经济分类, in one version of it."""

    class System(models.TextChoices):
        DEPARTMENT = "department", "部门预算"
        GOVERNMENT = "government", "政府预算"

    system = models.CharField("体系", max_length=12, choices=System.choices)
    version = models.CharField("版本", max_length=10)
    code = models.CharField("代码", max_length=5)
    name = models.CharField("名称", max_length=60)
    class_code = models.CharField("所属类", max_length=3, blank=True, help_text="款所属的类；类本身不填")
    counterpart = models.CharField("对应的政府预算款", max_length=5, blank=True)
    verified = models.BooleanField("已核实", default=False, help_text="已与正式科目表核对")
    source = models.CharField("出处", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支出经济分类"
        ordering = ["system", "version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["system", "version", "code"], name="economic_class_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def of_class(self) -> str:
        """Code of the 类 that this row is or belongs to."""
        return self.class_code or self.code


class Fund(models.Model):
    """A special fund of one department in one year. ``accounts_only``: a past year of which only 决算 is known, no budget."""

    class State(models.TextChoices):
        OPEN = "open", "登记中"
        CLOSED = "closed", "已关账"

    year = models.PositiveSmallIntegerField("年度")
    department = models.ForeignKey(Department, models.PROTECT, related_name="funds", verbose_name="部门")
    name = models.CharField("资金名称", max_length=100)
    source = models.CharField("资金来源", max_length=100, help_text="例如：市财政局拨付")
    approval = models.CharField("批复文件", max_length=200, blank=True, help_text="例如：人大批复的部门预算文号")
    accounts_only = models.BooleanField("只有决算数", default=False)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="建立人")
    opened_at = models.DateTimeField("建立时间", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项资金"
        ordering = ["-year", "department__order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["department", "year", "name"], name="fund_once_a_year"),
            models.CheckConstraint(condition=Q(state__in=["open", "closed"]), name="fund_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.name}"


class BudgetLine(models.Model):
    """One line of a fund's budget. ``heading`` gathers lines under one subtotal; ``classes`` says what the line holds (水电费 = 水费 + 电费)."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="lines", verbose_name="资金")
    name = models.CharField("预算行", max_length=60)
    heading = models.CharField("归入", max_length=60, blank=True)
    order = models.PositiveSmallIntegerField("排序", default=0)
    classes = models.ManyToManyField(EconomicClass, related_name="+", verbose_name="支出经济分类")
    original = YuanField("年初预算（元）", null=True, blank=True, help_text="只有决算数的资金没有")
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算行"
        ordering = ["fund", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "name"], name="line_once_in_fund"),
            models.CheckConstraint(condition=Q(original=None) | Q(original__gte=0), name="line_original_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class BudgetAdjustment(models.Model):
    """One change of the budget with its document: 追加 (``to_line`` only), 调减 (``from_line`` only) or 调剂 (both). Append-only."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="adjustments", verbose_name="资金")
    from_line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, blank=True, related_name="cuts", verbose_name="调出")
    to_line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, blank=True, related_name="additions", verbose_name="调入")
    amount = YuanField("金额（元）")
    document = models.CharField("文件", max_length=200)
    reason = models.CharField("理由", max_length=300)
    decided_on = models.DateField("日期")
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="登记人")
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算调整"
        ordering = ["fund", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="adjustment_amount_positive"),
            models.CheckConstraint(condition=Q(from_line__isnull=False) | Q(to_line__isnull=False), name="adjustment_names_a_line"),
            models.CheckConstraint(
                condition=Q(from_line=None) | Q(to_line=None) | ~Q(from_line=F("to_line")), name="adjustment_between_two_lines"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def kind(self) -> str:
        if self.from_line_id and self.to_line_id:
            return "调剂"
        return "追加" if self.to_line_id else "调减"


class Expenditure(models.Model):
    """One entry of the book. A reversal (冲销) is an entry of its own, with the amount of the entry it points at.

    The database holds the rest: line and fund belong together, an entry is reversed once, nothing of it but the check is ever changed.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="expenditures", verbose_name="资金")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="expenditures", verbose_name="预算行")
    voucher = models.CharField("凭证号", max_length=40)
    spent_on = models.DateField("日期")
    amount = YuanField("金额（元）")
    payee = models.CharField("收款人", max_length=100)
    purpose = models.CharField("用途", max_length=300)
    reversal_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲销"
    )
    entered_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="登记人")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    checked_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = ExpenditureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支出"
        ordering = ["fund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "voucher"], name="voucher_once_in_fund"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="expenditure_amount_positive"),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_at=None) | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="expenditure_check_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("entered_by")), name="expenditure_checked_by_another"
            ),
            models.CheckConstraint(condition=Q(reversal_of=None) | ~Q(reversal_of=F("pk")), name="expenditure_reverses_another"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher} {self.line}"

    @property
    def is_reversal(self) -> bool:
        return self.reversal_of_id is not None


class VoucherImport(models.Model):
    """One confirmed import of vouchers: which file (SHA-256 of its bytes), how many entries and how much. Append-only."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="imports", verbose_name="资金")
    file_hash = models.CharField("文件 SHA-256", max_length=64)
    file_name = models.CharField("文件名", max_length=200)
    count = models.PositiveIntegerField("笔数")
    amount = YuanField("金额（元）")
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="导入人")
    made_at = models.DateTimeField("导入时间", default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "凭证导入"
        ordering = ["fund", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="import_is_not_empty"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="import_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.count} 笔"


class FundMonth(models.Model):
    """One month of a fund: what the finance book says of it (``stated``), what ours said then (``ours``), and whether it is closed."""

    class State(models.TextChoices):
        OPEN = "open", "未结账"
        CLOSED = "closed", "已结账"

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="months", verbose_name="资金")
    month = models.PositiveSmallIntegerField("月份")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    stated = YuanField("账簿支出（元）")
    ours = YuanField("对账时本系统支出（元）")
    explanation = models.CharField("差额说明", max_length=300, blank=True)
    reconciled_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="对账人")
    reconciled_at = models.DateTimeField("对账时间")
    closed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结账人")
    closed_at = models.DateTimeField("结账时间", null=True, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月份"
        ordering = ["fund", "month"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "month"], name="month_once_in_fund"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="month_of_a_year"),
            models.CheckConstraint(condition=Q(stated=F("ours")) | ~Q(explanation=""), name="month_difference_explained"),
            models.CheckConstraint(
                condition=Q(state="open", closed_by=None, closed_at=None)
                | Q(state="closed", closed_by__isnull=False, closed_at__isnull=False),
                name="month_closing_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} 月"
