"""What every request passes through: numbers, headers, refusals as Chinese pages, health."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from departments.site import actor_of, staff_site
from qingdan import web
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState

SECRET = "C:/srv/secret/path.py"


def raising(error: Exception):
    def view(request):
        raise error

    return view


def who(request):
    request.user = "someone"
    actor = actor_of(request)
    return HttpResponse(f"{actor.request_id} {actor.address}")


ERRORS = {
    "not-allowed": (NotAllowed("须由编办审查办理"), 403, "须由编办审查办理"),
    "stranger": (NotAllowed("申请 3 不是您的", stranger=True), 404, "没有找到这个页面"),
    "wrong-state": (WrongState("申请已提交"), 409, "申请已提交"),
    "rule-broken": (
        RuleBroken(Violation("R07", "缺少设定依据", "第3行"), Violation("R09", "类别未知", "第5行")),
        422,
        "第5行：类别未知（规则 R09）",
    ),
    "denied": (PermissionDenied(SECRET), 403, "您的岗位不能查看或办理此事"),
    "bad": (BadRequest(SECRET), 400, "请求的格式不对，无法处理"),
    "suspicious": (SuspiciousOperation(SECRET), 400, "请求的格式不对，无法处理"),
    "broken": (RuntimeError(SECRET), 500, "系统没有完成这次请求，未保存任何内容"),
}
urlpatterns = [
    *(path(name, raising(error)) for name, (error, _, _) in ERRORS.items()),
    path("form", lambda request: HttpResponse("ok")),
    path("who", who),
    path("healthz", web.healthz, name="healthz"),
    path("admin/", staff_site.urls),
]
handler400, handler403, handler404, handler500 = web.bad_request, web.permission_denied, web.page_not_found, web.server_error

HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def browser(db):
    """A client that answers like a server in production: an exception becomes a page."""
    return Client(raise_request_exception=False)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", ERRORS)
def test_it_turns_an_error_into_a_chinese_page_that_tells_no_path(browser, name):
    _, status, sentence = ERRORS[name]
    response = browser.get(f"/{name}")
    text = response.content.decode()
    assert response.status_code == status
    assert sentence in text
    assert '<html lang="zh-CN">' in text
    assert not re.search(r"secret|Traceback|\.py|Django|Error", text)


@pytest.mark.urls(__name__)
def test_a_stranger_cannot_tell_a_hidden_object_from_none(browser):
    def shape(response):
        return re.sub(r"<code>[0-9a-f]{32}</code>", "", response.content.decode()), response.status_code, sorted(response.headers)

    assert shape(browser.get("/stranger")) == shape(browser.get("/no-such-address"))


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    "address", ["/form", "/no-such-address", "/broken", "/bad", "/rule-broken", "/healthz", "/admin/", "/admin/login/"]
)
@pytest.mark.parametrize("method", ["get", "head", "put"])
def test_every_kind_of_answer_carries_all_headers(browser, address, method):
    response = getattr(browser, method)(address)
    assert {name for name, value in HEADERS.items() if value not in response.get(name, "")} == set()
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


def test_a_static_file_carries_all_headers(db, settings, tmp_path):
    (tmp_path / "site.css").write_text("p{}")
    settings.STATIC_ROOT = tmp_path
    response = Client().get("/static/site.css")
    assert response.status_code == 200
    assert {name for name, value in HEADERS.items() if value not in response.get(name, "")} == set()
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/form", "/no-such-address"])
def test_an_answer_to_head_has_the_length_of_the_page_and_no_page(rf, address):
    from django.core.handlers.wsgi import WSGIHandler

    # Through the handler itself: the test client would cut the page off and hide that we sent it.
    page, head = (WSGIHandler().get_response(rf.generic(method, address)) for method in ("GET", "HEAD"))
    assert head["Content-Length"] == str(len(page.content))
    assert head.content == b""


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/no-such-page/"])
def test_nothing_of_the_staff_site_is_kept_by_a_cache(browser, address):
    assert browser.get(address)["Cache-Control"] == "no-store, private"


@pytest.mark.urls(__name__)
def test_the_number_of_a_request_is_ours_and_reaches_the_actor(browser):
    response = browser.get("/who", headers={"X-Request-ID": "forged"})
    assert response.content.decode().split()[0] == response["X-Request-ID"] != "forged"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "127.0.0.1"),
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "192.0.2.66, 203.0.113.9", "203.0.113.9"),
        (2, "192.0.2.66, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_counts_only_behind_our_own_proxies(browser, settings, proxies, forwarded, address):
    settings.PROXY_COUNT = proxies
    response = browser.get("/who", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert response.content.decode().split()[1] == address


@pytest.mark.urls(__name__)
def test_a_form_from_elsewhere_is_refused_in_chinese(db):
    response = Client(enforce_csrf_checks=True).post("/form")
    assert response.status_code == 403
    assert "页面已过期或不是从本站提交" in response.content.decode()


def test_a_forged_host_is_refused_in_chinese(browser):
    response = browser.get("/healthz", headers={"Host": "evil.example"})
    # Liveness does not ask for the host; a page that redirects by it does.
    assert response.status_code in (200, 400)
    response = browser.get("/admin/login/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "请求的格式不对" in response.content.decode()


def test_it_is_ready_when_the_database_answers_and_is_migrated(db, client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "migrations": "ok"}


def test_it_is_alive_but_not_ready_while_the_database_is_gone(db, client, monkeypatch):
    def gone(*args, **kwargs):
        raise DatabaseError("password of the database: hunter2")

    with monkeypatch.context() as outage:
        outage.setattr(connection, "cursor", gone)
        outage.setattr(web, "MigrationExecutor", gone)
        response, alive = client.get("/readyz"), client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "unready", "database": "failed", "migrations": "failed"}
    assert alive.json() == {"status": "ok"}


def test_it_is_not_ready_before_the_migrations_are_applied(db, client, monkeypatch):
    class Behind(web.MigrationExecutor):
        def migration_plan(self, targets, clean_start=False):
            return [("items", "0099_later")]

    monkeypatch.setattr(web, "MigrationExecutor", Behind)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "failed"
