"""下年度预算建议: per line from three years, planned rounds and prints, by a formula that is shown and may be changed.

Rules: G01 formula, G02 line, G03 rounds and prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budget.guards import FundAct, check_can_act, locked
from budget.models import BudgetLine, Fund
from budget.money import ZERO, share_of, yuan_text
from budget.pace.formula import FormulaFault, reckon
from budget.pace.models import LineProposal
from budget.pace.progress import last_month, progress_of
from budget.pace.years import years_of
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation

MEAN = "三年平均"
BY_PRINTS = f"{MEAN} × 计划印数 ÷ 本年印数"
BY_ROUNDS = f"{MEAN} × 计划轮次 ÷ 本年轮次"
_MOST = 1_000_000_000
_PRINTED = ("印刷", "编印")
_EACH_ROUND = ("差旅", "会议", "委托", "劳务")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Rounds of adjustment and printed copies, this year's and next year's; 0 = not known."""

    rounds: int = 0
    next_rounds: int = 0
    prints: int = 0
    next_prints: int = 0

    def names(self) -> dict[str, Decimal | None]:
        shown = {"本年轮次": self.rounds, "计划轮次": self.next_rounds, "本年印数": self.prints, "计划印数": self.next_prints}
        return {name: Decimal(value) for name, value in shown.items()}


@dataclass(frozen=True, slots=True)
class Suggested:
    """One line: spent in the three years (元, None = 无数据), its formula, what it comes to, or why it comes to nothing."""

    line: BudgetLine
    spent: tuple[Decimal | None, ...]
    formula: str
    amount: Decimal | None
    fault: str = ""


def default_formula(line: BudgetLine, inputs: Inputs) -> str:
    """Printing follows the copies, travel and meetings the rounds, where both years' numbers are known; the rest the mean."""
    if inputs.prints and inputs.next_prints and any(word in line.name for word in _PRINTED):
        return BY_PRINTS
    if inputs.rounds and inputs.next_rounds and any(word in line.name for word in _EACH_ROUND):
        return BY_ROUNDS
    return MEAN


def newest_of(fund: Fund) -> dict[int, LineProposal]:
    """Line → the newest proposal kept of it."""
    return {each.line_id: each for each in LineProposal.objects.filter(fund=fund).select_related("made_by").order_by("pk")}


def suggest(fund: Fund, inputs: Inputs, formulas: Mapping[int, str]) -> list[Suggested]:
    """Each line's proposal for the year after the fund's; ``formulas`` by line, the default where none is given. Reads only."""
    years, progress = years_of(fund), progress_of(fund, last_month(fund))
    found = []
    for row in progress.rows:
        spent = years.spent(row.line.name)
        this = row.spent if row.forecast is None else row.forecast
        known = [*(each for each in spent[:-1] if each is not None), this]
        names = {
            MEAN: share_of(max(sum(known, ZERO), ZERO), 1, len(known)),
            "本年预计": this,
            "本年支出": row.spent,
            "本年预算": row.adjusted,
            "上年支出": spent[1],
            "前年支出": spent[0],
            **inputs.names(),
        }
        formula = formulas.get(row.line.pk, "").strip() or default_formula(row.line, inputs)
        try:
            found.append(Suggested(row.line, (*spent[:-1], this), formula, reckon(formula, names)))
        except FormulaFault as fault:
            found.append(Suggested(row.line, (*spent[:-1], this), formula, None, str(fault)))
    return found


@act("propose_budget")
def propose_budget(*, actor: Actor, fund: Fund, inputs: Inputs, formulas: Mapping[int, str]) -> list[LineProposal]:
    """Keep the proposal of every line as it comes out now."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.PROPOSE)
    suggested = suggest(fund, inputs, formulas)
    found = [Violation("G01", each.fault, each.line.name) for each in suggested if each.fault]
    if set(formulas) - {each.line.pk for each in suggested}:
        found.append(Violation("G02", "不是本资金的预算行", "预算行"))
    if any(not 0 <= each <= _MOST for each in (inputs.rounds, inputs.next_rounds, inputs.prints, inputs.next_prints)):
        found.append(Violation("G03", "填写不小于 0 的整数", "轮次和印数"))
    if found:
        raise RuleBroken(*found)
    kept = {"rounds": inputs.rounds, "next_rounds": inputs.next_rounds, "prints": inputs.prints, "next_prints": inputs.next_prints}
    made = [
        LineProposal.objects.create(fund=fund, line=each.line, formula=each.formula, amount=each.amount, made_by=actor.user, **kept)
        for each in suggested
    ]
    for row in made:
        told = f"{fund}：{row.line} {fund.year + 1} 年建议 {yuan_text(row.amount)} 元 = {row.formula}"
        actor.record(act="propose_budget", post=posting.post, obj=row, after_hash=fingerprint(row), detail=told)
    return made
