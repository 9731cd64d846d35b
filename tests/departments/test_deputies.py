"""委托代办: for some days another person acts as a post; what he does says for whom, and stays his own where independence is asked."""

import datetime

import pytest
import time_machine
from django.test import Client

from departments.access import posts_of
from departments.deputies import end_deputy, name_deputy
from departments.models import Notice, Posting, User
from departments.offices import merge_department
from departments.people import Actor
from departments.posts import Post
from departments.staffing import end_account, end_posting, grant_posting
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from reviews.models import Decision
from tests.world import PASSWORD, add, decide, fresh, propose, review

DAY = datetime.timedelta(days=1)
TODAY = datetime.date(2026, 3, 2)


@pytest.fixture
def clock():
    with time_machine.travel(datetime.datetime(2026, 3, 2, 4, 0, tzinfo=datetime.UTC), tick=False) as moving:
        yield moving


def posting_of(actor: Actor) -> Posting:
    return actor.user.postings.get(deputy_of=None)


def let(actor: Actor, deputy: Actor, *, days: int = 10, by: Actor | None = None, from_on: datetime.date = TODAY) -> Posting:
    return name_deputy(
        actor=by or actor,
        posting=posting_of(actor),
        deputy=deputy.user,
        from_on=from_on,
        to_on=from_on + days * DAY,
        reason="年休假",
    )


def held(actor: Actor) -> set[str]:
    """Posts of today, asked anew."""
    return set(posts_of(User.objects.get(pk=actor.user.pk)))


def codes(broken) -> set[str]:
    return {violation.rule for violation in broken.value.violations}


def test_the_deputy_acts_as_the_post_and_the_decision_says_for_whom(world, clock):
    row = propose(world, [add("代办样本")])
    let(world.compliance, world.publisher)
    assert held(world.publisher) == {Post.PUBLISHER, Post.COMPLIANCE}
    decide(world.publisher, row)
    decision = Decision.objects.get(request=row)
    assert (decision.person, decision.post, decision.deputy_for) == (world.publisher.user, Post.COMPLIANCE, world.compliance.user)
    event = AuditEvent.objects.filter(act="pass_request").latest("sequence")
    assert event.actor_id == "publisher" and event.post == "compliance" and "受陈立（compliance）委托" in event.detail
    client = Client()
    client.post("/admin/login/", {"username": "legality", "password": PASSWORD})
    assert "冯公（编办审查，受陈立委托）" in client.get(f"/admin/requests/{row.pk}/").content.decode()


def test_the_holder_still_acts_for_himself(world, clock):
    row = propose(world, [add("本人样本")])
    let(world.compliance, world.publisher)
    decide(world.compliance, row)
    assert Decision.objects.get(request=row).deputy_for is None
    assert "委托" not in AuditEvent.objects.filter(act="pass_request").latest("sequence").detail


def test_independence_is_the_persons(world, clock):
    row = propose(world, [add("独立样本")])
    let(world.legality, world.compliance)
    decide(world.compliance, row)
    decide(world.service, row)
    with pytest.raises(NotAllowed, match="两个阶段"):
        decide(world.compliance, row)
    let(world.compliance, world.head)
    own = propose(world, [add("自己的样本")])
    with pytest.raises(NotAllowed, match="自己经办或提交"):
        decide(world.head, own)


def test_it_ends_by_itself_on_its_day(world, clock):
    let(world.compliance, world.publisher, days=3)
    clock.move_to(datetime.datetime(2026, 3, 4, 15, 59, tzinfo=datetime.UTC))
    assert Post.COMPLIANCE in held(world.publisher), "the last minute of 4 March in Xiangyang"
    clock.shift(datetime.timedelta(minutes=2))
    assert held(world.publisher) == {Post.PUBLISHER}
    row = propose(world, [add("过期样本")])
    with pytest.raises(NotAllowed):
        decide(world.publisher, row)


def test_it_begins_on_its_day(world, clock):
    let(world.compliance, world.publisher, from_on=TODAY + DAY)
    assert held(world.publisher) == {Post.PUBLISHER}
    clock.shift(DAY)
    assert Post.COMPLIANCE in held(world.publisher)


