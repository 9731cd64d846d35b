"""附件 of a request: the panel, the page on which they are added and declared void, and the one guarded download of every attachment."""

from __future__ import annotations

import hashlib

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.approvals import approval_of, has_second_person, stamped_form_required
from reviews.attachments import OF_REQUESTS, attach_to_request, may_void, record_approval, void_attachment
from reviews.file_kinds import ACCEPT, WORDS
from reviews.forms import SECRETS, PlainForm
from reviews.guards import can_act_on_request, check_takes_part
from reviews.models import Attachment, ChangeRequest
from reviews.states import ENDED, RequestAction
from reviews.views.facts import facts_of
from reviews.views.pages import DEPARTMENT, EVERYONE, sentences_of, show
from reviews.views.pages import attachment as download
from reviews.views.panels import Panel
from reviews.views.requests import visible_request

# Whatever a reader's program makes of it, nothing inside runs with this site's rights.
SANDBOX = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
TAKING_PART = (*DEPARTMENT, Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY, Post.COUNCIL, Post.PUBLISHER)
_APPROVAL = Attachment.Kind.APPROVAL


class AttachmentForm(PlainForm):
    """A file and what it is. ``changes``: (key, label) of those it may belong to; ``kinds``: what may be chosen here."""

    file = forms.FileField(
        label="文件",
        help_text=f"{SECRETS}{WORDS}，不超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB；按内容识别，不看后缀。",
        error_messages={"required": "选择要上传的文件", "empty": "文件是空的"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    kind = forms.ChoiceField(label="种类", error_messages={"invalid_choice": "选择附件种类", "required": "选择附件种类"})
    number = forms.CharField(label="文号", required=False, max_length=100, help_text="盖章扫描件须填写文号（或编号）和成文日期。")
    dated_on = forms.DateField(
        label="成文日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "写成 2024-05-06"},
    )
    change = forms.ChoiceField(label="属于", required=False, error_messages={"invalid_choice": "该项已不在本申请内，重新选择"})
    note = forms.CharField(label="说明", required=False, max_length=300)
    seen_hash = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, kinds, changes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds
        self.fields["change"].choices = [("", "整个申请"), *changes]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.ATTACHMENT_LIMIT:
            raise forms.ValidationError(f"文件超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB，压缩扫描精度或拆开后再上传")
        return file


def panel(request: HttpRequest, row: ChangeRequest) -> Panel:
    """The files of a request beside it, those declared void only counted."""
    files = list(Attachment.objects.of(row).select_related("person")) if "attachments" in facts_of(row).present else []
    kept = [file for file in files if file.voided_at is None]
    approval = next((f for f in reversed(kept) if f.kind == _APPROVAL and f.seen_hash == row.proposed_hash), None)
    return Panel(
        "reviews/_attachments.html", values={"files": kept, "void": len(files) - len(kept), "row": row, "approval": approval}
    )


@staff_screen(*EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def request_attachments(request: HttpRequest, key: int) -> HttpResponse:
    """Every file of a request with what it is; below, for whoever takes part, the form that adds one."""
    row = visible_request(request, key)
    actor = actor_of(request)
    try:
        posting = check_takes_part(actor=actor, request=row)
    except NotAllowed:
        if request.method == "POST":
            raise
        posting = None
    changes = list(row.changes.order_by("position").values_list("pk", "position", "name"))
    form = AttachmentForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kinds=_kinds_for(actor, row),
        changes=[(str(pk), f"{position} {name}"[:80]) for pk, position, name in changes],
        initial={"seen_hash": row.proposed_hash, "change": request.GET.get("change", "")},
    )
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _attach(actor, row, form.cleaned_data)
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except (WrongState, NotAllowed) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已附上“{made.file_name}”（{made.get_kind_display()}）。")
                return HttpResponseRedirect(reverse("admin:request_attachments", args=[row.pk]))
    files = list(Attachment.objects.of(row).select_related("person", "voided_by"))
    context = {
        "title": f"附件：申请 {row.number}",
        "row": row,
        "files": [(file, may_void(actor, row, file, posting)) for file in files],
        "kept": sum(file.voided_at is None for file in files),
        "void": sum(file.voided_at is not None for file in files),
        "form": form if posting is not None and row.state not in ENDED else None,
        "ended": row.state in ENDED,
        "form_required": stamped_form_required(row),
        "approval": approval_of(row),
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/attachments.html", context, status=status)


def _kinds_for(actor, row: ChangeRequest) -> list[tuple[str, str]]:
    """The kinds this person may choose: the approval only where paper may stand in for a second person."""
    kinds = [(kind.value, kind.label) for kind in OF_REQUESTS]
    if can_act_on_request(actor=actor, request=row, action=RequestAction.EDIT) and not has_second_person(row):
        kinds.append((_APPROVAL.value, _APPROVAL.label))
    return kinds


def _attach(actor, row: ChangeRequest, given: dict) -> Attachment:
    file = given["file"]
    data = file.read()
    if given["kind"] == _APPROVAL:
        return record_approval(
            actor=actor, request=row, file_name=file.name, data=data, dated_on=given["dated_on"], seen_hash=given["seen_hash"]
        )
    change = row.changes.filter(pk=given["change"]).first() if given["change"] else None
    wanted = {name: given[name] for name in ("kind", "number", "dated_on", "note")}
    return attach_to_request(actor=actor, request=row, file_name=file.name, data=data, change=change, **wanted)


@staff_screen(*TAKING_PART)
@require_POST
def attachment_void(request: HttpRequest, key: int, attachment: int) -> HttpResponse:
    """作废, with its reason."""
    row = visible_request(request, key)
    check_takes_part(actor=actor_of(request), request=row)
    found = get_object_or_404(Attachment.objects.of(row), pk=attachment)
    reason = request.POST.get("reason", "").replace("\x00", "")[:300]
    void_attachment(actor=actor_of(request), request=row, attachment=found, reason=reason)
    messages.success(request, f"附件“{found.file_name}”已作废，仍保留备查。")
    return HttpResponseRedirect(reverse("admin:request_attachments", args=[row.pk]))


@staff_screen(*EVERYONE)
@require_safe
def attachment_file(request: HttpRequest, key: int) -> HttpResponse:
    """One file as a download, if its owner may be seen and the bytes are still those that were kept."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), pk=key)
    try:
        with found.file.open("rb") as file:
            data = file.read(settings.ATTACHMENT_LIMIT + 1)
    except FileNotFoundError:
        raise WrongState(f"附件“{found.file_name}”的文件不在存储中，请系统管理员从备份恢复") from None
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise WrongState(f"附件“{found.file_name}”的内容与登记的 SHA-256 不一致，不予下载；请系统管理员从备份恢复")
    response = download(data, found.file_name, found.media_type)
    response["Content-Security-Policy"] = SANDBOX
    return response
