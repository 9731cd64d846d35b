"""Stamped scans on the pages of a meeting and of a filing: the form that attaches one, the list, and 作废."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from departments.people import Actor
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken
from reviews.file_kinds import ACCEPT, WORDS
from reviews.forms import SECRETS, PlainForm
from reviews.models import Attachment, Filing, Meeting
from reviews.scans import may_void_scan, void_scan

_KEEPERS = (Post.COUNCIL, Post.PUBLISHER, Post.LEGALITY)


class ScanForm(PlainForm):
    """One stamped scan with the number and the date that stand on it."""

    file = forms.FileField(
        label="扫描件",
        help_text=f"{SECRETS}{WORDS}，不超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB；按内容识别，不看后缀。",
        error_messages={"required": "选择要上传的文件", "empty": "文件是空的"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    number = forms.CharField(label="文号", max_length=100, error_messages={"required": "填写文件上的文号"})
    dated_on = forms.DateField(
        label="成文日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "填写文件上的成文日期", "invalid": "写成 2024-05-06"},
    )
    note = forms.CharField(label="说明", required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        # It stands beside other forms of the page, whose fields have names like its own.
        super().__init__(*args, **{"auto_id": "scan_%s", **kwargs})

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.ATTACHMENT_LIMIT:
            raise forms.ValidationError(f"文件超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB，压缩扫描精度或拆开后再上传")
        return file


class MinutesForm(ScanForm):
    """The stamped minutes, and whether they tell of the report on suspensions."""

    heard = forms.BooleanField(label="纪要载明会议听取了上列紧急暂停事项的报告", required=False)


def scans_of(actor: Actor, owner: Meeting | Filing) -> list[tuple[Attachment, bool]]:
    """Every scan of a meeting or a filing, those declared void too, and whether the reader may declare it so."""
    files = Attachment.objects.of(owner).select_related("person", "voided_by")
    return [(file, may_void_scan(actor, owner, file)) for file in files]


def attach_given(request: HttpRequest, form: ScanForm, attach: Callable[..., Attachment]) -> bool:
    """Whether what the form holds was attached; what is wrong with it stands in the form."""
    if not form.is_valid():
        return False
    given = dict(form.cleaned_data)
    file = given.pop("file")
    try:
        made = attach(file_name=file.name, data=file.read(), **given)
    except RuleBroken as refusal:
        form.add_refusal(refusal)
        return False
    messages.success(request, f"已附上“{made.file_name}”（{made.number}）。")
    return True


@staff_screen(*_KEEPERS)
@require_POST
def scan_void(request: HttpRequest, key: int) -> HttpResponse:
    """作废, with its reason; back to the page of what it belongs to."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), pk=key)
    models = {"reviews.meeting": Meeting, "reviews.filing": Filing}
    if found.owner_type not in models:
        raise Http404
    owner = models[found.owner_type].objects.get(pk=found.owner_id)
    reason = request.POST.get("reason", "").replace("\x00", "")[:300]
    void_scan(actor=actor_of(request), owner=owner, attachment=found, reason=reason)
    messages.success(request, f"扫描件“{found.file_name}”已作废，仍保留备查。")
    if isinstance(owner, Meeting):
        return HttpResponseRedirect(reverse("admin:meeting", args=[owner.pk]))
    return HttpResponseRedirect(reverse("admin:edition_filing", args=[owner.edition_id]))
