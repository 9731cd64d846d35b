"""Regions and departments."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords


class Region(models.Model):
    """An administrative region (GB/T 2260 code) that keeps a list of its own, or the parent of one."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        CITY = "city", "地级"
        COUNTY = "county", "县级"

    code = models.CharField("行政区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DepartmentQuerySet(models.QuerySet):
    def in_being(self, day=None):
        """Departments that exist on ``day`` (today if not given)."""
        day = day or timezone.localdate()
        return self.filter(Q(established_on=None) | Q(established_on__lte=day), Q(abolished_on=None) | Q(abolished_on__gt=day))


class Department(models.Model):
    """A department as it is now. How it was called when an edition was published stands in that edition."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "政府工作部门"
        INSTITUTION = "institution", "直属事业单位"
        AGENCY = "agency", "派出机构"
        VERTICAL = "vertical", "垂直管理"
        AUTHORISED = "authorised", "法律法规授权组织"

    code = models.CharField("部门代码", max_length=40, unique=True, help_text="全系统唯一，公布后不再改变")
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name="行政区划")
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=60, blank=True)
    kind = models.CharField("性质", max_length=12, choices=Kind.choices, default=Kind.GOVERNMENT)
    order = models.PositiveIntegerField("排序", default=0)
    liaison = models.CharField("联络员", max_length=60, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    hours = models.CharField("办公时间", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=60, blank=True)
    phone_confirmed_on = models.DateField("电话核对日期", null=True, blank=True)
    established_on = models.DateField("成立日期", null=True, blank=True)
    abolished_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="承接部门"
    )
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ["region__code", "order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], condition=Q(abolished_on=None), name="department_name_once_in_region"
            ),
            models.CheckConstraint(
                condition=Q(abolished_on=None) | Q(established_on=None) | Q(abolished_on__gte=F("established_on")),
                name="department_abolished_after_established",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def answered_for_by(self) -> list[int]:
        """Keys of the departments whose people act for this one: itself, and after a merger whoever took it over."""
        keys, department, today = [self.pk], self, timezone.localdate()
        while department.successor_id and department.abolished_on and department.abolished_on <= today:
            department = department.successor
            keys.append(department.pk)
        return keys
