"""The published list as a workbook or CSV: a department's own copy for editing, and what anybody may have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from openpyxl import Workbook

from departments.models import Department
from qingdan.items.content import ItemContent, read_content
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.spreadsheets import guidance, layout
from qingdan.items.spreadsheets.marks import AUTHOR, put_text

CHUNK = 200
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def department_workbook(*, department: Department, edition: Edition | None) -> bytes:
    """下载本部门清单: every element of the department's items in ``edition`` (none published yet: an empty sheet), for its own staff only.

    What is withheld by law is in it. Editing this file and uploading it again proposes exactly the cells that were changed.
    """
    entries = EditionEntry.objects.of(edition).filter(version__department=department) if edition else EditionEntry.objects.none()
    to = io.BytesIO()
    book = Workbook(write_only=True)
    count = _write_sheet(book, _contents(entries), locked=True)
    layout.write_lines(book.create_sheet(guidance.GUIDE_SHEET), guidance.editing_lines(department, edition, count))
    _save(book, to, edition)
    return to.getvalue()


def list_workbook(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the public list of ``edition`` (of one department if given) as .xlsx; returns the number of items.

    Rows stream in official order: memory stays flat however long the list is.
    """
    book = Workbook(write_only=True)
    count = _write_sheet(book, _contents(_public(edition, department)), locked=False)
    layout.write_lines(book.create_sheet(guidance.ABOUT_SHEET), guidance.about_lines(edition, department, count))
    _save(book, to, edition)
    return count


def list_csv(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """The same as CSV (UTF-8 with BOM); a cell that a spreadsheet would compute is preceded by an apostrophe."""
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    shown = layout.columns()
    writer.writerow([column.label for column in shown])
    count = 0
    for code, content in _contents(_public(edition, department)):
        row = (code, *layout.texts_of(content, shown[1:]))
        writer.writerow([f"'{cell}" if cell.startswith(_DANGEROUS) else cell for cell in row])
        count += 1
    text.detach()
    return count


def _public(edition: Edition, department: Department | None):
    entries = EditionEntry.objects.of(edition).public()
    return entries.filter(version__department=department) if department else entries


def _contents(entries) -> Iterator[tuple[str, ItemContent]]:
    """Our code and the content of each entry, a few at a time."""
    for code, stored in entries.values_list("item__code", "version__content_bytes").iterator(chunk_size=CHUNK):
        yield code, read_content(stored)


def _write_sheet(book: Workbook, contents: Iterator[tuple[str, ItemContent]], *, locked: bool) -> int:
    shown = layout.columns()
    sheet = book.create_sheet(layout.LIST_SHEET)
    layout.set_up(sheet, shown, locked=locked)
    sheet.append([layout.heading(sheet, column) for column in shown])
    cells = layout.body_cells(sheet, shown)
    count = 0
    for code, content in contents:
        row = []
        for cell, text in zip(cells, (code, *layout.texts_of(content, shown[1:])), strict=True):
            if text:
                put_text(cell, text)
            row.append(cell if text else None)
        sheet.append(row)
        count += 1
    layout.offer_choices(sheet, shown, count)
    sheet.auto_filter.ref = f"A1:{layout.get_column_letter(len(shown))}{count + 1}"
    return count


def _save(book: Workbook, to: BinaryIO, edition: Edition | None) -> None:
    book.properties.creator = AUTHOR
    if edition:
        book.properties.title = f"{edition.region.name}权责清单 {edition.title}（{edition.notice_no}）"
        book.properties.created = edition.recorded_at.replace(tzinfo=None)
    book.save(to)
