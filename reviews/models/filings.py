"""After publication: where the notice was put up, and 事后备案审查 of the edition."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Region
from departments.posts import Post
from qingdan.items.models import Edition, Item
from reviews.later_states import FilingState
from reviews.models.measures import Measure
from reviews.models.requests import ChangeRequest
from reviews.queries import FilingQuerySet


class PublicationPlace(models.Model):
    """公布地点: where a region puts its notices up (data). Without ``region``: every region's."""

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("公布地点", max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="行政区划")
    required = models.BooleanField("必须", default=True, help_text="每次公布都要在此公布")
    order = models.PositiveSmallIntegerField("排序", default=0)
    in_use = models.BooleanField("使用", default=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "公布地点"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class PlacedNotice(models.Model):
    """公布记录: one edition put up at one place, on which day and under which address."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="placed_notices", verbose_name="公布版本")
    place = models.ForeignKey(PublicationPlace, models.PROTECT, related_name="notices", verbose_name="公布地点")
    placed_on = models.DateField("公布日期")
    address = models.CharField("网址或位置", max_length=300, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "公布记录"
        ordering = ["place__order", "pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "place"], name="notice_once_at_a_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.placed_on}"


class Filing(models.Model):
    """备案: one edition filed with the 司法行政部门 of ``receiver`` (the own region, or the city above a county)."""

    edition = models.OneToOneField(Edition, models.PROTECT, related_name="filing", verbose_name="公布版本")
    region = models.ForeignKey(Region, models.PROTECT, related_name="filings", verbose_name="行政区划")
    receiver = models.ForeignKey(Region, models.PROTECT, related_name="received_filings", verbose_name="受理地区")
    number = models.CharField("备案报告文号", max_length=100)
    report = models.TextField("备案报告")
    explanation = models.TextField("起草说明")
    basis = models.TextField("制定依据")
    due_on = models.DateField("报送期限")
    filed_on = models.DateField("报送日期")
    state = models.CharField("状态", max_length=12, choices=FilingState.choices, default=FilingState.FILED)
    round = models.PositiveSmallIntegerField("报送次数", default=1)
    registered_no = models.CharField("备案登记号", max_length=100, blank=True)
    registered_on = models.DateField("登记日期", null=True, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报送人")
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("时间", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备案"
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(state__in=FilingState.values), name="filing_state_known")]

    def __str__(self) -> str:
        return f"备案 {self.number}"

    @property
    def late(self) -> bool:
        return self.filed_on > self.due_on


class FilingResult(models.Model):
    """备案审查结果 of one round: outcome, number, opinion. Append-only."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "准予备案"
        RETURNED = "returned", "要求补正"
        ADVISED = "advised", "审查建议"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="results", verbose_name="备案")
    round = models.PositiveSmallIntegerField("报送次数")
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    number = models.CharField("文号", max_length=100)
    opinion = models.TextField("意见", blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审查人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "备案审查结果"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "round"], name="filing_result_once_a_round"),
            models.UniqueConstraint(fields=["filing", "number"], name="filing_result_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.number}"


class FilingFault(models.Model):
    """What a review found wrong with one item. ``request``: the full-route request it opened; ``measure``: what was done at once."""

    class Nature(models.TextChoices):
        SUBSTANTIVE = "substantive", "实体问题"
        CLERICAL = "clerical", "文字差错"

    result = models.ForeignKey(FilingResult, models.PROTECT, related_name="faults", verbose_name="审查结果")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name="事项")
    name = models.CharField("事项名称", max_length=500)
    nature = models.CharField("性质", max_length=12, choices=Nature.choices)
    note = models.TextField("问题")
    request = models.ForeignKey(
        ChangeRequest, models.PROTECT, null=True, blank=True, related_name="filing_faults", verbose_name="整改申请"
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="filing_faults", verbose_name="即办措施"
    )
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "备案审查发现的问题"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["result", "item"], name="filing_fault_once_per_item")]

    def __str__(self) -> str:
        return f"{self.name}：{self.get_nature_display()}"
