"""读者纠错 in the desk: what came in and by when it is to be answered, the answer, and what was opened from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from departments.posts import Post
from departments.site import Section, actor_of, staff_screen
from departments.working_days import Calendar
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.models import Edition, EditionEntry
from reviews.cascade import time_left
from reviews.correction_desk import answer_report, read_contact, redact_report
from reviews.corrections import report_url
from reviews.later_forms import ReportAnswerForm, ReportRedactionForm
from reviews.later_guards import check_can_act_on_report, report_actions
from reviews.later_states import ReportAction, ReportState
from reviews.models import Change, ChangeRequest, ReaderReport, ReportContact
from reviews.states import RequestState
from reviews.views.facts import facts_of
from reviews.views.pages import DEPARTMENT, address_without_page, edition_url, page_of, sentences_of, show
from reviews.views.panels import Panel
from reviews.views.requests import request_url

READERS = (*DEPARTMENT, Post.COMPLIANCE, Post.PUBLISHER, Post.AUDITOR)
SHOWN = 8
TONES = {
    ReportState.OPEN: "info",
    ReportState.ACCEPTED: "warn",
    ReportState.PUBLISHED: "good",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One report in a list: where it stands now, and how much time is left for the answer."""

    report: ReaderReport
    url: str
    state: str
    tone: str
    due: str
    due_tone: str


def visible_report(request: HttpRequest, key: int) -> ReaderReport:
    """The report of this address, or 404 for whoever may not know of it."""
    related = ("region", "department", "item", "version", "request", "edition__region", "answered_by")
    rows = ReaderReport.objects.visible_to(request.user).select_related(*related).defer("edition__manifest")
    return get_object_or_404(rows, pk=key)


