"""The item form: one page for every kind of change of one item. Saves into a request; keeps what is typed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from departments.models import Department
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, Refusal, RuleBroken, Violation, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Category, CodeScheme, RequiredElement, SubKind
from reviews.checks import findings_of
from reviews.editing import completed, own_versions, put_change, remove_change
from reviews.forms import SECRETS
from reviews.guards import can_act_on_request
from reviews.item_form import (
    Typed,
    content_of,
    one,
    resolved_kind,
    shown_sections,
    shown_terms,
    typed_terms,
    with_row_act,
)
from reviews.kind_terms import clean_terms, clean_text, is_partial, settled
from reviews.lineage import lead_of
from reviews.models import Change, ChangeRequest, WorkingCopy
from reviews.proposals import Proposal
from reviews.requests import create_request, submit_request
from reviews.returning import notes_of
from reviews.states import RequestAction, RequestState
from reviews.views.item_subjects import Subject, may_edit, open_requests, subject_of_change, subject_of_item, subject_of_nothing
from reviews.views.pages import DEPARTMENT, sentences_of, show
from reviews.views.requests import request_url, visible_request
from reviews.words import element_label
from reviews.working_copies import copy_of, drop_copy, keep_typed

_ROW_ACTS = ("add", "remove", "move", "paste")
_LONGEST = 5_000
# What a browser sends beside the fields themselves.
_NOT_KEPT = frozenset({"csrfmiddlewaretoken", "autosave", "save", "submit", "show", "discard", *_ROW_ACTS})


@dataclass(slots=True)
class Said:
    """What the page says of the last try to save."""

    violations: list[Violation] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    status: int = 200


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def change_new(request: HttpRequest) -> HttpResponse:
    """A change that is not in a request yet: of an item of the list (``item``), or of a new one."""
    code = clean_text(request.GET.get("item", ""))
    subject = subject_of_item(request, code, request.GET) if code else subject_of_nothing(request, request.GET)
    if subject.version is not None and (held := _held(subject)) is not None:
        if held.request.state in (RequestState.DRAFT, RequestState.RETURNED):
            return HttpResponseRedirect(reverse("admin:change_edit", args=[held.request_id, held.pk]))
        raise WrongState(f"“{held.name}”正在申请 {held.request.number} 中办理（{held.request.get_state_display()}），办结后再提")
    return _answer(request, subject)


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def change_edit(request: HttpRequest, key: int, change: int) -> HttpResponse:
    """A change of a draft or returned request. What came along with a merger is edited where it came from."""
    subject = subject_of_change(request, key, change)
    beside = list(subject.request.changes.select_related("item"))
    lead = lead_of(subject.change, beside) if subject.change.kind == ChangeKind.MERGE else None
    if lead is not None:
        return HttpResponseRedirect(reverse("admin:change_edit", args=[key, lead.pk]))
    return _answer(request, subject)


@staff_screen(*DEPARTMENT)
@require_POST
def change_remove(request: HttpRequest, key: int, change: int) -> HttpResponse:
    """从申请中去掉 one change."""
    row = visible_request(request, key)
    found = row.changes.select_related("item", "base_version").filter(pk=change).first()
    if found is None:
        raise Http404
    remove_change(actor=actor_of(request), request=row, change=found, seen_seal=request.POST.get("seen_seal", ""))
    drop_copy(request.user, row.department, f"change:{change}")
    messages.success(request, f"已从申请 {row.number} 中去掉“{found.name}”。")
    return HttpResponseRedirect(request_url(row))


def _held(subject: Subject) -> Change | None:
    found = Change.objects.filter(item=subject.version.item_id, open=True, request__department=subject.department)
    return found.select_related("request").first()


def _answer(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Show, keep, rearrange or save, by the button that was pressed."""
    if not may_edit(actor_of(request), subject):
        raise WrongState(f"申请 {subject.request.number} 现在是“{subject.request.get_state_display()}”，不能修改")
    if request.method != "POST":
        kept = copy_of(request.user, subject.department, subject.key)
        return _page(request, subject, kept.typed if kept else subject.start, kept=kept)
    typed = {name: values for name, values in request.POST.lists() if name not in _NOT_KEPT}
    if one(typed, "kind"):
        subject.kind = one(typed, "kind")
    if "autosave" in request.POST:
        return _keep(request, subject, typed)
    if "discard" in request.POST:
        drop_copy(request.user, subject.department, subject.key)
        messages.info(request, "已放弃没有保存的内容。")
        return HttpResponseRedirect(subject.address)
    for act in _ROW_ACTS:
        if act in request.POST:
            return _page(request, subject, with_row_act(typed, act, request.POST[act]))
    if "show" in request.POST or subject.kind not in dict(subject.kinds()):
        return _page(request, subject, typed)
    return _save(request, subject, typed)


