"""办理过程 and 修改记录: everything that happened to a request, and what its draft was before; to read, never to write."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from qingdan.items.kinds import ChangeKind
from reviews.conversation import raise_comment
from reviews.edit_trail import saves_of
from reviews.life import WORDS, life_of
from reviews.marks import mark_change
from reviews.models import Change
from reviews.requests import create_request, replace_changes, submit_request
from tests.world import add, amend, decide, decide_batch, fresh, propose, publish, review


def at(actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


def page(client, name, request) -> str:
    response = client.get(reverse(f"admin:{name}", args=[request.pk]))
    assert response.status_code == 200
    return response.content.decode()


def published(world):
    request = propose(world, [add("全程样本")])
    raise_comment(actor=world.compliance, request=request, text="说明层级", seen_hash=request.proposed_hash)
    review(world, request)
    batch = decide_batch(world, [request], "全程批次", held_on=datetime.date(2026, 1, 5))
    publish(world, batch, "襄政发〔2026〕1号", published_on=datetime.date(2026, 1, 6), effective_on=datetime.date(2026, 1, 7))
    return fresh(request)


@pytest.fixture
def released(world):
    """The world without the batch that is under way in its city."""
    batch = world.batch("decided")
    publish(world, batch, "襄政发〔2020〕9号", published_on=datetime.date(2020, 3, 1), effective_on=datetime.date(2020, 3, 2))
    return world


def test_it_tells_the_whole_life_in_order_with_who_as_which_post_and_what_he_saw(released):
    world = released
    request = published(world)
    events = life_of(request)
    assert [event.act for event in events] == [
        "create_request",
        "submit_request",
        "raise_comment",
        "pass_request",
        "pass_request",
        "pass_request",
        "create_batch",
        "freeze_batch",
        "record_meeting",
        "publish_batch",
    ]
    passed = events[3]
    assert (passed.person, passed.post, passed.seen_hash) == ("陈立", "编办审查", request.proposed_hash)
    assert "说明层级" in events[2].said and [event.at for event in events] == sorted(event.at for event in events)
    shown = page(at(world.auditor), "request_life", request)
    assert "陈立（编办审查）" in shown and "提出意见" in shown and request.proposed_hash[:12] in shown


def test_another_requests_way_into_the_same_batch_is_not_its_life(world):
    request = world.request("approved")
    assert all(event.act not in ("add_to_batch", "remove_from_batch") for event in life_of(request))


def test_every_act_of_the_desk_has_its_word(world):
    acts = {event.act for state in ("returned", "refused", "withdrawn", "published") for event in life_of(world.request(state))}
    assert acts <= set(WORDS) and {"return_request", "refuse_request", "withdraw_request", "publish_batch"} <= acts


def test_a_refused_attempt_is_not_part_of_the_life(world):
    request = world.request("draft")
    assert at(world.clerk).post(reverse("admin:request_submit", args=[request.pk]), {"seen_hash": "x"}).status_code in (403, 409)
    assert [event.act for event in life_of(request)] == ["create_request"]


def test_a_reviewers_own_marks_are_not_told_to_others(world):
    request = propose(world, [add("标记样本")])
    mark_change(
        actor=world.compliance, request=request, position=1, word="returned", opinion="还没想好", seen_hash=request.proposed_hash
    )
    assert "还没想好" not in page(at(world.clerk), "request_life", request)
    assert "mark_change" not in {event.act for event in life_of(request)}


def test_the_trail_shows_what_the_draft_was_before_element_by_element(world):
    version = world.version("劳务派遣经营许可")
    first = [amend(version, supervision_phone="0710-3611111"), add("先列入后移出")]
    request = create_request(actor=world.clerk, department=world.department(), reason="初稿", proposals=first)
    second = [amend(version, supervision_phone="0710-3622222"), add("后来列入")]
    replace_changes(actor=world.head, request=request, reason="二稿", proposals=second, seen_hash=request.proposed_hash)
    created, changed = saves_of(request)
    assert (created.person, changed.person) == ("李文静", "王建国")
    assert {(move.name, move.before is None, move.after is None) for move in changed.moved} == {
        ("劳务派遣经营许可", False, False),
        ("先列入后移出", False, True),
        ("后来列入", True, False),
    }
    assert ("reason", "初稿", "二稿") in changed.fields
    shown = page(at(world.clerk), "request_trail", request)
    latest = shown.partition("王建国")[2].partition("李文静")[0]
    assert "〔删除〕</span>11111</del>" in latest and "〔新增〕</span>22222</ins>" in latest
    assert "移出" in latest and "先列入后移出" in latest


def test_a_kind_that_was_changed_is_told(world):
    version = world.version("劳务派遣经营许可")
    request = create_request(
        actor=world.clerk, department=world.department(), reason="初稿", proposals=[amend(version, supervision_phone="1")]
    )
    again = [amend(version, ChangeKind.BASIS, supervision_phone="1")]
    replace_changes(actor=world.clerk, request=request, reason="初稿", proposals=again, seen_hash=request.proposed_hash)
    assert "变更其他要素 改为 变更依据" in page(at(world.clerk), "request_trail", request)


@pytest.mark.parametrize("name", ["request_life", "request_trail"])
@pytest.mark.parametrize(("person", "status"), [("outsider", 404), ("county_legality", 404), ("system_admin", 403)])
def test_a_stranger_reads_neither(world, name, person, status):
    assert at(getattr(world, person)).get(reverse(f"admin:{name}", args=[world.request("compliance").pk])).status_code == status


@pytest.mark.parametrize("name", ["request_life", "request_trail"])
def test_nothing_can_be_written_there(world, name):
    request = world.request("draft")
    address = reverse(f"admin:{name}", args=[request.pk])
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert at(world.clerk).generic(method, address).status_code == 405
    assert at(world.legality).get(address).status_code == 404, "a draft is the department's own"


def test_the_stock_pages_of_history_do_not_exist(db):
    names = {str(name) for name in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(name, str)}
    for model in ("changerequest", "change", "attachment", "opinion", "comment"):
        assert not {name for name in names if name.startswith(f"reviews_{model}_")}
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:reviews_{model}_simple_history", args=[1, 1])


@pytest.mark.parametrize("name", ["request_life", "request_trail"])
def test_a_long_life_takes_as_many_queries_as_a_short_one(world, name):
    counts = []
    for how_many in (2, 30):
        request = create_request(
            actor=world.clerk,
            department=world.department(),
            reason="长",
            proposals=[add(f"长样本{how_many}{n}") for n in range(how_many)],
        )
        for number in range(how_many):
            request = replace_changes(
                actor=world.clerk,
                request=request,
                reason=f"长{number}",
                proposals=[add(f"长样本{how_many}{n}", powers=f"第{number}稿") for n in range(how_many)],
                seen_hash=fresh(request).proposed_hash,
            )
        client, address = at(world.clerk), reverse(f"admin:{name}", args=[request.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert any(event.times == 30 for event in life_of(request)), "repeated saves are one line"


def test_submitting_and_deciding_leave_the_contents_alone(world):
    request = propose(world, [add("不动内容")])
    decide(world.compliance, request, "returned", "请补正")
    submit_request(actor=world.head, request=fresh(request), seen_hash=request.proposed_hash)
    assert [len(save.moved) for save in saves_of(request)] == [1, 0, 0, 0]
    assert Change.history.filter(request_id=request.pk).count() == 1
