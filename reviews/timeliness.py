"""How long requests were with somebody: each stay in a state, when it was due, and which submission followed which decision from above.

Read from the edit trail, reckoned with the tables of limits and of working days as they are now (like ``deadlines``).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from departments.models import Region
from departments.working_days import Calendar
from qingdan.items.models import Edition, EditionChange
from reviews.counting import adjustments
from reviews.deadlines import Limits, used_days
from reviews.models import Change, ChangeRequest, Directive, DirectiveTask
from reviews.states import RequestState, Stage


@dataclass(frozen=True, slots=True)
class Stay:
    """A request's stay in a state. ``left`` None: still there at the end of the period asked for."""

    request: int
    state: str
    entered: datetime.date
    due: datetime.date
    left: datetime.date | None

    @property
    def on_time(self) -> bool:
        return self.left is not None and self.left <= self.due


@dataclass(frozen=True, slots=True)
class Publication:
    """An adjustment and the day by which it was to be published, reckoned from the meeting's decision."""

    edition: Edition
    due: datetime.date

    @property
    def on_time(self) -> bool:
        return self.edition.published_on <= self.due


@dataclass(frozen=True, slots=True)
class Application:
    """A request that a decision from above gave rise to, and the day on which it was first submitted."""

    request: int
    directive: Directive
    submitted: datetime.date
    due: datetime.date

    @property
    def on_time(self) -> bool:
        return self.submitted <= self.due


def review_stays(region: Region, since: datetime.date, until: datetime.date, calendar: Calendar | None = None) -> list[Stay]:
    """Stays in a stage of review that ended in [since, until], and those that went on at ``until`` although they were overdue.

    A stay that the department ended by withdrawing is nobody's review and is left out.
    """
    calendar, limits = calendar or Calendar(), Limits()
    trails = _trails(region, until)
    kinds = _kinds(trails)
    found = []
    for key, trail in trails.items():
        for place, (state, at) in enumerate(trail):
            limit = limits.of(state, kinds[key]) if state in Stage.values else None
            if limit is None:
                continue
            after, moment = trail[place + 1] if place + 1 < len(trail) else (None, None)
            entered, left = timezone.localdate(at), timezone.localdate(moment) if moment else None
            due = calendar.add(entered, limit.days - used_days(trail[: place + 1], state, calendar))
            if after == RequestState.WITHDRAWN or (left < since if left else due >= until):
                continue
            found.append(Stay(key, state, entered, due, left))
    return found


def publications(region: Region, since: datetime.date, until: datetime.date, calendar: Calendar | None = None) -> list[Publication]:
    """The adjustments published in [since, until], due so many working days after they were decided."""
    calendar, limits = calendar or Calendar(), Limits()
    editions = list(adjustments(region, since=since, until=until))
    kinds: dict[int, set[str]] = defaultdict(set)
    for edition, kind in EditionChange.objects.filter(edition__in=editions).order_by().values_list("edition", "kind").distinct():
        kinds[edition].add(kind)
    found = [(each, limits.of(RequestState.APPROVED, kinds[each.pk])) for each in editions]
    return [Publication(each, calendar.add(each.decided_on, limit.days)) for each, limit in found if limit]


def applications(
    region: Region, since: datetime.date, until: datetime.date, days: int, calendar: Calendar | None = None
) -> list[Application]:
    """Requests first submitted in [since, until] that name a decision from above or answer its task, due ``days`` working days after it.

    Of several decisions the earliest counts. What was split off from another request was submitted with that one.
    """
    calendar = calendar or Calendar()
    above: dict[int, list[Directive]] = defaultdict(list)
    named = ChangeRequest.objects.filter(region=region, origin=None).exclude(directive=None).order_by("pk")
    for request in named.select_related("directive").only("directive"):
        above[request.pk].append(request.directive)
    answers = DirectiveTask.objects.filter(request__region=region, request__origin=None).order_by("pk")
    for task in answers.select_related("directive"):
        above[task.request_id].append(task.directive)
    found = []
    for key, trail in sorted(_trails(region, until, above).items()):
        submitted = next((timezone.localdate(at) for state, at in trail if state == RequestState.COMPLIANCE), None)
        if submitted is not None and submitted >= since:
            directive = min(above[key], key=lambda each: (each.decided_on, each.pk))
            found.append(Application(key, directive, submitted, calendar.add(directive.decided_on, days)))
    return found


def _trails(
    region: Region, until: datetime.date, keys: Iterable[int] | None = None
) -> dict[int, list[tuple[str, datetime.datetime]]]:
    """Request key → (state, moment of entering it) up to the end of ``until``, oldest first; of all requests of the region or of ``keys``."""
    rows = ChangeRequest.history.filter(region_id=region.pk, history_date__lt=_end_of(until))
    if keys is not None:
        rows = rows.filter(id__in=list(keys))
    trails: dict[int, list[tuple[str, datetime.datetime]]] = defaultdict(list)
    for key, state, at in rows.order_by("id", "history_date", "history_id").values_list("id", "state", "history_date"):
        if not trails[key] or trails[key][-1][0] != state:
            trails[key].append((state, at))
    return trails


def _kinds(trails: dict[int, object]) -> dict[int, set[str]]:
    kinds: dict[int, set[str]] = defaultdict(set)
    for key, kind in Change.objects.filter(request__in=list(trails)).order_by().values_list("request_id", "kind").distinct():
        kinds[key].add(kind)
    return kinds


def _end_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()))
