"""The quick look at a sheet's XML and the full parse of it tell the same."""

from __future__ import annotations

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingdan.items.intake import biff, ole, sheetxml
from qingdan.items.intake.grid import letters

from .hostile import MAIN, inline, old_workbook

CELLS = st.sampled_from(
    ['<c r="{0}"/>', '<c r="{0}"><v>1</v></c>', '<c r="{0}" s="3"><f>A1</f><v>1</v></c>', '<c r="{0}" t="e"><v>#N/A</v></c>', '<c r="{0}"><f t="shared" si="0"/></c>',
     '<c r="{0}"><f t="array" ref="B2:C4">1</f></c>', "<c r='{0}' t='e'/>", '<c\nr="{0}"><v>2</v></c>', "<c><v>1</v></c>", '<c r="{0}" t="inlineStr"><is><t>x:f>row</t></is></c>']
)  # fmt: skip
ROWS = st.sampled_from(
    ['<row r="{0}">', '<row r="{0}" hidden="1">', '<row r="{0}" ht="0">', "<row hidden='1' r='{0}'>", '<row r="{0}" spans="1:3">']
)
COLUMNS = st.sampled_from(["", '<cols><col min="2" max="3" hidden="1"/></cols>', '<cols><col min="1" max="1" width="0"/></cols>'])


@settings(max_examples=200, deadline=None)
@given(COLUMNS, st.lists(st.tuples(ROWS, st.lists(CELLS, max_size=4)), max_size=5))
def test_the_quick_look_and_the_full_parse_agree(columns, rows):
    body = "".join(
        row.format(n) + "".join(cell.format(f"{letters(c)}{n}") for c, cell in enumerate(cells)) + "</row>"
        for n, (row, cells) in enumerate(rows, 1)
    )
    xml = f'<worksheet xmlns="{MAIN}">{columns}<sheetData>{body}</sheetData></worksheet>'.encode()
    assert sheetxml.read_facts("s", xml) == sheetxml._parse("s", xml)


def test_ordinary_sheets_take_the_quick_look(monkeypatch):
    monkeypatch.setattr(sheetxml, "_parse", lambda *_: pytest.fail("parsed in full"))
    body = "".join(f'<row r="{n}">{inline(f"A{n}", "事项")}</row>' for n in range(1, 20_001))
    facts = sheetxml.read_facts("s", f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'.encode())
    assert facts.cells == 20_000


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (199, "GR"), (700, "ZY")])
def test_columns_are_named_as_excel_names_them(column, name):
    assert letters(column) == name == openpyxl.utils.get_column_letter(column + 1)


def test_the_records_of_an_old_workbook():
    (facts,) = biff.read_facts(ole.workbook_stream(old_workbook()))
    assert facts.cells == 6 and not facts.formulas and not facts.hidden_rows
