"""The files of a whole city's list, 3,928 items in full: the workbook is read back without loss, the papers hold every name and code."""

from __future__ import annotations

import io
import json
import re
import time
import unicodedata

import pytest
from django.core.management import call_command

from qingdan.items.documents.lists import list_pdf, list_word
from qingdan.items.documents.sources import listed
from qingdan.items.spreadsheets.official import power_workbook
from tests.items.test_hundred_queries import contents, publish_contents
from tests.paper.reading import bare, pdf_text, word_text
from tests.soaking import record, trials


def a_list_of(number: int) -> list:
    """So many items: the real rows, then the same again under other names and without their codes."""
    real = contents()
    rounds = -(-number // len(real))
    again = [each.changed(name=f"{each.name}（第{turn}类）", codes=()) if turn else each for turn in range(rounds) for each in real]
    return again[:number]


def holds(text: str, name: str) -> bool:
    """Whether a paper says ``name``, in one piece or cut where a row goes on behind the heading of the next page.

    A PDF's text is read by its glyphs, which full-width digits share with the others.
    """
    name = unicodedata.normalize("NFKC", name)
    pieces = ((name[:cut], name[cut:]) for cut in range(1, len(name)))
    return name in text or any(
        first in text and re.search(f"实施主体.{{0,60}}?{re.escape(rest)}", text, re.S) for first, rest in pieces
    )


@pytest.mark.soak
def test_the_list_of_a_city_goes_out_and_comes_back(world, tmp_path):
    edition = publish_contents(world, a_list_of(trials(3928)))
    items, seconds, sizes = list(listed(edition)), {}, {}
    assert len(items) == trials(3928)
    written = {}
    for form, write in (("xlsx", power_workbook), ("docx", list_word), ("pdf", list_pdf)):
        to, started = io.BytesIO(), time.perf_counter()
        assert write(edition=edition, department=None, to=to) == len(items)
        seconds[form], written[form] = round(time.perf_counter() - started, 1), to.getvalue()
        sizes[form] = round(len(written[form]) / 1e6, 2)

    (tmp_path / "list.xlsx").write_bytes(written["xlsx"])
    said = io.StringIO()
    call_command("import_list", str(tmp_path / "list.xlsx"), "--region", "420683", "--dry-run", "--json", stdout=said)
    found = json.loads(said.getvalue())
    assert found["refused"] == []
    assert [(row["department"], row["major_item"], row["legal_basis"]) for row in found["items"]] == [
        (each.content.department_name, each.content.name, each.content.bases_text()) for each in items
    ]

    for form, read in (("docx", word_text), ("pdf", pdf_text)):
        text = unicodedata.normalize("NFKC", read(written[form]))
        lacking = [each.code for each in items if bare(each.code) not in text or not holds(text, bare(each.content.name))]
        assert lacking == [], form
    record("documents.whole_list", items=len(items), seconds=seconds, megabytes=sizes)
