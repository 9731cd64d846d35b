"""提交, 确认, 退回: what was submitted is kept whole and stays as it was; a second person confirms it.

Rules: S01 weights close, S02 goals, S03 what is missing or fell short is explained, S04 head, S05 reason of a return.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from budget.evaluation.filling import of_fund
from budget.evaluation.formats import Format
from budget.evaluation.models import EvaluationSubmission, SelfEvaluation
from budget.evaluation.scoring import NO_DATA, plain
from budget.evaluation.sheet import build_sheet, scores_of
from budget.guards import FundAct
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import NotAllowed, RuleBroken, Violation
from qingdan.ledger.canonical import sha256_hex


def faults_of(evaluation: SelfEvaluation) -> list[Violation]:
    """Everything that stands between a draft and its submission, all of it at once."""
    format = evaluation.format.read()
    scored = scores_of(evaluation, evaluation.fund, format)
    found = _open_weights(evaluation, format)
    goals = list(evaluation.objectives.all())
    if not goals:
        found.append(Violation("S02", "至少写一个年度目标", "年度绩效目标"))
    found += [Violation("S02", "未填写实际完成情况", str(goal)) for goal in goals if not goal.achieved]
    for indicator, score, _actual, _query in scored:
        if not score.is_full and not indicator.deviation:
            why = "没有实际完成值" if not score.has_value else f"得 {score.points} 分，分值 {plain(score.weight)} 分"
            found.append(Violation("S03", f"{why}，填写偏差原因及改进措施", indicator.name))
    if evaluation.reported_on is None:
        found.append(Violation("S04", "未填写", "填报日期"))
    return found


def _open_weights(evaluation: SelfEvaluation, format: Format) -> list[Violation]:
    """S01 分值须合拢：指标之和等于所属目标或一级指标的分值，全表合计 100。"""
    indicators = list(evaluation.indicators.all())
    if format.by_objective:
        goals = list(evaluation.objectives.all())
        groups = [
            (str(goal), goal.weight or Decimal(0), [each for each in indicators if each.objective_id == goal.pk]) for goal in goals
        ]
        together = sum((goal.weight or Decimal(0) for goal in goals), Decimal(0))
        found = []
        if together != format.for_indicators:
            told = f"各目标分值合计 {plain(together)}，须为 {plain(format.for_indicators)}"
            found.append(Violation("S01", told, "年度绩效目标"))
    else:
        groups = [(name, weight, [each for each in indicators if each.level1 == name]) for name, weight in format.sections.items()]
        found = [
            Violation("S01", f"“{each.level1}”不是本样式的一级指标", each.name)
            for each in indicators
            if each.level1 not in format.sections
        ]
    for name, weight, members in groups:
        together = sum((each.weight for each in members), Decimal(0))
        if together != weight:
            found.append(Violation("S01", f"指标分值合计 {plain(together)}，须为 {plain(weight)}", name))
    return found


@act("submit_evaluation")
def submit_evaluation(*, actor: Actor, evaluation: SelfEvaluation) -> EvaluationSubmission:
    """Frozen: computed figures keep what they were, and the whole sheet is kept with its hash. All faults are told at once."""
    evaluation, posting = of_fund(actor, evaluation, FundAct.SUBMIT_EVALUATION)
    if found := faults_of(evaluation):
        raise RuleBroken(*found)
    now = timezone.now()
    _freeze(actor, evaluation, now)
    sheet = build_sheet(evaluation.fund, evaluation.format.read(), evaluation)
    body = sheet.as_json()
    submission = EvaluationSubmission(
        evaluation=evaluation,
        number=evaluation.submissions.count() + 1,
        body=body,
        body_hash=sha256_hex(body.encode()),
        total=None if sheet.total == NO_DATA else Decimal(sheet.total),
        made_by=actor.user,
        made_at=now,
    )
    submission.save(force_insert=True)
    before = fingerprint(evaluation)
    evaluation.state, evaluation.submitted_by, evaluation.submitted_at = SelfEvaluation.State.SUBMITTED, actor.user, now
    keep(evaluation, actor=actor, reason=f"第 {submission.number} 次提交")
    actor.record(
        act="submit_evaluation",
        post=posting.post,
        obj=evaluation,
        before_hash=before,
        after_hash=submission.body_hash,
        detail=f"{evaluation}：总分 {sheet.total}，等级 {sheet.grade}",
    )
    return submission


def _freeze(actor: Actor, evaluation: SelfEvaluation, now) -> None:
    for indicator, _score, actual, query in scores_of(evaluation, evaluation.fund, evaluation.format.read()):
        if indicator.computed_by:
            indicator.frozen_value, indicator.frozen_at, indicator.frozen_query = actual, now, query
            keep(indicator, actor=actor, reason="提交时取数")


@act("confirm_evaluation")
def confirm_evaluation(*, actor: Actor, evaluation: SelfEvaluation) -> SelfEvaluation:
    """确认 by another person than the one who submitted."""
    evaluation, posting = of_fund(actor, evaluation, FundAct.CONFIRM_EVALUATION)
    if evaluation.submitted_by_id == actor.user.pk:
        raise NotAllowed("自己提交的自评由另一人确认")
    before = fingerprint(evaluation)
    evaluation.state, evaluation.confirmed_by, evaluation.confirmed_at = (
        SelfEvaluation.State.CONFIRMED,
        actor.user,
        timezone.now(),
    )
    keep(evaluation, actor=actor, reason="确认自评")
    actor.record(
        act="confirm_evaluation",
        post=posting.post,
        obj=evaluation,
        before_hash=before,
        after_hash=fingerprint(evaluation),
        detail=str(evaluation),
    )
    return evaluation


@act("return_evaluation")
def return_evaluation(*, actor: Actor, evaluation: SelfEvaluation, reason: str) -> SelfEvaluation:
    """Back to the clerk, for a stated reason. What was submitted stays kept; computed figures are asked anew."""
    evaluation, posting = of_fund(actor, evaluation, FundAct.RETURN_EVALUATION)
    if not (reason := reason.strip()):
        raise RuleBroken(Violation("S05", "未填写", "理由"))
    before = fingerprint(evaluation)
    evaluation.state = SelfEvaluation.State.DRAFT
    evaluation.submitted_by = evaluation.submitted_at = evaluation.confirmed_by = evaluation.confirmed_at = None
    keep(evaluation, actor=actor, reason=f"退回：{reason}")
    for indicator in evaluation.indicators.exclude(frozen_at=None):
        indicator.frozen_value, indicator.frozen_at, indicator.frozen_query = None, None, ""
        keep(indicator, actor=actor, reason="退回后重新取数")
    actor.record(
        act="return_evaluation",
        post=posting.post,
        obj=evaluation,
        before_hash=before,
        after_hash=fingerprint(evaluation),
        detail=f"{evaluation}：{reason}",
    )
    return evaluation
