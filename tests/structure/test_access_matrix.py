"""The table of ``access_table`` against the site: every address × method × post × state × own, near and far, and no cell wrong either way."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from departments.posts import Post
from departments.site import staff_site
from qingdan.ledger.audit import first_break
from qingdan.ledger.models import AuditEvent
from qingdan.policies import endpoints
from reviews.models import ChangeRequest
from tests.soaking import record, soaking
from tests.structure.access_cells import answer_to, cells_of, expected, is_walked
from tests.structure.access_objects import KINDS
from tests.structure.access_people import OUTSIDE, RSJ, make_people, people_of
from tests.structure.access_table import (
    API,
    MODELS,
    NOWHERE,
    OPEN,
    PUBLIC,
    PUBLIC_ELSEWHERE,
    ROWS,
)

SECURITY = Path(__file__).resolve().parents[2] / "docs" / "security.md"


@pytest.fixture(scope="module")
def walked() -> dict[str, tuple[int, int]]:
    """Kind → how many of its cells were walked, how many were wrong, so far."""
    return {}


@pytest.mark.soak
@pytest.mark.parametrize("kind", list(KINDS))
def test_no_cell_is_wrong(everyone, walked, kind):
    world, browsers = everyone
    wrong, cells, states = [], 0, list(KINDS[kind])
    for state, make in KINDS[kind].items():
        point = transaction.savepoint()
        made = make(world)
        for cell in cells_of(kind, state, made):
            if not is_walked(cell, states):
                continue
            cells += 1
            wanted, got = expected(cell), answer_to(cell, made, browsers)
            if wanted not in got:
                wrong.append(f"{cell}: the table says {wanted}, the site {'/'.join(sorted(got))}")
        transaction.savepoint_rollback(point)
    walked[kind] = cells, len(wrong)
    all_cells, all_wrong = map(sum, zip(*walked.values(), strict=True))
    record("access_matrix", kinds=len(walked), cells=all_cells, wrong=all_wrong)
    assert not wrong, f"{len(wrong)} cells are wrong:\n" + "\n".join(wrong)


def test_the_table_names_every_address_and_nothing_else():
    """A new address, or a new table in the staff's site, is first written into the law."""
    named = {f"admin:{row.name.partition(' ')[0]}" for row in ROWS} | OPEN | NOWHERE
    named |= {f"public:{name}" for name in PUBLIC | PUBLIC_ELSEWHERE} | {f"api:{name}" for name in API}
    site = {name for name, _route, _pattern in endpoints()}
    missing, gone = sorted(site - named), sorted(named - site)
    assert not missing, f"write into tests/structure/access_table.py who may open: {', '.join(missing)}"
    assert not gone, f"the access table names addresses that the site does not have: {', '.join(gone)}"


def test_the_table_names_every_table_of_the_staff_site():
    registered = {model._meta.label_lower for model in staff_site._registry}
    assert registered - set(MODELS) == set(), (
        "write into MODELS of tests/structure/access_table.py who reads and changes these tables"
    )
    assert set(MODELS) - registered == set(), "MODELS names tables that the staff's site does not have"


def test_a_row_speaks_only_of_posts_and_states_that_there_are():
    posts = {str(post) for post in Post}
    for row in ROWS:
        states = set(KINDS[row.kind]) | {"*"}
        assert set(row.door.split()) <= posts, row
        for rights in (row.get, row.post):
            for doers, when in rights.items() if isinstance(rights, dict) else ():
                assert {label.partition("@")[0] for label in doers.split()} <= set(row.door.split()), row
                assert {word.removeprefix("!") for word in when.split()} <= states, row


def test_the_matrix_has_as_many_cells_as_the_document_says(world):
    """Every cell, all of them walked by ``make soak``."""
    make_people()
    cells = 0
    for kind, states in KINDS.items():
        for state, make in states.items():
            point = transaction.savepoint()
            cells += sum(1 for _ in cells_of(kind, state, make(world)))
            transaction.savepoint_rollback(point)
    stated = int(re.search(r"权限矩阵共 ([\d,]+) 格", SECURITY.read_text(encoding="utf-8"))[1].replace(",", ""))
    print(f"{cells} cells")  # noqa: T201
    assert cells >= stated, f"docs/security.md says {stated} cells, the table has {cells}"


# -- what is open to everybody -----------------------------------------------------------------------------------------------------


