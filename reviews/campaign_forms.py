"""The forms of campaigns and of 催办. They read what was typed; whether it may be is asked of the acts."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from departments.models import Department
from departments.working_days import Calendar
from qingdan.items.elements import SECTIONS
from qingdan.items.models import Category
from reviews.campaigns import TEXT_LIMIT, WORDS_LIMIT
from reviews.completeness import CHECKABLE
from reviews.forms import PlainForm
from reviews.models import Campaign
from reviews.urging import TEXT_LIMIT as URGE_LIMIT

# Working days that a 催办 gives, unless its writer sets another day.
URGE_WITHIN = 3


def _day(label: str, **kwargs) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class CampaignForm(PlainForm):
    """The notice of a campaign and its scope."""

    kind = forms.ChoiceField(label="类型", choices=Campaign.Kind.choices, error_messages={"required": "选择类型"})
    number = forms.CharField(
        label="通知文号", max_length=100, help_text="例如：襄审改办〔2026〕3号", error_messages={"required": "填写通知文号"}
    )
    title = forms.CharField(
        label="名称", max_length=200, help_text="例如：2026年权责清单要素完善", error_messages={"required": "填写名称"}
    )
    text = forms.CharField(label="通知内容", required=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 6}))
    due_on = _day("期限", error_messages={"required": "填写期限"})
    departments = forms.ModelMultipleChoiceField(
        label="部门",
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "选择部门",
            "invalid_choice": "所选部门不在可选之列",
            "invalid_pk_value": "所选部门不在可选之列",
        },
    )
    categories = forms.ModelMultipleChoiceField(
        label="权力类别",
        queryset=Category.objects.order_by("order"),
        required=False,
        help_text="都不选即全部类别。",
        widget=forms.CheckboxSelectMultiple,
    )
    elements = forms.MultipleChoiceField(
        label="须完善的要素",
        required=False,
        help_text="范围内的每个事项都须填写。不选要素的，由部门自行清理后报告。",
        choices=[
            (title, [(element.key, element.label) for element in CHECKABLE if element.section == section])
            for section, title in SECTIONS.items()
            if any(element.section == section for element in CHECKABLE)
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "没有这样的要素"},
    )

    def __init__(self, *args, departments: QuerySet[Department], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["departments"].queryset = departments
        self.fields["departments"].initial = [department.pk for department in departments]


class ReportForm(PlainForm):
    """What a department reports, or why a report is not accepted; bound to the revision that was seen."""

    words = forms.CharField(
        label="说明",
        required=False,
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"超过 {WORDS_LIMIT} 字"},
    )
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)


class CloseForm(PlainForm):
    words = forms.CharField(
        label="说明",
        required=False,
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有部门没有报告的，写明结束的理由。",
    )


class UrgeForm(PlainForm):
    text = forms.CharField(
        label="催办内容",
        max_length=URGE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "写明催办内容"},
    )
    due_on = _day("限期", error_messages={"required": "填写限期"}, help_text="请部门在哪一天前办理。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = Calendar().add(timezone.localdate(), URGE_WITHIN)
