"""纠错: one form one report, a number nobody guesses, an answer, an adjustment that comes back, and a contact that leaves no trace."""

from __future__ import annotations

import datetime
import itertools

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from departments.models import Notice
from departments.working_days import Calendar
from qingdan.errors import NotAllowed, Refusal, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from tests.world import PEOPLE

DAY = datetime.timedelta(days=1)


def tools():
    from tests.reviews import correcting

    return correcting


def everything_in_the_database(*, but: tuple[str, ...] = ()) -> str:
    """All text of all tables, as the database gives it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in but:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                found += [
                    bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else str(value)
                    for row in cursor.fetchall()
                    for value in row
                ]
    return "\n".join(found)


# -- sending -----------------------------------------------------------------------------------------------------------------------


def test_a_report_gets_a_number_and_its_department_is_told_with_a_working_day_deadline(world):
    t = tools()
    receipt = t.send(world)
    report = receipt.report
    assert (report.department.code, report.get_state_display(), report.text) == ("420600-RSJ", "待答复", t.TEXT)
    assert report.due_on == Calendar().add(timezone.localdate(), 5)
    told = Notice.objects.filter(url=f"/admin/reports/{report.pk}/")
    assert set(told.values_list("recipient__username", flat=True)) == {"clerk", "head"}
    assert not [text for each in told for text in (each.title, each.detail) if "3611111" in text or "1387" in text]
    assert AuditEvent.objects.filter(act="receive_report", object_id=str(report.pk)).count() == 1


def test_a_number_has_eighty_bits_and_only_its_hash_is_kept(world):
    from reviews.corrections import look_up, normal_number

    t = tools()
    numbers = [t.send(world, address=f"10.0.1.{n}").number for n in range(20)]
    assert len({number[:4] for number in numbers}) > 15
    assert all(len(normal_number(number)) == 16 for number in numbers)
    kept = everything_in_the_database()
    assert not [number for number in numbers if number in kept or normal_number(number) in kept]
    spoken = numbers[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert look_up(spoken, address="10.0.0.9").pk == look_up(numbers[3], address="10.0.0.9").pk


def test_a_form_that_is_sent_twice_is_one_report_with_the_same_number(world):
    from reviews.corrections import new_token
    from reviews.models import ReaderReport

    t = tools()
    token = new_token(world.item(t.ITEM))
    first, second = t.send(world, token=token), t.send(world, token=token, text="另一段话")
    assert (second.number, second.again, second.report.pk) == (first.number, True, first.report.pk)
    assert ReaderReport.objects.get().text == t.TEXT


def test_a_token_is_for_one_item_and_twelve_hours_and_is_not_made_by_hand(world):
    from reviews.corrections import FormTooOld, new_token
    from reviews.models import ReaderReport

    t = tools()
    with time_machine.travel(timezone.now() - 13 * 60 * datetime.timedelta(minutes=1)):
        old = new_token(world.item(t.ITEM))
    others = new_token(world.item("食品经营许可"))
    good = new_token(world.item(t.ITEM))
    for token in (old, others, good[:-1] + ("A" if good[-1] != "A" else "B"), "", "x", "\x00" * 9):
        with pytest.raises(FormTooOld):
            t.send(world, token=token or "-")
    assert not ReaderReport.objects.exists()


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ({"text": "  "}, {"E02"}),
        ({"text": "长" * 1001}, {"E02"}),
        ({"contact": "1" * 101}, {"E03"}),
        ({"about": "x", "text": ""}, {"E01", "E02"}),
    ],
)
def test_it_says_what_is_missing_or_too_long(world, given, rules):
    with pytest.raises(RuleBroken) as refused:
        tools().send(world, **given)
    assert {each.rule for each in refused.value.violations} == rules


def test_one_source_and_all_of_them_are_capped_and_the_refusal_names_the_way_out(world, settings):
    from reviews.corrections import TooMany

    t = tools()
    settings.REPORTS_PER_ADDRESS, settings.REPORTS_PER_DAY = 2, 4
    t.send(world), t.send(world)
    with pytest.raises(TooMany, match="明天再提交；急事请按事项页上的电话") as refused:
        t.send(world)
    assert refused.value.status == 429
    t.send(world, address="2001:db8:1:2::1"), t.send(world, address="2001:db8:1:2:ffff::9")
    with pytest.raises(TooMany, match="上限"):
        t.send(world, address="2001:db8:1:2::7")
    with pytest.raises(TooMany, match="暂停接收"):
        t.send(world, address="10.0.0.77")
    with time_machine.travel(timezone.now() + DAY):
        assert not t.send(world).again


def test_a_wrong_number_is_counted_and_a_right_one_is_not(world, settings):
    from reviews.corrections import TooMany, look_up

    t = tools()
    settings.REPORT_MISSES_PER_ADDRESS = 3
    number = t.send(world).number
    for _ in range(5):
        assert look_up(number, address="10.0.0.8")
    for _ in range(3):
        assert look_up("0000-0000-0000-0000", address="10.0.0.8") is None
    with pytest.raises(TooMany):
        look_up(number, address="10.0.0.8")
    assert look_up(number, address="10.0.0.9")


def test_no_address_is_kept(world):
    from reviews.corrections import look_up

    tools().send(world, address="203.0.113.77")
    look_up("0000", address="203.0.113.77")
    assert "203.0.113.77" not in everything_in_the_database()


# -- answering ---------------------------------------------------------------------------------------------------------------------

# Written by hand: (state, action) → who of the city's people may.
LAW = {
    ("open", "accept"): {"clerk", "head"},
    ("open", "reject"): {"clerk", "head"},
    ("open", "settle"): {"clerk", "head"},
    **{(state, "contact"): {"clerk", "head"} for state in ("open", "accepted", "unfounded", "settled", "published")},
    **{(state, "redact"): {"publisher"} for state in ("open", "accepted", "unfounded", "settled", "published")},
    ("accepted", "publish"): {"publisher"},
}


def test_the_guard_allows_what_the_table_of_this_file_allows(world):
    from reviews.later_guards import check_can_act_on_report
    from reviews.later_states import ReportAction, ReportState

    report = tools().send(world).report
    report.request = world.request("compliance")
    report.save()
    found = {}
    for state, action in itertools.product(ReportState.values, ReportAction.values):
        report.state = state
        for name in PEOPLE:
            try:
                check_can_act_on_report(actor=getattr(world, name), report=report, action=action)
            except Refusal as refusal:
                assert isinstance(refusal, (NotAllowed, WrongState))
            else:
                found.setdefault((state, action), set()).add(name)
    assert found == LAW


def test_only_the_department_and_those_who_watch_know_of_a_report(world):
    from reviews.models import ReaderReport

    tools().send(world)
    see = {name for name in PEOPLE if ReaderReport.objects.visible_to(getattr(world, name).user).exists()}
    assert see == {"clerk", "head", "compliance", "publisher", "auditor"}


@pytest.mark.parametrize(("action", "state"), [("reject", "不属实"), ("settle", "已处理")])
def test_an_answer_ends_it_once(world, action, state):
    t = tools()
    report = t.answer(world, t.send(world).report, action, "电话无误，午间无人接听")
    assert (report.get_state_display(), report.answered_by.username, report.request) == (state, "clerk", None)
    assert not Notice.objects.unread().filter(url=f"/admin/reports/{report.pk}/").exists()
    with pytest.raises(WrongState):
        t.answer(world, report, "reject")


def test_an_answer_needs_words_and_the_report_as_it_was_seen(world):
    from reviews.correction_desk import answer_report

    t = tools()
    report = t.send(world).report
    with pytest.raises(RuleBroken):
        t.answer(world, report, "reject", " ")
    with pytest.raises(RuleBroken):
        t.answer(world, report, "publish")
    with pytest.raises(WrongState):
        answer_report(actor=world.clerk, report=report, action="reject", answer="没有错", seen_revision=7)


def test_accepted_opens_a_draft_that_names_the_report_and_none_of_its_words(world):
    t = tools()
    report = t.answer(world, t.send(world).report, "accept")
    request = report.request
    assert (request.state, request.department.code) == ("draft", "420600-RSJ")
    assert request.reason == f"根据读者纠错第{report.pk}号核对更正“{t.ITEM}”的电话"
    assert [each.pk for each in request.reports.all()] == [report.pk]


def test_accepted_joins_the_request_that_holds_the_item(world):
    from tests.world import amend, propose

    t = tools()
    held = propose(world, [amend(world.version(t.ITEM), supervision_phone="0710-3600009")])
    assert t.answer(world, t.send(world).report, "accept").request == held


def test_a_published_adjustment_comes_back_to_the_report(world):
    t = tools()
    t.clear_the_table(world)
    report = t.answer(world, t.send(world).report, "accept")
    untouched = t.answer(world, t.send(world, item="民办职业技能培训学校设立").report, "accept")
    edition = t.correct(world, report)
    report.refresh_from_db(), untouched.refresh_from_db()
    assert (report.get_state_display(), report.edition) == ("已更正", edition)
    assert (untouched.state, untouched.edition) == ("accepted", None)
    assert [each.action for each in report.steps.all()] == ["receive", "accept", "publish"]


def test_an_adjustment_that_comes_to_nothing_leaves_the_report_open_again(world):
    from reviews.models import ReaderReport
    from reviews.requests import withdraw_request

    t = tools()
    report = t.answer(world, t.send(world).report, "accept")
    assert not ReaderReport.objects.awaiting().exists()
    withdraw_request(actor=world.clerk, request=report.request, opinion="另行办理")
    report.refresh_from_db()
    assert report.present_state == "open"
    assert ReaderReport.objects.awaiting().get() == report
    assert t.answer(world, report, "settle", "已在系统外更正").present_state == "settled"


def test_the_department_is_told_of_its_deadline_and_the_office_of_what_is_overdue(world):
    from reviews.daily_tasks import tell_of_reports

    report = tools().send(world).report
    with transaction.atomic():
        tell_of_reports(report.due_on - DAY)
        assert not Notice.objects.filter(key__startswith=f"report:{report.pk}:due").exists()
        tell_of_reports(report.due_on)
        late = Calendar().add(report.due_on, 1)
        tell_of_reports(late), tell_of_reports(late)
    told = Notice.objects.filter(key__startswith=f"report:{report.pk}:late").values_list("recipient__username", flat=True)
    assert sorted(told) == ["clerk", "compliance", "head"]
    assert Notice.objects.filter(key__startswith=f"report:{report.pk}:due").count() == 2


# -- contact and words -------------------------------------------------------------------------------------------------------------


def test_the_contact_lies_in_its_own_table_only_and_goes_after_the_set_time(world, caplog, capsys):
    from reviews.correction_desk import erase_contacts, read_contact
    from reviews.models import ReportContact

    t = tools()
    t.clear_the_table(world)
    report = t.send(world).report
    assert read_contact(actor=world.clerk, report=report) == t.CONTACT
    with pytest.raises(NotAllowed):
        read_contact(actor=world.compliance, report=report)
    t.answer(world, report, "accept")
    t.correct(world, report)
    told = "".join((*capsys.readouterr(), caplog.text))
    for secret in ("13871234567", "张大妈"):
        assert secret not in everything_in_the_database(but=("reviews_reportcontact",)) + told
        assert secret in everything_in_the_database()
    assert AuditEvent.objects.filter(act="read_contact", outcome="done", actor_id="clerk").count() == 1

    today = timezone.localdate()
    with transaction.atomic():
        assert erase_contacts(today + 89 * DAY) == 0
        assert erase_contacts(today + 90 * DAY) == 1
    assert "13871234567" not in everything_in_the_database()
    assert not ReportContact.objects.exists()
    with pytest.raises(WrongState, match="到期删除"):
        read_contact(actor=world.clerk, report=report)


def test_a_region_sets_its_own_time_and_an_unanswered_report_keeps_none_for_ever(world):
    from reviews.correction_desk import UNANSWERED_DAYS, erase_contacts
    from reviews.models import DeskSetting, ReportContact

    t = tools()
    DeskSetting.objects.create(region=world.city, contact_days=10, report_days=3)
    answered, silent = t.send(world).report, t.send(world).report
    assert silent.due_on == Calendar().add(timezone.localdate(), 3)
    t.answer(world, answered, "reject")
    today = timezone.localdate()
    with transaction.atomic():
        assert (erase_contacts(today + 9 * DAY), erase_contacts(today + 10 * DAY)) == (0, 1)
        assert ReportContact.objects.get().report == silent
        assert erase_contacts(today + UNANSWERED_DAYS * DAY) == 1


def test_the_tables_of_reports_have_no_history_and_counts_go_the_next_day(world):
    from reviews.correction_desk import erase_contacts
    from reviews.models import ReaderReport, ReportContact, ReportStep, ReportTally

    tracked = {model.instance_type for model in apps.get_models() if hasattr(model, "instance_type")}
    assert not tracked & {ReaderReport, ReportContact, ReportStep, ReportTally}
    tools().send(world)
    with transaction.atomic():
        erase_contacts(timezone.localdate())
        assert ReportTally.objects.exists()
        erase_contacts(timezone.localdate() + DAY)
    assert not ReportTally.objects.exists()


def test_words_are_taken_out_by_an_audited_act_and_nothing_of_them_stays(world):
    from reviews.correction_desk import redact_report

    t = tools()
    report = t.send(world, text="王五住在解放路 9 号，电话不对").report
    given = {"parts": ["text"], "reason": "含他人住址", "seen_revision": report.revision}
    with pytest.raises(NotAllowed):
        redact_report(actor=world.head, report=report, **given)
    with pytest.raises(RuleBroken):
        redact_report(actor=world.publisher, report=report, **{**given, "reason": " "})
    with pytest.raises(RuleBroken):
        redact_report(actor=world.publisher, report=report, **{**given, "parts": ["contact"]})
    redact_report(actor=world.publisher, report=report, **given)
    kept = everything_in_the_database()
    assert "解放路" not in kept and "13871234567" not in kept
    event = AuditEvent.objects.get(act="redact_report", outcome="done")
    assert (event.actor_id, event.before_hash, event.after_hash) == ("publisher", "", "")
    assert "含他人住址" in event.detail


def test_the_steps_of_a_report_cannot_be_changed(world):
    from django.db import DatabaseError

    from reviews.models import ReportStep

    report = tools().send(world).report
    for statement in (lambda rows: rows.update(state="settled"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            statement(ReportStep.objects.filter(report=report))


def test_a_form_sent_by_two_hands_at_once_is_one_report(committed_world):
    from reviews.corrections import new_token
    from reviews.models import ReaderReport
    from tests.racing import race

    world, _ = committed_world
    t = tools()
    token = new_token(world.item(t.ITEM))
    results = race(*[lambda: t.send(world, token=token).number] * 4)
    assert all(each.won for each in results) and len({each.value for each in results}) == 1
    assert ReaderReport.objects.count() == 1
