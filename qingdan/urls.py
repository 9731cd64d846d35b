"""The whole site map on one screen."""

from django.urls import path

from departments.site import staff_site

urlpatterns = [
    path("admin/", staff_site.urls),
]
