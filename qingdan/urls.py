"""The whole site map on one screen."""

from django.urls import include, path
from django.utils.module_loading import autodiscover_modules

from departments.site import staff_site
from qingdan import web

# Each room's admin.py adds its screens to the staff's site.
autodiscover_modules("admin", register_to=staff_site)

urlpatterns = [
    path("healthz", web.healthz, name="healthz"),
    path("readyz", web.readyz, name="readyz"),
    path("admin/", staff_site.urls),
    path("", include("qingdan.api.urls")),
    path("", include("qingdan.public.urls")),
]
handler400 = web.bad_request
handler403 = web.permission_denied
handler404 = web.page_not_found
handler500 = web.server_error
