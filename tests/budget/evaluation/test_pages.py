"""The self-evaluation screens: begun, filled in, submitted, confirmed, returned; what a refusal looks like; who may open what."""

from __future__ import annotations

import pytest
from django.urls import reverse

from budget.evaluation import submitting
from budget.evaluation.models import EvaluationFormat, Indicator, SelfEvaluation
from tests.budget.books import open_fund
from tests.budget.evaluation.years import begin, filled, filled_fund
from tests.budget.pages import entered, text

INDICATOR = {"level1": "产出指标", "level2": "数量指标", "name": "动态更新次数", "direction": "ge", "unit": "次", "weight": "80"}


def address(evaluation: SelfEvaluation, name: str = "fund_evaluation", *more) -> str:
    return reverse(f"admin:{name}", args=[evaluation.fund_id, evaluation.pk, *more])


def test_from_nothing_to_a_confirmed_form(world):
    fund, clerk, checker = filled_fund(world), entered("fund_clerk"), entered("fund_checker")
    start = f"/admin/funds/{fund.pk}/evaluation/"
    assert "建立第一份" in text(clerk.get(start)) and "财务经办建立后" in text(checker.get(start))
    made = clerk.post(f"{start}new/", {"format": EvaluationFormat.objects.get(code="hubei").pk})
    evaluation = SelfEvaluation.objects.get()
    assert made.url == address(evaluation)
    assert "无数据" in text(clerk.get(made.url))
    head = {"unit": "市人社局", "reported_on": "2020-03-02", "category": "own"}
    assert clerk.post(address(evaluation, "fund_evaluation_head"), head).status_code == 302
    goal = {"expected": "清单动态管理到位", "achieved": "已完成", "weight": "８０"}
    assert clerk.post(address(evaluation, "fund_evaluation_goal_new"), goal).status_code == 302
    indicator = {**INDICATOR, "target": "１４", "objective": evaluation.objectives.get().pk}
    added = clerk.post(address(evaluation, "fund_evaluation_indicator_new"), indicator, follow=True)
    assert "已增加“动态更新次数”80 分" in text(added) and 'value="产出指标"' in text(added)
    refused = clerk.post(address(evaluation, "fund_evaluation_submit"))
    assert refused.status_code == 422 and "动态更新次数：没有实际完成值，填写偏差原因及改进措施" in text(refused)
    row = Indicator.objects.get()
    values = {f"actual-{row.pk}": "1５", f"evidence-{row.pk}": "台账"}
    assert clerk.post(address(evaluation, "fund_evaluation_values"), {**values, f"actual-{row.pk}": "十五"}).status_code == 422
    assert "改动 1 项" in text(clerk.post(address(evaluation, "fund_evaluation_values"), values, follow=True))
    done = text(clerk.post(address(evaluation, "fund_evaluation_submit"), follow=True))
    assert "总分 97.88 分" in done and "<button" in text(checker.get(address(evaluation)))
    assert clerk.get(address(evaluation, "fund_evaluation_values")).status_code == 409
    assert clerk.post(address(evaluation, "fund_evaluation_confirm")).status_code == 403
    assert "已确认" in text(checker.post(address(evaluation, "fund_evaluation_confirm"), follow=True))
    assert checker.post(address(evaluation, "fund_evaluation_confirm")).status_code == 409
    assert checker.post(address(evaluation, "fund_evaluation_return"), {"reason": ""}).status_code == 422
    back = text(checker.post(address(evaluation, "fund_evaluation_return"), {"reason": "漏了一项"}, follow=True))
    assert "退回：漏了一项" in back and "（填写中，未提交）" in back


def test_a_refused_indicator_comes_back_as_typed(world):
    evaluation = filled(world, "hubei")
    given = {**INDICATOR, "name": "调整事项数", "target": "x", "objective": evaluation.objectives.first().pk}
    page = entered("fund_clerk").post(address(evaluation, "fund_evaluation_indicator_new"), given)
    assert page.status_code == 422 and "“x”不是数" in text(page)
    page = entered("fund_clerk").post(address(evaluation, "fund_evaluation_indicator_new"), {**given, "target": "1"})
    assert page.status_code == 422 and "本自评已有“调整事项数”" in text(page)


def test_a_judgement_above_a_hundred_is_told_at_its_field(world):
    evaluation = filled(world, "hubei")
    row = evaluation.indicators.get(name="长效机制")
    page = entered("fund_clerk").post(address(evaluation, "fund_evaluation_values"), {f"actual-{row.pk}": "101"})
    assert page.status_code == 422 and "定性指标填 0 至 100 的百分数" in text(page)