@pytest.mark.parametrize("by", ["compliance", "publisher", "system_admin"])
def test_it_is_ended_early_by_either_of_the_two_or_the_administrator(world, clock, by):
    made = let(world.compliance, world.publisher)
    end_deputy(actor=getattr(world, by), posting=made)
    assert held(world.publisher) == {Post.PUBLISHER}
    with pytest.raises(WrongState):
        end_deputy(actor=getattr(world, by), posting=made)
    assert AuditEvent.objects.filter(act="end_deputy", outcome="done").count() == 1


def test_nobody_else_ends_it_and_an_own_post_is_not_ended_so(world, clock):
    made = let(world.compliance, world.publisher)
    with pytest.raises(NotAllowed):
        end_deputy(actor=world.legality, posting=made)
    with pytest.raises(WrongState, match="不是委托代办"):
        end_deputy(actor=world.compliance, posting=posting_of(world.compliance))


def test_it_ends_with_the_post_it_stands_for(world, clock):
    let(world.compliance, world.publisher)
    end_posting(actor=world.system_admin, posting=posting_of(world.compliance), on=TODAY)
    assert held(world.publisher) == {Post.PUBLISHER}


def test_it_ends_with_the_account_it_stands_for(world, clock):
    let(world.compliance, world.publisher)
    end_account(actor=world.system_admin, user=world.compliance.user, on=TODAY)
    assert held(world.publisher) == {Post.PUBLISHER}


def test_a_merger_gives_the_deputy_no_post_of_his_own(world, clock):
    let(world.head, world.outsider)
    merge_department(
        actor=world.system_admin,
        department=world.department("420600-RSJ"),
        into=world.department("420600-MZJ"),
        on=TODAY,
        reason="机构改革",
    )
    assert held(world.outsider) == {Post.CLERK}
    assert Post.HEAD in held(world.head)


def test_the_administrator_names_one_for_the_holder(world, clock):
    let(world.compliance, world.publisher, by=world.system_admin)
    assert Post.COMPLIANCE in held(world.publisher)


@pytest.mark.parametrize("by", ["legality", "clerk", "county_compliance", "security_admin", "publisher"])
def test_nobody_else_does(world, clock, by):
    with pytest.raises(NotAllowed):
        let(world.compliance, world.publisher, by=getattr(world, by))
    assert not Posting.objects.exclude(deputy_of=None).exists()


@pytest.mark.parametrize(
    ("deputy", "fields", "code"),
    [
        ("compliance", {}, "D11"),
        ("system_admin", {}, "P01"),
        ("audit_admin", {}, "P01"),
        ("publisher", {"from_on": TODAY - DAY}, "D13"),
        ("publisher", {"days": 0}, "D13"),
        ("publisher", {"days": 93}, "D13"),
    ],
)
def test_it_refuses_with_the_numbered_rule(world, clock, deputy, fields, code):
    with pytest.raises(RuleBroken) as broken:
        let(world.compliance, getattr(world, deputy), **fields)
    assert code in codes(broken)


def test_an_administrators_post_is_never_handed_on(world, clock):
    with pytest.raises(RuleBroken) as broken:
        let(world.system_admin, world.publisher)
    assert "D12" in codes(broken)


def test_a_deputy_names_no_deputy(world, clock):
    made = let(world.compliance, world.publisher)
    with pytest.raises(RuleBroken) as broken:
        name_deputy(actor=world.publisher, posting=made, deputy=world.council.user, from_on=TODAY, to_on=TODAY + DAY)
    assert "D12" in codes(broken)


def test_there_is_one_deputy_at_a_time_and_another_afterwards(world, clock):
    let(world.compliance, world.publisher)
    with pytest.raises(RuleBroken) as broken:
        let(world.compliance, world.council)
    assert "D14" in codes(broken)
    let(world.compliance, world.council, from_on=TODAY + 10 * DAY)


def test_who_holds_the_post_himself_is_no_deputy_of_it(world, clock):
    Posting.objects.create(user=world.publisher.user, post=Post.COMPLIANCE, region=world.city)
    with pytest.raises(RuleBroken) as broken:
        name_deputy(
            actor=world.compliance,
            posting=posting_of(world.compliance),
            deputy=world.publisher.user,
            from_on=TODAY,
            to_on=TODAY + DAY,
        )
    assert "P03" in codes(broken)


