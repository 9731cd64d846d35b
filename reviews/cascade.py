"""How far a decision from above has got: each task's standing, each line's end, the decisions below it, down to published editions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Prefetch
from django.utils import timezone

from departments.models import Department
from departments.working_days import Calendar
from qingdan.items.models import Edition
from reviews.models import Change, ChangeRequest, Directive, DirectiveLine, DirectiveTask
from reviews.states import OPEN, RequestState, TaskState


class End(models.TextChoices):
    """What has become of a line or of one task, the most pressing first."""

    OVERDUE = "overdue", "逾期"
    UNANSWERED = "unanswered", "未答复"
    UNGIVEN = "ungiven", "未交办"
    UNDER_WAY = "under_way", "在办"
    PUBLISHED = "published", "已公布"
    NOT_CONCERNED = "not_concerned", "不涉及"
    CANCELLED = "cancelled", "已撤销"


# With these a line has its end.
OVER = frozenset({End.PUBLISHED, End.NOT_CONCERNED, End.CANCELLED})
_PRESSING = (End.OVERDUE, End.UNANSWERED, End.UNDER_WAY, End.PUBLISHED, End.NOT_CONCERNED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one task stands. ``changes``: what its request changes; ``edition``: the published version that carries it."""

    task: DirectiveTask
    end: End
    detail: str = ""
    changes: Sequence[Change] = ()
    edition: Edition | None = None


@dataclass(slots=True)
class LineStanding:
    """One line with its own tasks and those of the lines that pass it on."""

    line: DirectiveLine | None
    standings: list[Standing] = field(default_factory=list)

    @property
    def end(self) -> End:
        return end_of(each.end for each in self.standings)

    @property
    def editions(self) -> list[Edition]:
        return list({each.edition.pk: each.edition for each in self.standings if each.edition}.values())


@dataclass(slots=True)
class Cascade:
    """A decision, its lines, and the decisions that pass it on."""

    directive: Directive
    lines: list[LineStanding]
    children: list[Cascade] = field(default_factory=list)

    @property
    def ended(self) -> int:
        """How many lines have their end: published, or nobody is concerned."""
        return sum(each.end in OVER for each in self.lines)

    @property
    def standings(self) -> list[Standing]:
        return [standing for each in self.lines for standing in each.standings]


def full_tasks(tasks):
    """Tasks with all that ``standing_of`` looks at: a constant number of queries."""
    related = tasks.select_related(
        "directive__region",
        "line",
        "department__region",
        "received_by",
        "answered_by",
        "request__batch__edition__region",
    ).defer("request__batch__submission", "request__batch__edition__manifest")
    changes = Change.objects.defer("content_bytes").order_by("position")
    followups = ChangeRequest.objects.select_related("batch__edition__region").order_by("pk")
    followups = followups.defer("batch__submission", "batch__edition__manifest")
    return related.prefetch_related(
        Prefetch("request__changes", changes),
        Prefetch("request__followups", followups),
        Prefetch("request__followups__changes", changes),
        Prefetch("request__followups__followups", followups),
        Prefetch("request__followups__followups__changes", changes),
    )


def time_left(due_on: datetime.date, today: datetime.date, calendar: Calendar) -> str:
    """还剩 3 个工作日, 今天到期, 超期 2 个工作日; years whose holidays are not announced yet are marked 预估."""
    if due_on == today:
        return "今天到期"
    estimated = "（预估）" if calendar.is_estimated(today, due_on) else ""
    if due_on > today:
        return f"还剩 {calendar.between(today, due_on)} 个工作日{estimated}"
    late = calendar.between(due_on, today)
    return f"超期 {late} 个工作日{estimated}" if late else "已过期限"


