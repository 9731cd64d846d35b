"""WHO and WHEN of the acts on a fund: one table that the acts' checks and the pages' buttons both read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from budget.models import Fund, SelfEvaluation
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
    WATCH = "watch", "目标监控"
    WRITE_REPORT = "write_report", "填写自评报告"
    PROPOSE = "propose", "下年度预算建议"
    DISCLOSE = "disclose", "公开"
    WITHDRAW = "withdraw", "撤下公开"
    EVALUATE = "evaluate", "建立自评"
    FILL_EVALUATION = "fill_evaluation", "填写自评"
    SUBMIT_EVALUATION = "submit_evaluation", "提交自评"
    CONFIRM_EVALUATION = "confirm_evaluation", "确认自评"
    RETURN_EVALUATION = "return_evaluation", "退回自评"
    KEEP_EVIDENCE = "keep_evidence", "登记支撑材料"


@dataclass(frozen=True, slots=True)
class Rule:
    """The post that the act needs, in the fund's department, the state in which it may happen (none named: in any), and that of the evaluation."""

    post: Post
    state: str = ""
    evaluation: tuple[str, ...] = ()

    def allows(self, fund: Fund) -> bool:
        return self.state in ("", fund.state)


_EVALUATION = SelfEvaluation.State
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
    FundAct.WATCH: Rule(Post.FUND_CLERK, Fund.State.OPEN),
    FundAct.WRITE_REPORT: Rule(Post.FUND_CLERK),
    FundAct.PROPOSE: Rule(Post.FUND_CLERK),
    FundAct.DISCLOSE: Rule(Post.FUND_CHECKER),
    FundAct.WITHDRAW: Rule(Post.FUND_CHECKER),
    FundAct.EVALUATE: Rule(Post.FUND_CLERK),
    FundAct.FILL_EVALUATION: Rule(Post.FUND_CLERK, evaluation=(_EVALUATION.DRAFT,)),
    FundAct.SUBMIT_EVALUATION: Rule(Post.FUND_CLERK, evaluation=(_EVALUATION.DRAFT,)),
    FundAct.CONFIRM_EVALUATION: Rule(Post.FUND_CHECKER, evaluation=(_EVALUATION.SUBMITTED,)),
    FundAct.RETURN_EVALUATION: Rule(Post.FUND_CHECKER, evaluation=(_EVALUATION.SUBMITTED, _EVALUATION.CONFIRMED)),
    FundAct.KEEP_EVIDENCE: Rule(Post.FUND_CLERK),
}


def check_can_act(*, actor: Actor, fund: Fund, act: FundAct, evaluation: SelfEvaluation | None = None) -> Posting:
    """The posting that gives ``actor`` the right now. Raises NotAllowed (a stranger: 404) or WrongState.

    ``evaluation`` is needed by the acts on one, and only by them.
    """
    rule, posting = RULES[act], check_post(actor=actor, fund=fund, act=act)
    if not rule.allows(fund):
        raise WrongState(_out_of_turn(fund))
    if rule.evaluation and evaluation.state not in rule.evaluation:
        raise WrongState(_OUT_OF_TURN[SelfEvaluation.State(evaluation.state)])
    return posting


def check_post(*, actor: Actor, fund: Fund, act: FundAct) -> Posting:
    """WHO alone: what a page asks before it reads a form, so that a stranger learns nothing from the form's faults."""
    rule = RULES[act]
    posting = actor.holding(rule.post, department=fund.department)
    if posting is None:
        stranger = not Fund.objects.visible_to(actor.user).filter(pk=fund.pk).exists()
        raise NotAllowed(f"{act.label}须由{fund.department}的{rule.post.label}办理", stranger=stranger)
    return posting


def can_act(*, actor: Actor, fund: Fund, act: FundAct, evaluation: SelfEvaluation | None = None) -> bool:
    """Twin of ``check_can_act``."""
    try:
        check_can_act(actor=actor, fund=fund, act=act, evaluation=evaluation)
    except Refusal:
        return False
    return True


def fund_acts(actor: Actor, fund: Fund, evaluation: SelfEvaluation | None = None) -> set[FundAct]:
    """What ``actor`` may do with ``fund`` (and ``evaluation``) now, from the same table: the page's buttons. One query a post."""
    held = {post for post in {rule.post for rule in RULES.values()} if actor.holding(post, department=fund.department)}
    there = evaluation.state if evaluation else None
    return {
        act
        for act, rule in RULES.items()
        if rule.post in held and rule.allows(fund) and (not rule.evaluation or there in rule.evaluation)
    }


def locked(fund: Fund) -> Fund:
    """The fund's row, locked: every act on a fund takes this lock first, so its lines and entries are read as they are."""
    return Fund.objects.select_for_update(of=("self",)).select_related("department__region").get(pk=fund.pk)


_OUT_OF_TURN = {
    _EVALUATION.DRAFT: f"自评还在填写，先由{Post.FUND_CLERK.label}提交",
    _EVALUATION.SUBMITTED: f"自评已提交，内容不再改动；要改，由{Post.FUND_CHECKER.label}写明理由退回",
    _EVALUATION.CONFIRMED: f"自评已确认，内容不再改动；要改，由{Post.FUND_CHECKER.label}写明理由退回",
}


def _out_of_turn(fund: Fund) -> str:
    if fund.state == Fund.State.CLOSED:
        return f"“{fund}”已关账；要补记或更正，先由{Post.FUND_CHECKER.label}写明理由重新打开"
    return f"“{fund}”还没有关账"
