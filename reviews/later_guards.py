"""The guard over the tables of ``later_states``: who, before when, before what; and the conditional moves."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model, QuerySet
from django.utils import timezone

from departments.models import Posting
from departments.people import Actor
from departments.posts import DEPARTMENT_POSTS, Post
from qingdan.errors import NotAllowed, Refusal, RuleBroken, Violation, WrongState
from reviews.later_announcements import tell_of_filing, tell_of_measure, tell_of_reform
from reviews.later_states import (
    FILING_TRANSITIONS,
    MEASURE_TRANSITIONS,
    REFORM_TRANSITIONS,
    REPORT_TRANSITIONS,
    FilingAction,
    FilingState,
    MeasureAction,
    MeasureState,
    ReportAction,
    ReportState,
)
from reviews.models import Filing, Measure, ReaderReport, Reform
from reviews.states import Transition, find


def check_can_act_on_measure(
    *, actor: Actor, measure: Measure, action: str, opinion: str | None = None
) -> tuple[Transition, Posting]:
    """The table's row and the posting. Raises NotAllowed (404 for a stranger), WrongState, RuleBroken S01 without the opinion."""
    if not Measure.objects.visible_to(actor.user).filter(pk=measure.pk).exists():
        raise NotAllowed("没有这项办理", stranger=True)
    label = MeasureAction(action).label
    row = find(MEASURE_TRANSITIONS, measure.state, action)
    posting = _holding(actor, MEASURE_TRANSITIONS, action, measure, label)
    return _allowed(row, posting, label, MeasureState(measure.state).label, opinion)


def check_can_act_on_reform(*, actor: Actor, reform: Reform, action: str, opinion: str | None = None) -> tuple[Transition, Posting]:
    """As for measures, with 编办 as the one who agrees."""
    if not Reform.objects.visible_to(actor.user).filter(pk=reform.pk).exists():
        raise NotAllowed("没有这项办理", stranger=True)
    label = MeasureAction(action).label
    row = find(REFORM_TRANSITIONS, reform.state, action)
    posting = _holding(actor, REFORM_TRANSITIONS, action, reform, label)
    return _allowed(row, posting, label, MeasureState(reform.state).label, opinion)


def check_post_on_measure(*, actor: Actor, measure: Measure, action: str) -> Posting:
    """WHO alone, whatever the state: what a page asks before it reads a form."""
    return _holding(actor, MEASURE_TRANSITIONS, action, measure, MeasureAction(action).label)


def check_post_on_reform(*, actor: Actor, reform: Reform, action: str) -> Posting:
    """As ``check_post_on_measure``, with 编办 as the one who agrees."""
    return _holding(actor, REFORM_TRANSITIONS, action, reform, MeasureAction(action).label)


def check_can_act_on_filing(*, actor: Actor, filing: Filing, action: str, opinion: str | None = None) -> tuple[Transition, Posting]:
    """As for measures; 司法 is that of the region that receives the filing."""
    if not Filing.objects.visible_to(actor.user).filter(pk=filing.pk).exists():
        raise NotAllowed("没有这个备案", stranger=True)
    label = FilingAction(action).label
    row = find(FILING_TRANSITIONS, filing.state, action)
    posting = _holding(actor, FILING_TRANSITIONS, action, filing, label)
    return _allowed(row, posting, label, FilingState(filing.state).label, opinion)


def check_can_act_on_report(
    *, actor: Actor, report: ReaderReport, action: str, opinion: str | None = None
) -> tuple[Transition, Posting]:
    """As for measures; an adjustment that came to nothing counts as no answer."""
    if not ReaderReport.objects.visible_to(actor.user).filter(pk=report.pk).exists():
        raise NotAllowed("没有这件读者纠错", stranger=True)
    label, state = ReportAction(action).label, report.present_state
    row = find(REPORT_TRANSITIONS, state, action)
    posting = _holding(actor, REPORT_TRANSITIONS, action, report, label)
    return _allowed(row, posting, label, ReportState(state).label, opinion)


