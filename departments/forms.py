"""Forms of the screens for 系统管理员. They read what was typed; the acts decide."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from departments.models import Department, MailChoice, Posting, Region, User
from departments.posts import Post


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


def today():
    return timezone.localdate()


class RosterUploadForm(forms.Form):
    file = forms.FileField(label="工作簿（.xlsx，不超过 2 MB）", widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}))


class MailForm(forms.Form):
    often = forms.ChoiceField(label="发送方式", choices=MailChoice.Often.choices)
    email = forms.EmailField(
        label="电子邮箱",
        max_length=200,
        required=False,
        help_text="只发标题和链接；请填工作邮箱",
        error_messages={"invalid": "不是邮箱地址"},
    )

    def clean(self):
        given = super().clean()
        if given.get("often") not in (None, MailChoice.Often.NEVER) and not given.get("email") and "email" not in self.errors:
            self.add_error("email", "选择了发送，须填写邮箱")
        return given


class NewAccountForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(label="登录名", max_length=60)
    phone = forms.CharField(label="手机", max_length=30, required=False)


class GrantPostingForm(forms.Form):
    post = forms.ChoiceField(label="岗位", choices=Post.choices)
    department = forms.ModelChoiceField(
        label="部门", queryset=Department.objects.none(), required=False, help_text="经办人、部门负责人、财务经办、财务复核填部门"
    )
    region = forms.ModelChoiceField(
        label="行政区划",
        queryset=Region.objects.none(),
        required=False,
        help_text="审查、汇总、常务会记录、审计等岗位填行政区划；三员都不填",
    )
    from_on = forms.DateField(label="任职自", initial=today, widget=DayInput)
    to_on = forms.DateField(label="任职至", required=False, widget=DayInput, help_text="当日起不再任职；长期任职不填")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.in_being().select_related("region")
        self.fields["department"].label_from_instance = lambda row: f"{row.name}（{row.region}）"
        self.fields["region"].queryset = Region.objects.order_by("code")


class DeputyForm(forms.Form):
    deputy = forms.ModelChoiceField(
        label="代办人", queryset=User.objects.none(), help_text="本地区的在任人员；没有合适的人选时请系统管理员先授予任一岗位"
    )
    from_on = forms.DateField(label="自", initial=today, widget=DayInput)
    to_on = forms.DateField(label="至", widget=DayInput, help_text="当日起不再代办；一次不超过 92 天")
    reason = forms.CharField(label="事由", max_length=200, required=False, help_text="例如：年休假")

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = candidates
        self.fields["deputy"].label_from_instance = lambda row: f"{row.name}（{row.username}）"


class EndPostingForm(forms.Form):
    posting = forms.ModelChoiceField(queryset=Posting.objects.none(), widget=forms.HiddenInput)
    on = forms.DateField(label="自何日起不再任职", initial=today, widget=DayInput)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["posting"].queryset = user.postings.filter(to_on=None)


class EndAccountForm(forms.Form):
    on = forms.DateField(label="自何日起停用", initial=today, widget=DayInput)
    successor = forms.ModelChoiceField(
        label="工作交接给", queryset=User.objects.none(), required=False, help_text="须在同一部门任职；未办结的事项会列在其工作台"
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = User.objects.colleagues_of(user)
        self.fields["successor"].label_from_instance = lambda row: f"{row.name}（{row.username}）"


class DepartmentForm(forms.ModelForm):
    """What stands beside code and name."""

    class Meta:
        model = Department
        fields = (
            "short_name",
            "kind",
            "uscc",
            "order",
            "liaison",
            "address",
            "hours",
            "phone",
            "phone_confirmed_on",
            "established_on",
        )
        widgets = {"phone_confirmed_on": DayInput, "established_on": DayInput}

    def validate_unique(self):
        """The act says it, in its own words."""

    def validate_constraints(self):
        """The act says it, in its own words."""


class NewDepartmentForm(DepartmentForm):
    class Meta(DepartmentForm.Meta):
        fields = ("region", "code", "name", *DepartmentForm.Meta.fields)


class RenameForm(forms.Form):
    name = forms.CharField(label="新名称", max_length=100)
    short_name = forms.CharField(label="新简称", max_length=60, required=False)
    on = forms.DateField(label="自何日起", initial=today, widget=DayInput)
    reason = forms.CharField(label="依据", help_text="例如：鄂编发〔2019〕3号", max_length=300)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(label="并入", queryset=Department.objects.none())
    on = forms.DateField(label="自何日起", initial=today, widget=DayInput)
    reason = forms.CharField(label="依据", max_length=300)
    typed = forms.CharField(label="输入本部门代码确认", max_length=40)

    def __init__(self, *args, department: Department, **kwargs):
        super().__init__(*args, **kwargs)
        self.code = department.code
        others = Department.objects.in_being().filter(region=department.region).exclude(pk=department.pk)
        self.fields["into"].queryset = others.order_by("order", "code")

    def clean_typed(self):
        return _typed(self.cleaned_data["typed"], self.code)


class CloseForm(forms.Form):
    on = forms.DateField(label="自何日起", initial=today, widget=DayInput)
    reason = forms.CharField(label="依据", max_length=300)
    typed = forms.CharField(label="输入本部门代码确认", max_length=40)

    def __init__(self, *args, department: Department, **kwargs):
        super().__init__(*args, **kwargs)
        self.code = department.code

    def clean_typed(self):
        return _typed(self.cleaned_data["typed"], self.code)


def _typed(text: str, code: str) -> str:
    if text.strip() != code:
        raise forms.ValidationError("与部门代码不一致")
    return text
