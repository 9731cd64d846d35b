"""Nothing foreign shows anywhere: lists, filters, order, search, counts, exports, look-ups, history, errors, tags; and rights end at once."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from departments.models import Posting, User
from departments.site import staff_site
from qingdan.ledger.models import AuditEvent
from reviews.models import Batch, ChangeRequest
from tests.structure.access_people import OUTSIDE, RSJ, clients, make_people, people_of
from tests.structure.access_table import MODELS, ROWS
from tests.test_settings import manage
from tests.world import PASSWORD, add, propose

# A word that stands in one draft of 人社局 and nowhere else.
SECRET = "玄武绝密样本"
WITHHELD = "专项保密检查"


@pytest.fixture
def secret(world) -> ChangeRequest:
    request = propose(world, [add(SECRET, legal_bases=[{"use": "setting", "as_written": f"《{SECRET}条例》第一条"}])], submit=False)
    ChangeRequest.objects.filter(pk=request.pk).update(reason=SECRET, document=SECRET)
    return request


def at_desk(name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=name), backend="departments.accounts.PostBackend")
    return client


def body(response) -> str:
    return (
        b"".join(response.streaming_content).decode("utf-8", "replace")
        if response.streaming
        else response.content.decode("utf-8", "replace")
    )


# Each way to ask a list of the staff's site something: search, filters, order, page, a column that no filter shows.
ASKED = (
    {},
    {"q": SECRET},
    {"q": SECRET[:1]},
    {"o": "-1"},
    {"page": "2"},
    {"state": "draft"},
    {"department": RSJ},
    {"reason__contains": SECRET},
)
LISTS = sorted(
    {row.name for row in ROWS if row.kind == "site" and row.get} | {row.name for row in ROWS if row.name.endswith("_changelist")}
)


def test_nothing_foreign_is_on_any_list(secret):
    """A stranger who asks every list every question gets the same answer whether the draft is there or not, and never its words."""
    strangers = {name: at_desk(name) for name in ("outsider", "compliance", "county_head", "fund_clerk", "system_admin")}
    for name in LISTS:
        where = reverse(f"admin:{name}", args={"category_template": ["01"], "handbook": ["clerk"]}.get(name, []))
        for who, client in strangers.items():
            for asked in ASKED:
                # The page repeats what was searched for; nothing else of it may hold the word.
                shown = re.sub(r"<(input|a)\b[^>]*>", "", body(client.get(where, asked))).replace(f"“{SECRET}”", "")
                if "q" not in asked:
                    assert SECRET not in shown, (name, who, asked)
                assert secret.number not in shown, (name, who, asked)


def test_a_search_for_a_foreign_draft_counts_as_little_as_a_search_for_nothing(secret):
    """The answer to a hit in what one may not see is the answer to a miss."""
    for who in ("outsider", "compliance", "county_head"):
        client = at_desk(who)
        for name in ("request_list", "inbox"):
            hit, miss = (
                body(client.get(reverse(f"admin:{name}"), {"q": word})).replace(word, "") for word in (SECRET, "青龙不存在样本")
            )
            assert unsigned(hit) == unsigned(miss), (name, who)


def unsigned(text: str) -> str:
    text = re.sub(r'(nonce|value)="[^"]{16,}"', "", text)
    return re.sub(r"%[0-9A-F]{2}", "", text)


def test_its_own_people_do_find_it(secret):
    """So that the tests above would fail if the lists showed everything."""
    for who in ("clerk", "head"):
        found = body(at_desk(who).get(reverse("admin:request_list"), {"q": SECRET}))
        assert secret.number in found


def test_a_stranger_gets_the_same_answer_for_what_there_is_and_for_what_there_is_not(secret):
    """Status, body and headers, for objects of every kind that an address names by its number."""
    real, none = secret.pk, 10**9
    for who in ("outsider", "compliance", "county_head"):
        client = at_desk(who)
        for name in ("request", "request_life", "request_trail", "request_comments", "request_opinions", "request_attachments"):
            answers = [client.get(reverse(f"admin:{name}", args=[key])) for key in (real, none)]
            assert len({(answer.status_code, without_number(answer)) for answer in answers}) == 1, (name, who)
            assert [answer.get("ETag") for answer in answers] == [None, None]


def without_number(answer) -> str:
    return re.sub(r"[0-9a-f]{32}", "", body(answer))


def test_a_refusal_takes_as_many_queries_for_what_there_is_as_for_what_there_is_not(secret):
    """So its time tells nothing."""
    from django.test.utils import CaptureQueriesContext

    client, counts = at_desk("outsider"), []
    client.get(reverse("admin:request", args=[10**9]))
    for key in (secret.pk, 10**9):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:request", args=[key])).status_code == 404
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- the public side ---------------------------------------------------------------------------------------------------------------


def test_nothing_of_a_draft_or_a_withheld_item_is_anywhere_in_public(secret, world, client):
    """Pages, data, feed, sitemap, counts, HEAD, tags and error texts."""
    withheld = world.item(WITHHELD).code
    addresses = [
        "/",
        "/items/",
        "/departments/",
        f"/departments/{RSJ}/",
        "/statistics/",
        "/sitemap.xml",
        "/feeds/changes/",
        "/downloads/",
        "/editions/1/",
        "/editions/1/changes/",
    ]
    addresses += [
        "/api/v1/items/",
        "/api/v1/departments/",
        "/api/v1/editions/1/changes/",
        f"/api/v1/items/{withheld}/",
        f"/items/{withheld}/",
        "/verify/",
    ]
    for where in addresses:
        answer = client.get(where)
        assert SECRET not in body(answer), where
        assert WITHHELD not in body(answer) and withheld not in without_asked(answer, withheld), where
        head = client.head(where)
        assert head.status_code == answer.status_code and not head.content
    for word in (SECRET, WITHHELD):
        hit, miss = client.get("/api/v1/items/", {"q": word}), client.get("/api/v1/items/", {"q": "青龙不存在样本"})
        assert hit.json()["total"] == miss.json()["total"] == 0
    gone = client.get(f"/items/{withheld}/")
    never = client.get("/items/420600-99999/")
    assert (gone.status_code, never.status_code) == (404, 404)
    assert body(gone).replace(withheld, "") == body(never).replace("420600-99999", "")


def without_asked(answer, code: str) -> str:
    """An answer to the very address may repeat the address."""
    return "" if code in answer.request["PATH_INFO"] else body(answer)


def test_a_variant_of_an_address_is_answered_as_the_address_or_not_at_all(secret, world):
    """Encoded, doubled or differently cut, an address opens nothing that the plain one does not; no header changes the method."""
    stranger, plain = at_desk("outsider"), f"/admin/requests/{secret.pk}/"
    variants = [
        plain.replace("requests", "%72equests"),
        plain + ";x=1",
        plain.upper(),
        f"/admin//requests/{secret.pk}/",
        plain.rstrip("/"),
        f"/admin/./requests/{secret.pk}/",
        plain + "%2e%2e/",
        plain + "?format=json",
        f"/admin/requests/0{secret.pk}/",
        f"/admin/requests/{secret.pk}%00/",
    ]
    for where in variants:
        answer = stranger.get(where)
        assert answer.status_code in (301, 404), where
        assert SECRET not in body(answer)
    withdraw = reverse("admin:request_withdraw", args=[secret.pk])
    assert at_desk("head").get(withdraw, headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
    assert at_desk("head").post(plain, {"_method": "DELETE"}).status_code == 405
    assert ChangeRequest.objects.get(pk=secret.pk).state == "draft"


# -- look-ups ----------------------------------------------------------------------------------------------------------------------


def test_a_look_up_answers_only_from_tables_that_the_reader_may_read(world):
    """Django's autocomplete, for every reference of every table, by every post."""
    make_people()
    browsers, seen = clients(), 0
    for model in apps.get_models():
        for field in model._meta.fields:
            if not field.is_relation or field.related_model not in staff_site._registry:
                continue
            readers = MODELS[field.related_model._meta.label_lower][0].split()
            asked = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
                "term": "市",
            }
            for name in ("clerk", "fund_clerk", "auditor", "legality", "system_admin", "security_admin", "audit_admin"):
                answer = browsers[name].get("/admin/autocomplete/", asked)
                assert answer.status_code in ((200, 403, 404) if name in readers else (403, 404)), (asked, name)
                seen += 1
    assert seen > 100


