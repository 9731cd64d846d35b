"""公布: the last step, shown in numbers and confirmed by the password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition
from reviews.forms import PublishForm
from reviews.guards import check_can_act_on_batch
from reviews.publication import Foreseen, foresee, publish_batch
from reviews.states import BatchAction
from reviews.views.batches import visible_batch
from reviews.views.pages import edition_url, sentences_of, show


@sensitive_post_parameters("password")
@staff_screen(Post.PUBLISHER)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_publish(request: HttpRequest, key: int) -> HttpResponse:
    """What would happen, then the notice, the days and the password; afterwards where to see it."""
    batch = visible_batch(request, key)
    actor = actor_of(request)
    check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.PUBLISH)
    form = PublishForm(request.POST or None, request=request, initial={"seen_hash": batch.submission_hash})
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            terms = {name: value for name, value in form.cleaned_data.items() if name != "password"}
            try:
                edition = publish_batch(actor=actor, batch=batch, **terms)
            except (WrongState, RuleBroken) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, _told(edition))
                return HttpResponseRedirect(reverse("admin:batch", args=[batch.pk]))
    foreseen = foresee(batch)
    context = {
        "title": f"公布 {batch.title}",
        "batch": batch,
        "form": form,
        "sentences": sentences,
        "stale": status == 409,
        "foreseen": foreseen,
        "kinds": [(ChangeKind(kind).label, count) for kind, count in foreseen.kinds],
        "groups": _groups(foreseen),
    }
    return show(request, "reviews/publish.html", context, status=status)


def _groups(foreseen: Foreseen) -> list[tuple[str, int]]:
    """新增, 取消 and 变更 in three numbers."""
    changed = sum(count for _kind, count in foreseen.kinds) - foreseen.added - foreseen.ended
    return [("新增", foreseen.added), ("变更", changed), ("取消", foreseen.ended)]


def _told(edition: Edition) -> str:
    when = f"{edition.effective_on:%Y-%m-%d} 起生效"
    return format_html(
        '已公布{}（{}），{}。公开页面：<a href="{}">{}</a>',
        edition.title,
        edition.notice_no,
        when,
        edition_url(edition),
        edition.title,
    )
