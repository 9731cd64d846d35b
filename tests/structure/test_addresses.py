"""Every address of the site is classified, and what is not public turns an anonymous away."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command

from qingdan.policies import POLICIES, endpoints

ENDPOINTS = list(endpoints())
# Something that each kind of path parameter accepts.
SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000", "path": "x"}


def sample(route: str) -> str:
    """An address that the route matches (the object need not exist)."""
    plain = re.sub(r"<(?:(\w+):)?\w+>", lambda part: SAMPLES.get(part[1] or "str", "1"), route)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)\$?", "x", plain)


def test_every_address_has_a_policy():
    unclassified = {name: route for name, route, _ in ENDPOINTS if name not in POLICIES}
    assert not unclassified, "add a row to qingdan/policies.py"


def test_every_policy_has_an_address():
    assert set(POLICIES) - {name for name, _, _ in ENDPOINTS} == set()


def test_it_lists_the_endpoints_as_json():
    out = StringIO()
    call_command("list_endpoints", "--json", stdout=out)
    rows = json.loads(out.getvalue())
    assert len(rows) == len(ENDPOINTS)
    assert {"name": "admin:logout", "pattern": "/admin/logout/", "methods": ["POST"], "policy": "public"} in rows
    assert {"name": "admin:index", "pattern": "/admin/", "methods": ["GET", "HEAD"], "policy": "staff"} in rows


@pytest.mark.parametrize(
    ("name", "route"), [(n, r) for n, r, _ in ENDPOINTS if n in POLICIES and POLICIES[n].who != "public"], ids=lambda text: text
)
def test_it_turns_an_anonymous_away_from_staff_addresses(db, client, name, route):
    for method in POLICIES[name].allowed_methods:
        response = client.generic(method, sample(route))
        assert response.status_code in (302, 403, 404), f"{method} {response.status_code}"
        if response.status_code == 302:
            assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(
    ("name", "route"),
    [(n, r) for n, r, _ in ENDPOINTS if n in POLICIES and POLICIES[n].who == "public" and not n.startswith("admin:")],
    ids=lambda text: text,
)
def test_it_gives_a_citizen_no_session(db, client, name, route):
    response = client.get(sample(route))
    assert "sessionid" not in response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"])
def test_it_refuses_methods_that_no_policy_lists(db, client, method):
    response = client.generic(method, "/healthz")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert "此地址不接受这种请求" in response.content.decode()
