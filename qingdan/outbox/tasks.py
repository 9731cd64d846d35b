"""Daily tasks: a room registers a function in its module ``daily_tasks``; the worker runs each once a day, whoever else runs too.

What must follow within seconds is a watch: every worker calls it each time it looks for work.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from qingdan.outbox.leases import finish, put_back, take
from qingdan.outbox.models import TaskRun
from qingdan.outbox.queue import drop_old

LEASE = datetime.timedelta(minutes=15)
Task = Callable[[datetime.date], object]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Daily:
    """A function of the day; what it returns is kept as the run's result (a number, say)."""

    run: Task
    at: datetime.time


TASKS: dict[str, Daily] = {}
WATCHES: list[Callable[[], object]] = []


class LostLease(Exception):
    """Another worker took the task over while this one ran it: nothing of ours is kept."""


def daily_task(name: str, *, at: datetime.time = datetime.time(7, 0)) -> Callable[[Task], Task]:
    """Mark a function of the day that is run once on each day, not before ``at`` (local time). What it writes and that it ran are one transaction."""

    def mark(function: Task) -> Task:
        TASKS[name] = Daily(function, at)
        return function

    return mark


def watch(function: Callable[[], object]) -> Callable[[], object]:
    """Mark a cheap function that every worker calls each time it looks for work; several at once must do no harm."""
    WATCHES.append(function)
    return function


def keep_watch() -> None:
    """Call every watch; one that fails keeps nobody from work. Raises DatabaseError."""
    for function in WATCHES:
        try:
            function()
        except DatabaseError:
            raise
        except Exception:
            logger.exception("the watch %s failed", function.__name__)


def discover() -> None:
    """Import every room's ``daily_tasks``."""
    autodiscover_modules("daily_tasks")


def run_next() -> bool:
    """Run one task that is due today; False if none is."""
    now = timezone.localtime()
    due = [name for name, task in TASKS.items() if task.at <= now.time()]
    _enter(due, now.date())
    run = take(TaskRun.objects.filter(name__in=due, day=now.date()), LEASE)
    if run is None:
        return False
    try:
        with transaction.atomic():
            result = TASKS[run.name].run(run.day)
            if not finish(run, result="" if result is None else str(result)[:200]):
                raise LostLease
    except LostLease:
        logger.warning("task %s of %s was taken over by another worker", run.name, run.day)
    except Exception as error:
        logger.exception("task %s of %s failed", run.name, run.day)
        put_back(run, f"{type(error).__name__}: {error}")
    return True


def _enter(names: list[str], day: datetime.date) -> None:
    there = set(TaskRun.objects.filter(name__in=names, day=day).values_list("name", flat=True))
    if missing := [TaskRun(name=name, day=day) for name in names if name not in there]:
        TaskRun.objects.bulk_create(missing, ignore_conflicts=True)


@daily_task("发件箱清理", at=datetime.time(3, 0))
def clean_outbox(day: datetime.date) -> int:
    return drop_old()
