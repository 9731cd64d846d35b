"""The forms of decisions from above. They read what was typed; whether it may be is asked of the acts."""

from __future__ import annotations

import datetime

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from departments.models import Department, Region
from departments.working_days import Calendar
from reviews.forms import PlainForm
from reviews.models import ChangeRequest, Directive, DirectiveTask, Limit
from reviews.models.limits import Duty
from reviews.tasks import REASON_LIMIT

PASTE_LIMIT = 200_000


def _day(label: str, **kwargs) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def default_due() -> datetime.date | None:
    """By when a task is to be answered, from the table of limits; None where it has no row."""
    days = Limit.objects.days(Duty.ANSWER)
    return Calendar().add(timezone.localdate(), days) if days else None


class TableForm(PlainForm):
    """Where lines come from: a file, or rows pasted from a spreadsheet; ``due_on`` for rows that name no date of their own."""

    due_on = _day("统一的答复期限", required=False, help_text="表格中没有单独写期限的事项用这个期限；默认按办理时限表。")
    file = forms.FileField(
        label="事项表",
        required=False,
        help_text=f"可上传 .xlsx、.xls、.docx、.csv，不超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB。",
        error_messages={"empty": "文件是空的"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.docx,.csv"}),
    )
    pasted = forms.CharField(
        label="或粘贴表格",
        required=False,
        max_length=PASTE_LIMIT,
        help_text="从电子表格复制，连同表头（类型、内容、责任部门……）一起粘贴。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(f"文件超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB，请拆分后再上传")
        return file

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = default_due

    @property
    def table(self) -> bytes:
        """The bytes that were given; empty if none."""
        if self.cleaned_data.get("file"):
            return self.cleaned_data["file"].read()
        return self.cleaned_data.get("pasted", "").encode()


class DirectiveForm(TableForm):
    """The head of a decision, and optionally its lines."""

    level = forms.ChoiceField(label="发文层级", choices=Directive.Level.choices, error_messages={"required": "选择发文层级"})
    issuer = forms.CharField(label="发文机关", max_length=100, error_messages={"required": "填写发文机关"})
    number = forms.CharField(
        label="文号", max_length=100, help_text="例如：鄂政发〔2026〕5号", error_messages={"required": "填写文号"}
    )
    title = forms.CharField(label="标题", max_length=300, error_messages={"required": "填写标题"})
    decided_on = _day("成文日期", error_messages={"required": "填写成文日期"})
    parent = forms.ModelChoiceField(
        label="上位决定",
        queryset=Directive.objects.none(),
        required=False,
        empty_label="（没有；国务院、省的决定单独计一批）",
        help_text="本决定是落实哪个上级决定的。有上位决定的不另计一批。",
        error_messages={"invalid_choice": "所选的上位决定不在可选之列"},
    )
    field_order = ["level", "issuer", "number", "title", "decided_on", "parent", "due_on", "file", "pasted"]

    def __init__(self, *args, parents: QuerySet[Directive], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = parents
        self.fields["parent"].label_from_instance = lambda row: f"{row.number} {row.title}"[:80]


class GiveForm(PlainForm):
    """交办: which lines to whom, by when. ``counties`` stand for the departments there that match the chosen ones."""

    lines = forms.MultipleChoiceField(label="事项", required=False, error_messages={"invalid_choice": "所选事项不在本决定中"})
    departments = forms.MultipleChoiceField(label="部门", required=False, error_messages={"invalid_choice": "所选部门不在可选之列"})
    counties = forms.MultipleChoiceField(label="下放至", required=False, error_messages={"invalid_choice": "所选地区不在可选之列"})
    due_on = _day("答复期限", error_messages={"required": "填写答复期限"})

    def __init__(self, *args, lines: list[int], departments: list[Department], counties: list[Region], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = default_due
        self.fields["lines"].choices = [(key, key) for key in lines]
        self.fields["departments"].choices = [(each.pk, each.name) for each in departments]
        self.fields["counties"].choices = [(each.pk, each.name) for each in counties]


class AnswerForm(PlainForm):
    """One step on a task with its words, bound to the revision that was seen."""

    words = forms.CharField(
        label="理由",
        required=False,
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"超过 {REASON_LIMIT} 字"},
    )
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)


class RequestAnswerForm(PlainForm):
    """Which request of the department answers which of its tasks of one decision."""

    request = forms.ModelChoiceField(
        label="调整申请",
        queryset=ChangeRequest.objects.none(),
        empty_label="（选择申请）",
        error_messages={"required": "选择申请", "invalid_choice": "所选申请不在可选之列"},
    )
    tasks = forms.MultipleChoiceField(
        label="答复的事项", required=False, error_messages={"invalid_choice": "所选事项已有答复，刷新后再选"}
    )

    def __init__(self, *args, requests: QuerySet[ChangeRequest], tasks: list[DirectiveTask], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["request"].queryset = requests
        self.fields["request"].label_from_instance = lambda row: f"{row.number} {row.reason}"[:60]
        self.fields["tasks"].choices = [(task.pk, str(task.line or "全文")) for task in tasks]
