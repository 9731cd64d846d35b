"""Where a request stands, in words: its steps with names and days, and whose turn it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from departments.posts import Post
from reviews.models import Batch, ChangeRequest, Decision, RouteRule
from reviews.route import missing_parts_of
from reviews.states import BatchState, RequestState, Stage

TONES = {
    RequestState.RETURNED: "bad",
    RequestState.REFUSED: "bad",
    RequestState.WITHDRAWN: "",
    RequestState.PUBLISHED: "good",
    RequestState.APPROVED: "good",
    RequestState.DRAFT: "",
}
BATCH_TONES = {
    BatchState.PUBLISHED: "good",
    BatchState.DECIDED: "good",
    BatchState.DISSOLVED: "",
    BatchState.AMENDING: "warn",
    BatchState.RECORDED: "warn",
}
_ORDER = [
    RequestState.DRAFT,
    RequestState.COMPLIANCE,
    RequestState.LEGALITY,
    RequestState.AWAITING,
    RequestState.BATCHED,
    RequestState.APPROVED,
    RequestState.PUBLISHED,
]
_OVER = {
    RequestState.PUBLISHED: "已办结",
    RequestState.REFUSED: "已办结：不予通过",
    RequestState.WITHDRAWN: "已办结：部门已撤回",
}


@dataclass(frozen=True, slots=True)
class Step:
    """``standing``: done | now | stopped | todo, with the word that a screen reader is told."""

    name: str
    standing: str
    detail: str = ""
    on: datetime.date | None = None

    @property
    def word(self) -> str:
        return {"done": "已完成", "now": "当前", "stopped": "在此中止", "todo": "未到"}[self.standing]


def tone_of(state: str) -> str:
    """The chip's tone for a state: good, bad, info or plain."""
    return TONES.get(state, "info")


def turns_of(requests: Iterable[ChangeRequest]) -> dict[int, str]:
    """Request key → whose turn it is. Departments and batches must have been selected along; four queries in all."""
    requests = list(requests)
    missing = missing_parts_of(requests)
    return {request.pk: turn_of(request, missing.get(request.pk, [])) for request in requests}


def turn_of(request: ChangeRequest, missing: list[RouteRule]) -> str:
    """Whose turn a request is. ``missing``: the parts whose word is due now."""
    if request.state in _OVER:
        return _OVER[request.state]
    if request.state == RequestState.DRAFT:
        return f"{request.department}：完善后由部门负责人提交"
    if request.state == RequestState.RETURNED:
        return f"{request.department}：补正后由部门负责人重新提交"
    if request.state in (RequestState.COMPLIANCE, RequestState.LEGALITY):
        return "、".join(f"{Post(rule.post).label}（{rule.get_part_display()}）" for rule in missing)
    short = request.batch_id is not None and request.batch.without_meeting
    if request.state == RequestState.BATCHED and not short and request.batch and request.batch.state == BatchState.FROZEN:
        return f"{Post.COUNCIL.label}：等待常务会审议"
    words = {RequestState.AWAITING: "等待汇总成批", RequestState.BATCHED: "正在汇总", RequestState.APPROVED: "等待公布"}
    return f"{Post.PUBLISHER.label}：{words[request.state]}"


def steps_of(request: ChangeRequest, decisions: list[Decision], trail: Iterable[tuple[str, int, datetime.datetime]]) -> list[Step]:
    """The way of the present revision. ``decisions``: all of the request, with persons; ``trail``: state, revision and moment, oldest first."""
    entered = {}
    previous = None
    for state, revision, at in trail:
        if revision == request.revision and state != previous:
            entered[state] = timezone.localtime(at).date()
        previous = state
    reached = _reached(request, entered, decisions)
    stopped = request.state in (RequestState.RETURNED, RequestState.REFUSED, RequestState.WITHDRAWN)
    details = {
        RequestState.COMPLIANCE: _spoken(decisions, request.revision, Stage.COMPLIANCE),
        RequestState.LEGALITY: _spoken(decisions, request.revision, Stage.LEGALITY),
    }
    submitted_on = entered.get(RequestState.COMPLIANCE)
    submitter = request.submitted_by.name if submitted_on and request.submitted_by_id else ""
    facts = [
        ("起草", request.created_by.name, timezone.localtime(request.created_at).date()),
        ("提交", submitter, submitted_on),
        ("合规审查", *details[RequestState.COMPLIANCE]),
        ("合法性审查", *details[RequestState.LEGALITY]),
        ("汇总成批", request.batch.title if request.batch_id else "", entered.get(RequestState.BATCHED)),
        _meeting_step(request.batch if request.batch_id else None),
        ("公布", "", entered.get(RequestState.PUBLISHED)),
    ]
    steps = []
    for place, (name, detail, on) in enumerate(facts):
        if place < reached or request.state == RequestState.PUBLISHED:
            steps.append(Step(name, "done", detail, on))
        elif place == reached:
            steps.append(Step(name, "stopped" if stopped else "now", detail, on))
        else:
            steps.append(Step(name, "todo"))
    return steps


def _meeting_step(batch: Batch | None) -> tuple[str, str, datetime.date | None]:
    """The sixth step: the meeting, or by what it needs none."""
    if batch is not None and batch.without_meeting:
        return "按规定不经常务会审议", batch.short_basis, batch.settled_on
    meeting = batch.meeting if batch is not None else None
    return "常务会审议", meeting.title if meeting else "", meeting.held_on if meeting else None


def _reached(request: ChangeRequest, entered: dict, decisions: list[Decision]) -> int:
    """The place among the seven steps at which the request stands, or at which it was stopped."""
    places = {
        RequestState.DRAFT: 1,
        RequestState.COMPLIANCE: 2,
        RequestState.LEGALITY: 3,
        RequestState.AWAITING: 4,
        RequestState.BATCHED: 5 if request.batch_id and request.batch.submission_hash else 4,
        RequestState.APPROVED: 6,
        RequestState.PUBLISHED: 7,
    }
    if request.state in places:
        return places[request.state]
    last = [state for state in _ORDER if state in entered]
    return places[last[-1]] if last else 1


def _spoken(decisions: list[Decision], revision: int, stage: str) -> tuple[str, datetime.date | None]:
    spoken = [each for each in decisions if each.revision == revision and each.stage == stage]
    if not spoken:
        return "", None
    names = "、".join(f"{each.person.name} {each.get_part_display()}{each.get_outcome_display()}" for each in spoken)
    return names, timezone.localtime(spoken[-1].at).date()
