"""Cells that must not be trusted, whatever table they stand in."""

from __future__ import annotations

import re

from qingdan.items.intake.draft import Draft, too_long
from qingdan.items.intake.grid import Sheet, letters

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|错误值)")


def suspect_rows(sheet: Sheet) -> set[int]:
    """The rows of which the file itself says something bad."""
    return {row for row, _ in (*sheet.formulas, *sheet.errors, *sheet.long, *sheet.odd)}


def check_cells(sheet: Sheet, draft: Draft, row: int, cells: list[str], fill: dict, used: set[int], suspect: set[int]) -> None:
    """Cells that must not be trusted: formulas, error values, control characters, over-long ones."""
    joined = "\n".join(cells)
    if _CONTROL.search(joined):
        for c in used:
            if c < len(cells) and _CONTROL.search(cells[c]):
                draft.refuse(c, "I12", f"的 {letters(c)} 列含有不可见的控制字符；请删除后重新输入该单元格", row=row)
    if "#" in joined:
        for c in used:
            if c < len(cells) and _ERROR.fullmatch(cells[c].strip()) and (row, c) not in sheet.errors:
                draft.refuse(c, "I10", f"的 {letters(c)} 列是错误值 {cells[c].strip()}；请改为正确的内容", row=row)
    origins = [(c, (row, c)) for c in used] if row in suspect else []
    origins += [(c, place) for c, place in fill.items() if c in used and place[0] in suspect]
    for c, place in sorted(origins):
        if place in sheet.errors:
            draft.refuse(c, "I10", f"的 {letters(c)} 列是错误值（如 #REF!）；请改为正确的内容", row=row)
        elif place in sheet.formulas:
            draft.refuse(c, "I09", f"的 {letters(c)} 列是公式；请复制后用“选择性粘贴—数值”改为文字", row=row)
        if place in sheet.long:
            draft.refuse(c, "I08", f"的 {letters(c)} 列{too_long(sheet.long[place])}", row=row)
