"""A whole item as a plain form: one field an element, each written as its spreadsheet cell is."""

from __future__ import annotations

from django import forms

from qingdan.items.cells import to_cell
from qingdan.items.content import NAME_LIMIT, TEXT_LIMIT, ItemContent
from qingdan.items.elements import ELEMENTS
from qingdan.items.intake.contents import to_content
from qingdan.items.intake.reading import ReadRow
from qingdan.items.rules import SUBSTANCE
from reviews.forms import PlainForm

# What such a form never changes: whose the item is, what it is, its codes and whether it stands in the list.
_FIXED = frozenset({"department_name", "category", "name", "sub_name", "major_name", "codes", "state", "counted"})
_EDITABLE = tuple(each for each in ELEMENTS if each.key not in _FIXED and not each.key.startswith("not_public"))
_PAIRED = ("duties", "duty_bases")


class ContentForm(PlainForm):
    """``content``: the item as it stands. What is left as it is keeps its value, byte for byte."""

    note = forms.CharField(
        label="会议意见",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会议纪要中关于本项的意见。",
        error_messages={"required": "写明会议意见"},
    )
    item_name = forms.CharField(label="事项名称", max_length=NAME_LIMIT)
    seen_hash = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, content: ItemContent, corrects: bool = False, **kwargs):
        """``corrects``: only the elements that a 更正 may mend, and none of the meeting's fields."""
        super().__init__(*args, **kwargs)
        self.present = content
        self.editable = editable = tuple(each for each in _EDITABLE if not corrects or each.attribute not in SUBSTANCE)
        if corrects:
            del self.fields["note"], self.fields["seen_hash"], self.fields["item_name"]
        else:
            self.fields["item_name"].initial = content.name
        for element in editable:
            text = to_cell(content, element)
            rows = min(12, max(1, text.count("\n") + len(text) // 60 + 1))
            self.fields[f"e_{element.key}"] = forms.CharField(
                label=element.label,
                required=False,
                strip=False,
                initial=text,
                max_length=TEXT_LIMIT * 5,
                widget=forms.Textarea(attrs={"rows": rows}),
            )

    def element_fields(self) -> list:
        """Bound fields of the elements: filled ones, then empty ones, each in official order."""
        named = [self["item_name"]] if "item_name" in self.fields else []
        every = [*named, *(self[f"e_{element.key}"] for element in self.editable)]
        return sorted(every, key=lambda field: not (field.value() or "").strip())

    def content(self) -> ItemContent:
        """What was typed, on top of what stands. Raises RuleBroken (C01, C02) naming each faulty element."""
        cells = {}
        for element in self.editable:
            typed, before = self.cleaned_data[f"e_{element.key}"].replace("\r\n", "\n"), to_cell(self.present, element)
            if typed.strip() != before.strip():
                cells[element.key] = typed
        if any(key in cells for key in _PAIRED):
            for element in self.editable:
                if element.key in _PAIRED:
                    cells.setdefault(element.key, to_cell(self.present, element))
        name, major = self.cleaned_data.get("item_name", self.present.name).strip(), self.present.major_name
        row = ReadRow("", 0, "", self.present.category, major or name, name if major else "", (), cells)
        return to_content(
            row,
            base=self.present,
            department_code=self.present.department_code,
            department_name=self.present.department_name,
            clear_empty=True,
        )
