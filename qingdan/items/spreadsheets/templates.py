"""An empty sheet to fill in: the elements of one category, with what is required marked and what is closed offered."""

from __future__ import annotations

import io

from openpyxl import Workbook

from qingdan.items.elements import BY_KEY, label_of
from qingdan.items.models import Category, RequiredElement
from qingdan.items.spreadsheets import guidance, layout
from qingdan.items.spreadsheets.marks import AUTHOR, title_of

# Elements that only these categories have; everything else is common to all.
ONLY = {
    "penalty": {"02"},
    "discretion": {"02"},
    "penalty_basis": {"02"},
    "compulsory_kind": {"03"},
    "collection_scope": {"04"},
}
_NOT_FOR_NEW_ITEMS = frozenset({"state", "demo"})
_HINTS = {
    "name": "没有子项的事项，只填本栏；有子项的，本栏填大项名称。",
    "sub_name": "子项每个一行；没有子项的留空。",
    "category": "可以留空：按工作表名称确定类别。",
    "department_name": "可以留空：按上传时所选的部门。",
    "codes": "每行一个，写作“编码名称：编码”。",
    "duties": "按序号分行填写，与责任事项依据的序号对应。",
    "duty_bases": "按序号分行填写，与责任事项的序号对应。",
}


def empty_template(*, category: Category) -> bytes:
    """A workbook with one empty sheet for items of ``category`` and a 填写说明."""
    sources = dict(RequiredElement.objects.filter(category=category).values_list("element", "source"))
    shown = layout.columns(category=category, keys=elements_of(category, set(sources)), with_code=False)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title_of(category.name))
    layout.set_up(sheet, shown, locked=False)
    sheet.append([_heading(sheet, column, sources) for column in shown])
    layout.offer_choices(sheet, shown, 0)
    layout.write_lines(
        book.create_sheet(guidance.GUIDE_SHEET),
        guidance.template_lines(category, [column.label for column in shown if column.key in sources]),
    )
    book.properties.creator = AUTHOR
    book.properties.title = f"{category.name}事项填报表"
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


def elements_of(category: Category, required: set[str]) -> list[str]:
    """The element keys that an item of ``category`` may have; 办理信息 only where it is 依申请, or required."""
    has_kinds = category.sub_kinds.exists()
    keys = []
    for key in layout.KEYS:
        foreign = category.code not in ONLY.get(key, {category.code}) or (key == "sub_kind" and not has_kinds)
        service = BY_KEY[key].section == "service" and category.default_initiation != "applied"
        if key in required or not (foreign or service or key in _NOT_FOR_NEW_ITEMS):
            keys.append(key)
    return keys


def _heading(sheet, column: layout.Column, sources: dict[str, str]):
    required = column.key in sources
    hint = [f"必填：{label_of(column.key)}。依据：{sources[column.key]}" if required else "", _HINTS.get(column.key, "")]
    return layout.heading(sheet, column, required=required, hint="\n".join(filter(None, hint)))
