"""机构改革: a department that is renamed, or whose items another one takes over, together with the list."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Department, Region
from qingdan.items.models import Edition
from reviews.later_states import MeasureState
from reviews.queries import MeasureQuerySet


class Reform(models.Model):
    """One department's reform: proposed by 审改办, confirmed by 编办; then the department, its posts and its items change in one act."""

    class Kind(models.TextChoices):
        MERGE = "merge", "并入"
        RENAME = "rename", "更名"

    region = models.ForeignKey(Region, models.PROTECT, related_name="reforms", verbose_name="行政区划")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    department = models.ForeignKey(Department, models.PROTECT, related_name="reforms", verbose_name="部门")
    into = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承接部门")
    new_name = models.CharField("新名称", max_length=100, blank=True)
    reason = models.TextField("依据")
    meeting = models.CharField("审议会议", max_length=200)
    decided_on = models.DateField("审议日期")
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
    edition = models.OneToOneField(Edition, models.PROTECT, null=True, blank=True, related_name="reform", verbose_name="公布版本")
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构改革"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["department"], condition=Q(state="proposed"), name="reform_one_proposed"),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(edition__isnull=False) & ~Q(settled_by=models.F("proposed_by"))),
                name="reform_published_by_two",
            ),
            models.CheckConstraint(
                condition=Q(kind="merge", into__isnull=False, new_name="") | (Q(kind="rename", into=None) & ~Q(new_name="")),
                name="reform_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}并入{self.into}" if self.kind == self.Kind.MERGE else f"{self.department}更名为{self.new_name}"