def test_every_table_of_the_staff_site_has_its_own_lookups():
    """Django's own rule lets a reader probe every local column through the address."""
    for model, model_admin in staff_site._registry.items():
        assert type(model_admin).lookup_allowed is not admin.ModelAdmin.lookup_allowed, model
        assert not model_admin.list_editable and not model_admin.actions


# -- rights end at once ------------------------------------------------------------------------------------------------------------


def test_a_right_that_ended_is_gone_at_the_next_request(world):
    """A post that ends, an account that ends, a deputy whose giver leaves: the open session can do nothing more."""
    request, today = world.request("compliance"), timezone.localdate()
    page, decide = reverse("admin:request", args=[request.pk]), reverse("admin:request_decide", args=[request.pk])
    given = {"outcome": "returned", "opinion": "请补正", "seen_hash": request.proposed_hash}
    client = at_desk("compliance")
    assert client.get(page).status_code == 200
    Posting.objects.filter(user__username="compliance").update(to_on=today)
    assert client.get(page).status_code == 302
    assert client.post(decide, given).status_code == 302
    assert ChangeRequest.objects.get(pk=request.pk).state == "compliance"
    clerk = at_desk("clerk")
    assert clerk.get(page).status_code == 200
    User.objects.filter(username="clerk").update(ends_on=today)
    assert clerk.get(page).status_code == 302
    deputy = User.objects.create_user("deputy", "代办", None, must_change_password=False)
    legality = Posting.objects.get(user__username="legality")
    Posting.objects.create(
        user=deputy, post="legality", region=world.city, from_on="2026-01-01", to_on="2099-01-01", deputy_of=legality
    )
    desk = at_desk("deputy")
    assert desk.get(page).status_code == 200
    legality.to_on = today
    legality.save()
    assert desk.get(page).status_code == 302


