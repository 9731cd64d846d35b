"""The whole site map on one screen."""

from django.urls import path

from departments.site import staff_site
from qingdan import web

urlpatterns = [
    path("healthz", web.healthz, name="healthz"),
    path("readyz", web.readyz, name="readyz"),
    path("admin/", staff_site.urls),
]
handler400 = web.bad_request
handler403 = web.permission_denied
handler404 = web.page_not_found
handler500 = web.server_error
