"""One change after another: what differs, what the rules say, and the reviewer's mark; next and previous without going back to the list."""

from __future__ import annotations

from bisect import bisect_left

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from departments.site import actor_of, staff_screen
from qingdan.errors import Refusal, RuleBroken
from qingdan.items.elements import ELEMENTS
from reviews.checks import findings_of
from reviews.deciding import can_review
from reviews.decision_forms import MarkForm
from reviews.guards import check_reviewer
from reviews.marks import mark_change, marks_of
from reviews.models import ChangeRequest
from reviews.views.articles import bases_of
from reviews.views.differences import shown_changes
from reviews.views.pages import EVERYONE, REVIEWERS, sentences_of, show
from reviews.views.requests import request_url, visible_request
from reviews.views.stages import tone_of
from reviews.views.talk import talk_of
from reviews.words import OF_CHANGE

_BLANK_LINES = 2


@staff_screen(*EVERYONE)
@require_safe
def request_change(request: HttpRequest, key: int, position: int) -> HttpResponse:
    """One change of a request, by its place in it."""
    return change_page(request, visible_request(request, key), position)


@staff_screen(*REVIEWERS)
@require_POST
def request_mark(request: HttpRequest, key: int, position: int) -> HttpResponse:
    """Keep the mark and go on to the next change; after the last one, to the decision."""
    row = visible_request(request, key)
    check_reviewer(actor=actor_of(request), request=row)
    form = MarkForm(request.POST)
    if not form.is_valid():
        return change_page(request, row, position, form, status=422)
    try:
        mark_change(actor=actor_of(request), request=row, position=position, **form.cleaned_data)
    except Refusal as refusal:
        if isinstance(refusal, RuleBroken):
            form.add_refusal(refusal)
        return change_page(request, visible_request(request, key), position, form, refusal, status=refusal.status)
    following = row.changes.filter(position__gt=position).order_by("position").values_list("position", flat=True).first()
    if following is None:
        return HttpResponseRedirect(request_url(row) + "#decide")
    return HttpResponseRedirect(reverse("admin:request_change", args=[row.pk, following]))


def change_page(
    request: HttpRequest,
    row: ChangeRequest,
    position: int,
    form: MarkForm | None = None,
    refusal: Refusal | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The page of one change. Its number of queries does not depend on how many changes the request has."""
    positions = list(row.changes.order_by("position").values_list("position", flat=True))
    place = bisect_left(positions, position)
    if place == len(positions) or positions[place] != position:
        raise Http404
    changes = row.changes.select_related("item", "base_version").defer("base_version__search_text").filter(position=position)
    shown = shown_changes(changes, first=position)
    findings = findings_of(row, [each.change for each in shown])
    for each in shown:
        each.findings = findings[each.change.pk]
    talk_of(request, row).place(shown)
    marks = marks_of(request.user, row)
    own = marks.get(position)
    reviewing = can_review(actor=actor_of(request), request=row)
    initial = {"seen_hash": row.proposed_hash, "opinion": own.opinion if own else ""}
    lines = form.lines if form is not None else (own.marked_fields if own else [])
    differing = {each.label for each in shown[0].rows}
    choices = [(element.key, element.label, element.label in differing) for element in ELEMENTS if element.key != "sub_name"]
    context = {
        "title": f"第 {position} 项 {shown[0].change.name}",
        "row": row,
        "tone": tone_of(row.state),
        "changes": shown,
        "panel": bases_of(request, [each.change for each in shown]),
        "place": place + 1,
        "count": len(positions),
        "previous": positions[place - 1] if place else None,
        "next": positions[place + 1] if place + 1 < len(positions) else None,
        "position": position,
        "form": (form or MarkForm(initial=initial)) if reviewing or form else None,
        "reviewing": reviewing,
        "own": own,
        "marked": len(marks),
        "lines": [*lines, *[("", "")] * _BLANK_LINES],
        "differing": [(key, label) for key, label, differs in choices if differs],
        "others": [*OF_CHANGE.items(), *[(key, label) for key, label, differs in choices if not differs]],
        "sentences": sentences_of(refusal) if refusal is not None and not isinstance(refusal, RuleBroken) else [],
        "stale": status == 409,
    }
    return show(request, "reviews/change.html", context, status=status)