def test_rows_are_taken_out_and_a_goal_with_rows_is_not(world):
    evaluation, clerk = filled(world, "hubei"), entered("fund_clerk")
    row, goal = evaluation.indicators.first(), evaluation.objectives.first()
    page = clerk.post(address(evaluation, "fund_evaluation_goal", goal.pk), {"remove": "1"})
    assert page.status_code == 422 and "目标下还有指标" in text(page)
    assert "已去掉“动态更新次数”" in text(
        clerk.post(address(evaluation, "fund_evaluation_indicator", row.pk), {"remove": "1"}, follow=True)
    )
    assert evaluation.indicators.count() == 7


def test_an_own_format_must_close(world):
    clerk = entered("fund_clerk")
    given = {"name": "本单位自评表", "layout": "national", "execution_weight": "20", "sections": "产出指标=50；效益指标=20"}
    given["bands"] = "达成=100-80；未达成=80-0"
    page = clerk.post("/admin/funds/evaluation-formats/new/", given)
    assert page.status_code == 422 and "分值合计须为 100，现为 20 + 50 + 20 = 90" in text(page)
    page = clerk.post("/admin/funds/evaluation-formats/new/", {**given, "execution_weight": "30", "bands": "达成=100-80"})
    assert page.status_code == 422 and "首尾相接" in text(page)
    page = clerk.post("/admin/funds/evaluation-formats/new/", {**given, "execution_weight": "30"}, follow=True)
    assert "已建立“本单位自评表”" in text(page)
    own = EvaluationFormat.objects.get(name="本单位自评表")
    assert begin(world, filled_fund(world), own.code).format.read().sections == {"产出指标": 50, "效益指标": 20}


def test_what_people_type_is_shown_as_text(world):
    evaluation = filled(world, "hubei")
    row = evaluation.indicators.first()
    entered("fund_clerk").post(address(evaluation, "fund_evaluation_values"), {f"evidence-{row.pk}": "<script>x</script>"})
    page = text(entered("auditor").get(address(evaluation)))
    assert "&lt;script&gt;" in page and "<script>x" not in page


READING, CLERK, CHECKER = {"fund_clerk", "fund_checker", "clerk", "head", "auditor"}, {"fund_clerk"}, {"fund_checker"}
PAGES = {
    "fund_evaluations": (READING, "get"),
    "fund_evaluation": (READING, "get"),
    "fund_evaluation_file": (READING, "get"),
    "fund_evaluation_new": (CLERK, "get"),
    "fund_evaluation_head": (CLERK, "get"),
    "fund_evaluation_goal_new": (CLERK, "get"),
    "fund_evaluation_goal": (CLERK, "get"),
    "fund_evaluation_indicator_new": (CLERK, "get"),
    "fund_evaluation_indicator": (CLERK, "get"),
    "fund_evaluation_values": (CLERK, "get"),
    "fund_evaluation_submit": (CLERK, "get"),
    "fund_evaluation_return": (CHECKER, "post"),
    "fund_evaluation_confirm": (CHECKER, "post"),
}


@pytest.mark.parametrize("who", ["fund_clerk", "fund_checker", "auditor", "head", "compliance", "publisher"])
def test_every_address_answers_whoever_may_and_no_one_else(world, who):
    evaluation = filled(world, "hubei")
    more = {
        "fund_evaluation_file": ["xlsx"],
        "fund_evaluation_goal": [evaluation.objectives.first().pk],
        "fund_evaluation_indicator": [evaluation.indicators.first().pk],
    }
    client = entered(who)
    for name, (readers, method) in PAGES.items():
        at = reverse(
            f"admin:{name}",
            args=[evaluation.fund_id]
            + ([] if name in ("fund_evaluations", "fund_evaluation_new") else [evaluation.pk])
            + more.get(name, []),
        )
        answer = getattr(client, method)(at)
        # What a draft does not allow is 409, and only for who might.
        assert answer.status_code == ((200 if method == "get" else 409) if who in readers else 403), (who, name)


def test_another_fund_evaluation_is_not_found_under_this_one(world):
    evaluation = filled(world, "hubei")
    other = begin(world, open_fund(world, "别的"), "hubei")
    clerk = entered("fund_clerk")
    assert clerk.get(f"/admin/funds/{other.fund_id}/evaluation/{evaluation.pk}/").status_code == 404
    row = evaluation.indicators.first()
    assert clerk.get(f"/admin/funds/{other.fund_id}/evaluation/{other.pk}/indicator/{row.pk}/").status_code == 404
    assert entered("auditor").get(f"/admin/funds/{other.fund_id}/evaluation/{evaluation.pk}/file/xlsx/").status_code == 404
    assert clerk.get(f"{address(evaluation)}file/exe/").status_code == 404


def test_a_submitted_page_shows_what_was_kept(world):
    evaluation = filled(world, "national")
    kept = submitting.submit_evaluation(actor=world.fund_clerk, evaluation=evaluation)
    page = text(entered("auditor").get(address(evaluation)))
    assert kept.body_hash in page and "67.34" in page and "（填写中" not in page
