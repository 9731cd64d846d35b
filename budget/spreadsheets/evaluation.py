"""The self-evaluation form as a workbook: the same cells as the page, merged where they span."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from budget.evaluation.form import COLUMNS, Form
from qingdan.paper.blocks import Cell

_EDGE = Side(style="thin")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_WRAPPED = Alignment(wrap_text=True, vertical="center")
_CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")
_WIDTH, _LINE, _LETTERS = 13, 15, 6


def form_workbook(form: Form) -> bytes:
    """One sheet, A4 landscape, one page wide. Every cell is text: nothing in it is ever computed by a spreadsheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "自评表"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for column in range(1, COLUMNS + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
    row = _line(sheet, 1, form.title, Font(bold=True, size=16), _CENTRED)
    for section in form.sections:
        if section.heading:
            row = _line(sheet, row + 1, section.heading, Font(bold=True), _WRAPPED)
        for cells in section.rows:
            row = _write(sheet, row, cells)
        for note in section.notes:
            row = _line(sheet, row, note, Font(size=9), _WRAPPED)
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


def _line(sheet: Worksheet, row: int, text: str, font: Font, alignment: Alignment) -> int:
    """A text across the whole sheet; the number of the next row."""
    _put(sheet, row, 1, COLUMNS, text, font, alignment)
    sheet.row_dimensions[row].height = max(_height(text, COLUMNS), 24 if font.b else 0)
    return row + 1


def _write(sheet: Worksheet, row: int, cells: tuple[Cell, ...]) -> int:
    column = 1
    for each in cells:
        text = "".join(words for words, _mark in each.runs)
        at = _put(sheet, row, column, each.span, text, Font(bold=each.label), _CENTRED if each.label else _WRAPPED)
        for covered in range(column, column + each.span):
            sheet.cell(row, covered).border = _BORDER
        at.border = _BORDER
        column += each.span
    texts = [("".join(words for words, _mark in each.runs), each.span) for each in cells]
    sheet.row_dimensions[row].height = max(_height(text, span) for text, span in texts)
    return row + 1


def _put(sheet: Worksheet, row: int, column: int, span: int, text: str, font: Font, alignment: Alignment):
    at = sheet.cell(row, column)
    at.value, at.data_type = ILLEGAL_CHARACTERS_RE.sub("", text), "s"
    at.font, at.alignment = font, alignment
    if span > 1:
        sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + span - 1)
    return at


def _height(text: str, span: int) -> int:
    """Points that a wrapped text of Chinese letters needs across ``span`` columns."""
    lines = sum(1 + (len(line) - 1) // (_LETTERS * span) if line else 1 for line in text.split("\n"))
    return _LINE * lines + 4
