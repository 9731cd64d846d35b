"""调整批次: gather what waits, fix the 送审稿, record what the 常务会 decided of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.access import posts_of
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Category
from reviews.amending import text_hash
from reviews.batches import (
    add_to_batch,
    create_batch,
    dissolve_batch,
    freeze_batch,
    remove_from_batch,
    reopen_batch,
    settle_batch,
)
from reviews.forms import BatchForm
from reviews.guards import batch_actions, check_post_on_batch
from reviews.meetings import meeting_named, minutes_of
from reviews.models import Amendment, Attachment, Batch, Change, ChangeRequest, Measure, MeetingRecord
from reviews.rebasing import Conflict, conflicts_of
from reviews.scans import minutes_scans
from reviews.short_routes import routes_of
from reviews.states import OPEN_BATCH, BatchAction, BatchState, RequestState
from reviews.views.differences import rows_between, shown_changes, texts_of_change
from reviews.views.pages import REGION, address_without_page, edition_url, page_of, sentences_of, show
from reviews.views.paper_section import papers_section
from reviews.views.stages import BATCH_TONES


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
    if request.method == "POST" and Post.PUBLISHER not in posts_of(request.user):
        raise NotAllowed(f"调整批次由{Post.PUBLISHER.label}汇总")
    waiting = list(_waiting(request))
    routes = routes_of(waiting)
    short = request.POST.get("without_meeting") == "yes"
    form = BatchForm(request.POST or None, waiting=[row.pk for row in waiting])
    status, sentences, conflicts = 200, [], []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = [row for row in waiting if str(row.pk) in form.cleaned_data["requests"]]
            try:
                batch = _create(request, form.cleaned_data["title"], chosen, short)
            except (WrongState, RuleBroken) as refusal:
                status, sentences, conflicts = refusal.status, sentences_of(refusal), _conflicts(refusal, chosen)
            else:
                messages.success(request, f"已汇总 {len(chosen)} 个申请为“{batch.title}”。核对后确定{batch.paper_name}。")
                return HttpResponseRedirect(batch_url(batch))
    batches = Batch.objects.visible_to(request.user).select_related("region", "meeting", "edition").annotate(size=Count("requests"))
    rows = batches.defer("submission", "edition__manifest")
    page = page_of(request, rows.order_by("-created_at", "-pk"))
    open_batches = {batch.without_meeting: batch for batch in rows.filter(state__in=OPEN_BATCH)}
    short_rows = [(row, routes[row.pk].basis) for row in waiting if row.pk in routes and routes[row.pk].basis]
    context = {
        "title": "调整批次",
        "form": form,
        "waiting": waiting,
        "stale": stale_by_request(waiting),
        "ticked": set(request.POST.getlist("requests")),
        "sentences": [] if conflicts else sentences,
        "conflicts": conflicts,
        "still_open": open_batches.get(False),
        "short_rows": short_rows,
        "short_keys": {row.pk for row, _ in short_rows},
        "short_open": open_batches.get(True),
        "short": short,
        "may_create": Post.PUBLISHER in posts_of(request.user),
        "page": page,
        "rows": [(row, BATCH_TONES.get(row.state, "info")) for row in page.object_list],
        "query": address_without_page(request),
    }
    return show(request, "reviews/batch_list.html", context, status=status)


def _create(request: HttpRequest, title: str, chosen: list[ChangeRequest], without_meeting: bool) -> Batch:
    posting = request.user.postings.held().filter(post=Post.PUBLISHER).first()
    if posting is None:
        raise NotAllowed(f"调整批次由{Post.PUBLISHER.label}汇总")
    region = chosen[0].region if chosen else posting.region
    return create_batch(actor=actor_of(request), region=region, title=title, requests=chosen, without_meeting=without_meeting)


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


def stale_by_request(rows: list[ChangeRequest]) -> list[tuple[ChangeRequest, list[Conflict], bool]]:
    """Of requests of one region, those with changes whose base was published over, and whether all of it can be carried."""
    found: dict[int, list[Conflict]] = {}
    changes = Change.objects.filter(request__in=[row.pk for row in rows], item__isnull=False).order_by("request", "position")
    for conflict in conflicts_of(changes) if rows else ():
        found.setdefault(conflict.change.request_id, []).append(conflict)
    return [(row, found[row.pk], all(each.can_carry for each in found[row.pk])) for row in rows if row.pk in found]


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
    if batch.without_meeting:
        routes = routes_of(waiting)
        waiting = [row for row in waiting if row.pk in routes and routes[row.pk].basis]
    agreed = batch.state in (BatchState.AMENDING, BatchState.DECIDED)
    amendments = list(batch.amendments.select_related("change__request", "person").order_by("pk"))
    context = {
        "title": batch.title,
        "batch": batch,
        "stale": stale_by_request(rows) if agreed or batch.state == BatchState.DRAFT else [],
        "agreed": agreed,
        "record": _record_of(batch),
        "suspensions": list(Measure.objects.to_be_reported(batch.region)) if _goes_to_meeting(batch) and not agreed else [],
        "amendments": amendments,
        "amended": _amended(amendments),
        "text_hash": text_hash(batch) if batch.state == BatchState.AMENDING else "",
        "confirmations": list(batch.text_confirmations.select_related("person")),
        "tone": BATCH_TONES.get(batch.state, "info"),
        "rows": rows,
        "waiting": waiting,
        "kinds": sorted((ChangeKind(kind).label, count) for kind, count in kinds),
        "page": page,
        "changes": shown_changes(page.object_list, first=page.start_index()),
        "query": address_without_page(request),
        "meetings": list(batch.meeting_decisions.select_related("meeting", "person", "confirmed_by")),
        "followups": list(ChangeRequest.objects.filter(origin__batch=batch).select_related("origin", "department")),
        "edition_url": edition_url(batch.edition) if batch.edition_id else "",
        "may": {action.value: action in actions for action in BatchAction},
        "sentences": sentences or [],
        "whose_turn": _turn(batch),
        "paper_section": papers_section(request, batch),
    }
    return show(request, "reviews/batch.html", context, status=status)


def _amended(amendments: list[Amendment]) -> list[tuple[Amendment, list]]:
    """Each amended change with the 送审稿 beside the text that counts: what the two offices hold against the minutes."""
    last = {each.change_id: each for each in amendments}
    categories = dict(Category.objects.values_list("code", "name")) if last else {}
    return [
        (each, rows_between(texts_of_change(each.change.content, categories), texts_of_change(each.content, categories))[0])
        for each in last.values()
    ]


def _record_of(batch: Batch) -> tuple[MeetingRecord, list[tuple[Change, str, str]], list[Attachment]] | None:
    """The registration that waits to be checked, its exceptions (change, outcome and note in words), and the scans of its minutes."""
    record = batch.meeting_records.filter(state=MeetingRecord.State.WAITING).select_related("person").first()
    if record is None:
        return None
    exceptions = minutes_of(record).exceptions
    changes = ordered_changes(batch).filter(pk__in=exceptions)
    told = [(change, Change.Outcome(exceptions[change.pk].outcome).label, exceptions[change.pk].note) for change in changes]
    return record, told, minutes_scans(meeting_named(batch.region, record), record.minutes_no)


def _goes_to_meeting(batch: Batch) -> bool:
    return batch.state in OPEN_BATCH and not batch.without_meeting


def _turn(batch: Batch) -> str:
    if batch.without_meeting and batch.state == BatchState.FROZEN:
        return f"{Post.PUBLISHER.label}：按规定不经常务会审议，核对公布稿后定稿"
    return {
        BatchState.DRAFT: f"{Post.PUBLISHER.label}：核对后确定{batch.paper_name}",
        BatchState.FROZEN: f"{Post.COUNCIL.label}：记录常务会审议结果",
        BatchState.RECORDED: f"{Post.COUNCIL.label}或{Post.PUBLISHER.label}的另一人：核对审议结果登记",
        BatchState.AMENDING: f"{Post.PUBLISHER.label}：录入会议要求的修改；与{Post.LEGALITY.label}分别核对文本",
        BatchState.DECIDED: f"{Post.PUBLISHER.label}：公布",
        BatchState.PUBLISHED: "已办结",
        BatchState.DISSOLVED: "已办结",
    }[batch.state]


def act_on_batch(request: HttpRequest, key: int, act: Callable[[Batch], object], told: str) -> HttpResponse:
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
    check_post_on_batch(actor=actor_of(request), batch=visible_batch(request, key), action=BatchAction.ADD)
    row = _named_request(request)
    actor = actor_of(request)
    return act_on_batch(
        request, key, lambda batch: add_to_batch(actor=actor, batch=batch, request=row), f"已加入申请 {row.number}。"
    )


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_remove(request: HttpRequest, key: int) -> HttpResponse:
    check_post_on_batch(actor=actor_of(request), batch=visible_batch(request, key), action=BatchAction.REMOVE)
    row = _named_request(request)
    actor = actor_of(request)
    told = f"已移出申请 {row.number}，它回到待汇总。"
    return act_on_batch(request, key, lambda batch: remove_from_batch(actor=actor, batch=batch, request=row), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_freeze(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_of(request)
    short = visible_batch(request, key).without_meeting
    told = "公布稿已定，核对后定稿。" if short else f"送审稿已定，等待{Post.COUNCIL.label}记录常务会审议结果。"
    return act_on_batch(request, key, lambda batch: freeze_batch(actor=actor, batch=batch), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_settle(request: HttpRequest, key: int) -> HttpResponse:
    actor, seen = actor_of(request), request.POST.get("seen_hash", "")
    told = "已定稿：按规定不经常务会审议，可以公布。"
    return act_on_batch(request, key, lambda batch: settle_batch(actor=actor, batch=batch, seen_hash=seen), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_reopen(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_of(request)
    return act_on_batch(request, key, lambda batch: reopen_batch(actor=actor, batch=batch), "已撤回，可以加入或移出申请。")


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_dissolve(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_of(request)
    told = "批次已解散，其中的申请回到待汇总。"
    return act_on_batch(request, key, lambda batch: dissolve_batch(actor=actor, batch=batch), told)
