"""The calendar of working days."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class WorkingDay(models.Model):
    """A day on which the state's calendar departs from the week, or confirms it: a holiday, a rest day moved, a weekend worked.

    A day without a row follows the week. Deadlines are computed from these rows whenever they are shown, so a change moves them.
    """

    class Kind(models.TextChoices):
        REST = "rest", "休息"
        WORK = "work", "上班"

    date = models.DateField("日期", unique=True)
    kind = models.CharField("安排", max_length=4, choices=Kind.choices)
    name = models.CharField("节日", max_length=40, blank=True)
    source = models.CharField("来源", max_length=200, help_text="例如：国务院办公厅关于2027年部分节假日安排的通知")
    confirmed = models.BooleanField("已按通知核对", default=False, help_text="一年的安排全部核对之前，该年的期限显示为预估")

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["-date"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["rest", "work"]), name="working_day_kind_known")]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"
