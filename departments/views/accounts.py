"""Accounts and postings: the screens of 系统管理员."""

from __future__ import annotations

import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from departments import signing_in, staffing
from departments.forms import EndAccountForm, EndPostingForm, GrantPostingForm, NewAccountForm
from departments.models import Posting, User
from departments.passwords import PreparedPassword
from departments.posts import Post
from departments.rosters.account_lines import Slip
from departments.site import actor_of, staff_screen
from departments.views.answers import attempt, numbered, page, show_slips

STATES = {"active": "在用", "new": "未登录过", "idle": "无任职", "ended": "已停用"}


@staff_screen(Post.SYSTEM_ADMIN)
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts: searched by ``q``, of one ``state``."""
    wanted, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    rows = User.objects.matching(wanted) if wanted else User.objects.order_by("username")
    rows = _in_state(rows, state).order_by("username")
    held = Posting.objects.held().select_related("department", "region", "deputy_of__user")
    found = numbered(request, rows.prefetch_related(Prefetch("postings", held, to_attr="held_today")))
    for user in found:
        user.state_words = _state_words(user)
    return page(request, "accounts.html", "账号", found=found, q=wanted, state=state, states=STATES)


def _in_state(rows, state: str):
    today = timezone.localdate()
    ended = Q(ends_on__lte=today)
    if state == "ended":
        return rows.filter(ended)
    if state == "new":
        return rows.exclude(ended).filter(last_login=None)
    if state == "idle":
        return rows.exclude(ended).exclude(pk__in=Posting.objects.held().values("user"))
    if state == "active":
        return rows.exclude(ended)
    return rows


def _state_words(user: User) -> tuple[str, str]:
    """(words, chip)"""
    if not user.is_active:
        return f"{user.ends_on} 起停用", "bad"
    if user.ends_on:
        return f"将于 {user.ends_on} 停用", "warn"
    if not user.held_today:
        return "无任职", "warn"
    return ("未登录过", "info") if user.last_login is None else ("在用", "good")


@staff_screen(Post.SYSTEM_ADMIN)
def new_account(request: HttpRequest) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if request.method == "POST":
        actor, password = actor_of(request), PreparedPassword.make()
        user = attempt(form, lambda given: staffing.create_account(actor=actor, password=password, **given))
        if user:
            slip = Slip(user, password.text, ())
            return show_slips(request, [slip], f"已建立账号：{user.name}", reverse("admin:account", args=[user.pk]))
    return page(request, "account_new.html", "新建账号", form=form)


@staff_screen(Post.SYSTEM_ADMIN)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    return _account_page(request, get_object_or_404(User, pk=pk))


@staff_screen(Post.SYSTEM_ADMIN)
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    user, form = get_object_or_404(User, pk=pk), GrantPostingForm(request.POST)
    posting = attempt(form, lambda given: staffing.grant_posting(actor=actor_of(request), user=user, **given))
    if posting is None:
        return _account_page(request, user, grant_form=form)
    messages.success(request, f"{user.name}任{posting}，自 {posting.from_on} 起。")
    return redirect("admin:account", pk)


@staff_screen(Post.SYSTEM_ADMIN)
def end_posting(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = EndPostingForm(request.POST, user=user)
    posting = attempt(form, lambda given: staffing.end_posting(actor=actor_of(request), **given))
    if posting is None:
        return _account_page(request, user, end_posting_form=form)
    messages.success(request, f"{user.name}不再任{posting}，自 {posting.to_on} 起。")
    return redirect("admin:account", pk)


@staff_screen(Post.SYSTEM_ADMIN)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = EndAccountForm(request.POST, user=user)
    ended = attempt(form, lambda given: staffing.end_account(actor=actor_of(request), user=user, **given))
    if ended is None:
        return _account_page(request, user, end_form=form)
    to = f"，未办结的工作交接给{ended.handed_over_to.name}" if ended.handed_over_to else ""
    messages.success(request, f"{user.name}的账号自 {ended.ends_on} 起停用{to}。")
    return redirect("admin:account", pk)


@staff_screen(Post.SYSTEM_ADMIN)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    password = signing_in.reset_password(actor=actor_of(request), user=user)
    return show_slips(request, [Slip(user, password, ())], f"已重新设置密码：{user.name}", reverse("admin:account", args=[pk]))


@staff_screen(Post.SYSTEM_ADMIN)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    user, password = staffing.resume_account(actor=actor_of(request), user=get_object_or_404(User, pk=pk))
    return show_slips(request, [Slip(user, password, ())], f"已恢复账号：{user.name}", reverse("admin:account", args=[pk]))


@staff_screen(Post.SYSTEM_ADMIN)
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    signing_in.unlock_account(actor=actor_of(request), user=user)
    messages.success(request, f"{user.name}的登录锁定已解除。")
    return redirect("admin:account", pk)


def _account_page(request: HttpRequest, user: User, **forms: object) -> HttpResponse:
    """One account with its postings and everything that may be done; a faulty form comes back with status 422."""
    today = timezone.localdate()
    postings = list(user.postings.select_related("department", "region", "deputy_of__user").order_by("-from_on", "-pk"))
    for posting in postings:
        posting.held_now = posting.from_on <= today and (posting.to_on is None or posting.to_on > today)
    context = {
        "account": user,
        "postings": postings,
        "open_postings": [posting for posting in postings if posting.to_on is None],
        "locked": _locked_out(user),
        "grant_form": GrantPostingForm(),
        "end_posting_form": None,
        "end_form": EndAccountForm(user=user),
        "own": user.pk == request.user.pk,
        "today": today,
        **forms,
    }
    return page(request, "account.html", f"{user.name}（{user.username}）", status=422 if forms else 200, **context)


def _locked_out(user: User) -> bool:
    """Whether some address is locked out of this account now."""
    since = timezone.now() - datetime.timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = AccessAttempt.objects.filter(username=user.username, failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    return failures.filter(attempt_time__gt=since).exists()
