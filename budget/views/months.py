"""Months of a fund: the twelve with book, ours and difference; one month reconciled, matched row by row, closed, opened again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budget import months as acts
from budget.forms import ImportForm, MonthForm, ReopenFundForm
from budget.guards import FundAct, fund_acts
from budget.models import Fund
from budget.money import yuan_text
from budget.months import MONTHS, Matching, MonthFigures, match_month, month_of, months_of, why_not_closed
from budget.queries import READERS
from budget.views.pages import attempt, check_first, fund_page, visible_fund
from budget.voucher_table import read_vouchers
from departments.posts import Post
from departments.rosters.tables import NotARoster
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, WrongState

_BOTH = (Post.FUND_CLERK, Post.FUND_CHECKER)


def _row(each: MonthFigures) -> dict[str, object]:
    return {
        "month": each.month,
        "count": each.count,
        "unchecked": each.unchecked,
        "ours": yuan_text(each.ours),
        "stated": yuan_text(each.row.stated) if each.row else "未对账",
        "difference": yuan_text(each.difference) if each.row else "",
        "differs": bool(each.difference),
        "stale": each.row is not None and not each.is_current,
        "closed": each.is_closed,
        "row": each.row,
    }


@staff_screen(*READERS)
@require_safe
def fund_months(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    months = months_of(fund)
    context = {
        "rows": [_row(each) for each in months],
        "total": yuan_text(sum((each.ours for each in months), start=months[0].ours * 0)),
        "closed": sum(each.is_closed for each in months),
    }
    return fund_page(request, "fund_months.html", fund, "对账与月结", **context)


def _month_page(
    request: HttpRequest,
    fund: Fund,
    month: int,
    *,
    form: MonthForm | None = None,
    reopen_form: ReopenFundForm | None = None,
    match_form: ImportForm | None = None,
    matching: Matching | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    figures = month_of(fund, month)
    row = figures.row
    initial = {"stated": row.stated, "explanation": row.explanation} if row else {}
    context = {
        "figures": _row(figures),
        "form": form or MonthForm(initial=initial),
        "reopen_form": reopen_form or ReopenFundForm(),
        "match_form": match_form or ImportForm(auto_id="match_%s"),
        "matching": matching,
        "book": yuan_text(matching.book) if matching else "",
        "told": told,
        "not_yet": why_not_closed(fund, figures),
        "may_match": _keeps_its_books(request, fund),
        "may": {act.value for act in fund_acts(actor_of(request), fund)},
        "trail": list(row.history.select_related("history_user").order_by("-history_date", "-history_id")[:20]) if row else [],
    }
    return fund_page(request, "fund_month.html", fund, f"{month} 月对账与月结", status=status, **context)


def _keeps_its_books(request: HttpRequest, fund: Fund) -> bool:
    return actor_of(request).holding(_BOTH, department=fund.department) is not None


def _fund_of_month(request: HttpRequest, key: int, month: int) -> Fund:
    fund = visible_fund(request, key)
    if month not in MONTHS:
        raise Http404
    return fund


@staff_screen(*READERS)
@require_safe
def fund_month(request: HttpRequest, key: int, month: int) -> HttpResponse:
    return _month_page(request, _fund_of_month(request, key, month), month)


@staff_screen(Post.FUND_CLERK)
@require_POST
def fund_month_reconcile(request: HttpRequest, key: int, month: int) -> HttpResponse:
    fund = _fund_of_month(request, key, month)
    check_first(request, fund, FundAct.RECONCILE)
    form = MonthForm(request.POST)
    done, status = attempt(form, lambda given: acts.reconcile_month(actor=actor_of(request), fund=fund, month=month, **given))
    if done is None:
        return _month_page(request, fund, month, form=form, status=status)
    messages.success(request, f"{month} 月已对账，差额 {yuan_text(done.stated - done.ours)} 元。")
    return redirect("admin:fund_month", fund.pk, month)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_month_close(request: HttpRequest, key: int, month: int) -> HttpResponse:
    fund = _fund_of_month(request, key, month)
    check_first(request, fund, FundAct.CLOSE_MONTH)
    try:
        acts.close_month(actor=actor_of(request), fund=fund, month=month)
    except WrongState as refusal:
        return _month_page(request, fund, month, told=str(refusal), status=refusal.status)
    messages.success(request, f"{month} 月已结账，不再登记、冲销和导入。")
    return redirect("admin:fund_months", fund.pk)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_month_reopen(request: HttpRequest, key: int, month: int) -> HttpResponse:
    fund = _fund_of_month(request, key, month)
    check_first(request, fund, FundAct.REOPEN_MONTH)
    form = ReopenFundForm(request.POST)
    done, status = attempt(form, lambda given: acts.reopen_month(actor=actor_of(request), fund=fund, month=month, **given))
    if done is None:
        return _month_page(request, fund, month, reopen_form=form, status=status)
    messages.success(request, f"{month} 月已重新打开，更正后重新对账、结账。")
    return redirect("admin:fund_month", fund.pk, month)


@staff_screen(*_BOTH)
@require_http_methods(["POST"])
def fund_month_match(request: HttpRequest, key: int, month: int) -> HttpResponse:
    """The book's rows of the month against ours; nothing is written."""
    fund = _fund_of_month(request, key, month)
    if not _keeps_its_books(request, fund):
        raise NotAllowed(f"逐笔核对须由{fund.department}的{Post.FUND_CLERK.label}或{Post.FUND_CHECKER.label}办理")
    form = ImportForm(request.POST, request.FILES, auto_id="match_%s")
    matching, status = None, 422
    if form.is_valid():
        try:
            _name, data = form.given()
            if not data.strip():
                raise NotARoster("选择文件，或粘贴表格")
            matching, status = match_month(read_vouchers(data), fund, month), 200
        except NotARoster as refusal:
            form.add_error("file", str(refusal))
    return _month_page(request, fund, month, match_form=form, matching=matching, status=status)
