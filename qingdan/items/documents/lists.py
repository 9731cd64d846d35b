"""The list of an edition as a paper: a table for each department, in official order, every public item with its name and code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from departments.models import Department
from qingdan.items.cells import to_cell
from qingdan.items.documents.sources import Listed, departments_of, listed, name_of, opening_lines, public_entries
from qingdan.items.elements import BY_KEY
from qingdan.items.models import Edition
from qingdan.paper.blocks import Block, Cell, Document, Part, Table, cell, paragraph
from qingdan.paper.pdf import write_pdf
from qingdan.paper.word import write_word

_HEAD = ("序号", "清单编码", "权力类别", "事项名称", "子项名称", "设定依据", "实施主体")
_WIDTHS = (5, 14, 8, 16, 14, 32, 11)
_BASES = ("setting_basis", "implementing_basis", "penalty_basis", "charge_basis")


def list_document(edition: Edition, department: Department | None = None) -> Document:
    """The list of ``edition`` (of one department if given). Its items are read while the paper is written."""
    title = f"{name_of(edition, department)}权责清单"
    part = Part(_blocks(edition, department, title), landscape=True)
    return Document(title, (part,), edition.recorded_at, foot=f"{title} {edition.title}（{edition.notice_no}）")


def list_word(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the public list as .docx; returns the number of items. An edition always gives the same bytes."""
    return _written(write_word, edition, department, to)


def list_pdf(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the public list as PDF; returns the number of items. Raises ``qingdan.paper.pdf.NotSet``."""
    return _written(write_pdf, edition, department, to)


def _written(write, edition: Edition, department: Department | None, to: BinaryIO) -> int:
    write(list_document(edition, department), to)
    return public_entries(edition, department).count()


def _blocks(edition: Edition, department: Department | None, title: str) -> Iterator[Block]:
    yield paragraph(title, "title")
    for line in opening_lines(edition, department):
        yield paragraph(line, "note")
    for each, name in departments_of(edition, department):
        if department is None:
            yield paragraph(name, "heading")
        yield Table(_WIDTHS, (_row(item) for item in listed(edition, each)), _HEAD)


def _row(item: Listed) -> tuple[Cell, ...]:
    content = item.content
    bases = "\n".join(text for key in _BASES if (text := to_cell(content, BY_KEY[key]).strip()))
    return (
        cell(str(item.place)),
        cell("\n".join((item.code, *(code.value for code in content.codes)))),
        cell(item.category + (f"\n{content.sub_kind}" if content.sub_kind else "")),
        cell(content.major_name or content.name),
        cell(content.name if content.is_sub_item else ""),
        cell(bases),
        cell("\n".join(filter(None, (content.implementing_body or content.department_name, content.handling_office)))),
    )
