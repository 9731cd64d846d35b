"""What the money screens share: the fund of an address, the unit in which amounts are shown, a refusal beside its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from budget.execution import Book, Figures
from budget.guards import FundAct, check_can_act, check_post
from budget.models import Fund
from budget.money import wan_text, yuan_text
from departments.site import actor_of
from qingdan.errors import RuleBroken, WrongState
from reviews.views.pages import show

T = TypeVar("T")


def visible_fund(request: HttpRequest, key: int) -> Fund:
    """The fund of this address, or 404 for whoever may not know of it."""
    return get_object_or_404(Fund.objects.visible_to(request.user).select_related("department__region"), pk=key)


def check_first(request: HttpRequest, fund: Fund, act: FundAct) -> None:
    """The guard before the form: a page is opened where the act may be done now; of a form that is sent, WHO is asked before it is read."""
    check = check_post if request.method == "POST" else check_can_act
    check(actor=actor_of(request), fund=fund, act=act)


@dataclass(frozen=True, slots=True)
class Unit:
    """万元 (as reports show it) or 元."""

    key: str
    label: str
    text: Callable[[Decimal | None], str]


WAN, YUAN = Unit("wan", "万元", wan_text), Unit("yuan", "元", yuan_text)


def unit_of(request: HttpRequest) -> Unit:
    """The unit that the address asks for (``unit=yuan``); 万元 if none."""
    return YUAN if request.GET.get("unit") == YUAN.key else WAN


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of figures as text, in the page's unit."""

    original: str
    adjusted: str
    spent: str
    rest: str
    rate: str


def shown(figures: Figures, unit: Unit) -> Shown:
    amounts = (figures.original, figures.adjusted, figures.spent, figures.rest)
    return Shown(*map(unit.text, amounts), rate="无数据" if figures.rate is None else f"{figures.rate}%")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A line, a subtotal (``is_heading``) or a line under one (``inside``), ready for the page."""

    name: str
    classes: list[str]
    figures: Shown
    is_heading: bool = False
    inside: bool = False


def rows_of(book: Book, unit: Unit) -> list[ShownRow]:
    """The table of a book: each heading with its subtotal before its lines."""
    rows = []
    for group in book.groups:
        if group.heading:
            rows.append(ShownRow(group.heading, [], shown(group.figures, unit), is_heading=True))
        for row in group.rows:
            held = [str(each) if each.verified else f"{each}（未核实）" for each in row.line.classes.all()]
            rows.append(ShownRow(row.line.name, held, shown(row.figures, unit), inside=bool(group.heading)))
    return rows


def attempt(form: forms.Form, act: Callable[[dict], T]) -> tuple[T | None, int]:
    """The act's result for a valid form, and the status of the page: (None, 409 or 422) with the sentences on the form."""
    if not form.is_valid():
        return None, 422
    try:
        return act(form.cleaned_data), 200
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return None, refusal.status
    except WrongState as refusal:
        form.add_error(None, str(refusal))
        return None, refusal.status


def fund_page(request: HttpRequest, template: str, fund: Fund, title: str, *, status: int = 200, **context: object) -> HttpResponse:
    """A page about one fund in the staff's frame."""
    return show(request, f"budget/{template}", {"title": title, "fund": fund, **context}, status=status)
