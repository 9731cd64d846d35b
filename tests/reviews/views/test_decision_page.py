"""Decide with opinion: bound to what was shown, kept when refused."""

import pytest
from django.urls import reverse

from departments.models import Posting
from departments.posts import Post
from reviews.models import ChangeRequest, Decision
from tests.world import add, decide, fresh, propose, reasons_for


def reasons(row) -> dict[str, str]:
    """What the page asks to pass its warnings, as the form names it."""
    return {f"waive_{number}": reason for number, reason in reasons_for(fresh(row)).items()}


def send(client, row, **fields):
    given = {"outcome": "passed", "opinion": "", "seen_hash": row.proposed_hash, **reasons(row), **fields}
    return client.post(reverse("admin:request_decide", args=[row.pk]), given)


def test_both_offices_pass_and_the_request_goes_on(world, at_desk):
    row = world.request("compliance")
    first = send(at_desk("compliance"), row, opinion="三定规定内")
    assert first.status_code == 302 and fresh(row).state == "compliance"
    told = at_desk("service").post(
        reverse("admin:request_decide", args=[row.pk]),
        {"outcome": "passed", "seen_hash": row.proposed_hash, **reasons(row)},
        follow=True,
    )
    assert fresh(row).state == "legality"
    assert "现在：司法审查" in told.content.decode()
    assert Decision.objects.get(request=row, part="duty").opinion == "三定规定内"


@pytest.mark.parametrize("outcome", ["returned", "refused"])
def test_it_asks_for_the_opinion_of_a_refusal(world, at_desk, outcome):
    row = world.request("compliance")
    response = send(at_desk("compliance"), row, outcome=outcome, opinion="  ")
    assert response.status_code == 422
    assert "须写明意见" in response.content.decode()
    assert not Decision.objects.filter(request=row).exists()


def test_it_asks_for_an_outcome(world, at_desk):
    row = world.request("compliance")
    response = send(at_desk("compliance"), row, outcome="", opinion="写了一半")
    assert response.status_code == 422
    assert "选择结论" in response.content.decode() and "写了一半" in response.content.decode()


def test_a_stale_page_is_409_and_keeps_the_opinion_with_the_new_hash(world, at_desk):
    row = world.request("compliance")
    ChangeRequest.objects.filter(pk=row.pk).update(proposed_hash="f" * 64)
    response = send(at_desk("compliance"), row, opinion="我的长意见")
    shown = response.content.decode()
    assert response.status_code == 409
    assert "内容已变化" in shown and reverse("admin:request", args=[row.pk]) in shown
    assert "我的长意见</textarea>" in shown and f'value="{"f" * 64}"' in shown
    assert not Decision.objects.filter(request=row).exists()


def test_who_comes_second_gets_409_and_his_words_back(world, at_desk):
    row = world.request("legality")
    client = at_desk("legality")
    decide(world.legality, row)
    response = send(client, row, opinion="来迟的意见")
    assert response.status_code == 409
    assert "来迟的意见</textarea>" in response.content.decode()
    # 退回 of what waits for a batch is another post's act.
    late = send(client, row, outcome="returned", opinion="来迟的退回")
    assert late.status_code == 403 and "来迟的退回</textarea>" in late.content.decode()
    assert fresh(row).state == "awaiting"


def test_a_stranger_and_a_colleague_are_told_apart(world, at_desk):
    row = world.request("compliance")
    assert send(at_desk("county_compliance"), row).status_code == 404
    assert send(at_desk("legality"), row).status_code == 403
    assert send(at_desk("head"), row).status_code == 403
    assert not Decision.objects.filter(request=row).exists()


def test_the_author_who_also_reviews_sees_no_form_and_may_not_decide(world, at_desk):
    Posting.objects.create(user=world.clerk.user, post=Post.COMPLIANCE, region=world.city)
    row = world.request("compliance")
    client = at_desk("clerk")
    assert (
        reverse("admin:request_decide", args=[row.pk]) not in client.get(reverse("admin:request", args=[row.pk])).content.decode()
    )
    assert send(client, row).status_code == 403


def test_who_holds_two_parts_chooses_for_which_he_speaks(world, at_desk):
    Posting.objects.create(user=world.compliance.user, post=Post.SERVICE, region=world.city)
    row = propose(world, [add("两岗一人")])
    client = at_desk("compliance")
    shown = client.get(reverse("admin:request", args=[row.pk])).content.decode()
    assert 'name="part"' in shown and "平台衔接审查" in shown
    assert send(client, row).status_code == 422
    assert send(client, row, part="platform").status_code == 302
    assert Decision.objects.get(request=row).part == "platform"


def test_an_act_needs_a_post_request(world, at_desk):
    row = world.request("compliance")
    assert at_desk("compliance").get(reverse("admin:request_decide", args=[row.pk])).status_code == 405
