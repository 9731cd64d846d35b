"""权力清单 and 责任清单 as offices publish them: a sheet each, their usual columns, ready to print; ``import_list`` reads them back."""

from __future__ import annotations

from typing import BinaryIO

from openpyxl import Workbook

from departments.models import Department
from qingdan.items.documents.sources import listed, name_of, opening_lines, public_entries
from qingdan.items.models import Edition
from qingdan.items.spreadsheets import guidance, layout
from qingdan.items.spreadsheets.marks import AUTHOR
from qingdan.items.spreadsheets.streaming import save_with_rows

_SHARED = ("department_name", "category", "sub_kind", "name", "sub_name")
POWER = (
    *_SHARED,
    *("codes", "initiation", "setting_basis", "implementing_basis", "penalty_basis", "charge_basis"),
    *("implementing_body", "handling_office", "exercising_level", "state", "note"),
)
DUTY = (
    *_SHARED,
    *("duties", "duty_bases", "accountability_scope", "accountability", "liability_basis"),
    *("supervision", "supervision_phone", "remedies"),
)


def power_workbook(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the 权力清单 of ``edition`` as .xlsx; returns the number of rows. An edition always gives the same bytes."""
    return _write("权力清单", POWER, edition, department, to)


def duty_workbook(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the 责任清单 of ``edition`` as .xlsx; returns the number of rows."""
    return _write("责任清单", DUTY, edition, department, to)


def _write(title: str, keys: tuple[str, ...], edition: Edition, department: Department | None, to: BinaryIO) -> int:
    shown = layout.columns(keys=keys)
    count = public_entries(edition, department).count()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    layout.set_up(sheet, shown, locked=False)
    _set_up_print(sheet, f"{name_of(edition, department)}{title}", edition)
    sheet.append([layout.heading(sheet, column) for column in shown])
    sheet.append(layout.body_cells(sheet, shown))
    sheet.auto_filter.ref = f"A1:{layout.get_column_letter(len(shown))}{count + 1}"
    layout.write_lines(book.create_sheet(guidance.ABOUT_SHEET), opening_lines(edition, department))
    book.properties.creator = AUTHOR
    book.properties.title = f"{name_of(edition, department)}{title} {edition.title}（{edition.notice_no}）"
    rows = ((item.code, *layout.texts_of(item.content, shown[1:])) for item in listed(edition, department))
    return save_with_rows(book, rows, to, at=edition.recorded_at)


def _set_up_print(sheet, title: str, edition: Edition) -> None:
    """A3 on its side, as wide as the page, the heading on every page; title and edition in the page's head, numbers at its foot."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.center.text = f"{title}（{edition.title}，{edition.notice_no}）".replace("&", "&&")
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
