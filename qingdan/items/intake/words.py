"""Cleaning of what people type in cells: width, spaces, line breaks, invisible characters, marks that mean "nothing"."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_BREAKS = re.compile(r"\s*\n\s*")
_BLANKS = re.compile(r"[^\S\n]+")
_BETWEEN = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_NOTHING = re.compile(r"[\s/\\\-—－–一ー_·.。、*×〇○]*|无|暂无|没有|空|null|N/?A", re.IGNORECASE)
_SERIAL = re.compile(
    r"(?:第?[〇零一二三四五六七八九十百]+[、.:)章]|\(?[〇零一二三四五六七八九十百]+\)[、.]?|第[〇零一二三四五六七八九十百]+(?:章|部分|类)[、.:]?"
    r"|[①-⑳]|\(?\d{1,4}\)[、.]?|\d{1,4}(?:\.\d{1,3})*[、.](?!\d)|\d{1,4}(?:\.\d{1,3})*(?=[一-龥]))"
)
_COUNT = re.compile(
    r"(?:\((?:共|计|合计|总计|小计)?\d+(?:大?项|个|条|类|小项|子项)?[^()]{0,30}\)|[:：,，]?(?:共|计|合计|总计|共计)?\d+(?:大?项|个|条))$"
)


def plain(text: str) -> str:
    """For comparing labels: half width, without any space, line break or invisible character."""
    return _SPACES.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))


def tight(text: str) -> str:
    """The text as written, without any space, line break or invisible character."""
    return _SPACES.sub("", text)


def name_text(text: str) -> str:
    """A name as written, on one line: line breaks and spaces beside Chinese characters were only layout."""
    text = text.strip()
    if text.isalnum():
        return text
    text = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
    text = _BREAKS.sub(" " if text.isascii() else "", text)
    return _BETWEEN.sub("", text).strip()


def is_nothing(text: str) -> bool:
    """Whether a name or code cell says that there is none: empty, 无, ——, /, 暂无."""
    return len(text) < 12 and _NOTHING.fullmatch(text.strip()) is not None


def without_serial(label: str) -> str:
    """``一、行政许可`` → ``行政许可`` (of a text that went through ``plain``)."""
    return _SERIAL.sub("", label, count=1) if _SERIAL.match(label) else label


def serial_style(label: str) -> str:
    """How a label is numbered: 一 · (一) · 1 · (1) · 1.1, or empty."""
    match = _SERIAL.match(label)
    return style_of(match[0].rstrip("、.:")) if match else ""


def style_of(serial: str) -> str:
    """The kind of a serial number standing alone, of a text that went through ``plain``."""
    core = serial.rstrip("、.:")
    if re.fullmatch(r"\d+", core):
        return "1"
    if re.fullmatch(r"\d+([.\-]\d+)+", core):
        return "1.1"
    if re.fullmatch(r"\(?\d+\)|[①-⑳]", core):
        return "(1)"
    if re.fullmatch(r"\(?[〇零一二三四五六七八九十百]+\)", core):
        return "(一)"
    return "一" if re.fullmatch(r"第?[〇零一二三四五六七八九十百]+(章|部分|类)?", core) else ""


def without_count(label: str) -> str:
    """``行政许可(共12项)`` → ``行政许可`` (of a text that went through ``plain``)."""
    return _COUNT.sub("", label)