def _keep(request: HttpRequest, subject: Subject, typed: Typed) -> JsonResponse:
    """自动保存: the typed form as it is, faulty or not. 409 with a sentence where another window or person was first."""
    seen = one(typed, "copy_revision")
    try:
        copy = keep_typed(
            person=request.user,
            department=subject.department,
            key=subject.key,
            name=one(typed, "el-name") or (subject.live.name if subject.live else ""),
            address=subject.address,
            typed=typed,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
        )
    except Refusal as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)
    said = {"revision": copy.revision, "at": f"{timezone.localtime(copy.saved_at):%H:%M:%S}"}
    if subject.change is not None and one(typed, "seen_seal") != subject.change.seal:
        said["message"] = "申请中的这一项刚被他人改过。您填写的已另外保存，没有覆盖；保存前请先核对"
        return JsonResponse(said, status=409)
    return JsonResponse(said)


def _save(request: HttpRequest, subject: Subject, typed: Typed) -> HttpResponse:
    """Into the request; ``submit``: and hand it in. A refusal brings the page back with all that was typed."""
    actor = actor_of(request)
    try:
        subject.check_base(one(typed, "seen_base"))
        proposal = _proposal(subject, typed)
        saved, change = _put(actor, subject, proposal, typed)
    except (WrongState, RuleBroken, NotAllowed) as refusal:
        if isinstance(refusal, NotAllowed) and refusal.status == 404:
            raise
        return _page(request, subject, typed, said=_said(refusal))
    drop_copy(request.user, subject.department, subject.key)
    edit = reverse("admin:change_edit", args=[saved.pk, change.pk])
    if "submit" in request.POST:
        try:
            submit_request(actor=actor, request=saved, seen_hash=saved.proposed_hash)
        except (WrongState, RuleBroken, NotAllowed) as refusal:
            messages.warning(request, f"已存入申请 {saved.number}，还没有提交：{'；'.join(sentences_of(refusal))}")
            return HttpResponseRedirect(edit)
        messages.success(request, f"已提交申请 {saved.number}。")
        return HttpResponseRedirect(request_url(saved))
    messages.success(
        request,
        format_html(
            '已保存 {}：“{}”在申请 <a href="{}">{}</a> 中。',
            f"{timezone.localtime():%H:%M}",
            change.name,
            request_url(saved),
            saved.number,
        ),
    )
    return HttpResponseRedirect(edit)


def _said(refusal: Refusal) -> Said:
    if isinstance(refusal, RuleBroken):
        return Said(list(refusal.violations), status=refusal.status)
    return Said(sentences=sentences_of(refusal), status=refusal.status)


def _texts(typed: Typed) -> tuple[str, str]:
    """(reason, document) as typed. Raises RuleBroken Q01 where one is too long."""
    reason, document = clean_text(one(typed, "reason")), clean_text(one(typed, "document"))
    broken = [
        Violation("Q01", f"超过 {limit} 字，请精简", where)
        for text, limit, where in ((reason, _LONGEST, "调整理由"), (document, 300, "依据文件"))
        if len(text) > limit
    ]
    if broken:
        raise RuleBroken(*broken)
    return reason, document


