"""The year's way of a fund: plan in one table, execution against it, deviations explained, the limit, and the monitoring form."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budget.execution import book_of
from budget.forms import DeviationForm, LimitForm
from budget.guards import FundAct, check_can_act, fund_acts
from budget.models import Fund
from budget.money import read_yuan, yuan_text
from budget.pace.charts import rate_bars, two_lines
from budget.pace.deviations import explain_deviation, set_limit
from budget.pace.plan import MONTHS, even, plans_of, set_plan
from budget.pace.progress import Progress, Standing, last_month, progress_of
from budget.queries import READERS
from budget.views.pages import Unit, attempt, fund_page, unit_of, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken

_FORM = ["GET", "HEAD", "POST"]


def month_asked(request: HttpRequest, fund: Fund) -> int:
    """``month=7`` of the address, else the last month that is over."""
    text = request.GET.get("month", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    return asked if 1 <= asked <= MONTHS else last_month(fund)


def rate_text(rate: Decimal | None) -> str:
    return "无数据" if rate is None else f"{rate}%"


def standing_row(row: Standing, unit: Unit) -> dict[str, object]:
    """One row of the table of execution, as text in the page's unit."""
    return {
        "name": row.name,
        "key": row.line.pk if row.line else "",
        "is_total": row.line is None,
        "adjusted": unit.text(row.adjusted),
        "planned": unit.text(row.planned),
        "spent": unit.text(row.spent),
        "rate": rate_text(row.rate),
        "planned_rate": rate_text(row.planned_rate),
        "deviation": "无数据" if row.deviation is None else f"{row.deviation:+}",
        "forecast": unit.text(row.forecast),
        "carry_over": unit.text(row.carry_over),
        "own_pace": row.own_pace,
        "is_off": row.is_off,
        "is_explained": row.is_explained,
        "note": row.note,
    }


@staff_screen(*READERS)
@require_safe
def fund_execution(request: HttpRequest, key: int) -> HttpResponse:
    return execution_page(request, visible_fund(request, key))


def execution_page(
    request: HttpRequest,
    fund: Fund,
    *,
    month: int | None = None,
    form: DeviationForm | None = None,
    limit_form: LimitForm | None = None,
    status: int = 200,
) -> HttpResponse:
    month, unit = month or month_asked(request, fund), unit_of(request)
    progress = progress_of(fund, month)
    standings = (*progress.rows, progress.total)
    context = {
        "unit": unit,
        "month": month,
        "months": range(1, MONTHS + 1),
        "limit": progress.limit,
        "rows": [standing_row(row, unit) for row in standings],
        "by_month": [_month_row(each, unit) for each in progress.months],
        "unbalanced": [row.name for row in progress.unbalanced],
        "off": [row.name for row in standings if row.is_off and not row.is_explained],
        "bars": rate_bars([(row.name, row.rate, row.planned_rate) for row in standings], f"{month} 月末各预算行执行率与计划"),
        "lines": None if fund.accounts_only else _chart(progress),
        "form": form or DeviationForm(standings=[row for row in standings if row.is_off], month=month),
        "limit_form": limit_form or LimitForm(initial={"points": progress.limit}),
        "said": list(fund.deviations.select_related("line", "made_by").order_by("-pk")[:50]),
        "may": {act.value for act in fund_acts(actor_of(request), fund)},
    }
    return fund_page(request, "fund_execution.html", fund, "执行进度", status=status, **context)


def _month_row(each, unit: Unit) -> dict[str, object]:
    amounts = (each.planned, each.spent, each.planned_so_far, each.spent_so_far)
    return {"month": each.month, "amounts": [unit.text(amount) for amount in amounts], "rate": rate_text(each.rate)}


def _chart(progress: Progress):
    planned = [each.planned_so_far for each in progress.months]
    spent = [each.spent_so_far for each in progress.months]
    return two_lines(planned, spent, progress.month, "各月累计计划与累计支出，元")


@staff_screen(Post.FUND_CLERK)
@require_POST
def fund_explain(request: HttpRequest, key: int, month: int) -> HttpResponse:
    """偏差原因 and 改进措施 of one line, or of the fund."""
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.EXPLAIN)
    month = month if 1 <= month <= MONTHS else last_month(fund)
    progress = progress_of(fund, month)
    form = DeviationForm(request.POST, standings=[row for row in (*progress.rows, progress.total) if row.is_off], month=month)
    done, status = attempt(form, lambda given: explain_deviation(actor=actor_of(request), fund=fund, month=month, **given))
    if done is None:
        return execution_page(request, fund, month=month, form=form, status=status)
    messages.success(request, f"已说明 {month} 月末“{done.line or '合计'}”的偏差。")
    return _to_execution(fund, month)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_limit(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.SET_LIMIT)
    form = LimitForm(request.POST)
    done, status = attempt(form, lambda given: set_limit(actor=actor_of(request), fund=fund, **given))
    if done is None:
        return execution_page(request, fund, limit_form=form, status=status)
    messages.success(request, f"偏差超过 {done.points} 个百分点的须说明。")
    return _to_execution(fund, last_month(fund))


def _to_execution(fund: Fund, month: int) -> HttpResponse:
    response = redirect("admin:fund_execution", fund.pk)
    response["Location"] += f"?month={month}"
    return response


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_plan(request: HttpRequest, key: int) -> HttpResponse:
    """Twelve amounts a line in one table; a row left empty is even over the year."""
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.PLAN)
    book, own = book_of(fund), plans_of(fund)
    typed: dict[int, list[str]] = {}
    told: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        months, status = {}, 422
        for row in book.rows:
            typed[row.line.pk] = [request.POST.get(f"p{row.line.pk}_{month}", "").strip()[:30] for month in range(1, MONTHS + 1)]
            amounts = [read_yuan(each or "0") for each in typed[row.line.pk]]
            if None in amounts:
                wrong = typed[row.line.pk][amounts.index(None)]
                told[row.line.name] = f"“{wrong}”不是金额；填元，最多两位小数，例如 1234.50"
            months[row.line] = amounts if any(typed[row.line.pk]) else None
        if not told:
            try:
                made = set_plan(actor=actor_of(request), fund=fund, months=months)
            except RuleBroken as refusal:
                told = {each.where: each.message for each in refusal.violations}
            else:
                messages.success(request, f"用款计划已保存，改动 {len(made)} 行。" if made else "用款计划没有改动。")
                return redirect("admin:fund_execution", fund.pk)
    rows = []
    for row in book.rows:
        key_of_line, adjusted = row.line.pk, row.figures.adjusted
        kept = [str(each) for each in own.get(key_of_line, ())] or [""] * MONTHS
        rows.append(
            {
                "line": row.line,
                "adjusted": yuan_text(adjusted),
                "even": yuan_text(even(adjusted)[0]) if adjusted is not None else "无数据",
                "cells": list(enumerate(typed.get(key_of_line, kept), start=1)),
                "told": told.get(row.line.name, ""),
            }
        )
    return fund_page(
        request, "fund_plan.html", fund, "用款计划", status=status, rows=rows, faulty=bool(told), months=range(1, MONTHS + 1)
    )
