"""调整批次: gather what waits, fix the 送审稿, record what the 常务会 decided of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.access import posts_of
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from reviews.batches import (
    ItemOutcome,
    add_to_batch,
    create_batch,
    dissolve_batch,
    freeze_batch,
    record_meeting,
    remove_from_batch,
    reopen_batch,
)
from reviews.forms import BatchForm, ExceptionRow, MeetingForm, read_exceptions
from reviews.guards import batch_actions, check_can_act_on_batch
from reviews.models import Batch, Change, ChangeRequest, MeetingDecision
from reviews.states import BatchAction, BatchState, RequestState
from reviews.views.differences import shown_changes
from reviews.views.pages import REGION, address_without_page, edition_url, page_of, sentences_of, show
from reviews.views.stages import BATCH_TONES

_BLANK_LINES = 3
_MOST_SUGGESTED = 500


def visible_batch(request: HttpRequest, key: int) -> Batch:
    """The batch of this address, or 404 for whoever may not know of it."""
    rows = Batch.objects.visible_to(request.user).select_related("region", "meeting", "edition__region", "created_by")
    return get_object_or_404(rows.defer("submission", "edition__manifest"), pk=key)


def batch_url(batch: Batch) -> str:
    return reverse("admin:batch", args=[batch.pk])


def _waiting(request: HttpRequest) -> QuerySet[ChangeRequest]:
    rows = ChangeRequest.objects.visible_to(request.user).filter(state=RequestState.AWAITING)
    return rows.select_related("region", "department").annotate(size=Count("changes")).order_by("state_since", "pk")


@staff_screen(*REGION)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_list(request: HttpRequest) -> HttpResponse:
    """What waits to be gathered, with tick boxes for 审改办, and the batches so far."""
    waiting = list(_waiting(request))
    form = BatchForm(request.POST or None, waiting=[row.pk for row in waiting])
    status, sentences, conflicts = 200, [], []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = [row for row in waiting if str(row.pk) in form.cleaned_data["requests"]]
            try:
                batch = _create(request, form.cleaned_data["title"], chosen)
            except (WrongState, RuleBroken) as refusal:
                status, sentences, conflicts = refusal.status, sentences_of(refusal), _conflicts(refusal, chosen)
            else:
                messages.success(request, f"已汇总 {len(chosen)} 个申请为“{batch.title}”。核对后确定送审稿。")
                return HttpResponseRedirect(batch_url(batch))
    batches = Batch.objects.visible_to(request.user).select_related("region", "meeting", "edition").annotate(size=Count("requests"))
    rows = batches.defer("submission", "edition__manifest")
    open_states = (BatchState.DRAFT, BatchState.FROZEN, BatchState.DECIDED)
    page = page_of(request, rows.order_by("-created_at", "-pk"))
    context = {
        "title": "调整批次",
        "form": form,
        "waiting": waiting,
        "ticked": set(request.POST.getlist("requests")),
        "sentences": [] if conflicts else sentences,
        "conflicts": conflicts,
        "still_open": rows.filter(state__in=open_states).first(),
        "may_create": Post.PUBLISHER in posts_of(request.user),
        "page": page,
        "rows": [(row, BATCH_TONES.get(row.state, "info")) for row in page.object_list],
        "query": address_without_page(request),
    }
    return show(request, "reviews/batch_list.html", context, status=status)


def _create(request: HttpRequest, title: str, chosen: list[ChangeRequest]) -> Batch:
    posting = request.user.postings.held().filter(post=Post.PUBLISHER).first()
    if posting is None:
        raise NotAllowed(f"调整批次由{Post.PUBLISHER.label}汇总")
    region = chosen[0].region if chosen else posting.region
    return create_batch(actor=actor_of(request), region=region, title=title, requests=chosen)


def _conflicts(refusal: WrongState | RuleBroken, chosen: list[ChangeRequest]) -> list[tuple[str, str, Change | None]]:
    """(item name, sentence, the change that it is about) of every broken rule that names an item of the chosen requests."""
    if not isinstance(refusal, RuleBroken):
        return []
    names = {each.where for each in refusal.violations if each.where}
    found = Change.objects.filter(request__in=chosen, name__in=names).select_related("request")
    by_name = {change.name: change for change in found}
    if not by_name:
        return []
    return [(each.where, each.message, by_name.get(each.where)) for each in refusal.violations]


def ordered_changes(batch: Batch) -> QuerySet[Change]:
    """The changes of a batch in the order of its 送审稿."""
    return Change.objects.filter(request__batch=batch).order_by("request__number", "position")


@staff_screen(*REGION)
@require_safe
def batch_detail(request: HttpRequest, key: int) -> HttpResponse:
    return batch_page(request, visible_batch(request, key))


def batch_page(request: HttpRequest, batch: Batch, *, sentences: list[str] | None = None, status: int = 200) -> HttpResponse:
    """State, requests, counts by kind, the changes old beside new, and what the reader may do now."""
    actor = actor_of(request)
    actions = set(batch_actions(actor, batch))
    changes = ordered_changes(batch).select_related("item", "base_version", "request__department")
    page = page_of(request, changes)
    kinds = ordered_changes(batch).order_by().values_list("kind").annotate(count=Count("pk"))
    rows = list(batch.requests.select_related("department").annotate(size=Count("changes")).order_by("number"))
    waiting = list(_waiting(request).filter(region=batch.region)) if BatchAction.ADD in actions else []
    context = {
        "title": batch.title,
        "batch": batch,
        "tone": BATCH_TONES.get(batch.state, "info"),
        "rows": rows,
        "waiting": waiting,
        "kinds": sorted((ChangeKind(kind).label, count) for kind, count in kinds),
        "page": page,
        "changes": shown_changes(page.object_list, first=page.start_index()),
        "query": address_without_page(request),
        "meetings": list(batch.meeting_decisions.select_related("meeting", "person")),
        "edition_url": edition_url(batch.edition) if batch.edition_id else "",
        "may": {action.value: action in actions for action in BatchAction},
        "sentences": sentences or [],
        "whose_turn": _turn(batch),
    }
    return show(request, "reviews/batch.html", context, status=status)


def _turn(batch: Batch) -> str:
    return {
        BatchState.DRAFT: f"{Post.PUBLISHER.label}：核对后确定送审稿",
        BatchState.FROZEN: f"{Post.COUNCIL.label}：记录常务会审议结果",
        BatchState.DECIDED: f"{Post.PUBLISHER.label}：公布",
        BatchState.PUBLISHED: "已办结",
        BatchState.DISSOLVED: "已办结",
    }[batch.state]


def _act(request: HttpRequest, key: int, act: Callable[[Batch], Batch], told: str) -> HttpResponse:
    """One act on a batch, then its page; a refusal is told on the page as it is now."""
    batch = visible_batch(request, key)
    try:
        act(batch)
    except (WrongState, RuleBroken) as refusal:
        return batch_page(request, visible_batch(request, key), sentences=sentences_of(refusal), status=refusal.status)
    messages.success(request, told)
    return HttpResponseRedirect(batch_url(batch))


def _named_request(request: HttpRequest) -> ChangeRequest:
    key = request.POST.get("request", "")
    return get_object_or_404(ChangeRequest.objects.visible_to(request.user), pk=int(key) if key.isdecimal() else 0)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_add(request: HttpRequest, key: int) -> HttpResponse:
    row = _named_request(request)
    actor = actor_of(request)
    return _act(request, key, lambda batch: add_to_batch(actor=actor, batch=batch, request=row), f"已加入申请 {row.number}。")


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_remove(request: HttpRequest, key: int) -> HttpResponse:
    row = _named_request(request)
    actor = actor_of(request)
    told = f"已移出申请 {row.number}，它回到待汇总。"
    return _act(request, key, lambda batch: remove_from_batch(actor=actor, batch=batch, request=row), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_freeze(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_of(request)
    told = f"送审稿已定，等待{Post.COUNCIL.label}记录常务会审议结果。"
    return _act(request, key, lambda batch: freeze_batch(actor=actor, batch=batch), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_reopen(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_of(request)
    return _act(request, key, lambda batch: reopen_batch(actor=actor, batch=batch), "送审稿已撤回，可以加入或移出申请。")


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_dissolve(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_of(request)
    told = "批次已解散，其中的申请回到待汇总。"
    return _act(request, key, lambda batch: dissolve_batch(actor=actor, batch=batch), told)


@staff_screen(Post.COUNCIL)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_meeting(request: HttpRequest, key: int) -> HttpResponse:
    """What the meeting decided of the 送审稿 as one 议题, and where it differed for single changes."""
    batch = visible_batch(request, key)
    actor = actor_of(request)
    check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.DECIDE)
    changes = list(ordered_changes(batch).select_related("request__department"))
    more = "more" in request.POST
    form = MeetingForm(request.POST or None, initial={"seen_hash": batch.submission_hash})
    lines, exceptions = read_exceptions(request.POST, [change.pk for change in changes])
    sentences, status = [], 200
    if request.method == "POST" and not more:
        status = 422
        if form.is_valid() and not any(line.fault for line in lines):
            try:
                decision = _record(actor, batch, form.cleaned_data, exceptions)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except WrongState as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, _told(batch, decision))
                return HttpResponseRedirect(batch_url(batch))
    if more:
        form = MeetingForm(initial=request.POST.dict())
    blanks = _BLANK_LINES if more or not lines else 0
    context = {
        "title": f"记录审议结果：{batch.title}",
        "batch": batch,
        "form": form,
        "lines": lines + [ExceptionRow("", "", "")] * blanks,
        "line_outcomes": [(Change.Outcome.DEFERRED.value, "暂缓"), (Change.Outcome.REFUSED.value, "不予通过")],
        "changes": [(number, change) for number, change in enumerate(changes, start=1)],
        "suggested": len(changes) <= _MOST_SUGGESTED,
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/meeting.html", context, status=status)


def _record(actor, batch: Batch, given: dict, exceptions: dict[int, tuple[str, str]]) -> MeetingDecision:
    differing = {key: ItemOutcome(outcome, note) for key, (outcome, note) in exceptions.items()}
    return record_meeting(actor=actor, batch=batch, exceptions=differing, **given)


def _told(batch: Batch, decision: MeetingDecision) -> str:
    following = {
        MeetingDecision.Outcome.AGREED: f"等待{Post.PUBLISHER.label}公布",
        MeetingDecision.Outcome.DEFERRED: "批次已解散，申请回到待汇总",
        MeetingDecision.Outcome.REFUSED: "批次已解散，申请已办结",
    }[MeetingDecision.Outcome(decision.outcome)]
    return format_html(
        '已记录{}对<a href="{}">{}</a>的审议结果：{}。{}。', decision.meeting, batch_url(batch), batch.title, decision, following
    )
