"""What an item form is about: a change of a request, an item of the list, or an item that is not there yet."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from departments.models import Department
from qingdan.errors import WrongState
from qingdan.items.content import ItemContent
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Category, ItemVersion
from reviews.editing import find_own
from reviews.guards import can_act_on_request
from reviews.item_form import AMEND, blank_fields, fields_of, fields_of_terms, form_kind
from reviews.kind_terms import KIND_RULES, KindRule, clean_text, rule_of
from reviews.models import Change, ChangeRequest
from reviews.rebasing import Conflict, carried, conflict_with
from reviews.states import RequestAction, RequestState
from reviews.views.requests import visible_request
from reviews.views.uploads import own_departments

_TOKEN = re.compile(r"[A-Za-z0-9_-]{6,40}")
_EDITABLE = (RequestState.DRAFT, RequestState.RETURNED)


@dataclass(slots=True)
class Subject:
    """``version``: the published version that the form starts from or compares with; ``request`` and ``change``: where it is saved."""

    department: Department
    key: str
    address: str
    kind: str
    version: ItemVersion | None = None
    request: ChangeRequest | None = None
    change: Change | None = None
    start: dict[str, list[str]] = field(default_factory=dict)
    live: ItemContent | None = None
    # What the change proposes on ``version``, and what was published since it was made (``rebasing``).
    proposed: ItemContent | None = None
    since: Conflict | None = None

    @property
    def new(self) -> bool:
        return self.version is None

    @property
    def base_no(self) -> str:
        """The number of the published version beside which the form stands."""
        return str(self.version.number) if self.version else ""

    def check_base(self, seen: str) -> None:
        """What was typed beside one version is not saved upon another. Raises WrongState."""
        if seen and self.version is not None and seen != self.base_no:
            raise WrongState(
                f"填写期间该事项已公布到第{self.base_no}版（您所见的是第{clean_text(seen)[:9]}版），没有保存；"
                "与现行不同的要素已标出，核对后再保存"
            )

    @property
    def rule(self) -> KindRule:
        kind = ChangeKind.ELEMENTS if self.kind == AMEND else self.kind
        return rule_of(kind, new=self.new)

    def kinds(self) -> list[tuple[str, str]]:
        """The kinds that fit: of an item in the list by its state, or of a new one; a part of a split stays what it is."""
        if self.change is not None and self.change.kind == ChangeKind.SPLIT and self.new:
            return [(ChangeKind.SPLIT.value, ChangeKind.SPLIT.label)]
        state = self.live.state if self.live else ""
        unfit = {ChangeKind.RESUME} if state != "suspended" else {ChangeKind.SUSPEND}
        wanted = ("new", "either") if self.new else ("item", "either")
        found = [] if self.new else [(AMEND, "变更（名称、类别、依据、其他要素）")]
        for kind, rule in KIND_RULES.items():
            merely_amends = form_kind(kind) == AMEND
            split_of_nothing = self.new and kind == ChangeKind.SPLIT
            if rule.starts in wanted and kind not in unfit and not merely_amends and not split_of_nothing:
                found.append((str(kind), ChangeKind(kind).label))
        return found


def own_department(request: HttpRequest, code: str = "") -> Department:
    """The department of this address: the one named, or the first in which the user works today. 404 where it is none of his."""
    own, code = own_departments(request), clean_text(code)
    department = own.filter(code=code).first() if code else own.first()
    if department is None:
        raise Http404
    return department


def editable_request(request: HttpRequest, text: str, department: Department | None = None) -> ChangeRequest | None:
    """The request named by its key in the address, if it is open to this user's editing; 404 where he may not know of it."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Http404
    row = visible_request(request, int(text))
    if department is not None and row.department_id != department.pk:
        raise Http404
    return row


def open_requests(department: Department) -> list[ChangeRequest]:
    """Drafts and returned requests of a department, into which a change may be put."""
    return list(ChangeRequest.objects.filter(department=department, state__in=_EDITABLE).order_by("-created_at", "-pk"))


