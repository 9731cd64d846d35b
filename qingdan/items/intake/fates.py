"""Every non-empty row of a sheet and what became of it: exactly one of item, refused, ignored."""

from __future__ import annotations

from qingdan.items.intake.draft import Draft
from qingdan.items.intake.faults import Fault
from qingdan.items.intake.grid import Sheet, letters
from qingdan.items.intake.lines import is_secret, marks_secret

BLANK = "只有空白字符"


class Fates:
    """``drafts`` in the order of the file; ``refused`` and ``ignored`` by row. ``open`` decides on secrets and hidden rows first."""

    def __init__(self, sheet: Sheet, *, include_hidden: bool):
        self.sheet = sheet
        self.hidden = frozenset() if include_hidden else sheet.hidden_rows
        self.drafts: list[Draft] = []
        self.refused: dict[int, tuple[Fault, ...]] = {}
        self.ignored: dict[int, str] = {}
        self.followers: list[tuple[int, Draft]] = []
        self.marking: list[int] = []

    def open(self, row: int, cells: list[str]) -> bool:
        """Whether the row may be looked at: no mark of a state secret, not hidden."""
        if any("密" in text for text in cells):
            for column, text in enumerate(cells):
                if is_secret(text) or (column in self.marking and marks_secret(text)):
                    message = f"第{row}行带有国家秘密标志，内容未读入；涉密内容不得进入本系统，请从文件中删除并按保密规定处理"
                    self.refused[row] = (Fault(letters(column), "I11", message),)
                    return False
        if row in self.hidden:
            self.ignore(row, "隐藏的行；需要时取消隐藏，或在导入时选择“包括隐藏内容”")
            return False
        return True

    def ignore(self, row: int, why: str) -> None:
        if row not in self.refused:
            self.ignored.setdefault(row, BLANK if self._blank(row) else why)

    def _blank(self, row: int) -> bool:
        return row not in self.sheet.formula_columns and not any(text.strip() for text in self.sheet.rows[row - 1])

    def add(self, draft: Draft) -> None:
        self.drafts.append(draft)

    def follow(self, row: int, target: Draft) -> None:
        """A row whose texts went into the item of an earlier row."""
        self.followers.append((row, target))

    def refuse_row(self, row: int, code: str, message: str, column: int | None = None) -> None:
        self.ignored.pop(row, None)
        self.refused[row] = (Fault("" if column is None else letters(column), code, f"第{row}行{message}"),)

    def rest(self, why: str, rows=None) -> None:
        """Every row that has no fate yet is ignored for this reason."""
        taken = {d.row for d in self.drafts} | {row for row, _ in self.followers}
        for row in rows or range(1, len(self.sheet.rows) + 1):
            cells = self.sheet.rows[row - 1]
            if row in taken or row in self.refused or row in self.ignored:
                continue
            if (any(cells) or row in self.sheet.formula_columns) and self.open(row, cells):
                self.ignore(row, why)
