"""目标监控: how the goals of a fund stand at the end of a month and what is expected of them by December; the goals half of the double monitoring.

Rules: K01 month, K02 indicator, K03 a goal that will not be reached wants a reason and a measure.
"""

from __future__ import annotations

from collections.abc import Mapping

from budget.evaluation.models import SelfEvaluation
from budget.guards import FundAct, check_can_act, locked
from budget.models import Fund
from budget.pace.models import GoalOutlook
from budget.pace.plan import MONTHS
from budget.pace.progress import last_month
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation

FIELDS = ("done", "expected", "likelihood", "remark")


def evaluation_of(fund: Fund) -> SelfEvaluation | None:
    """The fund's newest self-evaluation: its indicators are the goals that are watched."""
    return SelfEvaluation.objects.filter(fund=fund).select_related("fund__department", "format").order_by("-pk").first()


def outlooks_of(fund: Fund, month: int) -> dict[str, GoalOutlook]:
    """三级指标 → what was last written of it for ``month``."""
    return {row.indicator: row for row in GoalOutlook.objects.filter(fund=fund, month=month).order_by("pk")}


@act("watch_goals")
def watch_goals(*, actor: Actor, fund: Fund, month: int, rows: Mapping[str, Mapping[str, str]]) -> list[GoalOutlook]:
    """Write ``rows`` (三级指标 → FIELDS) for ``month``; what says the same as before is left out. Returns the rows that were written."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.WATCH)
    if not 1 <= month <= min(MONTHS, last_month(fund)):
        raise RuleBroken(Violation("K01", f"须为 1 至 {last_month(fund)} 月", "月份"))
    evaluation = evaluation_of(fund)
    known = set(evaluation.indicators.values_list("name", flat=True)) if evaluation else set()
    given = {name: {field: str(row.get(field, "")).strip() for field in FIELDS} for name, row in rows.items()}
    found = [Violation("K02", "本资金的绩效自评中没有这项指标", name) for name in given if name not in known]
    found += [
        Violation("K03", "预计完不成的，写明偏差原因和措施", name)
        for name, row in given.items()
        if row["likelihood"] == GoalOutlook.Likelihood.IMPOSSIBLE and not row["remark"]
    ]
    if found:
        raise RuleBroken(*found)
    said = outlooks_of(fund, month)
    written = []
    for name, row in given.items():
        before = said.get(name)
        if row == ({field: getattr(before, field) for field in FIELDS} if before else dict.fromkeys(FIELDS, "")):
            continue
        outlook = GoalOutlook.objects.create(fund=fund, month=month, indicator=name, made_by=actor.user, **row)
        told = "；".join(part for part in (row["done"], row["expected"], outlook.get_likelihood_display(), row["remark"]) if part)
        actor.record(
            act="watch_goals",
            post=posting.post,
            obj=outlook,
            before_hash=fingerprint(before) if before else "",
            after_hash=fingerprint(outlook),
            detail=f"{fund} {month} 月末 {name}：{told or '清空'}",
        )
        written.append(outlook)
    return written
