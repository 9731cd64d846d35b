"""意见往来: who speaks, what stays, who settles; beside the element, in the list, at submission and on the workbench."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qingdan.errors import NotAllowed, Refusal, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.ledger.models import AuditEvent
from reviews.conversation import answer_comment, conversation_of, raise_comment, reopen_comment, resolve_comment
from reviews.models import Comment
from reviews.requests import replace_changes, submit_request
from tests.racing import race
from tests.world import add, amend, basis, decide, fresh, propose


def say(actor, request, text="依据不足，请补充", change=None, element="", seen=""):
    return raise_comment(
        actor=actor, request=request, text=text, seen_hash=seen or request.proposed_hash, change=change, element=element
    )


def at(actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


def list_of(request) -> str:
    return reverse("admin:request_comments", args=[request.pk])


def act_on(request, comment) -> str:
    return reverse("admin:comment_act", args=[request.pk, comment.pk])


@pytest.mark.parametrize("person", ["clerk", "head", "compliance", "service", "legality", "council", "publisher"])
def test_whoever_has_a_part_in_the_route_speaks(world, person):
    comment = say(getattr(world, person), world.request("legality"))
    assert comment.person.username == person and AuditEvent.objects.get(act="raise_comment").detail.endswith("依据不足，请补充")


@pytest.mark.parametrize(("person", "status"), [("outsider", 404), ("county_legality", 404), ("auditor", 403), ("fund_clerk", 404)])
def test_others_do_not(world, person, status):
    with pytest.raises(NotAllowed) as refused:
        say(getattr(world, person), world.request("legality"))
    assert refused.value.status == status


def test_a_draft_is_spoken_of_inside_the_department_only(world):
    say(world.head, world.request("draft"))
    with pytest.raises(NotAllowed) as refused:
        say(world.legality, world.request("draft"))
    assert refused.value.status == 404


@pytest.mark.parametrize("state", ["refused", "withdrawn", "published"])
def test_nothing_is_said_of_a_request_that_is_over(world, state):
    with pytest.raises(WrongState):
        say(world.head, world.request(state))


def test_it_is_answered_and_settled_by_the_side_that_raised_it(world):
    request = world.request("legality")
    comment = say(world.legality, request)
    answer_comment(actor=world.clerk, request=request, comment=comment, text="已补充第三十五条")
    with pytest.raises(NotAllowed, match="提出的一方"):
        resolve_comment(actor=world.clerk, request=request, comment=comment)
    resolve_comment(actor=world.legality, request=request, comment=comment, text="可以")
    [thread] = conversation_of(request)
    assert not thread.open and thread.settled_by.person == world.legality.user
    with pytest.raises(WrongState, match="吴法"):
        answer_comment(actor=world.clerk, request=request, comment=comment, text="再说一句")
    reopen_comment(actor=world.legality, request=request, comment=comment, text="条款引错了")
    assert conversation_of(request)[0].unanswered
    with pytest.raises(WrongState):
        reopen_comment(actor=world.legality, request=request, comment=comment, text="又来")


def test_what_was_said_cannot_be_changed_or_removed(world):
    comment = say(world.legality, world.request("legality"))
    for statement in ("UPDATE reviews_comment SET text = '改' WHERE id = %s", "DELETE FROM reviews_comment WHERE id = %s"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [comment.pk])
    assert fresh(comment).text == "依据不足，请补充"


def test_it_says_which_content_its_writer_had_before_him(world):
    request = propose(world, [add("甲")], submit=False)
    before = request.proposed_hash
    replace_changes(actor=world.clerk, request=request, reason="又改", proposals=[add("甲", powers="审核")], seen_hash=before)
    request = fresh(request)
    assert say(world.head, request, seen=before).seen_hash == before != request.proposed_hash
    with pytest.raises(WrongState, match="没有您所见的内容"):
        say(world.head, request, seen="0" * 64)


@pytest.mark.parametrize("text", ["", "  \n ", "长" * 5_001])
def test_an_empty_or_endless_remark_is_refused(world, text):
    with pytest.raises(RuleBroken):
        say(world.legality, world.request("legality"), text)


def test_a_change_of_another_request_cannot_be_spoken_of(world):
    with pytest.raises(RuleBroken):
        say(world.legality, world.request("legality"), change=world.request("compliance").changes.get())
    comment = say(world.legality, world.request("legality"))
    with pytest.raises(NotAllowed) as refused:
        answer_comment(actor=world.compliance, request=world.request("compliance"), comment=comment, text="串")
    assert refused.value.status == 404


def corrected(world):
    """A request that came back with a remark of 编办 on its basis."""
    version = world.version("对用人单位不办理社会保险登记的处罚")
    request = propose(world, [amend(version, ChangeKind.BASIS, legal_bases=[basis("《社会保险法》第八十四条")])])
    comment = say(world.compliance, request, change=request.changes.get(), element="设定依据")
    decide(world.compliance, request, "returned", "请补正")
    return fresh(request), comment, version


def test_a_corrected_request_goes_on_only_with_every_remark_answered(world):
    request, comment, _version = corrected(world)
    with pytest.raises(RuleBroken, match="陈立的意见“依据不足，请补充”还没有答复"):
        submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    answer_comment(actor=world.clerk, request=request, comment=comment, text="条款无误，说明如下")
    assert submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash).state == "compliance"


def test_a_remark_stays_with_its_item_when_the_draft_is_replaced(world):
    request, comment, version = corrected(world)
    proposals = [add("新增在前"), amend(version, ChangeKind.BASIS, legal_bases=[basis("《社会保险法》第八十四条第二款")])]
    replace_changes(actor=world.clerk, request=request, reason="补正", proposals=proposals, seen_hash=request.proposed_hash)
    shown = at(world.clerk).get(reverse("admin:request", args=[request.pk])).content.decode()
    article = shown.partition(f'id="change-{request.changes.get(item=version.item).pk}"')[2].partition("</article>")[0]
    assert f'id="at-comment-{comment.pk}"' in article and "内容其后有改动" in article


# -- pages ----------------------------------------------------------------------------------------------------------------------


def test_a_remark_on_an_element_stands_beside_it(world):
    request = world.request("legality")
    change = request.changes.get()
    given = {"change": change.pk, "element": "事项名称", "text": "名称不规范", "seen_hash": request.proposed_hash}
    response = at(world.legality).post(list_of(request), given)
    assert response.status_code == 302 and response["Location"].endswith(f"#change-{change.pk}")
    shown = at(world.clerk).get(reverse("admin:request", args=[request.pk])).content.decode()
    row = shown.partition('<th scope="row">事项名称')[2].partition('<th scope="row">')[0]
    assert "名称不规范" in row and "未解决意见 1 条" in shown
    assert "名称不规范" in at(world.auditor).get(list_of(request)).content.decode()


def test_the_form_shows_the_element_that_is_spoken_of(world):
    request, _comment, _version = corrected(world)
    change = request.changes.get()
    shown = at(world.clerk).get(list_of(request), {"change": change.pk, "element": "设定依据"}).content.decode()
    assert "发表意见" in shown and "第八十四条" in shown and "〔删除〕" in shown


def test_answer_and_settle_from_the_page(world):
    request = world.request("legality")
    comment = say(world.legality, request)
    clerk, legality = at(world.clerk), at(world.legality)
    assert clerk.post(act_on(request, comment), {"act": "answer", "text": "已补充"}).status_code == 302
    assert clerk.post(act_on(request, comment), {"act": "resolve", "text": "完了"}).status_code == 403
    assert legality.post(act_on(request, comment), {"act": "resolve", "text": ""}).status_code == 302
    stale = clerk.post(act_on(request, comment), {"act": "answer", "text": "来不及的话"})
    assert stale.status_code == 409
    assert Comment.objects.filter(thread=comment).count() == 2


def test_a_refused_answer_keeps_what_was_typed(world):
    request = world.request("legality")
    comment = say(world.legality, request)
    response = at(world.clerk).post(act_on(request, comment), {"act": "answer", "text": "长" * 6_000})
    assert response.status_code == 422 and "长" * 6_000 in response.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "x"},
        {"text": "坏\x00", "seen_hash": "0" * 64},
        {"text": "x", "seen_hash": "y", "change": "999999"},
        {"text": "x", "seen_hash": "y", "element": "没有的要素"},
        {"text": "x" * 100_000, "seen_hash": "y"},
        {"text": "x", "change": "' or 1=1", "seen_hash": "y"},
    ],
)
def test_a_forged_remark_is_refused_and_kept_nowhere(world, given):
    assert at(world.legality).post(list_of(world.request("legality")), given).status_code in (409, 422)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "given",
    [{}, {"act": "delete"}, {"act": "answer"}, {"act": "answer", "text": "坏\x00"}, {"act": "resolve", "text": "长" * 9_000}],
)
def test_a_forged_answer_is_refused(world, given):
    request = world.request("legality")
    comment = say(world.legality, request)
    assert at(world.legality).post(act_on(request, comment), given).status_code == 422
    assert not comment.rest.exists()


@pytest.mark.parametrize("person", ["outsider", "county_legality", "system_admin"])
def test_a_stranger_finds_no_conversation(world, person):
    request = world.request("legality")
    comment = say(world.legality, request)
    client = at(getattr(world, person))
    assert client.get(list_of(request)).status_code in (403, 404)
    assert client.post(list_of(request), {"text": "x", "seen_hash": request.proposed_hash}).status_code in (403, 404)
    assert client.post(act_on(request, comment), {"act": "answer", "text": "x"}).status_code in (403, 404)
    assert Comment.objects.count() == 1


def test_what_waits_for_a_word_stands_on_the_workbench(world):
    request = world.request("legality")
    comment = say(world.legality, request, "请说明层级")
    index = reverse("admin:index")
    assert "请说明层级" in at(world.clerk).get(index).content.decode()
    assert "请说明层级" not in at(world.legality).get(index).content.decode()
    answer_comment(actor=world.clerk, request=request, comment=comment, text="市级")
    assert "请说明层级" not in at(world.clerk).get(index).content.decode()
    assert "看答复" in at(world.legality).get(index).content.decode()
    assert "请说明层级" not in at(world.outsider).get(index).content.decode()


def test_the_page_takes_as_many_queries_for_many_remarks(world):
    request, client = world.request("legality"), at(world.legality)
    change = request.changes.get()
    for address in (reverse("admin:request", args=[request.pk]), list_of(request), reverse("admin:index")):
        counts = []
        for _ in range(2):
            say(world.clerk, request, change=change, element="事项名称")
            answer_comment(actor=world.legality, request=request, comment=say(world.legality, request), text="再说")
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1], address


def test_of_two_who_settle_at_once_one_is_told_that_it_is_done(committed_world):
    world, _ = committed_world
    request = world.request("legality")
    for number in range(5):
        comment = say(world.legality, request, f"第{number}条")
        acts = [
            lambda comment=comment: resolve_comment(actor=world.legality, request=request, comment=comment),
            lambda comment=comment: answer_comment(actor=world.clerk, request=request, comment=comment, text="答复"),
            lambda comment=comment: resolve_comment(actor=world.legality, request=request, comment=comment),
        ]
        outcomes = race(*acts)
        assert all(outcome.won or isinstance(outcome.error, Refusal) for outcome in outcomes)
        assert Comment.objects.filter(thread=comment, kind="resolved").count() == 1
