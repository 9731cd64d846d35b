"""The bare contestant of the pages: a Django project of one view, without database, template or middleware."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], SECRET_KEY="bench", ALLOWED_HOSTS=["127.0.0.1"])  # noqa: S106
django.setup()

urlpatterns = [path("", lambda request: HttpResponse(b"hello"))]
application = get_wsgi_application()
