"""A paper read back: what Word and PDF say, without white space (both break lines where they like)."""

from __future__ import annotations

import io
import re

import docx
from pypdf import PdfReader


def bare(text: str) -> str:
    """Text without white space and zero-width spaces."""
    return re.sub(r"[\s\u200b]+", "", text)


def word_text(data: bytes) -> str:
    """Every paragraph and cell of a .docx in their order, as python-docx reads them."""
    return bare("".join(_texts(docx.Document(io.BytesIO(data)).element.body)))


def word_with_foot(data: bytes) -> str:
    """The same with what stands at the foot of its pages."""
    sections = docx.Document(io.BytesIO(data)).sections
    foot = "".join(text for section in sections for text in _texts(section.footer._element))
    return word_text(data) + bare(foot)


def _texts(body):
    for node in body.iter():
        if node.tag.endswith("}t"):
            yield node.text or ""


def pdf_text(data: bytes) -> str:
    return bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def pages_of(data: bytes) -> int:
    return len(PdfReader(io.BytesIO(data)).pages)
