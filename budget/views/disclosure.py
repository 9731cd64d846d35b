"""Whether the public reads a fund: what it would read, the act, and the act that takes it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from budget.forms import ReopenFundForm
from budget.guards import FundAct, check_can_act, fund_acts
from budget.models import Fund
from budget.pace import disclosure as acts
from budget.queries import READERS
from budget.views.pages import attempt, fund_page, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState


@staff_screen(*READERS)
@require_safe
def fund_disclosure(request: HttpRequest, key: int) -> HttpResponse:
    return _page(request, visible_fund(request, key))


def _page(
    request: HttpRequest, fund: Fund, *, form: ReopenFundForm | None = None, told: str = "", status: int = 200
) -> HttpResponse:
    newest = acts.newest_of(fund)
    now = acts.preview(fund)
    context = {
        "newest": newest,
        "is_shown": newest is not None and newest.shown,
        "is_stale": newest is not None and newest.shown and newest.content != acts.content_of(fund),
        "rows": [acts.shown_row(row) for row in now.rows],
        "total": acts.shown_row(now.total),
        "score": now.score,
        "grade": now.grade,
        "evaluated_by": now.evaluated_by,
        "form": form or ReopenFundForm(),
        "told": told,
        "acts": list(fund.disclosures.select_related("made_by").order_by("-pk")[:20]),
        "may": {act.value for act in fund_acts(actor_of(request), fund)},
    }
    return fund_page(request, "fund_disclosure.html", fund, "向社会公开", status=status, **context)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_disclose(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.DISCLOSE)
    try:
        acts.disclose_fund(actor=actor_of(request), fund=fund)
    except (RuleBroken, WrongState) as refusal:
        return _page(request, fund, told=str(refusal), status=refusal.status)
    messages.success(request, f"“{fund}”已公开，公众页面按现在的数显示；账有变化后须再公开一次。")
    return redirect("admin:fund_disclosure", fund.pk)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_withdraw(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.WITHDRAW)
    form = ReopenFundForm(request.POST)
    done, status = attempt(form, lambda given: acts.withdraw_fund(actor=actor_of(request), fund=fund, **given))
    if done is None:
        return _page(request, fund, form=form, status=status)
    messages.success(request, f"“{fund}”已撤下，公众页面不再显示。")
    return redirect("admin:fund_disclosure", fund.pk)
