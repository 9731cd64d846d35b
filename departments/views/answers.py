"""What the screens of this room share: a page in the frame, an act tried for a form, slips shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from departments.rosters.account_lines import Slip
from departments.site import staff_site
from qingdan.errors import RuleBroken

T = TypeVar("T")
PAGE_SIZE = 50


def page(request: HttpRequest, template: str, title: str, status: int = 200, **context: object) -> HttpResponse:
    """A template of this room in the staff's frame."""
    others = request.GET.copy()
    others.pop("page", None)
    frame = {**staff_site.each_context(request), "title": title, "query": others.urlencode()}
    return render(request, f"departments/{template}", {**frame, **context}, status=status)


def attempt(form: forms.Form, act: Callable[[dict], T]) -> T | None:
    """The act's result for a valid form; None, with the sentences on the form, when something has to be corrected."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except RuleBroken as refusal:
        for violation in refusal.violations:
            form.add_error(None, f"{violation.where}：{violation.message}" if violation.where else violation.message)
        return None


def numbered(request: HttpRequest, rows: QuerySet) -> Page:
    """The page of ``rows`` that the address asks for."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def show_slips(request: HttpRequest, slips: list[Slip], title: str, back: str) -> HttpResponse:
    """One slip a person with log-in name and one-time password: this answer is the only place where they are ever seen."""
    new = [slip for slip in slips if slip.password]
    known = [slip for slip in slips if not slip.password]
    return page(request, "slips.html", title, slips=new, known=known, back=back)
