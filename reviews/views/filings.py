"""公布与备案: where each edition's notice was put up, and its 事后备案审查."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from departments.people import Actor
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import Refusal, RuleBroken, WrongState
from qingdan.items.models import Edition, EditionEntry
from reviews.filings import (
    Fault,
    conclude_filing,
    due_dates,
    due_on,
    file_again,
    file_edition,
    place_notice,
    places_of,
    receiver_of,
    register_filing,
    to_be_filed,
)
from reviews.impartiality import check_impartial
from reviews.later_forms import FileForm, NoticeForm, RegisterFilingForm, ResultForm
from reviews.later_guards import filing_actions
from reviews.later_states import FilingAction
from reviews.models import Batch, Filing, FilingFault, FilingResult
from reviews.queries import scope_of
from reviews.scans import attach_filing_paper, check_keeps_filing, keeps_papers_of
from reviews.views.pages import REGION, address_without_page, edition_url, page_of, sentences_of, show
from reviews.views.scans import ScanForm, attach_given, scans_of

_BLANK_LINES = 3
TONES = {"accepted": "good", "advised": "bad", "correcting": "warn"}


def visible_editions(request: HttpRequest):
    """Editions of the reader's regions, and those filed with them."""
    _, own = scope_of(request.user, "region", "region")
    return Edition.objects.light().filter(own | Q(filing__in=Filing.objects.visible_to(request.user)))


@staff_screen(*REGION)
@require_safe
def filing_list(request: HttpRequest) -> HttpResponse:
    """Every edition that the reader sees: where it was put up, whether it is filed and what came of it; what is overdue first said."""
    rows = visible_editions(request).select_related("region", "filing").prefetch_related("placed_notices")
    page = page_of(request, rows.order_by("-published_on", "-pk"))
    open_editions = {each.pk for each in to_be_filed({row.region_id for row in page.object_list})}
    today = timezone.localdate()
    lines, due_by = [], due_dates(page.object_list)
    for row in page.object_list:
        due = due_by[row.pk] if row.pk in open_editions else None
        lines.append((row, getattr(row, "filing", None), len(row.placed_notices.all()), due, due is not None and due < today))
    context = {"title": "公布与备案", "page": page, "lines": lines, "query": address_without_page(request), "tones": TONES}
    return show(request, "reviews/filing_list.html", context)


def _edition(request: HttpRequest, key: int) -> Edition:
    return get_object_or_404(visible_editions(request).select_related("region__parent", "filing__receiver"), pk=key)


@staff_screen(*REGION)
@require_safe
def edition_filing(request: HttpRequest, key: int) -> HttpResponse:
    return _page(request, _edition(request, key))


def _page(
    request: HttpRequest,
    edition: Edition,
    *,
    forms: dict | None = None,
    lines: list | None = None,
    sentences=None,
    status: int = 200,
) -> HttpResponse:
    """Places with their dates, the filing with its results, and what the reader may do now."""
    actor = actor_of(request)
    filing = Filing.objects.filter(edition=edition).select_related("region", "receiver", "filed_by", "registered_by").first()
    own = actor.holding(Post.PUBLISHER, region=edition.region) is not None
    notices = {each.place_id: each for each in edition.placed_notices.select_related("person")}
    actions = set(filing_actions(actor, filing)) if filing else set()
    unfiled = filing is None and to_be_filed([edition.region_id]).filter(pk=edition.pk).exists()
    forms = forms or {}
    context = {
        "title": f"公布与备案：{edition.title}",
        "edition": edition,
        "edition_url": edition_url(edition),
        "places": [(place, notices.get(place.pk)) for place in places_of(edition.region)],
        "filing": filing,
        "tone": TONES.get(filing.state, "info") if filing else "",
        "results": list(
            filing.results.select_related("person").prefetch_related("faults__request", "faults__measure", "faults__item")
        )
        if filing
        else [],
        "own": own,
        "due_on": due_on(edition) if unfiled else None,
        "overdue": unfiled and due_on(edition) < timezone.localdate(),
        "receiver": receiver_of(edition.region),
        "partial": _partial(actor, filing) if FilingAction.ACCEPT in actions else "",
        "may": {action.value: action in actions for action in FilingAction},
        "file": forms.get("file") or (FileForm(initial=_drafted(edition, filing)) if own and (unfiled or filing) else None),
        "unfiled": unfiled,
        "notice": forms.get("notice") or (NoticeForm(places=places_of(edition.region)) if own else None),
        "register": forms.get("register") or RegisterFilingForm(),
        "result": forms.get("result") or ResultForm(),
        "lines": lines or [("", "", "", "")] * _BLANK_LINES,
        "natures": FilingFault.Nature.choices,
        "scans": scans_of(actor, filing) if filing else [],
        "scan": forms.get("scan") or (ScanForm() if filing and _keeps(actor, filing) else None),
        "scan_name": "盖章文件",
        "scan_action": reverse("admin:edition_scan", args=[edition.pk]),
        "sentences": sentences or [],
        "stale": status == 409,
    }
    return show(request, "reviews/edition_filing.html", context, status=status)


