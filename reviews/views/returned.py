"""Panels of a returned request and of a limited revision: what is to be corrected, where it goes, who is asked to confirm what."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from departments.site import actor_of, staff_screen
from departments.working_days import Calendar
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.models import Category
from reviews.deciding import answer_revision, confirmations_open_to
from reviews.decision_forms import AnswerForm
from reviews.guards import check_post_on_request
from reviews.models import Change, ChangeRequest, DeskSetting, Revision
from reviews.returning import base_revision, changed_since, comeback_of, fields_to_correct, returning_decision
from reviews.states import RequestAction, RequestState
from reviews.views.differences import Row, rows_of_contents
from reviews.views.pages import REVIEWERS, sentences_of
from reviews.views.panels import Panel
from reviews.views.requests import Answer, request_page, request_url, visible_request


@dataclass(frozen=True, slots=True)
class Altered:
    """One change of a limited revision: what differs from what the reviewer had passed."""

    change: Change
    is_new: bool
    rows: list[Row]


def to_correct(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """What the department is to correct, and what handing in now would do; nothing unless the request is returned."""
    if row.state != RequestState.RETURNED:
        return None
    decision = returning_decision(row)
    fields = fields_to_correct(row)
    values = {"decision": decision, "fields": fields, "comeback": comeback_of(row)}
    return Panel("reviews/_to_correct.html", "top", values)


def limited(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Why a revision started again, or who is to confirm it by when; the difference and both answers for whoever is asked."""
    if row.revision == 1 or row.state not in (RequestState.COMPLIANCE, RequestState.LEGALITY):
        return None
    revision = Revision.objects.filter(request=row, number=row.revision).defer("manifest").first()
    if revision is None:
        return None
    open_ = confirmations_open_to(actor_of(request), row) if revision.limited else []
    altered, due = [], None
    if open_:
        categories = dict(Category.objects.values_list("code", "name"))
        base = min(base_revision(row, rule.part) for rule, _post in open_)
        altered = [
            Altered(change, old is None, rows_of_contents(old, change.content, categories))
            for change, old in changed_since(row, base)
        ]
    if revision.confirming_parts:
        setting = DeskSetting.objects.filter(region=row.region_id).first() or DeskSetting()
        due = Calendar().add(timezone.localdate(revision.at), setting.confirm_days)
    answers = list(row.confirmations.filter(revision=row.revision).select_related("person"))
    values = {
        "revision": revision,
        "outside": revision.outside.splitlines(),
        "open": open_,
        "altered": altered,
        "due": due,
        "late": due is not None and due < timezone.localdate(),
        "answers": answers,
        "row": row,
        "kept": getattr(request, "_answer_kept", ""),
    }
    return Panel("reviews/_limited.html", "top", values)


@staff_screen(*REVIEWERS)
@require_POST
def request_answer(request: HttpRequest, key: int) -> HttpResponse:
    """确认 or 重新审查 by whoever had passed what was before."""
    row = visible_request(request, key)
    check_post_on_request(actor=actor_of(request), request=row, action=RequestAction.CONFIRM)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        faults = [message for errors in form.errors.values() for message in errors]
        return _again(request, row, form, faults, 422)
    try:
        answer = answer_revision(actor=actor_of(request), request=row, **form.cleaned_data)
    except (NotAllowed, WrongState, RuleBroken) as refusal:
        return _again(request, visible_request(request, key), form, sentences_of(refusal), refusal.status)
    messages.success(request, f"申请 {row.number}：{answer}。")
    return HttpResponseRedirect(request_url(row))


def _again(request: HttpRequest, row: ChangeRequest, form: AnswerForm, sentences: list[str], status: int) -> HttpResponse:
    request._answer_kept = form["opinion"].value() or ""
    return request_page(request, row, Answer("answer", form, sentences, stale=status == 409), status=status)
