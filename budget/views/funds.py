"""Funds: the list, one fund with its book and its warnings, opened, closed, opened again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from budget import funds as acts
from budget.execution import book_of, books_of
from budget.forms import CloseFundForm, FundForm, ReopenFundForm
from budget.guards import FundAct, fund_acts
from budget.models import Fund
from budget.queries import READERS, departments_of
from budget.views.pages import attempt, check_first, fund_page, rows_of, shown, unit_of, visible_fund
from budget.warnings import warnings_of
from departments.access import posts_of
from departments.models import Department
from departments.posts import Post
from departments.site import actor_of, staff_screen
from reviews.views.pages import address_without_page, page_of, show

_FORM = ["GET", "HEAD", "POST"]


@staff_screen(*READERS)
@require_safe
def fund_list(request: HttpRequest) -> HttpResponse:
    """All funds that the reader may see, the newest year first, each with its totals."""
    rows = Fund.objects.visible_to(request.user).select_related("department__region").order_by("-year", "department__order", "name")
    years = sorted(set(rows.order_by().values_list("year", flat=True)), reverse=True)
    year = request.GET.get("year", "")
    if year.isdigit():
        rows = rows.filter(year=int(year[:4]))
    page, unit = page_of(request, rows), unit_of(request)
    books = [(book.fund, shown(book.total, unit)) for book in books_of(page.object_list)]
    context = {
        "title": "专项资金",
        "page": page,
        "books": books,
        "unit": unit,
        "years": years,
        "year": year,
        "may_open": Post.FUND_CLERK in posts_of(request.user),
        "query": address_without_page(request),
    }
    return show(request, "budget/fund_list.html", context)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_new(request: HttpRequest) -> HttpResponse:
    own = Department.objects.filter(pk__in=departments_of(request.user, (Post.FUND_CLERK,))).order_by("order", "code")
    form, status = FundForm(request.POST or None, departments=own), 200
    if request.method == "POST":
        fund, status = attempt(form, lambda given: acts.open_fund(actor=actor_of(request), **given))
        if fund:
            messages.success(request, f"已建立“{fund}”。接着增加预算行。")
            return redirect("admin:fund_lines", fund.pk)
    return show(request, "budget/fund_new.html", {"title": "建立资金", "form": form}, status=status)


@staff_screen(*READERS)
@require_safe
def fund_detail(request: HttpRequest, key: int) -> HttpResponse:
    return detail_page(request, visible_fund(request, key))


def detail_page(request: HttpRequest, fund: Fund, *, reopen_form: ReopenFundForm | None = None, status: int = 200) -> HttpResponse:
    """The book of a fund: lines, totals, 尾差, warnings, adjustments, and what the reader may do now."""
    book, unit = book_of(fund), unit_of(request)
    context = {
        "unit": unit,
        "rows": rows_of(book, unit),
        "total": shown(book.total, unit),
        "rests": book.rounding_rests() if unit.key == "wan" else [],
        "warnings": warnings_of(book),
        "adjustments": [
            (each, unit.text(each.amount))
            for each in fund.adjustments.select_related("from_line", "to_line", "made_by").order_by("-pk")
        ],
        "unchecked": fund.expenditures.unchecked().count(),
        "entries": fund.expenditures.count(),
        "may": {act.value for act in fund_acts(actor_of(request), fund)},
        "trail": list(fund.history.select_related("history_user").order_by("-history_date", "-history_id")[:20]),
        "reopen_form": reopen_form or ReopenFundForm(),
    }
    return fund_page(request, "fund.html", fund, str(fund), status=status, **context)


@staff_screen(Post.FUND_CHECKER)
@require_http_methods(_FORM)
def fund_close(request: HttpRequest, key: int) -> HttpResponse:
    """Shows what will be closed in numbers, and asks for the year to be typed."""
    fund = visible_fund(request, key)
    check_first(request, fund, FundAct.CLOSE)
    form, status = CloseFundForm(request.POST or None, fund=fund), 200
    if request.method == "POST":
        done, status = attempt(form, lambda given: acts.close_fund(actor=actor_of(request), fund=fund))
        if done:
            messages.success(request, f"“{fund}”已关账。要补记或更正，先写明理由重新打开。")
            return redirect("admin:fund", fund.pk)
    book, unit = book_of(fund), unit_of(request)
    context = {
        "form": form,
        "unit": unit,
        "total": shown(book.total, unit),
        "entries": fund.expenditures.count(),
        "unchecked": fund.expenditures.unchecked().count(),
        "months": acts.months_to_close(fund),
    }
    return fund_page(request, "fund_close.html", fund, "关账", status=status, **context)


@staff_screen(Post.FUND_CHECKER)
@require_http_methods(_FORM)
def fund_reopen(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    if request.method != "POST":
        return redirect("admin:fund", fund.pk)
    check_first(request, fund, FundAct.REOPEN)
    form = ReopenFundForm(request.POST)
    done, status = attempt(form, lambda given: acts.reopen_fund(actor=actor_of(request), fund=fund, **given))
    if done is None:
        return detail_page(request, fund, reopen_form=form, status=status)
    messages.success(request, f"“{fund}”已重新打开。")
    return redirect("admin:fund", fund.pk)
