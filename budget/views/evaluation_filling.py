"""Filling a self-evaluation in: head, goals, indicators one by one, values of all of them in one table."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from budget.evaluation import filling as acts
from budget.evaluation.forms import HeadForm, IndicatorForm, ObjectiveForm, ValuesForm
from budget.evaluation.models import Indicator, Objective, SelfEvaluation
from budget.evaluation.sheet import sheet_of, target_text
from budget.guards import FundAct, check_can_act
from budget.models import Fund
from budget.views.evaluations import visible_evaluation
from budget.views.pages import attempt, fund_page
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken

_FORM = ["GET", "HEAD", "POST"]
_HEAD = ("unit", "reported_on", "category", "attribute", "kind", "analysis", "measures")
_GOAL = ("expected", "achieved", "weight")


def _draft(request: HttpRequest, key: int, number: int) -> tuple[Fund, SelfEvaluation]:
    """The draft of this address; refused before anything is read from a form."""
    fund, evaluation = visible_evaluation(request, key, number)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.FILL_EVALUATION, evaluation=evaluation)
    return fund, evaluation


def _initial(row, names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(row, name) for name in names} if row else {}


def _form_page(
    request: HttpRequest, fund: Fund, evaluation: SelfEvaluation, title: str, form, status: int, **context
) -> HttpResponse:
    context = {"evaluation": evaluation, "form": form, "button": "保存", "back": "evaluation", **context}
    return fund_page(request, "evaluation_form.html", fund, title, status=status, **context)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evaluation_head(request: HttpRequest, key: int, number: int) -> HttpResponse:
    fund, evaluation = _draft(request, key, number)
    form, status = HeadForm(request.POST or None, initial=_initial(evaluation, _HEAD)), 200
    if request.method == "POST":
        done, status = attempt(
            form, lambda given: acts.describe_evaluation(actor=actor_of(request), evaluation=evaluation, **given)
        )
        if done:
            messages.success(request, "已保存表头和分析。")
            return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
    return _form_page(request, fund, evaluation, "表头和分析", form, status)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evaluation_goal(request: HttpRequest, key: int, number: int, row: int | None = None) -> HttpResponse:
    """A goal added, rewritten, or (``remove``) taken out."""
    fund, evaluation = _draft(request, key, number)
    goal = get_object_or_404(Objective.objects.visible_to(request.user), evaluation=evaluation, pk=row) if row else None
    form, status = ObjectiveForm(request.POST or None, evaluation=evaluation, initial=_initial(goal, _GOAL)), 200
    if request.method == "POST" and goal and "remove" in request.POST:
        try:
            acts.remove_objective(actor=actor_of(request), evaluation=evaluation, objective=goal)
        except RuleBroken as refusal:
            form, status = ObjectiveForm(evaluation=evaluation, initial=_initial(goal, _GOAL)), refusal.status
            return _form_page(request, fund, evaluation, "年度目标", form, status, told=str(refusal), removes=True)
        messages.success(request, "已去掉目标。")
        return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
    if request.method == "POST":
        done, status = attempt(
            form,
            lambda given: acts.set_objective(actor=actor_of(request), evaluation=evaluation, objective=goal, **given),
        )
        if done:
            messages.success(request, "已保存目标。")
            return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
    return _form_page(request, fund, evaluation, "年度目标", form, status, removes=goal is not None)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evaluation_indicator(request: HttpRequest, key: int, number: int, row: int | None = None) -> HttpResponse:
    """An indicator added (the next one follows at once), rewritten, or (``remove``) taken out."""
    fund, evaluation = _draft(request, key, number)
    found = get_object_or_404(Indicator.objects.visible_to(request.user), evaluation=evaluation, pk=row) if row else None
    last = evaluation.indicators.order_by("-pk").first()
    initial = _initial(found, ("objective", *acts.FIELDS)) or _initial(last, ("objective", "level1", "level2"))
    if request.method == "POST" and found and "remove" in request.POST:
        acts.remove_indicator(actor=actor_of(request), evaluation=evaluation, indicator=found)
        messages.success(request, f"已去掉“{found}”。")
        return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
    form, status = IndicatorForm(request.POST or None, evaluation=evaluation, initial=initial), 200
    if request.method == "POST":
        done, status = attempt(
            form,
            lambda given: acts.set_indicator(actor=actor_of(request), evaluation=evaluation, indicator=found, **given),
        )
        if done and found:
            messages.success(request, f"已保存“{done}”。")
            return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
        if done:
            messages.success(request, f"已增加“{done}”{done.weight.normalize():f} 分，接着增加下一个。")
            return redirect("admin:fund_evaluation_indicator_new", fund.pk, evaluation.pk)
    return _form_page(request, fund, evaluation, "绩效指标", form, status, removes=found is not None)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evaluation_values(request: HttpRequest, key: int, number: int) -> HttpResponse:
    """All values in one table, saved at once."""
    fund, evaluation = _draft(request, key, number)
    indicators = list(evaluation.indicators.select_related("objective").order_by("objective__order", "order", "pk"))
    form, status = ValuesForm(request.POST or None, indicators=indicators), 200
    if request.method == "POST":
        changed, status = attempt(
            form,
            lambda _given: acts.set_values(actor=actor_of(request), evaluation=evaluation, values=form.values()),
        )
        if changed is not None:
            messages.success(request, f"已保存，改动 {changed} 项指标。")
            return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
    shown = {row.key: row for row in sheet_of(evaluation).rows}
    rows = [(row, target_text(row), fields, shown[row.pk]) for row, fields in form.rows()]
    context = {"evaluation": evaluation, "form": form, "rows": rows}
    return fund_page(request, "evaluation_values.html", fund, "填写完成值", status=status, **context)
