"""Acts on the budget of a fund: lines added, the budget added to, cut or moved between lines.

Rules: L01 name, L02 classes, L03 original budget, J01 lines, J02 amount, J03 document and reason, J04 date, J05 below what was spent.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Max
from django.utils import timezone

from budget.execution import state_of_line
from budget.guards import FundAct, check_can_act, locked
from budget.models import BudgetAdjustment, BudgetLine, EconomicClass, Fund
from budget.money import ZERO, yuan_text
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation


@act("add_line")
def add_line(
    *,
    actor: Actor,
    fund: Fund,
    name: str,
    classes: Sequence[EconomicClass],
    original: Decimal | None = None,
    heading: str = "",
) -> BudgetLine:
    """A line of ``fund`` with all the 款 it holds. ``original`` in 元; None exactly where the fund has accounts only.

    A line that comes up during the year begins with 0 and is added to by an adjustment.
    """
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.ADD_LINE)
    name, heading = name.strip(), heading.strip()
    found = _faults(fund, name, classes, original)
    if found:
        raise RuleBroken(*found)
    last = fund.lines.aggregate(last=Max("order"))["last"] or 0
    line = BudgetLine(fund=fund, name=name, heading=heading, original=original, order=last + 1)
    keep(line, actor=actor, reason="增加预算行")
    line.classes.set(classes)
    held = "、".join(str(each) for each in classes)
    actor.record(
        act="add_line",
        post=posting.post,
        obj=line,
        after_hash=fingerprint(line),
        detail=f"{fund}：{name}（{held}）年初预算 {yuan_text(original)}",
    )
    return line


def _faults(fund: Fund, name: str, classes: Sequence[EconomicClass], original: Decimal | None) -> list[Violation]:
    found = []
    if not name:
        found.append(Violation("L01", "未填写", "预算行"))
    elif fund.lines.filter(name=name).exists():
        found.append(Violation("L01", f"本资金已有“{name}”", "预算行"))
    if not classes:
        found.append(Violation("L02", "至少选一个，合列的各款都要选", "支出经济分类"))
    elif len({(each.system, each.version) for each in classes}) > 1:
        found.append(Violation("L02", "只能选同一体系、同一版本的科目", "支出经济分类"))
    if fund.accounts_only and original is not None:
        found.append(Violation("L03", "本资金只有决算数，不填预算", "年初预算"))
    elif not fund.accounts_only and (original is None or original < 0):
        found.append(Violation("L03", "填写不小于 0 的金额；年中新增的行填 0，再办追加", "年初预算"))
    return found


@act("adjust_lines")
def adjust_lines(
    *,
    actor: Actor,
    fund: Fund,
    amount: Decimal,
    document: str,
    reason: str,
    decided_on: datetime.date,
    to_line: BudgetLine | None = None,
    from_line: BudgetLine | None = None,
) -> BudgetAdjustment:
    """追加 to a line, 调减 of a line, or 调剂 from one to the other, ``amount`` in 元. A line is never cut below what was spent."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.ADJUST)
    found = _adjustment_faults(fund, amount, document.strip(), reason.strip(), decided_on, to_line, from_line)
    if found:
        raise RuleBroken(*found)
    adjustment = BudgetAdjustment(
        fund=fund,
        from_line=from_line,
        to_line=to_line,
        amount=amount,
        document=document.strip(),
        reason=reason.strip(),
        decided_on=decided_on,
        made_by=actor.user,
    )
    adjustment.save(force_insert=True)
    between = " → ".join(str(line) for line in (from_line, to_line) if line)
    actor.record(
        act="adjust_lines",
        post=posting.post,
        obj=adjustment,
        after_hash=fingerprint(adjustment),
        detail=f"{fund}：{adjustment.kind} {yuan_text(amount)}（{between}），{adjustment.document}；{adjustment.reason}",
    )
    return adjustment


def _adjustment_faults(
    fund: Fund,
    amount: Decimal,
    document: str,
    reason: str,
    decided_on: datetime.date,
    to_line: BudgetLine | None,
    from_line: BudgetLine | None,
) -> list[Violation]:
    found = []
    if fund.accounts_only:
        found.append(Violation("J01", "本资金只有决算数，没有可调整的预算", "预算行"))
    if to_line is None and from_line is None:
        found.append(Violation("J01", "追加填调入，调减填调出，调剂两行都填", "预算行"))
    elif to_line == from_line:
        found.append(Violation("J01", "调出与调入不能是同一行", "预算行"))
    if any(line is not None and line.fund_id != fund.pk for line in (to_line, from_line)):
        found.append(Violation("J01", "不是本资金的预算行", "预算行"))
    if amount <= ZERO:
        found.append(Violation("J02", "须大于 0", "金额"))
    found += [Violation("J03", "未填写", label) for label, text in (("文件", document), ("理由", reason)) if not text]
    if decided_on > timezone.localdate():
        found.append(Violation("J04", "不能晚于今天", "日期"))
    if not found and from_line is not None:
        state = state_of_line(from_line)
        if state.rest is not None and amount > state.rest:
            told = f"“{from_line}”调整后预算 {yuan_text(state.adjusted)} 元，已支出 {yuan_text(state.spent)} 元，最多调出 {yuan_text(state.rest)} 元"
            found.append(Violation("J05", told, "金额"))
    return found
