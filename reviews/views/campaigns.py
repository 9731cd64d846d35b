"""专项清理: the list, opening one, its board of departments, one department's part with what is missing, reports and the end."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Department, Region
from departments.posts import Post
from departments.site import actor_of, staff_screen
from departments.working_days import Calendar
from qingdan.errors import RuleBroken, WrongState
from reviews.campaign_forms import CampaignForm, CloseForm, ReportForm
from reviews.campaigns import close_campaign, open_campaign, reopen_scope, report_scope
from reviews.cascade import time_left
from reviews.completeness import CHECKABLE, BoardRow, board_of
from reviews.guards import check_post_on_scope, scope_actions
from reviews.models import Campaign, CampaignScope
from reviews.states import ScopeAction, ScopeState
from reviews.urging import POSTS as URGING
from reviews.views.pages import EVERYONE, PAGE_SIZE, address_without_page, page_of, sentences_of, show

_TONES = {ScopeState.DONE: "good", ScopeState.NOTHING: "", ScopeState.OPEN: "warn"}
_LABELS = {element.key: element.label for element in CHECKABLE}


def visible_campaign(request: HttpRequest, key: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user).select_related("region", "opened_by")
    return get_object_or_404(rows, pk=key)


def campaign_url(campaign: Campaign) -> str:
    return reverse("admin:campaign", args=[campaign.pk])


def scope_url(scope: CampaignScope) -> str:
    return reverse("admin:scope", args=[scope.pk])


def _own_region(request: HttpRequest) -> Region | None:
    """The region in which the user is 审改办 today."""
    held = request.user.postings.held().filter(post=Post.PUBLISHER).values("region")
    return Region.objects.filter(pk__in=held).order_by("code").first()


@staff_screen(*EVERYONE)
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The campaigns that the reader may see, open ones first, with how many departments have reported."""
    rows = Campaign.objects.visible_to(request.user).select_related("region")
    counted = rows.annotate(size=Count("scopes"), reported=Count("scopes", filter=~Q(scopes__state=ScopeState.OPEN)))
    page = page_of(request, counted.order_by("-opened_at", "-pk"))
    today, calendar = timezone.localdate(), Calendar()
    context = {
        "title": "专项清理",
        "page": page,
        "rows": [(row, *_due(row, today, calendar)) for row in page.object_list],
        "may_open": _own_region(request) is not None,
        "query": address_without_page(request),
    }
    return show(request, "reviews/campaign_list.html", context)


def _due(campaign: Campaign, today, calendar: Calendar) -> tuple[str, str]:
    """(words, tone) of the deadline; a campaign that is over has none."""
    if not campaign.is_open:
        return "已结束", ""
    return time_left(campaign.due_on, today, calendar), "bad" if campaign.due_on < today else "info"


@staff_screen(Post.PUBLISHER)
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """发起: notice, scope, deadline."""
    region = _own_region(request)
    departments = Department.objects.in_being().filter(region=region).order_by("order", "code")
    form = CampaignForm(request.POST or None, departments=departments)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = open_campaign(actor=actor_of(request), region=region, **form.cleaned_data)
            except (WrongState, RuleBroken) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已发起“{made}”，{made.scopes.count()} 个部门须在 {made.due_on} 前报告。")
                return HttpResponseRedirect(campaign_url(made))
    context = {"title": "发起专项清理", "form": form, "sentences": sentences}
    return show(request, "reviews/campaign_new.html", context, status=status)


@staff_screen(*EVERYONE)
@require_safe
def campaign(request: HttpRequest, key: int) -> HttpResponse:
    return campaign_page(request, visible_campaign(request, key))


def campaign_page(request: HttpRequest, row: Campaign, *, form=None, sentences=(), status: int = 200) -> HttpResponse:
    """The notice and the board: each department's items, what is to do, in hand, missing by name, and what it reported."""
    today = timezone.localdate()
    scopes = CampaignScope.objects.visible_to(request.user).filter(campaign=row).select_related("campaign", "department")
    urged = scopes.annotate(times=Count("urges")).order_by("department__order", "pk")
    board = board_of(row, list(urged))
    words, tone = _due(row, today, Calendar())
    may_close = row.is_open and actor_of(request).holding(Post.PUBLISHER, region=row.region) is not None
    late = row.is_open and row.due_on < today
    context = {
        "title": str(row),
        "row": row,
        "due_words": words,
        "due_tone": tone,
        "categories": list(row.categories.order_by("order")),
        "elements": [_LABELS[key] for key in row.elements if key in _LABELS],
        "board": sorted(
            ((each, *_standing(each, late)) for each in board),
            key=lambda each: (each[0].scope.state != ScopeState.OPEN, -each[0].to_do),
        ),
        "totals": _totals(board),
        "form": form or CloseForm() if may_close else None,
        "sentences": sentences,
    }
    return show(request, "reviews/campaign.html", context, status=status)


