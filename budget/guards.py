"""WHO and WHEN of the acts on a fund: one table that the acts' checks and the pages' buttons both read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from budget.models import Fund
from departments.models import Posting
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, Refusal, WrongState


class FundAct(models.TextChoices):
    ADD_LINE = "add_line", "增加预算行"
    ADJUST = "adjust", "预算调整"
    ENTER = "enter", "登记支出"
    REVERSE = "reverse", "冲销"
    CHECK = "check", "复核"
    CLOSE = "close", "关账"
    REOPEN = "reopen", "重新打开"
    RECONCILE = "reconcile", "对账"
    CLOSE_MONTH = "close_month", "月结"
    REOPEN_MONTH = "reopen_month", "重新打开月份"
    PLAN = "plan", "用款计划"
    EXPLAIN = "explain", "偏差说明"
    SET_LIMIT = "set_limit", "偏差界限"
    WRITE_REPORT = "write_report", "填写自评报告"
    PROPOSE = "propose", "下年度预算建议"
    DISCLOSE = "disclose", "公开"
    WITHDRAW = "withdraw", "撤下公开"


@dataclass(frozen=True, slots=True)
class Rule:
    """The post that the act needs, in the fund's department, and the state in which it may happen (none named: in any)."""

    post: Post
    state: str = ""

    def allows(self, fund: Fund) -> bool:
        return self.state in ("", fund.state)


RULES: dict[FundAct, Rule] = {
    FundAct.ADD_LINE: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.ADJUST: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.ENTER: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.REVERSE: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.CHECK: Rule(Post.FUND_CHECKER, Fund.State.OPEN),
    FundAct.CLOSE: Rule(Post.FUND_CHECKER, Fund.State.OPEN),
    FundAct.REOPEN: Rule(Post.FUND_CHECKER, Fund.State.CLOSED),
    FundAct.RECONCILE: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.CLOSE_MONTH: Rule(Post.FUND_CHECKER, Fund.State.OPEN),
    FundAct.REOPEN_MONTH: Rule(Post.FUND_CHECKER, Fund.State.OPEN),
    FundAct.PLAN: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.EXPLAIN: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.SET_LIMIT: Rule(Post.FUND_CHECKER, Fund.State.OPEN),
    FundAct.WRITE_REPORT: Rule(Post.FUND_CLERK),
    FundAct.PROPOSE: Rule(Post.FUND_CLERK),
    FundAct.DISCLOSE: Rule(Post.FUND_CHECKER),
    FundAct.WITHDRAW: Rule(Post.FUND_CHECKER),
}


def check_can_act(*, actor: Actor, fund: Fund, act: FundAct) -> Posting:
    """The posting that gives ``actor`` the right now. Raises NotAllowed (a stranger: 404) or WrongState."""
    rule = RULES[act]
    posting = actor.holding(rule.post, department=fund.department)
    if posting is None:
        stranger = not Fund.objects.visible_to(actor.user).filter(pk=fund.pk).exists()
        raise NotAllowed(f"{act.label}须由{fund.department}的{rule.post.label}办理", stranger=stranger)
    if not rule.allows(fund):
        raise WrongState(_out_of_turn(fund))
    return posting


def can_act(*, actor: Actor, fund: Fund, act: FundAct) -> bool:
    """Twin of ``check_can_act``."""
    try:
        check_can_act(actor=actor, fund=fund, act=act)
    except Refusal:
        return False
    return True


def fund_acts(actor: Actor, fund: Fund) -> set[FundAct]:
    """What ``actor`` may do with ``fund`` now, read from the same table: the page's buttons. One query a post."""
    held = {post for post in {rule.post for rule in RULES.values()} if actor.holding(post, department=fund.department)}
    return {act for act, rule in RULES.items() if rule.post in held and rule.allows(fund)}


def locked(fund: Fund) -> Fund:
    """The fund's row, locked: every act on a fund takes this lock first, so its lines and entries are read as they are."""
    return Fund.objects.select_for_update(of=("self",)).select_related("department__region").get(pk=fund.pk)


def _out_of_turn(fund: Fund) -> str:
    if fund.state == Fund.State.CLOSED:
        return f"“{fund}”已关账；要补记或更正，先由{Post.FUND_CHECKER.label}写明理由重新打开"
    return f"“{fund}”还没有关账"
