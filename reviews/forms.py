"""The forms of the reviews screens. They read what was typed; whether it may be is asked of the acts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone

from departments.models import Department
from qingdan.errors import RuleBroken
from reviews.models import Change, Directive, MeetingDecision, TransferConsent

SECRETS = "涉密事项不得录入。"


class PlainForm(forms.Form):
    """Labels without colons; hints and faults are read out with their field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def add_refusal(self, refusal: RuleBroken) -> None:
        """Put each broken rule to the field whose label it names, else on top of the form."""
        by_label = {str(field.label): name for name, field in self.fields.items()}
        for violation in refusal.violations:
            name = by_label.get(violation.where)
            text = violation.message if name or not violation.where else f"{violation.where}：{violation.message}"
            self.add_error(name, text)


def text_field(label: str, *, required: bool = False, rows: int = 4, **kwargs) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=5_000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def _date(label: str, **kwargs) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class OpinionForm(PlainForm):
    """An act that needs one sentence: 撤回, 退回补正 before a batch."""

    opinion = text_field("意见", rows=3)
    seen_hash = forms.CharField(widget=forms.HiddenInput)


class UploadForm(PlainForm):
    department = forms.ModelChoiceField(label="部门", queryset=Department.objects.none(), empty_label=None)
    file = forms.FileField(
        label="工作簿",
        help_text=f"{SECRETS}可上传 .xlsx、.xls、.docx、.csv，不超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB。",
        error_messages={"required": "选择要上传的文件", "empty": "文件是空的"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.docx,.csv"}),
    )

    def __init__(self, *args, departments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
        self.fields["department"].initial = departments.first()

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(
                f"文件 {file.size / 1024 / 1024:.1f} MB，超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB，拆分后再上传"
            )
        return file


class ProposeForm(PlainForm):
    """What makes a request of an upload: why, by which document, and which unlisted items are to end (``repeal``, item codes)."""

    reason = text_field("调整理由", required=True, rows=3, error_messages={"required": "写明调整理由"})
    document = forms.CharField(label="依据文件", required=False, max_length=300, help_text="标题和文号。有取消的事项时须填写。")
    clear_empty = forms.BooleanField(required=False, widget=forms.HiddenInput)
    repeal = forms.MultipleChoiceField(
        label="文件未列", required=False, error_messages={"invalid_choice": "勾选的事项已有变化，重新核对后再勾选"}
    )
    seen_hash = forms.CharField(required=False, widget=forms.HiddenInput)
    tasks = forms.MultipleChoiceField(
        label="上级决定",
        required=False,
        help_text="本申请答复哪些交办的事项；一个申请只答复一个决定的事项。",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "所选事项已有答复，重新打开本页再选"},
    )

    def __init__(self, *args, absent: list[str] = (), tasks=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["repeal"].choices = [(code, code) for code in absent]
        self.given = {str(task.pk): task for task in tasks}
        self.fields["tasks"].choices = [
            (key, f"{task.directive.number} {task.line or '全文'}"[:120]) for key, task in self.given.items()
        ]

    def clean_tasks(self):
        chosen = [self.given[key] for key in self.cleaned_data["tasks"]]
        if len({task.directive_id for task in chosen}) > 1:
            raise forms.ValidationError("一个申请只答复一个上级决定的事项，另一个决定请另提申请")
        return chosen


class DraftForm(PlainForm):
    """What a request is made for; its changes are added one by one. One department needs no choice."""

    department = forms.ModelChoiceField(label="部门", queryset=Department.objects.none(), empty_label=None, required=False)
    reason = text_field("调整理由", required=True, rows=3, error_messages={"required": "写明调整理由"})
    document = forms.CharField(label="依据文件", required=False, max_length=300, help_text="标题和文号。")
    directive = forms.ModelChoiceField(
        label="上级决定",
        queryset=Directive.objects.none(),
        required=False,
        empty_label="（不是承接上级决定）",
        error_messages={"invalid_choice": "所选的上级决定已不在了，另选"},
    )
    seen_hash = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, departments, directives, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["directive"].queryset = directives
        self.fields["directive"].label_from_instance = lambda row: f"{row.number} {row.title}"
        if len(departments) > 1:
            self.fields["department"].queryset = departments
            self.fields["department"].initial = departments[0]
        else:
            del self.fields["department"]


class ConsentForm(PlainForm):
    """The receiving department's word on a 划转."""

    outcome = forms.ChoiceField(
        label="结论", choices=TransferConsent.Outcome.choices, widget=forms.RadioSelect, error_messages={"required": "选择结论"}
    )
    opinion = text_field("意见", rows=3, help_text="不同意接收须写明理由。")
    seen_seal = forms.CharField(widget=forms.HiddenInput)


class ProfileForm(PlainForm):
    """部门职责; the rows of 职责边界 and 监管制度 are read by the view."""

    main_duties = forms.CharField(
        label="主要职责", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}), help_text="一行一条。"
    )
    reason = text_field("调整理由", required=True, rows=3, error_messages={"required": "写明调整理由"})
    document = forms.CharField(label="依据文件", required=False, max_length=300, help_text="标题和文号，例如三定规定。")
    seen_hash = forms.CharField(widget=forms.HiddenInput)


