"""Indicators that compute themselves: for a fund's year and region, from the list's own data and from what the reviews recorded.

``compute(name, fund)`` gives the figure; ``INDICATORS`` holds the rule of each. Nothing is stored: who submits an evaluation freezes the
figure there.
"""

from __future__ import annotations

import datetime

from django.urls import reverse

from budget.indicators import lists, reviewing
from budget.indicators.figures import NO_DATA, Computed, Count, Figure, Period, Row, last_day
from budget.models import Fund
from reviews.counting import RULES

__all__ = ["INDICATORS", "NO_DATA", "Computed", "Figure", "Row", "compute", "compute_all", "period_of"]

_NOT_BEGUN = Count(None, "年度还没有开始")
_LISTED = "期末有效清单中公开的事项（已拆分的大项不计，其子项计入）"

INDICATORS: dict[str, Computed] = {
    each.name: each
    for each in (
        Computed("rounds", "动态调整次数", "次", f"{RULES[1]}首次公布之前为无数据。", lists.rounds),
        Computed("directives", "上级决定批数", "批", f"{RULES[0]}", lists.directives),
        Computed("items_summed", "调整事项数（累计）", "项", f"{RULES[2]}{RULES[4]}", lists.items_summed),
        Computed("items_distinct", "调整事项数（去重）", "项", f"{RULES[3]}{RULES[4]}", lists.items_distinct),
        Computed("departments", "涉及部门数", "个", "年度内有计数事项调整的部门，按调整时事项所属部门，一个部门计一个。", lists.departments),
        Computed(
            "complete", "要素完整率", "%", f"{_LISTED}里，本类别必填要素（现行必填要素表）全部填写的事项所占比例。", lists.complete,
            "齐全", "不齐全",
        ),
        Computed(
            "in_force", "依据现行有效率", "%",
            f"{_LISTED}的全部依据里，法律库收录的，期末时效为“有效”的所占比例；法律库未收录的不计入，另行列数。", lists.in_force,
            "有效", "不是现行有效",
        ),
        Computed(
            "applied_in_time", "上级决定后按期申请率", "%",
            "年度内首次提交的、写明上级决定或者答复其任务的申请，在该决定成文之日后办理时限表所定的工作日（默认 10 个）内提交的所占比例；"
            "几个决定的按最早的计，分出的申请随原申请。", reviewing.applied_in_time, "按时", "逾期",
        ),
        Computed(
            "reviewed_in_time", "审查按时率", "%",
            "年度内办结的合规审查、合法性审查（每进入一次计一次），在办理时限内办结的所占比例；期末没有办结且已逾期的计入，为逾期；"
            "部门撤回的不计。时限按现行办理时限表和工作日历，退回补正期间停止计时。", reviewing.reviewed_in_time, "按时", "逾期",
        ),
        Computed(
            "published_on_time", "公布按时率", "%",
            "年度内公布的动态调整，自审议通过之日起在“待公布”的办理时限内公布的所占比例。", lists.published_on_time, "按时", "逾期",
        ),
        Computed(
            "passed_at_first", "合法性审查一次通过率", "%",
            "年度内首次作出合法性审查意见的申请，首次意见即为通过的所占比例。", reviewing.passed_at_first, "一次通过", "没有一次通过",
        ),
        Computed(
            "cost", "单项调整成本", "元", "本资金全部支出（冲销已扣除）÷ 年度内调整事项数（累计），四舍五入到分。", lists.cost,
        ),
    )
}  # fmt: skip


def period_of(fund: Fund) -> Period:
    """The fund's year in its department's region, up to today."""
    spent = fund.expenditures.spent() if fund.expenditures.exists() else None
    return Period(fund.department.region, datetime.date(fund.year, 1, 1), last_day(fund.year), spent)


def compute(name: str, fund: Fund) -> Figure:
    """The figure of indicator ``name`` (a key of ``INDICATORS``; KeyError otherwise) for ``fund`` as the data are now."""
    return _figure(INDICATORS[name], fund, period_of(fund))


def compute_all(fund: Fund) -> list[Figure]:
    """The figures of every indicator, in order."""
    period = period_of(fund)
    return [_figure(each, fund, period) for each in INDICATORS.values()]


def _figure(indicator: Computed, fund: Fund, period: Period) -> Figure:
    counted = indicator.counting(period) if period.begun else _NOT_BEGUN
    address = reverse("admin:fund_indicator", args=[fund.pk, indicator.name])
    return Figure(indicator, counted.value, counted.formula, counted.rows, address, period.words if period.begun else "")
