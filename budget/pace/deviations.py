"""Deviations from the plan: from a set number of 百分点 on, a reason and a measure are wanted, and kept.

Rules: V01 month, V02 line, V03 reason and measure, V04 nothing to explain, V05 the limit.
"""

from __future__ import annotations

from budget.guards import FundAct, check_can_act, locked
from budget.models import BudgetLine, Fund
from budget.pace.models import DeviationLimit, DeviationNote
from budget.pace.plan import MONTHS
from budget.pace.progress import last_month, progress_of
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation


@act("explain_deviation")
def explain_deviation(
    *, actor: Actor, fund: Fund, month: int, reason: str, measure: str, line: BudgetLine | None = None
) -> DeviationNote:
    """Why ``line`` (None: the fund) is off its plan at the end of ``month``, and what is done about it, with the figures of now."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.EXPLAIN)
    if not 1 <= month <= min(MONTHS, last_month(fund)):
        raise RuleBroken(Violation("V01", f"须为 1 至 {last_month(fund)} 月", "月份"))
    reason, measure = reason.strip(), measure.strip()
    progress = progress_of(fund, month)
    standing = next((row for row in (*progress.rows, progress.total) if row.line == line), None)
    found = []
    if standing is None:
        found.append(Violation("V02", "不是本资金的预算行", "预算行"))
    elif not standing.is_off:
        found.append(
            Violation("V04", f"“{standing.name}”{month} 月末与计划的偏差没有超过 {standing.limit} 个百分点，不用说明", "预算行")
        )
    found += [Violation("V03", "未填写", label) for label, text in (("偏差原因", reason), ("改进措施", measure)) if not text]
    if found:
        raise RuleBroken(*found)
    note = DeviationNote.objects.create(
        fund=fund,
        line=line,
        month=month,
        planned=standing.planned,
        spent=standing.spent,
        reason=reason,
        measure=measure,
        made_by=actor.user,
    )
    told = f"{fund} {month} 月末 {standing.name}：执行率 {standing.rate}%，计划 {standing.planned_rate}%，偏差 {standing.deviation:+} 个百分点"
    actor.record(
        act="explain_deviation",
        post=posting.post,
        obj=note,
        after_hash=fingerprint(note),
        detail=f"{told}；{reason}；{measure}",
    )
    return note


@act("set_limit")
def set_limit(*, actor: Actor, fund: Fund, points: int) -> DeviationLimit:
    """From how many 百分点 on this fund's deviations are to be explained."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.SET_LIMIT)
    if not 1 <= points <= 100:
        raise RuleBroken(Violation("V05", "填写 1 至 100", "偏差界限"))
    row = DeviationLimit.objects.create(fund=fund, points=points, made_by=actor.user)
    actor.record(
        act="set_limit", post=posting.post, obj=row, after_hash=fingerprint(row), detail=f"{fund}：偏差界限 {points} 个百分点"
    )
    return row
