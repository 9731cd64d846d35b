"""The published list as a workbook or CSV: a department's own copy for editing, and what anybody may have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from django.utils import timezone
from openpyxl import Workbook

from departments.models import Department
from qingdan.items.content import ItemContent, read_content
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.spreadsheets import guidance, layout
from qingdan.items.spreadsheets.marks import AUTHOR
from qingdan.items.spreadsheets.streaming import save_with_rows

CHUNK = 200
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def department_workbook(*, department: Department, edition: Edition | None) -> bytes:
    """下载本部门清单: every element of the department's items in ``edition`` (none published yet: an empty sheet), for its own staff only.

    What is withheld by law is in it. Editing this file and uploading it again proposes exactly the cells that were changed.
    """
    entries = EditionEntry.objects.of(edition).filter(version__department=department) if edition else EditionEntry.objects.none()
    count, contents = _listed(entries)
    to = io.BytesIO()
    _write(to, edition, count, contents, True, guidance.GUIDE_SHEET, guidance.editing_lines(department, edition, count))
    return to.getvalue()


def list_workbook(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the public list of ``edition`` (of one department if given) as .xlsx; returns the number of rows.

    Rows stream in official order: memory stays flat however long the list is. An edition always gives the same bytes.
    """
    count, contents = _listed(_public(edition, department))
    return _write(to, edition, count, contents, False, guidance.ABOUT_SHEET, guidance.about_lines(edition, department, count))


def list_csv(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """The same as CSV (UTF-8 with BOM); a cell that a spreadsheet would compute is preceded by an apostrophe."""
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    shown = layout.columns()
    writer.writerow([column.label for column in shown])
    count = 0
    for code, content in _listed(_public(edition, department))[1]:
        row = (code, *layout.texts_of(content, shown[1:]))
        writer.writerow([plain_cell(cell) for cell in row])
        count += 1
    text.detach()
    return count


def plain_cell(text: str) -> str:
    """``text`` as a CSV cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _public(edition: Edition, department: Department | None):
    entries = EditionEntry.objects.of(edition).public()
    return entries.filter(version__department=department) if department else entries


def _listed(entries) -> tuple[int, Iterator[tuple[str, ItemContent]]]:
    """How many there are, and our code and the content of each, a few at a time."""
    rows = entries.values_list("item__code", "version__content_bytes")
    return entries.count(), ((code, read_content(stored)) for code, stored in rows.iterator(chunk_size=CHUNK))


def _write(
    to: BinaryIO,
    edition: Edition | None,
    count: int,
    contents: Iterator[tuple[str, ItemContent]],
    locked: bool,
    second: str,
    lines: list[str],
) -> int:
    """The sheet of ``count`` items, and a second one with ``lines``."""
    shown = layout.columns()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(layout.LIST_SHEET)
    layout.set_up(sheet, shown, locked=locked)
    sheet.append([layout.heading(sheet, column) for column in shown])
    sheet.append(layout.body_cells(sheet, shown))
    layout.offer_choices(sheet, shown, count)
    sheet.auto_filter.ref = f"A1:{layout.get_column_letter(len(shown))}{count + 1}"
    layout.write_lines(book.create_sheet(second), lines)
    book.properties.creator = AUTHOR
    if edition:
        book.properties.title = f"{edition.region.name}权责清单 {edition.title}（{edition.notice_no}）"
    rows = ((code, *layout.texts_of(content, shown[1:])) for code, content in contents)
    return save_with_rows(book, rows, to, at=edition.recorded_at if edition else timezone.now())