def public_addresses(world) -> dict[str, str]:
    item, edition = world.item("劳务派遣经营许可").code, 2
    arguments = {
        "public:department": ["420600-RSJ"],
        "public:item": [item],
        "public:version": [item, 1],
        "public:compare": [item, 1, 2],
        "public:edition": [edition],
        "public:changes": [edition],
        "public:edition_compare": [edition, 1],
        "public:statistics_csv": ["categories"],
        "public:edition_downloads": [edition],
        "public:item_proof": [item, 1],
        "public:edition_proof": [edition],
        "api:department": ["420600-RSJ"],
        "api:item": [item],
        "api:version": [item, 1],
        "api:edition": [edition],
        "api:changes": [edition],
    }
    names = [f"public:{name}" for name in PUBLIC] + [f"api:{name}" for name in API]
    return {name: reverse(name, args=arguments.get(name, [])) for name in sorted(names)}


def test_what_is_public_is_the_same_for_everybody_and_only_read(everyone):
    """A citizen, and every post of every place, reads the same bytes; no other method is taken."""
    world, browsers = everyone
    few = ["anonymous", "clerk", "auditor", "system_admin", "fund_clerk", "ended", "county_legality"]
    for name, where in public_addresses(world).items():
        answers = {who: browsers[who].get(where) for who in (browsers if soaking() else few)}
        assert {answer.status_code for answer in answers.values()} <= {200, 302}, (name, where, answers["anonymous"].status_code)
        bodies = {
            re.sub(rb'nonce="[^"]*"', b"", b"".join(answer) if answer.streaming else answer.content) for answer in answers.values()
        }
        assert len(bodies) == 1, f"{name} is not the same to everybody"
        for method in ("post", "put", "patch", "delete"):
            assert getattr(browsers["clerk"], method)(where).status_code == 405, (name, method)


def test_the_openapi_document_describes_what_may_be_done_and_nothing_else(everyone):
    """Each address of the document is read by anybody, takes no other method, and none of the API's addresses is left out."""
    world, browsers = everyone
    document = browsers["anonymous"].get(reverse("api:schema"))
    paths = json.loads(document.content)["paths"]
    site = {re.sub(r"<\w+:(\w+)>", r"{\1}", "/" + route) for name, route, _ in endpoints() if name.startswith("api:")}
    assert set(paths) == site - {"/api/v1/schema/", "/api/docs/"}
    assert {method for operations in paths.values() for method in operations if method != "parameters"} == {"get"}


def test_what_leads_nowhere_leads_nowhere_for_everybody(everyone):
    """Django's own addresses that no screen uses give nothing away: 403 or 404 for staff, the log-in for others."""
    world, browsers = everyone
    content_type = ContentType.objects.get_for_model(world.request("draft"))
    tried = ["/admin/autocomplete/", f"/admin/r/{content_type.pk}/{world.request('draft').pk}/", "/admin/nothing/at/all/"]
    for where in tried:
        for who, browser in browsers.items():
            answer = browser.get(where)
            wanted = {302} if who in OUTSIDE else {403, 404}
            assert answer.status_code in wanted, (where, who)


def test_the_index_of_an_app_is_for_whoever_reads_one_of_its_tables(everyone):
    world, browsers = everyone
    for app in {label.partition(".")[0] for label in MODELS}:
        readers = {post for label, (view, _, _) in MODELS.items() if label.startswith(f"{app}.") for post in view.split()}
        for person in people_of(RSJ):
            if person.username not in OUTSIDE:
                answer = browsers[person.username].get(f"/admin/{app}/")
                assert (answer.status_code == 200) is not person.posts.isdisjoint(readers), (app, str(person), answer.status_code)


def test_whoever_is_turned_away_is_in_the_audit_trail(everyone):
    """One denied event for each try: a foreign draft read, numbers tried one after the other, a screen of another post, an act."""
    world, browsers = everyone
    draft, stranger = world.request("draft"), browsers["outsider"]
    tries = [
        lambda: stranger.get(reverse("admin:request", args=[draft.pk])),
        lambda: stranger.get(reverse("admin:request", args=[10**9])),
        lambda: stranger.get(reverse("admin:accounts")),
        lambda: stranger.post(
            reverse("admin:request_withdraw", args=[draft.pk]), {"opinion": "撤回", "seen_hash": draft.proposed_hash}
        ),
        lambda: browsers["auditor"].post(reverse("admin:request_comments", args=[world.request("legality").pk]), {"text": "看"}),
    ]
    for attempt in tries:
        before = AuditEvent.objects.count()
        assert attempt().status_code in (403, 404)
        events = list(AuditEvent.objects.order_by("-sequence")[: AuditEvent.objects.count() - before])
        assert [event.outcome for event in events] == ["denied"]
        assert events[0].actor_id in ("outsider", "auditor") and events[0].request_id
    assert first_break() is None
    assert ChangeRequest.objects.get(pk=draft.pk).state == "draft"
