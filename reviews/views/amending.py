"""After the meeting: the amended text, its two confirmations, and what a later publication stopped. Before it: carrying onto a new base."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from reviews.amending import amend_after_meeting, confirm_amended_text, stop_conflicts, text_hash
from reviews.batches import SET_ASIDE, amendments_of
from reviews.content_forms import ContentForm
from reviews.guards import check_can_act_on_batch
from reviews.rebasing import rebase_request
from reviews.states import BatchAction
from reviews.views.batches import act_on_batch, batch_url, ordered_changes, visible_batch
from reviews.views.pages import sentences_of, show
from reviews.views.requests import visible_request


@staff_screen(Post.PUBLISHER)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_amend(request: HttpRequest, key: int, change: int) -> HttpResponse:
    """One agreed change: every element as it stands, to be written as the meeting wanted it."""
    batch = visible_batch(request, key)
    actor = actor_of(request)
    check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.AMEND)
    rows = ordered_changes(batch).exclude(outcome__in=SET_ASIDE).exclude(kind=ChangeKind.DEPARTMENT)
    row = get_object_or_404(rows.select_related("request__department"), pk=change)
    last = amendments_of(batch).get(row.pk)
    present = last.content if last else row.content
    form = ContentForm(request.POST or None, content=present, initial={"seen_hash": text_hash(batch)})
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                amend_after_meeting(
                    actor=actor,
                    batch=batch,
                    change=row,
                    content=form.content(),
                    note=form.cleaned_data["note"],
                    seen_hash=form.cleaned_data["seen_hash"],
                )
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except WrongState as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已录入“{row.name}”按会议意见的修改。")
                return HttpResponseRedirect(batch_url(batch))
    context = {
        "title": f"按会议意见修改：{row.name}",
        "batch": batch,
        "change": row,
        "form": form,
        "note": form["note"],
        "elements": form.element_fields(),
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/amend.html", context, status=status)


@staff_screen(Post.PUBLISHER, Post.LEGALITY)
@require_POST
def batch_confirm(request: HttpRequest, key: int) -> HttpResponse:
    """The amended text is what the minutes say."""
    actor, seen = actor_of(request), request.POST.get("seen_hash", "")
    told = "已核对修改文本。审改办和司法都核对后可以公布。"
    return act_on_batch(request, key, lambda batch: confirm_amended_text(actor=actor, batch=batch, seen_hash=seen), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def batch_stop(request: HttpRequest, key: int) -> HttpResponse:
    """What was published over since the meeting stops, item by item."""
    actor, opinion = actor_of(request), request.POST.get("opinion", "").replace("\x00", "")[:5_000]
    told = "有冲突的事项已停办，退回合法性审查；其余事项照常公布。"
    return act_on_batch(request, key, lambda batch: stop_conflicts(actor=actor, batch=batch, opinion=opinion), told)


@staff_screen(Post.PUBLISHER)
@require_POST
def request_rebase(request: HttpRequest, key: int) -> HttpResponse:
    """套用新版本."""
    row = visible_request(request, key)
    back = reverse("admin:batch_list")
    try:
        rebase_request(actor=actor_of(request), request=row, seen_hash=request.POST.get("seen_hash", ""))
    except (WrongState, RuleBroken) as refusal:
        messages.error(request, "；".join(sentences_of(refusal)))
        return HttpResponseRedirect(back)
    messages.success(request, f"申请 {row.number} 已套用新版本，等待合法性审查确认。")
    return HttpResponseRedirect(back)