def _proposal(subject: Subject, typed: Typed) -> Proposal:
    """What was typed, as a proposal: every fault of terms and elements at once."""
    rule, new = subject.rule, subject.new
    raw = typed_terms(typed, rule)
    if subject.change is not None and "split_from" in subject.change.terms:
        raw["split_from"] = subject.change.terms["split_from"]
    terms, broken = clean_terms(_plain_kind(subject), raw, new=new)
    partial = is_partial(subject.kind, terms, new=new)
    reason, document = _texts(typed)
    department = subject.department
    if to := terms.get("to_department"):
        department = Department.objects.in_being().filter(region=department.region_id, code=to).first() or department
    content = subject.live
    if rule.edits or partial or new:
        start = subject.proposed if subject.change is not None and not subject.change.ends else subject.live
        try:
            content = content_of(typed, start, department_code=department.code, department_name=department.name)
        except RuleBroken as fault:
            broken += fault.violations
    if broken or content is None:
        raise RuleBroken(*broken)
    kind = resolved_kind(subject.kind, subject.live, content)
    request = _chosen(subject, typed)
    if rule.documented:
        reason = reason or (request.reason if request else "")
        document = document or (request.document if request else "")
    return Proposal(
        kind=kind,
        content=settled(kind, terms, content, subject.live),
        item=subject.version.item if subject.version else None,
        base_version=subject.version,
        reason=reason,
        document=document,
        terms=terms,
    )


def _chosen(subject: Subject, typed: Typed) -> ChangeRequest | None:
    """The request into which the form is saved; None for a new one. Raises RuleBroken Q14 where the chosen one is open no longer."""
    chosen = one(typed, "into")
    if subject.request is not None or not chosen:
        return subject.request
    found = next((row for row in open_requests(subject.department) if str(row.pk) == chosen), None)
    if found is None:
        raise RuleBroken(Violation("Q14", "所选的申请已提交或者不在了，请另选", "存入"))
    return found


def _plain_kind(subject: Subject) -> str:
    return subject.kind if subject.kind in ChangeKind.values else ChangeKind.ELEMENTS


def _put(actor, subject: Subject, proposal: Proposal, typed: Typed) -> tuple[ChangeRequest, Change]:
    """Into the change itself, into the request that was chosen, or into a new request for which the reason is written."""
    request = _chosen(subject, typed)
    if subject.change is not None:
        change = put_change(
            actor=actor, request=request, proposal=proposal, change=subject.change, seen_seal=one(typed, "seen_seal")
        )
        return request, change
    if request is not None:
        return request, put_change(actor=actor, request=request, proposal=proposal)
    reason, document = _texts(typed)
    request = create_request(
        actor=actor,
        department=subject.department,
        reason=reason,
        document=document,
        proposals=completed(subject.department, proposal),
        source=ChangeRequest.Source.FORM,
    )
    return request, request.changes.order_by("position").first()


