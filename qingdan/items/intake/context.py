"""What holds for the rows below it: department and category from the option, the sheet, titles, maker lines and bands.

Nearest wins: a row's own cell, a band row, the sheet's name, the maker line, the option, the title, the file's name. The outer
of two kinds of band ends the inner one, and a band that names a foreign category ends the category: nothing is carried on silently.
"""

from __future__ import annotations

import re

from qingdan.items.intake.categories import (
    CATEGORIES,
    KNOWN_FOREIGN,
    Category,
    find_category,
    looks_foreign,
    parse_category,
    parse_category_cell,
)
from qingdan.items.intake.lines import find_department, find_maker, find_year, parse_department
from qingdan.items.intake.words import plain, serial_style, without_count, without_serial


class FileContext:
    """Of the whole file: the caller's options and the file's name."""

    def __init__(self, file_name: str, department: str | None, category: str | None):
        stem = re.sub(r"\.(?:xlsx?|xlsm|docx?|csv|txt|et)$", "", file_name.rsplit("/", 1)[-1], flags=re.I)
        self.option_department = (department or "").strip()
        self.option_category = parse_category_cell(category) if category else None
        self.name_department = find_department(stem) or _first(parse_department(p) for p in _pieces(stem))
        self.name_category = _first(parse_category(p) for p in _pieces(stem)) or _category(find_category(stem))
        self.year = find_year(stem)
        self.notes: list[str] = []


class SheetContext:
    """Of one sheet, changing as its lines go by."""

    def __init__(self, file: FileContext, sheet_name: str):
        self.file = file
        pieces = _pieces(sheet_name)
        self.sheet_department = _first(parse_department(p) for p in pieces)
        self.sheet_category = _first(parse_category(p) for p in pieces)
        if not self.sheet_category and any((without_count(without_serial(plain(p))) in KNOWN_FOREIGN) for p in pieces):
            self.sheet_category = sheet_name.strip()
        self.title_department = self.maker_department = ""
        self.title_category: Category | None = None
        self.titles: set[str] = set()
        self.band_department = ""
        self.band_category: Category | str | None = None
        self._outer = ""
        self._style = self._department_style = ""

    def read_title(self, texts: list[str]) -> None:
        """A line above the table, or a page title repeated inside it."""
        maker = find_maker(texts)
        if maker:
            self.maker_department = maker
            return
        for text in texts:
            self.titles.add(text)
            department = parse_department(text.strip("()（）【】[] ")) or find_department(text)
            if department:
                self.title_department = department
            category = parse_category(text) or _category(find_category(text))
            if category:
                self.title_category = category
                if self.band_category is not None:
                    self.band_category = category  # a new title below a band ends it
            self.file.year = self.file.year or find_year(text)

    def note_conflicts(self, sheet_name: str) -> None:
        """Say where the sheet itself names another department or category than the caller."""
        own = self.maker_department or self.title_department
        option = self.file.option_department
        if own and option and plain(own) not in plain(option) and plain(option) not in plain(own):
            self.file.notes.append(f"工作表“{sheet_name}”写明的部门是“{own}”，按指定的“{option}”读入")
        title, chosen = self.title_category, self.file.option_category
        if title and chosen and title.code != chosen.code:
            self.file.notes.append(f"工作表“{sheet_name}”的标题写明{CATEGORIES[title.code]}，按指定的{CATEGORIES[chosen.code]}读入")

    def read_band(self, text: str) -> str:
        """A line across the table: what it was used for (why it is no item), or empty when it says nothing known."""
        label = plain(text)
        bare = without_count(without_serial(label))
        category = parse_category(text)
        if category or (looks_foreign(bare) and (bare.startswith("行政") or not self._style_differs(label))):
            self._enter("category")
            self._style = serial_style(label)
            self.band_category = category or bare
            return "类别标题行" if category else f"类别标题行，“{bare}”不在十类之内"
        department = parse_department(text)
        if department:
            self._enter("department")
            self._department_style = serial_style(label)
            self.band_department = department
            return "部门标题行"
        if self.band_category is not None and serial_style(label) and serial_style(label) == self._style:
            self.band_category = bare
            return f"类别标题行，“{bare[:30]}”不在十类之内"
        return ""

    def read_caption(self, text: str) -> str:
        """A line across the table that is no band by itself: ``表二 行政处罚``, or one that is numbered like the departments above."""
        label = plain(text)
        found = find_category(text)
        if found:
            self._enter("category")
            self.band_category = Category(found)
            department = _first(parse_department(piece) for piece in _pieces(text)[1:]) or find_department(text)
            self.band_department = department or self.band_department
            return (
                f"类别标题行（{CATEGORIES[found]}）" if not department else f"部门和类别标题行（{department}，{CATEGORIES[found]}）"
            )
        if self.band_department and serial_style(label) and serial_style(label) == self._department_style:
            self.band_department = without_count(without_serial(label))
            return f"部门标题行（{self.band_department[:30]}）"
        return ""

    def _style_differs(self, label: str) -> bool:
        return self.band_category is None or serial_style(label) != self._style

    def _enter(self, kind: str) -> None:
        self._outer = self._outer or kind
        if self._outer == kind == "department":
            if self.band_category is not None and self.band_department:
                self.band_category = None
        elif self._outer == kind == "category" and self.band_department and self.band_category is not None:
            self.band_department = ""

    @property
    def category(self) -> Category | str | None:
        """The category of rows that state none themselves; a plain string is a word outside of the ten."""
        for found in (
            self.band_category,
            self.sheet_category,
            self.file.option_category,
            self.title_category,
            self.file.name_category,
        ):
            if found is not None:
                return found
        return None

    @property
    def department(self) -> str:
        """The department of rows that state none themselves."""
        return (
            self.band_department
            or self.sheet_department
            or self.file.option_department
            or self.maker_department
            or self.title_department
            or self.file.name_department
            or ""
        )


def _pieces(name: str) -> list[str]:
    """A sheet's or a file's name, whole and cut at hyphens and brackets."""
    pieces = [name, *re.split(r"[-—_－–\s（()）·+]+", name)]
    return [piece for piece in dict.fromkeys(pieces) if piece]


def _first(found):
    return next((each for each in found if each), None)


def _category(code: str) -> Category | None:
    return Category(code) if code else None
