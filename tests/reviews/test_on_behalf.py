"""编办代提: the 编办 opens a request of a late department; its author passes nothing of it, the department is told and sees it."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from departments.models import Posting, User
from departments.people import Actor
from qingdan.errors import NotAllowed, RuleBroken
from reviews.models import ChangeRequest
from reviews.on_behalf import propose_on_behalf
from reviews.proposals import Proposal
from reviews.splitting import copy_off, settle
from tests.world import decide, fresh


def repeal(version):
    content = version.content.changed(state="repealed")
    return Proposal(
        kind="repeal", content=content, item=version.item, base_version=version, reason="依据废止", document="国发〔2019〕6号"
    )


def opened(world, actor=None, **more):
    given = {"reason": "依据已废止，部门逾期未提", "document": "国发〔2019〕6号", "notified": "2026年3月2日发催办函", **more}
    proposals = [repeal(world.version("劳务派遣经营许可"))]
    return propose_on_behalf(actor=actor or world.compliance, department=world.department(), proposals=proposals, **given)


def test_it_goes_straight_to_compliance_and_another_person_reviews_the_duties(world):
    request = opened(world)
    assert (request.state, request.on_behalf, request.submitted_by) == ("compliance", True, world.compliance.user)
    with pytest.raises(NotAllowed, match="自己"):
        decide(world.compliance, request)
    colleague = User.objects.create_user("compliance2", "第二人", None)
    Posting.objects.create(user=colleague, post="compliance", region=world.city, from_on=datetime.date(2016, 1, 1))
    decide(Actor(colleague), request)
    assert fresh(request).decisions.get().part == "duty"


@pytest.mark.parametrize("name", ["clerk", "head", "service", "legality", "publisher", "county_compliance"])
def test_nobody_but_the_regions_own_office_may(world, name):
    with pytest.raises(NotAllowed):
        opened(world, getattr(world, name))
    assert not ChangeRequest.objects.filter(on_behalf=True).exists()


@pytest.mark.parametrize("lacking", ["reason", "document", "notified"])
def test_it_asks_for_reason_document_and_how_the_department_was_told(world, lacking):
    with pytest.raises(RuleBroken):
        opened(world, **{lacking: " "})
    assert not ChangeRequest.objects.filter(on_behalf=True).exists()


def test_the_department_sees_it_and_how_it_was_told(world):
    request = opened(world)
    client = Client()
    client.force_login(world.clerk.user)
    shown = client.get(reverse("admin:request", args=[request.pk])).content.decode()
    assert "编办代提" in shown and "2026年3月2日发催办函" in shown


def page(world, **fields):
    client = Client()
    client.force_login(world.compliance.user)
    item = world.item("劳务派遣经营许可")
    given = {"department": world.department().pk, "kind": "repeal", "codes": item.code, "reason": "依据已废止", "document": "国发〔2019〕6号", "notified": "3月2日发函", **fields}  # fmt: skip
    return client.post(reverse("admin:request_on_behalf"), given)


def test_the_page_makes_it(world):
    assert page(world).status_code == 302
    assert ChangeRequest.objects.get(on_behalf=True).changes.get().name == "劳务派遣经营许可"


@pytest.mark.parametrize(
    "fields",
    [
        {"codes": "no-such-code"},
        {"codes": ""},
        {"codes": "a\x00"},
        {"codes": " ".join(map(str, range(300)))},
        {"department": "99999"},
        {"department": "x"},
        {"kind": "add"},
        {"notified": ""},
        {"reason": "长" * 5001},
    ],
)
def test_a_faulty_form_is_told_what_is_wrong(world, fields):
    response = page(world, **fields)
    assert response.status_code == 422 and not ChangeRequest.objects.filter(on_behalf=True).exists()


def test_a_follow_up_is_still_known_to_be_opened_by_the_office(world):
    request = opened(world)
    changes = list(request.changes.all())
    settle(actor=world.council, changes=changes, outcome="deferred", note="", reason="暂缓")
    followup = copy_off(actor=world.council, request=request, changes=changes, state="awaiting", reason="暂缓")
    assert (followup.on_behalf, followup.notified) == (True, request.notified)
