"""One task of a decision from above: what is asked, by when, what was answered, and what its reader may do now."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from departments.posts import Post
from departments.site import actor_of, staff_screen
from departments.working_days import Calendar
from qingdan.errors import Refusal, RuleBroken, WrongState
from reviews.cascade import End, full_tasks, standing_of, time_left
from reviews.directive_forms import AnswerForm, RequestAnswerForm
from reviews.guards import check_post_on_task, task_actions
from reviews.models import ChangeRequest, DirectiveTask
from reviews.states import ENDED, TaskAction
from reviews.tasks import (
    answer_by_request,
    answer_not_concerned,
    cancel_task,
    propose_not_concerned,
    receive_task,
    reopen_task,
    send_back_answer,
)
from reviews.urging import POSTS
from reviews.views.directives import TONES
from reviews.views.facts import facts_of
from reviews.views.pages import EVERYONE, edition_url, sentences_of, show
from reviews.views.panels import Panel
from reviews.views.requests import request_url

# action → (act, name of the words' argument, what the message says)
_ACTS: dict[str, tuple[Callable, str, str]] = {
    TaskAction.PROPOSE: (propose_not_concerned, "reason", "已提请部门负责人确认。"),
    TaskAction.ANSWER: (answer_not_concerned, "reason", "已答复不涉及。"),
    TaskAction.SEND_BACK: (send_back_answer, "opinion", "已退回经办人重拟。"),
    TaskAction.REOPEN: (reopen_task, "opinion", "已退回，部门须重新答复。"),
    TaskAction.CANCEL: (cancel_task, "opinion", "已撤销交办。"),
}
ACTORS = (Post.CLERK, Post.HEAD, Post.COMPLIANCE, Post.PUBLISHER)


def visible_task(request: HttpRequest, key: int) -> DirectiveTask:
    """The task of this address, or 404 for whoever may not know of it."""
    return get_object_or_404(full_tasks(DirectiveTask.objects.visible_to(request.user)), pk=key)


def task_url(task: DirectiveTask) -> str:
    return reverse("admin:task", args=[task.pk])


@staff_screen(*EVERYONE)
@require_safe
def task(request: HttpRequest, key: int) -> HttpResponse:
    return task_page(request, visible_task(request, key))


def task_page(
    request: HttpRequest, row: DirectiveTask, *, action: str = "", form=None, sentences=(), status: int = 200
) -> HttpResponse:
    """The task with its forms; ``form`` is the one of ``action`` that was refused, with what was typed."""
    actions = task_actions(actor_of(request), row)
    today = timezone.localdate()
    calendar = Calendar()
    standing = standing_of(row, today, calendar)
    forms = {name: AnswerForm(initial={"seen_revision": row.revision}, auto_id=f"{name}-%s") for name in _ACTS if name in actions}
    if TaskAction.ANSWER in forms and TaskAction.SEND_BACK in forms:
        forms[TaskAction.ANSWER].initial["words"] = row.explanation
    if TaskAction.REQUEST in actions:
        forms[TaskAction.REQUEST] = _request_form(request, row)
    if form is not None and action in forms:
        forms[action] = form
    history = row.history.select_related("history_user").order_by("-history_date", "-history_id")
    may_see = row.request_id and ChangeRequest.objects.visible_to(request.user).filter(pk=row.request_id).exists()
    context = {
        "title": f"{row.directive.number} · {row.department}",
        "row": row,
        "standing": standing,
        "tone": TONES.get(standing.end, ""),
        "due_words": time_left(row.due_on, today, calendar) if row.is_unanswered else "",
        "due_tone": "bad" if standing.end == End.OVERDUE else "warn" if row.due_on == today else "",
        "edition_url": edition_url(standing.edition) if standing.edition else "",
        "request_visible": may_see,
        "may_receive": TaskAction.RECEIVE in actions,
        "forms": forms,
        "siblings": _open_siblings(request, row),
        "urges": list(row.urges.select_related("person")),
        "may_urge": row.is_unanswered and actor_of(request).holding(POSTS, region=row.region) is not None,
        "history": history,
        "sentences": sentences,
        "stale": status == 409,
        "lost": form["words"].value() if form is not None and action not in forms and "words" in form.fields else "",
    }
    return show(request, "reviews/task.html", context, status=status)


def _open_siblings(request: HttpRequest, row: DirectiveTask) -> list[DirectiveTask]:
    """This task and the department's other unanswered ones of the same decision."""
    tasks = DirectiveTask.objects.visible_to(request.user).filter(directive=row.directive_id, department=row.department_id)
    return list(tasks.unanswered().select_related("line").order_by("line__position", "pk"))


