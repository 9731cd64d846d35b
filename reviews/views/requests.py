"""调整申请: the list, and one request with its differences, decisions and what its reader may do now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html import escape

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from departments.models import Department
from departments.people import Actor
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, Refusal, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from reviews.checklists import checklist_of
from reviews.checks import findings_of
from reviews.deadlines import deadline_of, deadlines_of
from reviews.deciding import check_reviewing, parts_open_to
from reviews.decision_forms import DecisionForm
from reviews.forms import OpinionForm
from reviews.guards import note_seen, request_actions
from reviews.marks import marks_of
from reviews.models import Batch, ChangeMark, ChangeRequest, ChangeWord, RouteRule
from reviews.requests import WARNED, return_before_batch, submit_request, withdraw_request
from reviews.short_routes import routes_of
from reviews.states import ENDED, REQUEST_TRANSITIONS, RequestAction, RequestState, find
from reviews.views.differences import shown_changes
from reviews.views.facts import Line, facts_of
from reviews.views.pages import DEPARTMENT, EVERYONE, address_without_page, is_listed, page_of, sentences_of, show
from reviews.views.panels import panels_of
from reviews.views.stages import steps_of, tone_of, turn_of, turns_of
from reviews.views.talk import talk_of, works_on
from reviews.waivers import waived_rules, warned_in

SEARCH_LIMIT = 100
SUBMITTED = "提交"
LIST_SIZE = 500


@staff_screen(*EVERYONE)
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Every request that the reader may see, filtered by state, department and words; the filters stand in the address."""
    visible = ChangeRequest.objects.visible_to(request.user)
    departments = Department.objects.filter(pk__in=visible.order_by().values("department"))
    chosen = {name: request.GET.get(name, "").strip()[:SEARCH_LIMIT] for name in ("q", "state", "department", "turn")}
    rows = visible.select_related("department", "created_by", "batch").order_by("-created_at", "-pk")
    if chosen["state"] in RequestState.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["department"]:
        rows = rows.filter(department__code=chosen["department"])
    if chosen["q"]:
        wanted = Q(number__contains=chosen["q"]) | Q(reason__contains=chosen["q"]) | Q(document__contains=chosen["q"])
        rows = rows.filter(wanted)
    page = page_of(request, rows)
    turns, deadlines = turns_of(page.object_list), deadlines_of(page.object_list)
    context = {
        "title": "调整申请",
        "page": page,
        "rows": [(row, tone_of(row.state), turns[row.pk], deadlines.get(row.pk)) for row in page.object_list],
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "states": RequestState.choices,
        "departments": departments,
        "query": address_without_page(request),
    }
    return show(request, "reviews/request_list.html", context)


def visible_request(request: HttpRequest, key: int) -> ChangeRequest:
    """The request of this address, or 404 for whoever may not know of it."""
    rows = ChangeRequest.objects.visible_to(request.user).with_work_of(request.user)
    row = get_object_or_404(
        rows.select_related("region", "department", "directive", "upload", "created_by", "submitted_by", "batch__meeting"), pk=key
    )
    note_seen(request.user, row)
    return row


def working_request(request: HttpRequest, key: int) -> ChangeRequest:
    """The request of this address for whoever works on it; 404 also for a department that was only asked for its opinion."""
    row = visible_request(request, key)
    if not works_on(request, row):
        raise Http404
    return row


@staff_screen(*EVERYONE)
@require_safe
def request_detail(request: HttpRequest, key: int) -> HttpResponse:
    return request_page(request, visible_request(request, key))


@dataclass
class Answer:
    """What a refused form brings back to the page: which one, its content, and the sentences above it."""

    action: str
    form: DecisionForm | OpinionForm
    sentences: list[str]
    stale: bool = False


