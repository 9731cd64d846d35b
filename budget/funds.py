"""Acts on funds: opened, closed, opened again with a reason.

Rules: F01 name, F02 year, F03 source, F04 a fund entered twice, F05 accounts without a budget, F06 reason.
"""

from __future__ import annotations

from django.utils import timezone

from budget.guards import FundAct, check_can_act, locked
from budget.models import Fund
from budget.spending import closed_months
from departments.acting import act
from departments.models import Department
from departments.people import Actor
from departments.posts import Post
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState

FIRST_YEAR = 2000


@act("open_fund")
def open_fund(
    *,
    actor: Actor,
    department: Department,
    year: int,
    name: str,
    source: str,
    approval: str = "",
    accounts_only: bool = False,
) -> Fund:
    """A fund of ``department`` for ``year``. ``accounts_only``: a past year of which only 决算 is known; its lines have no budget."""
    posting = actor.must_hold(Post.FUND_CLERK, department=department, message=f"资金须由{department}的{Post.FUND_CLERK.label}建立")
    department = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    name, source = name.strip(), source.strip()
    found = _faults(department, year, name, source, accounts_only)
    if found:
        raise RuleBroken(*found)
    fund = Fund(
        department=department,
        year=year,
        name=name,
        source=source,
        approval=approval.strip(),
        accounts_only=accounts_only,
        opened_by=actor.user,
    )
    keep(fund, actor=actor, reason="建立资金")
    actor.record(act="open_fund", post=posting.post, obj=fund, after_hash=fingerprint(fund), detail=f"{department}：{fund}")
    return fund


def _faults(department: Department, year: int, name: str, source: str, accounts_only: bool) -> list[Violation]:
    this_year, found = timezone.localdate().year, []
    if not name:
        found.append(Violation("F01", "未填写", "资金名称"))
    if not FIRST_YEAR <= year <= this_year + 1:
        found.append(Violation("F02", f"须在 {FIRST_YEAR} 至 {this_year + 1} 之间", "年度"))
    if not source:
        found.append(Violation("F03", "未填写", "资金来源"))
    if Fund.objects.filter(department=department, year=year, name=name).exists():
        found.append(Violation("F04", f"{department} {year} 年已有“{name}”", "资金名称"))
    if accounts_only and year >= this_year:
        found.append(Violation("F05", f"只适用于 {this_year} 年以前的年度", "只有决算数"))
    return found


@act("close_fund")
def close_fund(*, actor: Actor, fund: Fund) -> Fund:
    """The year is closed: nothing is entered any more. Everything must have been checked and every month closed.

    Accounts without a budget have no months to reconcile: they close once they are checked.
    """
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.CLOSE)
    waiting = fund.expenditures.unchecked().count()
    if waiting:
        raise WrongState(f"还有 {waiting} 笔支出没有复核，复核后再关账")
    if left := months_to_close(fund):
        raise WrongState(f"{'、'.join(map(str, left))} 月还没有月结；各月对账、月结后再关账")
    before = fingerprint(fund)
    _move(fund, Fund.State.CLOSED, actor, "关账")
    actor.record(
        act="close_fund",
        post=posting.post,
        obj=fund,
        before_hash=before,
        after_hash=fingerprint(fund),
        detail=f"{fund}：支出 {fund.expenditures.spent()} 元",
    )
    return fund


def months_to_close(fund: Fund) -> list[int]:
    """The months (1–12) that still have to be closed before the year is; none where only accounts are known."""
    return [] if fund.accounts_only else sorted(set(range(1, 13)) - closed_months(fund))


@act("reopen_fund")
def reopen_fund(*, actor: Actor, fund: Fund, reason: str) -> Fund:
    """A closed year is opened again, for a stated reason."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.REOPEN)
    reason = reason.strip()
    if not reason:
        raise RuleBroken(Violation("F06", "未填写", "理由"))
    before = fingerprint(fund)
    _move(fund, Fund.State.OPEN, actor, f"重新打开：{reason}")
    actor.record(
        act="reopen_fund", post=posting.post, obj=fund, before_hash=before, after_hash=fingerprint(fund), detail=f"{fund}：{reason}"
    )
    return fund


def _move(fund: Fund, target: str, actor: Actor, reason: str) -> None:
    """Conditional update on the state with its history row. Raises WrongState if another act came first."""
    if Fund.objects.filter(pk=fund.pk, state=fund.state).update(state=target) != 1:
        raise WrongState(f"“{fund}”已由他人办理，刷新后再看")
    fund.refresh_from_db()
    Fund.history.bulk_history_create([fund], update=True, default_user=actor.user, default_change_reason=reason)
