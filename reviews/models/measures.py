"""紧急暂停 and 更正: what 审改办 and 司法, two people, publish at once, without a request or a meeting."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Region
from qingdan.items.content import ItemContent, read_content
from qingdan.items.kinds import EditionKind
from qingdan.items.models import Edition, Item, ItemVersion
from reviews.later_states import MeasureState
from reviews.models.batches import Meeting
from reviews.queries import MeasureQuerySet


class Measure(models.Model):
    """One item suspended or corrected. ``reported_at``: the meeting that heard of a suspension."""

    class Kind(models.TextChoices):
        SUSPENSION = EditionKind.SUSPENSION.value, "紧急暂停"
        CORRECTION = EditionKind.CORRECTION.value, "更正"

    region = models.ForeignKey(Region, models.PROTECT, related_name="measures", verbose_name="行政区划")
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name="事项")
    base_version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+", verbose_name="现行版本")
    name = models.CharField("事项名称", max_length=500)
    content_bytes = models.BinaryField("拟定内容")
    content_hash = models.CharField("内容哈希", max_length=64)
    reason = models.TextField("理由")
    document = models.CharField("依据文件", max_length=300, blank=True)
    notice_title = models.CharField("公布文件标题", max_length=200)
    notice_no = models.CharField("公布文号", max_length=100)
    state = models.CharField("状态", max_length=10, choices=MeasureState.choices, default=MeasureState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    settled_at = models.DateTimeField("核对时间", null=True, blank=True)
    opinion = models.TextField("核对意见", blank=True)
    edition = models.OneToOneField(Edition, models.PROTECT, null=True, blank=True, related_name="measure", verbose_name="公布版本")
    reported_at = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="reported_measures", verbose_name="报告会议"
    )
    history = HistoricalRecords(excluded_fields=["content_bytes"], history_change_reason_field=models.TextField(null=True))

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "紧急暂停和更正"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MeasureState.values), name="measure_state_known"),
            models.UniqueConstraint(fields=["item"], condition=Q(state="proposed"), name="measure_one_proposed_per_item"),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(edition__isnull=False) & ~Q(settled_by=models.F("proposed_by"))),
                name="measure_published_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.name}"

    @property
    def content(self) -> ItemContent:
        return read_content(self.content_bytes)