def request_page(request: HttpRequest, row: ChangeRequest, answer: Answer | None = None, *, status: int = 200) -> HttpResponse:
    """One request. Buttons come from the guard alone; each form carries the hash of what this page shows."""
    actor, facts = actor_of(request), facts_of(row)
    decisions = facts.decisions
    changes = row.changes.select_related("item", "base_version").defer("base_version__search_text").order_by("position")
    page = page_of(request, changes, len(facts.lines))
    # Many changes: their list, each with a page of its own; the differences page by page where the address asks for them.
    listed = is_listed(request, page)
    shown = [] if listed else shown_changes(page.object_list, first=page.start_index())
    findings = {} if listed else findings_of(row, page.object_list)
    for each in shown:
        each.findings, each.number = findings[each.change.pk], each.change.position
    talk = talk_of(request, row)
    talk.place(shown)
    actions = request_actions(actor, row)
    speaking = parts_for(actor, row, facts.missing) if RequestAction.PASS in actions else []
    warned = warned_in_trail(each.reason for each in reversed(facts.trail))
    context = {
        "title": f"调整申请 {row.number}",
        "row": row,
        "tone": tone_of(row.state),
        "turn": turn_of(row, facts.due),
        "deadline": deadline_of(row, kinds=facts.kinds, trail=[(each.state, each.at) for each in facts.trail]),
        "steps": steps_of(row, decisions, [each[:3] for each in facts.trail]),
        "route": None if row.state in ENDED else routes_of([row], {row.pk: facts.kinds}).get(row.pk),
        "page": page,
        "changes": shown,
        "listed": listed,
        "first_change": facts.lines[0].position if facts.lines else None,
        "talk": talk,
        "stopping": sum(each.stopping for each in shown),
        "warnings": sum(each.warnings for each in shown),
        "warned": warned,
        "query": address_without_page(request),
        "decisions": decisions,
        "may_submit": RequestAction.SUBMIT in actions,
        "may_edit": RequestAction.EDIT in actions,
        "batch_visible": bool(row.batch_id) and Batch.objects.visible_to(request.user).filter(pk=row.batch_id).exists(),
        "answer": answer,
    }
    forms = {}
    if speaking:
        forms["decide"] = decision_form(row, speaking, warned, kinds=facts.kinds)
        marks = marks_of(request.user, row) if "marks" in facts.present else {}
        context |= {"marks": marks, "worded": [mark for _, mark in sorted(marks.items()) if mark.word in ChangeWord.values]}
    context |= {"ticked": ticked_in(request), "checked": {int(key) for key in request.POST.getlist("checked") if key.isdecimal()}}
    if listed:
        context["lines"] = lines_of(request, facts.lines, context.get("marks"), context["ticked"])
    if RequestAction.WITHDRAW in actions:
        forms["withdraw"] = OpinionForm(initial={"seen_hash": row.proposed_hash})
        context["withdraw_needs_opinion"] = find(REQUEST_TRANSITIONS, row.state, RequestAction.WITHDRAW).opinion
    if RequestAction.RETURN in actions and row.state == RequestState.AWAITING:
        forms["return"] = OpinionForm(initial={"seen_hash": row.proposed_hash})
    if answer is not None and answer.action in forms:
        forms[answer.action] = answer.form
    context["forms"] = forms
    context["panels"] = panels_of(request, row)
    context["lost"] = (
        answer.form["opinion"].value() if answer and answer.action not in forms and "opinion" in answer.form.fields else ""
    )
    return show(request, "reviews/request.html", context, status=status)


_ROW = '<tr>%s<td>%d</td><td>%s</td><td><a href="items/%d/">%s</a></td><td>%s</td></tr>'
_TICK = '<td><input type="checkbox" name="tick" value="%d" form="decide-form" aria-label="勾选第 %d 项"%s></td>'


def lines_of(request: HttpRequest, lines: list[Line], marks: dict[int, ChangeMark] | None, ticked: set[int]) -> Page:
    """The list of a long request as rows of a table, 500 a page (``list`` in the address), without anybody's content.

    ``marks``: None where the reader does not review. Written here, not in the template: of such a page the rows are most of the work.
    Only the name was typed by somebody; positions are numbers, kinds and marks are our own words.
    """
    page = Paginator(lines, LIST_SIZE).get_page(request.GET.get("list"))
    words, kinds = dict(ChangeMark.Word.choices), dict(ChangeKind.choices)
    rows = []
    for position, kind, name, *_ in page.object_list:
        tick = _TICK % (position, position, " checked" if position in ticked else "") if marks is not None else ""
        mark = words[marks[position].word] if marks and position in marks else ""
        rows.append(_ROW % (tick, position, kinds[kind], position, escape(name), mark))
    page.rows = mark_safe("".join(rows))  # noqa: S308
    return page


def ticked_in(request: HttpRequest) -> set[int]:
    """Positions ticked in the form that was sent; anything else there is ignored."""
    return {int(each) for each in request.POST.getlist("tick") if each.isdecimal() and len(each) < 7}


