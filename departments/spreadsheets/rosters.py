"""The workbooks of the two rosters: read as grids of text, and written as templates to fill in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from departments.rosters.tables import Column, NotARoster

SIZE_LIMIT = 2 * 1024 * 1024
# What openpyxl may unpack: its memory grows with the parts of the file, not with the file.
UNPACKED_LIMIT = 20 * 1024 * 1024
_PART_LIMIT, _ROW_LIMIT, _COLUMN_LIMIT = 64, 5_000, 60


@dataclass(frozen=True)
class Grid:
    """One sheet as text."""

    name: str
    rows: list[list[str]]
    hidden: bool


def read_grids(data: bytes) -> list[Grid]:
    """The sheets of an .xlsx; a formula is its text (``=A1``). Raises NotARoster for anything else, and for what would take much memory."""
    if len(data) > SIZE_LIMIT:
        raise NotARoster("文件超过 2 MB，请只留名册所在的工作表")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
        if len(parts) > _PART_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
            raise NotARoster("工作簿内容过大，请新建工作簿，只粘贴名册的文字")
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        return [Grid(sheet.title, _rows(sheet), sheet.sheet_state != "visible") for sheet in book.worksheets]
    except NotARoster:
        raise
    except Exception as error:  # whatever a stranger's file makes the library trip over
        raise NotARoster("不是能读的 .xlsx 工作簿，请另存为 .xlsx 再上传") from error


def _rows(sheet) -> list[list[str]]:
    rows = []
    for number, values in enumerate(sheet.iter_rows(max_col=_COLUMN_LIMIT, values_only=True), start=1):
        if number <= _ROW_LIMIT:
            rows.append(["" if value is None else str(value) for value in values])
        elif any(value is not None for value in values):
            raise NotARoster(
                f"工作表“{sheet.title}”在第 {number} 行还有内容，最多读 {_ROW_LIMIT} 行；请删去多余的行，或分成几个文件"
            )
    return rows


def template(title: str, columns: Sequence[Column], examples: Sequence[Sequence[str]]) -> bytes:
    """An .xlsx with the head in the first row, every cell as text, and a sheet 填写说明 with one line a column and the examples."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place, column.label + ("*" if column.required else ""))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EFFA")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 22
        for row in range(2, 301):
            sheet.cell(row, place).number_format = "@"
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("填写说明")
    notes.append(["列", "说明"])
    for column in columns:
        notes.append([column.label, column.hint])
    notes.append([])
    notes.append(["示例（请照此填在第一张表中）"])
    for row in ([column.label for column in columns], *examples):
        notes.append(list(row))
    notes.column_dimensions["A"].width = 24
    notes.column_dimensions["B"].width = 80
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
