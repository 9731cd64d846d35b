"""The forms of the self-evaluation screens. They read what was typed; whether it may be is asked of the acts."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django import forms

from budget.evaluation.models import EvaluationFormat, Indicator, Objective, SelfEvaluation
from budget.evaluation.scoring import Direction, plain
from budget.indicators import INDICATORS
from departments.forms import DayInput
from reviews.forms import PlainForm, text_field

_REQUIRED = {"required": "未填写"}
_FIGURE = re.compile(r"-?\d{1,12}(\.\d{1,4})?", re.ASCII)
_WEIGHT = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_LEVEL1 = ("产出指标", "效益指标", "满意度指标", "成本指标")
_LEVEL2 = (
    *("数量指标", "质量指标", "时效指标", "成本指标"),
    *("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "服务对象满意度"),
)


def read_figure(text: str, pattern: re.Pattern = _FIGURE) -> Decimal | None:
    """A figure as people type it (full width, thousands separators, a per cent sign); None where it is not one."""
    even = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removesuffix("%").replace("−", "-")
    return Decimal(even) if pattern.fullmatch(even) else None


class FigureInput(forms.CharField):
    """A figure with at most four decimals; Decimal or None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    pattern, example = _FIGURE, "最多四位小数，例如 97.5"

    def prepare_value(self, value):
        return plain(value) if isinstance(value, Decimal) else value

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        figure = read_figure(text, self.pattern)
        if figure is None:
            raise forms.ValidationError(f"“{text[:20]}”不是数；{self.example}")
        return figure


class WeightInput(FigureInput):
    pattern, example = _WEIGHT, "填不超过 100 的分值，最多两位小数"


