"""The staff's one site: the stock admin's frame with our own index and screens."""

from __future__ import annotations

from django.contrib import admin


class StaffSite(admin.AdminSite):
    site_header = "权责清单工作台"
    site_title = "权责清单工作台"
    index_title = "工作台"


staff_site = StaffSite(name="admin")
