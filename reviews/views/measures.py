"""紧急暂停 and 更正: found, proposed, checked by the second person with his password, and where to see what came of it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Region
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.models import Category, Edition, EditionEntry, Item
from reviews.content_forms import ContentForm
from reviews.forms import ConfirmForm, OpinionForm
from reviews.later_forms import SuspensionForm
from reviews.later_guards import check_post_on_measure, measure_actions
from reviews.later_states import MeasureAction
from reviews.models import Measure
from reviews.suspending import confirm_measure, decline_measure, propose_measure, version_in_force, withdraw_measure
from reviews.views.differences import rows_between, texts_of_change
from reviews.views.pages import REGION, address_without_page, edition_url, page_of, sentences_of, show

_SHOWN = 20
_LIMIT = 100


def measure_url(measure: Measure) -> str:
    return reverse("admin:measure", args=[measure.pk])


def _region_of(request: HttpRequest) -> Region:
    posting = request.user.postings.held().filter(post=Post.PUBLISHER).select_related("region").first()
    if posting is None:
        raise NotAllowed("紧急暂停和更正由审改办提出")
    return posting.region


@staff_screen(*REGION)
@require_safe
def measure_list(request: HttpRequest) -> HttpResponse:
    """What was suspended and corrected in the reader's regions; 审改办 finds the item here that is to be."""
    rows = Measure.objects.visible_to(request.user).select_related("region", "edition", "proposed_by", "settled_by", "reported_at")
    page = page_of(request, rows.defer("content_bytes", "edition__manifest"))
    may = request.user.postings.held().filter(post=Post.PUBLISHER).exists()
    words = request.GET.get("q", "").replace("\x00", "").strip()[:_LIMIT]
    context = {
        "title": "紧急暂停和更正",
        "page": page,
        "may": may,
        "q": words,
        "found": _items(_region_of(request), words) if may and words else [],
        "query": address_without_page(request),
    }
    return show(request, "reviews/measure_list.html", context)


def _items(region: Region, words: str) -> list[EditionEntry]:
    """Items of today's list by name or code, the first screenful."""
    edition = Edition.objects.light().in_force(region, timezone.localdate())
    if edition is None:
        return []
    found = EditionEntry.objects.of(edition).filter(Q(version__name__contains=words) | Q(item__code=words))
    return list(
        found.select_related("item", "version__department").defer("version__search_text", "version__content_bytes")[:_SHOWN]
    )


@staff_screen(Post.PUBLISHER)
@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """审改办 proposes: a reason and the notice for a suspension; for a 更正 the elements that may be mended as well."""
    if kind not in Measure.Kind.values:
        raise NotAllowed("没有这种办理", stranger=True)
    region = _region_of(request)
    item = get_object_or_404(Item, code=code, region=region)
    version = version_in_force(region, item)
    if version is None:
        raise NotAllowed("该事项不在今天有效的清单内", stranger=True)
    suspends = kind == Measure.Kind.SUSPENSION
    given = request.POST or None
    form = SuspensionForm(given)
    elements = None if suspends else ContentForm(given, content=version.content, corrects=True)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid() & (elements is None or elements.is_valid()):
            try:
                measure = propose_measure(
                    actor=actor_of(request),
                    region=region,
                    kind=kind,
                    item=item,
                    content=elements.content() if elements else None,
                    **form.cleaned_data,
                )
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except WrongState as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已提出{measure}，等待{Post.LEGALITY.label}核对。")
                return HttpResponseRedirect(measure_url(measure))
    context = {
        "title": f"{Measure.Kind(kind).label}：{version.name}",
        "item": item,
        "version": version,
        "suspends": suspends,
        "form": form,
        "elements": elements.element_fields() if elements else [],
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/measure_new.html", context, status=status)


def _visible(request: HttpRequest, key: int) -> Measure:
    rows = Measure.objects.visible_to(request.user).select_related(
        "region", "item", "base_version", "edition__region", "proposed_by", "settled_by", "reported_at"
    )
    return get_object_or_404(rows.defer("edition__manifest"), pk=key)


@staff_screen(*REGION)
@require_safe
def measure(request: HttpRequest, key: int) -> HttpResponse:
    return _page(request, _visible(request, key))


def _page(request: HttpRequest, row: Measure, *, confirm=None, decline=None, sentences=None, status: int = 200) -> HttpResponse:
    actions = set(measure_actions(actor_of(request), row))
    categories = dict(Category.objects.values_list("code", "name"))
    rows, _same = rows_between(texts_of_change(row.base_version.content, categories), texts_of_change(row.content, categories))
    context = {
        "title": str(row),
        "measure": row,
        "rows": rows,
        "may": {action.value: action in actions for action in MeasureAction},
        "own": row.proposed_by_id == request.user.pk,
        "confirm": confirm or ConfirmForm(request=request, initial={"seen_hash": row.content_hash}),
        "decline": decline or OpinionForm(initial={"seen_hash": row.content_hash}),
        "edition_url": edition_url(row.edition) if row.edition_id else "",
        "sentences": sentences or [],
        "stale": status == 409,
    }
    return show(request, "reviews/measure.html", context, status=status)


@sensitive_post_parameters("password")
@staff_screen(Post.LEGALITY)
@require_POST
def measure_confirm(request: HttpRequest, key: int) -> HttpResponse:
    """司法 agrees and publishes, with the password."""
    row = _visible(request, key)
    check_post_on_measure(actor=actor_of(request), measure=row, action=MeasureAction.CONFIRM)
    form = ConfirmForm(request.POST, request=request)
    if not form.is_valid():
        return _page(request, row, confirm=form, status=422)
    try:
        edition = confirm_measure(actor=actor_of(request), measure=row, seen_hash=form.cleaned_data["seen_hash"])
    except (WrongState, RuleBroken) as refusal:
        return _page(request, _visible(request, key), sentences=sentences_of(refusal), status=refusal.status)
    messages.success(
        request,
        format_html('已公布{}（{}），今天起生效。公开页面：<a href="{}">{}</a>', row, row.notice_no, edition_url(edition), edition),
    )
    return HttpResponseRedirect(measure_url(row))


@staff_screen(Post.LEGALITY)
@require_POST
def measure_decline(request: HttpRequest, key: int) -> HttpResponse:
    """司法 does not agree."""
    row = _visible(request, key)
    check_post_on_measure(actor=actor_of(request), measure=row, action=MeasureAction.DECLINE)
    form = OpinionForm(request.POST)
    form.is_valid()
    try:
        decline_measure(actor=actor_of(request), measure=row, opinion=form.cleaned_data.get("opinion", ""))
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return _page(request, row, decline=form, status=422)
    except WrongState as refusal:
        return _page(request, _visible(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, f"已回复不同意：{row}。")
    return HttpResponseRedirect(measure_url(row))


@staff_screen(Post.PUBLISHER)
@require_POST
def measure_withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """审改办 takes it back."""
    row = _visible(request, key)
    try:
        withdraw_measure(actor=actor_of(request), measure=row)
    except WrongState as refusal:
        return _page(request, _visible(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, f"已撤回：{row}。")
    return HttpResponseRedirect(measure_url(row))
