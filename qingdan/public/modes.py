"""The two modes of the citizens' pages, 标准 and 长辈版: what a reader chose stands in the site's one cookie and nowhere else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

STANDARD, ELDER = "standard", "elder"
# deploy/nginx.conf reads the same cookie.
COOKIE = "mode"
_YEAR = 365 * 24 * 3600
_LONGEST = 2_000
# Answers that are the same in both modes.
_DATA = "/api/"


def mode_of(request: HttpRequest) -> str:
    """What the reader chose; whatever else the cookie says is 标准."""
    if request.path_info.startswith(_DATA):
        return STANDARD
    return ELDER if request.COOKIES.get(COOKIE) == ELDER else STANDARD


# A stranger's page could at most change the size of the letters: no token is asked for, so that none has to be set.
@csrf_exempt
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Keep the mode that was chosen and go back to the page of this site where it was."""
    response = HttpResponseRedirect(_back(request.POST.get("next", "")))
    response.status_code = 303
    if request.POST.get("mode") == ELDER:
        response.set_cookie(COOKIE, ELDER, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


def _back(address: str) -> str:
    """``address`` where it is a path of this site, else the first page."""
    is_ours = address.startswith("/") and len(address) <= _LONGEST and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return escape_leading_slashes(address) if is_ours else "/"
