"""Batches: gathered whole or not at all, frozen, reopened, dissolved; each post sees its own buttons."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from departments.models import Region
from reviews.batches import dissolve_batch
from reviews.models import Batch, ChangeRequest
from reviews.publication import publish_batch
from reviews.states import BatchState
from tests.world import add, amend, decide_batch, fresh, propose, review

LIST = "admin:batch_list"


@pytest.fixture
def nothing_open(world):
    """The city's decided batch is published, so that another may be gathered."""
    batch = world.batch("decided")
    today = timezone.localdate()
    publish_batch(
        actor=world.publisher,
        batch=batch,
        notice_title="关于公布权责清单动态调整的通知",
        notice_no="襄政发〔2020〕1号",
        published_on=today,
        effective_on=today,
        seen_hash=batch.submission_hash,
    )
    return world


def address(batch: Batch, act: str = "") -> str:
    return reverse(f"admin:batch_{act}" if act else "admin:batch", args=[batch.pk])


def test_the_publisher_gathers_what_he_ticks(nothing_open, at_desk):
    row, other = ChangeRequest.objects.filter(state="awaiting", region=nothing_open.city).order_by("pk")[:2]
    response = at_desk("publisher").post(reverse(LIST), {"title": "第16批", "requests": [row.pk]}, follow=True)
    batch = Batch.objects.get(title="第16批")
    assert list(batch.requests.all()) == [row] and fresh(other).state == "awaiting"
    assert "已汇总 1 个申请为“第16批”" in response.content.decode()


def test_a_conflict_is_told_by_item_with_a_link_and_nothing_is_done(nothing_open, at_desk):
    world = nothing_open
    version = world.version("劳务派遣经营许可")
    late = propose(world, [amend(version, note="晚")])
    review(world, late)
    ChangeRequest.objects.filter(pk=late.pk).get().changes.update(open=False)
    first = propose(world, [amend(version, note="早")])
    review(world, first)
    batch = decide_batch(world, [first], "先公布", held_on=datetime.date(2020, 3, 1))
    today = timezone.localdate()
    publish_batch(
        actor=world.publisher,
        batch=batch,
        notice_title="通知",
        notice_no="襄政发〔2020〕2号",
        published_on=today,
        effective_on=today,
        seen_hash=batch.submission_hash,
    )
    client = at_desk("publisher")
    response = client.post(reverse(LIST), {"title": "冲突批", "requests": [late.pk, world.request("awaiting").pk]})
    shown = response.content.decode()
    assert response.status_code == 422
    assert (
        f'<a href="{reverse("admin:request", args=[late.pk])}">劳务派遣经营许可</a>' in shown
        and "须退回按现行内容重新提出" in shown
    )
    assert not Batch.objects.filter(title="冲突批").exists() and fresh(late).state == "awaiting"
    assert 'value="冲突批"' in shown


def test_it_offers_no_second_batch_while_one_is_open(world, at_desk):
    client = at_desk("publisher")
    shown = client.get(reverse(LIST)).content.decode()
    assert "汇总成批</button>" not in shown and "待公布批次" in shown
    row = world.request("awaiting")
    refused = client.post(reverse(LIST), {"title": "又一批", "requests": [row.pk]})
    assert refused.status_code == 409 and fresh(row).state == "awaiting"


@pytest.mark.parametrize("person", ["compliance", "auditor", "council"])
def test_a_colleague_reads_the_list_and_may_not_gather(nothing_open, at_desk, person):
    client = at_desk(person)
    assert "汇总成批</button>" not in client.get(reverse(LIST)).content.decode()
    row = nothing_open.request("awaiting")
    assert client.post(reverse(LIST), {"title": "越权", "requests": [row.pk]}).status_code == 403
    assert client.post(reverse(LIST), {"title": "越权"}).status_code in (403, 422)  # nothing ticked
    assert not Batch.objects.filter(title="越权").exists()


def test_a_department_and_another_region_find_no_batch(world, at_desk):
    batch = world.batch("frozen")
    assert at_desk("clerk").get(address(batch)).status_code == 403
    for person in ("publisher", "auditor", "legality"):
        assert at_desk(person).get(address(batch)).status_code == 404
    assert at_desk("publisher").post(address(batch, "reopen")).status_code == 404
    assert at_desk("council").get(address(batch, "meeting")).status_code == 404
    assert fresh(batch).state == BatchState.FROZEN


