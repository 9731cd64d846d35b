"""批量修改: choose the items, say the change, see it item by item, make a draft request of it. The choice stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from departments.models import Department
from departments.site import actor_of, staff_screen
from qingdan.errors import Refusal, RuleBroken, Violation, WrongState
from qingdan.items.content import ItemContent
from qingdan.items.display import text_of
from qingdan.items.elements import ELEMENTS
from qingdan.items.models import Category
from qingdan.laws.citations.replacing import Cited, matching, read_cited
from reviews.bulk import (
    MOST,
    CitedAct,
    Line,
    Plan,
    acts_cited,
    chosen_items,
    plan_change,
    propose_change,
    versions_of,
)
from reviews.bulk_changes import ActChange, BulkChange
from reviews.editing import own_versions
from reviews.guards import can_act_on_request
from reviews.models import ChangeRequest
from reviews.states import RequestAction, RequestState
from reviews.views.bulk_forms import SPARE_ROWS, ActForm, ElementForm, MakeForm, article_rows
from reviews.views.differences import Row, rows_between
from reviews.views.pages import DEPARTMENT, sentences_of, show
from reviews.views.requests import SEARCH_LIMIT, request_url
from reviews.views.uploads import own_departments

_ACTS_SHOWN = 30
_FINAL = "propose"


@dataclass
class Asked:
    """What stands in the address: whose items, and by what they are narrowed."""

    department: Department
    q: str = ""
    category: str = ""
    act: str = ""

    @property
    def cited(self) -> Cited | None:
        return read_cited(self.act) if self.act else None

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.category or self.act)


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """GET: choose. POST ``do``: ``element`` or ``act`` shows the preview, ``choose`` goes back to the choice, ``propose`` makes the request."""
    departments = list(own_departments(request))
    if not departments:
        return show(request, "reviews/bulk.html", {"title": "批量修改", "departments": []})
    asked = _asked(request, departments)
    if request.method != "POST":
        return choosing_page(request, asked, departments)
    do = request.POST.get("do", "")
    kind = "act" if do in ("act", "more") or request.POST.get("kind") == "act" else "element"
    form_class = ActForm if kind == "act" else ElementForm
    form, rows = form_class(request.POST), article_rows(request.POST)
    if do in ("choose", "more"):
        form = form_class(initial={name: request.POST.get(name, "") for name in form_class.base_fields})
        return choosing_page(request, asked, departments, kind=kind, form=form, rows=rows, sentences=[])
    if not form.is_valid():
        faults = [f"{form.fields[name].label}：{error}" for name, errors in form.errors.items() for error in errors]
        return choosing_page(request, asked, departments, kind=kind, form=form, rows=rows, sentences=faults, status=422)
    try:
        change = form.change(rows) if kind == "act" else form.change()
        if do == _FINAL:
            return _propose(request, asked, kind, form, rows, change)
        plan = plan_change(asked.department, request.POST.getlist("item"), change)
    except RuleBroken as refusal:
        said = sentences_of(refusal)
        return choosing_page(request, asked, departments, kind=kind, form=form, rows=rows, sentences=said, status=422)
    return preview_page(request, asked, kind, form, rows, change, plan)


def _asked(request: HttpRequest, departments: list[Department]) -> Asked:
    given = {name: request.GET.get(name, "").strip()[:SEARCH_LIMIT].replace("\x00", "") for name in ("q", "category", "act")}
    chosen = next((each for each in departments if each.code == request.GET.get("department")), departments[0])
    return Asked(chosen, **given)


def choosing_page(
    request: HttpRequest,
    asked: Asked,
    departments: list[Department],
    *,
    kind: str = "",
    form: ElementForm | ActForm | None = None,
    rows: Sequence[tuple[str, str, str]] = (),
    sentences: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The items that the address asks for, all ticked at first, and both kinds of change below them."""
    sentences = list(sentences)
    try:
        found = chosen_items(asked.department, q=asked.q, category=asked.category, act=asked.cited)
    except RuleBroken as refusal:
        found, status = [], 422
        sentences += sentences_of(refusal)
    ticked = {seal.partition("~")[0] for seal in request.POST.getlist("item")} if request.method == "POST" else None
    everything = found if not asked.narrowed else versions_of(own_versions(asked.department))
    kind = kind or ("act" if asked.act else "element")
    acts = acts_cited(everything, most=_ACTS_SHOWN)
    forms = {"element": ElementForm(), "act": ActForm(initial={"old_act": asked.act, "new_title": _successor(asked, acts)})}
    if form is not None:
        forms[kind] = form
    context = {
        "title": "批量修改",
        "departments": departments,
        "asked": asked,
        "address": request.get_full_path(),
        "categories": Category.objects.order_by("order"),
        "found": [(version, ticked is None or version.item.code in ticked) for version in found[:MOST]],
        "count": len(found),
        "most": MOST,
        "kind": kind,
        "element_form": forms["element"],
        "act_form": forms["act"],
        "rows": [*rows, *[("", "", "")] * SPARE_ROWS],
        "acts": acts,
        "sentences": sentences,
    }
    return show(request, "reviews/bulk.html", context, status=status)


