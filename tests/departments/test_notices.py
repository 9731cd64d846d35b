"""Notices: who is told by which act, once, and how it reaches him."""

import datetime
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from departments.daily_tasks import send_digests
from departments.models import Department, MailChoice, Notice, Posting
from departments.notices import Desk, choose_mail, notify, read_notices
from departments.posts import Post
from qingdan.errors import WrongState
from qingdan.outbox import queue
from qingdan.outbox.models import OutboxEntry
from reviews.requests import submit_request, withdraw_request
from tests.world import PASSWORD, add, decide, fresh, propose, review

DAY = datetime.timedelta(days=1)


@pytest.fixture
def quiet(world):
    """The world with nothing told yet."""
    Notice.objects.all().delete()
    OutboxEntry.objects.all().delete()
    return world


def told() -> dict[str, list[str]]:
    """Log-in name → events, oldest first."""
    found: dict[str, list[str]] = {}
    for name, event in Notice.objects.order_by("created_at", "pk").values_list("recipient__username", "event"):
        found.setdefault(name, []).append(event)
    return found


def test_each_step_tells_those_whose_turn_it_is_and_nobody_else(quiet):
    row = propose(quiet, [add("通知样本")])
    assert told() == {"compliance": ["assigned"], "service": ["assigned"]}
    decide(quiet.compliance, row)
    assert told() == {"compliance": ["assigned"], "service": ["assigned"]}, "the other part is still missing"
    decide(quiet.service, row)
    assert told()["legality"] == ["assigned"]
    decide(quiet.legality, row)
    assert told()["publisher"] == ["assigned"]
    assert told()["clerk"] == told()["head"] == ["decided"]
    assert not {"outsider", "county_compliance", "council", "auditor", "system_admin"} & set(told())


def test_what_somebody_else_has_done_asks_nobody_any_more(quiet):
    row = propose(quiet, [add("办过样本")])
    waiting = lambda: set(Notice.objects.unread().values_list("recipient__username", "event"))  # noqa: E731
    assert waiting() == {("compliance", "assigned"), ("service", "assigned")}
    decide(quiet.compliance, row, "returned", "请补正")
    assert waiting() == {("clerk", "returned"), ("head", "returned")}, "the other office has nothing to do now"


def test_what_is_returned_tells_the_department_why(quiet):
    row = propose(quiet, [add("退回样本")])
    decide(quiet.compliance, row, "returned", "请补充设定依据")
    notice = Notice.objects.get(recipient__username="clerk")
    assert notice.event == "returned" and "请补充设定依据" in notice.detail and row.number in notice.title
    assert (notice.post, notice.department) == (Post.CLERK, row.department)


def test_nobody_is_told_to_review_what_he_may_not(quiet):
    Posting.objects.create(user=quiet.head.user, post=Post.COMPLIANCE, region=quiet.city)
    Posting.objects.create(user=quiet.compliance.user, post=Post.LEGALITY, region=quiet.city)
    row = propose(quiet, [add("独立样本")])
    assert "head" not in told()
    decide(quiet.compliance, row)
    decide(quiet.service, row)
    assert told()["compliance"] == ["assigned"], "he spoke in compliance, so legality is not his"
    assert told()["legality"] == ["assigned"]


def test_who_acts_is_not_told_what_he_did(quiet):
    Posting.objects.create(user=quiet.publisher.user, post=Post.LEGALITY, region=quiet.city)
    row = propose(quiet, [add("自己样本")])
    decide(quiet.compliance, row)
    decide(quiet.service, row)
    decide(quiet.publisher, row)
    assert told()["publisher"] == ["assigned"], "legality only; that it waits for him now he knows"


def test_a_refused_act_tells_nobody(quiet):
    row = propose(quiet, [add("草稿样本")], submit=False)
    with pytest.raises(WrongState):
        submit_request(actor=quiet.head, request=row, seen_hash="other")
    withdraw_request(actor=quiet.clerk, request=fresh(row))
    assert told() == {}


def test_a_frozen_batch_tells_the_council_and_a_decided_one_the_publisher(quiet):
    from reviews.batches import freeze_batch, reopen_batch
    from reviews.meetings import record_meeting

    batch = quiet.batch("frozen")
    reopen_batch(actor=quiet.county_publisher, batch=batch)
    assert told() == {}
    batch = freeze_batch(actor=quiet.county_publisher, batch=fresh(batch))
    assert told() == {"county_council": ["assigned"]}
    record_meeting(
        actor=quiet.county_council,
        batch=batch,
        meeting_title="区政府第3次常务会议",
        held_on=datetime.date(2020, 3, 1),
        outcome="agreed",
        seen_hash=batch.submission_hash,
    )
    assert told()["county_publisher"] == ["assigned"]
    assert told()["county_clerk"] == ["decided"]


def test_a_merged_department_is_told_through_its_successor(quiet):
    row = propose(quiet, [add("并入样本")])
    Department.objects.filter(pk=row.department_id).update(
        successor=quiet.department("420600-SCJ"), abolished_on=datetime.date(2020, 1, 1)
    )
    decide(quiet.compliance, row, "returned", "请补正")
    assert {"outsider", "other_head"} <= set(told())


def test_the_same_key_is_told_once_to_each_and_a_leaver_is_not_told(quiet):
    quiet.service.user.__class__.objects.filter(username="service").update(ends_on=datetime.date(2020, 1, 1))
    desks = [Desk(Post.COMPLIANCE, region=quiet.city), Desk(Post.SERVICE, region=quiet.city)]
    with transaction.atomic():
        assert notify(event="urged", to=desks, title="催办", key="k") == 1
        assert notify(event="urged", to=desks, title="催办", key="k") == 0
    assert told() == {"compliance": ["urged"]}


