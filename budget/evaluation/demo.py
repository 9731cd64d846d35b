"""The demo's self-evaluations: 2019 begun and left empty, as its report states no value; the made-up year filled in, in both formats."""

from __future__ import annotations

import datetime
from decimal import Decimal

from budget.evaluation.filling import begin_evaluation, describe_evaluation, set_indicator, set_objective, set_values
from budget.evaluation.models import EvaluationFormat, SelfEvaluation
from budget.evaluation.submitting import confirm_evaluation, submit_evaluation
from budget.models import Fund
from budget.pace.outlook import watch_goals
from departments.people import Actor

HUBEI, NATIONAL = "hubei", "national"
_MARK = "（演示数据）"
_WHY = f"{_MARK}年中人手紧，已列入次年计划"
# 一级, 二级, 三级, direction, target, its upper end, unit, target in words, weight in Hubei's and in the national format, value
# (定性: per cent), what was seen. No weight: not in that format.
INDICATORS_2020 = (
    ("产出指标", "数量指标", "动态更新次数", "ge", "4", None, "次", "", "10", "10", "5", ""),
    ("产出指标", "数量指标", "调整事项数", "ge", "60", None, "项", "", "10", "10", "54", ""),
    ("产出指标", "质量指标", "要素完整率", "eq", "100", None, "%", "", "10", "10", "97.5", ""),
    ("产出指标", "时效指标", "审查平均用时", "le", "15", None, "个工作日", "", "10", "10", "18", ""),
    ("产出指标", "成本指标", "编印单价", "range", "8", "12", "元/册", "", "10", "10", "11.5", ""),
    ("效益指标", "社会效益指标", "投诉纠错未办结数", "le", "0", None, "件", "", "10", "15", "0", ""),
    ("效益指标", "可持续影响指标", "动态管理机制", "quality", None, None, "", "建立并运行", "10", "15", "85", "已建立，试运行"),
    ("满意度指标", "服务对象满意度", "群众满意度", "ge", "90", None, "%", "", "10", "10", None, ""),
)
_SHORT = frozenset({"调整事项数", "要素完整率", "审查平均用时", "动态管理机制", "群众满意度"})
_GOALS = (("清单随法规调整及时更新，要素齐全", "完成 5 次动态更新", 5), ("改革成效持续，群众满意", "机制已建立，问卷未开展", 3))

# 目标监控 at the end of July: 三级指标 → 执行情况, 全年预计完成, 完成可能性, 偏差原因及措施.
OUTLOOK_2020 = {
    "动态更新次数": ("3 次", "5 次", "certain", ""),
    "调整事项数": ("31 项", "54 项", "possible", f"{_MARK}上级文件较上年少，四季度集中清理"),
    "群众满意度": ("未开展", "未开展", "impossible", f"{_MARK}问卷没有排上，列入次年计划"),
}


def build_evaluations(*, clerk: Actor, checker: Actor, accounts: Fund, made_up: Fund) -> None:
    """``accounts``: the fund of 2019; ``made_up``: that of 2020, its Hubei form confirmed, its national one submitted."""
    formats = {each.code: each for each in EvaluationFormat.objects.filter(code__in=(HUBEI, NATIONAL))}
    for format in formats.values():
        begin_evaluation(actor=clerk, fund=accounts, format=format)
        evaluation = _filled(clerk, made_up, format)
        submit_evaluation(actor=clerk, evaluation=evaluation)
        if format.code == HUBEI:
            confirm_evaluation(actor=checker, evaluation=evaluation)
    fields = ("done", "expected", "likelihood", "remark")
    rows = {name: dict(zip(fields, told, strict=True)) for name, told in OUTLOOK_2020.items()}
    watch_goals(actor=clerk, fund=made_up, month=7, rows=rows)


def _filled(clerk: Actor, fund: Fund, format: EvaluationFormat) -> SelfEvaluation:
    evaluation = begin_evaluation(actor=clerk, fund=fund, format=format)
    describe_evaluation(
        actor=clerk,
        evaluation=evaluation,
        unit=str(fund.department),
        reported_on=datetime.date(2021, 2, 26),
        category=SelfEvaluation.Category.OWN,
        attribute=SelfEvaluation.Attribute.LASTING,
        kind=SelfEvaluation.Kind.YEARLY,
        analysis=f"{_MARK}审查用时超过目标，满意度问卷没有开展。",
        measures=f"{_MARK}分批送审；次年开展问卷，结果用于编制预算。",
    )
    rows, values = list(INDICATORS_2020), {}
    for expected, achieved, count in _GOALS:
        weight = Decimal(10 * count) if format.code == HUBEI else None
        goal = set_objective(
            actor=clerk, evaluation=evaluation, expected=f"{_MARK}{expected}", achieved=f"{_MARK}{achieved}", weight=weight
        )
        for row in rows[:count]:
            level1, level2, name, direction, target, high, unit, words, hubei, national, actual, seen = row
            made = set_indicator(
                actor=clerk,
                evaluation=evaluation,
                objective=goal,
                level1=level1,
                level2=level2,
                name=name,
                direction=direction,
                target=None if target is None else Decimal(target),
                target_high=None if high is None else Decimal(high),
                target_text=words,
                unit=unit,
                weight=Decimal(hubei if format.code == HUBEI else national),
            )
            value = None if actual is None else Decimal(actual)
            why = _WHY if name in _SHORT else ""
            values[made.pk] = {"actual": value, "actual_text": seen, "evidence": f"{_MARK}工作台账", "deviation": why}
        rows = rows[count:]
    set_values(actor=clerk, evaluation=evaluation, values=values)
    return evaluation
