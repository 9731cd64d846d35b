"""用款计划: what of each line is to be spent in each month, even by default or at a pace of its own.

Rules: P01 accounts only, P02 line, P03 twelve months, P04 the months make up the line's budget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from budget.execution import book_of
from budget.guards import FundAct, check_can_act, locked
from budget.models import BudgetLine, Fund
from budget.money import ZERO, share_of, yuan_text
from budget.pace.models import LinePlan
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation

MONTHS = 12


def even(adjusted: Decimal) -> tuple[Decimal, ...]:
    """A line's budget over twelve months, whole 分, which add up to it."""
    ends = [share_of(adjusted, month, MONTHS) for month in range(MONTHS + 1)]
    return tuple(after - before for before, after in zip(ends[:-1], ends[1:], strict=True))


def plans_of(fund: Fund) -> dict[int, tuple[Decimal, ...]]:
    """Line → its own pace, in 元 by month; a line whose pace is even is not in it. One query."""
    newest = {each.line_id: each.months for each in LinePlan.objects.filter(fund=fund).order_by("pk")}
    return {line: months for line, months in newest.items() if months}


@act("set_plan")
def set_plan(*, actor: Actor, fund: Fund, months: Mapping[BudgetLine, Sequence[Decimal] | None]) -> list[LinePlan]:
    """The pace of each line of ``months``: twelve amounts in 元, None for even. Lines that already go so are left as they are."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.PLAN)
    book, known = book_of(fund), plans_of(fund)
    adjusted = {row.line.pk: row.figures.adjusted for row in book.rows}
    found = [each for line, amounts in months.items() for each in _faults(fund, line, amounts, adjusted)]
    if found:
        raise RuleBroken(*found)
    made = []
    for line, amounts in months.items():
        wanted = tuple(amounts or ())
        if wanted == known.get(line.pk, ()):
            continue
        text = " ".join(str(int(each.scaleb(2))) for each in wanted)
        made.append(LinePlan.objects.create(fund=fund, line=line, amounts=text, made_by=actor.user))
    for row in made:
        told = "、".join(yuan_text(each) for each in row.months) or "均匀"
        actor.record(act="set_plan", post=posting.post, obj=row, after_hash=fingerprint(row), detail=f"{fund}：{row.line} {told}")
    return made


def _faults(
    fund: Fund, line: BudgetLine, amounts: Sequence[Decimal] | None, adjusted: dict[int, Decimal | None]
) -> list[Violation]:
    if fund.accounts_only:
        return [Violation("P01", "本资金只有决算数，没有用款计划", line.name)]
    if line.pk not in adjusted:
        return [Violation("P02", "不是本资金的预算行", line.name)]
    if amounts is None:
        return []
    if len(amounts) != MONTHS or any(each < ZERO for each in amounts):
        return [Violation("P03", "填写十二个月，每月不小于 0", line.name)]
    planned, budget = sum(amounts, ZERO), adjusted[line.pk] or ZERO
    if planned != budget:
        told = f"各月合计 {yuan_text(planned)} 元，调整后预算 {yuan_text(budget)} 元，相差 {yuan_text(planned - budget)} 元；改到相等，或整行留空按月均匀"
        return [Violation("P04", told, line.name)]
    return []