def standing_of(task: DirectiveTask, today: datetime.date, calendar: Calendar) -> Standing:
    """In words, for one task that ``full_tasks`` gave."""
    if task.is_unanswered:
        words = []
        if task.state == TaskState.PROPOSED:
            words.append("经办人拟答不涉及，待负责人确认")
        if task.state == TaskState.REQUESTED:
            words.append(f"申请 {task.request.number} {task.request.get_state_display()}，须重新答复")
        if task.received_at:
            words.append("已签收")
        if task.due_on < today:
            return Standing(task, End.OVERDUE, "，".join([time_left(task.due_on, today, calendar), *words]))
        return Standing(task, End.UNANSWERED, "，".join(words))
    if task.state == TaskState.CANCELLED:
        return Standing(task, End.CANCELLED, "交办已撤销，不须答复")
    if task.state == TaskState.NOT_CONCERNED:
        return Standing(task, End.NOT_CONCERNED, task.explanation)
    under_way = [each for each in task.request.family if each.state in OPEN]
    published = [each for each in task.request.family if each.state == RequestState.PUBLISHED and each.is_alive]
    edition = published[-1].batch.edition if published else None
    if under_way:
        shown = [each for each in [*under_way, *published] if each.state != RequestState.DRAFT]
        words = "草拟中" if under_way[0].state == RequestState.DRAFT else under_way[0].get_state_display()
        return Standing(task, End.UNDER_WAY, words, [change for each in shown for change in each.changes.all()], edition)
    return Standing(task, End.PUBLISHED, "", [change for each in published for change in each.changes.all()], edition)


def end_of(ends: Iterable[End]) -> End:
    """The end of a line from those of its tasks: the most pressing one; 未交办 where there is none."""
    found = set(ends)
    return next((end for end in _PRESSING if end in found), End.UNGIVEN)


def cascade_of(directive: Directive, *, today: datetime.date | None = None) -> Cascade:
    """The decision with everything that hangs below it."""
    directives = [directive]
    level = [directive.pk]
    while level:
        below = list(Directive.objects.filter(parent__in=level).select_related("region").order_by("decided_on", "pk"))
        directives += below
        level = [each.pk for each in below]
    return _nested(directives, today or timezone.localdate())[directive.pk]


def cascades_of(directives: Sequence[Directive], *, today: datetime.date | None = None) -> dict[int, Cascade]:
    """Each of these decisions with its own lines; a line's end counts what is passed on within these decisions."""
    return _nested(directives, today or timezone.localdate())


def _nested(directives: Sequence[Directive], today: datetime.date) -> dict[int, Cascade]:
    keys = [each.pk for each in directives]
    lines = list(DirectiveLine.objects.filter(directive__in=keys).order_by("position"))
    by_line = {line.pk: LineStanding(line) for line in lines}
    whole: dict[int, LineStanding] = {}
    calendar = Calendar()
    origins = {line.pk: line.origin_id for line in lines}
    tasks = DirectiveTask.objects.filter(directive__in=keys).exclude(state=TaskState.CANCELLED)
    for task in full_tasks(tasks).order_by("department__region__code", "department__order", "pk"):
        standing = standing_of(task, today, calendar)
        if task.line_id is None:
            whole.setdefault(task.directive_id, LineStanding(None)).standings.append(standing)
        key = task.line_id
        while key in by_line:
            by_line[key].standings.append(standing)
            key = origins[key]
    cascades = {}
    for each in directives:
        own = [by_line[line.pk] for line in lines if line.directive_id == each.pk]
        cascades[each.pk] = Cascade(each, ([whole[each.pk]] if each.pk in whole else []) + own)
    for each in directives:
        if each.parent_id in cascades:
            cascades[each.parent_id].children.append(cascades[each.pk])
    return cascades


@dataclass(slots=True)
class BoardRow:
    """One department's part: how many of its tasks stand where."""

    department: Department
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def board_of(standings: Iterable[Standing]) -> list[BoardRow]:
    """Department × end, those with most overdue first, then those with most unanswered, then in official order."""
    rows: dict[int, BoardRow] = {}
    for each in standings:
        row = rows.setdefault(
            each.task.department_id, BoardRow(each.task.department, {end.value: 0 for end in End if end != End.UNGIVEN})
        )
        row.counts[each.end] += 1
    return sorted(
        rows.values(),
        key=lambda row: (
            -row.counts[End.OVERDUE],
            -row.counts[End.UNANSWERED],
            row.department.region.code,
            row.department.order,
            row.department.pk,
        ),
    )
