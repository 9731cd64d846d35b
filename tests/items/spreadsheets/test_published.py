"""Lists as workbooks and CSV: what an office edits and what anybody may have."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from qingdan.items.content import make_content
from qingdan.items.elements import ELEMENTS
from qingdan.items.intake.reading import read_list
from qingdan.items.models import EditionEntry
from qingdan.items.spreadsheets import layout
from qingdan.items.spreadsheets.published import department_workbook, list_csv, list_workbook
from tests.world import build


@pytest.fixture
def world(db):
    return build()


def test_x(world):
    data = department_workbook(department=world.department(), edition=world.edition(2))
    open("/tmp/x.xlsx", "wb").write(data)
    r = read_list(data, file_name="x.xlsx")
    for i in r.items:
        print(i)
    print(r.refused, r.ignored)
    assert 0
