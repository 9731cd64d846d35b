"""Who may do what with whose fund: every person of the world × every act and every address × own, foreign and merged departments."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from budget import funds, lines, months, spending
from budget.evaluation import filling, submitting
from budget.evaluation.models import EvaluationFormat
from budget.evidence.keeping import ask_evidence
from budget.guards import RULES, FundAct, can_act, fund_acts
from budget.models import Fund
from budget.pace import outlook
from budget.pace.deviations import explain_deviation, set_limit
from budget.pace.disclosure import disclose_fund, withdraw_fund
from budget.pace.plan import set_plan
from budget.pace.proposal import Inputs, propose_budget
from budget.reporting import writing
from departments.models import Department, Posting, User
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed
from tests.budget.books import add_line, adjust, classes, close_months, enter, open_fund
from tests.budget.evaluation.years import filled
from tests.budget.pages import entered, text
from tests.world import PASSWORD, PEOPLE

# The world's people, and one of each finance post elsewhere: another department, another region.
ELSEWHERE = {
    "foreign_fund_clerk": (Post.FUND_CLERK, "420600-SCJ"),
    "foreign_fund_checker": (Post.FUND_CHECKER, "420600-SCJ"),
    "county_fund_clerk": (Post.FUND_CLERK, "420602-MZJ"),
    "county_auditor": (Post.AUDITOR, "420602"),
}
EVERYONE = [*PEOPLE, *ELSEWHERE]
READERS = {"fund_clerk", "fund_checker", "clerk", "head", "auditor"}
# act → who may do it to the city's fund
DOERS = {
    **dict.fromkeys(
        ("add_line", "adjust", "enter", "reverse", "reconcile", "plan", "explain", "watch", "write_report"), {"fund_clerk"}
    ),
    "propose": {"fund_clerk"},
    "keep_evidence": {"fund_clerk"},
    **dict.fromkeys(("check", "close", "reopen", "close_month", "reopen_month"), {"fund_checker"}),
    **dict.fromkeys(("set_limit", "disclose", "withdraw"), {"fund_checker"}),
    **dict.fromkeys(("evaluate", "fill_evaluation", "submit_evaluation"), {"fund_clerk"}),
    **dict.fromkeys(("confirm_evaluation", "return_evaluation"), {"fund_checker"}),
}
# Acts on an evaluation: the fund's own page has no button for them.
ON_EVALUATION = {"fill_evaluation", "submit_evaluation", "confirm_evaluation", "return_evaluation"}
READING = frozenset({Post.FUND_CLERK, Post.FUND_CHECKER, Post.CLERK, Post.HEAD, Post.AUDITOR})
_CLERK, _CHECKER = frozenset({Post.FUND_CLERK}), frozenset({Post.FUND_CHECKER})
# address → the posts that it is for, and how it is asked
PAGES = {
    "fund": (READING, "get"),
    "fund_spending": (READING, "get"),
    "fund_months": (READING, "get"),
    "fund_indicators": (READING, "get"),
    "fund_report": (READING, "get"),
    "fund_evidence": (READING, "get"),
    "fund_regulations": (READING, "get"),
    "fund_evidence_package": (READING, "get"),
    "fund_report_write": (_CLERK, "get"),
    "fund_lines": (_CLERK, "get"),
    "fund_adjust": (_CLERK, "get"),
    "fund_entry": (_CLERK, "get"),
    "fund_import": (_CLERK, "get"),
    "fund_import_template": (_CLERK, "get"),
    "fund_reverse": (_CLERK, "get"),
    "fund_plan": (_CLERK, "get"),
    "fund_execution": (READING, "get"),
    "fund_monitoring": (READING, "get"),
    "fund_years": (READING, "get"),
    "fund_goals": (_CLERK, "get"),
    "fund_disclosure": (READING, "get"),
    "fund_proposal": (_CLERK, "get"),
    "fund_close": (_CHECKER, "get"),
    "fund_check": (_CHECKER, "post"),
}


@pytest.fixture
def everyone(world) -> None:
    for username, (post, place) in ELSEWHERE.items():
        department = Department.objects.filter(code=place).first()
        region = None if department else world.county
        user = User.objects.create_user(username, "外单位", PASSWORD, must_change_password=False)
        Posting.objects.create(user=user, post=post, department=department, region=region, from_on=datetime.date(2016, 1, 1))


@pytest.fixture
def fund(world, everyone) -> Fund:
    fund = open_fund(world)
    add_line(world, fund, "办公费", "100")
    return fund


def actor(username: str) -> Actor:
    return Actor(User.objects.get(username=username))


def attempt(act: str, by: Actor, fund: Fund, world) -> None:
    """The act itself, with arguments that are right."""
    line = fund.lines.get()
    on = datetime.date(2019, 5, 6)
    if act == "add_line":
        lines.add_line(actor=by, fund=fund, name="差旅费", classes=classes("30211"), original=Decimal(1))
    elif act == "adjust":
        lines.adjust_lines(actor=by, fund=fund, to_line=line, amount=Decimal(1), document="甲", reason="乙", decided_on=on)
    elif act == "enter":
        spending.enter_expenditure(
            actor=by, fund=fund, line=line, voucher="记-9", spent_on=on, amount=Decimal(1), payee="甲", purpose="乙"
        )
    elif act == "reverse":
        entry = enter(world, line, "记-1", "1")
        spending.reverse_expenditure(actor=by, entry=entry, voucher="记-2", reversed_on=on, reason="乙")
    elif act == "check":
        spending.check_expenditure(actor=by, entry=enter(world, line, "记-1", "1"))
    elif act == "reconcile":
        months.reconcile_month(actor=by, fund=fund, month=4, stated=Decimal(0))
    elif act == "close_month":
        months.reconcile_month(actor=world.fund_clerk, fund=fund, month=4, stated=Decimal(0))
        months.close_month(actor=by, fund=fund, month=4)
    elif act == "reopen_month":
        months.reconcile_month(actor=world.fund_clerk, fund=fund, month=4, stated=Decimal(0))
        months.close_month(actor=world.fund_checker, fund=fund, month=4)
        months.reopen_month(actor=by, fund=fund, month=4, reason="补记")
    elif act == "plan":
        set_plan(actor=by, fund=fund, months={line: [Decimal(100)] + [Decimal(0)] * 11})
    elif act == "explain":
        explain_deviation(actor=by, fund=fund, month=12, line=line, reason="甲", measure="乙")
    elif act == "watch":
        outlook.watch_goals(actor=by, fund=fund, month=12, rows={})
    elif act == "propose":
        propose_budget(actor=by, fund=fund, inputs=Inputs(), formulas={})
    elif act == "disclose":
        disclose_fund(actor=by, fund=fund)
    elif act == "withdraw":
        disclose_fund(actor=world.fund_checker, fund=fund)
        withdraw_fund(actor=by, fund=fund, reason="数有误")
    elif act == "set_limit":
        set_limit(actor=by, fund=fund, points=20)
    elif act == "write_report":
        writing.write_report(actor=by, fund=fund, texts={"basis": "甲"}, seen=writing.seen_hash(writing.texts_of(fund)))
    elif act == "evaluate":
        filling.begin_evaluation(actor=by, fund=fund, format=EvaluationFormat.objects.get(code="hubei"))
    elif act == "fill_evaluation":
        filling.describe_evaluation(actor=by, evaluation=fund.evaluations.get(), unit="市人社局")
    elif act in ON_EVALUATION:
        reason = {"reason": "漏了一项"} if act == "return_evaluation" else {}
        getattr(submitting, act)(actor=by, evaluation=fund.evaluations.get(), **reason)
    elif act == "keep_evidence":
        ask_evidence(actor=by, fund=fund, indicator="调整事项数", needed="台账", owed_by="编办")
    elif act == "close":
        funds.close_fund(actor=by, fund=fund)
    else:
        funds.close_fund(actor=world.fund_checker, fund=fund)
        funds.reopen_fund(actor=by, fund=fund, reason="补记")


def test_the_table_of_acts_is_the_whole_of_it():
    assert set(DOERS) == {act.value for act in RULES} == set(FundAct.values)


@pytest.mark.parametrize("act", FundAct.values)
def test_an_act_is_done_by_its_post_in_the_fund_own_department_and_by_nobody_else(world, fund, act):
    if act in ON_EVALUATION:
        evaluation = filled(world, "hubei", fund)
        if RULES[FundAct(act)].post == Post.FUND_CHECKER:
            submitting.submit_evaluation(actor=world.fund_clerk, evaluation=evaluation)
    if act in ("close", "reopen"):
        close_months(world, fund)
    for who in EVERYONE:
        if who in DOERS[act]:
            continue
        with pytest.raises(NotAllowed) as refused, transaction.atomic():
            attempt(act, actor(who), fund, world)
        assert refused.value.status == (403 if who in READERS else 404), who
    for who in DOERS[act]:
        attempt(act, actor(who), fund, world)


def test_buttons_are_what_the_acts_allow(fund):
    for who in EVERYONE:
        may = {act.value for act in fund_acts(actor(who), fund)}
        assert may == {act for act, doers in DOERS.items() if who in doers and act not in {"reopen", *ON_EVALUATION}}, who
        assert may == {act for act in FundAct if act not in ON_EVALUATION and can_act(actor=actor(who), fund=fund, act=act)}, who


def test_buttons_of_an_evaluation_follow_its_state(world, fund):
    evaluation = filled(world, "hubei", fund)
    clerk, checker = actor("fund_clerk"), actor("fund_checker")

    def may(who):
        found = ON_EVALUATION & fund_acts(who, fund, evaluation)
        assert found == {act for act in ON_EVALUATION if can_act(actor=who, fund=fund, act=FundAct(act), evaluation=evaluation)}
        return found

    assert (may(clerk), may(checker)) == ({"fill_evaluation", "submit_evaluation"}, set())
    submitting.submit_evaluation(actor=clerk, evaluation=evaluation)
    evaluation.refresh_from_db()
    assert (may(clerk), may(checker)) == (set(), {"confirm_evaluation", "return_evaluation"})
    evaluation = submitting.confirm_evaluation(actor=checker, evaluation=evaluation)
    assert (may(clerk), may(checker)) == (set(), {"return_evaluation"})


def test_a_fund_is_opened_by_the_finance_clerk_of_its_department_only(world, everyone):
    def attempt_it(who):
        return funds.open_fund(actor=actor(who), department=world.department(), year=2019, name="甲", source="乙")

    for who in EVERYONE:
        if who != "fund_clerk":
            with pytest.raises(NotAllowed):
                attempt_it(who)
    assert attempt_it("fund_clerk").pk


def test_a_fund_and_what_belongs_to_it_is_seen_by_its_department_and_the_auditor_of_its_region_only(world, fund):
    line = fund.lines.get()
    rows = [fund, line, enter(world, line, "记-1", "1"), adjust(world, fund, "1", to_line=line)]
    for who in EVERYONE:
        user = actor(who).user
        seen = {type(row).objects.visible_to(user).filter(pk=row.pk).exists() for row in rows}
        assert seen == {who in READERS}, who


def test_every_address_answers_whoever_may_and_no_one_else(world, fund):
    entry = enter(world, fund.lines.get(), "记-1", "1")
    for who in [*(each for each in EVERYONE if each != "fund_checker"), "fund_checker"]:
        client = entered(who)
        for name, (posts, method) in PAGES.items():
            address = reverse(f"admin:{name}", args=[fund.pk, *({"fund_reverse": [entry.pk], "fund_goals": [5]}.get(name, []))])
            answer = client.get(address) if method == "get" else client.post(address, {"entries": [entry.pk]})
            assert answer.status_code == expected(who, posts, 200 if method == "get" else 302), (who, name)
        entry.refresh_from_db()
        assert (entry.checked_at is not None) is (who == "fund_checker")


def expected(who: str, posts: frozenset[Post], granted: int) -> int:
    """The post opens the screen (else 403), the fund must be one's own (else 404)."""
    if PEOPLE.get(who, ELSEWHERE.get(who))[0 if who in ELSEWHERE else 1] not in posts:
        return 403
    return granted if who in READERS else 404


def test_the_list_of_funds_holds_only_what_the_reader_may_see(fund):
    for who in EVERYONE:
        answer = entered(who).get("/admin/funds/")
        assert answer.status_code == (403 if expected(who, READING, 200) == 403 else 200), who
        assert ("2019年行政审批制度改革" in text(answer)) is (who in READERS), who
