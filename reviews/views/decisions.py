"""Decide with opinion: one reviewer's word on what the page showed him."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.deciding import decide_request, parts_open_to
from reviews.guards import check_reviewer
from reviews.marks import marks_of, words_of
from reviews.models import ChangeWord
from reviews.views.pages import REVIEWERS
from reviews.views.requests import Answer, decision_form, refused, request_page, request_url, ticked_in, visible_request, warned_of
from reviews.views.stages import turns_of
from reviews.words import Word


@staff_screen(*REVIEWERS)
@require_POST
def request_decide(request: HttpRequest, key: int) -> HttpResponse:
    """通过, 退回补正 or 不予通过. A page that is out of date gets 409, the sentence, and its opinion back."""
    row = visible_request(request, key)
    actor = actor_of(request)
    check_reviewer(actor=actor, request=row)
    parts = [rule.part for rule, _post in parts_open_to(actor, row)]
    form = decision_form(row, parts, warned_of(row), request.POST)
    if not form.is_valid():
        return request_page(request, row, Answer("decide", form, []), status=422)
    given = form.cleaned_data
    words = words_of(marks_of(request.user, row))
    for position in ticked_in(request) - set(words):
        words[position] = Word(given["ticked_as"] or ChangeWord.RETURNED)
    try:
        decision = decide_request(
            actor=actor,
            request=row,
            outcome=given["outcome"],
            opinion=given["opinion"],
            seen_hash=given["seen_hash"],
            part=given.get("part", ""),
            words=words,
            reasons=form.reasons,
            ticked=[int(key) for key in given["checked"]],
        )
    except (NotAllowed, WrongState, RuleBroken) as refusal:
        return refused(request, key, "decide", form, refusal)
    row.refresh_from_db()
    messages.success(
        request,
        format_html('申请 <a href="{}">{}</a>：{}。现在：{}。', request_url(row), row.number, decision, turns_of([row])[row.pk]),
    )
    return HttpResponseRedirect(request_url(row))
