"""收件箱: what waits for me, by deadline, and from one to the next."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from departments.models import Posting
from departments.posts import Post
from qingdan.items.kinds import ChangeKind
from reviews.claims import claim_request
from reviews.models import Change, ChangeRequest
from tests.world import add, amend, decide, fresh, propose, review

INBOX = reverse("admin:inbox")


def numbers(client, query: str = "") -> list[str]:
    body = client.get(f"{INBOX}?{query}").content.decode()
    return re.findall(r">(\d{4}-\d{4,})</a>", body)


def since(row, days: int) -> None:
    ChangeRequest.objects.filter(pk=row.pk).update(state_since=timezone.now() - datetime.timedelta(days=days))


@pytest.mark.parametrize(
    ("person", "states"),
    [
        ("compliance", ["compliance"]),
        ("service", ["compliance"]),
        ("legality", ["legality"]),
        ("publisher", ["awaiting"]),
        ("clerk", ["draft", "returned"]),
        ("outsider", []),
        ("council", []),
        ("auditor", []),
        ("county_compliance", []),
    ],
)
def test_each_post_finds_what_waits_for_it(world, at_desk, person, states):
    rows = ChangeRequest.objects.filter(state__in=states, region=world.city)
    assert sorted(numbers(at_desk(person))) == sorted(row.number for row in rows)


def test_the_nearest_deadline_comes_first_and_says_so(world, at_desk):
    phone = world.version("劳务派遣经营许可")
    slow, quick = propose(world, [add("慢")]), propose(world, [amend(phone, supervision_phone="0710-3600009")])
    first = world.request("compliance")
    since(slow, 40)
    client = at_desk("compliance")
    assert numbers(client) == [slow.number, quick.number, first.number]
    page = client.get(INBOX).content.decode()
    assert "逾期 1 件" in page and "剩 7 个工作日" in page


def test_filters_by_claim_deadline_department_and_kind(world, at_desk):
    phone = world.version("劳务派遣经营许可")
    late, elements = propose(world, [add("迟")]), propose(world, [amend(phone, supervision_phone="0710-3600009")])
    other = propose(world, [add("别的部门", "420600-SCJ")], clerk="outsider", head="other_head")
    first = world.request("compliance")
    since(late, 40)
    claim_request(actor=world.compliance, request=elements)
    client = at_desk("compliance")
    assert numbers(client, "who=mine") == [elements.number]
    assert set(numbers(client, "who=free")) == {late.number, other.number, first.number}
    assert numbers(client, "due=late") == [late.number]
    assert numbers(client, "department=420600-SCJ") == [other.number]
    assert numbers(client, f"kind={ChangeKind.ELEMENTS}") == [elements.number]
    assert numbers(client, f"kind={ChangeKind.ELEMENTS}&who=free") == []
    assert "没有符合条件" in client.get(f"{INBOX}?kind={ChangeKind.MERGE}").content.decode()
    assert len(numbers(client, "who=x&due=x&kind=x")) == 4, "a filter that does not exist filters nothing"


def test_claiming_from_the_inbox_keeps_the_filters(world, at_desk):
    row, client = world.request("compliance"), at_desk("compliance")
    address = reverse("admin:request_claim", args=[row.pk])
    answer = client.post(address, {"back": "inbox", "filters": "who=free&due="}, follow=True)
    assert answer.redirect_chain == [(f"{INBOX}?who=free&due=", 302)] and f"已认领申请 {row.number}" in answer.content.decode()
    assert numbers(client, "who=mine") == [row.number]
    assert "陈立" in client.get(INBOX).content.decode()
    assert at_desk("service").get(INBOX).content.decode().count("陈立") == 0, "the other office's part is free"
    client.post(address, {"act": "release"})
    assert numbers(client, "who=mine") == []


def test_a_claim_that_comes_late_is_a_conflict(world, at_desk):
    row = world.request("compliance")
    user = type(world.compliance.user).objects.create_user("second", "第二人", None)
    user.must_change_password, user.password_changed_at = False, timezone.now()
    user.save()
    Posting.objects.create(user=user, post=Post.COMPLIANCE, region=world.city, from_on=datetime.date(2016, 1, 1))
    claim_request(actor=world.compliance, request=row)
    from django.test import Client

    client = Client()
    client.force_login(user)
    answer = client.post(reverse("admin:request_claim", args=[row.pk]))
    assert answer.status_code == 409 and "已由陈立认领" in answer.content.decode()


def test_a_stranger_may_not_claim(world, at_desk):
    address = reverse("admin:request_claim", args=[world.request("compliance").pk])
    assert at_desk("clerk").post(address).status_code == 403
    assert at_desk("county_compliance").post(address).status_code == 404
    assert at_desk("legality").post(address).status_code == 403


def test_next_and_previous_walk_through_the_inbox(world, at_desk):
    rows = [world.request("compliance"), *(propose(world, [add(f"排{n}")]) for n in range(3))]
    client = at_desk("compliance")
    order = numbers(client)
    assert order == [row.number for row in rows]
    page = client.get(INBOX).content.decode()
    address = re.search(r'href="(/admin/requests/\d+/\?inbox=1)"', page)[1]
    seen = []
    for _ in range(4):
        page = client.get(address).content.decode()
        seen.append(re.search(r"<h1>调整申请 (\S+)", page)[1])
        forward = re.search(r'href="(/admin/inbox/go/[^"]+step=1)"', page)[1].replace("&amp;", "&")
        answer = client.get(forward)
        address = answer["Location"]
    assert seen == order
    assert address.startswith(INBOX), "after the last one, back to the inbox"


def test_next_after_a_decision_is_what_took_its_place(world, at_desk):
    rows = [world.request("compliance"), *(propose(world, [add(f"排{n}")]) for n in range(2))]
    client = at_desk("compliance")
    decide(world.compliance, rows[0])
    answer = client.get(f"{reverse('admin:inbox_go')}?place=1&from={rows[0].pk}&step=1")
    assert answer["Location"] == f"/admin/requests/{rows[1].pk}/?inbox=1"
    answer = client.get(f"{reverse('admin:inbox_go')}?place=3&from={rows[2].pk}&step=-1")
    assert answer["Location"] == f"/admin/requests/{rows[1].pk}/?inbox=1"


@pytest.mark.parametrize(
    "query", ["", "place=x&from=y&step=z", "place=-9&from=&step=-1", "place=99999999999999&step=1", "place=1%00"]
)
def test_a_wrong_address_leads_back_to_the_inbox(world, at_desk, query):
    answer = at_desk("council").get(f"{reverse('admin:inbox_go')}?{query}")
    assert answer.status_code == 302 and answer["Location"].startswith(INBOX)


def test_the_page_says_what_changed_since_the_last_look(world, at_desk):
    row, client = world.request("compliance"), at_desk("legality")
    address = reverse("admin:request", args=[row.pk])
    assert "自您上次查看" not in client.get(address).content.decode()
    world.legality.user.looks.update(last_at=timezone.now() - datetime.timedelta(hours=3))
    review(world, row, until="legality")
    page = client.get(address).content.decode()
    assert "自您上次查看" in page and "状态由“合规审查”变为“合法性审查”" in page and "陈立（编办审查）通过" in page
    assert "有变化" not in client.get(INBOX).content.decode()


def test_it_marks_what_is_new_and_what_changed(world, at_desk):
    row, client = world.request("compliance"), at_desk("compliance")
    assert "新到" in client.get(INBOX).content.decode()
    client.get(reverse("admin:request", args=[row.pk]))
    assert "新到" not in client.get(INBOX).content.decode()
    decide(world.service, row, "returned", "请补正")
    from reviews.requests import submit_request

    row = fresh(row)
    submit_request(actor=world.head, request=row, seen_hash=row.proposed_hash)
    assert "有变化" in client.get(INBOX).content.decode()


def test_it_takes_as_many_queries_for_four_thousand_as_for_ten(world, at_desk, queries_of):
    sample = world.request("compliance")
    change = sample.changes.get()

    def more(first: int, last: int) -> None:
        fields = {f.attname: getattr(sample, f.attname) for f in ChangeRequest._meta.concrete_fields if not f.primary_key}
        rows = ChangeRequest.objects.bulk_create(ChangeRequest(**{**fields, "number": f"2020-{n:05d}"}) for n in range(first, last))
        copied = {f.attname: getattr(change, f.attname) for f in Change._meta.concrete_fields if not f.primary_key}
        Change.objects.bulk_create(Change(**{**copied, "request_id": row.pk}) for row in rows)

    more(0, 9)
    client = at_desk("compliance")
    few = queries_of(client, INBOX)
    more(9, 3_999)
    assert queries_of(client, INBOX) == few
    assert "4000 件" in client.get(INBOX).content.decode()
