"""常务会: its agenda, what it decided of a 送审稿 as one 议题, and the checking of what was registered from the minutes."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from departments.models import Region
from departments.people import Actor
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.forms import AgendaForm, CallMeetingForm, ExceptionRow, MeetingForm, read_exceptions
from reviews.guards import can_act_on_batch, check_can_act_on_batch, check_post_on_batch
from reviews.meetings import (
    ItemOutcome,
    add_to_agenda,
    call_meeting,
    confirm_minutes,
    record_meeting,
    register_minutes,
    send_minutes_back,
)
from reviews.models import Batch, Change, Measure, Meeting, MeetingDecision, MeetingRecord
from reviews.scans import attach_minutes, check_keeps_minutes
from reviews.states import BatchAction, BatchState
from reviews.suspending import waiting_for
from reviews.views.batches import act_on_batch, batch_url, ordered_changes, visible_batch
from reviews.views.pages import REGION, address_without_page, page_of, sentences_of, show
from reviews.views.scans import MinutesForm, attach_given, scans_of

_BLANK_LINES = 3
_MOST_SUGGESTED = 500
_KEEPERS = (Post.COUNCIL, Post.PUBLISHER)


@staff_screen(*_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_meeting(request: HttpRequest, key: int) -> HttpResponse:
    """政府办 records, 审改办 registers what the meeting decided of the 送审稿, and where it differed for single changes."""
    batch = visible_batch(request, key)
    actor = actor_of(request)
    records = batch.state == BatchState.FROZEN and can_act_on_batch(actor=actor, batch=batch, action=BatchAction.DECIDE)
    if not records:
        check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.REGISTER)
    changes = list(ordered_changes(batch).select_related("request__department"))
    more = "more" in request.POST
    form = MeetingForm(request.POST or None, initial={"seen_hash": batch.submission_hash})
    lines, exceptions = read_exceptions(request.POST, [change.pk for change in changes])
    sentences, status = [], 200
    if request.method == "POST" and not more:
        status = 422
        if form.is_valid() and not any(line.fault for line in lines):
            try:
                told = _enter(actor, batch, form.cleaned_data, exceptions, records=records)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except WrongState as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, told)
                return HttpResponseRedirect(batch_url(batch))
    if more:
        form = MeetingForm(initial=request.POST.dict())
    blanks = _BLANK_LINES if more or not lines else 0
    context = {
        "title": f"{'记录' if records else '按会议纪要登记'}审议结果：{batch.title}",
        "batch": batch,
        "form": form,
        "records": records,
        "lines": lines + [ExceptionRow("", "", "")] * blanks,
        "line_outcomes": [(Change.Outcome.DEFERRED.value, "暂缓"), (Change.Outcome.REFUSED.value, "不予通过")],
        "changes": [(number, change) for number, change in enumerate(changes, start=1)],
        "suggested": len(changes) <= _MOST_SUGGESTED,
        "meetings": Meeting.objects.visible_to(request.user).filter(region=batch.region)[:20],
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/meeting.html", context, status=status)


def _enter(actor: Actor, batch: Batch, given: dict, exceptions: dict[int, tuple[str, str]], *, records: bool) -> str:
    differing = {key: ItemOutcome(outcome, note) for key, (outcome, note) in exceptions.items()}
    if records:
        return _told(batch, record_meeting(actor=actor, batch=batch, exceptions=differing, **given))
    record = register_minutes(actor=actor, batch=batch, exceptions=differing, **given)
    return format_html(
        '已按会议纪要登记<a href="{}">{}</a>的审议结果：{}。须由另一人核对后生效。',
        batch_url(batch),
        batch.title,
        record.get_outcome_display(),
    )


def _told(batch: Batch, decision: MeetingDecision) -> str:
    following = {
        MeetingDecision.Outcome.AGREED: f"等待{Post.PUBLISHER.label}公布",
        MeetingDecision.Outcome.IN_PRINCIPLE: f"由{Post.PUBLISHER.label}录入修改，并与{Post.LEGALITY.label}分别核对",
        MeetingDecision.Outcome.DEFERRED: "批次已解散，申请回到待汇总",
        MeetingDecision.Outcome.REFUSED: "批次已解散，申请已办结",
    }[MeetingDecision.Outcome(decision.outcome)]
    return format_html(
        '已记录{}对<a href="{}">{}</a>的审议结果：{}。{}。', decision.meeting, batch_url(batch), batch.title, decision, following
    )


@staff_screen(*_KEEPERS)
@require_POST
def batch_minutes(request: HttpRequest, key: int) -> HttpResponse:
    """The second person: the registration is what the minutes say (``verdict`` confirm), or not (back, with a reason)."""
    batch = visible_batch(request, key)
    check_post_on_batch(actor=actor_of(request), batch=batch, action=BatchAction.SEND_BACK)
    number = request.POST.get("record", "")
    record = get_object_or_404(MeetingRecord, batch=batch, pk=int(number) if number.isdecimal() and len(number) < 18 else 0)
    actor = actor_of(request)
    if request.POST.get("verdict") == "confirm":
        told = "审议结果已核对，登记生效。"
        return act_on_batch(request, key, lambda batch: confirm_minutes(actor=actor, batch=batch, record=record), told)
    opinion = request.POST.get("opinion", "").replace("\x00", "")[:5_000]
    told = "登记已退回，由审改办重新登记。"
    return act_on_batch(
        request, key, lambda batch: send_minutes_back(actor=actor, batch=batch, record=record, opinion=opinion), told
    )


@staff_screen(*REGION)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The meetings of the reader's regions; 政府办 and 审改办 register the next one here."""
    actor = actor_of(request)
    region = _own_region(request)
    if request.method == "POST" and region is None:
        raise NotAllowed("常务会由政府办或审改办登记")
    form = CallMeetingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            agenda = [line.strip() for line in given.pop("agenda").splitlines() if line.strip()]
            try:
                meeting = call_meeting(actor=actor, region=region, agenda=agenda, **given)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            else:
                messages.success(request, f"已登记{meeting}，可以列入议题。")
                return HttpResponseRedirect(reverse("admin:meeting", args=[meeting.pk]))
    rows = Meeting.objects.visible_to(request.user).select_related("region").prefetch_related("agenda")
    page = page_of(request, rows)
    context = {"title": "常务会", "page": page, "form": form, "may": region is not None, "query": address_without_page(request)}
    return show(request, "reviews/meeting_list.html", context, status=status)


