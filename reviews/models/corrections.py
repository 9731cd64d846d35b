"""纠错: what a reader says is wrong with a published item, what became of it, and, for a while, how the department can reach him.

None of these tables keeps a history: the reader's words can be taken out again, his contact is erased, and no hash of either is kept.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from departments.models import Department, Region
from departments.posts import Post
from qingdan.items.models import Edition, Item, ItemVersion
from reviews.later_states import ReportAction, ReportState
from reviews.models.requests import ChangeRequest
from reviews.queries import ReportQuerySet


class ReaderReport(models.Model):
    """One report on one item, as it stood when it came in. ``number_hash``: SHA-256 of the query number, which only its reader has.

    ``token_hash``: of the form that brought it, so that one form makes one report. ``revision`` counts what the desk did.
    """

    class About(models.TextChoices):
        PHONE = "phone", "电话"
        PLACE = "place", "地址、办理时间"
        BASIS = "basis", "法律依据"
        WAY = "way", "办理流程、材料、时限、收费"
        NAME = "name", "名称、部门"
        OTHER = "other", "其他"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="行政区划")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="部门")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name="事项")
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+", verbose_name="所见版本")
    about = models.CharField("问题在", max_length=8, choices=About.choices)
    text = models.TextField("读者所述", blank=True)
    token_hash = models.CharField("表单哈希", max_length=64, unique=True)
    number_hash = models.CharField("查询号哈希", max_length=64, unique=True)
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=10, choices=ReportState.choices, default=ReportState.OPEN)
    revision = models.PositiveIntegerField("修订", default=1)
    answer = models.TextField("答复", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    request = models.ForeignKey(
        ChangeRequest, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name="调整申请"
    )
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name="公布版本")
    redacted_at = models.DateTimeField("遮蔽时间", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "读者纠错"
        ordering = ["received_at", "pk"]
        indexes = [models.Index(fields=["department", "state"], name="report_of_department")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN, answered_by=None, answered_at=None)
                | (~Q(state=ReportState.OPEN) & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="report_answer_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.PUBLISHED, edition__isnull=False)
                | (~Q(state=ReportState.PUBLISHED) & Q(edition=None)),
                name="report_published_has_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"读者纠错第{self.pk}号"

    @property
    def present_state(self) -> str:
        """``state``, save that an adjustment which came to nothing answers nothing: the department has to answer again."""
        if self.state == ReportState.ACCEPTED and (self.request is None or self._is_stalled):
            return ReportState.OPEN
        return self.state

    @property
    def _is_stalled(self) -> bool:
        return ReaderReport.objects.filter(pk=self.pk).stalled().exists()


class ReportContact(models.Model):
    """How to reach the reader of a report: no history, no hash, only for the department, deleted after a time."""

    report = models.OneToOneField(ReaderReport, models.PROTECT, primary_key=True, related_name="contact", verbose_name="读者纠错")
    text = models.CharField("联系方式", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "读者联系方式"

    def __str__(self) -> str:
        return f"{self.report}的联系方式"


class ReportStep(models.Model):
    """One thing done with a report, by whom and when; append-only, and without any words of the reader. ``person`` is empty for himself."""

    report = models.ForeignKey(ReaderReport, models.PROTECT, related_name="steps", verbose_name="读者纠错")
    action = models.CharField("办理", max_length=10, choices=ReportAction.choices)
    state = models.CharField("状态", max_length=10, choices=ReportState.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    post = models.CharField("岗位", max_length=20, choices=Post.choices, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "纠错办理记录"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.report} {self.get_action_display()}"


class ReportTally(models.Model):
    """How often one source did something on one day, under a key that tells nothing of it once the day is over; then deleted."""

    class Kind(models.TextChoices):
        SENT = "sent", "纠错"
        ASKED = "asked", "查询未中"

    day = models.DateField("日期")
    kind = models.CharField("种类", max_length=6, choices=Kind.choices)
    source = models.CharField("来源", max_length=64)
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "纠错次数"
        constraints = [models.UniqueConstraint(fields=["day", "kind", "source"], name="report_tally_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()} {self.count}"
