"""委托代办: who acts for the reader, for whom he acts, and letting somebody."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from departments.access import posts_of
from departments.deputies import candidates_for, end_deputy, name_deputy
from departments.forms import DeputyForm
from departments.models import Posting
from departments.posts import ADMINISTRATORS, Post
from departments.site import actor_of, staff_screen
from departments.views.answers import attempt, page


def _of_mine(request: HttpRequest):
    """Postings that the reader may let others act as, or whose deputies he may end: his own, for 系统管理员 everybody's."""
    rows = Posting.objects.select_related("user", "department__region", "region", "deputy_of__user")
    return rows if Post.SYSTEM_ADMIN in posts_of(request.user) else rows.filter(user=request.user)


@staff_screen(*Post)
def deputies(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    related = ("user", "department", "region", "deputy_of__user")
    own = Posting.objects.held(today).filter(user=request.user, deputy_of=None).exclude(post__in=ADMINISTRATORS)
    lasting = Posting.objects.filter(to_on__gt=today).select_related(*related).order_by("from_on", "pk")
    if Post.SYSTEM_ADMIN in posts_of(request.user):
        given = lasting.exclude(deputy_of=None)
    else:
        given = lasting.filter(deputy_of__user=request.user)
    context = {
        "own": own.select_related("department", "region"),
        "given": given,
        "received": lasting.filter(user=request.user).exclude(deputy_of=None),
        "today": today,
    }
    return page(request, "deputies.html", "委托代办", **context)


@staff_screen(*Post)
@require_http_methods(["GET", "HEAD", "POST"])
def new_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    posting = get_object_or_404(_of_mine(request), pk=pk)
    form = DeputyForm(request.POST if request.method == "POST" else None, candidates=candidates_for(posting))
    if request.method == "POST":
        actor = actor_of(request)
        made = attempt(form, lambda given: name_deputy(actor=actor, posting=posting, **given))
        if made:
            messages.success(request, f"{made.user}自 {made.from_on} 起至 {made.to_on} 前代办“{posting}”。")
            return redirect("admin:deputies")
    status = 422 if form.is_bound else 200
    return page(request, "deputy_new.html", "委托他人代办", status, form=form, posting=posting)


@staff_screen(*Post)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    posting = get_object_or_404(Posting.objects.exclude(deputy_of=None).select_related("deputy_of__user", "user"), pk=pk)
    admin = Post.SYSTEM_ADMIN in posts_of(request.user)
    if not admin and request.user.pk not in (posting.user_id, posting.deputy_of.user_id):
        raise Http404
    ended = end_deputy(actor=actor_of(request), posting=posting)
    messages.success(request, f"{ended.user}不再受{ended.deputy_of.user}委托代办。")
    return redirect("admin:deputies")