def _partial(actor, filing: Filing) -> str:
    """Why this reader may not examine; empty where he may."""
    try:
        check_impartial(actor=actor, filing=filing)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _drafted(edition: Edition, filing: Filing | None) -> dict[str, str]:
    """The papers as they were filed, or a first wording from what the edition says."""
    if filing is not None:
        return {"number": filing.number, "report": filing.report, "explanation": filing.explanation, "basis": filing.basis}
    what = f"《{edition.notice_title}》（{edition.notice_no}）"
    receiver = receiver_of(edition.region)
    report = (
        f"{receiver}司法局：\n{what}已经{_how(edition)}，于{edition.published_on}公布，{edition.effective_on}起施行，"
        f"调整事项 {edition.changed_count} 项。现报送备案。\n附：公布文件、清单、起草说明、制定依据。"
    )
    return {"report": report, "explanation": f"{what}的起草说明：", "basis": ""}


def _how(edition: Edition) -> str:
    """By whom it was decided: a meeting, a rule that asks for none, or two offices."""
    if edition.meeting:
        return edition.meeting
    short = Batch.objects.filter(edition=edition, without_meeting=True).values_list("short_basis", flat=True).first()
    return f"合规性、合法性审查（按规定未经常务会审议，依据：{short}）" if short else "审改办、司法行政部门核对"


def _answer(request: HttpRequest, key: int, act, told: str, name: str, form, *, lines: list | None = None) -> HttpResponse:
    """One act on an edition, then its page; what was typed stays where it is refused."""
    edition = _edition(request, key)
    if not form.is_valid():
        return _page(request, edition, forms={name: form}, lines=lines, status=422)
    try:
        act(edition, form.cleaned_data)
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return _page(request, edition, forms={name: form}, lines=lines, status=422)
    except WrongState as refusal:
        return _page(request, _edition(request, key), sentences=sentences_of(refusal), status=409)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:edition_filing", args=[key]))


@staff_screen(Post.PUBLISHER)
@require_POST
def edition_notice(request: HttpRequest, key: int) -> HttpResponse:
    """One place and its day."""
    actor, region = actor_of(request), _edition(request, key).region
    actor.must_hold(Post.PUBLISHER, region=region, message="公布记录由本地区审改办登记")
    form = NoticeForm(request.POST, places=places_of(region))
    return _answer(
        request, key, lambda edition, given: place_notice(actor=actor, edition=edition, **given), "已登记公布地点。", "notice", form
    )


@staff_screen(Post.PUBLISHER)
@require_POST
def edition_file(request: HttpRequest, key: int) -> HttpResponse:
    """报送备案, for the first time or again after 补正."""
    actor = actor_of(request)
    actor.must_hold(Post.PUBLISHER, region=_edition(request, key).region, message="备案由本地区审改办报送")

    def act(edition: Edition, given: dict) -> None:
        filing = Filing.objects.filter(edition=edition).first()
        if filing is None:
            file_edition(actor=actor, edition=edition, **given)
        else:
            file_again(actor=actor, filing=filing, **{name: text for name, text in given.items() if name != "number"})

    return _answer(request, key, act, "已报送备案。", "file", FileForm(request.POST))


