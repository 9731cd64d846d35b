"""Marks on the cells of an open workbook. Knows neither Django nor the database: the limited child uses it too."""

from __future__ import annotations

import re
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.workbook.child import INVALID_TITLE_REGEX
from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "权责清单系统"
TEXT = "@"
CELL_LIMIT = 32_767  # Excel's own
COMMENT_LIMIT = 4_000
FAULT_FILL = PatternFill("solid", start_color="FFF8C9C6")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CUT = "……（本格超过表格软件的字数上限，未能全部列出；请在系统内查看和修改，本格勿改）"


def mark(book: Workbook, refused: Iterable[tuple[str, int, str, str]]) -> None:
    """Colour each cell and say why: (sheet, row, column letters or "", sentence). The first marked sheet is the one shown on opening."""
    first = None
    for name, row, column, sentence in refused:
        if name in book.sheetnames and isinstance(book[name], Worksheet):
            sheet = book[name]
            cell = _place(sheet, row, column)
            cell.fill = FAULT_FILL
            cell.comment = note(f"{cell.comment.text}\n{sentence}" if cell.comment else sentence)
            first = first or sheet
    if first is not None:
        book.active = first
        for sheet in book.worksheets:
            sheet.sheet_view.tabSelected = sheet is first


def _place(sheet: Worksheet, row: int, column: str) -> Cell:
    if column:
        cell = sheet.cell(row, column_index_from_string(column))
    else:
        filled = (each for each in sheet[row] if each.value is not None) if row <= sheet.max_row else ()
        cell = next(iter(filled), None) or sheet.cell(row, 1)
    if isinstance(cell, MergedCell):
        area = next(each for each in sheet.merged_cells.ranges if cell.coordinate in each)
        cell = sheet.cell(area.min_row, area.min_col)
    return cell


def note(text: str) -> Comment:
    """A comment large enough to show its sentence."""
    lines = sum(1 + len(line) // 22 for line in text.split("\n"))
    return Comment(text[:COMMENT_LIMIT], AUTHOR, width=340, height=30 + 20 * min(lines, 20))


def put_text(cell: Cell, text: str) -> None:
    """Put a text into a cell as text, whatever it begins with."""
    cell.value = cell_text(text)
    cell.data_type = "s"


def cell_text(text: str) -> str:
    """The text as a workbook stores it; nothing is cut without a word."""
    if "_" in text:
        text = _ESCAPE.sub("_x005F_", text)
    if len(text) > CELL_LIMIT:
        text = text[: CELL_LIMIT - len(_CUT)] + _CUT
    return text


def title_of(name: str) -> str:
    """A name that Excel accepts for a sheet."""
    return INVALID_TITLE_REGEX.sub("", name)[:31] or "清单"