def test_an_administrators_post_is_not_granted_to_a_deputy_meanwhile(world, clock):
    user = User.objects.create_user("fresh", "新人", None)
    Posting.objects.create(user=user, post=Post.AUDITOR, region=world.county, from_on=TODAY, to_on=TODAY + DAY)
    let(world.compliance, Actor(user))
    Posting.objects.filter(user=user, deputy_of=None).update(to_on=TODAY)
    with pytest.raises(RuleBroken) as broken:
        grant_posting(actor=world.system_admin, user=user, post=Post.AUDIT_ADMIN)
    assert "P01" in codes(broken)


def test_the_deputy_is_told_and_gets_what_the_post_gets(world, clock):
    Notice.objects.all().delete()
    let(world.compliance, world.publisher)
    assert "您受陈立委托" in Notice.objects.get(recipient=world.publisher.user).title
    row = propose(world, [add("通知样本")])
    told = Notice.objects.filter(url=f"/admin/requests/{row.pk}/").values_list("recipient__username", flat=True)
    assert set(told) == {"compliance", "service", "publisher"}


def test_a_whole_review_with_a_deputy_reaches_the_end(world, clock):
    let(world.legality, world.council)
    row = review(world, propose(world, [add("全程样本")]), until="legality")
    decide(world.council, row)
    assert fresh(row).state == "awaiting"


@pytest.fixture
def entered():
    def enter(username: str) -> Client:
        client = Client()
        client.post("/admin/login/", {"username": username, "password": PASSWORD})
        return client

    return enter


def test_the_screen_names_and_ends_a_deputy(world, entered):
    today = datetime.date.today()
    client, own = entered("compliance"), posting_of(world.compliance)
    assert "委托他人代办" in client.get("/admin/deputies/").content.decode()
    fields = {"deputy": world.publisher.user.pk, "from_on": today, "to_on": today + 5 * DAY, "reason": "年休假"}
    answer = client.post(f"/admin/deputies/{own.pk}/new/", fields, follow=True)
    assert "冯公" in answer.content.decode() and "代办中" in answer.content.decode()
    made = Posting.objects.exclude(deputy_of=None).get()
    assert "受陈立委托" in entered("publisher").get("/admin/deputies/").content.decode()
    assert entered("legality").post(f"/admin/deputies/{made.pk}/end/").status_code == 404
    assert client.get(f"/admin/deputies/{made.pk}/end/").status_code == 405
    client.post(f"/admin/deputies/{made.pk}/end/")
    assert "没有委托他人" in client.get("/admin/deputies/").content.decode()


def test_a_strangers_post_is_not_found_and_faults_come_back_with_what_was_typed(world, entered):
    client, own = entered("compliance"), posting_of(world.compliance)
    assert client.get(f"/admin/deputies/{posting_of(world.legality).pk}/new/").status_code == 404
    for fields in (
        {},
        {"deputy": "x", "from_on": "x", "to_on": "x"},
        {"deputy": 10**30, "from_on": "2026-01-01", "to_on": "2020-01-01"},
        {"deputy": world.system_admin.user.pk, "from_on": "2031-01-01", "to_on": "2031-01-02"},
        {"deputy": world.publisher.user.pk, "from_on": "2020-01-01", "to_on": "2020-01-02", "reason": "年\x00假"},
    ):
        assert client.post(f"/admin/deputies/{own.pk}/new/", fields).status_code == 422, fields
    assert not Posting.objects.exclude(deputy_of=None).exists()


def test_the_administrator_finds_it_on_the_account(world, entered):
    client, own = entered("system_admin"), posting_of(world.compliance)
    assert f"/admin/deputies/{own.pk}/new/" in client.get(f"/admin/accounts/{world.compliance.user.pk}/").content.decode()
    today = datetime.date.today()
    fields = {"deputy": world.publisher.user.pk, "from_on": today, "to_on": today + 5 * DAY}
    assert "冯公" in client.post(f"/admin/deputies/{own.pk}/new/", fields, follow=True).content.decode()
    assert "受陈立委托" in client.get(f"/admin/accounts/{world.publisher.user.pk}/").content.decode()