class BatchForm(PlainForm):
    title = forms.CharField(
        label="批次名称", max_length=200, help_text="例如：第15批动态调整", error_messages={"required": "填写批次名称"}
    )
    requests = forms.MultipleChoiceField(
        label="申请", required=False, error_messages={"invalid_choice": "有申请已不在待汇总之列，刷新后再选"}
    )

    def __init__(self, *args, waiting: list[int], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["requests"].choices = [(key, key) for key in waiting]


class MeetingForm(PlainForm):
    meeting_title = forms.CharField(
        label="会议名称", max_length=100, help_text="例如：市政府第12次常务会议", error_messages={"required": "填写会议名称"}
    )
    held_on = _date("召开日期", error_messages={"required": "填写召开日期"})
    minutes_no = forms.CharField(label="会议纪要文号", required=False, max_length=100)
    outcome = forms.ChoiceField(
        label="审议结果",
        choices=MeetingDecision.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "选择审议结果"},
    )
    opinion = text_field("意见", rows=3, help_text="原则通过、暂缓、不予通过须写明意见。")
    seen_hash = forms.CharField(widget=forms.HiddenInput)


class CallMeetingForm(PlainForm):
    """A meeting before it is held. ``agenda``: one 议题 a line."""

    title = forms.CharField(
        label="会议名称", max_length=100, help_text="例如：市政府第12次常务会议", error_messages={"required": "填写会议名称"}
    )
    number = forms.IntegerField(label="会议次数", required=False, min_value=1, max_value=9_999)
    held_on = _date("召开日期", error_messages={"required": "填写召开日期"})
    agenda = text_field("其他议题", rows=3, help_text="一行一个；调整批次在下一页列入。")


class AgendaForm(PlainForm):
    """One more 议题: a batch, or a report in words."""

    subject = forms.CharField(label="议题", max_length=200, error_messages={"required": "填写议题"})
    batch = forms.ModelChoiceField(label="调整批次", queryset=None, required=False, empty_label="（不是调整批次）")

    def __init__(self, *args, batches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["batch"].queryset = batches


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """One line of the meeting's exceptions as typed: which change of the 送审稿 (by its number there), what of it, why."""

    item: str
    outcome: str
    note: str
    fault: str = ""

    @property
    def empty(self) -> bool:
        return not (self.item.strip() or self.outcome or self.note.strip())


def read_exceptions(data, changes: list[int]) -> tuple[list[ExceptionRow], dict[int, tuple[str, str]]]:
    """(lines as typed with their faults, change key → (outcome, note)); ``changes``: the keys in the order of the 送审稿."""
    rows, found = [], {}
    names = data.getlist("exception_item"), data.getlist("exception_outcome"), data.getlist("exception_note")
    for item, outcome, note in zip(*names, strict=False):
        row = ExceptionRow(item, outcome, note)
        fault = "" if row.empty else _fault(row, len(changes))
        key = changes[int(_leading(item)) - 1] if not row.empty and not fault else None
        if key in found:
            fault = "同一事项写了两次"
        elif key is not None:
            found[key] = (outcome, note.strip())
        rows.append(ExceptionRow(item, outcome, note, fault))
    return rows, found


def _fault(row: ExceptionRow, count: int) -> str:
    number = _leading(row.item)
    if not number or not 1 <= int(number) <= count:
        return f"写送审稿中的序号（1 至 {count}）"
    if row.outcome not in (Change.Outcome.DEFERRED, Change.Outcome.REFUSED):
        return "选择暂缓或不予通过"
    return "" if row.note.strip() else "写明原因"


def _leading(text: str) -> str:
    match = re.match(r"\s*(\d{1,6})", text)
    return match.group(1) if match else ""


class ConfirmForm(PlainForm):
    """A final act. The password is asked again, through the same lock-out as the log-in."""

    seen_hash = forms.CharField(widget=forms.HiddenInput)
    password = forms.CharField(
        label="您的登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "公布须再次输入密码"},
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self):
        user = authenticate(self.request, username=self.request.user.get_username(), password=self.cleaned_data["password"])
        if user is None or user.pk != self.request.user.pk:
            raise forms.ValidationError("密码不对")
        return ""


class PublishForm(ConfirmForm):
    """The last step of a batch: its notice and days."""

    notice_title = forms.CharField(label="公布文件标题", max_length=200, error_messages={"required": "填写公布文件标题"})
    notice_no = forms.CharField(label="公布文号", max_length=100, error_messages={"required": "填写公布文号"})
    published_on = _date("公布日期", initial=timezone.localdate)
    effective_on = _date("生效日期", initial=timezone.localdate, help_text="可晚于公布日期，到期自动生效。")

    field_order = ["notice_title", "notice_no", "published_on", "effective_on", "seen_hash", "password"]
