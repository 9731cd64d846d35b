"""Accounts and postings: 三员 apart, from–to, leavers, hand-over."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from departments.models import User
from departments.passwords import PreparedPassword, one_time_password
from departments.posts import ADMINISTRATORS, DEPARTMENT_POSTS, Post
from departments.signing_in import reset_password
from departments.staffing import create_account, end_account, end_posting, grant_posting, resume_account
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent

DAY = datetime.timedelta(days=1)


def place(world, post: Post) -> dict:
    """Where a post of that kind is held."""
    if post in ADMINISTRATORS:
        return {}
    return {"department": world.department()} if post in DEPARTMENT_POSTS else {"region": world.city}


@pytest.fixture
def newcomer(world) -> User:
    password = PreparedPassword.make()
    return create_account(actor=world.system_admin, username="newcomer", name="新人", password=password)


def test_a_new_account_has_a_one_time_password_that_must_be_changed(world):
    password = PreparedPassword.make()
    user = create_account(actor=world.system_admin, username="newcomer", name="新人", password=password, phone="13800000001")
    assert user.check_password(password.text) and user.must_change_password
    event = AuditEvent.objects.get(act="create_account", object_id=str(user.pk))
    assert password.text not in event.detail and password.encoded not in event.detail


def test_one_time_passwords_differ_and_hold_all_four_classes():
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert any(c.isupper() for c in password) and any(c.islower() for c in password)
        assert any(c.isdigit() for c in password) and "-" in password
        assert not set(password) & set("0O1lI2Z5Sosiz")


def test_a_log_in_name_is_given_once(world):
    with pytest.raises(RuleBroken, match="“clerk”已由李文静使用"):
        create_account(actor=world.system_admin, username="clerk", name="另一人", password=PreparedPassword.make())


@pytest.mark.parametrize("admin", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("post", list(Post))
def test_no_account_combines_an_administrator_with_any_other_post(world, newcomer, admin, post):
    grant_posting(actor=world.system_admin, user=newcomer, post=admin)
    with pytest.raises(RuleBroken) as refusal:
        grant_posting(actor=world.system_admin, user=newcomer, post=post, **place(world, post))
    assert refusal.value.violations[0].rule == ("P03" if post == admin else "P01")


@pytest.mark.parametrize("post", sorted(set(Post) - ADMINISTRATORS))
@pytest.mark.parametrize("admin", sorted(ADMINISTRATORS))
def test_who_has_a_business_post_becomes_no_administrator(world, newcomer, admin, post):
    grant_posting(actor=world.system_admin, user=newcomer, post=post, **place(world, post))
    with pytest.raises(RuleBroken, match="不得兼任"):
        grant_posting(actor=world.system_admin, user=newcomer, post=admin)


def test_an_administrator_may_change_sides_when_the_old_post_has_ended(world, newcomer):
    today = timezone.localdate()
    grant_posting(actor=world.system_admin, user=newcomer, post=Post.AUDIT_ADMIN, to_on=today + 10 * DAY)
    with pytest.raises(RuleBroken, match="不得兼任"):
        grant_posting(
            actor=world.system_admin, user=newcomer, post=Post.CLERK, department=world.department(), from_on=today + 9 * DAY
        )
    grant_posting(actor=world.system_admin, user=newcomer, post=Post.CLERK, department=world.department(), from_on=today + 10 * DAY)


def test_a_post_promised_for_later_counts_too(world, newcomer):
    later = timezone.localdate() + 30 * DAY
    grant_posting(actor=world.system_admin, user=newcomer, post=Post.SECURITY_ADMIN, from_on=later)
    with pytest.raises(RuleBroken, match="不得兼任"):
        grant_posting(actor=world.system_admin, user=newcomer, post=Post.LEGALITY, region=world.city)


def test_two_business_posts_are_allowed_but_not_the_same_one_twice(world, newcomer):
    grant_posting(actor=world.system_admin, user=newcomer, post=Post.CLERK, department=world.department())
    grant_posting(actor=world.system_admin, user=newcomer, post=Post.HEAD, department=world.department())
    with pytest.raises(RuleBroken, match="已任此岗位"):
        grant_posting(actor=world.system_admin, user=newcomer, post=Post.CLERK, department=world.department())


@pytest.mark.parametrize(
    ("post", "wrong", "sentence"),
    [
        (Post.CLERK, "region", "须在一个部门任职"),
        (Post.CLERK, "", "须在一个部门任职"),
        (Post.LEGALITY, "department", "须在一个行政区划任职"),
        (Post.LEGALITY, "", "须在一个行政区划任职"),
        (Post.SYSTEM_ADMIN, "region", "面向全系统"),
    ],
)
def test_a_post_is_held_where_it_belongs(world, newcomer, post, wrong, sentence):
    where = {"region": {"region": world.city}, "department": {"department": world.department()}, "": {}}[wrong]
    with pytest.raises(RuleBroken, match=sentence):
        grant_posting(actor=world.system_admin, user=newcomer, post=post, **where)


def test_nobody_grants_himself_a_post(world):
    with pytest.raises(RuleBroken, match="不能给自己任职"):
        grant_posting(actor=world.system_admin, user=world.system_admin.user, post=Post.AUDITOR, region=world.city)


@pytest.mark.parametrize("who", ["security_admin", "audit_admin", "publisher", "head"])
def test_only_the_system_admin_grants_posts(world, newcomer, who):
    with pytest.raises(NotAllowed):
        grant_posting(actor=getattr(world, who), user=newcomer, post=Post.AUDITOR, region=world.city)
    assert AuditEvent.objects.order_by("-sequence").first().outcome == "denied"
    assert not newcomer.postings.exists()


def test_a_post_lasts_from_a_day_to_a_day(world, newcomer):
    today = timezone.localdate()
    grant_posting(
        actor=world.system_admin,
        user=newcomer,
        post=Post.CLERK,
        department=world.department(),
        from_on=today + DAY,
        to_on=today + 3 * DAY,
    )
    held = [newcomer.postings.held(today + n * DAY).exists() for n in range(4)]
    assert held == [False, True, True, False]


def test_an_ended_post_gives_no_right_from_that_day(world):
    posting = world.clerk.user.postings.get()
    end_posting(actor=world.system_admin, posting=posting, on=timezone.localdate())
    assert not User.objects.get(username="clerk").is_staff
    with pytest.raises(WrongState):
        end_posting(actor=world.system_admin, posting=posting, on=timezone.localdate())


def test_a_post_is_not_ended_in_the_past(world):
    with pytest.raises(RuleBroken, match="不能早于今天"):
        end_posting(actor=world.system_admin, posting=world.clerk.user.postings.get(), on=timezone.localdate() - DAY)


def test_the_last_system_admin_stays(world, newcomer):
    own = world.system_admin.user.postings.get()
    with pytest.raises(RuleBroken, match="最后一位系统管理员"):
        end_posting(actor=world.system_admin, posting=own, on=timezone.localdate())
    with pytest.raises(RuleBroken, match="最后一位系统管理员"):
        end_account(actor=world.system_admin, user=world.system_admin.user, on=timezone.localdate())
    grant_posting(actor=world.system_admin, user=newcomer, post=Post.SYSTEM_ADMIN)
    end_posting(actor=world.system_admin, posting=own, on=timezone.localdate())


def test_a_leaver_ends_on_a_day_and_hands_over_to_a_colleague(world):
    day = timezone.localdate() + 7 * DAY
    leaver = end_account(actor=world.system_admin, user=world.clerk.user, on=day, successor=world.head.user)
    assert leaver.handed_over_to == world.head.user and list(world.head.user.handed_over_from.all()) == [leaver]
    assert User.objects.get(username="clerk").is_staff
    with time_machine.travel(timezone.now() + 7 * DAY):
        user = User.objects.get(username="clerk")
        assert not user.is_active and not user.is_staff
    assert User.objects.filter(username="clerk").exists()


def test_work_is_handed_over_within_the_department_only(world):
    with pytest.raises(RuleBroken, match="赵明没有在市人力资源和社会保障局任职"):
        end_account(actor=world.system_admin, user=world.clerk.user, on=timezone.localdate(), successor=world.outsider.user)
    with pytest.raises(RuleBroken, match="不能交接给自己"):
        end_account(actor=world.system_admin, user=world.clerk.user, on=timezone.localdate(), successor=world.clerk.user)
    assert User.objects.get(username="clerk").ends_on is None


def test_colleagues_are_those_of_the_same_department_or_region(world):
    assert set(User.objects.colleagues_of(world.clerk.user).values_list("username", flat=True)) == {
        "head",
        "fund_clerk",
        "fund_checker",
    }
    assert "legality" in User.objects.colleagues_of(world.compliance.user).values_list("username", flat=True)
    assert "county_legality" not in User.objects.colleagues_of(world.compliance.user).values_list("username", flat=True)


def test_who_comes_back_has_a_new_password_and_no_post(world):
    end_account(actor=world.system_admin, user=world.clerk.user, on=timezone.localdate(), successor=world.head.user)
    user, password = resume_account(actor=world.system_admin, user=world.clerk.user)
    assert user.is_active and user.handed_over_to is None and user.check_password(password)
    assert not user.is_staff


def test_an_administrator_does_not_reset_his_own_password_this_way(world):
    with pytest.raises(NotAllowed, match="修改密码"):
        reset_password(actor=world.system_admin, user=world.system_admin.user)


def test_a_posting_keeps_its_trail(world, newcomer):
    posting = grant_posting(actor=world.system_admin, user=newcomer, post=Post.CLERK, department=world.department())
    end_posting(actor=world.system_admin, posting=posting, on=timezone.localdate() + DAY)
    trail = list(posting.history.order_by("history_id").values_list("history_change_reason", "history_user__username"))
    assert trail == [("任职", "system_admin"), ("终止任职", "system_admin")]
