"""支撑材料 of a fund and the 业务制度 of its department: the lists, the files that came, one zip of it all."""

from __future__ import annotations

import tempfile

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budget.evidence import keeping as acts
from budget.evidence.package import Listed, evidence_of, read_file, regulations_of, write_package
from budget.guards import FundAct, check_can_act, fund_acts
from budget.indicators import INDICATORS
from budget.models import Evidence, Fund, Indicator, Regulation
from budget.queries import READERS
from budget.views.pages import attempt, fund_page, visible_fund
from departments.forms import DayInput
from departments.posts import Post
from departments.site import actor_of, staff_screen
from reviews.file_kinds import ACCEPT, WORDS
from reviews.forms import PlainForm
from reviews.models import Attachment
from reviews.views.attachments import SANDBOX
from reviews.views.pages import attachment

_FORM = ["GET", "HEAD", "POST"]
_REQUIRED = {"required": "未填写"}
_KINDS = {"material": Evidence, "regulation": Regulation}
_SPOOLED = 8 * 1024 * 1024


def _file_field(*, required: bool) -> forms.FileField:
    return forms.FileField(
        label="文件",
        required=required,
        help_text=f"{WORDS}，不超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB；按内容识别。涉密材料不得上传。",
        error_messages={"required": "选择要上传的文件", "empty": "文件是空的"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )


class EvidenceForm(PlainForm):
    indicator = forms.CharField(
        label="指标", max_length=100, error_messages=_REQUIRED, widget=forms.TextInput(attrs={"list": "indicators"})
    )
    needed = forms.CharField(label="所需材料", max_length=200, help_text="例如：公布文件、会议纪要", error_messages=_REQUIRED)
    owed_by = forms.CharField(label="提供单位或人", max_length=100, error_messages=_REQUIRED)
    due_on = forms.DateField(label="期限", required=False, widget=DayInput, error_messages={"invalid": "填写年月日"})


class FileForm(PlainForm):
    file = _file_field(required=True)
    note = forms.CharField(label="说明", max_length=300, required=False)

    def clean_file(self):
        return _in_limit(self.cleaned_data["file"])


class RegulationForm(PlainForm):
    name = forms.CharField(label="制度名称", max_length=200, error_messages=_REQUIRED)
    number = forms.CharField(label="文号", max_length=100, error_messages=_REQUIRED)
    issued_on = forms.DateField(label="日期", widget=DayInput, error_messages={**_REQUIRED, "invalid": "填写年月日"})
    file = _file_field(required=False)

    def clean_file(self):
        return _in_limit(self.cleaned_data["file"])


def _in_limit(file):
    if file and file.size > settings.ATTACHMENT_LIMIT:
        raise forms.ValidationError(f"文件超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB，压缩扫描精度或拆开后再上传")
    return file


def _page(
    request: HttpRequest, fund: Fund, title: str, rows: list[Listed], form: PlainForm, kind: str, status: int
) -> HttpResponse:
    context = {
        "rows": rows,
        "kind": kind,
        "lacking": sum(not each.came for each in rows),
        "form": form,
        "indicators": _indicators(fund) if kind == "material" else [],
        "today": timezone.localdate(),
        "may_keep": FundAct.KEEP_EVIDENCE in fund_acts(actor_of(request), fund),
    }
    return fund_page(request, "fund_evidence.html", fund, title, status=status, **context)


def _indicators(fund: Fund) -> list[str]:
    """Names to choose from: those of the fund's self-evaluation, then the computed ones."""
    named = Indicator.objects.filter(evaluation__fund=fund).values_list("name", flat=True)
    return list(dict.fromkeys([*named, *(each.title for each in INDICATORS.values())]))


@staff_screen(*READERS)
@require_http_methods(_FORM)
def fund_evidence(request: HttpRequest, key: int) -> HttpResponse:
    """Per indicator what is needed, who owes it, what came; the clerk adds a row."""
    fund, actor, status = visible_fund(request, key), actor_of(request), 200
    form = EvidenceForm(request.POST or None)
    if request.method == "POST":
        check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
        made, status = attempt(form, lambda given: acts.ask_evidence(actor=actor, fund=fund, **given))
        if made:
            messages.success(request, f"已列入：{made}，由{made.owed_by}提供。")
            return redirect("admin:fund_evidence", fund.pk)
    return _page(request, fund, "支撑材料目录", evidence_of(fund), form, "material", status)


@staff_screen(*READERS)
@require_http_methods(_FORM)
def fund_regulations(request: HttpRequest, key: int) -> HttpResponse:
    """The register of 业务制度; the clerk adds one, with its text."""
    fund, actor, status = visible_fund(request, key), actor_of(request), 200
    form = RegulationForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
        made, status = attempt(form, lambda given: acts.register_regulation(actor=actor, fund=fund, **_with_bytes(given)))
        if made:
            messages.success(request, f"已登记{made}。")
            return redirect("admin:fund_regulations", fund.pk)
    return _page(request, fund, "业务制度", regulations_of(fund), form, "regulation", status)


def _with_bytes(given: dict) -> dict:
    file = given.pop("file")
    return {**given, "file_name": file.name, "data": file.read()} if file else given


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evidence_bring(request: HttpRequest, key: int, kind: str, row: int) -> HttpResponse:
    """A file that came for one row."""
    fund, actor, status = visible_fund(request, key), actor_of(request), 200
    owner = get_object_or_404(_rows(fund, kind), pk=row)
    check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        made, status = attempt(
            form,
            lambda given: acts.bring_evidence(actor=actor, fund=fund, owner=owner, note=given.pop("note"), **_with_bytes(given)),
        )
        if made:
            messages.success(request, f"已收到“{made.file_name}”。")
            return redirect(_list_name(kind), fund.pk)
    back = _list_name(kind)
    return fund_page(request, "fund_evidence_bring.html", fund, "上传材料", status=status, form=form, owner=owner, back=back)


def _list_name(kind: str) -> str:
    return "admin:fund_evidence" if kind == "material" else "admin:fund_regulations"


def _rows(fund: Fund, kind: str) -> QuerySet:
    if kind not in _KINDS:
        raise Http404
    return Evidence.objects.filter(fund=fund) if kind == "material" else Regulation.objects.filter(department=fund.department)


def _file(fund: Fund, file: int) -> tuple[str, Evidence | Regulation, Attachment]:
    """The attachment of this number with its kind and owner, if it belongs to the fund or to its department's register."""
    for kind, model in _KINDS.items():
        found = Attachment.objects.filter(owner_type=model._meta.label_lower, pk=file).first()
        owner = _rows(fund, kind).filter(pk=found.owner_id).first() if found else None
        if owner is not None:
            return kind, owner, found
    raise Http404


@staff_screen(*READERS)
@require_safe
def fund_evidence_file(request: HttpRequest, key: int, file: int) -> HttpResponse:
    """One file as a download, if its bytes are still those that were kept."""
    _kind, _owner, found = _file(visible_fund(request, key), file)
    response = attachment(read_file(found), found.file_name, found.media_type)
    response["Content-Security-Policy"] = SANDBOX
    return response


@staff_screen(Post.FUND_CLERK)
@require_POST
def fund_evidence_void(request: HttpRequest, key: int, file: int) -> HttpResponse:
    fund = visible_fund(request, key)
    kind, owner, found = _file(fund, file)
    reason = request.POST.get("reason", "").replace("\x00", "")
    acts.void_evidence(actor=actor_of(request), fund=fund, owner=owner, attachment=found, reason=reason)
    messages.success(request, f"“{found.file_name}”已作废，仍保留备查。")
    return redirect(_list_name(kind), fund.pk)


@staff_screen(*READERS)
@require_safe
def fund_evidence_package(request: HttpRequest, key: int) -> HttpResponse:
    """The list and every file in force as one zip."""
    fund = visible_fund(request, key)
    to = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - the response closes it
    write_package(fund, to)
    to.seek(0)
    return FileResponse(to, as_attachment=True, filename=f"{fund}支撑材料.zip", content_type="application/zip")
