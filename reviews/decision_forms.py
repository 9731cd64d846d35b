"""The forms of reviewers: a decision with its reasons and ticks, a mark on one change, the answer to a limited revision."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from departments.models import Department
from qingdan.errors import RuleBroken
from qingdan.items.kinds import ChangeKind
from reviews.forms import PlainForm, text_field
from reviews.models import ChangeMark, ChangeWord, ChecklistRow, Confirmation, Decision
from reviews.states import Part
from reviews.waivers import Warned, rule_warned, waiver_label

_WAIVE = "waive_"
_MOST_LINES = 60


class DecisionForm(PlainForm):
    """A reviewer's word. ``parts``: those for which he may speak now; one alone needs no choice. ``warned``: what needs a reason to pass.

    ``tick``: positions that he ticked on the page, ``ticked_as``: what of them; ``checked``: keys of the checklist's rows.
    """

    outcome = forms.ChoiceField(
        label="结论", choices=Decision.Outcome.choices, widget=forms.RadioSelect, error_messages={"required": "选择结论"}
    )
    ticked_as = forms.ChoiceField(
        label="勾选的调整", required=False, choices=ChangeWord.choices, initial=ChangeWord.RETURNED, widget=forms.RadioSelect
    )
    opinion = text_field("意见", help_text="退回补正、不予通过须写明意见；勾选的调整没有单独意见的，用这一条。")
    part = forms.ChoiceField(label="审查部分", required=False, widget=forms.RadioSelect)
    checked = forms.MultipleChoiceField(label="审查要点", required=False)
    seen_hash = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args, parts: list[str] = (), warned: Iterable[Warned] = (), checklist: Iterable[ChecklistRow] = (), **kwargs
    ):
        super().__init__(*args, **kwargs)
        if len(parts) > 1:
            self.fields["part"].choices = [(part, Part(part).label) for part in parts]
        else:
            del self.fields["part"]
        self.checklist = list(checklist)
        self.fields["checked"].choices = [(row.pk, row.text) for row in self.checklist]
        posted = [rule_warned(name.removeprefix(_WAIVE)) for name in self.data if name.startswith(_WAIVE)]
        for each in [*warned, *filter(None, posted)]:
            self.ask_reason(each)

    def ask_reason(self, warned: Warned) -> None:
        """A field for the reason for which one rule's warning is passed."""
        places = f"（{warned.places} 处）" if warned.places else ""
        self.fields.setdefault(
            _WAIVE + warned.number,
            text_field(waiver_label(warned.number), rows=2, help_text=f"{warned.sentence}{places}"),
        )

    def add_refusal(self, refusal: RuleBroken) -> None:
        """Also the reasons that nobody knew would be asked."""
        for violation in refusal.violations:
            if violation.rule == "S07" and (warned := rule_warned(violation.where.partition(" ")[0])):
                self.ask_reason(warned)
        super().add_refusal(refusal)

    @property
    def reason_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_WAIVE)]

    @property
    def reasons(self) -> dict[str, str]:
        """Rule → reason, as typed."""
        return {
            name.removeprefix(_WAIVE): text for name, text in self.cleaned_data.items() if name.startswith(_WAIVE) and text.strip()
        }


class MarkForm(PlainForm):
    """A mark on one change. ``element`` and ``note`` come in lines, as many as were written."""

    word = forms.ChoiceField(
        label="标记", choices=ChangeMark.Word.choices, error_messages={"required": "选择通过、退回补正或不予通过"}
    )
    opinion = text_field("意见", rows=3, help_text="退回补正、不予通过的理由；也可以留到最后统一写一条。")
    seen_hash = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.lines: list[tuple[str, str]] = []
        if data is not None:
            typed = zip(data.getlist("element")[:_MOST_LINES], data.getlist("note")[:_MOST_LINES], strict=False)
            self.lines = [(element, note) for element, note in typed if element or note.strip()]

    def clean(self):
        given = super().clean()
        note_field = forms.CharField(required=False, max_length=500)
        fields = []
        for element, note in self.lines:
            try:
                fields.append((element, note_field.clean(note)))
            except forms.ValidationError as fault:
                self.add_error(None, forms.ValidationError([f"补正要求：{message}" for message in fault.messages]))
        given["fields"] = fields if given.get("word") == ChangeMark.Word.RETURNED else []
        return given


class AnswerForm(PlainForm):
    """确认 or 重新审查 of a limited revision."""

    answer = forms.ChoiceField(label="答复", choices=Confirmation.Answer.choices, error_messages={"required": "选择确认或重新审查"})
    opinion = text_field("意见", rows=2, help_text="重新审查须写明理由。")
    part = forms.ChoiceField(label="审查部分", required=False, choices=Part.choices)
    seen_hash = forms.CharField(widget=forms.HiddenInput)


class OnBehalfForm(PlainForm):
    """编办代提: which items of which department are to end or to stop, why, and how the department was told."""

    department = forms.ModelChoiceField(
        label="部门",
        queryset=Department.objects.none(),
        error_messages={"required": "选择部门", "invalid_choice": "不是本地区的部门"},
    )
    kind = forms.ChoiceField(
        label="调整类型",
        choices=[(kind.value, kind.label) for kind in (ChangeKind.REPEAL, ChangeKind.SUSPEND)],
        widget=forms.RadioSelect,
        error_messages={"required": "选择取消或暂停"},
    )
    codes = text_field("事项编码", required=True, help_text="一行一个，写本系统编码。", error_messages={"required": "写明事项编码"})
    reason = text_field("调整理由", required=True, rows=3, error_messages={"required": "写明调整理由"})
    document = forms.CharField(
        label="依据文件", max_length=300, help_text="标题和文号。", error_messages={"required": "写明依据文件"}
    )
    notified = forms.CharField(
        label="告知部门",
        max_length=300,
        help_text="何时、以何种方式告知，例如：2026年3月2日发催办函（襄编办函〔2026〕8号）。",
        error_messages={"required": "写明何时、以何种方式告知了部门"},
    )

    def __init__(self, *args, departments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments

    def clean_codes(self) -> list[str]:
        codes = list(dict.fromkeys(self.cleaned_data["codes"].split()))
        if len(codes) > 200:
            raise forms.ValidationError(f"一次最多 200 项，现在 {len(codes)} 项，请分次提出")
        return codes
