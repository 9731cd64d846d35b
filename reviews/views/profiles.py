"""部门职责: one form for what the list says of a department itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.content import Boundary, DepartmentContent, SupervisionRule
from reviews.forms import SECRETS, ProfileForm
from reviews.profiles import current_profile, propose_profile
from reviews.views.pages import DEPARTMENT, sentences_of, show
from reviews.views.requests import request_url
from reviews.views.uploads import own_departments

SPARE_ROWS = 3
_BOUNDARY = ("boundary_matter", "boundary_departments", "boundary_division", "boundary_basis")
_RULE = ("rule_title", "rule_text")


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def department_profile(request: HttpRequest, code: str) -> HttpResponse:
    """The form, filled with what stands; sent, it becomes a draft request. ``more`` asks for further empty rows."""
    department = get_object_or_404(own_departments(request), code=code)
    before = current_profile(department)
    status, sentences = 200, []
    form = ProfileForm(
        request.POST or None, initial={"main_duties": "\n".join(before.main_duties), "seen_hash": before.content_hash}
    )
    if request.method == "POST":
        boundaries, rules = _typed(request, _BOUNDARY), _typed(request, _RULE)
        if "more" not in request.POST:
            status = 422
            if form.is_valid():
                try:
                    content = _content(before, form.cleaned_data["main_duties"], boundaries, rules)
                    proposed = propose_profile(
                        actor=actor_of(request),
                        department=department,
                        content=content,
                        reason=form.cleaned_data["reason"],
                        document=form.cleaned_data["document"],
                        seen_hash=form.cleaned_data["seen_hash"],
                    )
                except (WrongState, RuleBroken) as refusal:
                    status, sentences = refusal.status, sentences_of(refusal)
                else:
                    messages.success(request, format_html("已建立申请 {}，核对后由部门负责人提交。", proposed.number))
                    return HttpResponseRedirect(request_url(proposed))
    else:
        boundaries = [(each.matter, "、".join(each.departments), each.division, each.basis) for each in before.boundaries]
        rules = [(each.title, each.text) for each in before.supervision_rules]
    context = {
        "title": f"{department} · 部门职责",
        "department": department,
        "form": form,
        "boundaries": boundaries + [("",) * len(_BOUNDARY)] * SPARE_ROWS,
        "rules": rules + [("",) * len(_RULE)] * SPARE_ROWS,
        "sentences": sentences,
        "secrets": SECRETS,
    }
    return show(request, "reviews/profile.html", context, status=status)


def _typed(request: HttpRequest, names: Iterable[str]) -> list[tuple[str, ...]]:
    """Rows of equally named inputs, the wholly empty ones left out."""
    columns = [[text.strip() for text in request.POST.getlist(name)] for name in names]
    return [row for row in zip(*columns, strict=False) if any(row)]


def _content(before: DepartmentContent, duties: str, boundaries: list, rules: list) -> DepartmentContent:
    """The value that was typed. Raises RuleBroken C01 with the row that has no matter or title, or is too long."""
    for number, row in enumerate(boundaries, start=1):
        if not row[0]:
            raise RuleBroken(Violation("C01", "填写职责边界的事项", f"职责边界第{number}行"))
    for number, row in enumerate(rules, start=1):
        if not row[0]:
            raise RuleBroken(Violation("C01", "填写制度名称", f"监管制度第{number}行"))
    try:
        return DepartmentContent(
            code=before.code,
            name=before.name,
            short_name=before.short_name,
            kind=before.kind,
            main_duties=tuple(line.strip() for line in duties.splitlines() if line.strip()),
            boundaries=tuple(
                Boundary(
                    matter=matter,
                    departments=tuple(filter(None, re.split(r"[、，,；;\s]+", others))),
                    division=division,
                    basis=basis,
                )
                for matter, others, division, basis in boundaries
            ),
            supervision_rules=tuple(SupervisionRule(title=title, text=text) for title, text in rules),
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise RuleBroken(Violation("C01", "内容过长或含有不能保存的字符，请精简后再提交", str(first["loc"][0]))) from None