def _lines(rows) -> list[Line]:
    rows = list(rows)
    waiting = set(ReaderReport.objects.awaiting().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    today, calendar = timezone.localdate(), Calendar()
    found = []
    for row in rows:
        state = ReportState.OPEN if row.pk in waiting else ReportState(row.state)
        open_now = state == ReportState.OPEN
        late = open_now and row.due_on < today
        tone = "bad" if late else "warn" if open_now and row.due_on == today else ""
        due = time_left(row.due_on, today, calendar) if open_now else ""
        found.append(Line(row, report_url(row), state.label, TONES.get(state, ""), due, tone))
    return found


@staff_screen(*READERS)
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """The open ones, the most urgent first; or all, the newest first."""
    rows = ReaderReport.objects.visible_to(request.user).select_related("department", "version")
    waiting, every = rows.awaiting(), request.GET.get("show") == "all"
    page = page_of(request, rows.order_by("-received_at", "-pk") if every else waiting.order_by("due_on", "pk"))
    context = {
        "title": "读者纠错",
        "page": page,
        "lines": _lines(page.object_list),
        "every": every,
        "open_count": waiting.count(),
        "query": address_without_page(request),
    }
    return show(request, "reviews/report_list.html", context)


@staff_screen(*READERS)
@require_safe
def report(request: HttpRequest, key: int) -> HttpResponse:
    return _page(request, visible_report(request, key))


def _page(
    request: HttpRequest,
    row: ReaderReport,
    *,
    form: ReportAnswerForm | None = None,
    redaction: ReportRedactionForm | None = None,
    contact: str = "",
    sentences=(),
    status: int = 200,
) -> HttpResponse:
    """The report with what the reader may do now; ``contact`` only where it was asked for just now."""
    actions = report_actions(actor_of(request), row)
    (line,) = _lines([row])
    seen = {"seen_revision": row.revision}
    may_answer = ReportAction.ACCEPT in actions
    context = {
        "title": str(row),
        "row": row,
        "line": line,
        "item_url": _item_url(row),
        "edition_url": edition_url(row.edition) if row.edition else "",
        "request_visible": bool(row.request_id)
        and ChangeRequest.objects.visible_to(request.user).filter(pk=row.request_id).exists(),
        "held": Change.objects.filter(item=row.item_id, open=True).select_related("request").first() if may_answer else None,
        "form": (form or ReportAnswerForm(initial=seen)) if may_answer else None,
        "redaction": (redaction or ReportRedactionForm(initial=seen, auto_id="redact-%s"))
        if ReportAction.REDACT in actions
        else None,
        "may_read_contact": ReportAction.CONTACT in actions and ReportContact.objects.filter(report=row).exists(),
        "contact": contact,
        "steps": row.steps.select_related("person"),
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/report.html", context, status=status)


def _item_url(row: ReaderReport) -> str:
    """Where the public reads the item today; empty where the list in force does not have it."""
    edition = Edition.objects.light().in_force(row.region, timezone.localdate())
    if edition is None or not EditionEntry.objects.filter(edition=edition, item=row.item_id).public().exists():
        return ""
    region = [] if row.region.code == settings.HOME_REGION else [row.region.code]
    return reverse("public:item", args=[*region, row.item.code])


@staff_screen(*DEPARTMENT)
@require_POST
def report_answer(request: HttpRequest, key: int) -> HttpResponse:
    """The answer. 已更正拟办 leads on to the form of the item, in the request that was opened from the report."""
    row, actor = visible_report(request, key), actor_of(request)
    check_can_act_on_report(actor=actor, report=row, action=ReportAction.SETTLE)
    form = ReportAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, sentences=form.errors.get("seen_revision", ()), status=422)
    given = form.cleaned_data
    try:
        answer_report(actor=actor, report=row, **given)
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return _page(request, row, form=form, status=422)
    except WrongState as refusal:
        return _page(request, visible_report(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, f"已答复：{row.get_state_display()}。读者凭查询号可以看到。")
    return HttpResponseRedirect(_next(row) if row.request_id else report_url(row))


def _next(row: ReaderReport) -> str:
    """The item's form in the draft; the request itself where it is under way already or holds the item."""
    draft = row.request
    if draft.state != RequestState.DRAFT or draft.changes.filter(item=row.item_id).exists():
        return request_url(draft)
    query = {"item": row.item.code, "department": draft.department.code, "request": draft.pk}
    return f"{reverse('admin:change_new')}?{urlencode(query)}"


@staff_screen(*DEPARTMENT)
@require_POST
def report_contact(request: HttpRequest, key: int) -> HttpResponse:
    """Show the contact once, to the department; that it was looked at is in the audit trail."""
    row = visible_report(request, key)
    try:
        contact = read_contact(actor=actor_of(request), report=row)
    except WrongState as refusal:
        return _page(request, row, sentences=sentences_of(refusal), status=409)
    return _page(request, visible_report(request, key), contact=contact)


@staff_screen(Post.PUBLISHER)
@require_POST
def report_redact(request: HttpRequest, key: int) -> HttpResponse:
    """审改办 takes words out."""
    row, actor = visible_report(request, key), actor_of(request)
    check_can_act_on_report(actor=actor, report=row, action=ReportAction.REDACT)
    form = ReportRedactionForm(request.POST, auto_id="redact-%s")
    if not form.is_valid():
        return _page(request, row, redaction=form, sentences=form.errors.get("seen_revision", ()), status=422)
    try:
        redact_report(actor=actor, report=row, **form.cleaned_data)
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return _page(request, row, redaction=form, status=422)
    except WrongState as refusal:
        return _page(request, visible_report(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, "已遮蔽，联系方式一并删除。")
    return HttpResponseRedirect(report_url(row))


def sections(request: HttpRequest) -> list[Section]:
    """On the workbench of a department, 编办 and 审改办: the open ones with their number; nothing where there is none."""
    posts = (*DEPARTMENT, Post.COMPLIANCE, Post.PUBLISHER)
    if not request.user.postings.held().filter(post__in=posts).exists():
        return []
    rows = ReaderReport.objects.visible_to(request.user).awaiting().select_related("department", "version")
    count = rows.count()
    if not count:
        return []
    context = {
        "lines": _lines(rows.order_by("due_on", "pk")[:SHOWN]),
        "more": reverse("admin:report_list") if count > SHOWN else "",
    }
    return [Section(f"读者纠错 · {count} 件", "reviews/_workbench_reports.html", context, 2)]


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Beside a request: the reports that it answers, to whoever sees the request; the report itself to whoever may."""
    if "reports" not in facts_of(row).present:
        return None
    found = list(ReaderReport.objects.filter(request=row).order_by("received_at", "pk"))
    visible = set(
        ReaderReport.objects.visible_to(request.user).filter(pk__in=[each.pk for each in found]).values_list("pk", flat=True)
    )
    return Panel("reviews/_reports_answered.html", values={"reports": [(each, each.pk in visible) for each in found]})
