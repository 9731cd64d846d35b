"""Routes of review in the staff's site."""

from __future__ import annotations

from django.contrib import admin

from departments.modeladmin import StaffModelAdmin
from departments.site import staff_site
from reviews.models import RouteRule


@admin.register(RouteRule, site=staff_site)
class RouteRuleAdmin(StaffModelAdmin):
    list_display = ("part", "stage", "post", "initiation", "duty")
