"""征求意见: who is asked, who answers, what that department may see, and that compliance waits for it."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from departments.models import Notice
from qingdan.errors import NotAllowed, Refusal, RuleBroken, WrongState
from reviews.attachments import attach_to_request
from reviews.conversation import raise_comment
from reviews.models import ChangeRequest, DeskSetting, Opinion
from reviews.opinions import ask_opinion, give_opinion, touched_departments
from reviews.requests import replace_changes, submit_request
from tests.racing import race
from tests.reviews.papers_at_hand import PDF
from tests.world import add, amend, decide, fresh, propose, review

MARKET = "420600-SCJ"


def at(actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


def ask(world, request, person="legality", code=MARKET, question="请就共同监管的分工提出意见"):
    return ask_opinion(actor=getattr(world, person), request=request, department=world.department(code), question=question)


def give(world, opinion, outcome="agreed", text="", person="other_head"):
    seen = fresh(opinion.request).proposed_hash
    return give_opinion(actor=getattr(world, person), opinion=opinion, outcome=outcome, text=text, seen_hash=seen)


def overdue(opinion):
    """As if it had been asked two months ago."""
    opinion.asked_at = timezone.now() - datetime.timedelta(days=60)
    opinion.save()


@pytest.mark.parametrize(
    ("elements", "touched"),
    [
        ({"joint_departments": "市市场监督管理局、市民政局"}, {"市市场监督管理局", "市民政局"}),
        ({"duty_boundary": "与市民政局的分工：……"}, {"市民政局"}),
        ({"powers": "会同市民政局开展检查。"}, {"市民政局"}),
        ({"powers": "依照市民政局公布的名单办理。"}, set()),
        ({"joint_departments": "市人力资源和社会保障局"}, set()),
        ({"joint_departments": "襄城区民政局"}, set()),
        ({}, set()),
    ],
)
def test_departments_that_the_content_names_as_acting_along_are_touched(world, elements, touched):
    request = propose(world, [add("会同样本", **elements)], submit=False)
    assert {each.department.name for each in touched_departments(request)} == touched


def test_what_stays_as_it_was_touches_nobody(world):
    first = propose(world, [add("先写会同", joint_departments="市民政局")], submit=False)
    assert touched_departments(first)
    version = world.version("劳务派遣经营许可")
    request = propose(world, [amend(version, supervision_phone="0710-3699999")], submit=False)
    assert touched_departments(request) == []


def test_handing_in_asks_the_touched_departments_once_for_each_content(world):
    request = propose(world, [add("会同", joint_departments="市市场监督管理局")])
    [opinion] = request.opinions.all()
    assert (opinion.why, opinion.department.code, opinion.days) == ("joint", MARKET, 5)
    assert Notice.objects.filter(event="opinion", recipient=world.other_head.user).exists()
    give(world, opinion)
    decide(world.compliance, request, "returned", "请补正")
    submit_request(actor=world.head, request=fresh(request), seen_hash=request.proposed_hash)
    assert request.opinions.count() == 1, "the same content is not asked about again"
    decide(world.service, fresh(request), "returned", "再补正")
    changed = [add("会同", joint_departments="市市场监督管理局", powers="改了")]
    replace_changes(actor=world.clerk, request=request, reason="改", proposals=changed, seen_hash=request.proposed_hash)
    submit_request(actor=world.head, request=fresh(request), seen_hash=fresh(request).proposed_hash)
    assert request.opinions.count() == 2


def test_compliance_waits_for_the_answer_and_then_passes(world):
    request = propose(world, [add("会同", joint_departments="市市场监督管理局")])
    decide(world.compliance, request)
    with pytest.raises(WrongState, match="还在等所征求部门的意见：市市场监督管理局"):
        decide(world.service, request)
    assert fresh(request).state == "compliance" and request.decisions.count() == 1
    give(world, request.opinions.get(), "objects", "分工应写明牵头部门")
    decide(world.service, request)
    assert fresh(request).state == "legality"


def test_legality_waits_too_for_what_it_asked(world):
    request = world.request("legality")
    opinion = ask(world, request)
    with pytest.raises(WrongState, match="才能通过合法性审查"):
        decide(world.legality, request)
    give(world, opinion, "not_concerned", "不涉及我局")
    decide(world.legality, request)
    assert fresh(request).state == "awaiting"


def test_a_silent_department_is_noted_when_its_days_are_over(world):
    request = propose(world, [add("会同", joint_departments="市市场监督管理局")])
    overdue(request.opinions.get())
    review(world, request, until="legality")
    assert fresh(request).state == "legality"
    assert "征求意见逾期未答复：市市场监督管理局" in fresh(request).history.first().history_change_reason


def test_returning_does_not_wait(world):
    request = propose(world, [add("会同", joint_departments="市市场监督管理局")])
    decide(world.compliance, request, "returned", "先补正")
    assert fresh(request).state == "returned"


@pytest.mark.parametrize("person", ["clerk", "compliance", "legality", "publisher"])
def test_whoever_takes_part_asks_another_department(world, person):
    opinion = ask(world, world.request("legality"), person)
    assert opinion.why == "asked" and opinion.asked_post == getattr(world, person).user.postings.get().post


def test_only_another_living_department_of_the_region_is_asked_and_once_at_a_time(world):
    request = world.request("legality")
    for code in ("420600-RSJ", "420602-MZJ"):
        with pytest.raises(RuleBroken, match="本地区的其他部门"):
            ask(world, request, code=code)
    with pytest.raises(RuleBroken):
        ask(world, request, question="  ")
    ask(world, request)
    with pytest.raises(WrongState, match="尚未答复"):
        ask(world, request, "compliance")
    with pytest.raises(NotAllowed):
        ask(world, request, "auditor")
    with pytest.raises(NotAllowed):
        ask(world, request, "county_legality")


def test_the_asked_departments_head_answers_once(world):
    request = world.request("legality")
    opinion = ask(world, request)
    for person, status in (("outsider", 403), ("head", 403), ("legality", 403), ("county_head", 404)):
        with pytest.raises(NotAllowed) as refused:
            give(world, opinion, person=person)
        assert refused.value.status == status
    for outcome in ("objects", "not_concerned", "nonsense"):
        with pytest.raises(RuleBroken):
            give(world, opinion, outcome)
    with pytest.raises(WrongState, match="内容已变化"):
        give_opinion(actor=world.other_head, opinion=opinion, outcome="agreed", seen_hash="0" * 64)
    given = give(world, opinion, "not_concerned", "不属于我局职责")
    assert (given.given_by, given.seen_hash) == (world.other_head.user, request.proposed_hash)
    with pytest.raises(WrongState, match="已答复"):
        give(world, opinion)
    assert Notice.objects.filter(event="opinion", recipient=world.legality.user).exists()


def test_the_asked_department_sees_the_request_and_not_what_others_say_of_it(world):
    request = world.request("legality")
    raise_comment(
        actor=world.legality, request=request, text="内部讨论的话", seen_hash=request.proposed_hash, change=request.changes.get()
    )
    made = attach_to_request(actor=world.clerk, request=request, file_name="依据.pdf", data=PDF)
    addresses = [
        reverse(f"admin:{name}", args=[request.pk]) for name in ("request", "request_comments", "request_life", "request_trail")
    ]
    client = at(world.outsider)
    assert [client.get(address).status_code for address in addresses] == [404] * 4
    ask(world, request)
    assert [client.get(address).status_code for address in addresses] == [200, 404, 404, 404]
    shown = client.get(addresses[0]).content.decode()
    assert "内部讨论的话" not in shown and "请贵部门答复" not in shown and "状态样本·legality" in shown
    assert client.get(reverse("admin:attachment", args=[made.pk])).status_code == 200
    assert "请贵部门答复" in at(world.other_head).get(addresses[0]).content.decode()
    with pytest.raises(NotAllowed) as refused:
        raise_comment(actor=world.outsider, request=request, text="插话", seen_hash=request.proposed_hash)
    assert refused.value.status == 403
    other = world.request("compliance")
    assert client.get(reverse("admin:request", args=[other.pk])).status_code == 404
    assert at(world.county_clerk).get(addresses[0]).status_code == 404


def test_a_department_asked_twice_finds_the_request_once(world):
    request = world.request("legality")
    give(world, ask(world, request))
    ask(world, request)
    assert ChangeRequest.objects.visible_to(world.other_head.user).filter(pk=request.pk).count() == 1


def test_the_days_of_an_answer_are_the_regions(world):
    DeskSetting.objects.create(region=world.city, opinion_days=3)
    assert ask(world, world.request("legality")).days == 3


# -- pages ----------------------------------------------------------------------------------------------------------------------


def test_ask_and_answer_from_the_page_and_the_workbench(world):
    request = world.request("legality")
    address = reverse("admin:request_opinions", args=[request.pk])
    asked = at(world.legality).post(address, {"department": world.department(MARKET).pk, "question": "请就分工提出意见"})
    assert asked.status_code == 302
    head = at(world.other_head)
    assert "请就分工提出意见" in head.get(reverse("admin:index")).content.decode()
    opinion = Opinion.objects.get()
    give_address = reverse("admin:opinion_give", args=[request.pk, opinion.pk])
    refused = head.post(give_address, {"outcome": "objects", "text": "", "seen_hash": request.proposed_hash})
    assert refused.status_code == 422 and "有意见的写明意见" in refused.content.decode()
    stale = head.post(give_address, {"outcome": "objects", "text": "写了很久的意见", "seen_hash": "0" * 64})
    assert stale.status_code == 409 and "写了很久的意见" in stale.content.decode()
    assert (
        head.post(give_address, {"outcome": "objects", "text": "应写明牵头部门", "seen_hash": request.proposed_hash}).status_code
        == 302
    )
    assert "应写明牵头部门" in at(world.clerk).get(address).content.decode()
    assert "请就分工提出意见" not in head.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"department": "x"},
        {"department": "999999", "question": "x"},
        {"department": "1", "question": "坏\x00"},
        {"question": "长" * 9_000},
    ],
)
def test_a_forged_question_is_422(world, given):
    request = world.request("legality")
    assert at(world.legality).post(reverse("admin:request_opinions", args=[request.pk]), given).status_code == 422
    assert not Opinion.objects.exists()


def test_a_stranger_neither_asks_nor_answers(world):
    request = world.request("legality")
    opinion = ask(world, request)
    for person in ("county_clerk", "county_legality"):
        client = at(getattr(world, person))
        assert client.get(reverse("admin:request_opinions", args=[request.pk])).status_code == 404
        given = {"outcome": "agreed", "seen_hash": request.proposed_hash}
        assert client.post(reverse("admin:opinion_give", args=[request.pk, opinion.pk]), given).status_code == 404
    assert fresh(opinion).outcome == ""


def test_the_pages_take_as_many_queries_for_many_opinions(world):
    request, client = world.request("legality"), at(world.other_head)
    counts = []
    for number in range(6):
        give(world, ask(world, request, question=f"第{number}次"))
        if number in (1, 5):
            ask(world, request)
            for address in (reverse("admin:request", args=[request.pk]), reverse("admin:request_opinions", args=[request.pk])):
                client.get(address)
                with CaptureQueriesContext(connection) as queries:
                    client.get(address)
                counts.append(len(queries))
            give(world, Opinion.objects.open().get())
    assert counts[:2] == counts[2:]


def test_of_two_heads_who_answer_at_once_one_is_told(committed_world):
    world, _ = committed_world
    request = world.request("legality")
    for number in range(4):
        opinion = ask(world, request, question=f"第{number}次")
        outcomes = race(*[lambda opinion=opinion: give(world, opinion, "objects", "意见")] * 2)
        assert sorted(outcome.won for outcome in outcomes) == [False, True]
        assert all(outcome.won or isinstance(outcome.error, Refusal) for outcome in outcomes)
