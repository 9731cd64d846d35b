"""Acts on a self-evaluation while it is written: begun, described, its objectives and indicators, their values.

Rules: P01 once a format, P02 texts, P03 target, P04 weight, P05 value, P06 objective, P07 unknown row.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Max

from budget.evaluation.computed import is_known
from budget.evaluation.models import EvaluationFormat, Indicator, Objective, SelfEvaluation
from budget.evaluation.scoring import HUNDRED, Direction
from budget.guards import FundAct, check_can_act, locked
from budget.models import Fund
from departments.acting import act
from departments.models import Posting
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation

FIELDS = ("level1", "level2", "name", "direction", "target", "target_high", "target_text", "unit", "weight", "computed_by")
VALUES = ("actual", "actual_text", "evidence", "deviation")


@act("begin_evaluation")
def begin_evaluation(
    *, actor: Actor, fund: Fund, format: EvaluationFormat, copy_from: SelfEvaluation | None = None
) -> SelfEvaluation:
    """An empty evaluation of ``fund``, or one with the objectives and indicators of ``copy_from``.

    Values come along only from an evaluation of the same fund: another year's are not this year's.
    """
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.EVALUATE)
    if fund.evaluations.filter(format=format).exists():
        raise RuleBroken(Violation("P01", f"本资金已有“{format}”，一种样式只填一份", "样式"))
    made = SelfEvaluation(fund=fund, format=format, unit=str(fund.department), made_by=actor.user)
    keep(made, actor=actor, reason="建立自评")
    if copy_from is not None:
        _copy(actor, copy_from, made)
    _record(actor, "begin_evaluation", posting, made, "", f"{made}" + (f"，指标取自“{copy_from}”" if copy_from else ""))
    return made


def _copy(actor: Actor, source: SelfEvaluation, made: SelfEvaluation) -> None:
    same_year, by_goal = source.fund_id == made.fund_id, made.format.read().by_objective
    for goal in source.objectives.order_by("order", "pk"):
        copied = Objective(evaluation=made, order=goal.order, expected=goal.expected, weight=goal.weight if by_goal else None)
        copied.achieved = goal.achieved if same_year else ""
        keep(copied, actor=actor, reason="带入目标")
        for each in goal.indicators.order_by("order", "pk"):
            values = {name: getattr(each, name) for name in (*FIELDS, *(VALUES if same_year else ()))}
            keep(Indicator(evaluation=made, objective=copied, order=each.order, **values), actor=actor, reason="带入指标")


@act("describe_evaluation")
def describe_evaluation(
    *,
    actor: Actor,
    evaluation: SelfEvaluation,
    unit: str,
    reported_on: datetime.date | None = None,
    category: str = "",
    attribute: str = "",
    kind: str = "",
    analysis: str = "",
    measures: str = "",
) -> SelfEvaluation:
    """The head of the form, the analysis of what fell short, and what follows from it."""
    evaluation, posting = _draft(actor, evaluation)
    if not unit.strip():
        raise RuleBroken(Violation("P02", "未填写", "实施单位"))
    before = fingerprint(evaluation)
    evaluation.unit, evaluation.reported_on = unit.strip(), reported_on
    evaluation.category, evaluation.attribute, evaluation.kind = category, attribute, kind
    evaluation.analysis, evaluation.measures = analysis.strip(), measures.strip()
    keep(evaluation, actor=actor, reason="填写表头和分析")
    _record(actor, "describe_evaluation", posting, evaluation, before, f"{evaluation}：表头和分析")
    return evaluation


@act("set_objective")
def set_objective(
    *,
    actor: Actor,
    evaluation: SelfEvaluation,
    expected: str,
    achieved: str = "",
    weight: Decimal | None = None,
    objective: Objective | None = None,
) -> Objective:
    """A goal of the year, added or (``objective``) rewritten. ``weight`` exactly where the format lists by goals."""
    evaluation, posting = _draft(actor, evaluation)
    by_goal, found = evaluation.format.read().by_objective, []
    if not expected.strip():
        found.append(Violation("P02", "未填写", "预期目标"))
    if by_goal and (weight is None or not 0 < weight <= HUNDRED):
        found.append(Violation("P04", "填写大于 0、不超过 100 的分值", "分值"))
    if objective is not None and objective.evaluation_id != evaluation.pk:
        found.append(Violation("P07", "不是本自评的目标", "预期目标"))
    if found:
        raise RuleBroken(*found)
    if objective is None:
        last = evaluation.objectives.aggregate(last=Max("order"))["last"] or 0
        objective = Objective(evaluation=evaluation, order=last + 1)
    before = fingerprint(objective) if objective.pk else ""
    objective.expected, objective.achieved = expected.strip(), achieved.strip()
    objective.weight = weight if by_goal else None
    keep(objective, actor=actor, reason="年度目标")
    _record(actor, "set_objective", posting, objective, before, f"{evaluation}：{objective}")
    return objective


@act("set_indicator")
def set_indicator(
    *, actor: Actor, evaluation: SelfEvaluation, objective: Objective, indicator: Indicator | None = None, **given: object
) -> Indicator:
    """An indicator under ``objective``, added or (``indicator``) rewritten. ``given``: FIELDS, with texts stripped and figures Decimal."""
    evaluation, posting = _draft(actor, evaluation)
    values = {name: given.get(name) for name in FIELDS}
    for name in ("level1", "level2", "name", "target_text", "unit", "computed_by"):
        values[name] = str(values[name] or "").strip()
    found = _indicator_faults(evaluation, objective, indicator, values)
    if found:
        raise RuleBroken(*found)
    if indicator is None:
        last = evaluation.indicators.aggregate(last=Max("order"))["last"] or 0
        indicator = Indicator(evaluation=evaluation, order=last + 1)
    before = fingerprint(indicator) if indicator.pk else ""
    indicator.objective = objective
    for name, value in values.items():
        setattr(indicator, name, value)
    keep(indicator, actor=actor, reason="绩效指标")
    _record(actor, "set_indicator", posting, indicator, before, f"{evaluation}：{indicator} {indicator.weight} 分")
    return indicator


def _indicator_faults(evaluation: SelfEvaluation, objective: Objective, indicator: Indicator | None, values: Mapping) -> list:
    found, format = [], evaluation.format.read()
    labels = {"level1": "一级指标", "level2": "二级指标", "name": "三级指标"}
    found += [Violation("P02", "未填写", label) for name, label in labels.items() if not values[name]]
    if not format.by_objective and values["level1"] and values["level1"] not in format.sections:
        found.append(Violation("P02", f"本样式只有{'、'.join(format.sections)}", "一级指标"))
    same = evaluation.indicators.filter(name=values["name"]).exclude(pk=indicator.pk if indicator else None)
    if values["name"] and same.exists():
        found.append(Violation("P02", f"本自评已有“{values['name']}”", "三级指标"))
    if objective.evaluation_id != evaluation.pk or (indicator is not None and indicator.evaluation_id != evaluation.pk):
        found.append(Violation("P07", "不是本自评的目标或指标", "年度目标"))
    if values["direction"] not in Indicator.Measure.values:
        found.append(Violation("P03", "选择一种", "方向"))
        return found
    quality, ranged = values["direction"] == Direction.QUALITY, values["direction"] == Direction.RANGE
    if quality and not values["target_text"]:
        found.append(Violation("P03", "定性指标用文字写明目标", "目标说明"))
    if quality and (values["target"] is not None or values["computed_by"]):
        found.append(Violation("P03", "定性指标不填目标值，也不自动计算", "目标值"))
    if values["computed_by"] and not is_known(values["computed_by"]):
        found.append(Violation("P03", "没有这个自动指标", "自动计算"))
    if not quality and (values["target"] is None or values["target"] < 0):
        found.append(Violation("P03", "填写不小于 0 的目标值", "目标值"))
    if ranged and not found and (values["target_high"] is None or values["target_high"] < values["target"]):
        found.append(Violation("P03", "区间的上限不能小于下限", "目标值上限"))
    if not ranged and values["target_high"] is not None:
        found.append(Violation("P03", "只有区间填上限", "目标值上限"))
    if values["weight"] is None or not 0 < values["weight"] <= HUNDRED:
        found.append(Violation("P04", "填写大于 0、不超过 100 的分值", "分值"))
    return found


@act("remove_indicator")
def remove_indicator(*, actor: Actor, evaluation: SelfEvaluation, indicator: Indicator) -> None:
    """An indicator is taken out while the evaluation is being written; its history stays."""
    evaluation, posting = _draft(actor, evaluation)
    indicator = evaluation.indicators.get(pk=indicator.pk)
    _record(actor, "remove_indicator", posting, indicator, fingerprint(indicator), f"{evaluation}：去掉“{indicator}”")
    indicator._history_user, indicator._change_reason = actor.user, "去掉指标"
    indicator.delete()


@act("remove_objective")
def remove_objective(*, actor: Actor, evaluation: SelfEvaluation, objective: Objective) -> None:
    """A goal is taken out while the evaluation is being written, once no indicator stands under it."""
    evaluation, posting = _draft(actor, evaluation)
    objective = evaluation.objectives.get(pk=objective.pk)
    if objective.indicators.exists():
        raise RuleBroken(Violation("P06", "目标下还有指标，先去掉或移走指标", "预期目标"))
    _record(actor, "remove_objective", posting, objective, fingerprint(objective), f"{evaluation}：去掉“{objective}”")
    objective._history_user, objective._change_reason = actor.user, "去掉目标"
    objective.delete()


@act("set_values")
def set_values(*, actor: Actor, evaluation: SelfEvaluation, values: Mapping[int, Mapping[str, object]]) -> int:
    """实际完成值, 支撑材料 and 偏差原因 of several indicators at once: key → VALUES. Returns how many changed.

    A value that is computed is not typed: what is given for it is left out.
    """
    evaluation, posting = _draft(actor, evaluation)
    rows = {row.pk: row for row in evaluation.indicators.all()}
    found = [Violation("P07", "不是本自评的指标", str(key)) for key in values if key not in rows]
    changed = []
    for key, given in values.items():
        if (row := rows.get(key)) is None:
            continue
        before, new = fingerprint(row), _new_values(row, given)
        for name, value in new.items():
            setattr(row, name, value)
        if row.direction == Direction.QUALITY and row.actual is not None and not 0 <= row.actual <= HUNDRED:
            found.append(Violation("P05", "定性指标填 0 至 100 的百分数", row.name))
        if new:
            changed.append((row, before))
    if found:
        raise RuleBroken(*found)
    for row, before in changed:
        keep(row, actor=actor, reason="填写完成值")
        told = "无数据" if row.actual is None else f"{row.actual.normalize():f}"
        _record(actor, "set_values", posting, row, before, f"{evaluation}：{row} 实际完成值 {told}")
    return len(changed)


def _new_values(row: Indicator, given: Mapping[str, object]) -> dict[str, object]:
    """What of ``given`` differs from what the row says."""
    wanted = {name: given[name] for name in VALUES if name in given and not (name == "actual" and row.computed_by)}
    wanted = {name: value if name == "actual" else str(value or "").strip() for name, value in wanted.items()}
    return {name: value for name, value in wanted.items() if value != getattr(row, name)}


def of_fund(actor: Actor, evaluation: SelfEvaluation, act: FundAct) -> tuple[SelfEvaluation, Posting]:
    """The evaluation under its fund's lock, and the posting that gives the right to ``act`` on it."""
    fund = locked(evaluation.fund)
    evaluation = SelfEvaluation.objects.select_related("format").get(pk=evaluation.pk)
    evaluation.fund = fund
    return evaluation, check_can_act(actor=actor, fund=fund, act=act, evaluation=evaluation)


def _draft(actor: Actor, evaluation: SelfEvaluation) -> tuple[SelfEvaluation, Posting]:
    return of_fund(actor, evaluation, FundAct.FILL_EVALUATION)


def _record(actor: Actor, name: str, posting: Posting, obj, before: str, detail: str) -> None:
    actor.record(act=name, post=posting.post, obj=obj, before_hash=before, after_hash=fingerprint(obj), detail=detail)
