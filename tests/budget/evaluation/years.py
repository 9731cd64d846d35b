"""A filled-in year with its self-evaluation in both formats; every figure of it is recomputed by hand in ``test_forms_by_hand``."""

from __future__ import annotations

import datetime
from decimal import Decimal

from budget.evaluation import filling
from budget.evaluation.models import EvaluationFormat, Indicator, Objective, SelfEvaluation
from budget.models import Fund
from tests.budget.books import add_line, adjust, check, enter, open_fund

# 一级, 二级, 三级, 方向, 目标, 上限, 单位, 分值, 实际, 目标说明
HUBEI = (
    (
        "清单动态管理到位",
        "40",
        (
            ("产出指标", "数量指标", "动态更新次数", "ge", "14", None, "次", "10", "15", ""),
            ("产出指标", "数量指标", "调整事项数", "ge", "199", None, "项", "10", "180", ""),
            ("产出指标", "质量指标", "要素完整率", "eq", "100", None, "%", "10", "97.5", ""),
            ("产出指标", "时效指标", "按期公布率", "ge", "95", None, "%", "10", None, ""),
        ),
    ),
    (
        "改革成效持续",
        "40",
        (
            ("产出指标", "成本指标", "单项调整成本", "le", "120", None, "元", "10", "150", ""),
            ("效益指标", "社会效益指标", "投诉纠错数", "le", "0", None, "件", "10", "0", ""),
            ("效益指标", "可持续影响指标", "长效机制", "quality", None, None, "", "10", "85", "建立并运行"),
            ("满意度指标", "服务对象满意度", "群众满意度", "range", "90", "100", "%", "10", "81", ""),
        ),
    ),
)
NATIONAL = (
    (
        "清单动态管理到位，改革成效持续",
        None,
        (
            ("产出指标", "数量指标", "动态更新次数", "ge", "14", None, "次", "15", "15", ""),
            ("产出指标", "数量指标", "调整事项数", "ge", "199", None, "项", "10", "180", ""),
            ("产出指标", "质量指标", "要素完整率", "eq", "100", None, "%", "10", "97.5", ""),
            ("产出指标", "时效指标", "按期公布率", "ge", "95", None, "%", "5", None, ""),
            ("产出指标", "成本指标", "单项调整成本", "le", "120", None, "元", "10", "150", ""),
            ("效益指标", "社会效益指标", "投诉纠错数", "le", "0", None, "件", "10", "2", ""),
            ("效益指标", "可持续影响指标", "长效机制", "quality", None, None, "", "12", "55", "建立并运行"),
            ("效益指标", "社会效益指标", "承接事项数", "ge", "3", None, "项", "8", "0", ""),
            ("满意度指标", "服务对象满意度", "群众满意度", "range", "90", "100", "%", "10", "95", ""),
        ),
    ),
)


def filled_fund(world) -> Fund:
    """调整后预算 25,000.00 元, 支出 22,345.67 元."""
    fund = open_fund(world, approval="襄财预〔2019〕2号")
    office, prints = add_line(world, fund, "办公费", "10000"), add_line(world, fund, "印刷费", "12000", "30202")
    adjust(world, fund, "3000", to_line=prints)
    check(world, enter(world, office, "记-1", "9100.67"))
    check(world, enter(world, prints, "记-2", "13245"))
    return fund


def begin(world, fund: Fund, code: str = "hubei", **fields) -> SelfEvaluation:
    return filling.begin_evaluation(actor=world.fund_clerk, fund=fund, format=EvaluationFormat.objects.get(code=code), **fields)


def add_objective(
    world, evaluation: SelfEvaluation, expected: str = "清单动态管理到位", weight: str | None = None, **fields
) -> Objective:
    fields = {"achieved": "已完成", **fields}
    return filling.set_objective(
        actor=world.fund_clerk,
        evaluation=evaluation,
        expected=expected,
        weight=Decimal(weight) if weight else None,
        **fields,
    )


def add_indicator(world, objective: Objective, *given, **fields) -> Indicator:
    level1, level2, name, direction, target, high, unit, weight, actual, text = given
    made = filling.set_indicator(
        actor=world.fund_clerk,
        evaluation=objective.evaluation,
        objective=objective,
        level1=level1,
        level2=level2,
        name=name,
        direction=direction,
        target=Decimal(target) if target else None,
        target_high=Decimal(high) if high else None,
        target_text=text,
        unit=unit,
        weight=Decimal(weight),
        **fields,
    )
    values = {"actual": Decimal(actual) if actual else None, "deviation": "见说明", "evidence": "台账"}
    filling.set_values(actor=world.fund_clerk, evaluation=objective.evaluation, values={made.pk: values})
    return made


def filled(world, code: str, fund: Fund | None = None) -> SelfEvaluation:
    """Ready to be submitted."""
    evaluation = begin(world, fund or filled_fund(world), code)
    for expected, weight, indicators in HUBEI if code == "hubei" else NATIONAL:
        goal = add_objective(world, evaluation, expected, weight)
        for each in indicators:
            add_indicator(world, goal, *each)
    return describe(world, evaluation)


def describe(world, evaluation: SelfEvaluation, **fields) -> SelfEvaluation:
    given = {
        "unit": "市人社局",
        "reported_on": datetime.date(2020, 3, 2),
        "category": "own",
        "attribute": "lasting",
        "kind": "yearly",
    }
    given |= {"analysis": "公布时间未作登记。", "measures": "建立台账。", **fields}
    return filling.describe_evaluation(actor=world.fund_clerk, evaluation=evaluation, **given)
