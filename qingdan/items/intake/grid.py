"""A sheet as it stands in the file: texts, merged ranges, and what must not be trusted. Rows count from 1, columns from 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Sheet:
    """``rows[i]`` is row ``i + 1`` of the file, trailing empty cells left out.

    ``merged`` are (first row, first column, last row, last column). ``formulas`` and ``errors`` are sets of (row, column), ``odd``
    says of a number that it is a ``date`` or has lost digits (``lossy``), ``long`` how many characters a cell that was cut had.
    ``preface`` are the lines above a table of a document.
    """

    name: str
    rows: list[list[str]]
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    odd: dict[tuple[int, int], str] = field(default_factory=dict)
    long: dict[tuple[int, int], int] = field(default_factory=dict)
    preface: tuple[str, ...] = ()

    @cached_property
    def formula_columns(self) -> dict[int, list[int]]:
        """Row → columns of its formulas."""
        found: dict[int, list[int]] = {}
        for row, column in sorted(self.formulas):
            found.setdefault(row, []).append(column)
        return found

    @cached_property
    def spans(self) -> dict[tuple[int, int], int]:
        """(row, column) of the first cell of a merged range → how many columns it spans."""
        return {(first, left): right - left + 1 for first, left, _, right in self.merged}

    @cached_property
    def fills(self) -> dict[int, dict[int, tuple[int, int]]]:
        """Row → column that a merged cell from above covers → the cell that holds its text."""
        found: dict[int, dict[int, tuple[int, int]]] = {}
        for first, left, last, _ in self.merged:
            for row in range(first + 1, last + 1):
                found.setdefault(row, {})[left] = (first, left)
        return found

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, empty outside of the sheet."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else ""


def letters(column: int) -> str:
    """The column as Excel names it: 0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
