"""Deadlines in working days: a year with holidays and worked weekends, and years of which nothing is known yet."""

import datetime
import json
from datetime import date
from io import StringIO

import chinese_calendar
import pytest
from django.core.management import call_command
from django.test import Client

from departments.models import WorkingDay
from departments.working_days import Calendar, add_known_days, add_working_days, is_estimated, working_days_between
from qingdan.ledger.models import AuditEvent
from tests.world import PASSWORD

DAY = datetime.timedelta(days=1)


@pytest.fixture
def calendar(db):
    WorkingDay.objects.all().delete()
    add_known_days()
    return Calendar()


# 2025: 元旦 1 Jan; 春节 28 Jan to 4 Feb, worked 26 Jan and 8 Feb; 国庆中秋 1 to 8 Oct, worked 28 Sep and 11 Oct.
@pytest.mark.parametrize(
    ("start", "days", "due", "why"),
    [
        (date(2025, 3, 3), 1, date(2025, 3, 4), "an ordinary Monday"),
        (date(2025, 3, 7), 1, date(2025, 3, 10), "over a weekend"),
        (date(2025, 3, 8), 1, date(2025, 3, 10), "begun on a Saturday"),
        (date(2025, 1, 24), 1, date(2025, 1, 26), "the Sunday before the holiday is worked"),
        (date(2025, 1, 27), 1, date(2025, 2, 5), "eight rest days"),
        (date(2025, 2, 7), 1, date(2025, 2, 8), "the Saturday after the holiday is worked"),
        (date(2025, 1, 20), 15, date(2025, 2, 14), "fifteen days over the Spring Festival and both worked weekends"),
        (date(2025, 9, 26), 3, date(2025, 9, 30), "the last days before eight rest days"),
        (date(2025, 9, 26), 4, date(2025, 10, 9), "and the first one after them"),
        (date(2025, 10, 1), 10, date(2025, 10, 21), "begun on a rest day"),
        (date(2025, 12, 31), 1, date(2026, 1, 4), "over New Year 2026: 1 to 3 January rest, Sunday the 4th is worked"),
        (date(2025, 12, 25), 20, date(2026, 1, 23), "from one known year into the next"),
        (date(2025, 3, 8), 0, date(2025, 3, 8), "no days"),
        (date(2025, 2, 5), -1, date(2025, 1, 27), "the working day before"),
        (date(2026, 1, 4), -1, date(2025, 12, 31), "the working day before, over New Year"),
        (date(2025, 3, 9), -3, date(2025, 3, 5), "three working days before a Sunday"),
    ],
)
def test_it_finds_the_day_on_which_a_period_ends(calendar, start, days, due, why):
    assert calendar.add(start, days) == due, why


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2025, 1, 20), date(2025, 2, 14), 15),
        (date(2025, 1, 27), date(2025, 2, 4), 0),
        (date(2025, 2, 14), date(2025, 1, 20), -15),
        (date(2025, 3, 3), date(2025, 3, 3), 0),
        (date(2024, 12, 31), date(2025, 12, 31), 248),
        (date(2023, 12, 31), date(2025, 12, 31), 251 + 248),
    ],
)
def test_it_counts_the_working_days_of_a_period(calendar, start, end, days):
    assert calendar.between(start, end) == days


