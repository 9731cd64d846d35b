"""部门职责: proposed through its form, reviewed like an item, published in the same edition."""

import datetime

import pytest
from django.urls import reverse

from qingdan.errors import RuleBroken, WrongState
from qingdan.items.content import Boundary, SupervisionRule
from reviews.models import ChangeRequest
from reviews.profiles import current_profile, propose_profile
from reviews.requests import submit_request
from tests.world import decide_batch, fresh, publish, review

ADDRESS = reverse("admin:department_profile", args=["420600-RSJ"])


@pytest.fixture
def desk(world, client):
    client.force_login(world.clerk.user, backend="departments.accounts.PostBackend")
    return client


def typed(world, **changed):
    values = {
        "main_duties": "负责就业工作。\n负责社会保险工作。",
        "boundary_matter": ["劳务派遣监管", "", ""],
        "boundary_departments": ["市市场监督管理局、市公安局", "", ""],
        "boundary_division": ["本部门负责许可，市场监管部门负责登记。", "", ""],
        "boundary_basis": ["三定规定", "", ""],
        "rule_title": ["双随机抽查制度", ""],
        "rule_text": ["每年抽查两次。", ""],
        "reason": "按三定规定补充",
        "document": "襄办发〔2024〕3号",
        "seen_hash": current_profile(world.department()).content_hash,
    }
    return {**values, **changed}


def test_the_form_makes_a_draft_request_of_what_was_typed(world, desk):
    answer = desk.post(ADDRESS, typed(world))
    request = ChangeRequest.objects.order_by("-pk").first()
    assert (answer.status_code, request.state) == (302, "draft")
    content = request.changes.get().content
    assert content.main_duties == ("负责就业工作。", "负责社会保险工作。")
    assert content.boundaries[0].departments == ("市市场监督管理局", "市公安局")
    assert content.supervision_rules == (SupervisionRule(title="双随机抽查制度", text="每年抽查两次。"),)
    assert "主要职责" in desk.get(reverse("admin:request", args=[request.pk])).content.decode()


def test_it_is_published_in_the_same_edition_and_shown_to_citizens(world, client):
    content = current_profile(world.department()).model_copy(update={"main_duties": ("负责人才工作。",)})
    request = propose_profile(
        actor=world.clerk,
        department=world.department(),
        content=content,
        reason="补充",
        seen_hash=current_profile(world.department()).content_hash,
    )
    submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕8号",
        published_on=datetime.date(2020, 3, 1),
        effective_on=datetime.date(2020, 3, 2),
    )
    reviewed = review(world, request)
    assert reviewed.state == "awaiting"
    batch = decide_batch(world, [reviewed], "职责批次", held_on=datetime.date(2020, 5, 1))
    publish(world, batch, "襄政发〔2020〕12号", published_on=datetime.date(2020, 5, 2), effective_on=datetime.date(2020, 5, 3))
    assert "负责人才工作。" in client.get("/departments/420600-RSJ/").content.decode()
    assert "负责人才工作。" not in client.get("/departments/420600-RSJ/?on=2020-05-02").content.decode()


def test_one_request_at_a_time_changes_a_departments_entry(world, desk):
    desk.post(ADDRESS, typed(world))
    first = ChangeRequest.objects.order_by("-pk").first()
    answer = desk.post(ADDRESS, typed(world, main_duties="另一条"))
    assert answer.status_code == 422
    assert first.number in answer.content.decode()


def test_a_boundary_without_its_matter_is_named_by_row_and_nothing_is_lost(world, desk):
    answer = desk.post(ADDRESS, typed(world, boundary_matter=["", "", ""]))
    assert answer.status_code == 422
    assert "职责边界第1行" in answer.content.decode()
    assert "本部门负责许可，市场监管部门负责登记。" in answer.content.decode()


def test_more_rows_can_be_asked_for_without_losing_what_was_typed(world, desk):
    answer = desk.post(ADDRESS, typed(world, more="1"))
    assert answer.status_code == 200
    assert answer.content.decode().count('name="boundary_matter"') == 4
    assert "劳务派遣监管" in answer.content.decode()


def test_a_form_begun_before_another_edition_is_told_so(world, desk):
    assert desk.post(ADDRESS, typed(world, seen_hash="0" * 64)).status_code == 409


def test_an_unchanged_form_is_no_request(world):
    with pytest.raises(RuleBroken):
        propose_profile(
            actor=world.clerk,
            department=world.department(),
            content=current_profile(world.department()),
            reason="无",
            seen_hash=current_profile(world.department()).content_hash,
        )


def test_a_stale_profile_is_refused_by_the_act_itself(world):
    content = current_profile(world.department()).model_copy(update={"boundaries": (Boundary(matter="甲"),)})
    with pytest.raises(WrongState):
        propose_profile(actor=world.clerk, department=world.department(), content=content, reason="改", seen_hash="")


def test_another_departments_clerk_finds_nothing_there(world, client):
    client.force_login(world.outsider.user, backend="departments.accounts.PostBackend")
    assert client.get(ADDRESS).status_code == 404
    client.force_login(world.legality.user, backend="departments.accounts.PostBackend")
    assert client.get(ADDRESS).status_code == 403
    assert fresh(world.request("draft")).state == "draft"
