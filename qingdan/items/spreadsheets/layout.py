"""How a list looks as a sheet: its columns, their widths, closed values, the locked code column, and text that stays text.

Every cell is text (number format ``@``, type ``s``): a value that begins with ``=`` is shown, never computed. Column A is our own code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from qingdan.items.cells import to_cell
from qingdan.items.content import ItemContent
from qingdan.items.elements import BY_KEY, ELEMENTS, Element
from qingdan.items.intake.headings import OUR_CODE
from qingdan.items.models import Category, SubKind
from qingdan.items.spreadsheets.marks import TEXT, note, put_text

ITEM_CODE = "item_code"
LIST_SHEET = "清单"
# The 大项 stands in 事项名称, its 子项 beside it, as published tables have it; a column 大项名称 besides would say it twice.
_FIRST = ("name", "sub_name", "category", "sub_kind", "department_name", "codes")
_LEFT_OUT = frozenset({*_FIRST, "major_name"})
KEYS: tuple[str, ...] = (*_FIRST, *(element.key for element in ELEMENTS if element.key not in _LEFT_OUT))

_WIDTHS = {ITEM_CODE: 16, "name": 36, "sub_name": 30, "category": 14, "department_name": 22, "codes": 30}
_WIDTHS_BY_KIND = {"choice": 12, "flag": 12, "text": 28, "codes": 30}
_BASES_WIDTH = 60
_NARROW = frozenset({"supervision_phone", "phone", "visits", "legal_time", "promised_time", "sub_kind"})
# Shown even where nobody said anything: their default is an answer.
_ALWAYS = frozenset({"state", *(element.key for element in ELEMENTS if element.kind == "flag")})
_SPARE_ROWS = 2_000

WRAPPED = Alignment(wrap_text=True, vertical="top")
HEAD_FONT = Font(bold=True, color="FF0B4A8F")
HEAD_FILL = PatternFill("solid", start_color="FFE6EFFA")
REQUIRED_FILL = PatternFill("solid", start_color="FFFFF3D6")
REQUIRED_FONT = Font(bold=True, color="FF6B4500")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its element key (or ITEM_CODE), the heading, and the closed values that its drop-down offers.

    ``strict``: the spreadsheet refuses anything else; otherwise it asks first.
    """

    key: str
    label: str
    choices: tuple[str, ...] = ()
    strict: bool = True

    @property
    def element(self) -> Element:
        return BY_KEY[self.key]

    @property
    def width(self) -> int:
        if self.key in _WIDTHS:
            return _WIDTHS[self.key]
        if self.key in _NARROW:
            return 16
        return _WIDTHS_BY_KIND.get(self.element.kind, _BASES_WIDTH)


def columns(*, category: Category | None = None, keys: Sequence[str] = KEYS, with_code: bool = True) -> list[Column]:
    """The columns of a list, in order; the drop-downs of a single ``category`` offer only what belongs to it."""
    kinds = SubKind.objects.filter(category=category) if category else SubKind.objects.all()
    named = [category] if category else Category.objects.all()
    offered = {"category": tuple(each.name for each in named), "sub_kind": tuple(kind.name for kind in kinds)}
    made = [Column(key, BY_KEY[key].label, offered.get(key, BY_KEY[key].choices), key != "sub_kind") for key in keys]
    return [Column(ITEM_CODE, OUR_CODE), *made] if with_code else made


def texts_of(content: ItemContent, shown: Sequence[Column]) -> Iterator[str]:
    """The text of every column of an item, our code left out; empty where the item has nothing there."""
    filled = content.model_fields_set
    for column in shown:
        element = column.element
        if column.key == "name":
            yield content.major_name or content.name
        elif element.attribute in filled or column.key in _ALWAYS:
            yield to_cell(content, element)
        else:
            yield ""


def set_up(sheet: Worksheet, shown: Sequence[Column], *, locked: bool) -> None:
    """Widths, text format, frozen heading and filter. ``locked`` protects heading and code column, without a password."""
    sheet.freeze_panes = "D2" if shown[0].key == ITEM_CODE else "B2"
    sheet.sheet_format.defaultRowHeight = 48
    sheet.sheet_format.customHeight = True
    for number, column in enumerate(shown, 1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column.width
        dimension.number_format = TEXT
        dimension.alignment = WRAPPED
        dimension.protection = Protection(locked=column.key == ITEM_CODE)
    if locked:
        sheet.protection.sheet = True
        # In OOXML these say what is forbidden.
        for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
            setattr(sheet.protection, allowed, False)


def heading(sheet: Worksheet, column: Column, *, required: bool = False, hint: str = "") -> WriteOnlyCell:
    """The heading cell; what is required is marked by colour and comment, never in the text that is read back."""
    cell = text_cell(sheet, column.label)
    cell.font = REQUIRED_FONT if required else HEAD_FONT
    cell.fill = REQUIRED_FILL if required else HEAD_FILL
    if hint:
        cell.comment = note(hint)
    return cell


def body_cells(sheet: Worksheet, shown: Sequence[Column]) -> list[WriteOnlyCell]:
    """The sample row: one styled cell a column."""
    cells = []
    for column in shown:
        cell = text_cell(sheet, "")
        cell.protection = Protection(locked=column.key == ITEM_CODE)
        cells.append(cell)
    return cells


def text_cell(sheet: Worksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell.number_format = TEXT
    cell.alignment = WRAPPED
    put_text(cell, text)
    return cell


def offer_choices(sheet: Worksheet, shown: Iterable[Column], rows: int) -> None:
    """Drop-downs for closed values, down to well below the last row so that new rows have them too."""
    for number, column in enumerate(shown, 1):
        if column.choices:
            validation = DataValidation(
                type="list",
                formula1=f'"{",".join(column.choices)}"',
                allow_blank=True,
                showErrorMessage=True,
                errorStyle="stop" if column.strict else "warning",
                errorTitle=column.label,
                error=f"请从下拉列表中选择：{'、'.join(column.choices)}"[:255],
            )
            letter = get_column_letter(number)
            validation.add(f"{letter}2:{letter}{rows + _SPARE_ROWS}")
            sheet.data_validations.append(validation)


def write_lines(sheet: Worksheet, lines: Iterable[str]) -> None:
    """A page of plain lines in column A, one cell each, so that no reader takes it for a table or a form."""
    sheet.column_dimensions["A"].width = 110
    for line in lines:
        sheet.append([text_cell(sheet, line)])
