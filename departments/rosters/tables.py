"""A roster as a table: which columns it has, where its head stands, what each line says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

HEAD_WITHIN = 30
LINE_LIMIT = 1_000
# Sheets of our own templates that hold no lines.
NOTES = ("填写说明",)


class Grid(Protocol):
    """What a reader of workbooks gives: ``rows[i]`` is row ``i + 1`` of the sheet."""

    name: str
    rows: Sequence[Sequence[str]]
    hidden: bool


@dataclass(frozen=True)
class Column:
    """One column by its key; ``hint`` is the sentence of the 填写说明."""

    key: str
    label: str
    required: bool = False
    synonyms: tuple[str, ...] = ()
    hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.synonyms)


@dataclass(frozen=True)
class Line:
    """One line of a roster: its texts by column key, and where each stands (``C5``)."""

    sheet: str
    row: int
    cells: dict[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The text of a column; empty where the sheet lacks it."""
        return self.cells.get(key, "")


@dataclass(frozen=True)
class Fault:
    """Why a line is not taken: the cell, its column's name, and a sentence with the way out."""

    sheet: str
    row: int
    cell: str
    column: str
    message: str


def formula_faults(line: Line, columns: Iterable[Column]) -> list[Fault]:
    """A formula is refused: what it shows on one machine need not be what it says on another."""
    return [fault(line, column, "单元格是公式，请改为文字") for column in columns if line.text(column.key).startswith("=")]


class NotARoster(ValueError):
    """The file as a whole cannot be taken; ``str()`` is the sentence."""


def fault(line: Line, column: Column, message: str) -> Fault:
    return Fault(line.sheet, line.row, line.places.get(column.key, f"第{line.row}行"), column.label, message)


def lines_of(grids: Iterable[Grid], columns: Sequence[Column], limit: int = LINE_LIMIT) -> list[Line]:
    """The lines of every visible sheet that has the head; empty lines and repeated heads are left out. Raises NotARoster."""
    lines: list[Line] = []
    for grid in grids:
        if grid.hidden or grid.name.strip() in NOTES:
            continue
        head, places = _find_head(grid.rows, columns)
        if places:
            lines += _lines_below(grid, head, places, columns)
    if not lines:
        needed = "、".join(f"“{column.label}”" for column in columns if column.required)
        raise NotARoster(f"没有读到内容：前 {HEAD_WITHIN} 行内须有一行表头，含{needed}，其下至少一行。可先下载模板对照。")
    if len(lines) > limit:
        raise NotARoster(f"共 {len(lines)} 行，一次最多导入 {limit} 行，请分成几个文件。")
    return lines


def _lines_below(grid: Grid, head: int, places: dict[str, int], columns: Sequence[Column]) -> list[Line]:
    lines = []
    for index in range(head + 1, len(grid.rows)):
        cells = {key: clean(grid.rows[index][place]) for key, place in places.items() if place < len(grid.rows[index])}
        if not any(cells.values()):
            continue
        if _find_head(grid.rows[index : index + 1], columns)[1]:
            continue
        lines.append(Line(grid.name, index + 1, cells, {key: f"{letters(place)}{index + 1}" for key, place in places.items()}))
    return lines


def _find_head(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """(index of the head's row, column key → position); empty where no row holds every required column."""
    names = {squeeze(name): column.key for column in columns for name in column.names}
    for index, row in enumerate(rows[:HEAD_WITHIN]):
        places: dict[str, int] = {}
        for place, text in enumerate(row):
            key = names.get(squeeze(text).rstrip("*＊"))
            if key is not None:
                places.setdefault(key, place)
        if all(column.key in places for column in columns if column.required):
            return index, places
    return 0, {}


def clean(text: str) -> str:
    """One line of text without stray spaces; full-width letters and digits become plain ones."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text.replace("\x00", ""))).strip()


def squeeze(text: str) -> str:
    """For comparing words: no spaces at all, and nothing in brackets."""
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"\([^()]*\)|\s+", "", plain)


def letters(place: int) -> str:
    """The column as a spreadsheet names it: 0 → A, 26 → AA."""
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
