"""Accounts and the posts they hold."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models.offices import Department, Region
from departments.people import PostingQuerySet, UserManager
from departments.posts import DEPARTMENT_POSTS, Post


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
    deputy_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name="受委托代办")
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
            models.CheckConstraint(
                condition=Q(deputy_of__isnull=True) | Q(to_on__isnull=False), name="posting_of_a_deputy_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        where = self.department or self.region or ""
        deputy = f"（受{self.deputy_of.user}委托）" if self.deputy_of_id else ""
        return f"{where}{self.get_post_display()}{deputy}"