def _holding(actor: Actor, table: Iterable[Transition], action: str, obj: Measure | Filing | ReaderReport, label: str) -> Posting:
    posts = sorted({post for row in table if row.action == action for post in row.posts})
    for post in posts:
        if post in DEPARTMENT_POSTS:
            if (posting := actor.holding(post, department=obj.department)) is not None:
                return posting
            continue
        region = obj.receiver if isinstance(obj, Filing) and post == Post.LEGALITY else obj.region
        if (posting := actor.holding(post, region=region)) is not None:
            return posting
    raise NotAllowed(f"“{label}”须由{'、'.join(Post(post).label for post in posts)}办理")


def _allowed(row: Transition | None, posting: Posting, label: str, state: str, opinion: str | None) -> tuple[Transition, Posting]:
    if row is None:
        raise WrongState(f"当前状态是“{state}”，不能{label}；可能已由他人处理，请刷新后再看")
    if row.opinion and opinion is not None and not opinion.strip():
        raise RuleBroken(Violation("S01", f"{label}须写明意见", "意见"))
    return row, posting


def measure_actions(actor: Actor, measure: Measure) -> list[str]:
    """Actions that ``actor`` may take now on a measure: what the page shows as buttons."""
    return [each for each in MeasureAction if _may(check_can_act_on_measure, actor=actor, measure=measure, action=each)]


def reform_actions(actor: Actor, reform: Reform) -> list[str]:
    """Actions that ``actor`` may take now on a reform."""
    return [each for each in MeasureAction if _may(check_can_act_on_reform, actor=actor, reform=reform, action=each)]


def filing_actions(actor: Actor, filing: Filing) -> list[str]:
    """Actions that ``actor`` may take now on a filing."""
    return [each for each in FilingAction if _may(check_can_act_on_filing, actor=actor, filing=filing, action=each)]


def report_actions(actor: Actor, report: ReaderReport) -> list[str]:
    """Actions that ``actor`` may take now on a report; publication is none of them: it comes with the batch."""
    offered = [each for each in ReportAction if each not in (ReportAction.RECEIVE, ReportAction.PUBLISH)]
    return [each for each in offered if _may(check_can_act_on_report, actor=actor, report=report, action=each)]


def _may(check, **arguments) -> bool:
    try:
        check(**arguments)
    except Refusal:
        return False
    return True


def move_measure(*, measure: Measure, target: str, actor: Actor, reason: str, **fields) -> None:
    """Conditional update on (state, content) with its history row; who settles it and when are kept unless it is only withdrawn."""
    if target != MeasureState.WITHDRAWN:
        fields |= {"settled_by": actor.user, "settled_at": timezone.now()}
    found = Measure.objects.filter(pk=measure.pk, state=measure.state, content_hash=measure.content_hash)
    _move(measure, found, actor, reason, {**fields, "state": target})
    tell_of_measure(measure=measure, actor=actor)


def move_reform(*, reform: Reform, target: str, actor: Actor, reason: str, **fields) -> None:
    """Conditional update on the state with its history row."""
    if target != MeasureState.WITHDRAWN:
        fields |= {"settled_by": actor.user, "settled_at": timezone.now()}
    found = Reform.objects.filter(pk=reform.pk, state=reform.state)
    _move(reform, found, actor, reason, {**fields, "state": target})
    tell_of_reform(reform=reform, actor=actor)


def move_filing(*, filing: Filing, target: str, actor: Actor, reason: str, **fields) -> None:
    """Conditional update on (state, round) with its history row."""
    found = Filing.objects.filter(pk=filing.pk, state=filing.state, round=filing.round)
    _move(filing, found, actor, reason, {**fields, "state": target})
    tell_of_filing(filing=filing, actor=actor)


def _move(obj: Model, found: QuerySet, actor: Actor, reason: str, fields: dict[str, object]) -> None:
    if found.update(**fields) != 1:
        raise WrongState(f"“{obj}”已由他人处理，请刷新后再看")
    obj.refresh_from_db()
    obj._change_reason = reason
    type(obj).history.bulk_history_create([obj], update=True, default_user=actor.user, default_change_reason=reason)
