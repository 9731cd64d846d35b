"""By when: the day on which a request's time in its present state ends, computed from its history whenever it is asked.

The clock of a stage runs from the working day after the request came in. It stops while the request is with its department for correction,
and goes on with what was left when the request comes back to the stage that returned it; a stage that passed it begins anew. Waiting for
the opinions of other departments does not stop it (no source says so). Deadlines are reckoned from the tables of limits and of working
days as they are now.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from departments.working_days import Calendar
from reviews.models import Change, ChangeRequest, Limit
from reviews.states import RequestState

SOON = 3
# (state, moment of entering it), oldest first
Trail = Sequence[tuple[str, datetime.datetime]]


@dataclass(frozen=True, slots=True)
class Deadline:
    """``left``: working days left, negative when overdue. ``confirmed``: the limit is; ``estimated``: a year on the way has no calendar."""

    due: datetime.date
    left: int
    days: int
    late: bool
    confirmed: bool = True
    estimated: bool = False

    @property
    def soon(self) -> bool:
        return not self.late and self.left <= SOON

    @property
    def tone(self) -> str:
        """The chip's tone; the words say the same."""
        return "bad" if self.late else "warn" if self.soon else "plain"

    @property
    def words(self) -> str:
        if self.late:
            told = f"逾期 {-self.left} 个工作日" if self.left else "已到期"
        else:
            told = f"剩 {self.left} 个工作日" if self.left else "今天到期"
        return f"{told}（预估）" if self.estimated else told

    @property
    def source(self) -> str:
        """What stands behind the words: day, limit, and what of it is not settled."""
        unsettled = "" if self.confirmed else "，时限待确认"
        return f"{self.due:%Y-%m-%d} 到期，时限 {self.days} 个工作日{unsettled}"


def deadline(start: datetime.date, days: int, today: datetime.date, calendar: Calendar, *, confirmed: bool = True) -> Deadline:
    """``days`` working days after ``start``, as seen ``today``."""
    return _seen(calendar.add(start, days), start, days, today, calendar, confirmed)


def deadlines_of(
    requests: Iterable[ChangeRequest], *, calendar: Calendar | None = None, today: datetime.date | None = None
) -> dict[int, Deadline]:
    """Request key → its deadline, for those whose state has a limit. At most five queries, however many requests."""
    limits = Limits()
    timed = [request for request in requests if request.state in limits.states]
    if not timed:
        return {}
    calendar, today = calendar or Calendar(), today or timezone.localdate()
    kinds, used = kinds_of([request.pk for request in timed]), _used_of(timed, calendar)
    found = {}
    for request in timed:
        limit = limits.of(request.state, kinds[request.pk])
        if limit is not None:
            found[request.pk] = _of(request, limit, used.get(request.pk, 0), today, calendar)
    return found


def deadline_of(request: ChangeRequest, *, kinds: Iterable[str], trail: Trail) -> Deadline | None:
    """The deadline of one request whose kinds of change and whose trail the caller has read: two queries."""
    limits = Limits()
    limit = limits.of(request.state, kinds) if request.state in limits.states else None
    if limit is None:
        return None
    calendar = Calendar()
    used = used_days(trail, request.state, calendar) if request.state != RequestState.RETURNED else 0
    return _of(request, limit, used, timezone.localdate(), calendar)


def _of(request: ChangeRequest, limit: Limit, used: int, today: datetime.date, calendar: Calendar) -> Deadline:
    start = timezone.localdate(request.state_since)
    return _seen(calendar.add(start, limit.days - used), start, limit.days, today, calendar, limit.confirmed)


def _seen(
    due: datetime.date, start: datetime.date, days: int, today: datetime.date, calendar: Calendar, confirmed: bool
) -> Deadline:
    return Deadline(
        due=due,
        left=calendar.between(today, due),
        days=days,
        late=today > due,
        confirmed=confirmed,
        estimated=calendar.is_estimated(min(start, due), due),
    )


class Limits:
    """The table of limits, read once."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Limit] = {(row.state, row.kind): row for row in Limit.objects.all()}
        self.states = {state for state, _ in self._rows}

    def of(self, state: str, kinds: Iterable[str]) -> Limit | None:
        """The longest limit that one of ``kinds`` has in ``state``."""
        rows = [self._rows.get((state, kind)) or self._rows.get((state, "")) for kind in kinds or [""]]
        return max((row for row in rows if row), key=lambda row: row.days, default=None)


def used_days(trail: Trail, state: str, calendar: Calendar) -> int:
    """Working days that ``state`` already used up in earlier visits that ended in a return and were not followed by a passage."""
    used, entered = 0, None
    for now, at in trail:
        if entered is not None and now != state:
            used = used + calendar.between(entered, timezone.localdate(at)) if now == RequestState.RETURNED else 0
            entered = None
        elif entered is None and now == state:
            entered = timezone.localdate(at)
    return used


def _used_of(requests: Sequence[ChangeRequest], calendar: Calendar) -> dict[int, int]:
    history = ChangeRequest.history
    states = {request.pk: request.state for request in requests if request.state != RequestState.RETURNED}
    came_back = set(history.filter(id__in=states, state=RequestState.RETURNED).values_list("id", flat=True))
    if not came_back:
        return {}
    trails: dict[int, list[tuple[str, datetime.datetime]]] = defaultdict(list)
    rows = history.filter(id__in=came_back).order_by("id", "history_date", "history_id")
    for key, state, at in rows.values_list("id", "state", "history_date"):
        if not trails[key] or trails[key][-1][0] != state:
            trails[key].append((state, at))
    return {key: used_days(trail, states[key], calendar) for key, trail in trails.items()}


def kinds_of(keys: Collection[int]) -> dict[int, set[str]]:
    """Request key → its kinds of change."""
    kinds: dict[int, set[str]] = {key: set() for key in keys}
    for key, kind in Change.objects.filter(request__in=keys).order_by().values_list("request_id", "kind").distinct():
        kinds[key].add(kind)
    return kinds