def _successor(asked: Asked, acts: list[CitedAct]) -> str:
    """The act that took the place of the one asked for, where the library knows it."""
    cited = asked.cited
    found = [each.successor for each in acts if cited and cited.title and matching(each.title) == matching(cited.title)]
    return found[0] if found else ""


def preview_page(
    request: HttpRequest,
    asked: Asked,
    kind: str,
    form: ElementForm | ActForm,
    rows: Sequence[tuple[str, str, str]],
    change: BulkChange,
    plan: Plan,
    *,
    make: MakeForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Item by item: old beside new, what the rules find only now, what stays and why, what another request holds."""
    drafts = _drafts(request, asked.department)
    if make is None:
        initial = {"reason": change.said, "document": change.document}
        make = MakeForm(initial=initial, drafts=[(row.pk, _named(row)) for row in drafts])
    typed = {name: request.POST.get(name, "") for name in form.fields}
    context = {
        "title": "批量修改 · 预览",
        "asked": asked,
        "address": request.get_full_path(),
        "kind": kind,
        "typed": typed.items(),
        "rows": rows,
        "what": _what(change),
        "plan": plan,
        "shown": [_shown(line) for line in plan.changing],
        "found_now": sum(len(line.findings) for line in plan.changing),
        "make": make,
        "sentences": sentences_of(refusal) if refusal else [],
    }
    return show(request, "reviews/bulk_preview.html", context, status=refusal.status if refusal else 200)


def _propose(request: HttpRequest, asked: Asked, kind: str, form, rows, change: BulkChange) -> HttpResponse:
    drafts = _drafts(request, asked.department)
    make = MakeForm(request.POST, drafts=[(row.pk, _named(row)) for row in drafts])
    seals = request.POST.getlist("item")
    codes = [seal.partition("~")[0] for seal in seals]
    if not make.is_valid():
        faults = RuleBroken(*_faults(make))
        plan = plan_change(asked.department, codes, change)
        return preview_page(request, asked, kind, form, rows, change, plan, make=make, refusal=faults)
    into = next((row for row in drafts if str(row.pk) == make.cleaned_data.get("into")), None)
    try:
        made = propose_change(
            actor=actor_of(request),
            department=asked.department,
            change=change,
            seals=seals,
            reason=make.cleaned_data["reason"],
            document=make.cleaned_data["document"],
            into=into,
        )
    except WrongState as refusal:
        plan = plan_change(asked.department, codes, change)
        return preview_page(request, asked, kind, form, rows, change, plan, make=make, refusal=refusal)
    done = "已列入申请" if into else "已建立申请草稿"
    told = format_html('{} <a href="{}">{}</a>：{} 项，核对后由部门负责人提交。', done, request_url(made), made.number, len(seals))
    messages.success(request, told)
    return HttpResponseRedirect(request_url(made))


def _faults(form: MakeForm) -> list[Violation]:
    return [Violation("Q01", str(error), str(form.fields[name].label)) for name, errors in form.errors.items() for error in errors]


def _drafts(request: HttpRequest, department: Department) -> list[ChangeRequest]:
    """The department's requests to which this person may still add."""
    states = (RequestState.DRAFT, RequestState.RETURNED)
    rows = ChangeRequest.objects.visible_to(request.user).filter(department=department, state__in=states)
    actor = actor_of(request)
    return [
        row
        for row in rows.select_related("region", "department").order_by("-pk")[:20]
        if can_act_on_request(actor=actor, request=row, action=RequestAction.EDIT)
    ]


def _named(row: ChangeRequest) -> str:
    reason = " ".join(row.reason.split())
    return f"{row.number} {row.get_state_display()}：{reason if len(reason) <= 30 else reason[:29] + '…'}"


def _what(change: BulkChange) -> list[tuple[str, str]]:
    """The change in words, as the head of the preview."""
    if isinstance(change, ActChange):
        old = f"《{change.old.title}》" if change.old.title else ""
        moved = [f"{old_key} → {new_key}" for old_key, new_key in change.new.articles.items() if old_key != new_key]
        found = [("原法律", old + change.old.doc_no), ("新法律", change.document), ("条号", "；".join(moved))]
    else:
        found = [("要素", change.element.label), ("只改其中的文字", change.old_text), ("改为", change.value or "（删去）")]
    return [(label, text) for label, text in found if text]


def _shown(line: Line) -> tuple[Line, list[Row]]:
    return line, rows_between(_texts(line.before), _texts(line.content))[0]


def _texts(content: ItemContent) -> dict[str, str]:
    return {element.label: text_of(element, content) for element in ELEMENTS if element.key != "sub_name"}