def test_a_person_of_two_posts_is_told_once(quiet):
    Posting.objects.create(user=quiet.compliance.user, post=Post.SERVICE, region=quiet.city)
    desks = [Desk(Post.SERVICE, region=quiet.city), Desk(Post.COMPLIANCE, region=quiet.city)]
    with transaction.atomic():
        notify(event="urged", to=desks, title="催办", key="k")
    assert Notice.objects.get(recipient__username="compliance").post == Post.SERVICE


def test_mail_goes_out_one_by_one_once_a_day_or_never(quiet, settings):
    settings.SITE_URL = "https://qd.example.cn"
    choose_mail(actor=quiet.compliance, email="chenli@example.cn", often="each")
    choose_mail(actor=quiet.service, email="zhouting@example.cn", often="daily")
    choose_mail(actor=quiet.legality, email="wufa@example.cn", often="never")
    row = propose(quiet, [add("邮件样本")])
    while queue.deliver_next():
        pass
    assert [message.to for message in mail.outbox] == [["chenli@example.cn"]]
    assert row.number in mail.outbox[0].subject and f"https://qd.example.cn/admin/requests/{row.pk}/" in mail.outbox[0].body
    day = datetime.date.today()
    assert send_digests(day) == 1 and send_digests(day) == 1
    while queue.deliver_next():
        pass
    assert [message.to for message in mail.outbox[1:]] == [["zhouting@example.cn"]], (
        "one digest a day, however often it is asked for"
    )
    assert row.number in mail.outbox[1].body


def test_a_digest_holds_only_what_is_unread(quiet):
    choose_mail(actor=quiet.service, email="zhouting@example.cn", often="daily")
    propose(quiet, [add("摘要样本")])
    read_notices(actor=quiet.service)
    assert send_digests(datetime.date.today()) == 0
    assert not OutboxEntry.objects.exists()


def test_the_worker_sends_the_digest_at_eight(quiet):
    choose_mail(actor=quiet.service, email="zhouting@example.cn", often="daily")
    with time_machine.travel(datetime.datetime(2026, 3, 2, 4, 0, tzinfo=datetime.UTC), tick=False):
        propose(quiet, [add("八点样本")])
        call_command("run_worker", "--once", stdout=StringIO())
        assert [message.to for message in mail.outbox] == [["zhouting@example.cn"]]
        call_command("run_worker", "--once", stdout=StringIO())
    assert len(mail.outbox) == 1


@pytest.fixture
def entered():
    def enter(username: str) -> Client:
        client = Client()
        client.post("/admin/login/", {"username": username, "password": PASSWORD})
        return client

    return enter


def test_the_page_lists_ones_own_notices_and_opening_one_reads_it(quiet, entered):
    row = propose(quiet, [add("页面样本")])
    client = entered("compliance")
    page = client.get("/admin/notices/").content.decode()
    assert row.number in page and "未读" in page
    notice = Notice.objects.get(recipient__username="compliance")
    assert client.get(f"/admin/notices/{notice.pk}/")["Location"] == f"/admin/requests/{row.pk}/"
    assert "没有符合条件" in client.get("/admin/notices/?unread=1").content.decode()
    other = Notice.objects.get(recipient__username="service")
    assert client.get(f"/admin/notices/{other.pk}/").status_code == 404
    other.refresh_from_db()
    assert other.read_at is None


def test_everything_is_read_at_once(quiet, entered):
    propose(quiet, [add("全读样本")])
    client = entered("compliance")
    assert "1 条通知标为已读" in client.post("/admin/notices/read/", follow=True).content.decode()
    assert Notice.objects.unread().filter(recipient__username="service").exists()
    assert client.get("/admin/notices/read/").status_code == 405


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"often": "each", "email": ""}, "须填写邮箱"),
        ({"often": "each", "email": "不是邮箱"}, "不是邮箱地址"),
        ({"often": "hourly", "email": "a@example.cn"}, "hourly"),
        ({"often": "daily", "email": "a\x00@example.cn"}, "不"),
        ({"often": "daily", "email": "a" * 300 + "@example.cn"}, "200"),
        ({}, "必填"),
    ],
)
def test_a_wrong_choice_of_mail_is_told_and_kept(world, entered, given, sentence):
    answer = entered("clerk").post("/admin/notices/mail/", given)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not MailChoice.objects.exists()


def test_the_choice_is_kept(world, entered):
    client = entered("clerk")
    assert client.post("/admin/notices/mail/", {"often": "daily", "email": "a@example.cn"}).status_code == 302
    assert "每日一封摘要" in client.get("/admin/notices/").content.decode()
    assert client.post("/admin/notices/mail/", {"often": "never", "email": ""}).status_code == 302
    assert MailChoice.objects.get().often == "never"


def test_the_number_of_unread_stands_in_the_head_and_takes_no_query_a_row(quiet, entered):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = entered("compliance")
    propose(quiet, [add("第一")])
    client.get("/admin/notices/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/notices/")
    for n in range(11):
        propose(quiet, [add(f"多{n}")])
    with CaptureQueriesContext(connection) as many:
        page = client.get("/admin/notices/").content.decode()
    assert ">12<" in page.replace('<span class="visually-hidden"> 条未读</span>', "") and len(many) == len(few)


def test_reviewing_a_whole_request_leaves_each_told_once(quiet):
    review(quiet, propose(quiet, [add("一次样本")]))
    assert all(len(set(events)) == len(events) for events in told().values())
