"""Expenditures: the entry table whose next row is the next Enter, the list with 复核, and the reversal of one entry."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budget import spending as acts
from budget.execution import Book, book_of
from budget.forms import EntryForm, ReversalForm, rests_of
from budget.guards import FundAct, fund_acts
from budget.models import Expenditure, Fund
from budget.money import yuan_text
from budget.queries import READERS
from budget.views.pages import YUAN, attempt, check_first, fund_page, rows_of, shown, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import Refusal
from reviews.views.pages import address_without_page, page_of

_FORM = ["GET", "HEAD", "POST"]
_LAST_SHOWN = 8


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_entry(request: HttpRequest, key: int) -> HttpResponse:
    """The last rows and one empty row with the cursor in it. Enter keeps the row; date and line stay for the next one."""
    fund = visible_fund(request, key)
    check_first(request, fund, FundAct.ENTER)
    book = book_of(fund)
    form, status = EntryForm(request.POST or None, rests=rests_of(book), initial=_next_row(request, fund)), 200
    if request.method == "POST":
        entry, status = attempt(form, lambda given: acts.enter_expenditure(actor=actor_of(request), fund=fund, **given))
        if entry:
            messages.success(request, _told(entry, book_of(fund)))
            again = urlencode({"line": entry.line_id, "on": entry.spent_on.isoformat()})
            return HttpResponseRedirect(f"{reverse('admin:fund_entry', args=[fund.pk])}?{again}")
    form.focus_next()
    entries = _with_people(fund.expenditures).order_by("-pk")
    context = {
        "form": form,
        "unit": YUAN,
        "rows": rows_of(book, YUAN),
        "total": shown(book.total, YUAN),
        "last": [(each, yuan_text(each.amount)) for each in reversed(entries[:_LAST_SHOWN])],
        "count": fund.expenditures.count(),
    }
    return fund_page(request, "fund_entry.html", fund, "登记支出", status=status, **context)


def _next_row(request: HttpRequest, fund: Fund) -> dict[str, object]:
    """What the next row begins with: line and date of the row before, as the address carries them."""
    on, line = request.GET.get("on", ""), request.GET.get("line", "")
    try:
        day = parse_date(on)
    except ValueError:
        day = None
    today = timezone.localdate()
    initial: dict[str, object] = {"spent_on": day or (today if today.year == fund.year else f"{fund.year}-12-31")}
    return {**initial, "line": int(line)} if line.isascii() and line.isdigit() and len(line) < 19 else initial


def _told(entry: Expenditure, book: Book) -> str:
    rest = rests_of(book)[entry.line]
    told = f"已登记 {entry.voucher} {yuan_text(entry.amount)} 元。"
    return f"{told}“{entry.line}”还剩 {rest} 元。" if rest else told


def _with_people(rows):
    return rows.select_related("line", "entered_by", "checked_by", "reversal_of", "reversed_by")


@staff_screen(*READERS)
@require_safe
def fund_spending(request: HttpRequest, key: int) -> HttpResponse:
    """All entries of a fund, the newest first; ``state=unchecked`` those that wait for 复核."""
    fund = visible_fund(request, key)
    state, line = request.GET.get("state", ""), request.GET.get("line", "")
    rows = _with_people(fund.expenditures).order_by("-pk")
    if state == "unchecked":
        rows = rows.unchecked().order_by("pk")
    if line.isascii() and line.isdigit() and len(line) < 19:
        rows = rows.filter(line=int(line))
    page, actor = page_of(request, rows), actor_of(request)
    may = fund_acts(actor, fund)
    entries = [
        {
            "row": each,
            "amount": yuan_text(each.amount),
            "reversed_by": getattr(each, "reversed_by", None),
            "may_check": FundAct.CHECK in may and each.checked_at is None and each.entered_by_id != request.user.pk,
            "may_reverse": FundAct.REVERSE in may and not each.is_reversal and not hasattr(each, "reversed_by"),
        }
        for each in page.object_list
    ]
    context = {
        "page": page,
        "entries": entries,
        "state": state,
        "line": line,
        "lines": fund.lines.order_by("order", "pk"),
        "may_check": any(each["may_check"] for each in entries),
        "may_enter": FundAct.ENTER in may,
        "spent": yuan_text(fund.expenditures.spent()),
        "unchecked": fund.expenditures.unchecked().count(),
        "query": address_without_page(request),
    }
    return fund_page(request, "fund_spending.html", fund, "支出", **context)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_check(request: HttpRequest, key: int) -> HttpResponse:
    """复核 of the ticked entries, each an act of its own; what is refused is told by voucher."""
    fund = visible_fund(request, key)
    check_first(request, fund, FundAct.CHECK)
    chosen = [int(each) for each in request.POST.getlist("entries") if each.isascii() and each.isdigit() and len(each) < 19]
    rows = Expenditure.objects.visible_to(request.user).filter(fund=fund, pk__in=chosen).select_related("fund__department")
    done, refused = [], []
    for entry in rows.order_by("pk"):
        try:
            done.append(acts.check_expenditure(actor=actor_of(request), entry=entry))
        except Refusal as refusal:
            refused.append(str(refusal))
    if done:
        messages.success(request, f"已复核 {len(done)} 笔。")
    for sentence in dict.fromkeys(refused):
        messages.error(request, sentence)
    if not done and not refused:
        messages.warning(request, "没有勾选支出。")
    waiting = "?state=unchecked" if fund.expenditures.unchecked().exists() else ""
    return HttpResponseRedirect(reverse("admin:fund_spending", args=[fund.pk]) + waiting)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_reverse(request: HttpRequest, key: int, entry: int) -> HttpResponse:
    """Shows the entry and what its reversal does; asks for the voucher, the day and why."""
    fund = visible_fund(request, key)
    check_first(request, fund, FundAct.REVERSE)
    row = get_object_or_404(_with_people(Expenditure.objects.visible_to(request.user)), fund=fund, pk=entry)
    form, status = ReversalForm(request.POST or None, initial={"reversed_on": row.spent_on}), 200
    if request.method == "POST":
        made, status = attempt(form, lambda given: acts.reverse_expenditure(actor=actor_of(request), entry=row, **given))
        if made:
            messages.success(request, f"{row.voucher} 已由 {made.voucher} 冲销，待复核。正确的支出另行登记。")
            return redirect("admin:fund_spending", fund.pk)
    context = {"form": form, "entry": row, "amount": yuan_text(row.amount)}
    return fund_page(request, "fund_reverse.html", fund, f"冲销 {row.voucher}", status=status, **context)
