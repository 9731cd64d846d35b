"""This room in the staff's site: its screens, what waits for the checker on the workbench, and the table of 支出经济分类."""

from __future__ import annotations

from django.contrib import admin

from budget.models import EconomicClass
from budget.queries import READERS
from budget.urls import screens
from budget.views.workbench import sections
from departments.modeladmin import StaffModelAdmin
from departments.site import staff_site

staff_site.register_screen("funds", "专项资金", "admin:fund_list", READERS, "专项资金")
staff_site.register_urls(screens)
staff_site.register_workbench(sections)


@admin.register(EconomicClass, site=staff_site)
class EconomicClassAdmin(StaffModelAdmin):
    list_display = ("code", "name", "system", "version", "counterpart", "verified", "source")
    list_filter = ("system", "version", "verified")
    search_fields = ("=code", "name")