def subject_of_change(request: HttpRequest, key: int, change_key: int) -> Subject:
    """A change of a request. Where the item was published anew meanwhile, what the change touches is carried onto the newest version.

    The form says so before anything is saved: what was published since is never undone in silence.
    """
    row = visible_request(request, key)
    change = get_object_or_404(row.changes.select_related("item", "base_version__item"), pk=change_key)
    if change.kind == ChangeKind.DEPARTMENT:
        raise Http404
    version = change.base_version
    if change.item_id:
        newest, _unknown = find_own(row.department, [change.item.code])
        version = newest[0] if newest else version
    live = version.content if version else None
    proposed, since = change.content, None
    if version is not None and version.pk != change.base_version_id and not change.ends:
        since = conflict_with(change, version)
        proposed = carried(change.base_version.content, live, change.content)
    content = live if change.ends and live else proposed
    start = {
        **fields_of(content),
        **fields_of_terms(change.kind, change.terms, new=version is None),
        "reason": [change.reason],
        "document": [change.document],
    }
    return Subject(
        department=row.department,
        key=f"change:{change.pk}",
        address=reverse("admin:change_edit", args=[row.pk, change.pk]),
        kind=form_kind(change.kind),
        version=version,
        request=row,
        change=change,
        start=start,
        live=live,
        proposed=proposed,
        since=since,
    )


def subject_of_item(request: HttpRequest, code: str, given) -> Subject:
    """An item of the list that no change is written for yet; ``given``: ``kind``, ``request``, ``with`` (codes to be merged)."""
    department = own_department(request, given.get("department", ""))
    found, _unknown = find_own(department, [code])
    if not found:
        raise Http404
    version, row = found[0], editable_request(request, given.get("request", ""), department)
    live = version.content
    kind = given.get("kind", "") or AMEND
    others = [text for text in given.getlist("with") if text and text != code][:50]
    query = {"item": code, "department": department.code, **({"request": row.pk} if row else {})}
    start = {**fields_of(live), "term-sources": others}
    if others:
        kind = ChangeKind.MERGE.value
        merged, _unknown = find_own(department, others)
        start = {**fields_of(merged_content(live, [each.content for each in merged])), "term-sources": others}
    return Subject(
        department=department,
        key=f"item:{code}",
        address=f"{reverse('admin:change_new')}?{urlencode(query)}",
        kind=kind,
        version=version,
        request=row,
        start=start,
        live=live,
    )


def subject_of_nothing(request: HttpRequest, given) -> Subject:
    """An item that is not in the list; ``given``: ``kind``, ``request``, ``category``, ``copy`` (which unfinished form)."""
    department = own_department(request, given.get("department", ""))
    row = editable_request(request, given.get("request", ""), department)
    token = given.get("copy", "")
    token = token if _TOKEN.fullmatch(token) else secrets.token_urlsafe(9)
    query = {"copy": token, "department": department.code, **({"request": row.pk} if row else {})}
    category = Category.objects.filter(code=given.get("category", "")[:2]).first()
    ways = {"applied": "依申请", "ex_officio": "依职权"}
    return Subject(
        department=department,
        key=f"new:{token}",
        address=f"{reverse('admin:change_new')}?{urlencode(query)}",
        kind=given.get("kind", "") or ChangeKind.ADD.value,
        request=row,
        start=blank_fields(category.code if category else "", ways.get(category.default_initiation, "") if category else ""),
    )


def merged_content(content: ItemContent, others: list[ItemContent]) -> ItemContent:
    """``content`` with the rows of ``others`` behind its own, each once: what the result of a merger starts from."""
    joined: dict[str, object] = {}
    for name in ("legal_bases", "duties", "flow", "materials", "risk_points"):
        rows = [*getattr(content, name)]
        for other in others:
            rows += [row for row in getattr(other, name) if row not in rows]
        joined[name] = [row.model_dump() for row in rows]
    return content.changed(**joined)


def may_edit(actor, subject: Subject) -> bool:
    """Whether the form may be saved into the subject's request."""
    return subject.request is None or can_act_on_request(actor=actor, request=subject.request, action=RequestAction.EDIT)
