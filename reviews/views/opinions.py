"""征求意见: beside the request, as a page of its own on which departments are asked and answer, and on the workbench of who was asked."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from departments.models import Department
from departments.posts import Post
from departments.site import Section, actor_of, staff_screen
from departments.working_days import Calendar
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.conversation import TEXT_LIMIT
from reviews.forms import PlainForm
from reviews.guards import check_takes_part
from reviews.models import ChangeRequest, Opinion
from reviews.opinions import ask_opinion, due_on, give_opinion
from reviews.states import ENDED, OPEN
from reviews.views.facts import facts_of
from reviews.views.pages import EVERYONE, sentences_of, show
from reviews.views.panels import Panel
from reviews.views.requests import visible_request
from reviews.views.talk import part_of
from reviews.views.workbench import SHOWN
from reviews.waiting import held_by

_TONES = {Opinion.Outcome.AGREED: "good", Opinion.Outcome.OBJECTS: "bad", Opinion.Outcome.NOT_CONCERNED: ""}


class AskForm(PlainForm):
    department = forms.ModelChoiceField(
        label="征求部门",
        queryset=Department.objects.none(),
        error_messages={"required": "选择征求的部门", "invalid_choice": "选择本地区的其他部门"},
    )
    question = forms.CharField(
        label="征求内容",
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "写明征求什么意见"},
        help_text="征求后，该部门可以看到本申请的内容和附件。",
    )

    def __init__(self, *args, departments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments


class GiveForm(PlainForm):
    outcome = forms.ChoiceField(
        label="答复", choices=Opinion.Outcome.choices, widget=forms.RadioSelect, error_messages={"required": "选择答复"}
    )
    text = forms.CharField(
        label="意见",
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有意见的写明意见，不涉及的写明理由。",
    )
    seen_hash = forms.CharField(widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Line:
    """One opinion as shown: its last day, its word and tone, whether this reader gives it."""

    opinion: Opinion
    due_on: object
    word: str
    tone: str
    mine: bool


def lines_of(request: HttpRequest, row: ChangeRequest) -> list[Line]:
    """Every opinion of a request; the calendar is read once, the reader's posts once."""
    if "opinions" not in facts_of(row).present:
        return []
    opinions = row.opinions.select_related("department", "asked_by", "given_by").order_by("asked_at", "pk")
    calendar, today = Calendar(), timezone.localdate()
    own = held_by(request.user).in_department(Post.HEAD)
    lines = []
    for each in opinions:
        last = due_on(each, calendar)
        word, tone = each.get_outcome_display(), _TONES.get(each.outcome, "")
        if not each.outcome:
            word, tone = ("逾期未答复", "bad") if last < today else ("等待答复", "warn")
        mine = not each.outcome and each.department_id in own and row.state not in ENDED
        lines.append(Line(each, last, word, tone, mine))
    return lines


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Who was asked and what they said; nothing where nobody was and the reader may not ask."""
    lines = lines_of(request, row)
    _actor, posting = part_of(request, row)
    if not lines and posting is None:
        return None
    values = {"row": row, "lines": lines, "asks": posting is not None, "mine": any(line.mine for line in lines)}
    return Panel("reviews/_opinions.html", values=values)


@staff_screen(*EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def request_opinions(request: HttpRequest, key: int) -> HttpResponse:
    """Every opinion with its text; forms to answer for the own department and, for whoever takes part, to ask another one."""
    row = visible_request(request, key)
    if request.method == "POST":
        check_takes_part(actor=actor_of(request), request=row)
    form = _ask_form(request, row, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return opinions_page(request, row, ask=form)
    status, sentences = 422, []
    if form.is_valid():
        try:
            made = ask_opinion(actor=actor_of(request), request=row, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_refusal(refusal)
        except (WrongState, NotAllowed) as refusal:
            status, sentences = refusal.status, sentences_of(refusal)
        else:
            messages.success(request, f"已征求{made.department}的意见，{made.days} 个工作日内答复。")
            return HttpResponseRedirect(_address(row))
    return opinions_page(request, row, ask=form, status=status, sentences=sentences)


def _ask_form(request: HttpRequest, row: ChangeRequest, data=None) -> AskForm:
    others = Department.objects.in_being().filter(region=row.region_id).exclude(pk=row.department_id)
    return AskForm(data, departments=others.order_by("order", "code"))


def opinions_page(
    request: HttpRequest,
    row: ChangeRequest,
    *,
    ask: AskForm | None = None,
    give: GiveForm | None = None,
    status: int = 200,
    sentences: list[str] = (),
) -> HttpResponse:
    """The page; ``give``: the refused answer with what was typed."""
    _actor, posting = part_of(request, row)
    lines = lines_of(request, row)
    context = {
        "title": f"征求意见：申请 {row.number}",
        "row": row,
        "lines": lines,
        "ask": (ask or _ask_form(request, row)) if posting is not None else None,
        "give": give or GiveForm(initial={"seen_hash": row.proposed_hash}),
        "ended": row.state in ENDED,
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/opinions.html", context, status=status)


@staff_screen(*EVERYONE)
@require_POST
def opinion_give(request: HttpRequest, key: int, opinion: int) -> HttpResponse:
    """答复 of the asked department's head."""
    row = visible_request(request, key)
    found = get_object_or_404(row.opinions.select_related("department"), pk=opinion)
    actor_of(request).must_hold(Post.HEAD, department=found.department, message=f"由{found.department}的{Post.HEAD.label}答复")
    form = GiveForm(request.POST)
    status, sentences = 422, []
    if form.is_valid():
        try:
            given = give_opinion(actor=actor_of(request), opinion=found, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_refusal(refusal)
        except (WrongState, NotAllowed) as refusal:
            status, sentences = refusal.status, sentences_of(refusal)
        else:
            messages.success(request, f"已答复：{given.get_outcome_display()}。")
            return HttpResponseRedirect(_address(row))
    form.data = {**request.POST.dict(), "seen_hash": row.proposed_hash}
    return opinions_page(request, row, give=form, status=status, sentences=sentences)


def _address(row: ChangeRequest) -> str:
    return reverse("admin:request_opinions", args=[row.pk])


def asked(request: HttpRequest) -> list[Section]:
    """征求意见 on the workbench: what the user's departments were asked and have not answered, the first due first."""
    own = held_by(request.user).in_department(Post.CLERK, Post.HEAD)
    if not own:
        return []
    rows = Opinion.objects.open().filter(department__in=own, request__state__in=OPEN)
    rows = list(rows.select_related("request__department", "department").order_by("asked_at", "pk"))
    if not rows:
        return []
    calendar, today = Calendar(), timezone.localdate()
    lines = sorted(((due_on(row, calendar), row) for row in rows), key=lambda pair: (pair[0], pair[1].pk))
    shown = [(row, last, last < today, _address(row.request)) for last, row in lines[:SHOWN]]
    return [Section(f"征求意见 · {len(rows)} 件", "reviews/_workbench_opinions.html", {"lines": shown}, 3)]
