"""The whole site map on one screen."""

from django.urls import path
from django.utils.module_loading import autodiscover_modules

from departments.site import staff_site

# Each room's admin.py adds its screens to the staff's site.
autodiscover_modules("admin", register_to=staff_site)

urlpatterns = [
    path("admin/", staff_site.urls),
]
