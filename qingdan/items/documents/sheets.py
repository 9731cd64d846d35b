"""One item a page: 行政职权基本信息表, and 运行流程图 drawn from the steps of each item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from departments.models import Department
from qingdan.items.content import ItemContent
from qingdan.items.display import text_of
from qingdan.items.documents.sources import Listed, listed, name_of, opening_lines, public_entries
from qingdan.items.elements import BY_KEY, ELEMENTS
from qingdan.items.models import Edition
from qingdan.paper.blocks import Block, Break, Document, Flow, Part, Table, cell, label, paragraph
from qingdan.paper.pdf import write_pdf
from qingdan.paper.word import write_word

# 湖北省行政权力清单管理办法 art. 3: what an entry must show; an empty one is shown as not filled in.
_ALWAYS = frozenset({"setting_basis", "implementing_body", "flow", "powers", "supervision", "remedies", "accountability"})
_NEVER = frozenset({"sub_name", "not_public", "not_public_reason", "not_public_basis", "demo"})
_EMPTY = "（未填报）"


def sheets_word(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the 行政职权基本信息表 of every public item as .docx; returns the number of items."""
    return _write(write_word, "行政职权基本信息表", _sheets(edition, department), edition, department, to)


def sheets_pdf(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """The same as PDF. Raises ``qingdan.paper.pdf.NotSet``."""
    return _write(write_pdf, "行政职权基本信息表", _sheets(edition, department), edition, department, to)


def flows_word(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """Write the 运行流程图 of every public item that has steps as .docx, the others by name; returns the number of items."""
    return _write(write_word, "行政职权运行流程图", _flows(edition, department), edition, department, to)


def flows_pdf(*, edition: Edition, department: Department | None = None, to: BinaryIO) -> int:
    """The same as PDF. Raises ``qingdan.paper.pdf.NotSet``."""
    return _write(write_pdf, "行政职权运行流程图", _flows(edition, department), edition, department, to)


def _write(write, title: str, blocks: Iterator[Block], edition: Edition, department: Department | None, to: BinaryIO) -> int:
    whole = f"{name_of(edition, department)}{title}"
    foot = f"{whole} {edition.title}（{edition.notice_no}）"
    write(Document(whole, (Part(_opened(whole, edition, department, blocks)),), edition.recorded_at, foot), to)
    return public_entries(edition, department).count()


def _opened(title: str, edition: Edition, department: Department | None, blocks: Iterator[Block]) -> Iterator[Block]:
    yield paragraph(title, "title")
    for line in opening_lines(edition, department):
        yield paragraph(line, "note")
    yield from blocks


def _sheets(edition: Edition, department: Department | None) -> Iterator[Block]:
    for item in listed(edition, department):
        yield Break()
        yield paragraph("行政职权基本信息表", "centre")
        rows = [(label(name), cell(text)) for name, text in filled(item)]
        yield Table((1, 4), rows)


def filled(item: Listed) -> list[tuple[str, str]]:
    """(label, text) of what an item's sheet shows, in official order: our code, what is filled in, and what the rules want filled in."""
    rows = [("清单编码", item.code)]
    for element in ELEMENTS:
        if element.key in _NEVER:
            continue
        text = text_of(element, item.content, item.category)
        if text or element.key in _ALWAYS:
            rows.append((element.label, text or _EMPTY))
    return rows


def _flows(edition: Edition, department: Department | None) -> Iterator[Block]:
    without = []
    for item in listed(edition, department):
        if not item.content.flow:
            without.append(item)
            continue
        yield Break()
        yield paragraph(item.content.name, "heading")
        yield paragraph(f"{item.content.department_name} · {item.category} · {item.code}", "note")
        yield Flow(steps_of(item.content))
        if note := item.content.flow_note.strip():
            yield paragraph(note, "note")
    if without:
        yield Break()
        yield paragraph(f"未填报{BY_KEY['flow'].label}的事项（{len(without)} 项）", "heading")
        rows = ((cell(str(each.place)), cell(each.code), cell(each.content.name)) for each in without)
        yield Table((1, 3, 8), rows, ("序号", "清单编码", "事项名称"))


def steps_of(content: ItemContent) -> tuple[tuple[str, str, str], ...]:
    """The steps of an item as its chart shows them: (name, who and how long, what)."""
    return tuple((step.name, "；".join(filter(None, (step.office, step.limit))), step.text) for step in content.flow)
