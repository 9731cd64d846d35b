"""The workbench: each post finds what is his, the oldest first."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from departments.models import Department
from qingdan.items.kinds import ChangeKind
from reviews.models import ChangeRequest
from reviews.proposals import Proposal
from tests.world import add, basis, content, decide, fresh, propose


def lists(client) -> dict[str, tuple[int, str]]:
    """Title → (number, HTML) of the lists on the index."""
    shown = client.get(reverse("admin:index")).content.decode()
    parts = re.findall(r'<h2 id="section-\d+">([^<]*?) · (\d+) 件</h2>(.*?)</section>', shown, re.S)
    return {title: (int(count), body) for title, count, body in parts}


def test_a_clerk_finds_drafts_returned_ones_and_his_departments_tasks(world, at_desk):
    found = lists(at_desk("clerk"))
    assert list(found) == ["待我处理", "被退回", "我部门的任务", "最近公布"]
    assert found["待我处理"][0] == 1 and "继续完善" in found["待我处理"][1]
    assert found["被退回"][0] == 1 and "补正" in found["被退回"][1]
    assert (
        found["我部门的任务"][0]
        == ChangeRequest.objects.filter(
            department__code="420600-RSJ", state__in=("draft", "compliance", "legality", "awaiting", "batched", "approved")
        ).count()
    )
    assert found["最近公布"][0] == 2 and "第1次动态调整" in found["最近公布"][1]


def test_the_head_is_offered_to_submit(world, at_desk):
    assert "核对并提交" in lists(at_desk("head"))["待我处理"][1]


@pytest.mark.parametrize(("person", "state"), [("compliance", "compliance"), ("service", "compliance"), ("legality", "legality")])
def test_a_reviewer_finds_what_waits_for_his_part_until_he_has_spoken(world, at_desk, person, state):
    row = world.request(state)
    client = at_desk(person)
    count, body = lists(client)["待我处理"]
    assert count == 1 and row.number in body and "审查" in body
    decide(getattr(world, person), row)
    assert lists(client)["待我处理"][0] == 0


def test_an_item_that_only_one_office_reviews_does_not_wait_for_the_other(world, at_desk):
    punishment = content("420600-RSJ", "02", "只需编办", initiation="ex_officio", legal_bases=[basis("《某法》第一条")])
    row = propose(world, [Proposal(kind=ChangeKind.ADD, content=punishment)])
    assert row.number in lists(at_desk("compliance"))["待我处理"][1]
    assert row.number not in lists(at_desk("service"))["待我处理"][1]


def test_the_publisher_finds_waiting_requests_and_the_decided_batch(world, at_desk):
    count, body = lists(at_desk("publisher"))["待我处理"]
    waiting = ChangeRequest.objects.filter(state="awaiting", region=world.city).count()
    assert count == waiting + 1
    assert "待公布批次" in body and "汇总" in body


def test_the_council_finds_the_frozen_batch(world, at_desk):
    count, body = lists(at_desk("county_council"))["待我处理"]
    assert count == 1 and "襄城区批次" in body and "记录审议结果" in body
    assert lists(at_desk("council"))["待我处理"][0] == 0


def test_an_empty_list_says_what_comes_next(world, at_desk):
    count, body = lists(at_desk("outsider"))["待我处理"]
    assert count == 0 and "下载本部门清单" in body
    assert "只查看" in lists(at_desk("auditor"))["待我处理"][1]


def test_another_department_sees_nothing_of_it(world, at_desk):
    shown = at_desk("outsider").get(reverse("admin:index")).content.decode()
    assert all(row.number not in shown for row in ChangeRequest.objects.filter(department__code="420600-RSJ"))


def test_what_a_merged_department_left_open_is_found_by_its_successor(world, at_desk):
    row = world.request("draft")
    Department.objects.filter(pk=row.department_id).update(
        successor=world.department("420600-SCJ"), abolished_on=timezone.localdate()
    )
    count, body = lists(at_desk("outsider"))["待我处理"]
    assert count == 1 and row.number in body and "继续完善" in body


def test_an_administrator_has_no_lists_of_the_workflow(world, at_desk):
    assert lists(at_desk("system_admin")) == {}


def test_the_oldest_comes_first_and_the_rest_is_one_link_away(world, at_desk):
    rows = [propose(world, [add(f"排队{n}")]) for n in range(12)]
    count, body = lists(at_desk("compliance"))["待我处理"]
    assert count == 13
    oldest = world.request("compliance")
    assert re.findall(r"\d{4}-\d{4}(?=</th>)", body)[0] == oldest.number
    assert rows[-1].number not in body and "看全部 13 件" in body


@pytest.mark.parametrize("person", ["clerk", "compliance", "publisher", "auditor"])
def test_it_takes_as_many_queries_with_many_requests_as_with_few(world, at_desk, queries_of, person):
    client = at_desk(person)
    few = queries_of(client, reverse("admin:index"))
    for number in range(20):
        propose(world, [add(f"更多{number}")])
    assert queries_of(client, reverse("admin:index")) == few


def test_what_a_person_wrote_himself_does_not_wait_for_his_review(world, at_desk):
    from departments.models import Posting
    from departments.posts import Post

    Posting.objects.create(user=world.head.user, post=Post.COMPLIANCE, region=world.city)
    assert fresh(world.request("compliance")).number not in lists(at_desk("head"))["待我处理"][1]
