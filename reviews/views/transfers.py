"""划转确认: what other departments want to hand over to ours, and our head's word on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from departments.access import posts_of
from departments.models import Department
from departments.posts import Post
from departments.site import Section, actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from reviews.consents import OPEN_TO_CONSENT, answer_transfer, consents_of, receiving_department
from reviews.forms import ConsentForm
from reviews.models import Change, ChangeRequest, TransferConsent
from reviews.views.differences import shown_changes
from reviews.views.facts import facts_of
from reviews.views.pages import DEPARTMENT, sentences_of, show
from reviews.views.panels import Panel
from reviews.views.uploads import own_departments


def offered(user_departments: list[Department]) -> list[Change]:
    """The 划转 of drafts and returned requests that name one of these departments as the receiving one, the oldest first."""
    codes = {department.code for department in user_departments}
    found = Change.objects.filter(kind=ChangeKind.TRANSFER, open=True, request__state__in=OPEN_TO_CONSENT)
    found = found.filter(request__region__in={department.region_id for department in user_departments})
    rows = found.select_related("item", "base_version", "request__department").order_by("request__created_at", "position")
    return [change for change in rows if change.terms.get("to_department") in codes]


@staff_screen(*DEPARTMENT)
@require_safe
def transfer_list(request: HttpRequest) -> HttpResponse:
    changes = offered(list(own_departments(request)))
    context = {"title": "划转确认", "lines": _lines(changes)}
    return show(request, "reviews/transfer_list.html", context)


def _lines(changes: list[Change]) -> list[tuple[Change, TransferConsent | None]]:
    """Each change with our last word on it; one query a request."""
    requests: dict[int, ChangeRequest] = {change.request_id: change.request for change in changes}
    said: dict[int, TransferConsent | None] = {}
    for key, row in requests.items():
        said |= consents_of(row, [change for change in changes if change.request_id == key])
    return [(change, said.get(change.pk)) for change in changes]


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, key: int) -> HttpResponse:
    """One 划转: the item as it would be ours, and the head's word."""
    change = next((each for each in offered(list(own_departments(request))) if each.pk == key), None)
    if change is None:
        raise Http404
    if request.method == "POST":
        department = receiving_department(change)
        actor_of(request).must_hold(Post.HEAD, department=department, message=f"划转由接收部门的{Post.HEAD.label}确认")
    form = ConsentForm(request.POST or None, initial={"seen_seal": change.seal})
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                consent = answer_transfer(actor=actor_of(request), change=change, **form.cleaned_data)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except WrongState as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"“{change.name}”：{consent.get_outcome_display()}。已告知{change.request.department}。")
                return HttpResponseRedirect(reverse("admin:transfer_list"))
    [(_, said)] = _lines([change])
    context = {
        "title": f"划转：{change.name}",
        "change": change,
        "changes": shown_changes([change]),
        "form": form,
        "said": said,
        "sentences": sentences,
        "stale": status == 409,
        "may_answer": Post.HEAD in posts_of(request.user),
    }
    return show(request, "reviews/transfer.html", context, status=status)


def transfer_section(request: HttpRequest) -> list[Section]:
    """On the workbench: transfers on which our head has not spoken yet."""
    departments = list(own_departments(request)) if posts_of(request.user) & {Post.CLERK, Post.HEAD} else []
    waiting = [(change, said) for change, said in _lines(offered(departments)) if said is None] if departments else []
    if not waiting:
        return []
    return [Section(f"划转确认 · {len(waiting)} 件", "reviews/_workbench_transfers.html", {"lines": waiting}, 2)]


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """On the request: what the receiving departments said."""
    if ChangeKind.TRANSFER not in facts_of(row).kinds:
        return None
    changes = list(row.changes.filter(kind=ChangeKind.TRANSFER).select_related("item", "base_version"))
    names = dict(Department.objects.filter(region=row.region).values_list("code", "name"))
    said = consents_of(row, changes)
    lines = [(change, names.get(change.terms.get("to_department"), ""), said.get(change.pk)) for change in changes]
    return Panel("reviews/_transfer_panel.html", "side", {"lines": lines})