def parts_for(actor: Actor, row: ChangeRequest, missing: list[RouteRule]) -> list[str]:
    """The parts among ``missing`` for which this reader may speak now; none where he is not independent."""
    try:
        check_reviewing(actor=actor, request=row)
    except (NotAllowed, WrongState):
        return []
    return [rule.part for rule, _post in parts_open_to(actor, row, missing)]


def decision_form(
    row: ChangeRequest, parts: list[str], warnings: str, data=None, *, kinds: Collection[str] | None = None
) -> DecisionForm:
    """The form of a decision on ``row`` as it is now, with what a reviewer who speaks for ``parts`` is asked."""
    waived = waived_rules(row) if warnings else {}
    warned = [each for each in warned_in(warnings) if each.number not in waived]
    checklist = checklist_of(row, parts, kinds)
    return DecisionForm(data, initial={"seen_hash": row.proposed_hash}, parts=parts, warned=warned, checklist=checklist)


def warned_of(row: ChangeRequest) -> str:
    """The warnings of the numbered rules with which the request was last submitted (R25 12 处), as its history keeps them."""
    kept = row.history.order_by("-history_date", "-history_id").values_list("history_change_reason", flat=True)
    return warned_in_trail(kept.filter(history_change_reason__startswith=SUBMITTED)[:1])


def warned_in_trail(reasons: Iterable[str | None]) -> str:
    """The same, told from the reasons of the edit trail, the newest first."""
    reason = next((each for each in reasons if each and each.startswith(SUBMITTED)), "")
    return reason.partition(WARNED)[2]


def request_url(row: ChangeRequest) -> str:
    return reverse("admin:request", args=[row.pk])


@staff_screen(*DEPARTMENT)
@require_POST
def request_submit(request: HttpRequest, key: int) -> HttpResponse:
    """提交: the head hands the request in."""
    row = visible_request(request, key)
    form = OpinionForm({"seen_hash": request.POST.get("seen_hash", "")})
    try:
        row = submit_request(actor=actor_of(request), request=row, seen_hash=request.POST.get("seen_hash", ""))
    except (WrongState, RuleBroken) as refusal:
        return refused(request, key, "submit", form, refusal)
    messages.success(request, f"已提交申请 {row.number}，等待{turns_of([row])[row.pk]}审查。")
    return HttpResponseRedirect(request_url(row))


@staff_screen(*DEPARTMENT)
@require_POST
def request_withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """撤回: the department takes its request back."""
    row = visible_request(request, key)
    form = OpinionForm(request.POST)
    if not form.is_valid() and request.POST.get("opinion", "").strip() and "opinion" in form.errors:
        return request_page(request, row, Answer("withdraw", form, []), status=422)
    try:
        row = withdraw_request(actor=actor_of(request), request=row, opinion=form.cleaned_data.get("opinion", ""))
    except (WrongState, RuleBroken) as refusal:
        return refused(request, key, "withdraw", form, refusal)
    messages.success(request, f"已撤回申请 {row.number}，其中的事项可以另行提出调整。")
    return HttpResponseRedirect(request_url(row))


@staff_screen(Post.PUBLISHER)
@require_POST
def request_return(request: HttpRequest, key: int) -> HttpResponse:
    """退回补正 by 审改办, of a request that waits for a batch."""
    row = visible_request(request, key)
    form = OpinionForm(request.POST)
    form.is_valid()
    given = form.cleaned_data
    try:
        row = return_before_batch(
            actor=actor_of(request), request=row, opinion=given.get("opinion", ""), seen_hash=given.get("seen_hash", "")
        )
    except (WrongState, RuleBroken) as refusal:
        return refused(request, key, "return", form, refusal)
    messages.success(request, f"已将申请 {row.number} 退回{row.department}补正。")
    return HttpResponseRedirect(request_url(row))


def refused(request: HttpRequest, key: int, action: str, form, refusal: Refusal) -> HttpResponse:
    """The page as it is now, the sentence on top, what was typed kept: 403, 409 for a stale act, 422 for a broken rule."""
    if isinstance(refusal, RuleBroken) and form.is_bound:
        form.add_refusal(refusal)
    row = visible_request(request, key)
    form.data = {**form.data.dict(), "seen_hash": row.proposed_hash} if hasattr(form.data, "dict") else form.data
    answer = Answer(action, form, sentences_of(refusal), stale=not isinstance(refusal, RuleBroken))
    return request_page(request, row, answer, status=refusal.status)
