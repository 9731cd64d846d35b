"""What people are told, in the desk and by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.models.offices import Department
from departments.posts import Post


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody reads his own notices and nobody else's."""
        return self.filter(recipient=user)

    def unread(self):
        return self.filter(read_at=None)


class Notice(models.Model):
    """One thing that one person is told, as the holder of a post; ``key`` keeps the same thing from being told twice."""

    class Event(models.TextChoices):
        ASSIGNED = "assigned", "待办"
        RETURNED = "returned", "退回"
        DECIDED = "decided", "办理结果"
        DUE_SOON = "due_soon", "临期"
        OVERDUE = "overdue", "逾期"
        COMMENT = "comment", "留言"
        OPINION = "opinion", "征求意见"
        URGED = "urged", "催办"
        TASK = "task", "任务"
        PUBLISHED = "published", "公布"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", verbose_name="收件人")
    key = models.CharField("防重键", max_length=160)
    event = models.CharField("事件", max_length=10, choices=Event.choices)
    post = models.CharField("岗位", max_length=20, choices=Post.choices, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门")
    title = models.CharField("标题", max_length=200)
    detail = models.TextField("说明", blank=True)
    url = models.CharField("地址", max_length=300, blank=True, help_text="站内地址")
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notice_told_once")]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="notice_unread"),
            models.Index(fields=["url"], condition=models.Q(read_at=None), name="notice_unread_about"),
        ]

    def __str__(self) -> str:
        return self.title


class MailChoice(models.Model):
    """Where and how often a person gets his notices by mail; without a row he gets none."""

    class Often(models.TextChoices):
        EACH = "each", "逐条发送"
        DAILY = "daily", "每日一封摘要"
        NEVER = "never", "不发邮件"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mail_choice", verbose_name="账号")
    email = models.EmailField("电子邮箱", max_length=200, blank=True)
    often = models.CharField("发送方式", max_length=6, choices=Often.choices, default=Often.DAILY)

    class Meta:
        verbose_name = verbose_name_plural = "邮件通知"

    def __str__(self) -> str:
        return self.get_often_display()
