"""The way of a self-evaluation: written, submitted and frozen, confirmed by another, returned with a reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import Error, transaction

from budget.evaluation import computed, filling, submitting
from budget.evaluation.models import EvaluationSubmission, Indicator, SelfEvaluation
from budget.evaluation.sheet import read_sheet, sheet_of
from budget.indicators import INDICATORS, Figure
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.canonical import sha256_hex
from qingdan.ledger.models import AuditEvent
from tests.budget.books import check, enter, second_person
from tests.budget.evaluation.years import add_indicator, add_objective, begin, describe, filled, filled_fund


def submit(world, evaluation: SelfEvaluation) -> EvaluationSubmission:
    return submitting.submit_evaluation(actor=world.fund_clerk, evaluation=evaluation)


def told(refused) -> set[tuple[str, str]]:
    return {(each.rule, each.where) for each in refused.value.violations}


def test_a_submitted_one_is_kept_whole_with_its_hash_and_stays_as_it_was(world):
    evaluation = filled(world, "hubei")
    before = sheet_of(evaluation)
    kept = submit(world, evaluation)
    evaluation.refresh_from_db()
    assert evaluation.state == "submitted" and kept.total == Decimal("82.18")
    assert read_sheet(kept.body) == before == sheet_of(evaluation)
    assert kept.body_hash == sha256_hex(kept.body.encode())
    assert AuditEvent.objects.filter(act="submit_evaluation", after_hash=kept.body_hash).exists()
    # The book goes on; what was submitted does not.
    line = evaluation.fund.lines.get(name="办公费")
    check(world, enter(world, line, "记-9", "899.33"))
    assert sheet_of(evaluation).total == "82.18"


def test_nothing_of_a_submitted_one_is_changed_by_an_act_or_past_it(world):
    evaluation = filled(world, "hubei")
    submit(world, evaluation)
    goal, row = evaluation.objectives.first(), evaluation.indicators.first()
    with pytest.raises(WrongState, match="已提交"):
        filling.set_values(actor=world.fund_clerk, evaluation=evaluation, values={row.pk: {"actual": Decimal(99)}})
    with pytest.raises(WrongState):
        add_objective(world, evaluation, "另一个", "10")
    with pytest.raises(WrongState):
        submit(world, evaluation)
    for attempt in (
        lambda: Indicator.objects.filter(pk=row.pk).update(actual=99),
        lambda: type(goal).objects.filter(pk=goal.pk).update(achieved="别的"),
        lambda: Indicator.objects.filter(pk=row.pk).delete(),
        lambda: EvaluationSubmission.objects.update(body="{}"),
        lambda: EvaluationSubmission.objects.all().delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            attempt()


def test_it_is_confirmed_by_another_and_returned_with_a_reason(world):
    evaluation = filled(world, "hubei")
    with pytest.raises(WrongState, match="先由财务经办提交"):
        submitting.confirm_evaluation(actor=world.fund_checker, evaluation=evaluation)
    submit(world, evaluation)
    done = submitting.confirm_evaluation(actor=world.fund_checker, evaluation=evaluation)
    assert done.state == "confirmed" and done.confirmed_by == world.fund_checker.user
    with pytest.raises(RuleBroken, match="理由"):
        submitting.return_evaluation(actor=world.fund_checker, evaluation=evaluation, reason=" ")
    back = submitting.return_evaluation(actor=world.fund_checker, evaluation=evaluation, reason="漏了一项")
    assert back.is_draft and back.submitted_by is None
    assert submit(world, evaluation).number == 2
    reasons = list(evaluation.history.order_by("history_id").values_list("history_change_reason", flat=True))
    assert reasons[-3:] == ["确认自评", "退回：漏了一项", "第 2 次提交"]


def test_who_submitted_does_not_confirm(world):
    evaluation = filled(world, "hubei")
    both = second_person(world, "both", Post.FUND_CLERK)
    both.user.postings.create(post=Post.FUND_CHECKER, department=world.department(), from_on=both.user.postings.get().from_on)
    submitting.submit_evaluation(actor=both, evaluation=evaluation)
    with pytest.raises(NotAllowed, match="另一人"):
        submitting.confirm_evaluation(actor=Actor(both.user), evaluation=evaluation)


def test_all_that_is_missing_is_told_at_once(world):
    evaluation = begin(world, filled_fund(world))
    goal = add_objective(world, evaluation, "甲", "70", achieved="")
    row = add_indicator(world, goal, "产出指标", "数量指标", "次数", "ge", "4", None, "次", "60", "3", "")
    filling.set_values(actor=world.fund_clerk, evaluation=evaluation, values={row.pk: {"deviation": ""}})
    with pytest.raises(RuleBroken) as refused:
        submit(world, evaluation)
    assert told(refused) == {("S01", "年度绩效目标"), ("S01", "甲"), ("S02", "甲"), ("S03", "次数"), ("S04", "填报日期")}
    assert "得 45.00 分，分值 60 分" in str(refused.value)


def test_the_national_weights_close_by_first_level(world):
    evaluation = begin(world, filled_fund(world), "national")
    goal = add_objective(world, evaluation)
    add_indicator(world, goal, "产出指标", "数量指标", "次数", "ge", "4", None, "次", "50", "4", "")
    describe(world, evaluation)
    with pytest.raises(RuleBroken) as refused:
        submit(world, evaluation)
    assert told(refused) == {("S01", "效益指标"), ("S01", "满意度指标")}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (("", "数量指标", "甲", "ge", "1", None, "次", "10", None, ""), "一级指标"),
        (("产出指标", "数量指标", "甲", "nonsense", "1", None, "次", "10", None, ""), "方向"),
        (("产出指标", "数量指标", "甲", "ge", None, None, "次", "10", None, ""), "目标值"),
        (("产出指标", "数量指标", "甲", "ge", "-1", None, "次", "10", None, ""), "目标值"),
        (("产出指标", "数量指标", "甲", "ge", "1", "2", "次", "10", None, ""), "目标值上限"),
        (("产出指标", "数量指标", "甲", "range", "3", "2", "次", "10", None, ""), "目标值上限"),
        (("产出指标", "数量指标", "甲", "quality", None, None, "", "10", None, ""), "目标说明"),
        (("产出指标", "数量指标", "甲", "quality", "1", None, "", "10", None, "文字"), "目标值"),
        (("产出指标", "数量指标", "甲", "ge", "1", None, "次", "0", None, ""), "分值"),
    ],
)
def test_an_indicator_that_cannot_be_measured_is_refused(world, given, rule):
    goal = add_objective(world, begin(world, filled_fund(world)), "甲", "80")
    with pytest.raises(RuleBroken) as refused:
        add_indicator(world, goal, *given)
    assert rule in {where for _rule, where in told(refused)}


def test_a_judgement_is_between_nothing_and_all(world):
    goal = add_objective(world, begin(world, filled_fund(world)), "甲", "80")
    with pytest.raises(RuleBroken, match="0 至 100"):
        add_indicator(world, goal, "效益指标", "社会效益", "甲", "quality", None, None, "", "10", "101", "文字")


def test_one_evaluation_a_format_and_another_takes_over_its_indicators(world):
    evaluation = filled(world, "hubei")
    with pytest.raises(RuleBroken, match="已有"):
        begin(world, evaluation.fund)
    other = begin(world, evaluation.fund, "national", copy_from=evaluation)
    assert other.indicators.count() == 8 and other.objectives.count() == 2
    assert other.indicators.get(name="动态更新次数").actual == 15
    assert set(other.objectives.values_list("weight", flat=True)) == {None}


def test_only_what_changed_is_written(world):
    evaluation = filled(world, "hubei")
    row = evaluation.indicators.get(name="调整事项数")
    before = row.history.count()
    again = {row.pk: {"actual": Decimal("180"), "evidence": "台账", "deviation": "见说明"}}
    assert filling.set_values(actor=world.fund_clerk, evaluation=evaluation, values=again) == 0
    assert row.history.count() == before


def test_a_goal_with_indicators_is_not_taken_out(world):
    evaluation = filled(world, "hubei")
    goal = evaluation.objectives.first()
    with pytest.raises(RuleBroken, match="还有指标"):
        filling.remove_objective(actor=world.fund_clerk, evaluation=evaluation, objective=goal)
    for row in goal.indicators.all():
        filling.remove_indicator(actor=world.fund_clerk, evaluation=evaluation, indicator=row)
    filling.remove_objective(actor=world.fund_clerk, evaluation=evaluation, objective=goal)
    assert evaluation.objectives.count() == 1
    assert Indicator.history.filter(name="动态更新次数", history_type="-").exists()


def test_a_computed_value_is_the_list_own_and_frozen_with_its_query_when_submitted(world, monkeypatch):
    evaluation = filled(world, "hubei")
    row = evaluation.indicators.get(name="单项调整成本")
    fields = {name: getattr(row, name) for name in filling.FIELDS}
    filling.set_indicator(
        actor=world.fund_clerk,
        evaluation=evaluation,
        objective=row.objective,
        indicator=row,
        **{**fields, "computed_by": "cost"},
    )
    found = Figure(INDICATORS["cost"], Decimal("96.005"), "22,345.67 ÷ 232.75 = 96.005", (), "", "2019-01-01 至 2019-12-31")
    monkeypatch.setattr(computed, "compute", lambda name, fund: found)
    # What is typed for it is left out.
    filling.set_values(actor=world.fund_clerk, evaluation=evaluation, values={row.pk: {"actual": Decimal(1)}})
    shown = {each.name: each for each in sheet_of(evaluation).rows}["单项调整成本"]
    assert (shown.actual, shown.points) == ("96.005元", "10.00")
    submit(world, evaluation)
    row.refresh_from_db()
    assert row.frozen_value == Decimal("96.005") and "22,345.67 ÷ 232.75" in row.frozen_query
    monkeypatch.setattr(computed, "compute", lambda name, fund: replace(found, value=None))
    evaluation.refresh_from_db()
    assert {each.name: each for each in sheet_of(evaluation).rows}["单项调整成本"].actual == "96.005元"
    submitting.return_evaluation(actor=world.fund_checker, evaluation=evaluation, reason="数据有变")
    evaluation.refresh_from_db()
    assert {each.name: each for each in sheet_of(evaluation).rows}["单项调整成本"].actual == "无数据"


def test_an_unknown_figure_of_the_list_is_refused(world):
    goal = add_objective(world, begin(world, filled_fund(world)), "甲", "80")
    with pytest.raises(RuleBroken, match="没有这个自动指标"):
        add_indicator(world, goal, "产出指标", "数量指标", "甲", "ge", "1", None, "次", "10", None, "", computed_by="nothing")
