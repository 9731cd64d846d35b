"""意见往来: beside the request as a panel, beside the element in the difference, as a list of its own; and what waits on the workbench."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from departments.posts import DEPARTMENT_POSTS
from departments.site import Section, actor_of, staff_screen
from qingdan.errors import NotAllowed, Refusal, RuleBroken, WrongState
from reviews.conversation import (
    TEXT_LIMIT,
    Thread,
    answer_comment,
    raise_comment,
    reopen_comment,
    resolve_comment,
    threads_of,
)
from reviews.forms import PlainForm
from reviews.guards import check_takes_part
from reviews.models import Change, ChangeRequest, Comment
from reviews.states import ENDED, OPEN
from reviews.views.attachments import TAKING_PART
from reviews.views.differences import shown_changes
from reviews.views.pages import EVERYONE, PAGE_SIZE, sentences_of, show
from reviews.views.panels import Panel
from reviews.views.requests import working_request
from reviews.views.talk import talk_of, works_on
from reviews.views.workbench import SHOWN as LINES
from reviews.waiting import held_by

_ACTS = {"answer": answer_comment, "resolve": resolve_comment, "reopen": reopen_comment}
_DONE = {"answer": "已答复。", "resolve": "已标为已解决。", "reopen": "已重新打开。"}


class CommentForm(PlainForm):
    """A remark and what it is about: ``changes`` (key, label) of the request, ``elements`` (labels)."""

    change = forms.ChoiceField(label="关于", required=False, error_messages={"invalid_choice": "该项已不在本申请内，重新选择"})
    element = forms.ChoiceField(
        label="要素",
        required=False,
        help_text="只在选了某一项时填写。",
        error_messages={"invalid_choice": "没有这个要素，重新选择"},
    )
    text = forms.CharField(
        label="内容",
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "写明意见"},
        help_text="发表后不能修改；要更正的，再发一条。",
    )
    seen_hash = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, changes, elements, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = [("", "整个申请"), *changes]
        self.fields["element"].choices = [("", "整项"), *((label, label) for label in elements)]


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """How many remarks are open, and on which the department has the next word."""
    if not works_on(request, row):
        return None
    talk = talk_of(request, row)
    return Panel("reviews/_conversation.html", values={"talk": talk, "shown": talk.open[:5], "more": len(talk.open) - 5})


@staff_screen(*EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def request_comments(request: HttpRequest, key: int) -> HttpResponse:
    """Every thread of a request, the open ones first; the form that begins one, prefilled for a change and element (in the address)."""
    row = working_request(request, key)
    if request.method == "POST":
        check_takes_part(actor=actor_of(request), request=row)
    form, status, sentences = _form(request, row), 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _raised(request, row, form.cleaned_data)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except (WrongState, NotAllowed) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
    return comments_page(request, row, form=form, status=status, sentences=sentences)


def comments_page(
    request: HttpRequest,
    row: ChangeRequest,
    *,
    form: CommentForm | None = None,
    status: int = 200,
    sentences: list[str] = (),
    typed: dict | None = None,
) -> HttpResponse:
    """The list, with what a refused answer had typed kept beside its thread (``typed``: thread key → text)."""
    talk = talk_of(request, row)
    form = form or _form(request, row)
    chosen = form["change"].value() or ""
    about = row.changes.select_related("item", "base_version").filter(pk=int(chosen) if str(chosen).isdecimal() else 0)
    shown = shown_changes(about)
    element = form["element"].value() or ""
    for each in shown:
        each.rows = [line for line in each.rows if not element or line.label == element]
        each.unchanged = [pair for pair in each.unchanged if pair[0] == element]
    for thread in talk.threads:
        thread.kept = (typed or {}).get(thread.root.pk, "")
    context = {
        "title": f"意见往来：申请 {row.number}",
        "row": row,
        "talk": talk,
        "threads": [*talk.open, *(thread for thread in talk.threads if not thread.open)],
        "form": form if talk.speaks else None,
        "subject": shown[0] if shown else None,
        "element": element,
        "ended": row.state in ENDED,
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/comments.html", context, status=status)


def _form(request: HttpRequest, row: ChangeRequest) -> CommentForm:
    changes = list(row.changes.order_by("position").values_list("pk", "position", "name", "kind"))
    return CommentForm(
        request.POST if request.method == "POST" and "text" in request.POST and "act" not in request.POST else None,
        changes=[(str(pk), f"{position} {name}"[:80]) for pk, position, name, _kind in changes],
        elements=element_labels(),
        initial={
            "seen_hash": row.proposed_hash,
            "change": request.GET.get("change", ""),
            "element": request.GET.get("element", ""),
        },
    )


def element_labels() -> list[str]:
    """The labels that a difference may show, of items and of departments' own entries."""
    from qingdan.items.elements import ELEMENTS
    from reviews.views.differences import DEPARTMENT_LABELS

    return list(dict.fromkeys([*(element.label for element in ELEMENTS), *DEPARTMENT_LABELS]))


