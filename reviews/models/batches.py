"""调整批次, the meetings that decide them, and what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Region
from departments.posts import Post
from qingdan.items.models import Edition
from reviews.queries import BatchQuerySet, MeetingQuerySet
from reviews.states import OPEN_BATCH, BatchState


class Meeting(models.Model):
    """政府常务会: number, date, minutes."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="meetings", verbose_name="行政区划")
    number = models.PositiveIntegerField("会议次数", null=True, blank=True, help_text="第几次常务会议")
    title = models.CharField("会议名称", max_length=100, help_text="例如：市政府第12次常务会议")
    held_on = models.DateField("召开日期")
    minutes_no = models.CharField("会议纪要文号", max_length=100, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常务会"
        ordering = ["-held_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["region", "title", "held_on"], name="meeting_once")]

    def __str__(self) -> str:
        return self.title


class Batch(models.Model):
    """调整批次: requests that passed legality, its 送审稿 frozen by hash, decided as one 议题, becomes one edition.

    ``without_meeting``: it holds only what the region's rules let stop after legality (``short_routes``); ``short_basis`` and
    ``settled_on`` say by which rules and when it was settled so.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="batches", verbose_name="行政区划")
    number = models.PositiveIntegerField("批次号")
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=12, choices=BatchState.choices, default=BatchState.DRAFT)
    submission = models.BinaryField("送审稿", default=b"", help_text="冻结时的规范字节")
    submission_hash = models.CharField("送审稿哈希", max_length=64, blank=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="batches", verbose_name="审议会议")
    without_meeting = models.BooleanField("按规定不经常务会审议", default=False)
    short_basis = models.CharField("不经常务会审议的依据", max_length=500, blank=True)
    settled_on = models.DateField("不经常务会审议的定稿日期", null=True, blank=True)
    edition = models.OneToOneField(Edition, models.PROTECT, null=True, blank=True, related_name="batch", verbose_name="公布版本")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="汇总人")
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    history = HistoricalRecords(excluded_fields=["submission"], history_change_reason_field=models.TextField(null=True))

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调整批次"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="batch_number_once_in_region"),
            # One for the next meeting, and one that needs none.
            models.UniqueConstraint(
                fields=["region", "without_meeting"],
                condition=Q(state__in=list(OPEN_BATCH)),
                name="batch_one_open_in_region",
            ),
            models.CheckConstraint(
                condition=Q(short_basis="", settled_on=None)
                | Q(without_meeting=True, settled_on__isnull=False) & ~Q(short_basis=""),
                name="batch_without_meeting_names_its_basis",
            ),
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> str:
        """Its state in words; of one without a meeting none that says it was deliberated."""
        if self.without_meeting:
            return {BatchState.FROZEN: "公布稿已定", BatchState.DECIDED: "待公布"}.get(self.state, self.get_state_display())
        return self.get_state_display()

    @property
    def paper_name(self) -> str:
        return "公布稿" if self.without_meeting else "送审稿"


class MeetingDecision(models.Model):
    """What the 常务会 decided of a batch, bound to the hash of its 送审稿; exceptions stand on the changes. Append-only."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "审议通过"
        IN_PRINCIPLE = "principle", "原则通过"
        DEFERRED = "deferred", "暂缓"
        REFUSED = "refused", "不予通过"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="meeting_decisions", verbose_name="调整批次")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions", verbose_name="会议")
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    opinion = models.TextField("说明", blank=True)
    submission_hash = models.CharField("送审稿哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    confirming_post = models.CharField("核对岗位", max_length=20, choices=Post.choices, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "审议结果"
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "submission_hash"], name="meeting_decides_a_submission_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("person")), name="meeting_decision_checked_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
