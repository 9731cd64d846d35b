"""The forms of the money screens. They read what was typed; whether it may be is asked of the acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.conf import settings
from django.utils import timezone

from budget.models import BudgetLine, EconomicClass, Fund
from budget.money import read_yuan, yuan_text
from budget.pace.models import GoalOutlook
from budget.pace.outlook import FIELDS
from departments.forms import DayInput
from departments.models import Department
from qingdan.errors import RuleBroken
from reviews.forms import PlainForm

_PASTE_LIMIT = 500_000
_REQUIRED = {"required": "未填写"}


class YuanInput(forms.CharField):
    """An amount in 元 as people type it; ``1,234.50``, ``１２３４.5元`` are both read."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        amount = read_yuan(text)
        if amount is None:
            raise forms.ValidationError(f"“{text[:20]}”不是金额；填元，最多两位小数，例如 1234.50")
        return amount


class FundForm(PlainForm):
    department = forms.ModelChoiceField(label="部门", queryset=Department.objects.none(), error_messages=_REQUIRED)
    year = forms.IntegerField(label="年度", error_messages=_REQUIRED)
    name = forms.CharField(label="资金名称", max_length=100, help_text="例如：行政审批制度改革", error_messages=_REQUIRED)
    source = forms.CharField(label="资金来源", max_length=100, help_text="例如：市财政局拨付", error_messages=_REQUIRED)
    approval = forms.CharField(label="批复文件", max_length=200, required=False, help_text="例如：人大批复的部门预算文号")
    accounts_only = forms.BooleanField(
        label="只有决算数", required=False, help_text="往年没有预算数的资金：只登记支出，执行率显示“无数据”"
    )

    def __init__(self, *args, departments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
        self.fields["department"].initial = departments.first()
        self.fields["year"].initial = timezone.localdate().year


class LineForm(PlainForm):
    """One new line. ``classes``: every 款 that the line holds."""

    name = forms.CharField(label="预算行", max_length=60, error_messages=_REQUIRED)
    heading = forms.CharField(label="归入", max_length=60, required=False, help_text="几行合出一个小计时填同一名称")
    classes = forms.ModelMultipleChoiceField(
        label="支出经济分类",
        queryset=EconomicClass.objects.none(),
        help_text="合列的各款都选（按住 Ctrl 多选），例如水电费选水费和电费",
        error_messages={"required": "至少选一个"},
    )
    original = YuanInput(label="年初预算", max_length=30, help_text="元；年中新增的行填 0，再办追加", error_messages=_REQUIRED)

    def __init__(self, *args, fund: Fund, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["classes"]
        field.queryset = EconomicClass.objects.filter(system=EconomicClass.System.DEPARTMENT)
        field.label_from_instance = lambda row: str(row) if row.verified else f"{row}（未核实）"
        field.widget.attrs["size"] = 8
        headings = fund.lines.exclude(heading="").order_by("order").values_list("heading", flat=True)
        self.headings = list(dict.fromkeys(headings))
        self.fields["heading"].widget.attrs["list"] = "headings"
        if fund.accounts_only:
            del self.fields["original"]


class AdjustmentForm(PlainForm):
    """追加 names the line that gets more, 调减 the one that gets less, 调剂 both."""

    from_line = forms.ModelChoiceField(
        label="调出", queryset=BudgetLine.objects.none(), required=False, empty_label="（不调出，追加）"
    )
    to_line = forms.ModelChoiceField(
        label="调入", queryset=BudgetLine.objects.none(), required=False, empty_label="（不调入，调减）"
    )
    amount = YuanInput(label="金额", max_length=30, help_text="元", error_messages=_REQUIRED)
    decided_on = forms.DateField(label="日期", widget=DayInput, error_messages={**_REQUIRED, "invalid": "填写年月日"})
    document = forms.CharField(label="文件", max_length=200, help_text="批准调整的文号", error_messages=_REQUIRED)
    reason = forms.CharField(label="理由", max_length=300, error_messages=_REQUIRED)

    def __init__(self, *args, rests: dict[BudgetLine, str], **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("from_line", "to_line"):
            _offer(self.fields[name], rests)


class EntryForm(PlainForm):
    """One row of the entry table."""

    voucher = forms.CharField(label="凭证号", max_length=60, error_messages=_REQUIRED)
    spent_on = forms.DateField(label="日期", widget=DayInput, error_messages={**_REQUIRED, "invalid": "填写年月日"})
    line = forms.ModelChoiceField(
        label="预算行",
        queryset=BudgetLine.objects.none(),
        empty_label=None,
        error_messages={**_REQUIRED, "invalid_choice": "选择本资金的预算行"},
    )
    amount = YuanInput(label="金额", max_length=30, error_messages=_REQUIRED)
    payee = forms.CharField(label="收款人", max_length=100, error_messages=_REQUIRED)
    purpose = forms.CharField(label="用途", max_length=300, error_messages=_REQUIRED)

    def __init__(self, *args, rests: dict[BudgetLine, str], **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self.fields["line"], rests)
        for field in self.fields.values():
            field.widget.attrs.update({"form": "entry", "aria-label": field.label})

    def focus_next(self) -> None:
        """The cursor stands where the hand goes on: at the first fault, else at the voucher of the next row."""
        first = next((name for name in self.fields if name in self.errors), "voucher") if self.is_bound else "voucher"
        self.fields[first].widget.attrs["autofocus"] = True


class ImportForm(PlainForm):
    """Vouchers from a file, or rows pasted from a spreadsheet."""

    file = forms.FileField(
        label="凭证表",
        required=False,
        help_text=f"明细账或国库支付导出表：.xlsx、.xls、.csv，不超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB",
        error_messages={"empty": "文件是空的"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    pasted = forms.CharField(
        label="或粘贴表格",
        required=False,
        max_length=_PASTE_LIMIT,
        strip=False,
        help_text="从电子表格复制，连同表头（凭证号、日期、摘要……）一起粘贴",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(f"文件超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB，请拆分后再上传")
        return file

    def given(self) -> tuple[str, bytes]:
        """(name, bytes) of what was given; no bytes if nothing was."""
        file = self.cleaned_data.get("file")
        if file:
            return file.name, file.read()
        return "粘贴的表格", self.cleaned_data.get("pasted", "").strip("\r\n").encode()


class MonthForm(PlainForm):
    """What the finance book says of a month."""

    stated = YuanInput(
        label="账簿支出合计", max_length=30, help_text="元；财务账簿本月借方减贷方，没有支出填 0", error_messages=_REQUIRED
    )
    explanation = forms.CharField(
        label="差额说明", max_length=300, required=False, help_text="与本系统不同时必填：差在哪几笔、何时处理"
    )


class ReversalForm(PlainForm):
    voucher = forms.CharField(label="凭证号", max_length=60, help_text="红字凭证自己的号", error_messages=_REQUIRED)
    reversed_on = forms.DateField(label="日期", widget=DayInput, error_messages={**_REQUIRED, "invalid": "填写年月日"})
    reason = forms.CharField(label="理由", max_length=300, help_text="例如：科目记错，另行登记", error_messages=_REQUIRED)


class CloseFundForm(PlainForm):
    typed = forms.CharField(label="输入年度确认", max_length=10, error_messages=_REQUIRED)

    def __init__(self, *args, fund: Fund, **kwargs):
        super().__init__(*args, **kwargs)
        self.year = str(fund.year)

    def clean_typed(self):
        if self.cleaned_data["typed"].strip() != self.year:
            raise forms.ValidationError(f"与年度 {self.year} 不一致")
        return self.year


class ReopenFundForm(PlainForm):
    reason = forms.CharField(label="理由", max_length=300, error_messages=_REQUIRED)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1_000_000_000, error_messages=_REQUIRED)


class DeviationForm(PlainForm):
    """Reason and measure of one of ``standings``: the lines, or the fund (the choice without a line), that are off their plan."""

    line = forms.ModelChoiceField(
        label="预算行",
        queryset=BudgetLine.objects.none(),
        required=False,
        error_messages={"invalid_choice": "选择偏差超过界限的预算行"},
    )
    reason = forms.CharField(label="偏差原因", max_length=300, error_messages=_REQUIRED)
    measure = forms.CharField(label="改进措施", max_length=300, error_messages=_REQUIRED)

    def __init__(self, *args, standings, month: int, **kwargs):
        super().__init__(*args, **kwargs)
        field, self.month = self.fields["line"], month
        told = {row.line.pk: f"{row.name}（{row.deviation:+} 个百分点）" for row in standings if row.line}
        of_fund = next((row for row in standings if row.line is None), None)
        field.queryset = BudgetLine.objects.filter(pk__in=told)
        field.label_from_instance = lambda line: told[line.pk]
        field.empty_label = f"合计（{of_fund.deviation:+} 个百分点）" if of_fund else None
        field.required = of_fund is None
        field.error_messages["required"] = "选择偏差超过界限的预算行"


class OutlookForm(forms.Form):
    """目标监控 in one table: four fields a goal, named by the goal's place in ``goals`` (三级指标)."""

    def __init__(self, *args, goals: Sequence[str], said: Mapping[str, GoalOutlook], **kwargs):
        super().__init__(*args, **kwargs)
        self.goals = goals
        for number, goal in enumerate(goals):
            for name in FIELDS:
                given = GoalOutlook._meta.get_field(name)
                attrs = {"aria-label": f"{goal} {given.verbose_name}"}
                common = {"label": given.verbose_name, "required": False, "initial": getattr(said.get(goal), name, "")}
                if given.choices:
                    field = forms.ChoiceField(choices=[("", "未填"), *given.choices], widget=forms.Select(attrs=attrs), **common)
                else:
                    field = forms.CharField(max_length=given.max_length, widget=forms.TextInput(attrs=attrs), **common)
                self.fields[f"{name}-{number}"] = field

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each goal with its fields, in the order of the table."""
        return [(goal, [self[f"{name}-{number}"] for name in FIELDS]) for number, goal in enumerate(self.goals)]

    def given(self) -> dict[str, dict[str, str]]:
        """What was written, for ``watch_goals``."""
        cleaned = self.cleaned_data
        return {goal: {name: cleaned[f"{name}-{number}"] for name in FIELDS} for number, goal in enumerate(self.goals)}

    def add_refusal(self, refusal: RuleBroken) -> None:
        """Every fault of a goal under its reason, the others above the form."""
        for each in refusal.violations:
            field = f"remark-{self.goals.index(each.where)}" if each.where in self.goals else None
            self.add_error(field, each.message)


class LimitForm(PlainForm):
    points = forms.IntegerField(label="偏差界限", help_text="百分点，1 至 100；超过的须说明原因和措施", error_messages=_REQUIRED)


class ProposalForm(PlainForm):
    """What next year's budget is reckoned from; 0 where it is not known."""

    rounds = _count("本年轮次")
    next_rounds = _count("计划轮次")
    prints = _count("本年印数")
    next_prints = _count("计划印数")


def _offer(field: forms.ModelChoiceField, rests: dict[BudgetLine, str]) -> None:
    """The fund's lines, each with what is left of it."""
    field.queryset = BudgetLine.objects.filter(pk__in=[line.pk for line in rests])
    told = {line.pk: rest for line, rest in rests.items()}
    field.label_from_instance = lambda line: f"{line.name}（余 {told[line.pk]}）" if told[line.pk] else line.name


def rests_of(book) -> dict[BudgetLine, str]:
    """Line → what is left of it in 元, as the pages say it; '' where no budget is known."""
    return {row.line: "" if row.figures.rest is None else yuan_text(row.figures.rest) for row in book.rows}
