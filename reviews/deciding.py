"""The two reviews: one act for both stages. A decision binds the revision and hash that the reviewer saw."""

from __future__ import annotations

from departments.acting import act
from departments.people import Actor
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.guards import check_can_act_on_request, move_request
from reviews.models import ChangeRequest, Decision, RouteRule
from reviews.requests import check_seen, close_changes
from reviews.route import STAGE_OF_STATE, missing_parts
from reviews.states import RequestAction, RequestState

_ACTION = {
    Decision.Outcome.PASSED: RequestAction.PASS,
    Decision.Outcome.RETURNED: RequestAction.RETURN,
    Decision.Outcome.REFUSED: RequestAction.REFUSE,
}
_ACT = {
    Decision.Outcome.PASSED: "pass_request",
    Decision.Outcome.RETURNED: "return_request",
    Decision.Outcome.REFUSED: "refuse_request",
}


@act("decide_request")
def decide_request(
    *, actor: Actor, request: ChangeRequest, outcome: str, opinion: str = "", seen_hash: str, part: str = ""
) -> Decision:
    """One reviewer's word on the present stage. ``part`` is asked only of who may speak for two parts.

    Raises NotAllowed (author, other stage, wrong post), WrongState (already decided, content changed), RuleBroken S01.
    """
    request = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    row, _posting = check_can_act_on_request(
        actor=actor, request=request, action=_ACTION[Decision.Outcome(outcome)], opinion=opinion
    )
    check_seen(request, seen_hash)
    check_independent(actor=actor, request=request)
    rule, post = _part_of(actor, request, part)
    decision = Decision.objects.create(
        request=request,
        revision=request.revision,
        stage=rule.stage,
        part=rule.part,
        outcome=outcome,
        opinion=opinion.strip(),
        proposed_hash=request.proposed_hash,
        person=actor.user,
        post=post,
        deputy_for=actor.represented(post),
    )
    target = row.target
    if outcome == Decision.Outcome.PASSED and missing_parts(request):
        target = request.state
    move_request(request=request, target=target, actor=actor, reason=f"{decision}：{opinion}"[:500])
    if target == RequestState.REFUSED:
        close_changes(actor, request)
    actor.record(
        act=_ACT[Decision.Outcome(outcome)],
        post=post,
        obj=request,
        after_hash=request.proposed_hash,
        detail=f"{decision} {opinion}".strip(),
    )
    return decision


def check_independent(*, actor: Actor, request: ChangeRequest) -> None:
    """Nobody reviews his own; nobody reviews two stages (or two parts) of one request, whatever the revision."""
    if actor.user.pk in (request.created_by_id, request.submitted_by_id):
        raise NotAllowed("不能审查自己经办或提交的申请")
    stage = STAGE_OF_STATE.get(request.state)
    others = request.decisions.filter(person=actor.user)
    if others.exclude(stage=stage).exists():
        raise NotAllowed("同一人不能审查同一申请的两个阶段")
    if others.filter(revision=request.revision).exists():
        raise WrongState("您已对本次修订发表过审查意见")


def can_review(*, actor: Actor, request: ChangeRequest) -> bool:
    """Whether ``actor`` may speak now: holds the post, is independent, and his part has not spoken."""
    try:
        check_can_act_on_request(actor=actor, request=request, action=RequestAction.PASS)
        check_independent(actor=actor, request=request)
    except (NotAllowed, WrongState):
        return False
    return bool(parts_open_to(actor, request))


def parts_open_to(actor: Actor, request: ChangeRequest) -> list[tuple[RouteRule, str]]:
    """Parts of the present stage that have not spoken and for which ``actor`` may, each with the post that lets him."""
    missing = missing_parts(request)
    return [(rule, posting.post) for rule in missing if (posting := actor.holding(rule.post, region=request.region))]


def _part_of(actor: Actor, request: ChangeRequest, part: str) -> tuple[RouteRule, str]:
    """The part for which ``actor`` speaks and the post that lets him."""
    mine = [(rule, post) for rule, post in parts_open_to(actor, request) if not part or rule.part == part]
    if len({rule.part for rule, _ in mine}) > 1:
        raise RuleBroken(Violation("S02", "请选择以哪一部分的名义审查", "审查部分"))
    if not mine:
        raise WrongState("您负责的部分已有审查意见，或本申请不需要该部分审查")
    return mine[0]
