"""This room in the staff's site: its screens, its lists on the workbench, and the routes of review."""

from __future__ import annotations

from django.contrib import admin

from departments.modeladmin import StaffModelAdmin
from departments.posts import Post
from departments.site import staff_site
from reviews.models import ChecklistRow, DeskSetting, Limit, PublicationPlace, RouteRule, ShortRoute
from reviews.urls import screens
from reviews.views.above import sections as sections_from_above
from reviews.views.articles import sections as waiting_articles
from reviews.views.conversation import waiting
from reviews.views.corrections import READERS as REPORT_READERS
from reviews.views.corrections import sections as open_reports
from reviews.views.drafts import editing_section
from reviews.views.later_workbench import sections as later_sections
from reviews.views.opinions import asked
from reviews.views.pages import DEPARTMENT, EVERYONE, REGION
from reviews.views.transfers import transfer_section
from reviews.views.workbench import sections

_GROUP = "清单调整"

staff_site.register_screen("inbox", "收件箱", "admin:inbox", EVERYONE, _GROUP)
staff_site.register_screen("requests", "调整申请", "admin:request_list", EVERYONE, _GROUP)
staff_site.register_screen("pick", "调整事项", "admin:item_pick", DEPARTMENT, _GROUP)
staff_site.register_screen("bulk", "批量修改", "admin:bulk", DEPARTMENT, _GROUP)
staff_site.register_screen("on_behalf", "代部门提出", "admin:request_on_behalf", (Post.COMPLIANCE,), _GROUP)
staff_site.register_screen("uploads", "导入工作簿", "admin:upload_start", DEPARTMENT, _GROUP)
staff_site.register_screen("batches", "调整批次", "admin:batch_list", REGION, _GROUP)
staff_site.register_screen("articles", "条文", "admin:article_list", EVERYONE, _GROUP)
staff_site.register_screen("directives", "上级决定", "admin:directive_list", EVERYONE, _GROUP)
staff_site.register_screen("measures", "紧急暂停和更正", "admin:measure_list", REGION, _GROUP)
staff_site.register_screen("reforms", "机构改革", "admin:reform_list", REGION, _GROUP)
staff_site.register_screen("filings", "公布与备案", "admin:filing_list", REGION, _GROUP)
staff_site.register_screen("meetings", "常务会", "admin:meeting_list", REGION, _GROUP)
staff_site.register_screen("campaigns", "专项清理", "admin:campaign_list", EVERYONE, _GROUP)
staff_site.register_screen("reports", "读者纠错", "admin:report_list", REPORT_READERS, _GROUP)
staff_site.register_screen("statistics", "调整统计", "admin:adjustment_statistics", EVERYONE, _GROUP)
staff_site.register_urls(screens)
staff_site.register_workbench(editing_section)
staff_site.register_workbench(transfer_section)
staff_site.register_workbench(sections)
staff_site.register_workbench(waiting_articles)
staff_site.register_workbench(later_sections)
staff_site.register_workbench(open_reports)
staff_site.register_workbench(waiting)
staff_site.register_workbench(sections_from_above)
staff_site.register_workbench(asked)


@admin.register(RouteRule, site=staff_site)
class RouteRuleAdmin(StaffModelAdmin):
    list_display = ("part", "stage", "post", "initiation", "duty")


@admin.register(ChecklistRow, site=staff_site)
class ChecklistRowAdmin(StaffModelAdmin):
    list_display = ("text", "part", "kind", "source", "active")
    list_filter = ("part", "kind", "active")


@admin.register(DeskSetting, site=staff_site)
class DeskSettingAdmin(StaffModelAdmin):
    list_display = ("region", "stamped_form_required", "opinion_days")


@admin.register(ShortRoute, site=staff_site)
class ShortRouteAdmin(StaffModelAdmin):
    list_display = ("region", "kind", "in_use", "basis")
    list_filter = ("in_use",)


@admin.register(Limit, site=staff_site)
class LimitAdmin(StaffModelAdmin):
    list_display = ("state", "kind", "days", "confirmed", "source")
    list_filter = ("state", "confirmed")


@admin.register(PublicationPlace, site=staff_site)
class PublicationPlaceAdmin(StaffModelAdmin):
    list_display = ("name", "region", "required", "in_use", "order")
