"""By when a request has to move: limits as data, the clock that stops while it is returned, words beside the colour."""

import datetime
from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from departments.models import Notice, WorkingDay
from departments.working_days import Calendar
from qingdan.items.kinds import ChangeKind
from reviews.daily_tasks import tell_of_deadlines
from reviews.deadlines import Limits, deadline, deadlines_of, used_days
from reviews.directive_forms import default_due
from reviews.models import ChangeRequest, Limit
from reviews.models.limits import Duty
from reviews.requests import submit_request
from tests.world import add, amend, decide, fresh, propose


def at(month: int, day: int, hour: int = 10) -> datetime.datetime:
    """A moment of 2025 in Xiangyang."""
    return datetime.datetime(2025, month, day, hour, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


# 2025: 春节 28 Jan to 4 Feb, worked 26 Jan and 8 Feb; 国庆 1 to 8 Oct, worked 28 Sep and 11 Oct. The office's week is five days.
@pytest.mark.parametrize(
    ("start", "days", "today", "due", "words", "tone"),
    [
        (date(2025, 3, 3), 10, date(2025, 3, 3), date(2025, 3, 17), "剩 10 个工作日", "plain"),
        (date(2025, 3, 3), 10, date(2025, 3, 12), date(2025, 3, 17), "剩 3 个工作日", "warn"),
        (date(2025, 3, 3), 10, date(2025, 3, 17), date(2025, 3, 17), "今天到期", "warn"),
        (date(2025, 3, 3), 10, date(2025, 3, 18), date(2025, 3, 17), "逾期 1 个工作日", "bad"),
        (date(2025, 3, 3), 9, date(2025, 3, 15), date(2025, 3, 14), "已到期", "bad"),
        (date(2025, 3, 3), 9, date(2025, 3, 18), date(2025, 3, 14), "逾期 2 个工作日", "bad"),
        (date(2025, 1, 23), 5, date(2025, 1, 27), date(2025, 2, 6), "剩 2 个工作日", "warn"),
        (date(2025, 1, 23), 5, date(2025, 2, 8), date(2025, 2, 6), "逾期 2 个工作日", "bad"),
        (date(2025, 9, 25), 5, date(2025, 9, 30), date(2025, 10, 9), "剩 1 个工作日", "warn"),
        (date(2025, 12, 29), 5, date(2025, 12, 29), date(2026, 1, 6), "剩 5 个工作日", "plain"),
        (date(2033, 3, 7), 5, date(2033, 3, 8), date(2033, 3, 14), "剩 4 个工作日（预估）", "plain"),
        (date(2026, 12, 28), 5, date(2026, 12, 28), date(2027, 1, 4), "剩 5 个工作日（预估）", "plain"),
    ],
)
def test_it_says_by_when_in_colour_and_in_words(db, start, days, today, due, words, tone):
    WorkingDay.objects.filter(date__year__gte=2027).delete()
    found = deadline(start, days, today, Calendar())
    assert (found.due, found.words, found.tone) == (due, words, tone)


@pytest.mark.parametrize(
    ("trail", "state", "used"),
    [
        ([("draft", at(3, 3)), ("compliance", at(3, 4))], "compliance", 0),
        ([("compliance", at(3, 4)), ("returned", at(3, 7)), ("compliance", at(4, 7))], "compliance", 3),
        ([("compliance", at(3, 4)), ("returned", at(3, 4, 15)), ("compliance", at(3, 5))], "compliance", 0),
        (
            [("compliance", at(1, 24)), ("returned", at(2, 6)), ("compliance", at(2, 10)), ("returned", at(2, 11)), ("compliance", at(2, 20))],
            "compliance",
            2 + 2 + 1,  # 26 and 27 January, 5 and 6 February, 11 February
        ),
        (
            [("compliance", at(3, 3)), ("legality", at(3, 5)), ("returned", at(3, 7)), ("compliance", at(3, 10)), ("legality", at(3, 12))],
            "legality",
            2,
        ),
        (
            [("compliance", at(3, 3)), ("legality", at(3, 5)), ("returned", at(3, 7)), ("compliance", at(3, 10))],
            "compliance",
            0,  # it had passed compliance, so that begins anew
        ),
        ([("compliance", at(3, 3)), ("returned", at(3, 5)), ("compliance", at(3, 6)), ("legality", at(3, 7))], "legality", 0),
    ],
)  # fmt: skip
def test_the_clock_stops_while_the_request_is_returned(db, trail, state, used):
    assert used_days(trail, state, Calendar()) == used


def test_a_request_that_comes_back_has_what_was_left(world):
    with time_machine.travel(at(3, 3), tick=False) as clock:
        row = propose(world, [add("停钟样本")])
        assert deadlines_of([row])[row.pk].due == date(2025, 3, 17)
        clock.move_to(at(3, 7))
        decide(world.compliance, row, "returned", "请补正")
        row = fresh(row)
        assert deadlines_of([row])[row.pk].due == date(2025, 3, 21), "ten working days to correct it"
        clock.move_to(at(4, 7))
        row = submit_request(actor=world.head, request=row, seen_hash=row.proposed_hash)
        assert deadlines_of([row])[row.pk].due == date(2025, 4, 15), "six of ten were left"
        assert deadlines_of([row])[row.pk].words == "剩 6 个工作日"


def test_the_limit_of_the_kind_holds_and_of_several_kinds_the_longest(world):
    limits = Limits()
    assert limits.of("compliance", {ChangeKind.ELEMENTS}).days == 7
    assert limits.of("compliance", {ChangeKind.ELEMENTS, ChangeKind.ADD}).days == 10
    assert limits.of("compliance", {ChangeKind.REPEAL}).days == 10
    assert limits.of("awaiting", {ChangeKind.ADD}) is None
    phone = world.version("劳务派遣经营许可")
    with time_machine.travel(at(3, 3), tick=False):
        row = propose(world, [amend(phone, supervision_phone="0710-3600009")])
        assert deadlines_of([row])[row.pk].due == date(2025, 3, 12)


def test_limits_and_working_days_that_change_move_the_deadline(world):
    with time_machine.travel(at(3, 3), tick=False):
        row = propose(world, [add("改期样本")])
        Limit.objects.filter(state="compliance", kind="").update(days=3)
        assert deadlines_of([row])[row.pk].due == date(2025, 3, 6)
        WorkingDay.objects.create(date=date(2025, 3, 5), kind="rest", source="通知", confirmed=True)
        assert deadlines_of([row])[row.pk].due == date(2025, 3, 7)


def test_no_limit_no_deadline(world):
    Limit.objects.all().delete()
    assert deadlines_of(ChangeRequest.objects.all()) == {}


def test_defaults_say_that_they_are_to_be_confirmed(world):
    row = world.request("compliance")
    assert "待确认" in deadlines_of([row])[row.pk].source
    Limit.objects.update(confirmed=True)
    assert "待确认" not in deadlines_of([row])[row.pk].source


def test_it_asks_no_more_for_many_requests_than_for_few(world, django_assert_max_num_queries):
    rows = list(ChangeRequest.objects.all())
    with django_assert_max_num_queries(5):
        assert len(deadlines_of(rows)) == 4


def test_those_who_can_act_are_told_once_when_it_is_due_soon_and_once_when_it_is_late(world):
    with time_machine.travel(at(3, 3), tick=False):
        ChangeRequest.objects.exclude(state="draft").update(state_since=at(3, 3))
        row = propose(world, [add("催办样本")])
        Notice.objects.all().delete()
    told = lambda: sorted(  # noqa: E731
        Notice.objects.filter(url=f"/admin/requests/{row.pk}/").values_list("event", "recipient__username")
    )
    tell_of_deadlines(date(2025, 3, 10))
    assert told() == []
    soon = [("due_soon", "compliance"), ("due_soon", "service")]
    for day in (12, 13, 14, 17):
        tell_of_deadlines(date(2025, 3, day))
    assert told() == soon
    assert tell_of_deadlines(date(2025, 3, 15)) == "休息日"
    for day in (18, 19):
        tell_of_deadlines(date(2025, 3, day))
    assert told() == [*soon, ("overdue", "compliance"), ("overdue", "service")]
    decide(world.compliance, row)
    assert "逾期" in Notice.objects.filter(event="overdue").first().title


def test_pages_show_the_deadline_with_its_word(world, client):
    row = world.request("compliance")
    ChangeRequest.objects.filter(pk=row.pk).update(state_since=at(3, 3))
    client.force_login(world.compliance.user, backend="departments.accounts.PostBackend")
    for address in (reverse("admin:request", args=[row.pk]), reverse("admin:request_list"), reverse("admin:index")):
        page = client.get(address).content.decode()
        assert 'chip-bad" title="2025-03-17 到期，时限 10 个工作日，时限待确认">逾期' in page, address


def test_what_departments_do_upon_a_decision_is_timed_by_the_same_table(world):
    """By when a task is to be answered follows the row of the table; without one the form proposes no day."""
    today = timezone.localdate()
    assert (Limit.objects.days(Duty.APPLY), Limit.objects.days(Duty.ANSWER)) == (10, 10)
    Limit.objects.filter(state=Duty.ANSWER).update(days=20)
    assert default_due() == Calendar().add(today, 20)
    Limit.objects.filter(state=Duty.ANSWER).delete()
    assert default_due() is None
