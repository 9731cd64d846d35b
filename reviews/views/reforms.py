"""机构改革: proposed by 审改办, confirmed by 编办 with the password; then department, posts and items change together."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Department, Region
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.models import Edition, EditionEntry
from reviews.forms import ConfirmForm, OpinionForm
from reviews.later_forms import ReformForm
from reviews.later_guards import check_post_on_reform, reform_actions
from reviews.later_states import MeasureAction
from reviews.models import Reform
from reviews.reforming import carry_out_reform, decline_reform, propose_reform, withdraw_reform
from reviews.views.pages import REGION, address_without_page, edition_url, page_of, sentences_of, show


@staff_screen(*REGION)
@require_http_methods(["GET", "HEAD", "POST"])
def reform_list(request: HttpRequest) -> HttpResponse:
    """The reforms of the reader's regions; 审改办 proposes the next one here."""
    region = _own_region(request)
    if request.method == "POST" and region is None:
        raise NotAllowed(f"机构改革的清单划转由{Post.PUBLISHER.label}提出")
    offices = Department.objects.in_being().filter(region=region).order_by("order") if region else Department.objects.none()
    form = ReformForm(request.POST or None, departments=offices)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                reform = propose_reform(actor=actor_of(request), region=region, **form.cleaned_data)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            else:
                messages.success(request, f"已提出：{reform}，等待{Post.COMPLIANCE.label}核对。")
                return HttpResponseRedirect(reverse("admin:reform", args=[reform.pk]))
    rows = Reform.objects.visible_to(request.user).select_related("region", "department", "into", "proposed_by", "edition")
    page = page_of(request, rows.defer("edition__manifest"))
    context = {
        "title": "机构改革",
        "page": page,
        "form": form,
        "may": region is not None,
        "query": address_without_page(request),
    }
    return show(request, "reviews/reform_list.html", context, status=status)


def _own_region(request: HttpRequest) -> Region | None:
    """The region in which the reader is 审改办."""
    posting = request.user.postings.held().filter(post=Post.PUBLISHER).select_related("region").first()
    return posting.region if posting else None


def _visible(request: HttpRequest, key: int) -> Reform:
    rows = Reform.objects.visible_to(request.user)
    related = ("region", "department", "into", "edition__region", "proposed_by", "settled_by")
    return get_object_or_404(rows.select_related(*related).defer("edition__manifest"), pk=key)


@staff_screen(*REGION)
@require_safe
def reform(request: HttpRequest, key: int) -> HttpResponse:
    return _page(request, _visible(request, key))


def _page(request: HttpRequest, row: Reform, *, confirm=None, decline=None, sentences=None, status: int = 200) -> HttpResponse:
    """What would happen in numbers, and what the reader may do now."""
    actions = set(reform_actions(actor_of(request), row))
    newest = Edition.objects.light().newest(row.region)
    held = EditionEntry.objects.filter(edition=newest, version__department=row.department)
    context = {
        "title": str(row),
        "reform": row,
        "held": held.count() if not row.edition_id else 0,
        "people": row.department.postings.held().count(),
        "may": {action.value: action in actions for action in MeasureAction},
        "own": row.proposed_by_id == request.user.pk,
        "confirm": confirm or ConfirmForm(request=request, initial={"seen_hash": "-"}),
        "decline": decline or OpinionForm(initial={"seen_hash": "-"}),
        "edition_url": edition_url(row.edition) if row.edition_id else "",
        "sentences": sentences or [],
        "stale": status == 409,
    }
    return show(request, "reviews/reform.html", context, status=status)


@sensitive_post_parameters("password")
@staff_screen(Post.COMPLIANCE)
@require_POST
def reform_confirm(request: HttpRequest, key: int) -> HttpResponse:
    """编办 agrees, with the password."""
    row = _visible(request, key)
    check_post_on_reform(actor=actor_of(request), reform=row, action=MeasureAction.CONFIRM)
    form = ConfirmForm(request.POST, request=request)
    if not form.is_valid():
        return _page(request, row, confirm=form, status=422)
    try:
        edition = carry_out_reform(actor=actor_of(request), reform=row)
    except (WrongState, RuleBroken) as refusal:
        return _page(request, _visible(request, key), sentences=sentences_of(refusal), status=refusal.status)
    told = format_html('已办理：{}。公开页面：<a href="{}">{}</a>', row, edition_url(edition), edition)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:reform", args=[key]))


@staff_screen(Post.COMPLIANCE)
@require_POST
def reform_decline(request: HttpRequest, key: int) -> HttpResponse:
    """编办 does not agree."""
    row = _visible(request, key)
    check_post_on_reform(actor=actor_of(request), reform=row, action=MeasureAction.DECLINE)
    form = OpinionForm(request.POST)
    form.is_valid()
    try:
        decline_reform(actor=actor_of(request), reform=row, opinion=form.cleaned_data.get("opinion", ""))
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return _page(request, row, decline=form, status=422)
    except WrongState as refusal:
        return _page(request, _visible(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, f"已回复不同意：{row}。")
    return HttpResponseRedirect(reverse("admin:reform", args=[key]))


@staff_screen(Post.PUBLISHER)
@require_POST
def reform_withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """审改办 takes it back."""
    row = _visible(request, key)
    try:
        withdraw_reform(actor=actor_of(request), reform=row)
    except WrongState as refusal:
        return _page(request, _visible(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, f"已撤回：{row}。")
    return HttpResponseRedirect(reverse("admin:reform", args=[key]))
