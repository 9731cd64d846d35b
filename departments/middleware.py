"""How long a staff session lasts, and what must be done before anything else (GB/T 22239-2019 身份鉴别; setting ``IDLE_MINUTES``)."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from departments.passwords import must_change
from departments.views import kept_forms
from departments.views.signing_in import ask_again

SEEN = "seen_at"
# The session is written at most once in this time, not at every page.
_GRAIN_SECONDS = 30


class StaffSessionMiddleware:
    """Below ``/admin/``: ends idle sessions without losing the form that was being sent, and asks for a due new password first.

    Stands after the CSRF and authentication middleware: a form is kept only when its token was right.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        if not request.path.startswith(reverse("admin:index")) or request.path in _open_addresses():
            return None
        if not request.user.is_authenticated:
            return self._return_kept_form(request, request.session.get(kept_forms.IDLE_USER))
        now = int(time.time())
        seen = request.session.get(SEEN, now)
        if now - seen > settings.IDLE_MINUTES * 60:
            return self._end_idle_session(request)
        if now - seen >= _GRAIN_SECONDS or SEEN not in request.session:
            request.session[SEEN] = now
        if must_change(request.user) and request.path not in _password_addresses():
            return HttpResponseRedirect(reverse("admin:password_change"))
        return None

    def _end_idle_session(self, request: HttpRequest):
        owner = request.user.pk
        logout(request)
        request.session[kept_forms.IDLE_USER] = owner
        if request.method == "POST":
            return self._return_kept_form(request, owner)
        query = urlencode({"next": request.get_full_path(), "idle": "1"})
        return HttpResponseRedirect(f"{reverse('admin:login')}?{query}")

    def _return_kept_form(self, request: HttpRequest, owner: int | None):
        if owner is None or request.method != "POST":
            return None
        return ask_again(request, kept_forms.from_request(request, owner))


def _open_addresses() -> tuple[str, ...]:
    return (reverse("admin:login"), reverse("admin:logout"), reverse("admin:jsi18n"))


def _password_addresses() -> tuple[str, ...]:
    return (reverse("admin:password_change"),)