def _request_form(request: HttpRequest, row: DirectiveTask, data=None) -> RequestAnswerForm:
    requests = ChangeRequest.objects.visible_to(request.user).filter(department=row.department_id).exclude(state__in=ENDED)
    tasks = {each.pk: each for each in [row, *_open_siblings(request, row)]}
    return RequestAnswerForm(
        data,
        requests=requests.order_by("-created_at"),
        tasks=list(tasks.values()),
        initial={"tasks": [str(row.pk)]},
        auto_id="answering-%s",
    )


@staff_screen(*ACTORS)
@require_POST
def task_act(request: HttpRequest, key: int, action: str) -> HttpResponse:
    """签收, 不涉及 and the other steps, each by its act; a refusal shows the page as it is now with what was typed."""
    row = visible_task(request, key)
    if action not in TaskAction.values:
        raise Http404
    check_post_on_task(actor=actor_of(request), task=row, action=action)
    if action == TaskAction.RECEIVE:
        return _receive(request, row)
    if action == TaskAction.REQUEST:
        return _answer_by_request(request, row)
    if action not in _ACTS:
        raise Http404
    form = AnswerForm(request.POST, auto_id=f"{action}-%s")
    if not form.is_valid():
        faults = ["页面已过期，重新打开后再办理"] if "seen_revision" in form.errors else []
        return task_page(request, row, action=action, form=form, sentences=faults, status=422)
    perform, words, told = _ACTS[action]
    given = {words: form.cleaned_data["words"], "seen_revision": form.cleaned_data["seen_revision"]}
    try:
        perform(actor=actor_of(request), task=row, **given)
    except (WrongState, RuleBroken) as refusal:
        return _refused(request, key, action, form, refusal)
    messages.success(
        request, format_html('{} <a href="{}">看 {}</a>', told, reverse("admin:directive", args=[row.directive_id]), row.directive)
    )
    return HttpResponseRedirect(task_url(row))


def _receive(request: HttpRequest, row: DirectiveTask) -> HttpResponse:
    try:
        receive_task(actor=actor_of(request), task=row)
    except (WrongState, RuleBroken) as refusal:
        return task_page(request, visible_task(request, row.pk), sentences=sentences_of(refusal), status=refusal.status)
    messages.success(request, f"已签收，{row.due_on} 前答复。")
    return HttpResponseRedirect(task_url(row))


def _answer_by_request(request: HttpRequest, row: DirectiveTask) -> HttpResponse:
    form = _request_form(request, row, request.POST)
    if not form.is_valid():
        return task_page(request, row, action=TaskAction.REQUEST, form=form, status=422)
    chosen = DirectiveTask.objects.visible_to(request.user).filter(pk__in=form.cleaned_data["tasks"])
    tasks = list(chosen.select_related("directive__region", "department", "request"))
    try:
        made = answer_by_request(actor=actor_of(request), request=form.cleaned_data["request"], tasks=tasks)
    except (WrongState, RuleBroken) as refusal:
        return _refused(request, row.pk, TaskAction.REQUEST, form, refusal)
    messages.success(request, format_html('已以申请 <a href="{}">{}</a> 答复 {} 项。', request_url(made), made.number, len(tasks)))
    return HttpResponseRedirect(task_url(row))


def _refused(request: HttpRequest, key: int, action: str, form, refusal: Refusal) -> HttpResponse:
    """The page as it is now: 409 for a stale act, 422 for a broken rule; what was typed stays in the form."""
    row = visible_task(request, key)
    sentences = sentences_of(refusal)
    if "seen_revision" in form.fields:
        if isinstance(refusal, RuleBroken):
            form.add_error("words", str(sentences[0]))
        form.data = {**form.data.dict(), "seen_revision": row.revision}
    return task_page(request, row, action=action, form=form, sentences=sentences, status=refusal.status)


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Beside a request: the tasks from above that it answers."""
    if "answers" not in facts_of(row).present:
        return None
    tasks = DirectiveTask.objects.visible_to(request.user).filter(request=row).select_related("directive", "line")
    answered = list(tasks.order_by("line__position", "pk"))
    return Panel("reviews/_answers.html", values={"tasks": answered}) if answered else None
