"""权力清单 and 责任清单 as workbooks: read back without loss, ready to print."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.management import call_command

from qingdan.items.documents.sources import listed
from qingdan.items.spreadsheets.official import duty_workbook, power_workbook


def made(write, edition, department=None) -> bytes:
    to = io.BytesIO()
    write(edition=edition, department=department, to=to)
    return to.getvalue()


def read(data: bytes, tmp_path) -> dict:
    (tmp_path / "a.xlsx").write_bytes(data)
    said = io.StringIO()
    call_command("import_list", str(tmp_path / "a.xlsx"), "--region", "420600", "--dry-run", "--json", stdout=said)
    return json.loads(said.getvalue())


@pytest.mark.parametrize("write", [power_workbook, duty_workbook])
def test_it_is_read_back_without_loss(world, tmp_path, write):
    edition = world.edition(2)
    found = read(made(write, edition), tmp_path)
    assert found["refused"] == []
    wanted = [(each.content.department_name, each.content.major_name or each.content.name) for each in listed(edition)]
    assert [(row["department"], row["major_item"]) for row in found["items"]] == wanted
    subs = [each.content.name if each.content.is_sub_item else "" for each in listed(edition)]
    assert [row["sub_item"] or "" for row in found["items"]] == subs


def test_the_bases_of_the_power_list_come_back_as_they_were(world, tmp_path):
    edition = world.edition(2)
    found = read(made(power_workbook, edition), tmp_path)
    assert [row["legal_basis"] for row in found["items"]] == [each.content.bases_text() for each in listed(edition)]


def test_it_prints_as_wide_as_the_page_with_its_heading_on_every_page(world):
    sheet = openpyxl.load_workbook(io.BytesIO(made(duty_workbook, world.edition(2), world.department())))["责任清单"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$1"
    assert "市人力资源和社会保障局责任清单" in sheet.oddHeader.center.text


def test_an_edition_always_gives_the_same_bytes(world):
    assert made(power_workbook, world.edition(2)) == made(power_workbook, world.edition(2))
