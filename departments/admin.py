"""Read-only tables of people and departments, and the audit trail. What 系统管理员 changes, he changes in ``departments.views``."""

from __future__ import annotations

from django.contrib import admin

from departments.audit_reading import events_for
from departments.modeladmin import StaffHistoryAdmin, StaffModelAdmin
from departments.models import Department, Posting, Region, User, WorkingDay
from departments.posts import Post
from departments.site import staff_site
from departments.urls import patterns
from qingdan.ledger.models import AuditEvent
from qingdan.outbox.models import OutboxEntry, TaskRun


@admin.register(Region, site=staff_site)
class RegionAdmin(StaffModelAdmin):
    list_display = ("code", "name", "level", "parent")
    list_filter = ("level",)
    search_fields = ("=code", "name")
    list_select_related = ("parent",)


@admin.register(Department, site=staff_site)
class DepartmentAdmin(StaffHistoryAdmin):
    list_display = ("code", "name", "short_name", "region", "kind", "abolished_on", "successor")
    list_filter = ("kind", "abolished_on")
    search_fields = ("=code", "name", "short_name")
    list_select_related = ("region", "successor")


@admin.register(User, site=staff_site)
class UserAdmin(StaffModelAdmin):
    list_display = ("username", "name", "last_login", "ends_on", "handed_over_to")
    search_fields = ("username", "name")
    fields = (
        "username",
        "name",
        "last_login",
        "must_change_password",
        "password_changed_at",
        "ends_on",
        "handed_over_to",
        "created_at",
    )
    list_select_related = ("handed_over_to",)


@admin.register(Posting, site=staff_site)
class PostingAdmin(StaffHistoryAdmin):
    list_display = ("user", "post", "department", "region", "from_on", "to_on", "deputy_of")
    list_filter = ("post", "from_on", "to_on")
    search_fields = ("user__username", "user__name", "department__name")
    list_select_related = ("user", "department", "region", "deputy_of__user", "deputy_of__department", "deputy_of__region")


@admin.register(WorkingDay, site=staff_site)
class WorkingDayAdmin(StaffModelAdmin):
    list_display = ("date", "weekday", "kind", "name", "confirmed", "source")
    list_filter = ("kind", "confirmed")
    date_hierarchy = "date"
    search_fields = ("name", "source")

    @admin.display(description="星期")
    def weekday(self, row):
        return f"星期{'一二三四五六日'[row.date.weekday()]}"


@admin.register(OutboxEntry, site=staff_site)
class OutboxEntryAdmin(StaffModelAdmin):
    """What is still to be sent, and why it failed; the content stays between sender and recipient."""

    list_display = ("created_at", "kind", "attempts", "next_attempt_at", "done_at", "last_error")
    list_filter = ("kind", "done_at")
    fields = ("kind", "created_at", "attempts", "next_attempt_at", "lease_until", "done_at", "last_error")


@admin.register(TaskRun, site=staff_site)
class TaskRunAdmin(StaffModelAdmin):
    list_display = ("day", "name", "attempts", "done_at", "result", "last_error")
    list_filter = ("name", "day")


@admin.register(AuditEvent, site=staff_site)
class AuditEventAdmin(StaffModelAdmin):
    """审计管理员 reads everything; 审计只读 of a region what the people of that region did."""

    list_display = ("sequence", "at", "actor_name", "actor_id", "post", "act", "outcome", "object_type", "object_id", "detail")
    list_filter = ("outcome", "act", "at")
    search_fields = ("=actor_id", "actor_name", "=object_id", "detail")

    def get_queryset(self, request):
        return events_for(request.user).order_by(*self.model._meta.ordering)


_GROUP = "部门与人员"
staff_site.register_urls(patterns)
staff_site.register_screen("audit_export", "导出审计记录", "admin:audit_export", [Post.AUDIT_ADMIN, Post.AUDITOR], "审计")
staff_site.register_screen("accounts", "账号", "admin:accounts", [Post.SYSTEM_ADMIN], _GROUP)
staff_site.register_screen("account_roster", "导入账号", "admin:account_roster", [Post.SYSTEM_ADMIN], _GROUP)
staff_site.register_screen("offices", "部门", "admin:offices", [Post.SYSTEM_ADMIN], _GROUP)
staff_site.register_screen("department_roster", "导入部门", "admin:department_roster", [Post.SYSTEM_ADMIN], _GROUP)
