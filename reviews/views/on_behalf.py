"""代部门提出: items of one department that are to end or to stop, with the reason and how the department was told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from departments.models import Department
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.models import Edition, EditionEntry
from reviews.decision_forms import OnBehalfForm
from reviews.on_behalf import propose_on_behalf
from reviews.proposals import Proposal
from reviews.views.pages import sentences_of, show
from reviews.views.panels import Panel
from reviews.views.requests import request_url


def on_behalf(request: HttpRequest, row) -> Panel | None:
    """Says on the request that the 编办 opened it, and that the department was told."""
    return Panel("reviews/_on_behalf.html", "top", {"row": row}) if row.on_behalf else None


@staff_screen(Post.COMPLIANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def request_on_behalf(request: HttpRequest) -> HttpResponse:
    """One page: department, items by their codes, 取消 or 暂停, reason, document, and when the department was told."""
    regions = request.user.postings.held().filter(post=Post.COMPLIANCE).values("region")
    departments = Department.objects.in_being().filter(region__in=regions)
    form = OnBehalfForm(request.POST or None, departments=departments)
    sentences, status = [], 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = propose_on_behalf(actor=actor_of(request), **_arguments(form.cleaned_data))
            except (RuleBroken, WrongState) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已代{made.department}提出申请 {made.number}，由另一位编办审查人作职责审查。")
                return HttpResponseRedirect(request_url(made))
    context = {"title": "代部门提出", "form": form, "sentences": sentences, "stale": False}
    return show(request, "reviews/on_behalf.html", context, status=status)


def _arguments(given: dict) -> dict:
    """What the act takes; a code that the department's list does not have is named."""
    department, kind = given["department"], given["kind"]
    edition = Edition.objects.newest(department.region)
    entries = EditionEntry.objects.filter(edition=edition, version__department=department, item__code__in=given["codes"])
    found = {entry.item.code: entry for entry in entries.select_related("item", "version")}
    unknown = [code for code in given["codes"] if code not in found]
    if unknown:
        raise RuleBroken(*(Violation("Q04", "该部门现行清单没有这个编码", code) for code in unknown))
    state = {"repeal": "repealed", "suspend": "suspended"}[kind]
    return {
        "department": department,
        "reason": given["reason"],
        "document": given["document"],
        "notified": given["notified"],
        "proposals": [
            Proposal(
                kind=kind,
                content=entry.version.content.changed(state=state),
                item=entry.item,
                base_version=entry.version,
                reason=given["reason"],
                document=given["document"],
            )
            for entry in found.values()
        ],
    }