def _raised(request: HttpRequest, row: ChangeRequest, given: dict) -> HttpResponse:
    change = row.changes.filter(pk=given["change"]).first() if given["change"] else None
    raise_comment(
        actor=actor_of(request),
        request=row,
        text=given["text"],
        seen_hash=given["seen_hash"],
        change=change,
        element=given["element"],
    )
    messages.success(request, "意见已发表。")
    return HttpResponseRedirect(_back_to(row, change))


def _back_to(row: ChangeRequest, change: Change | None) -> str:
    """Where the remark is read: at its change on the page of the request, else in the list."""
    if change is None:
        return reverse("admin:request_comments", args=[row.pk])
    page = row.changes.filter(position__lt=change.position).count() // PAGE_SIZE + 1
    return f"{reverse('admin:request', args=[row.pk])}{f'?page={page}' if page > 1 else ''}#change-{change.pk}"


@staff_screen(*TAKING_PART)
@require_POST
def comment_act(request: HttpRequest, key: int, comment: int) -> HttpResponse:
    """答复, 标为已解决 or 重新打开 (``act``) of one thread; what was typed is kept on a refusal."""
    row = working_request(request, key)
    check_takes_part(actor=actor_of(request), request=row)
    found = get_object_or_404(row.comments.filter(thread=None), pk=comment)
    name, text = request.POST.get("act", ""), request.POST.get("text", "")
    if name not in _ACTS:
        return comments_page(request, row, status=422, sentences=["选择答复、标为已解决或重新打开"], typed={found.pk: text})
    try:
        ProhibitNullCharactersValidator()(text)
        _ACTS[name](actor=actor_of(request), request=row, comment=found, text=text)
    except ValidationError:
        return comments_page(request, row, status=422, sentences=["内容含有不能保存的字符"], typed={})
    except (RuleBroken, WrongState, NotAllowed) as refusal:
        return _refused(request, row, found, text, refusal)
    messages.success(request, format_html('{} <a href="{}">看这条意见</a>', _DONE[name], f"{_list_of(row)}#comment-{found.pk}"))
    back = row.changes.filter(pk=request.POST.get("change") if request.POST.get("change", "").isdecimal() else 0).first()
    return HttpResponseRedirect(_back_to(row, back) if back else f"{_list_of(row)}#comment-{found.pk}")


def _list_of(row: ChangeRequest) -> str:
    return reverse("admin:request_comments", args=[row.pk])


def _refused(request: HttpRequest, row: ChangeRequest, found: Comment, text: str, refusal: Refusal) -> HttpResponse:
    return comments_page(
        request, row, status=refusal.status, sentences=sentences_of(refusal), typed={found.pk: text[: TEXT_LIMIT * 2]}
    )


def comment_address(row_key: int, change_key: int, element: str = "") -> str:
    """Where a remark on a change, or on an element of it, is begun."""
    query = {"change": change_key, **({"element": element} if element else {})}
    return f"{reverse('admin:request_comments', args=[row_key])}?{urlencode(query)}#begin"


def waiting(request: HttpRequest) -> list[Section]:
    """意见往来 on the workbench: for a department the remarks it has not answered, for a reviewer the answers to his own."""
    held = held_by(request.user)
    departments, regional = held.in_department("clerk", "head"), held.regions
    if not departments and not regional:
        return []
    visible = ChangeRequest.objects.worked_on_by(request.user).filter(state__in=OPEN)
    comments = Comment.objects.filter(request__in=visible).select_related("person", "request__department").order_by("at", "pk")
    lines = [thread for thread in threads_of(comments) if _waits_for(thread, departments, held)]
    if not lines:
        return []
    rows = [(thread, f"{_list_of(thread.root.request)}#comment-{thread.root.pk}", thread.unanswered) for thread in lines[:LINES]]
    return [Section(f"意见往来 · {len(lines)} 条", "reviews/_workbench_conversation.html", {"lines": rows, "count": len(lines)}, 4)]


def _waits_for(thread: Thread, departments: set[int], held) -> bool:
    row = thread.root.request
    if thread.root.post in DEPARTMENT_POSTS:
        return thread.turn == "department" and row.department_id in departments
    if thread.unanswered:
        return row.department_id in departments
    return thread.turn == "raiser" and row.region_id in held.regions.get(thread.root.post, set())
