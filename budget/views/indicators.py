"""Computed indicators of a fund: each with its value, formula and rule, and a page of the rows behind it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from budget.indicators import INDICATORS, Row, compute, compute_all
from budget.queries import READERS
from budget.views.pages import fund_page, visible_fund
from departments.site import staff_screen
from reviews.models import ChangeRequest
from reviews.views.pages import address_without_page, page_of


@staff_screen(*READERS)
@require_safe
def fund_indicators(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    figures = compute_all(fund)
    period = next((each.period for each in figures if each.period), "")
    return fund_page(request, "fund_indicators.html", fund, "自动计算的指标", figures=figures, period=period)


@staff_screen(*READERS)
@require_safe
def fund_indicator(request: HttpRequest, key: int, name: str) -> HttpResponse:
    """The rows that were counted. The number of a request that the reader may not see is not told, its dates are."""
    fund = visible_fund(request, key)
    if name not in INDICATORS:
        raise Http404
    figure = compute(name, fund)
    page = page_of(request, figure.rows)
    asked = [row.request for row in page.object_list if row.request]
    seen = set(ChangeRequest.objects.visible_to(request.user).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    context = {
        "figure": figure,
        "page": page,
        "rows": [{"row": row, "label": _label(row, seen)} for row in page.object_list],
        "judged": bool(figure.indicator.good),
        "query": address_without_page(request),
    }
    return fund_page(request, "fund_indicator.html", fund, figure.indicator.title, **context)


def _label(row: Row, seen: set[int]) -> str:
    return "一件申请（不在您可以查看的范围）" if row.request and row.request not in seen else row.label
