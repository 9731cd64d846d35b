"""Departments: made, renamed, merged, closed; the past stays readable."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from departments.models import Department, Posting, User
from departments.offices import (
    close_department,
    create_department,
    describe_department,
    former_names,
    merge_department,
    rename_department,
)
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.models import EditionDepartment
from qingdan.ledger.models import AuditEvent
from reviews.models import ChangeRequest
from reviews.requests import withdraw_request


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-sequence").first()


def test_it_makes_a_department_and_writes_it_down(world):
    made = create_department(
        actor=world.system_admin, region=world.city, code="420600-JYJ", name="市教育局", uscc="11450721MB15580811", order=9
    )
    assert made.history.get().history_user == world.system_admin.user
    event = last_event()
    assert (event.act, event.post, event.object_id) == ("create_department", "system_admin", str(made.pk))
    assert event.after_hash and not event.before_hash


def test_it_reports_every_fault_at_once(world):
    with pytest.raises(RuleBroken) as refusal:
        create_department(
            actor=world.system_admin, region=world.city, code="420600-SCJ", name="市民政局", uscc="11450721MB15580812"
        )
    assert {violation.rule for violation in refusal.value.violations} == {"D01", "D02", "D03"}
    assert "“420600-SCJ”已由襄阳市“市市场监督管理局”使用" in str(refusal.value)


@pytest.mark.parametrize("who", ["publisher", "compliance", "head", "security_admin", "audit_admin"])
def test_only_the_system_admin_makes_departments(world, who):
    with pytest.raises(NotAllowed):
        create_department(actor=getattr(world, who), region=world.city, code="420600-JYJ", name="市教育局")
    assert not Department.objects.filter(code="420600-JYJ").exists()
    assert (last_event().act, last_event().outcome, last_event().actor_id) == ("create_department", "denied", who)


def test_a_renamed_department_keeps_its_old_name_in_editions_and_in_its_trail(world):
    department = world.department("420600-SCJ")
    rename_department(actor=world.system_admin, department=department, name="市市场监管委员会", reason="鄂编发〔2024〕1号")
    assert Department.objects.get(code="420600-SCJ").name == "市市场监管委员会"
    assert former_names(department) == [("市市场监督管理局", timezone.localdate())]
    published = EditionDepartment.objects.filter(department=department).select_related("version")
    assert {row.version.name for row in published} == {"市市场监督管理局"}


def test_it_lists_former_names_in_order(world):
    made = create_department(actor=world.system_admin, region=world.city, code="420600-GTJ", name="市国土资源局")
    with time_machine.travel(timezone.now() + datetime.timedelta(days=40)):
        rename_department(actor=world.system_admin, department=made, name="市自然资源局", reason="机构改革")
        rename_department(actor=world.system_admin, department=made, name="市自然资源和规划局", reason="机构改革")
        changed = timezone.localdate()
    assert former_names(made) == [("市国土资源局", changed), ("市自然资源局", changed)]


def test_it_renames_to_no_name_that_another_department_of_the_region_has(world):
    with pytest.raises(RuleBroken, match="已有“市民政局”"):
        rename_department(actor=world.system_admin, department=world.department("420600-SCJ"), name="市民政局", reason="x")


def test_a_name_is_free_again_when_its_department_has_ended(world):
    close_department(actor=world.system_admin, department=empty(world), on=timezone.localdate(), reason="x")
    create_department(actor=world.system_admin, region=world.city, code="420600-DA2", name="市档案局")


def test_it_does_not_rename_ahead_of_time(world):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(RuleBroken, match="还没有到"):
        rename_department(actor=world.system_admin, department=world.department(), name="市某局", reason="x", on=tomorrow)


def test_a_merger_ends_the_department_and_moves_its_people(world):
    merged, into = world.department("420600-SCJ"), world.department("420600-RSJ")
    today = timezone.localdate()
    merge_department(actor=world.system_admin, department=merged, into=into, on=today, reason="机构改革")
    merged.refresh_from_db()
    assert (merged.abolished_on, merged.successor) == (today, into)
    assert not merged.postings.held().exists()
    assert world.outsider.user.postings.held().get().department == into
    assert merged not in Department.objects.in_being()


def test_after_a_merger_the_successors_people_act_for_the_old_department(world):
    merged, into = world.department("420600-SCJ"), world.department("420600-RSJ")
    assert world.clerk.holding(Post.CLERK, department=merged) is None
    merge_department(actor=world.system_admin, department=merged, into=into, on=timezone.localdate(), reason="机构改革")
    merged.refresh_from_db()
    assert world.clerk.holding(Post.CLERK, department=merged).department == into


def test_after_a_merger_the_successors_people_see_and_finish_the_open_requests(world):
    merged, into = world.department("420600-RSJ"), world.department("420600-SCJ")
    draft = world.request("draft")
    day = timezone.localdate() + datetime.timedelta(days=1)
    merge_department(actor=world.system_admin, department=merged, into=into, on=day, reason="机构改革")
    assert draft not in ChangeRequest.objects.visible_to(world.outsider.user)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
        assert draft in ChangeRequest.objects.visible_to(world.outsider.user)
        withdraw_request(actor=world.outsider, request=draft, opinion="并入后撤回")
    assert ChangeRequest.objects.get(pk=draft.pk).state == "withdrawn"


def test_a_merger_that_lies_ahead_changes_nothing_before_its_day(world):
    merged, into = world.department("420600-SCJ"), world.department("420600-RSJ")
    day = timezone.localdate() + datetime.timedelta(days=30)
    merge_department(actor=world.system_admin, department=merged, into=into, on=day, reason="机构改革")
    merged.refresh_from_db()
    assert merged in Department.objects.in_being()
    assert world.outsider.user.postings.held().get().department == merged
    assert world.clerk.holding(Post.CLERK, department=merged) is None
    with time_machine.travel(timezone.now() + datetime.timedelta(days=31)):
        assert world.outsider.user.postings.held().get().department == into


def test_it_merges_only_within_a_region_and_into_a_living_department(world):
    city = world.department("420600-SCJ")
    with pytest.raises(RuleBroken, match="不在襄阳市"):
        merge_department(
            actor=world.system_admin, department=city, into=world.department("420602-MZJ"), on=timezone.localdate(), reason="x"
        )
    with pytest.raises(RuleBroken, match="自己"):
        merge_department(actor=world.system_admin, department=city, into=city, on=timezone.localdate(), reason="x")


def test_a_closed_department_is_not_closed_again(world):
    department = empty(world)
    user = User.objects.create_user("archivist", "档案员", None)
    Posting.objects.create(user=user, post="clerk", department=department, from_on=datetime.date(2016, 1, 1))
    close_department(actor=world.system_admin, department=department, on=timezone.localdate(), reason="x")
    assert not User.objects.get(pk=user.pk).is_staff
    with pytest.raises(WrongState, match="已于"):
        close_department(actor=world.system_admin, department=department, on=timezone.localdate(), reason="x")
    assert last_event().outcome == "denied"


def test_it_does_not_end_a_department_before_it_began(world):
    with pytest.raises(RuleBroken, match="早于成立日期"):
        close_department(actor=world.system_admin, department=empty(world), on=datetime.date(1990, 1, 1), reason="x")


def test_a_department_that_still_holds_something_is_not_closed_and_is_told_the_way(world):
    """Items in the list, a request under way, a task: each named with what to do; a merger takes them along and is not refused."""
    day = timezone.localdate()
    with pytest.raises(RuleBroken) as refused:
        close_department(actor=world.system_admin, department=world.department(), on=day, reason="撤销")
    told = [each.message for each in refused.value.violations]
    assert {each.rule for each in refused.value.violations} == {"D06"} and len(told) == 2
    assert "在清单中还有 8 项" in told[0] and "机构改革" in told[0]
    assert "件调整申请没有办结" in told[1]
    assert world.department().abolished_on is None and world.clerk.user.is_staff
    with pytest.raises(RuleBroken, match="在清单中还有 2 项"):
        close_department(actor=world.system_admin, department=world.department("420600-MZJ"), on=day, reason="撤销")
    merge_department(
        actor=world.system_admin, department=world.department("420600-MZJ"), into=world.department(), on=day, reason="机构改革"
    )


def empty(world) -> Department:
    """A department that holds no item."""
    given = {"code": "420600-DAJ", "name": "市档案局", "established_on": datetime.date(2001, 1, 1)}
    return create_department(actor=world.system_admin, region=world.city, **given)


def test_contacts_are_corrected_with_a_trail(world):
    department = world.department()
    describe_department(actor=world.system_admin, department=department, phone="0710-3600009", liaison="李文静")
    department.refresh_from_db()
    assert department.phone == "0710-3600009"
    assert last_event().before_hash != last_event().after_hash
    with pytest.raises(RuleBroken, match="校验位"):
        describe_department(actor=world.system_admin, department=department, uscc="11450721MB15580812")
    with pytest.raises(TypeError):
        describe_department(actor=world.system_admin, department=department, name="不经更名")
