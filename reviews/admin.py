"""This room's screens in the staff's site: navigation, addresses, workbench."""

from departments.site import staff_site
from reviews.urls import screens
from reviews.views.pages import DEPARTMENT, EVERYONE, REGION
from reviews.views.workbench import sections

_GROUP = "清单调整"

staff_site.register_screen("requests", "调整申请", "admin:request_list", EVERYONE, _GROUP)
staff_site.register_screen("uploads", "导入工作簿", "admin:upload_start", DEPARTMENT, _GROUP)
staff_site.register_screen("batches", "调整批次", "admin:batch_list", REGION, _GROUP)
staff_site.register_urls(screens)
staff_site.register_workbench(sections)
