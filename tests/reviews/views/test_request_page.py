"""One request: differences, buttons for each post, refusals, paging."""

import pytest
from django.urls import reverse

from qingdan.items.kinds import ChangeKind
from reviews.models import Decision
from reviews.requests import return_before_batch, withdraw_request
from tests.world import add, amend, basis, decide, fresh, propose


def page(client, row) -> str:
    response = client.get(reverse("admin:request", args=[row.pk]))
    assert response.status_code == 200
    return response.content.decode()


def act_of(row, name: str) -> str:
    return reverse(f"admin:request_{name}", args=[row.pk])


ACTS = ("submit", "withdraw", "return", "decide")
# Which forms each post sees on a request in each state.
BUTTONS = [
    ("draft", "clerk", {"withdraw"}),
    ("draft", "head", {"submit", "withdraw"}),
    ("returned", "clerk", {"withdraw"}),
    ("returned", "head", {"submit", "withdraw"}),
    ("compliance", "clerk", {"withdraw"}),
    ("compliance", "compliance", {"decide"}),
    ("compliance", "service", {"decide"}),
    ("compliance", "legality", set()),
    ("legality", "compliance", set()),
    ("legality", "legality", {"decide"}),
    ("awaiting", "publisher", {"return"}),
    ("awaiting", "legality", set()),
    ("approved", "publisher", set()),
    ("approved", "head", set()),
    ("refused", "head", set()),
    ("published", "publisher", set()),
    ("compliance", "auditor", set()),
    ("compliance", "council", set()),
]


@pytest.mark.parametrize(("state", "person", "expected"), BUTTONS)
def test_it_shows_just_the_acts_that_the_post_may_take(world, at_desk, state, person, expected):
    row = world.request(state)
    shown = page(at_desk(person), row)
    assert {name for name in ACTS if f'action="{act_of(row, name)}"' in shown} == expected


@pytest.mark.parametrize("person", ["outsider", "other_head", "county_clerk", "county_compliance"])
def test_a_stranger_finds_no_such_page_and_no_such_act(world, at_desk, person):
    row = world.request("compliance")
    client = at_desk(person)
    assert client.get(reverse("admin:request", args=[row.pk])).status_code == 404
    for name in ("submit", "withdraw"):
        assert client.post(act_of(row, name), {"seen_hash": row.proposed_hash, "opinion": "试"}).status_code in (403, 404)
    assert fresh(row).state == "compliance"


def test_a_draft_is_hidden_from_the_reviewers(world, at_desk):
    assert at_desk("compliance").get(reverse("admin:request", args=[world.request("draft").pk])).status_code == 404


def test_a_colleague_without_the_right_is_told_who_may(world, at_desk):
    row = world.request("draft")
    response = at_desk("clerk").post(act_of(row, "submit"), {"seen_hash": row.proposed_hash})
    assert response.status_code == 403
    assert "部门负责人" in response.content.decode()
    assert fresh(row).state == "draft"


def test_it_shows_changed_elements_old_beside_new_and_folds_the_others(world, at_desk):
    version = world.version("对用人单位不办理社会保险登记的处罚")
    changed = version.content.bases_text().replace("限期改正", "限期整改")
    row = propose(world, [amend(version, ChangeKind.BASIS, legal_bases=[basis(changed)])])
    shown = page(at_desk("compliance"), row)
    assert "<del>" in shown and "〔删除〕</span>正</del>" in shown
    assert "〔新增〕</span>整</ins>" in shown
    assert "未变要素" in shown and "变更依据" in shown


def test_it_warns_of_missing_elements_and_of_unread_citations(world, at_desk):
    row = propose(world, [add("甲", legal_bases=[basis("有关规定")], powers="审核")])
    shown = page(at_desk("compliance"), row)
    missing = shown.partition("缺少本类别必填的要素：")[2].partition("</li>")[0]
    assert "救济渠道" in missing and "职责权限" not in missing and "设定依据" not in missing
    assert "依据 1 条未识别出法律名称" in shown


def test_it_names_whose_turn_it_is_part_by_part(world, at_desk):
    row = world.request("compliance")
    client = at_desk("head")
    assert "编办审查（职责审查）、政务服务审查（平台衔接审查）" in page(client, row)
    decide(world.compliance, row)
    shown = page(client, row)
    assert "轮到：<b>政务服务审查（平台衔接审查）</b>" in shown
    assert "陈立 职责审查通过" in shown


