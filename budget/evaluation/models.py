"""A fund's self-evaluation: the format it is written in, its objectives and indicators, and what was submitted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from budget.evaluation.formats import Format, read_format
from budget.evaluation.scoring import Direction
from budget.money import FigureField
from budget.queries import OfEvaluationQuerySet, OfFundQuerySet

_PERSON = settings.AUTH_USER_MODEL


def _tracked() -> HistoricalRecords:
    return HistoricalRecords(history_change_reason_field=models.TextField(null=True))


def weight_field(label: str, **options) -> FigureField:
    return FigureField(label, max_digits=5, decimal_places=2, **options)


class EvaluationFormat(models.Model):
    """A template of 项目支出绩效自评表 as data: which sheet is printed, the weights that close to 100, the bands of a judgement.

    ``sections``: ``产出指标=50；效益指标=30``; ``bands``: ``达成预期指标=100-80；…``, the best first. Read by ``budget.evaluation.formats``.
    """

    class Layout(models.TextChoices):
        HUBEI = "hubei", "湖北：按年度目标列指标"
        NATIONAL = "national", "全国：按一级指标列指标"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=100)
    layout = models.CharField("表式", max_length=10, choices=Layout.choices)
    execution_weight = weight_field("预算执行分值")
    sections = models.CharField("指标分值", max_length=500)
    bands = models.CharField("定性档次", max_length=500)
    source = models.CharField("出处", max_length=200, blank=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建立人")

    class Meta:
        verbose_name = verbose_name_plural = "自评表样式"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(execution_weight__gte=0, execution_weight__lte=100), name="format_execution_weight_in_100"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def read(self) -> Format:
        """As a value."""
        return read_format(
            code=self.code,
            name=self.name,
            layout=self.layout,
            execution=self.execution_weight,
            sections=self.sections,
            bands=self.bands,
        )


class SelfEvaluation(models.Model):
    """The self-evaluation of one fund in one format: 填写中 → 已提交 (frozen) → 已确认; returned by the checker, it is 填写中 again."""

    class State(models.TextChoices):
        DRAFT = "draft", "填写中"
        SUBMITTED = "submitted", "已提交"
        CONFIRMED = "confirmed", "已确认"

    class Category(models.TextChoices):
        DEPARTMENT = "department", "部门预算项目"
        UPPER = "upper", "省直专项"
        OWN = "own", "本级专项"
        TRANSFER = "transfer", "对下转移支付项目"

    class Attribute(models.TextChoices):
        LASTING = "lasting", "持续性项目"
        NEW = "new", "新增性项目"

    class Kind(models.TextChoices):
        YEARLY = "yearly", "常年性项目"
        CONTINUED = "continued", "延续性项目"
        ONCE = "once", "一次性项目"

    fund = models.ForeignKey("budget.Fund", models.PROTECT, related_name="evaluations", verbose_name="资金")
    format = models.ForeignKey(EvaluationFormat, models.PROTECT, related_name="+", verbose_name="样式")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    unit = models.CharField("实施单位", max_length=100)
    reported_on = models.DateField("填报日期", null=True, blank=True)
    category = models.CharField("项目类别", max_length=12, choices=Category.choices, blank=True)
    attribute = models.CharField("项目属性", max_length=12, choices=Attribute.choices, blank=True)
    kind = models.CharField("项目类型", max_length=12, choices=Kind.choices, blank=True)
    analysis = models.TextField("偏差大或目标未完成原因分析", blank=True)
    measures = models.TextField("改进措施及结果应用方案", blank=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="建立人")
    made_at = models.DateTimeField("建立时间", default=timezone.now)
    submitted_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    history = _tracked()

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "绩效自评"
        ordering = ["fund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "format"], name="evaluation_once_a_format"),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_by=None, submitted_at=None, confirmed_by=None, confirmed_at=None)
                | Q(state="submitted", submitted_by__isnull=False, submitted_at__isnull=False, confirmed_by=None, confirmed_at=None)
                | Q(
                    state="confirmed",
                    submitted_by__isnull=False,
                    submitted_at__isnull=False,
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                ),
                name="evaluation_state_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("submitted_by")), name="evaluation_confirmed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund}：{self.format}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class Objective(models.Model):
    """One goal of the year: what was expected, what came of it. ``weight``: its share where the format lists by goals (Hubei)."""

    evaluation = models.ForeignKey(SelfEvaluation, models.PROTECT, related_name="objectives", verbose_name="自评")
    order = models.PositiveSmallIntegerField("排序")
    expected = models.TextField("预期目标")
    achieved = models.TextField("实际完成情况", blank=True)
    weight = weight_field("分值", null=True, blank=True)
    history = _tracked()

    objects = OfEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度绩效目标"
        ordering = ["evaluation", "order", "pk"]
        constraints = [models.CheckConstraint(condition=Q(weight=None) | Q(weight__gte=0), name="objective_weight_not_negative")]

    def __str__(self) -> str:
        return self.expected[:40]


class Indicator(models.Model):
    """One indicator of the tree 一级 · 二级 · 三级. ``target`` A, ``actual`` B (定性: per cent judged, what was seen in ``actual_text``).

    ``computed_by`` names a figure of the list that stands for the value; what it was, by which query, is frozen when it is submitted.
    """

    class Measure(models.TextChoices):
        AT_LEAST = Direction.AT_LEAST, "≥ 不低于"
        AT_MOST = Direction.AT_MOST, "≤ 不高于（反向）"
        EQUAL = Direction.EQUAL, "= 等于"
        RANGE = Direction.RANGE, "区间"
        QUALITY = Direction.QUALITY, "定性"

    evaluation = models.ForeignKey(SelfEvaluation, models.PROTECT, related_name="indicators", verbose_name="自评")
    objective = models.ForeignKey(Objective, models.PROTECT, related_name="indicators", verbose_name="年度目标")
    order = models.PositiveSmallIntegerField("排序")
    level1 = models.CharField("一级指标", max_length=40)
    level2 = models.CharField("二级指标", max_length=40)
    name = models.CharField("三级指标", max_length=100)
    direction = models.CharField("方向", max_length=8, choices=Measure.choices)
    target = FigureField("目标值", null=True, blank=True)
    target_high = FigureField("目标值上限", null=True, blank=True)
    target_text = models.CharField("目标说明", max_length=200, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    weight = weight_field("分值")
    actual = FigureField("实际完成值", null=True, blank=True)
    actual_text = models.CharField("完成说明", max_length=200, blank=True)
    evidence = models.CharField("支撑材料", max_length=300, blank=True)
    deviation = models.CharField("偏差原因及改进措施", max_length=500, blank=True)
    computed_by = models.CharField("自动计算", max_length=60, blank=True)
    frozen_value = FigureField("提交时的值", null=True, blank=True)
    frozen_at = models.DateTimeField("取数时间", null=True, blank=True)
    frozen_query = models.TextField("取数方法", blank=True)
    history = _tracked()

    objects = OfEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "绩效指标"
        ordering = ["evaluation", "objective__order", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "name"], name="indicator_once_in_evaluation"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="indicator_weight_positive"),
            models.CheckConstraint(condition=Q(target=None) | Q(target__gte=0), name="indicator_target_not_negative"),
            models.CheckConstraint(
                condition=Q(direction="range", target_high__gte=F("target")) | (~Q(direction="range") & Q(target_high=None)),
                name="indicator_range_is_whole",
            ),
            models.CheckConstraint(
                condition=(Q(direction="quality", target=None) & ~Q(target_text=""))
                | (~Q(direction="quality") & Q(target__isnull=False)),
                name="indicator_has_a_target",
            ),
            models.CheckConstraint(
                condition=~Q(direction="quality") | Q(actual=None) | Q(actual__gte=0, actual__lte=100),
                name="indicator_judged_in_100",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EvaluationSubmission(models.Model):
    """What was submitted, whole: the sheet as canonical JSON with its SHA-256. Append-only; a returned one gets the next number."""

    evaluation = models.ForeignKey(SelfEvaluation, models.PROTECT, related_name="submissions", verbose_name="自评")
    number = models.PositiveSmallIntegerField("第几次提交")
    body = models.TextField("内容")
    body_hash = models.CharField("内容 SHA-256", max_length=64)
    total = weight_field("总分", null=True)
    made_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name="提交人")
    made_at = models.DateTimeField("提交时间", default=timezone.now)

    objects = OfEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自评提交"
        ordering = ["evaluation", "number"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="submission_once_a_number")]

    def __str__(self) -> str:
        return f"{self.evaluation} 第 {self.number} 次提交"
