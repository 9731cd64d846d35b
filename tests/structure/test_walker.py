"""Random hostile requests over the whole site, by strangers and by staff: answered with a page, never with a fault of ours.

5,000 requests in a soak, a tenth in the suite; the same ones each time. The parameters of the OpenAPI document are among them.
"""

from __future__ import annotations

import io
import json
import logging
import random
import re

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from departments.models import User
from qingdan.policies import endpoints
from tests.soaking import record, trials
from tests.world import World

REQUESTS = 5_000
PEOPLE = (
    None,
    None,
    "clerk",
    "head",
    "compliance",
    "legality",
    "publisher",
    "council",
    "fund_clerk",
    "auditor",
    "system_admin",
    "audit_admin",
)
METHODS = ("GET", "GET", "GET", "POST", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE")
HOSTILE = (
    *(
        "",
        "0",
        "1",
        "-1",
        "2",
        "9" * 30,
        "1e3",
        "NaN",
        "Infinity",
        "0x10",
        "１２",
        "٣",
        "²",
        "1.5",
        "true",
        "null",
        "[]",
        "{}",
        "\x00",
        "a\x00b",
    ),
    *(
        "\ud7ff",
        "\u202e反",
        "\u200b",
        "\ufeff",
        "𠮷",
        "é",
        "e\u0301",
        "' OR 1=1 --",
        '"><script>alert(1)</script>',
        "%",
        "_",
        "\\",
        "../../etc/passwd",
    ),
    *(
        "2026-02-30",
        "2026-01-01",
        "0000-00-00",
        "9999-12-31",
        "x" * 5_000,
        "词 " * 1_200,
        "{{ 7*7 }}",
        "%s%n",
        "\r\nSet-Cookie: x=1",
        "draft",
        "420600-RSJ",
    ),
)
NAMES = (
    *(
        "q",
        "page",
        "on",
        "category",
        "department",
        "region",
        "initiation",
        "state",
        "o",
        "p",
        "e",
        "format",
        "page_size",
        "next",
        "item",
        "kind",
        "version",
    ),
    *(
        "article",
        "request",
        "line",
        "unit",
        "year",
        "place",
        "step",
        "from",
        "change",
        "element",
        "list",
        "tab",
        "turn",
        "due",
        "who",
        "with",
        "copy",
    ),
    *(
        "reason__regex",
        "pk__in",
        "id__exact",
        "_popup",
        "_to_field",
        "csrfmiddlewaretoken",
        "seen_hash",
        "opinion",
        "act",
        "do",
        "entries",
        "tick",
    ),
)
TYPES = (
    *(
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
        "text/xml",
        "text/plain",
    ),
    *(
        "nonsense",
        "multipart/form-data",
    ),
)
BODIES = (
    b"",
    b"\x00" * 50,
    b"{" * 2_000,
    b"a=1&" * 400,
    b"\xff\xfe\x00",
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="../x"\r\n\r\nMZ\r\n--x--',
    b"a" * 20_000,
)


class Walk:
    """Addresses with real and made-up arguments, queries and bodies, drawn from one seed."""

    def __init__(self, world: World, seed: int):
        self.random = random.Random(seed)
        code = world.item("劳务派遣经营许可").code
        self.known = {
            "int": ["1", "2", "3", str(world.request("draft").pk)],
            "str": [code, "420600-RSJ", "420600", "01", "suspension"],
            "slug": ["form", "xlsx"],
        }
        routes = sorted({route for _name, route, _pattern in endpoints()})
        document = json.loads(Client().get(reverse("api:schema")).content)
        described = [path.lstrip("/") for path in document["paths"]]
        parameters = {each["name"] for operations in document["paths"].values() for each in operations["get"].get("parameters", [])}
        self.names = (*NAMES, *sorted(parameters))
        self.routes = routes + described * 3

    def one(self) -> tuple[str, str, dict[str, object]]:
        """(method, address, arguments for the client)."""
        pick = self.random.choice
        address = "/" + re.sub(
            r"<(?:(\w+):)?\w+>|\{\w+\}|\(\?P<\w+>[^)]*\)\$?", lambda part: self._part(part[1] or "str"), pick(self.routes)
        )
        query = {pick(self.names): [pick(HOSTILE) for _ in range(pick((1, 1, 2)))] for _ in range(pick((0, 1, 1, 2, 3)))}
        method = pick(METHODS)
        given: dict[str, object] = {"query_params": query}
        if method in ("POST", "PUT", "PATCH"):
            if self.random.random() < 0.6:
                body = "&".join(f"{pick(self.names)}={_quoted(pick(HOSTILE))}" for _ in range(pick((0, 1, 3, 8))))
                given |= {"data": body.encode(), "content_type": TYPES[0]}
            else:
                given |= {"data": pick(BODIES), "content_type": pick(TYPES)}
        return method, address, given

    def _part(self, kind: str) -> str:
        if kind == "int":
            return self.random.choice([*self.known["int"], "0", "9" * 18, "9" * 25])
        made_up = [_quoted(each) for each in HOSTILE if 0 < len(each) < 300 and "/" not in each]
        return self.random.choice([*self.known.get(kind, []), *self.known["str"], *made_up])


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


@pytest.fixture
def quiet():
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def browsers() -> dict[str | None, Client]:
    found: dict[str | None, Client] = {None: Client(raise_request_exception=False)}
    for name in filter(None, PEOPLE):
        found[name] = Client(raise_request_exception=False)
        found[name].force_login(User.objects.get(username=name), backend="departments.accounts.PostBackend")
    return found


@pytest.mark.soak
def test_random_hostile_requests_never_break_the_site(world, quiet, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    walk, desks, broken, seen = Walk(world, 20261125), browsers(), [], {}
    count = trials(REQUESTS)
    for _ in range(count):
        method, address, given = walk.one()
        who = walk.random.choice(PEOPLE)
        point = transaction.savepoint()
        status = desks[who].generic(method, address, **given).status_code
        transaction.savepoint_rollback(point)
        seen[status] = seen.get(status, 0) + 1
        if status >= 500:
            broken.append(f"{status} {method} {address} {given} by {who or 'a stranger'}")
    record(
        "hostile_requests",
        requests=count,
        broken=len(broken),
        answers={str(status): number for status, number in sorted(seen.items())},
    )
    assert not broken, f"{len(broken)} of {count} requests broke the site:\n" + "\n".join(broken[:20])
    assert {200, 404, 405} <= set(seen), "the walk reached nothing"


@pytest.mark.parametrize("charset", ["bz2_codec", "utf-7", "utf-16", "idna", "rot13", "nonsense"])
def test_a_body_in_a_strange_charset_is_refused_or_read_and_never_breaks(world, quiet, charset):
    """A codec of Python's that is no charset would otherwise unpack what it is sent, or break the making of the request."""
    from qingdan.wsgi import application

    for where in (reverse("admin:batch_list"), reverse("admin:login"), "/items/?q=a"):
        kind = f"application/x-www-form-urlencoded; charset={charset}"
        sent, told = b"title=%FF%FE\x00a", {}
        given = {"REQUEST_METHOD": "POST", "PATH_INFO": where, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(sent))}
        environ = RequestFactory()._base_environ(**given, **{"wsgi.input": io.BytesIO(sent)})
        body = application(environ, lambda status, headers, told=told: told.update(status=status, headers=dict(headers)))
        assert told["status"].startswith("415") and "UTF-8" in b"".join(body).decode()
        assert told["headers"]["X-Content-Type-Options"] == "nosniff"


def test_a_body_in_utf_8_is_a_request_like_any_other(world, quiet):
    from qingdan.wsgi import application

    request, told = RequestFactory().get("/healthz", headers={"host": "127.0.0.1"}), {}
    environ = {**request.environ, "CONTENT_TYPE": "text/plain; charset=UTF-8"}
    body = application(environ, lambda status, headers, told=told: told.update(status=status))
    assert told["status"].startswith("200") and b"ok" in b"".join(body)


@pytest.mark.parametrize("page", ["0", "-1", "2", "999999999", "9" * 40, "1e9", "last", ""])
def test_the_deepest_page_and_the_largest_number_are_answered(world, quiet, page):
    desk = browsers()["compliance"]
    for where in ("/items/", "/api/v1/items/", "/admin/requests/", "/admin/inbox/", "/admin/directives/", "/admin/laws/act/"):
        for name in ("page", "page_size", "p"):
            assert desk.get(where, {name: page}).status_code < 500, (where, name, page)
