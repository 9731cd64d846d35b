"""催办: writing one, and the form to print and send."""

from __future__ import annotations

import io

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from reviews.campaign_forms import UrgeForm
from reviews.models import CampaignScope, ChangeRequest, DirectiveTask, Urge
from reviews.papers.kept import FORMS
from reviews.papers.urging import Matter, urging_paper
from reviews.states import RequestState
from reviews.urging import POSTS, is_awaited, matter_of, urge
from reviews.views.facts import facts_of
from reviews.views.pages import EVERYONE, attachment, sentences_of, show
from reviews.views.panels import Panel

# word of the address → (what is urged, selected along, its own page)
_SUBJECTS: dict[str, tuple[type[Model], tuple[str, ...], str]] = {
    "task": (DirectiveTask, ("directive__region", "line", "department__region", "request"), "admin:task"),
    "scope": (CampaignScope, ("campaign__region", "department__region"), "admin:scope"),
    "request": (ChangeRequest, ("region", "department__region"), "admin:request"),
}
# How the paper signs.
_OFFICES = {Post.COMPLIANCE: "编办", Post.PUBLISHER: "审改办"}


@staff_screen(*POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def urge_new(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """The text and the date, with what was urged before; sent, it is recorded and the department is told."""
    if kind not in _SUBJECTS:
        raise Http404
    model, related, page = _SUBJECTS[kind]
    subject = get_object_or_404(model.objects.visible_to(request.user).select_related(*related), pk=key)
    actor_of(request).must_hold(POSTS, region=subject.region)
    text = f"{matter_of(subject)}，至今没有办理。请按期办理并答复。"
    form = UrgeForm(request.POST or None, initial={"text": text})
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = urge(actor=actor_of(request), subject=subject, **form.cleaned_data)
            except (WrongState, RuleBroken) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已催办{made.department}（第{made.number}次）。下面可以打印。")
                return HttpResponseRedirect(reverse("admin:urge", args=[made.pk]))
    context = {
        "title": f"催办 {subject.department}",
        "subject": subject,
        "matter": matter_of(subject),
        "awaited": is_awaited(subject),
        "back": reverse(page, args=[subject.pk]),
        "before": list(subject.urges.select_related("person")),
        "form": form,
        "sentences": sentences,
    }
    return show(request, "reviews/urge_new.html", context, status=status)


def visible_urge(request: HttpRequest, key: int) -> Urge:
    """The reminder of this address, or 404 for whoever may not know of it."""
    rows = Urge.objects.visible_to(request.user).select_related(
        "region", "department__region", "person", "task__directive", "scope__campaign", "request"
    )
    return get_object_or_404(rows, pk=key)


@staff_screen(*EVERYONE)
@require_safe
def urge_form(request: HttpRequest, key: int) -> HttpResponse:
    """催办单, as it is printed."""
    row = visible_urge(request, key)
    kind = next(name for name in _SUBJECTS if getattr(row, f"{name}_id"))
    context = {
        "title": f"催办单（第{row.number}次）",
        "row": row,
        "office": f"{row.region}{_OFFICES.get(row.post, row.get_post_display())}",
        "on": timezone.localtime(row.at).date(),
        "back": reverse(_SUBJECTS[kind][2], args=[getattr(row, f"{kind}_id")]),
    }
    return show(request, "reviews/urge.html", context)


@staff_screen(*EVERYONE)
@require_safe
def urge_paper(request: HttpRequest, key: int) -> HttpResponse:
    """催办单 as Word, for stamping."""
    row = visible_urge(request, key)
    document = urging_paper(
        department=row.department,
        post=row.post,
        matters=[Matter(row.matter, row.due_on, "尚未办理")],
        urged_on=timezone.localtime(row.at).date(),
        times=row.number,
        said=row.text,
    )
    _word, write, content_type = FORMS["docx"]
    to = io.BytesIO()
    write(document, to)
    return attachment(to.getvalue(), f"催办单（{row.department.name}第{row.number}次）.docx", content_type)


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Beside a request: how often its department was urged, and the way to do it while it is returned."""
    may = row.state == RequestState.RETURNED and actor_of(request).holding(POSTS, region=row.region) is not None
    urges = []
    if "urges" in facts_of(row).present:
        urges = list(Urge.objects.visible_to(request.user).filter(request=row).select_related("person"))
    if not urges and not may:
        return None
    return Panel("reviews/_urges.html", values={"urges": urges, "address": urge_address("request", row) if may else ""})


def urge_address(kind: str, row) -> str:
    return reverse("admin:urge_new", args=[kind, row.pk])