class BeginForm(PlainForm):
    format = forms.ModelChoiceField(
        label="样式", queryset=EvaluationFormat.objects.none(), empty_label=None, error_messages={"required": "选择一种样式"}
    )
    copy_from = forms.ModelChoiceField(
        label="带入目标和指标",
        queryset=SelfEvaluation.objects.none(),
        required=False,
        empty_label="（不带入，从头填写）",
        help_text="可取本资金另一种样式的，或往年的；往年的实际完成值不带入",
    )

    def __init__(self, *args, formats, sources, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["format"].queryset, self.fields["copy_from"].queryset = formats, sources


class HeadForm(PlainForm):
    unit = forms.CharField(label="实施单位", max_length=100, error_messages=_REQUIRED)
    reported_on = forms.DateField(label="填报日期", widget=DayInput, required=False, error_messages={"invalid": "填写年月日"})
    category = forms.ChoiceField(label="项目类别", required=False, choices=[("", "未填"), *SelfEvaluation.Category.choices])
    attribute = forms.ChoiceField(label="项目属性", required=False, choices=[("", "未填"), *SelfEvaluation.Attribute.choices])
    kind = forms.ChoiceField(label="项目类型", required=False, choices=[("", "未填"), *SelfEvaluation.Kind.choices])
    analysis = text_field("偏差大或目标未完成原因分析")
    measures = text_field("改进措施及结果应用方案")


class ObjectiveForm(PlainForm):
    expected = text_field("预期目标", required=True, error_messages=_REQUIRED)
    achieved = text_field("实际完成情况")
    weight = WeightInput(label="分值", max_length=10, error_messages=_REQUIRED)

    def __init__(self, *args, evaluation: SelfEvaluation, **kwargs):
        super().__init__(*args, **kwargs)
        format = evaluation.format.read()
        self.fields["weight"].help_text = f"各目标合计 {plain(format.for_indicators)} 分"
        if not format.by_objective:
            del self.fields["weight"]


class IndicatorForm(PlainForm):
    objective = forms.ModelChoiceField(
        label="年度目标", queryset=Objective.objects.none(), empty_label=None, error_messages={"required": "先写年度目标"}
    )
    level1 = forms.CharField(label="一级指标", max_length=40, error_messages=_REQUIRED)
    level2 = forms.CharField(label="二级指标", max_length=40, error_messages=_REQUIRED)
    name = forms.CharField(label="三级指标", max_length=100, help_text="例如：动态更新次数", error_messages=_REQUIRED)
    direction = forms.ChoiceField(label="方向", choices=Indicator.Measure.choices)
    target = FigureInput(label="目标值", max_length=24, required=False, help_text="定性指标不填")
    target_high = FigureInput(label="目标值上限", max_length=24, required=False, help_text="只有区间填")
    target_text = forms.CharField(label="目标说明", max_length=200, required=False, help_text="定性指标必填，例如：制度建立并运行")
    unit = forms.CharField(label="单位", max_length=20, required=False, help_text="例如：次、项、%")
    weight = WeightInput(label="分值", max_length=10, error_messages=_REQUIRED)
    computed_by = forms.ChoiceField(label="自动计算", required=False, help_text="由清单数据计算实际完成值；提交时固定")

    def __init__(self, *args, evaluation: SelfEvaluation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["objective"].queryset = evaluation.objectives.order_by("order", "pk")
        figures = [(name, f"{each.title}（{each.unit}）") for name, each in INDICATORS.items()]
        self.fields["computed_by"].choices = [("", "不自动计算，人工填写"), *figures]
        format = evaluation.format.read()
        self.suggested = {"level1": _LEVEL1 if format.by_objective else tuple(format.sections), "level2": _LEVEL2}
        for name in self.suggested:
            self.fields[name].widget.attrs["list"] = f"{name}-suggested"


class ReturnForm(PlainForm):
    reason = forms.CharField(label="理由", max_length=300, error_messages=_REQUIRED)


class FormatForm(PlainForm):
    name = forms.CharField(label="名称", max_length=100, help_text="例如：部门项目自评表（10/60/20/10）", error_messages=_REQUIRED)
    layout = forms.ChoiceField(label="表式", choices=EvaluationFormat.Layout.choices)
    execution_weight = WeightInput(label="预算执行分值", max_length=10, error_messages=_REQUIRED)
    sections = forms.CharField(
        label="指标分值",
        max_length=500,
        help_text="与预算执行分值合计 100，例如：产出指标=60；效益指标=20；满意度指标=10",
        error_messages=_REQUIRED,
    )
    bands = forms.CharField(
        label="定性档次",
        max_length=500,
        help_text="从 100 到 0 首尾相接，例如：达成=100-80；部分达成=80-60；未达成=60-0",
        error_messages=_REQUIRED,
    )


class ValuesForm(forms.Form):
    """实际完成值 of all indicators in one table: four fields a row, named by the indicator's key."""

    def __init__(self, *args, indicators: list[Indicator], **kwargs):
        super().__init__(*args, **kwargs)
        self.indicators = indicators
        for row in indicators:
            quality = row.direction == Direction.QUALITY
            if not row.computed_by:
                self.fields[f"actual-{row.pk}"] = FigureInput(
                    label="完成百分数" if quality else "实际完成值", max_length=24, required=False, initial=row.actual
                )
            for name, title, size in (
                ("actual_text", "完成说明", 200),
                ("evidence", "支撑材料", 300),
                ("deviation", "偏差原因及改进措施", 500),
            ):
                self.fields[f"{name}-{row.pk}"] = forms.CharField(
                    label=title, max_length=size, required=False, initial=getattr(row, name)
                )
        for name, field in self.fields.items():
            row = next(each for each in indicators if name.endswith(f"-{each.pk}"))
            field.widget.attrs["aria-label"] = f"{row.name} {field.label}"

    def rows(self) -> list[tuple[Indicator, dict[str, forms.BoundField]]]:
        """Each indicator with its fields."""
        names = ("actual", "actual_text", "evidence", "deviation")
        return [
            (row, {name: self[f"{name}-{row.pk}"] for name in names if f"{name}-{row.pk}" in self.fields})
            for row in self.indicators
        ]

    def values(self) -> dict[int, dict[str, object]]:
        """Key → what was given, for ``set_values``."""
        given: dict[int, dict[str, object]] = {}
        for name, value in self.cleaned_data.items():
            field, key = name.rsplit("-", 1)
            given.setdefault(int(key), {})[field] = value
        return given

    def add_refusal(self, refusal) -> None:
        """Put each broken rule to the value of the indicator it names."""
        by_name = {row.name: f"actual-{row.pk}" for row in self.indicators}
        for violation in refusal.violations:
            self.add_error(by_name.get(violation.where), violation.message)
