"""通知: what the reader was told, and how it comes to him by mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from departments.forms import MailForm
from departments.models import MailChoice, Notice
from departments.notices import choose_mail, read_notices
from departments.posts import Post
from departments.site import actor_of, staff_screen
from departments.views.answers import attempt, numbered, page


@staff_screen(*Post)
def notices(request: HttpRequest) -> HttpResponse:
    """One's own notices, the newest first: all or the unread (``unread=1``), of one ``event``."""
    rows = Notice.objects.visible_to(request.user).select_related("department")
    unread, event = request.GET.get("unread", "") == "1", request.GET.get("event", "")
    if unread:
        rows = rows.unread()
    if event in Notice.Event.values:
        rows = rows.filter(event=event)
    choice = MailChoice.objects.filter(user=request.user).first()
    found = numbered(request, rows)
    return page(
        request, "notices.html", "通知", found=found, unread=unread, event=event, events=Notice.Event.choices, choice=choice
    )


@staff_screen(*Post)
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    read_notices(actor=actor_of(request), notices=[notice.pk])
    return redirect(notice.url or "admin:notices")


@staff_screen(*Post)
def read_all(request: HttpRequest) -> HttpResponse:
    count = read_notices(actor=actor_of(request))
    messages.success(request, f"已将 {count} 条通知标为已读。" if count else "没有未读的通知。")
    return redirect("admin:notices")


@staff_screen(*Post)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """Where and how often one's own notices come by mail."""
    choice = MailChoice.objects.filter(user=request.user).first()
    initial = {"email": choice.email, "often": choice.often} if choice else {"often": MailChoice.Often.NEVER}
    form = MailForm(request.POST) if request.method == "POST" else MailForm(initial=initial)
    if form.is_bound and (made := attempt(form, lambda given: choose_mail(actor=actor_of(request), **given))):
        messages.success(request, f"邮件通知：{made.get_often_display()}。")
        return redirect("admin:notices")
    status = 422 if form.is_bound else 200
    return page(request, "notice_mail.html", "邮件通知", status, form=form, sender=settings.DEFAULT_FROM_EMAIL)