def _examiner(request: HttpRequest, key: int) -> Actor:
    """司法 of the region that receives the filings; asked before a form is read."""
    actor, receiver = actor_of(request), receiver_of(_edition(request, key).region)
    actor.must_hold(Post.LEGALITY, region=receiver, message=f"备案由{receiver}司法审查")
    return actor


def _filing(edition: Edition) -> Filing:
    found = Filing.objects.filter(edition=edition).select_related("edition", "region", "receiver").first()
    if found is None:
        raise WrongState("该公布版本还没有报送备案")
    return found


def _keeps(actor: Actor, filing: Filing) -> bool:
    try:
        check_keeps_filing(actor=actor, filing=filing)
    except Refusal:
        return False
    return True


@staff_screen(Post.PUBLISHER, Post.LEGALITY)
@require_POST
def edition_scan(request: HttpRequest, key: int) -> HttpResponse:
    """A stamped paper of the filing: report, registration or result."""
    edition, actor = _edition(request, key), actor_of(request)
    keeps_papers_of(actor=actor, region=edition.region, receiver=receiver_of(edition.region))
    filing = _filing(edition)
    scan = ScanForm(request.POST, request.FILES)
    if attach_given(request, scan, partial(attach_filing_paper, actor=actor, filing=filing)):
        return HttpResponseRedirect(reverse("admin:edition_filing", args=[key]))
    return _page(request, edition, forms={"scan": scan}, status=422)


@staff_screen(Post.LEGALITY)
@require_POST
def edition_register(request: HttpRequest, key: int) -> HttpResponse:
    """登记."""
    actor = _examiner(request, key)
    return _answer(
        request,
        key,
        lambda edition, given: register_filing(actor=actor, filing=_filing(edition), **given),
        "已登记，由未参与合法性审查的人审查。",
        "register",
        RegisterFilingForm(request.POST),
    )


@staff_screen(Post.LEGALITY)
@require_POST
def edition_result(request: HttpRequest, key: int) -> HttpResponse:
    """准予备案, 要求补正 or 审查建议 with its faults, each by the item's code."""
    actor = _examiner(request, key)
    typed = [
        tuple(text.replace("\x00", "") for text in row)
        for row in zip(
            request.POST.getlist("fault_code"),
            request.POST.getlist("fault_nature"),
            request.POST.getlist("fault_note"),
            strict=False,
        )
    ]
    lines = [(code, nature, note, "") for code, nature, note in typed if code.strip() or note.strip()]
    edition = _edition(request, key)
    lines, faults = _faults(edition, lines)
    form = ResultForm(request.POST)
    if any(line[3] for line in lines):
        form.is_valid()
        return _page(request, edition, forms={"result": form}, lines=lines, status=422)

    def act(edition: Edition, given: dict) -> FilingResult:
        return conclude_filing(actor=actor, filing=_filing(edition), faults=faults, **given)

    return _answer(request, key, act, "已记录审查结果。", "result", form, lines=lines)


def _faults(edition: Edition, lines: list) -> tuple[list, list[Fault]]:
    """(lines with what is wrong with each, the faults)."""
    codes = [code.strip()[:30] for code, *_ in lines]
    entries = EditionEntry.objects.filter(edition=edition, item__code__in=codes).select_related("item")
    items = {entry.item.code: entry.item for entry in entries}
    told, found = [], []
    for code, nature, note, _ in lines:
        item = items.get(code.strip()[:30])
        wrong = "本公布版本没有这个清单编码" if item is None else ""
        wrong = wrong or ("" if nature in FilingFault.Nature.values else "选择问题的性质")
        wrong = wrong or ("" if note.strip() else "写明问题")
        told.append((code, nature, note, wrong))
        if not wrong:
            found.append(Fault(item, nature, note[:5_000]))
    return told, found
