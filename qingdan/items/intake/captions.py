"""Short texts in the place of items: what they are by themselves (counts, headings of names, captions, lines about the table)."""

from __future__ import annotations

import re

from qingdan.items.intake.categories import KNOWN_FOREIGN, parse_category
from qingdan.items.intake.headings import NAME_WORDS
from qingdan.items.intake.lines import find_maker, numbers_columns, parse_department
from qingdan.items.intake.words import plain, without_count, without_serial

_EXAMPLE = re.compile(r"(?:填写|填表)?(?:示例|样例|举例|范例|例)\d*|(?:填写|填表|填报)(?:说明|要求)")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def is_count(text: str) -> bool:
    """Whether a text beside a caption only counts: ``共12项``."""
    return re.fullmatch(r"(?:共)?\d*(?:大?项|个|条)?", plain(text)) is not None


def heads_names(text: str) -> bool:
    """Whether a short text is a heading of a column of names."""
    return text.partition("(")[0] in NAME_WORDS


def is_band_like(text: str) -> bool:
    """Whether a text standing alone among the names is a caption all the same: a category, of the ten or not, or a department."""
    if parse_category(text) is not None or parse_department(text):
        return True
    return without_count(without_serial(plain(text))) in KNOWN_FOREIGN


def speaks_of_the_table(texts: list[str], names: list[str]) -> bool:
    """填报单位：… 日期：… across the table. A name among them, or a citation that holds a colon, makes the row an item."""
    if not any(":" in plain(text) for text in texts):
        return False
    return all(":" in plain(text) for text in names) or bool(find_maker(texts))


def why_of_heading_aid(texts: list[str], *, in_serial: bool) -> str:
    """Why a row below the heading only helps to fill the table in: an example, a hint, the numbers of the columns; else empty."""
    if in_serial and _EXAMPLE.fullmatch(plain(texts[0])):
        return "填写示例"
    words = [plain(text) for text in texts]
    return "列号行" if len(words) > 2 and (numbers_columns(words) or words == list(_LETTERS[: len(words)])) else ""
