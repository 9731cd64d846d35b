"""The budget of a fund: lines added one after the other, and adjustments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from budget import lines as acts
from budget.execution import book_of
from budget.forms import AdjustmentForm, LineForm, rests_of
from budget.guards import FundAct
from budget.money import yuan_text
from budget.views.pages import YUAN, attempt, check_first, fund_page, rows_of, shown, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen

_FORM = ["GET", "HEAD", "POST"]


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_lines(request: HttpRequest, key: int) -> HttpResponse:
    """The lines so far and the next one."""
    fund = visible_fund(request, key)
    check_first(request, fund, FundAct.ADD_LINE)
    form, status = LineForm(request.POST or None, fund=fund), 200
    if request.method == "POST":
        line, status = attempt(form, lambda given: acts.add_line(actor=actor_of(request), fund=fund, **given))
        if line:
            messages.success(request, f"已增加“{line}”。")
            return redirect("admin:fund_lines", fund.pk)
    form.fields["name"].widget.attrs["autofocus"] = True
    book = book_of(fund)
    context = {"form": form, "unit": YUAN, "rows": rows_of(book, YUAN), "total": shown(book.total, YUAN)}
    return fund_page(request, "fund_lines.html", fund, "预算行", status=status, **context)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_adjust(request: HttpRequest, key: int) -> HttpResponse:
    """追加, 调减, 调剂, beside what each line has left."""
    fund = visible_fund(request, key)
    check_first(request, fund, FundAct.ADJUST)
    book = book_of(fund)
    form = AdjustmentForm(request.POST or None, rests=rests_of(book), initial={"decided_on": timezone.localdate()})
    status = 200
    if request.method == "POST":
        made, status = attempt(form, lambda given: acts.adjust_lines(actor=actor_of(request), fund=fund, **given))
        if made:
            between = " → ".join(f"“{line}”" for line in (made.from_line, made.to_line) if line)
            messages.success(request, f"已{made.kind} {yuan_text(made.amount)} 元：{between}。")
            return redirect("admin:fund", fund.pk)
    context = {"form": form, "unit": YUAN, "rows": rows_of(book, YUAN), "total": shown(book.total, YUAN)}
    return fund_page(request, "fund_adjust.html", fund, "预算调整", status=status, **context)