def test_every_day_of_every_known_year_is_what_the_notices_say(calendar):
    day, last = date(2004, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += DAY


def test_adding_and_counting_agree_from_every_day_of_a_year(calendar):
    for start in (date(2025, 1, 1) + n * DAY for n in range(365)):
        for days in (1, 2, 5, 15, 20, 60):
            due = calendar.add(start, days)
            assert calendar.is_working_day(due) and calendar.between(start, due) == days
            assert calendar.between(start, due - DAY) == days - 1
            before = calendar.add(start, -days)
            assert calendar.is_working_day(before) and before < start
            assert calendar.between(before - DAY, start - DAY) == days


def test_a_year_without_data_follows_the_week_and_says_so(calendar):
    last_known = WorkingDay.objects.latest("date").date.year
    monday = next(date(last_known + 2, 3, 1) + n * DAY for n in range(7) if (date(last_known + 2, 3, 1) + n * DAY).weekday() == 0)
    assert calendar.add(monday, 5) == monday + 7 * DAY
    assert calendar.is_estimated(monday, monday)
    assert calendar.is_estimated(date(last_known, 12, 31), date(last_known + 1, 1, 1))
    assert not calendar.is_estimated(date(last_known, 1, 1), date(last_known, 12, 31))


def test_an_empty_table_answers_for_every_year(db):
    WorkingDay.objects.all().delete()
    assert add_working_days(date(2025, 1, 27), 1) == date(2025, 1, 28)
    assert working_days_between(date(2025, 1, 27), date(2025, 2, 3)) == 5
    assert is_estimated(date(2025, 1, 27), date(2025, 1, 28))


def test_a_year_is_known_only_when_all_its_days_are_confirmed(calendar):
    spring = [date(2031, 1, 22) + n * DAY for n in range(8)]
    days = [date(2031, 1, 1), *spring, date(2031, 5, 1), date(2031, 10, 1)]
    rows = [WorkingDay(date=day, kind="rest", source="通知", confirmed=True) for day in days]
    WorkingDay.objects.bulk_create(rows[:-1])
    assert is_estimated(date(2031, 6, 2), date(2031, 6, 3)), "ten rest days are not a whole year"
    rows[-1].confirmed = False
    rows[-1].save()
    assert is_estimated(date(2031, 6, 2), date(2031, 6, 3)), "one of them is not confirmed"
    rows[-1].confirmed = True
    rows[-1].save()
    assert not is_estimated(date(2031, 6, 2), date(2031, 6, 3))


def test_one_query_serves_a_page_of_deadlines(calendar, django_assert_num_queries):
    with django_assert_num_queries(1):
        fresh = Calendar()
        for n in range(500):
            fresh.between(date(2026, 6, 1), fresh.add(date(2025, 6, 1) + n % 365 * DAY, n % 40))


def test_a_changed_calendar_moves_the_deadline(calendar):
    assert add_working_days(date(2025, 3, 3), 1) == date(2025, 3, 4)
    WorkingDay.objects.create(date=date(2025, 3, 4), kind="rest", source="市政府通知", confirmed=True)
    assert add_working_days(date(2025, 3, 3), 1) == date(2025, 3, 5)


def test_the_command_adds_what_is_missing_and_names_what_it_left_alone(calendar):
    WorkingDay.objects.filter(date=date(2025, 10, 1)).delete()
    WorkingDay.objects.filter(date=date(2025, 10, 2)).update(kind="work")
    out = StringIO()
    call_command("load_working_days", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["added"] == 1
    assert found["contradicted"] == [["2025-10-02", "上班", "休息"]]
    out = StringIO()
    call_command("load_working_days", stdout=out)
    assert "2025-10-02：表中为“上班”，库中为“休息”，未改动" in out.getvalue()


def test_the_system_administrator_enters_a_day_and_others_read_it(world):
    admin, reviewer = Client(), Client()
    admin.post("/admin/login/", {"username": world.system_admin.user.username, "password": PASSWORD})
    reviewer.post("/admin/login/", {"username": "compliance", "password": PASSWORD})
    fields = {"date": "2033-01-03", "kind": "rest", "name": "元旦", "source": "国务院办公厅通知", "confirmed": "on"}
    assert reviewer.post("/admin/departments/workingday/add/", fields).status_code == 403
    assert admin.post("/admin/departments/workingday/add/", fields).status_code == 302
    row = WorkingDay.objects.get(date=date(2033, 1, 3))
    event = AuditEvent.objects.filter(object_type__icontains="workingday").latest("sequence")
    assert (event.act, event.object_id) == ("add_reference", str(row.pk))
    page = reviewer.get("/admin/departments/workingday/?q=元旦&date__year=2033")
    assert "2033" in page.content.decode() and "星期一" in page.content.decode()
