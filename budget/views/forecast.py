"""The monitoring form of a fund, three years side by side, and next year's proposal."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from budget.execution import Figures
from budget.forms import OutlookForm, ProposalForm
from budget.guards import FundAct, can_act, check_can_act, fund_acts
from budget.models import Fund
from budget.money import ZERO, yuan_text
from budget.pace.monitoring import CUT_OFF, GOAL_HEAD, MONEY_HEAD, NO_GOALS, goals_of, monitoring_of, monitoring_paper
from budget.pace.outlook import evaluation_of, outlooks_of, watch_goals
from budget.pace.progress import last_month
from budget.pace.proposal import Inputs, newest_of, propose_budget, suggest
from budget.pace.years import years_of
from budget.queries import READERS
from budget.views.pace import month_asked, rate_text
from budget.views.pages import Unit, attempt, fund_page, unit_of, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import WrongState
from qingdan.items.models import Edition
from qingdan.paper.pdf import NotSet
from reviews.papers.kept import FORMS
from reviews.views.pages import attachment


def _month(request: HttpRequest, fund: Fund) -> int:
    """The month asked for; where none is, the usual cut-off, or the last month that is over if that is earlier."""
    return month_asked(request, fund) if request.GET.get("month") else min(CUT_OFF, month_asked(request, fund))


@staff_screen(*READERS)
@require_safe
def fund_monitoring(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    form = monitoring_of(fund, _month(request, fund))
    context = {
        "form": form,
        "month": form.progress.month,
        "months": range(1, 13),
        "money_head": MONEY_HEAD,
        "goal_head": GOAL_HEAD,
        "no_goals": NO_GOALS,
        "may_watch": can_act(actor=actor_of(request), fund=fund, act=FundAct.WATCH),
    }
    return fund_page(request, "fund_monitoring.html", fund, "绩效运行监控表", **context)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_goals(request: HttpRequest, key: int, month: int) -> HttpResponse:
    """目标监控 of all goals in one table, saved at once."""
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.WATCH)
    if not 1 <= month <= last_month(fund):
        raise Http404
    goals = {goal.third: goal for goal in goals_of(fund, month)}
    form, status = OutlookForm(request.POST or None, goals=list(goals), said=outlooks_of(fund, month)), 200
    if request.method == "POST":
        done, status = attempt(form, lambda _: watch_goals(actor=actor_of(request), fund=fund, month=month, rows=form.given()))
        if done is not None:
            messages.success(request, f"已保存，改动 {len(done)} 项指标。")
            response = redirect("admin:fund_monitoring", fund.pk)
            response["Location"] += f"?month={month}"
            return response
    rows = [(goals[name], fields) for name, fields in form.rows()]
    context = {"form": form, "rows": rows, "month": month, "no_goals": NO_GOALS, "evaluation": evaluation_of(fund)}
    return fund_page(request, "fund_goals.html", fund, f"目标监控（{month} 月末）", status=status, **context)


@staff_screen(*READERS)
@require_safe
def fund_monitoring_paper(request: HttpRequest, key: int, form: str) -> HttpResponse:
    fund = visible_fund(request, key)
    if form not in FORMS:
        raise Http404
    shown, to = monitoring_of(fund, _month(request, fund)), io.BytesIO()
    try:
        FORMS[form][1](monitoring_paper(shown, timezone.localdate()), to)
    except NotSet as fault:
        raise WrongState(str(fault)) from None
    return attachment(to.getvalue(), f"{shown.title}.{form}", FORMS[form][2])


@staff_screen(*READERS)
@require_safe
def fund_years(request: HttpRequest, key: int) -> HttpResponse:
    """Adjusted budget, spending and rate of each line in three years."""
    fund, unit = visible_fund(request, key), unit_of(request)
    years = years_of(fund)
    context = {
        "unit": unit,
        "years": list(zip(years.years, years.funds, strict=True)),
        "rows": [(name, [_cells(each, unit) for each in figures]) for name, figures in years.rows],
        "total": [_cells(each, unit) for each in years.totals],
        "kept": newest_of(fund).values(),
        "may": {act.value for act in fund_acts(actor_of(request), fund)},
    }
    return fund_page(request, "fund_years.html", fund, "三年对比", **context)


def _cells(figures: Figures | None, unit: Unit) -> list[str]:
    if figures is None:
        return ["无数据"] * 3
    return [unit.text(figures.adjusted), unit.text(figures.spent), rate_text(figures.rate)]


@staff_screen(Post.FUND_CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_proposal(request: HttpRequest, key: int) -> HttpResponse:
    """Inputs, the formula of each line, and what it comes to: reckoned with ``计算``, kept with ``保存建议``."""
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.PROPOSE)
    kept, status = newest_of(fund), 200
    form = ProposalForm(request.POST or None, initial=_initial(fund, kept))
    formulas = {line: row.formula for line, row in kept.items()}
    if request.method == "POST":
        lines = fund.lines.values_list("pk", flat=True)
        formulas = {line: text[:200] for line in lines if (text := request.POST.get(f"f{line}", "").strip())}
    inputs = Inputs(**(form.cleaned_data if form.is_bound and form.is_valid() else _initial(fund, kept)))
    if form.is_bound and "keep" in request.POST:
        given = {"fund": fund, "inputs": inputs, "formulas": formulas}
        made, status = attempt(form, lambda _given: propose_budget(actor=actor_of(request), **given))
        if made:
            messages.success(request, f"已保存 {fund.year + 1} 年预算建议，{len(made)} 行。")
            return redirect("admin:fund_years", fund.pk)
    elif form.is_bound and not form.is_valid():
        status = 422
    rows = suggest(fund, inputs, formulas)
    context = {
        "form": form,
        "next_year": fund.year + 1,
        "years": range(fund.year - 2, fund.year + 1),
        "rows": [(row, [yuan_text(each) for each in row.spent], yuan_text(row.amount)) for row in rows],
        "total": yuan_text(sum((row.amount for row in rows if row.amount is not None), start=ZERO)),
        "whole": all(row.amount is not None for row in rows),
    }
    return fund_page(request, "fund_proposal.html", fund, "下年度预算建议", status=status, **context)


def _initial(fund: Fund, kept: dict) -> dict[str, int]:
    """The numbers of the last proposal; before the first, the rounds of adjustment that took effect in the fund's year."""
    last = max(kept.values(), key=lambda row: row.pk, default=None)
    if last:
        return {name: getattr(last, name) for name in ("rounds", "next_rounds", "prints", "next_prints")}
    rounds = Edition.objects.filter(
        region=fund.department.region_id, adjustment_no__isnull=False, effective_on__year=fund.year
    ).count()
    return {"rounds": rounds, "next_rounds": rounds, "prints": 0, "next_prints": 0}
