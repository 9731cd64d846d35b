"""The two reviews: one act for both stages, and the answers to a limited revision. A decision binds the revision and hash that was seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from departments.acting import act
from departments.models import Posting
from departments.people import Actor
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.checklists import keep_answers
from reviews.guards import check_can_act_on_request, move_request
from reviews.models import Change, ChangeDecision, ChangeRequest, ChangeWord, Confirmation, Decision, ReturnedField, RouteRule
from reviews.opinions import silence_of
from reviews.requests import check_seen, close_changes
from reviews.returning import ensure_revision
from reviews.route import STAGE_OF_STATE, awaited_confirmations, missing_parts, spoken_elsewhere, state_after
from reviews.splitting import move_off
from reviews.states import RequestAction, RequestState
from reviews.waivers import check_passing, keep_waivers
from reviews.words import Word, check_words

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
    *,
    actor: Actor,
    request: ChangeRequest,
    outcome: str,
    opinion: str = "",
    seen_hash: str,
    part: str = "",
    words: Mapping[int, Word] | None = None,
    reasons: Mapping[str, str] | None = None,
    ticked: Collection[int] = (),
) -> Decision:
    """One reviewer's word on the present stage. ``part`` is asked only of who may speak for two parts.

    ``words``: position → what is said of single changes. 通过 passes all but these: refused ones end, returned ones become a request of
    their own. 退回 returns the rest with these as marks; refused ones end. ``reasons``: rule → why its warning is passed.
    ``ticked``: keys of the checklist's rows. Raises NotAllowed (author, other stage, wrong post), WrongState (already decided, content
    changed), RuleBroken S01…S07, or R… what stops it now.
    """
    words, reasons = dict(words or {}), dict(reasons or {})
    request = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    row, _posting = check_can_act_on_request(
        actor=actor, request=request, action=_ACTION[Decision.Outcome(outcome)], opinion=opinion or _any_opinion(words)
    )
    check_seen(request, seen_hash)
    check_independent(actor=actor, request=request)
    rule, post = _part_of(actor, request, part)
    changes = {change.position: change for change in request.changes.select_related("item")}
    check_words(words, changes, opinion)
    if outcome != Decision.Outcome.REFUSED and words and not set(changes) - _leaving(outcome, words):
        raise RuleBroken(Violation("S05", "全部调整都已勾选，改选退回补正或不予通过", "结论"))
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
    ensure_revision(request=request, person=actor.user)
    keep_answers(decision, request, ticked)
    _keep_words(decision, words, changes)
    _part_with(actor, request, decision, words)
    if outcome == Decision.Outcome.PASSED:
        keep_waivers(decision, check_passing(request, reasons), reasons)
        target = state_after(request)
    else:
        target = row.target
    silent = silence_of(request) if outcome == Decision.Outcome.PASSED and target != request.state else ""
    move_request(request=request, target=target, actor=actor, reason=f"{decision}：{opinion}"[:500] + silent)
    if target == RequestState.REFUSED:
        close_changes(actor, request)
    actor.record(
        act=_ACT[Decision.Outcome(outcome)],
        post=post,
        obj=request,
        before_hash=seen_hash,
        after_hash=request.proposed_hash,
        detail=f"{decision} {opinion}".strip() + (f"；逐项 {len(words)} 项" if words else "") + silent,
    )
    return decision


def _any_opinion(words: Mapping[int, Word]) -> str:
    return next((word.opinion for word in words.values() if word.opinion.strip()), "")


def _leaving(outcome: str, words: Mapping[int, Word]) -> set[int]:
    """Positions that leave the request: of a passed one all that were ticked, of a returned one those refused."""
    every = outcome == Decision.Outcome.PASSED
    return {position for position, word in words.items() if every or word.outcome == ChangeWord.REFUSED}


def _keep_words(decision: Decision, words: Mapping[int, Word], changes: Mapping[int, Change]) -> None:
    ChangeDecision.objects.bulk_create(
        ChangeDecision(
            decision=decision,
            position=position,
            name=changes[position].name,
            item_code=changes[position].item.code if changes[position].item_id else "",
            content_hash=changes[position].content_hash,
            outcome=word.outcome,
            opinion=word.opinion.strip() or decision.opinion or "；".join(note for _, note in word.fields if note),
        )
        for position, word in sorted(words.items())
    )


def _part_with(actor: Actor, request: ChangeRequest, decision: Decision, words: Mapping[int, Word]) -> None:
    """Take out what does not share the way of the others, and say in each place what is to be corrected."""
    leaving = _leaving(decision.outcome, words) if decision.outcome != Decision.Outcome.REFUSED else set()
    places = dict.fromkeys(words, request)
    for outcome in ChangeWord.values:
        positions = [position for position in sorted(leaving) if words[position].outcome == outcome]
        if positions:
            target = move_off(actor=actor, request=request, decision=decision, positions=positions, outcome=outcome)
            places |= dict.fromkeys(positions, target)
    ReturnedField.objects.bulk_create(
        ReturnedField(decision=decision, request=places[position], position=position, element=element, note=note.strip())
        for position, word in sorted(words.items())
        if word.outcome == ChangeWord.RETURNED and decision.outcome != Decision.Outcome.REFUSED
        for element, note in (word.fields or (("", word.opinion or decision.opinion),))
    )


@act("answer_revision")
def answer_revision(
    *, actor: Actor, request: ChangeRequest, answer: str, opinion: str = "", seen_hash: str, part: str = ""
) -> Confirmation:
    """确认 or 重新审查 by a part that had passed what was before a limited revision. Silence never counts as either.

    Raises as ``decide_request``; 重新审查 at legality sends the request back to compliance, whose part then decides anew.
    """
    request = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    confirmed = Confirmation.Answer(answer) == Confirmation.Answer.CONFIRMED
    action = RequestAction.CONFIRM if confirmed else RequestAction.REOPEN
    row, _posting = check_can_act_on_request(actor=actor, request=request, action=action, opinion=opinion)
    check_seen(request, seen_hash)
    rule, post = _confirmation_of(actor, request, part)
    check_independent(actor=actor, request=request, stage=rule.stage)
    confirmation = Confirmation.objects.create(
        request=request,
        revision=request.revision,
        part=rule.part,
        answer=answer,
        opinion=opinion.strip(),
        proposed_hash=request.proposed_hash,
        person=actor.user,
        post=post,
    )
    target = state_after(request) if confirmed else row.target
    silent = silence_of(request) if confirmed and target != request.state else ""
    move_request(request=request, target=target, actor=actor, reason=f"{confirmation}：{opinion}"[:500] + silent)
    actor.record(
        act=f"{action}_revision",
        post=post,
        obj=request,
        after_hash=request.proposed_hash,
        detail=f"{confirmation} {opinion}{silent}".strip(),
    )
    return confirmation


def check_reviewing(*, actor: Actor, request: ChangeRequest) -> Posting:
    """Whether ``actor`` may review now at all; the posting that lets him. Raises NotAllowed, WrongState."""
    _row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.PASS)
    check_independent(actor=actor, request=request)
    return posting


def check_independent(*, actor: Actor, request: ChangeRequest, stage: str | None = None) -> None:
    """Nobody reviews his own; nobody reviews two stages (or two parts) of one request, whatever the revision or split."""
    if actor.user.pk in (request.created_by_id, request.submitted_by_id):
        raise NotAllowed("不能审查自己经办或提交的申请")
    stage = stage or STAGE_OF_STATE.get(request.state)
    if actor.user.pk in spoken_elsewhere(request, stage):
        raise NotAllowed("同一人不能审查同一申请的两个阶段")
    if any((each.person_id, each.revision) == (actor.user.pk, request.revision) for each in request.decisions.all()):
        raise WrongState("您已对本次修订发表过审查意见")


def can_review(*, actor: Actor, request: ChangeRequest) -> bool:
    """Whether ``actor`` may speak now: holds the post, is independent, and his part has not spoken."""
    try:
        check_reviewing(actor=actor, request=request)
    except (NotAllowed, WrongState):
        return False
    return bool(parts_open_to(actor, request))


def parts_open_to(actor: Actor, request: ChangeRequest, missing: list[RouteRule] | None = None) -> list[tuple[RouteRule, str]]:
    """Parts of the present stage that have not spoken and for which ``actor`` may, each with the post that lets him.

    ``missing``: those that have not spoken, where the caller has asked for them.
    """
    return _held(actor, request, missing_parts(request) if missing is None else missing)


def confirmations_open_to(actor: Actor, request: ChangeRequest) -> list[tuple[RouteRule, str]]:
    """Parts whose confirmation is awaited and which ``actor`` may give, each with the post that lets him."""
    open_ = _held(actor, request, awaited_confirmations(request))
    try:
        for rule, _post in open_:
            check_independent(actor=actor, request=request, stage=rule.stage)
    except (NotAllowed, WrongState):
        return []
    return open_


def _held(actor: Actor, request: ChangeRequest, rules: list[RouteRule]) -> list[tuple[RouteRule, str]]:
    return [(rule, posting.post) for rule in rules if (posting := actor.holding(rule.post, region=request.region))]


def _part_of(actor: Actor, request: ChangeRequest, part: str) -> tuple[RouteRule, str]:
    """The part for which ``actor`` speaks and the post that lets him."""
    return _chosen(parts_open_to(actor, request), part, "您负责的部分已有审查意见，或本申请不需要该部分审查")


def _confirmation_of(actor: Actor, request: ChangeRequest, part: str) -> tuple[RouteRule, str]:
    return _chosen(_held(actor, request, awaited_confirmations(request)), part, "您负责的部分没有待确认的修改")


def _chosen(open_: list[tuple[RouteRule, str]], part: str, nothing: str) -> tuple[RouteRule, str]:
    mine = [(rule, post) for rule, post in open_ if not part or rule.part == part]
    if len({rule.part for rule, _ in mine}) > 1:
        raise RuleBroken(Violation("S02", "请选择以哪一部分的名义审查", "审查部分"))
    if not mine:
        raise WrongState(nothing)
    return mine[0]
