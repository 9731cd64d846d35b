"""Builders of the files that offices send, and the count of their rows that owes nothing to the reader."""

from __future__ import annotations

import csv
from io import BytesIO
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[3]


def real_rows(source: str) -> list[dict[str, str]]:
    """The published rows of one source in fixtures/real/items_sample.csv."""
    with (ROOT / "fixtures/real/items_sample.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["source"] == source]


def workbook(
    sheets: dict[str, list[list]], *, merge: dict[str, list[str]] | None = None, hidden_rows=(), hidden_sheets=()
) -> bytes:
    """An .xlsx with these sheets; ``merge`` gives ranges a sheet, ``hidden_rows`` are (sheet, row)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merge or {}).get(name, ()):
            sheet.merge_cells(area)
        if name in hidden_sheets:
            sheet.sheet_state = "hidden"
    for name, row in hidden_rows:
        book[name].row_dimensions[row].hidden = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def filled_rows(data: bytes) -> set[tuple[str, int]]:
    """(sheet, row) of every row of an .xlsx that holds anything but blanks, as openpyxl sees it."""
    book = openpyxl.load_workbook(BytesIO(data))
    return {
        (sheet.title, number)
        for sheet in book.worksheets
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
        if any(value is not None and str(value).strip() for value in row)
    }


def fates(reading) -> list[tuple[str, int]]:
    return [(row.sheet, row.row) for row in (*reading.items, *reading.refused, *reading.ignored)]


def assert_accounted(reading, expected: set[tuple[str, int]]) -> None:
    """Every non-empty row is in exactly one of items, refused, ignored; nothing else is."""
    found = fates(reading)
    assert len(found) == len(set(found)), "a row has two fates"
    blank = {(row.sheet, row.row) for row in reading.ignored if row.why == "只有空白字符"}
    assert set(found) - blank == expected


def facts(item) -> tuple:
    """What identifies an item in a comparison: row, department, category, names, codes."""
    return (item.row, item.department, item.category, item.major_item, item.sub_item, item.codes)
