"""Forms of what happens outside of a request: 紧急暂停 and 更正, 机构改革, places of publication, 备案, 读者纠错."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from reviews.forms import PlainForm, text_field
from reviews.forms import _date as date_field
from reviews.later_states import ReportAction
from reviews.models import FilingResult, Reform


class SuspensionForm(PlainForm):
    """Why an item is suspended or corrected, and the notice that says so."""

    reason = text_field("理由", required=True, rows=3, error_messages={"required": "写明理由"})
    document = forms.CharField(label="依据文件", required=False, max_length=300)
    notice_title = forms.CharField(label="公布文件标题", max_length=200, error_messages={"required": "填写公布文件标题"})
    notice_no = forms.CharField(label="公布文号", max_length=100, error_messages={"required": "填写公布文号"})


class NoticeForm(PlainForm):
    """Where and since when a notice stands."""

    place = forms.ModelChoiceField(label="公布地点", queryset=None, error_messages={"required": "选择公布地点"})
    placed_on = date_field("公布日期", initial=timezone.localdate, error_messages={"required": "填写公布日期"})
    address = forms.CharField(label="网址或位置", required=False, max_length=300)

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places


class FileForm(PlainForm):
    """The papers of a filing."""

    number = forms.CharField(label="备案报告文号", max_length=100, error_messages={"required": "填写备案报告文号"})
    report = text_field("备案报告", required=True, rows=8, error_messages={"required": "填写备案报告"})
    explanation = text_field("起草说明", required=True, rows=6, error_messages={"required": "填写起草说明"})
    basis = text_field("制定依据", required=True, rows=4, error_messages={"required": "填写制定依据"})


class RegisterFilingForm(PlainForm):
    registered_no = forms.CharField(label="备案登记号", max_length=100, error_messages={"required": "填写备案登记号"})


class ResultForm(PlainForm):
    """What the examination of a filing came to; its faults are read by the view."""

    outcome = forms.ChoiceField(
        label="审查结果",
        choices=FilingResult.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "选择审查结果"},
    )
    number = forms.CharField(label="文号", max_length=100, error_messages={"required": "填写文号"})
    opinion = text_field("意见", rows=4, help_text="要求补正、审查建议须写明意见。")


class ReformForm(PlainForm):
    """A department that goes into another, or gets another name."""

    kind = forms.ChoiceField(
        label="类型", choices=Reform.Kind.choices, widget=forms.RadioSelect, error_messages={"required": "选择类型"}
    )
    department = forms.ModelChoiceField(label="部门", queryset=None, error_messages={"required": "选择部门"})
    into = forms.ModelChoiceField(label="承接部门", queryset=None, required=False, help_text="并入时选择。")
    new_name = forms.CharField(label="新名称", required=False, max_length=100, help_text="更名时填写。")
    reason = text_field("依据", required=True, rows=3, error_messages={"required": "写明机构改革方案或者批复"})
    meeting = forms.CharField(label="审议会议", max_length=100, error_messages={"required": "填写审议会议"})
    decided_on = date_field("审议日期", error_messages={"required": "填写审议日期"})
    notice_title = forms.CharField(label="公布文件标题", max_length=200, error_messages={"required": "填写公布文件标题"})
    notice_no = forms.CharField(label="公布文号", max_length=100, error_messages={"required": "填写公布文号"})

    def __init__(self, *args, departments, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("department", "into"):
            self.fields[name].queryset = departments


class ReportAnswerForm(PlainForm):
    """What the department answers to a 读者纠错."""

    action = forms.ChoiceField(
        label="结论",
        choices=[
            (ReportAction.ACCEPT.value, "已更正拟办：属实，提出调整申请"),
            (ReportAction.REJECT.value, "不属实：清单没有错"),
            (ReportAction.SETTLE.value, "已处理：已另行处理，不必调整清单"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "选择已更正拟办、不属实或已处理"},
    )
    answer = text_field(
        "答复内容",
        required=True,
        rows=4,
        help_text="读者凭查询号看到这段话；不写读者的姓名和联系方式。",
        error_messages={"required": "写明答复"},
    )
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "页面已过期，重新打开后再办理"})


class ReportRedactionForm(PlainForm):
    """Which words of a 读者纠错 are taken out, and why."""

    parts = forms.MultipleChoiceField(
        label="遮蔽",
        choices=[("text", "读者所述"), ("answer", "答复")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "选择要遮蔽的内容"},
    )
    reason = text_field(
        "理由", required=True, rows=2, help_text="记入审计，不要重复被遮蔽的内容。", error_messages={"required": "写明理由"}
    )
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "页面已过期，重新打开后再办理"})
