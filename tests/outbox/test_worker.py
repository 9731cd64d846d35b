"""The outbox and the daily tasks: carried out once, whoever is killed and however many work at them."""

import datetime
import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from qingdan.outbox import leases, queue, tasks
from qingdan.outbox.models import OutboxEntry, TaskRun
from tests.racing import race

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime.datetime(2026, 3, 2, 4, 0, tzinfo=datetime.UTC)  # 12:00 in Xiangyang


@pytest.fixture
def carried(monkeypatch) -> list[str]:
    """Keys of what the test's own kind of entry carried out."""
    done: list[str] = []
    monkeypatch.setitem(queue.HANDLERS, "test", lambda key, payload: done.append(key))
    return done


def put(*keys: str) -> None:
    with transaction.atomic():
        queue.put("test", [(key, {"key": key}) for key in keys])


def test_it_carries_out_each_entry_once_in_the_order_of_writing(db, carried):
    put("a", "b", "c")
    while queue.deliver_next():
        pass
    assert carried == ["a", "b", "c"]
    assert not OutboxEntry.objects.filter(done_at=None).exists()


def test_the_same_key_is_written_once(db, carried):
    put("a")
    put("a", "b")
    assert OutboxEntry.objects.count() == 2


def test_an_entry_goes_with_the_act_that_was_refused(db, carried):
    with pytest.raises(ValueError, match="refused"), transaction.atomic():
        queue.put("test", [("a", {})])
        raise ValueError("refused")
    assert not queue.deliver_next() and carried == []


def test_outside_of_a_transaction_nothing_is_written(committed_db, carried):
    with pytest.raises(RuntimeError, match="transaction"):
        queue.put("test", [("a", {})])
    assert not OutboxEntry.objects.exists()


def test_a_watch_is_called_at_every_look_and_one_that_fails_keeps_nobody_from_work(db, carried, monkeypatch):
    def fail():
        raise OSError("no space left on device")

    looks: list[str] = []
    monkeypatch.setattr(tasks, "WATCHES", [fail, lambda: looks.append("again")])
    put("a")
    for _ in range(2):
        call_command("run_worker", once=True, stdout=StringIO())
    assert (looks, carried) == (["again", "again"], ["a"])


def test_a_failure_is_kept_and_tried_again_later_each_time_later(db, monkeypatch):
    def fail(key, payload):
        raise OSError("connection refused")

    monkeypatch.setitem(queue.HANDLERS, "test", fail)
    with time_machine.travel(NOON, tick=False) as clock:
        put("a")
        waits = []
        for _ in range(leases.MOST_ATTEMPTS):
            assert queue.deliver_next()
            assert not queue.deliver_next(), "it is not tried again at once"
            entry = OutboxEntry.objects.get()
            assert entry.last_error == "OSError: connection refused"
            if entry.next_attempt_at:
                waits.append(entry.next_attempt_at - timezone.now())
                clock.move_to(entry.next_attempt_at)
        assert waits[:3] == [datetime.timedelta(minutes=n) for n in (1, 2, 4)] and max(waits) == datetime.timedelta(hours=6)
        assert entry.next_attempt_at is None, "after so many times it waits for a person"
        assert leases.revive(OutboxEntry) == 1
        monkeypatch.setitem(queue.HANDLERS, "test", lambda key, payload: None)
        assert queue.deliver_next()
    assert OutboxEntry.objects.get().done_at


def test_what_a_killed_worker_held_is_taken_up_after_its_lease(db, carried):
    with time_machine.travel(NOON, tick=False) as clock:
        put("a")
        killed = leases.take(OutboxEntry.objects.all(), queue.LEASE)
        assert not queue.deliver_next(), "it is held"
        clock.shift(queue.LEASE + datetime.timedelta(seconds=1))
        assert queue.deliver_next() and carried == ["a"]
        assert not leases.finish(killed), "the first holder lost it"


