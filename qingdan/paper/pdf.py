"""A paper as PDF: typst sets it in a child process (``typesetter``); the paper goes there as data, never as source."""

from __future__ import annotations

import datetime
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pylopdf_fonts_zh_cn
from django.conf import settings
from pypdf import PdfReader, PdfWriter

from qingdan.paper.blocks import Block, Break, Cell, Document, Flow, Paragraph, Rule, Table

_TYPESETTER = Path(__file__).resolve().parent / "typesetter.py"
_SECONDS = 300
# PDF/A-2u: for the archive, with every character recoverable as text.
_STANDARD = "a-2u"


# A long paper is set in volumes of about so many blocks and table rows, one after another, and joined: memory stays flat.
_VOLUME = 600
Described = dict[str, object]
# A code of 31 characters has no place where a line may end: it gets one after every twelve (a zero-width space, invisible).
_LONG = re.compile(r"[0-9A-Za-z-]{17,}")
_TWELVE = re.compile(r"(.{12})(?=.)")


class NotSet(Exception):
    """The PDF could not be made; the sentence says why (a font that is not there, a page too long)."""


def write_pdf(document: Document, to: BinaryIO) -> None:
    """Write ``document`` to an open binary file; a paper of one volume is PDF/A. Raises NotSet.

    The same paper, fonts and template give the same bytes.
    """
    volumes = _volumes(document)
    first = _set(document, next(volumes), 1)
    joined = None
    for parts in volumes:
        if joined is None:
            joined = PdfWriter(io.BytesIO(first))
            joined.root_object.pop("/Metadata", None)  # it says PDF/A, which a joined file no longer promises
        joined.append(PdfReader(io.BytesIO(_set(document, parts, len(joined.pages) + 1))), import_outline=False)
    if joined is None:
        to.write(first)
    else:
        joined.metadata = {"/Title": document.title}
        joined.write(to)


def _set(document: Document, parts: list[Described], first_page: int) -> bytes:
    """One volume, by a child process."""
    paper = {"title": document.title, "foot": document.foot, "first": first_page, "parts": parts, "fonts": settings.PDF_FONTS}
    dated = document.dated.astimezone(datetime.UTC).isoformat(timespec="seconds")
    task = {"paper": paper, "font_paths": font_paths(), "dated": dated, "standard": _STANDARD}
    told = json.dumps(task, ensure_ascii=False).encode("utf-8", "replace")
    try:
        done = subprocess.run([sys.executable, "-I", _TYPESETTER], input=told, capture_output=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotSet(f"《{document.title}》在 {_SECONDS} 秒内没有排完，请按部门分开生成") from None
    if done.returncode != 0:
        raise NotSet(f"《{document.title}》没有排成：{done.stderr.decode(errors='replace').strip()[-500:]}")
    return done.stdout


def font_paths() -> list[str]:
    """The folders with the fonts: the setting's, else those of the font package that is installed with us."""
    return list(settings.PDF_FONT_PATHS) or [str(Path(pylopdf_fonts_zh_cn.__file__).parent)]


def _volumes(document: Document) -> Iterator[list[Described]]:
    """The parts of a paper as data, cut into volumes; there is always one."""
    parts: list[Described] = []
    weight = 0
    for part in document.parts:
        blocks: list[Described] = []
        parts.append({"landscape": part.landscape, "blocks": blocks})
        for block in part.blocks:
            for piece, size in _pieces(block):
                if weight and weight + size > _VOLUME:
                    yield parts
                    blocks, weight = [], 0
                    parts = [{"landscape": part.landscape, "blocks": blocks}]
                blocks.append(piece)
                weight += size
    yield parts


def _pieces(block: Block) -> Iterator[tuple[Described, int]]:
    """A block as data with its weight; a table that is longer than a volume comes in several, each with its heading."""
    if not isinstance(block, Table):
        yield _block(block), 1
        return
    rows = ([_cell(each) for each in row] for row in block.rows)
    while chunk := list(islice(rows, _VOLUME)):
        yield {"kind": "table", "widths": block.widths, "head": block.head, "rows": chunk}, len(chunk)


def _block(block: Block) -> Described:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "style": block.style, "runs": block.runs}
    if isinstance(block, Flow):
        return {"kind": "flow", "steps": block.steps}
    if isinstance(block, Rule):
        return {"kind": "rule", "red": block.red}
    assert isinstance(block, Break)
    return {"kind": "break"}


def _cell(each: Cell) -> object:
    """A cell in full, or its text alone where there is nothing else to it: most cells of a list."""
    runs = [(_LONG.sub(lambda found: _TWELVE.sub("\\1\u200b", found[0]), text), mark) for text, mark in each.runs]
    if each.span == 1 and not each.label and not each.tall and all(mark == "" for _text, mark in runs):
        return "".join(text for text, _mark in runs)
    return {"runs": runs, "span": each.span, "label": each.label, "tall": each.tall}