def test_the_head_submits_what_he_saw(world, at_desk):
    row = world.request("draft")
    response = at_desk("head").post(act_of(row, "submit"), {"seen_hash": row.proposed_hash}, follow=True)
    assert fresh(row).state == "compliance"
    assert f"已提交申请 {row.number}" in response.content.decode()


def test_a_stale_submission_is_409_with_the_sentence_and_a_way_on(world, at_desk):
    row = world.request("draft")
    response = at_desk("head").post(act_of(row, "submit"), {"seen_hash": "0" * 64})
    assert response.status_code == 409
    assert "内容已变化" in response.content.decode() and "重新打开本申请" in response.content.decode()
    assert fresh(row).state == "draft"


def test_it_takes_a_submitted_request_back_only_with_an_opinion(world, at_desk):
    row, client = world.request("compliance"), at_desk("clerk")
    refused = client.post(act_of(row, "withdraw"), {"seen_hash": row.proposed_hash, "opinion": " "})
    assert refused.status_code == 422 and "撤回须写明意见" in refused.content.decode()
    client.post(act_of(row, "withdraw"), {"seen_hash": row.proposed_hash, "opinion": "改日再提"})
    assert fresh(row).state == "withdrawn"


def test_the_publisher_sends_a_waiting_request_back_with_an_opinion(world, at_desk):
    row, client = world.request("awaiting"), at_desk("publisher")
    refused = client.post(act_of(row, "return"), {"seen_hash": row.proposed_hash, "opinion": ""})
    assert refused.status_code == 422
    client.post(act_of(row, "return"), {"seen_hash": row.proposed_hash, "opinion": "与新版本冲突"})
    assert fresh(row).state == "returned"
    assert "与新版本冲突" in fresh(row).history.first().history_change_reason


def test_the_reviewers_own_return_is_not_the_publishers(world):
    row = world.request("compliance")
    with pytest.raises(Exception, match="由审查人退回"):
        return_before_batch(actor=world.compliance, request=row, opinion="退", seen_hash=row.proposed_hash)


def test_the_last_page_is_reached_with_as_many_queries_as_a_short_one(world, at_desk, queries_of):
    short = propose(world, [add(f"短{n}") for n in range(10)])
    long = propose(world, [add(f"长{n}") for n in range(300)])
    client = at_desk("compliance")
    few = queries_of(client, reverse("admin:request", args=[short.pk]))
    many = queries_of(client, reverse("admin:request", args=[long.pk]) + "?page=6")
    assert few == many
    shown = client.get(reverse("admin:request", args=[long.pk]) + "?page=6").content.decode()
    assert "长250" in shown and "长249" not in shown and "第 6 页，共 6 页" in shown


def test_the_list_filters_by_state_and_words_and_keeps_to_what_is_visible(world, at_desk, queries_of):
    clerk = at_desk("clerk")
    row = world.request("returned")
    address = reverse("admin:request_list")
    assert row.number in clerk.get(address, {"state": "returned"}).content.decode()
    assert row.number not in clerk.get(address, {"state": "draft"}).content.decode()
    assert row.number not in at_desk("outsider").get(address).content.decode()
    before = queries_of(clerk, address)
    for number in range(40):
        withdraw_request(actor=world.clerk, request=propose(world, [add(f"多{number}")]), opinion="清理")
    assert queries_of(clerk, address) == before


def test_former_opinions_stay_with_the_hash_they_bound(world, at_desk):
    row = world.request("returned")
    shown = page(at_desk("head"), row)
    decision = Decision.objects.get(request=row)
    assert "请补充设定依据" in shown and decision.proposed_hash[:12] in shown and "陈立" in shown


@pytest.mark.parametrize("opinion", ["暂不\x00调整", "长" * 100_000])
def test_an_opinion_that_cannot_be_kept_withdraws_nothing(world, at_desk, opinion):
    row = world.request("draft")
    response = at_desk("clerk").post(act_of(row, "withdraw"), {"opinion": opinion, "seen_hash": row.proposed_hash})
    assert response.status_code == 422 and fresh(row).state == "draft"
