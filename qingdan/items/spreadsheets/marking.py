"""Refusals as the user's own workbook: the faulty cells coloured, the sentence in a comment.

A workbook is opened and saved in a limited child process, after the same strict look at its archive as at intake; what is no .xlsx, or is
too large to be opened whole, comes back as a new workbook with the grid as it was read.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from qingdan.items.intake.child import read_sheets
from qingdan.items.intake.grid import Sheet
from qingdan.items.spreadsheets import marks

WALL_SECONDS = 40
_ROOT = str(Path(__file__).resolve().parents[3])
_BOOT = "import sys; sys.path.append(sys.argv[1]); from qingdan.items.spreadsheets.marker import main; main()"

Refused = tuple[str, int, str, str]


def marked_workbook(*, data: bytes, file_name: str, refused: Iterable[Refused]) -> bytes:
    """``data`` (.xlsx, .xls, .docx or .csv that intake could read) as an .xlsx with ``refused`` marked in it.

    ``refused`` are (sheet, row from 1, column letters or "", sentence); without a column the row's first filled cell is marked. Several
    sentences of one cell stand together. Raises UnreadableFile where intake would.
    """
    wanted = [tuple(each) for each in refused]
    own = _by_child(data, wanted)
    return own if own is not None else _rebuilt(data, file_name, wanted)


def _by_child(data: bytes, refused: Sequence[Refused]) -> bytes | None:
    """The user's own workbook with the marks; None where it is none, or the child gave up."""
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(json.dumps(refused).encode() + b"\n" + data)
        question.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", _BOOT, _ROOT],
                stdin=question,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
                cwd="/",
                timeout=WALL_SECONDS,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            return None
        answer.seek(0)
        return answer.read()


def _rebuilt(data: bytes, file_name: str, refused: Sequence[Refused]) -> bytes:
    """A new workbook with the grid as it was read: texts, merged cells, what was hidden."""
    _, sheets = read_sheets(data)
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _copy(sheet, book.create_sheet(marks.title_of(sheet.name)))
    book.properties.title = file_name
    marks.mark(book, [(marks.title_of(sheet), *rest) for sheet, *rest in refused])
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


def _copy(sheet: Sheet, to: Worksheet) -> None:
    for number, row in enumerate(sheet.rows, 1):
        for column, text in enumerate(row, 1):
            if text:
                cell = to.cell(number, column)
                cell.number_format = marks.TEXT
                marks.put_text(cell, text)
    for first, left, last, right in sheet.merged:
        to.merge_cells(start_row=first, start_column=left + 1, end_row=last, end_column=right + 1)
    for row in sheet.hidden_rows:
        to.row_dimensions[row].hidden = True
    for column in range(1, max(map(len, sheet.rows), default=0) + 1):
        dimension = to.column_dimensions[get_column_letter(column)]
        dimension.width = 24
        dimension.hidden = column - 1 in sheet.hidden_columns
    if sheet.hidden:
        to.sheet_state = "hidden"
