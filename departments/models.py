"""WHO: regions, departments, users and the posts they hold."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.people import PostingQuerySet, UserManager
from departments.posts import DEPARTMENT_POSTS, Post


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


class User(AbstractBaseUser):
    """A person with an account. Never deleted: a leaver's account ends on a date, so that who did what stays known."""

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机", max_length=30, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    ends_on = models.DateField("停用日期", null=True, blank=True)
    handed_over_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="handed_over_from", verbose_name="工作交接给"
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    # Django asks for this on every user; nobody is one here.
    is_superuser = False

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.ends_on is None or self.ends_on > timezone.localdate()

    @property
    def is_staff(self) -> bool:
        """Whoever holds a post today may enter the staff's site."""
        return self.is_active and self.postings.held().exists()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj=None) -> bool:
        """Django's admin asks here; the answer comes from the post table in ``departments.access``."""
        from departments.access import may

        return may(self, perm)

    def has_module_perms(self, app_label: str) -> bool:
        from departments.access import may_module

        return may_module(self, app_label)


class FormerPassword(models.Model):
    """The hash of a password that a person used before, so that it is not taken again soon (``PASSWORD_HISTORY``)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-replaced_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user} {self.replaced_at:%Y-%m-%d}"


class Posting(models.Model):
    """One post held by one person from a day to a day, in one region or one department."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings", verbose_name="账号")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="行政区划")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="部门")
    from_on = models.DateField("任职自", default=timezone.localdate)
    to_on = models.DateField("任职至", null=True, blank=True, help_text="当日起不再任职")
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["user__username", "from_on"]
        constraints = [
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="posting_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(post__in=sorted(DEPARTMENT_POSTS)) | Q(department__isnull=False),
                name="posting_department_posts_name_one",
            ),
        ]

    def __str__(self) -> str:
        where = self.department or self.region or ""
        return f"{where}{self.get_post_display()}"


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