def _page(
    request: HttpRequest, subject: Subject, typed: Typed, *, said: Said | None = None, kept: WorkingCopy | None = None
) -> HttpResponse:
    said = said or Said()
    if kept is not None and kept.typed.get("kind"):
        subject.kind = one(kept.typed, "kind")
    kinds = subject.kinds()
    if subject.kind not in dict(kinds):
        subject.kind = kinds[0][0]
    rule, change = subject.rule, subject.change
    shows_elements = rule.edits or subject.new or (rule.part is not None and one(typed, f"term-{rule.part[0]}") == rule.part[1])
    seal = change.seal if change is not None else ""
    findings = _findings(subject) if change is not None else []
    asked = notes_of(change) if change is not None else {}
    category = one(typed, "el-category") or (subject.live.category if subject.live else "")
    sections = (
        shown_sections(
            typed,
            subject.live,
            categories=list(Category.objects.order_by("order").values_list("code", "name")),
            schemes=list(CodeScheme.objects.values_list("code", "name")),
            required=frozenset(RequiredElement.objects.filter(category=category[:2]).values_list("element", flat=True)),
            violations=said.violations,
            findings=findings,
            asked=asked,
        )
        if shows_elements
        else []
    )
    terms = shown_terms(typed, rule, _choices(subject, rule), said.violations)
    beside = {label for each in (*terms, *(f for s in sections for f in s.fields)) if each.errors for label in [each.label]}
    head = {"调整理由": "reason", "依据文件": "document", "存入": "into"}
    placed = beside | set(head) | {"责任事项依据"}
    name = subject.live.name if subject.live else one(typed, "el-name")
    context = {
        "title": f"{'修改' if change else '调整'}：{name}" if name else "新增事项",
        "subject": subject,
        "row": subject.request,
        "change": change,
        "kinds": kinds,
        "kind": subject.kind,
        "rule": rule,
        "terms": terms,
        "sections": sections,
        "errors": [(s.fields and f.name, f.label, text) for s in sections for f in s.fields for text in f.errors]
        + [(f.name, f.label, text) for f in terms for text in f.errors]
        + [(head[v.where], v.where, v.message) for v in said.violations if v.where in head],
        "sentences": said.sentences
        + [f"{v.where}：{v.message}" if v.where else v.message for v in said.violations if v.where not in placed],
        "head_errors": {head[v.where]: v.message for v in said.violations if v.where in head},
        "other_findings": [f for f in findings if not any(f in each.findings for s in sections for each in s.fields)],
        "asked": [(element_label(key) or "整项", note) for key, notes in asked.items() for note in notes],
        "reason": one(typed, "reason"),
        "document": one(typed, "document"),
        "into": one(typed, "into"),
        "requests": open_requests(subject.department) if subject.request is None else [],
        "seen_seal": seal if said.status == 409 or kept is None and "seen_seal" not in typed else one(typed, "seen_seal") or seal,
        "since": subject.since,
        "seen_base": subject.base_no if said.status == 409 else one(typed, "seen_base") or subject.base_no,
        "overtaken": kept is not None and change is not None and one(kept.typed, "seen_seal") != seal,
        "copy": kept,
        "copy_revision": kept.revision if kept else one(typed, "copy_revision") or "0",
        "origin": _origin(subject),
        "parts": _parts(subject),
        "own_items": _own_items(subject) if any(each.kind == "items" for each in terms) else [],
        "sub_kinds": list(SubKind.objects.filter(category=category[:2]).values_list("name", flat=True)) if sections else [],
        "carried": _carried(typed, {each.name for each in terms}, elements=bool(sections)),
        "secrets": SECRETS,
        "stale": said.status == 409,
        "may_submit": _may_submit(request, subject),
    }
    return show(request, "reviews/item_form.html", context, status=said.status)


def _carried(typed: Typed, terms: set[str], *, elements: bool) -> list[tuple[str, str]]:
    """What was typed for another kind and is not shown now: it goes along unseen, so that it is there when the kind is changed back."""
    return [
        (name, value)
        for name, values in typed.items()
        if (name.startswith("term-") and name not in terms) or (not elements and name.startswith(("el-", "row-", "rows-")))
        for value in values
    ]


def _may_submit(request: HttpRequest, subject: Subject) -> bool:
    """Whether this person could hand in what he saves: a head, of a request that somebody else drew up."""
    row = subject.request
    if row is None or row.created_by_id == request.user.pk:
        return False
    return can_act_on_request(actor=actor_of(request), request=row, action=RequestAction.SUBMIT)


def _findings(subject: Subject) -> list:
    return findings_of(subject.request, [subject.change]).get(subject.change.pk, [])


def _choices(subject: Subject, rule) -> dict[str, list[tuple[str, str]]]:
    """The departments and lower regions that the terms of ``rule`` choose from."""
    region, wanted = subject.department.region, {term.key for term in rule.terms}
    choices = {}
    if "to_department" in wanted:
        others = Department.objects.in_being().filter(region=region).exclude(pk=subject.department.pk).order_by("order", "code")
        choices["to_department"] = list(others.values_list("code", "name"))
    if "to_regions" in wanted:
        choices["to_regions"] = list(region.children.order_by("code").values_list("code", "name"))
    return choices


def _origin(subject: Subject) -> str:
    """Name of the item from which a part was split."""
    if subject.change is None or "split_from" not in subject.change.terms:
        return ""
    lead = lead_of(subject.change, subject.request.changes.select_related("item"))
    return lead.name if lead else str(subject.change.terms["split_from"])


def _parts(subject: Subject) -> list[Change]:
    """What the split of this item has made so far."""
    if subject.change is None or subject.change.kind != ChangeKind.SPLIT or subject.new:
        return []
    beside = subject.request.changes.select_related("item").filter(item=None).order_by("position")
    return [each for each in beside if lead_of(each, [subject.change]) is not None]


def _own_items(subject: Subject) -> list[tuple[str, str]]:
    return list(own_versions(subject.department).values_list("item__code", "version__name")[:2000])