def _standing(row: BoardRow, late: bool) -> tuple[str, str]:
    if row.scope.state == ScopeState.OPEN and late:
        return "逾期未报告", "bad"
    return row.scope.get_state_display(), _TONES[row.scope.state]


def _totals(board: list[BoardRow]) -> dict[str, object]:
    missing: dict[str, int] = {}
    for row in board:
        for label, count in row.missing:
            missing[label] = missing.get(label, 0) + count
    return {
        "items": sum(row.items for row in board),
        "to_do": sum(row.to_do for row in board),
        "in_hand": sum(row.in_hand for row in board),
        "complete": sum(row.complete for row in board),
        "reported": sum(row.scope.state != ScopeState.OPEN for row in board),
        "missing": sorted(missing.items(), key=lambda each: -each[1]),
    }


@staff_screen(Post.PUBLISHER)
@require_POST
def campaign_close(request: HttpRequest, key: int) -> HttpResponse:
    """结束 the campaign."""
    row = visible_campaign(request, key)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return campaign_page(request, row, form=form, status=422)
    try:
        close_campaign(actor=actor_of(request), campaign=row, note=form.cleaned_data["words"])
    except (WrongState, RuleBroken) as refusal:
        return campaign_page(
            request, visible_campaign(request, key), form=form, sentences=sentences_of(refusal), status=refusal.status
        )
    messages.success(request, f"已结束“{row}”。")
    return HttpResponseRedirect(campaign_url(row))


def visible_scope(request: HttpRequest, key: int) -> CampaignScope:
    rows = CampaignScope.objects.visible_to(request.user).select_related("campaign__region", "department", "reported_by")
    return get_object_or_404(rows, pk=key)


@staff_screen(*EVERYONE)
@require_safe
def scope(request: HttpRequest, key: int) -> HttpResponse:
    return scope_page(request, visible_scope(request, key))


def scope_page(
    request: HttpRequest, row: CampaignScope, *, action: str = "", form=None, sentences=(), status: int = 200
) -> HttpResponse:
    """One department's part: its incomplete items with what each lacks, and the report."""
    (standing,) = board_of(row.campaign, [row])
    element = request.GET.get("element", "")[:40]
    gaps = [gap for gap in standing.gaps if not element or element in gap.labels]
    page = Paginator(gaps, PAGE_SIZE).get_page(request.GET.get("page"))
    actions = scope_actions(actor_of(request), row)
    forms = {name: ReportForm(initial={"seen_revision": row.revision}, auto_id=f"{name}-%s") for name in actions}
    if form is not None and action in forms:
        forms[action] = form
    late = row.campaign.is_open and row.campaign.due_on < timezone.localdate()
    words, tone = _standing(standing, late)
    due_words, due_tone = _due(row.campaign, timezone.localdate(), Calendar())
    context = {
        "title": f"{row.campaign} · {row.department}",
        "row": row,
        "standing": standing,
        "state_words": words,
        "state_tone": tone,
        "due_words": due_words,
        "due_tone": due_tone,
        "element": element if gaps or not element else "",
        "page": page,
        "query": address_without_page(request),
        "forms": forms,
        "urges": list(row.urges.select_related("person")),
        "may_urge": row.state == ScopeState.OPEN and row.campaign.is_open and _may_urge(request, row),
        "history": row.history.select_related("history_user").order_by("-history_date", "-history_id"),
        "sentences": sentences,
        "stale": status == 409,
        "lost": form["words"].value() if form is not None and action not in forms else "",
    }
    return show(request, "reviews/scope.html", context, status=status)


def _may_urge(request: HttpRequest, row: CampaignScope) -> bool:
    return actor_of(request).holding(URGING, region=row.region) is not None


@staff_screen(Post.HEAD, Post.PUBLISHER)
@require_POST
def scope_act(request: HttpRequest, key: int, action: str) -> HttpResponse:
    """报告已完成, 报告无需调整, 退回报告."""
    row = visible_scope(request, key)
    if action not in ScopeAction.values:
        raise Http404
    check_post_on_scope(actor=actor_of(request), scope=row, action=action)
    form = ReportForm(request.POST, auto_id=f"{action}-%s")
    if not form.is_valid():
        faults = ["页面已过期，重新打开后再办理"] if "seen_revision" in form.errors else []
        return scope_page(request, row, action=action, form=form, sentences=faults, status=422)
    given = {"words": form.cleaned_data["words"], "seen_revision": form.cleaned_data["seen_revision"]}
    try:
        if action == ScopeAction.REOPEN:
            reopen_scope(actor=actor_of(request), scope=row, **given)
        else:
            report_scope(actor=actor_of(request), scope=row, action=action, **given)
    except (WrongState, RuleBroken) as refusal:
        row = visible_scope(request, key)
        form.data = {**form.data.dict(), "seen_revision": row.revision}
        return scope_page(request, row, action=action, form=form, sentences=sentences_of(refusal), status=refusal.status)
    messages.success(request, f"{row.department}：{row.get_state_display()}。")
    return HttpResponseRedirect(scope_url(row))
