"""What surrounds a meeting's decision: its agenda, what 审改办 registered from the minutes, and the text amended as the meeting asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.posts import Post
from qingdan.items.content import DepartmentContent, ItemContent, read_content, read_department_content
from qingdan.items.kinds import ChangeKind
from reviews.models.batches import Batch, Meeting, MeetingDecision
from reviews.models.requests import Change


class AgendaItem(models.Model):
    """议题: one point of a meeting. ``batch`` is empty where the meeting only hears a report (紧急暂停情况, say)."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="agenda", verbose_name="会议")
    position = models.PositiveIntegerField("序号")
    subject = models.CharField("议题", max_length=200)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="agenda_items", verbose_name="调整批次")
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="agenda_position_once"),
            models.UniqueConstraint(fields=["meeting", "batch"], name="agenda_names_a_batch_once"),
        ]

    def __str__(self) -> str:
        return self.subject


class MeetingRecord(models.Model):
    """审议结果登记: what 审改办 read from the minutes; it takes effect when a second person has checked it.

    ``exceptions`` is JSON: change key → [outcome, note].
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待核对"
        CONFIRMED = "confirmed", "已核对"
        SENT_BACK = "sent_back", "已退回"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="meeting_records", verbose_name="调整批次")
    meeting_title = models.CharField("会议名称", max_length=100)
    held_on = models.DateField("召开日期")
    minutes_no = models.CharField("会议纪要文号", max_length=100)
    outcome = models.CharField("审议结果", max_length=10, choices=MeetingDecision.Outcome.choices)
    opinion = models.TextField("意见", blank=True)
    exceptions = models.TextField("例外", default="{}")
    submission_hash = models.CharField("送审稿哈希", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间", default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    settled_note = models.TextField("核对意见", blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "审议结果登记"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["batch"], condition=Q(state="waiting"), name="meeting_record_one_waiting"),
            models.CheckConstraint(
                condition=Q(settled_by=None) | ~Q(settled_by=models.F("person")), name="meeting_record_checked_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_title}：{self.get_outcome_display()}"


class Amendment(models.Model):
    """One change as the meeting wanted it: the whole amended content. The last one of a change counts. Append-only."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="amendments", verbose_name="调整批次")
    change = models.ForeignKey(Change, models.PROTECT, related_name="amendments", verbose_name="调整内容")
    content_bytes = models.BinaryField("修改后的内容")
    content_hash = models.CharField("内容哈希", max_length=64)
    before_hash = models.CharField("修改前哈希", max_length=64)
    note = models.TextField("会议意见")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "会后修改"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.change}（会后修改）"

    @property
    def content(self) -> ItemContent | DepartmentContent:
        read = read_department_content if self.change.kind == ChangeKind.DEPARTMENT else read_content
        return read(self.content_bytes)


class TextConfirmation(models.Model):
    """审改办 or 司法 found the amended text to be what the minutes say; bound to the hash of that text. Append-only."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="text_confirmations", verbose_name="调整批次")
    text_hash = models.CharField("修改文本哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核对人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "修改文本核对"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "text_hash", "post"], name="text_confirmed_once_by_an_office"),
            models.UniqueConstraint(fields=["batch", "text_hash", "person"], name="text_confirmed_once_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()}：与会议纪要一致"