def _own_region(request: HttpRequest) -> Region | None:
    posting = request.user.postings.held().filter(post__in=_KEEPERS).select_related("region").first()
    return posting.region if posting else None


@staff_screen(*REGION)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_page(request: HttpRequest, key: int) -> HttpResponse:
    """One meeting: its 议题, what it decided of each batch, and the scans of its minutes."""
    meeting = _visible_meeting(request, key)
    actor = actor_of(request)
    may = actor.holding(_KEEPERS, region=meeting.region) is not None
    if request.method == "POST" and not may:
        raise NotAllowed("议题由政府办或审改办登记")
    form = _agenda_form(request, meeting, request.POST or None)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                item = add_to_agenda(actor=actor, meeting=meeting, **form.cleaned_data)
            except (RuleBroken, WrongState) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已列入议题 {item.position}：{item.subject}。")
                return HttpResponseRedirect(reverse("admin:meeting", args=[meeting.pk]))
    return _shown(request, meeting, form, sentences=sentences, status=status)


@staff_screen(*_KEEPERS)
@require_POST
def meeting_scan(request: HttpRequest, key: int) -> HttpResponse:
    """The stamped minutes of a meeting."""
    meeting, actor = _visible_meeting(request, key), actor_of(request)
    check_keeps_minutes(actor=actor, meeting=meeting)
    scan = _minutes_form(meeting, request.POST, request.FILES)
    if attach_given(request, scan, partial(attach_minutes, actor=actor, meeting=meeting)):
        return HttpResponseRedirect(reverse("admin:meeting", args=[meeting.pk]))
    return _shown(request, meeting, _agenda_form(request, meeting), scan=scan, status=422)


def _minutes_form(meeting: Meeting, *args, **kwargs) -> MinutesForm:
    form = MinutesForm(*args, **kwargs)
    if not waiting_for(meeting):
        del form.fields["heard"]
    return form


def _suspensions(meeting: Meeting) -> list[Measure]:
    """Those that it heard of; before it decided anything, those that it is to hear of."""
    heard = list(Measure.objects.filter(reported_at=meeting).select_related("item").order_by("settled_at", "pk"))
    if heard or meeting.decisions.exists():
        return heard
    coming = meeting.held_on >= timezone.localdate()
    return list(Measure.objects.to_be_reported(meeting.region_id)) if coming else waiting_for(meeting)


def _visible_meeting(request: HttpRequest, key: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).select_related("region"), pk=key)


def _agenda_form(request: HttpRequest, meeting: Meeting, data=None) -> AgendaForm:
    frozen = Batch.objects.visible_to(request.user).filter(
        region=meeting.region, state__in=(BatchState.FROZEN, BatchState.RECORDED), without_meeting=False
    )
    return AgendaForm(data, batches=frozen.exclude(agenda_items__meeting=meeting).only("pk", "title"))


def _shown(
    request: HttpRequest, meeting: Meeting, form: AgendaForm, *, scan: MinutesForm | None = None, sentences=None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    may = actor.holding(_KEEPERS, region=meeting.region) is not None
    held = meeting.held_on <= timezone.localdate()
    decided = {each.batch_id: each for each in meeting.decisions.select_related("person", "confirmed_by")}
    agenda = meeting.agenda.select_related("batch").defer("batch__submission")
    context = {
        "title": str(meeting),
        "meeting": meeting,
        "agenda": [(item, decided.get(item.batch_id)) for item in agenda],
        "form": form,
        "may": may,
        "sentences": sentences or [],
        "suspensions": _suspensions(meeting),
        "scans": scans_of(actor, meeting),
        "scan": scan or (_minutes_form(meeting, initial={"number": meeting.minutes_no}) if may and held else None),
        "scan_name": "会议纪要",
        "scan_action": reverse("admin:meeting_scan", args=[meeting.pk]),
    }
    return show(request, "reviews/meeting_page.html", context, status=status)