def test_who_changes_departments_leaves_everything_of_the_old_one_behind(world):
    clerk, request = at_desk("clerk"), world.request("draft")
    assert clerk.get(reverse("admin:request", args=[request.pk])).status_code == 200
    Posting.objects.filter(user__username="clerk").update(department=world.department("420600-SCJ"))
    assert clerk.get(reverse("admin:request", args=[request.pk])).status_code == 404
    assert request.number not in body(clerk.get(reverse("admin:request_list")))


# -- the session -------------------------------------------------------------------------------------------------------------------


def test_the_log_in_gives_another_session(world, client):
    client.get(reverse("admin:login"))
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.post(reverse("admin:login"), {"username": "clerk", "password": PASSWORD})
    assert client.session.session_key != session.session_key
    assert client.session.get("_auth_user_id")


def test_every_form_of_the_staff_site_wants_its_token(world):
    """Without it every address that takes a POST refuses it, whoever sends it."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.publisher.user, backend="departments.accounts.PostBackend")
    for row in ROWS:
        if row.kind == "site" and row.post:
            where = reverse(f"admin:{row.name}", args=["setting_basis"] if row.name == "bases_read" else [])
            assert client.post(where, {}).status_code == 403, row.name


_PRODUCTION = """
from django.conf import settings as s
assert s.SESSION_COOKIE_NAME.startswith("__Host-") and s.CSRF_COOKIE_NAME.startswith("__Host-")
assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SESSION_COOKIE_HTTPONLY and s.CSRF_COOKIE_HTTPONLY
assert s.SESSION_COOKIE_SAMESITE == s.CSRF_COOKIE_SAMESITE == "Lax" and not s.SESSION_COOKIE_DOMAIN and s.SESSION_COOKIE_PATH == "/"
assert s.SECURE_HSTS_SECONDS >= 31536000 and s.SECURE_HSTS_INCLUDE_SUBDOMAINS and not s.DEBUG
print("kept")
"""


def test_cookies_of_production_are_for_this_host_and_not_for_scripts(tmp_path):
    done = manage("shell", "--no-imports", "-c", _PRODUCTION, VAR_DIR=str(tmp_path))
    assert done.stdout.strip().endswith("kept"), done.stderr


def test_the_settings_that_evidence_rests_on_are_set():
    assert not connection.settings_dict["ATOMIC_REQUESTS"], "with IMMEDIATE transactions every page would take the write lock"
    assert "signed_cookies" not in settings.SESSION_ENGINE
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS <= 5_000 and settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 5 * 1024 * 1024


def test_a_log_in_name_with_line_breaks_writes_no_line_of_its_own(world, client, caplog):
    """What a stranger types is no line of the log, and no row of the audit trail of business."""
    before = AuditEvent.objects.filter(outcome="done").count()
    client.post(reverse("admin:login"), {"username": "clerk\r\n2026-01-01 INFO forged\x1b[31m", "password": "x"})
    assert not [record for record in caplog.records if "\n2026-01-01 INFO forged" in record.getMessage()]
    assert AuditEvent.objects.filter(outcome="done").count() == before


def test_everybody_outside_is_led_to_the_log_in_and_nowhere_else(secret):
    make_people()
    browsers = clients()
    for person in people_of(RSJ):
        if person.username in OUTSIDE:
            answer = browsers[person.username].get(reverse("admin:request", args=[secret.pk]))
            assert answer.status_code == 302 and answer["Location"].startswith("/admin/login/"), str(person)


def test_a_batch_of_another_region_is_in_no_count(world):
    """The page of batches of the city says nothing of the county's."""
    county = Batch.objects.get(region__code="420602")
    shown = body(at_desk("publisher").get(reverse("admin:batch_list")))
    assert county.title not in shown and f"/admin/batches/{county.pk}/" not in shown
