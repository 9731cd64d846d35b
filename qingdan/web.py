"""What every request passes through, and how the site answers when it cannot: request number, headers, refusals, health, error pages."""

from __future__ import annotations

import logging
import sqlite3
import sys
import uuid
from functools import cache

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from departments.site import actor_of
from departments.views.signing_in import answer_stale_page
from qingdan.api.answering import problem
from qingdan.errors import NotAllowed, Refusal
from qingdan.ledger import audit
from qingdan.ledger.models import AuditEvent
from qingdan.policies import policy_of

log = logging.getLogger(__name__)

# Set where the response does not say otherwise; Django's and django-csp's middleware stand further in and say more for pages.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STAFF_CACHE = "no-store, private"
# Seconds after which a request that the database did not answer in time may be made again.
RETRY_AFTER = 30
# What the database calls it when it gave up (PostgreSQL, "Appendix A. Error Codes"; SQLite, "Result and Error Codes"): a time-out of a
# statement or of a wait for a lock, a deadlock, two that cannot be put in an order; classes 08 and 53 and 57P: no connection, or none free.
_BUSY_STATES = ("57014", "55P03", "40001", "40P01", "08", "53", "57P")
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@cache
def staff_prefix() -> str:
    """Where the staff's site begins."""
    return reverse("admin:index")


class EnvelopeMiddleware:
    """Outermost: numbers the request and completes the headers of whatever comes back, also of static files and errors.

    A client's own request number is not taken over: the audit trail refers to ours.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path_info.startswith(staff_prefix()):
            response["Cache-Control"] = STAFF_CACHE
        if request.method == "HEAD" and not response.streaming:
            # The length stays that of the page (RFC 9110, 8.6); the page itself is not sent.
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


class RefusalMiddleware:
    """Innermost: turns the three refusals into pages, the only place that does, and refuses methods that the policy does not list."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        policy = policy_of(request.resolver_match)
        if "\x00" in request.path_info and not request.resolver_match.view_name.startswith("public:"):
            # No object is called so, and PostgreSQL cannot even be asked; citizens' pages have a page of their own for it.
            return page_not_found(request)
        if policy is None or request.method in policy.allowed_methods:
            return None
        response = refusal_page(request, 405, "此地址不接受这种请求")
        response["Allow"] = HttpResponseNotAllowed(policy.allowed_methods)["Allow"]
        return response

    def process_exception(self, request, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed | Http404):
            record_denied(request, error)
        if is_busy(error):
            return busy_page(request, error)
        if not isinstance(error, Refusal):
            return None
        if error.status == 404:
            # A stranger may not learn that the object exists: the very page that an unknown address gives.
            return page_not_found(request, error)
        return refusal_page(request, error.status, str(error), getattr(error, "violations", ()))


def record_denied(request, error: Exception) -> None:
    """A member of staff asked for what is not open to him, or for what there is not: one denied event, unless the act wrote it.

    The object is named as in the address; the sentence of the refusal stands beside it.
    """
    match = request.resolver_match
    asks = match is not None and request.path_info.startswith(staff_prefix()) and request.user.is_authenticated
    if not asks or getattr(error, "recorded", False):
        return
    with transaction.atomic():
        audit.record(
            **actor_of(request).identity(),
            act=f"{request.method} {match.view_name}"[:60],
            object_type="address",
            object_id=request.path_info[:100],
            outcome=AuditEvent.Outcome.DENIED,
            detail=f"{type(error).__name__}: {error}" if isinstance(error, Refusal) else "404",
        )


def refusal_page(request, status: int, message: str, violations=()) -> HttpResponse:
    """The Chinese page of a refusal: templates/errors/<status>.html with the sentence and, for a broken rule, every violation.

    Programs get the same as a problem (RFC 9457).
    """
    if request is not None and request.path_info.startswith("/api/"):
        return problem(status, message, errors=tuple(str(violation) for violation in violations))
    context = {"status": status, "message": message, "violations": violations, "request_id": getattr(request, "request_id", "")}
    # Without the request: an error page must not ask a session or a database that may be what failed.
    return render(None, f"errors/{status}.html", context, status=status)


def is_busy(error: BaseException | None) -> bool:
    """Whether the database did not answer in time, so that the same request may succeed a moment later."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind, the rest says more of it.
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BUSY_CODES
    # PostgreSQL's driver; no code where there was no connection that could have given one.
    return hasattr(cause, "pgcode") and (cause.pgcode is None or cause.pgcode.startswith(_BUSY_STATES))


def busy_page(request, error: BaseException) -> HttpResponse:
    log.warning("the database did not answer in time: %s %s: %s", request.method, request.path_info, error)
    response = refusal_page(request, 503, "数据库正忙，没有在规定时间内答复")
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def bad_request(request, exception=None) -> HttpResponse:
    return refusal_page(request, 400, "请求的格式不对，无法处理")


def permission_denied(request, exception=None) -> HttpResponse:
    return refusal_page(request, 403, "您的岗位不能查看或办理此事")


def csrf_failure(request, reason="") -> HttpResponse:
    return answer_stale_page(request) or refusal_page(request, 403, "页面已过期或不是从本站提交，请返回原页面刷新后重新提交")


def page_not_found(request, exception=None) -> HttpResponse:
    return refusal_page(request, 404, "没有找到这个页面")


def server_error(request) -> HttpResponse:
    """What no view answered for: also the database too busy for the session or for who asks, which the refusals' place does not see."""
    error = sys.exc_info()[1]
    if is_busy(error):
        return busy_page(request, error)
    return refusal_page(request, 500, "系统没有完成这次请求，未保存任何内容")


@require_safe
def healthz(request) -> HttpResponse:
    """Liveness: the process answers. Asks nothing of the database."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request) -> HttpResponse:
    """Readiness: the database answers and every migration is applied; else 503 naming which, without the reason (that is in the log)."""
    checks = {"database": database_answers(), "migrations": migrations_applied()}
    ready = all(checks.values())
    body = {"status": "ok" if ready else "unready", **{name: "ok" if good else "failed" for name, good in checks.items()}}
    return JsonResponse(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("the database does not answer")
        return False
    return True


def migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