def test_old_entries_are_dropped_and_waiting_ones_never(db, carried):
    with time_machine.travel(NOON, tick=False) as clock:
        put("done")
        queue.deliver_next()
        clock.shift(queue.KEPT + datetime.timedelta(days=1))
        put("waiting")
        assert queue.drop_old() == 1
    assert OutboxEntry.objects.get().key == "waiting"


def test_two_workers_at_once_carry_out_everything_once(committed_db, carried):
    put(*(f"entry {n}" for n in range(30)))

    def work():
        count = 0
        while queue.deliver_next():
            count += 1
        return count

    outcomes = race(work, work)
    assert all(outcome.won for outcome in outcomes), outcomes
    while queue.deliver_next():
        pass
    assert sorted(carried) == sorted(f"entry {n}" for n in range(30))


@pytest.fixture
def counted(monkeypatch) -> list[datetime.date]:
    """Days on which the test's own daily task ran; no other task is registered."""
    days: list[datetime.date] = []
    monkeypatch.setattr(tasks, "TASKS", {"数数": tasks.Daily(lambda day: days.append(day), datetime.time(8, 0))})
    return days


def test_a_daily_task_runs_once_a_day_and_not_before_its_hour(db, counted):
    with time_machine.travel(NOON - datetime.timedelta(hours=5), tick=False) as clock:
        assert not tasks.run_next(), "7:00"
        clock.move_to(NOON)
        assert tasks.run_next() and not tasks.run_next()
        clock.shift(datetime.timedelta(days=1))
        assert tasks.run_next() and not tasks.run_next()
    assert counted == [datetime.date(2026, 3, 2), datetime.date(2026, 3, 3)]


def test_a_task_that_fails_leaves_nothing_and_is_tried_again(db, monkeypatch):
    def half(day):
        with transaction.atomic():
            queue.put("test", [("half", {})])
        raise ValueError("half done")

    monkeypatch.setattr(tasks, "TASKS", {"半途": tasks.Daily(half, datetime.time(8, 0))})
    with time_machine.travel(NOON, tick=False) as clock:
        assert tasks.run_next()
        run = TaskRun.objects.get()
        assert run.last_error == "ValueError: half done" and run.done_at is None
        assert not OutboxEntry.objects.exists()
        clock.move_to(run.next_attempt_at)
        monkeypatch.setattr(tasks, "TASKS", {"半途": tasks.Daily(lambda day: 7, datetime.time(8, 0))})
        assert tasks.run_next()
    run.refresh_from_db()
    assert run.done_at and run.result == "7" and run.last_error == ""


def test_a_task_taken_over_meanwhile_keeps_nothing_of_the_slow_worker(db, monkeypatch):
    def slow(day):
        queue.put("test", [("slow", {})])
        TaskRun.objects.update(lease_by="another")

    monkeypatch.setattr(tasks, "TASKS", {"慢": tasks.Daily(slow, datetime.time(8, 0))})
    with time_machine.travel(NOON, tick=False):
        assert tasks.run_next()
    assert not OutboxEntry.objects.exists() and TaskRun.objects.get().done_at is None


def test_two_workers_at_once_run_a_task_once(committed_db, counted):
    with time_machine.travel(NOON, tick=False):
        outcomes = race(tasks.run_next, tasks.run_next)
        assert all(outcome.won for outcome in outcomes), outcomes
        tasks.run_next()
    assert len(counted) == 1


def test_the_command_does_what_is_due_and_ends(db, carried):
    put("a", "b")
    out = StringIO()
    call_command("run_worker", "--once", stdout=out)
    assert carried == ["a", "b"] and out.getvalue().startswith("已处理 ")


def test_a_running_worker_ends_soon_when_told_to(committed_db):
    with transaction.atomic():
        queue.put("mail", [("m", {"to": "a@example.cn", "subject": "s", "body": "正文"})])
    environment = {**os.environ, **committed_db.env}
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "run_worker", "--pause", "0.1"], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while OutboxEntry.objects.filter(done_at=None).exists() and time.monotonic() < deadline:
        assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert OutboxEntry.objects.get(key="m").done_at
    assert "Message-ID" in worker.stdout.read().decode()
