"""Logging in, choosing a new password, and sending a kept form again."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from departments.passwords import must_change, one_time_password_expired
from departments.signing_in import change_password as change_own_password
from departments.signing_in import record_log_in
from departments.site import actor_of, staff_site
from departments.views import kept_forms
from departments.views.kept_forms import IDLE_USER, KeptForm
from qingdan.errors import RuleBroken


class LogInForm(AuthenticationForm):
    """Log-in name and password. The same words for an unknown name and a wrong password."""

    error_messages = {
        "invalid_login": f"登录名或密码不对。连续错 {settings.AXES_FAILURE_LIMIT} 次将锁定 15 分钟。",
        "inactive": "登录名或密码不对。",
        "no_post": "您的账号今天没有任职，不能进入工作台。请联系系统管理员。",
        "expired": "一次性密码已过期，请联系系统管理员重新设置。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["password"].label = "密码"
        self.label_suffix = ""

    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        if not user.is_staff:
            raise ValidationError(self.error_messages["no_post"], code="no_post")
        if one_time_password_expired(user):
            raise ValidationError(self.error_messages["expired"], code="expired")


class LogInView(LoginView):
    template_name = "admin/login.html"
    authentication_form = LogInForm

    def get_default_redirect_url(self):
        return reverse("admin:index")

    def get_context_data(self, **kwargs):
        frame = {**staff_site.each_context(self.request), "title": "登录", "app_path": reverse("admin:login")}
        kept = {"kept": self.request.POST.get("kept", ""), "idle": "idle" in self.request.GET}
        return {**super().get_context_data(**kwargs), **frame, **kept}

    def form_valid(self, form):
        response = super().form_valid(form)
        self.request.session.pop(IDLE_USER, None)
        record_log_in(actor=actor_of(self.request))
        kept = kept_forms.unseal(self.request.POST.get("kept", ""), self.request.user.pk)
        if kept is None:
            return response
        if must_change(self.request.user):
            messages.warning(self.request, "请先修改密码；刚才的内容没有提交，请在修改后重新填写。")
            return response
        return offer_again(self.request, kept)


@never_cache
def log_in(request: HttpRequest):
    """The log-in page; who is inside already goes to the workbench."""
    if request.method == "GET" and staff_site.has_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    return LogInView.as_view()(request)


def ask_again(request: HttpRequest, kept: KeptForm):
    """The log-in page in answer to a form whose session had ended (401); the form travels with it, signed."""
    context = {
        **staff_site.each_context(request),
        "title": "登录",
        "form": LogInForm(request),
        "app_path": reverse("admin:login"),
        "kept": kept.sealed(),
        "kept_files": kept.files,
        "next": reverse("admin:index"),
        "idle": True,
    }
    response = render(request, "admin/login.html", context, status=401)
    response["Cache-Control"] = "no-store"
    return response


def offer_again(request: HttpRequest, kept: KeptForm, status: int = 200):
    """The kept form with a button that sends it. Nothing is sent without that click."""
    context = {**staff_site.each_context(request), "title": "继续提交", "kept_form": kept}
    response = render(request, "departments/send_again.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def answer_stale_page(request: HttpRequest):
    """What a form with a missing or old token gets, if it came from a page of our own; None otherwise.

    A log-in in another tab makes the tokens of open pages old. Only a request whose Origin is this very site is offered again.
    """
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return None
    if request.path == reverse("admin:login"):
        return HttpResponseRedirect(request.get_full_path())
    staff = request.path.startswith(reverse("admin:index")) and staff_site.has_permission(request)
    return offer_again(request, kept_forms.from_request(request, request.user.pk), status=403) if staff else None


class NewPasswordForm(forms.Form):
    # Their names hold "password", so none of them is ever kept (``kept_forms``).
    present_password = forms.CharField(
        label="原密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new_password = forms.CharField(label="新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    new_password_again = forms.CharField(
        label="再输一次新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self):
        given = super().clean()
        new, again = given.get("new_password"), given.get("new_password_again")
        if new and again and new != again:
            self.add_error("new_password_again", "两次输入的新密码不一致")
        return given


@csrf_protect
def change_password(request: HttpRequest):
    """The person's own new password; the present session goes on, every other one ends."""
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            user = change_own_password(actor=actor_of(request), present=given["present_password"], new=given["new_password"])
        except RuleBroken as refusal:
            for violation in refusal.violations:
                form.add_error("present_password" if violation.rule == "A03" else "new_password", violation.message)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改。")
            return HttpResponseRedirect(reverse("admin:index"))
    context = {
        **staff_site.each_context(request),
        "title": "修改密码",
        "form": form,
        "rules": password_validators_help_texts(),
        "forced": must_change(request.user),
    }
    return render(request, "departments/password_change.html", context)
