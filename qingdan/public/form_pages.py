"""Public pages with a form: one reader's own, so never kept nor indexed, and without the cookie that a CSRF token would need."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import escape_leading_slashes
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from departments.models import Region
from qingdan.public.frame import Frame
from qingdan.public.frame import _answer as answer_page
from qingdan.public.modes import mode_of

# The longest form that a citizen's page takes, in bytes.
FORM_LIMIT = 64_000


def form_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A public page with a form (GET, HEAD, POST): never kept nor indexed, without session and cookie.

    In place of a CSRF token, which would need a cookie, a POST must come from a page of ours (``Origin``, or ``Referer`` of browsers that
    send none); the form has a signed token of its own where it writes. Only a plain form is read, so that no file is taken.
    The view takes (frame, request, the fields of the form or None, **the address's parts).
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, region: str = "", **parts: object) -> HttpResponse:
        if request.GET:
            return HttpResponseRedirect(escape_leading_slashes(request.path))
        fields, refused = None, _form_refused(request) if request.method == "POST" else None
        if refused:
            status, sentence = refused
            shown = {"mode": mode_of(request), "address": request.path}
            frame = Frame(Region(code=settings.HOME_REGION, name=""), timezone.localdate(), None, {}, **shown)
            response = frame.page("not_taken.html", status=status, title="没有提交", message=sentence, again=request.path)
        else:
            if request.method == "POST":
                fields = request.POST
            response = answer_page(
                request, lambda frame, **kwargs: view(frame, request, fields, **kwargs), region, timezone.localdate(), parts
            )
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answer


def _form_refused(request: HttpRequest) -> tuple[int, str] | None:
    """(status, sentence) of a form that is not read at all; None where it may be."""
    ours = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin")
    if origin is None:
        sent_from = urlsplit(request.headers.get("Referer", ""))
        origin = f"{sent_from.scheme}://{sent_from.netloc}"
    if origin != ours:
        return 403, "这张表不是从本站的页面提交的，没有接收；请在本站打开页面后再提交"
    if request.content_type != "application/x-www-form-urlencoded":
        return 415, "只接收文字，不接收文件；请在本站打开页面后再提交"
    if int(request.META.get("CONTENT_LENGTH") or 0) > FORM_LIMIT:
        return 413, "提交的内容太长，没有接收；只写要点后再提交"
    return None