BUTTONS = [
    ("draft", "other_publisher", {"freeze", "dissolve", "remove"}),
    ("frozen", "county_publisher", {"reopen", "meeting"}),
    ("frozen", "county_council", {"meeting"}),
    ("frozen", "county_legality", set()),
    ("decided", "publisher", {"publish"}),
    ("decided", "council", set()),
    ("published", "publisher", set()),
    ("dissolved", "publisher", set()),
]


@pytest.mark.parametrize(("state", "person", "expected"), BUTTONS)
def test_it_shows_just_the_acts_that_the_post_may_take(world, at_desk, state, person, expected):
    batch = world.batch(state)
    shown = at_desk(person).get(address(batch)).content.decode()
    acts = ("add", "remove", "freeze", "reopen", "dissolve", "meeting", "publish")
    assert {act for act in acts if f'"{address(batch, act)}"' in shown} == expected


def test_a_batch_is_frozen_shown_by_its_hash_and_reopened(world, at_desk):
    client, batch = at_desk("other_publisher"), world.batch("draft")
    client.post(address(batch, "freeze"))
    frozen = fresh(batch)
    assert frozen.state == BatchState.FROZEN
    assert frozen.submission_hash in client.get(address(batch)).content.decode()
    stale = client.post(address(batch, "freeze"))
    assert stale.status_code == 409 and "不能确定送审稿" in stale.content.decode()
    client.post(address(batch, "reopen"))
    assert fresh(batch).state == BatchState.DRAFT


def test_a_request_leaves_and_joins_an_open_batch(world, at_desk):
    client, batch = at_desk("other_publisher"), world.batch("draft")
    row = batch.requests.get()
    client.post(address(batch, "remove"), {"request": row.pk})
    assert fresh(row).state == "awaiting"
    assert address(batch, "add") in client.get(address(batch)).content.decode()
    empty = client.post(address(batch, "freeze"))
    assert empty.status_code == 422 and "批次内没有申请" in empty.content.decode()
    client.post(address(batch, "add"), {"request": row.pk})
    assert fresh(row).batch == batch
    for key in ("x", "²", "9" * 30):
        assert client.post(address(batch, "add"), {"request": key}).status_code == 404


def test_dissolving_says_what_becomes_of_the_requests(world, at_desk):
    client, batch = at_desk("other_publisher"), world.batch("draft")
    row = batch.requests.get()
    assert "1 个申请（1 项）回到待汇总" in client.get(address(batch)).content.decode()
    client.post(address(batch, "dissolve"))
    assert (fresh(batch).state, fresh(row).state) == (BatchState.DISSOLVED, "awaiting")


def test_a_published_batch_links_to_the_public_edition(world, at_desk):
    shown = at_desk("publisher").get(address(world.batch("published"))).content.decode()
    assert reverse("public:edition", args=[2]) in shown and "第1次动态调整" in shown


def test_its_pages_take_as_many_queries_with_many_changes_as_with_few(world, at_desk, queries_of):
    client, batch = at_desk("other_publisher"), world.batch("draft")
    few = queries_of(client, address(batch))
    people = {"clerk": "other_clerk", "head": "other_county_head"}
    row = propose(world, [add(f"县级{n}", "420683-MZJ") for n in range(300)], **people)
    review(world, row)
    client.post(address(batch, "add"), {"request": row.pk})
    assert queries_of(client, address(batch) + "?page=4") <= few
    assert "第 4 页，共 7 页" in client.get(address(batch) + "?page=4").content.decode()


def test_the_list_of_batches_takes_as_many_queries_with_many_as_with_few(nothing_open, at_desk, queries_of):
    client = at_desk("publisher")
    few = queries_of(client, reverse(LIST))
    row = nothing_open.request("awaiting")
    for number in range(5):
        client.post(reverse(LIST), {"title": f"批{number}", "requests": [row.pk]})
        dissolve_batch(actor=nothing_open.publisher, batch=Batch.objects.get(title=f"批{number}"))
    assert Region.objects.get(code="420600").batches.count() == 8
    assert queries_of(client, reverse(LIST)) <= few
