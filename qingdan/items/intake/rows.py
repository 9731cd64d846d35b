"""The rows of one table, each to exactly one fate: an item, a refusal, or a named reason why it is no item."""

from __future__ import annotations

import re

from qingdan.items.intake.captions import heads_names, is_band_like, is_count, speaks_of_the_table, why_of_heading_aid
from qingdan.items.intake.checks import check_cells, suspect_rows
from qingdan.items.intake.context import SheetContext
from qingdan.items.intake.draft import VERBATIM, Draft
from qingdan.items.intake.fates import BLANK, Fates
from qingdan.items.intake.grid import Sheet, letters
from qingdan.items.intake.headings import OUR_CODE
from qingdan.items.intake.layout import Layout, heading_why, read_layout
from qingdan.items.intake.lines import is_note, is_title, is_total
from qingdan.items.intake.nesting import Nesting
from qingdan.items.intake.words import is_nothing, plain, style_of

_TICK = re.compile(r"[√✓✔☑●○■◆▲★vV是有1yYüPR\uf0fc\uf052\uf050]|TRUE")
_NO_TICK = re.compile(r"[\s×✗✘xX否无0/\\\-—－nN□☐]*|FALSE")


class TableReader:
    """Reads the rows under one heading, until the end of the sheet; a new heading further down is taken over."""

    def __init__(self, sheet: Sheet, layout: Layout, context: SheetContext, fates: Fates, skip: frozenset[int]):
        self.sheet, self.context, self.fates, self.skip = sheet, context, fates, skip
        self.fills = sheet.fills
        self.suspect = suspect_rows(sheet)
        self.drafts: dict[int, Draft] = {}
        self.split: set[int] = set()  # rows of merged names below which sub-items were seen
        self.after_note = False
        self._take(layout)

    def _take(self, layout: Layout) -> None:
        self.layout, self.used = layout, layout.used
        self.heading = {plain(text) for text in layout.texts.values()}
        for each in layout.rows:
            self.heading |= {plain(text) for text in self.sheet.rows[each - 1]} - {""}
        self.name_words = {word for word in self.heading if heads_names(word)}
        self.name_columns = {c for c in (layout.major, layout.sub, layout.third) if c is not None}
        self.band_columns = {layout.serial, *layout.elements.get("category", ()), *layout.elements.get("department_name", ())}
        self.department = (layout.elements.get("department_name") or [None])[0]
        self.category = (layout.elements.get("category") or [None])[0]
        self.prose = [(k, c) for k, c in layout.elements.items() if k not in ("department_name", "category")]
        self.letters = {k: c[0] for k, c in layout.elements.items()}
        self.nesting = Nesting()

    def read(self) -> None:
        """Give every row from the first one under the heading its fate."""
        row = self.layout.first_row
        while row <= len(self.sheet.rows):
            row += self._row(row)

    def _row(self, row: int) -> int:
        cells = self.sheet.rows[row - 1]
        filled = [c for c, text in enumerate(cells) if text and not text.isspace()]
        if row in self.suspect:
            filled = sorted({*filled, *self.sheet.formula_columns.get(row, ())})
        if not filled:
            if any(cells):
                self.fates.ignore(row, BLANK)
            return 1
        if not self.fates.open(row, cells):
            return 1
        cells = cells + [""] * (filled[-1] + 1 - len(cells))  # a formula without a kept result is a cell all the same
        texts = [cells[c].strip() for c in filled]
        if len(filled) <= 3 or filled[0] == self.layout.serial or is_total(texts):
            why = self._no_item(row, cells, filled, texts)
            if why:
                self.fates.ignore(row, why)
                return 1
        short = {plain(text) for text in texts if len(text) <= 40} if len(texts) > 1 or len(self.heading) == 1 else set()
        if short and short & self.name_words and short <= self.heading:
            self.fates.ignore(row, "重复的表头")
            return 1
        if len(short) > 2 and any(heads_names(text) for text in short if len(text) <= 12):
            layout = read_layout(self.sheet, row, self.skip, self.fills.get(row))
            if layout and len(layout.texts) >= 3:
                self._take(layout)
                for each in layout.rows:
                    self.fates.ignore(each, heading_why(layout, "表头（本表内的又一处）"))
                return len(layout.rows)
        self._item(row, cells, filled)
        return 1

    def _no_item(self, row: int, cells: list[str], filled: list[int], texts: list[str]) -> str:
        """Why a row is no item, or empty."""
        first, layout = filled[0], self.layout
        others = filled[1:] if first == layout.serial and len(filled) > 1 else filled
        if filled == [layout.serial] and ((row, first) in self.sheet.formulas or style_of(plain(texts[0])) or len(texts[0]) <= 4):
            return "只有序号，没有内容"
        if is_total(texts):
            return "合计行"
        why = why_of_heading_aid(texts, in_serial=first == layout.serial)
        if why:
            return why
        if is_note(texts[0]) and (len(texts) <= 2 or all(":" in plain(text) for text in texts)):
            self.after_note = True
            return "表注"
        if any((row, c) in self.sheet.formulas for c in others):
            return ""
        if len(others) == 1 or (len(others) <= 3 and all(is_count(t) for t in texts[len(texts) - len(others) + 1 :])):
            text = cells[others[0]].strip()
            if text in self.context.titles:
                return "重复的标题"
            spread = self.sheet.spans.get((row, others[0]), 1)
            numbered = first == layout.serial and style_of(plain(texts[0])) == "1"
            if numbered and others[0] == self.category and spread == 1:
                return ""  # an item that has no more than its number and its category
            if others[0] not in self.name_columns or spread > 2 or is_band_like(text):
                why = self.context.read_band(text)
                if why:
                    return why
            if len(filled) == 1 and (spread > 2 or others[0] in self.band_columns - self.name_columns):
                return self._across(text)
        elif len(texts) <= 3 and others[0] in self.band_columns and speaks_of_the_table(texts, self._names_of(cells)):
            self.context.read_title(texts)
            return "表头前后的说明"
        names = self._names_of(cells)
        if names and all(is_nothing(t) for t in texts if t not in (texts[0] if first == layout.serial else "",)):
            return "写明“无”，没有事项"
        if len(others) == 1 and first == layout.serial and self._captions(row, texts[0], others[0]):
            return f"小标题“{texts[-1][:30]}”，未作为事项"
        return ""

    def _names_of(self, cells: list[str]) -> list[str]:
        return [cells[c] for c in self.name_columns if c < len(cells) and cells[c].strip()]

    def _captions(self, row: int, serial: str, column: int) -> bool:
        """一 with a name and nothing else, above rows numbered 1, 2, 3: a caption, not a 大项."""
        layout = self.layout
        if column != layout.major or layout.sub is not None or style_of(plain(serial)) != "一":
            return False
        return (self.category is None or not self._filled(row, self.category)) and self._next_serial(row) == "1"

    def _across(self, text: str) -> str:
        """A line across the table that is no band."""
        if is_title(text) or ":" in plain(text):
            self.context.read_title([text])
            return "重复的标题"
        if self.after_note or len(text) > 40:
            return "表注"
        return self.context.read_caption(text) or f"小标题“{text[:30]}”，未用作类别或部门"

    def _filled(self, row: int, column: int) -> str:
        text = self.sheet.cell(row, column)
        if text and not text.isspace():
            return text
        origin = self.fills.get(row, {}).get(column)
        return self.sheet.cell(*origin) if origin else ""

    def _next_serial(self, row: int) -> str:
        for later in range(row + 1, min(row + 4, len(self.sheet.rows) + 1)):
            text = plain(self.sheet.cell(later, self.layout.serial))
            if text:
                return style_of(text)
        return ""

    def _item(self, row: int, cells: list[str], filled: list[int]) -> None:
        layout, fill = self.layout, self.fills.get(row, {})
        draft = Draft(self.sheet.name, row, columns=self.letters)

        def value(column: int | None) -> str:
            if column is None:
                return ""
            text = cells[column] if column < len(cells) else ""
            if fill and column in fill and (not text or text.isspace()):
                return self.sheet.cell(*fill[column])
            return text

        if self._continues(row, cells, filled, fill):
            return
        check_cells(self.sheet, draft, row, cells, fill, self.used, self.suspect)
        major, sub = value(layout.major), value(layout.sub)
        if layout.third is not None:
            major, sub = self._three_names(draft, major, value(layout.third), sub)
        draft.set_names(major, sub, layout.major)
        for key, columns in self.prose:
            if len(columns) == 1:
                text = value(columns[0])
            else:
                text = "\n".join(t for t in map(value, columns) if t and not t.isspace())
            draft.cells[key] = text if key in VERBATIM else text.strip()
        self._ticked(draft, value)
        draft.set_category(draft.cells.pop("category", "") or value(self.category), self.category, self.context.category)
        default = self.context.department or draft.cells.get("implementing_body", "")
        draft.set_department(value(self.department), self.department, default)
        self._codes(draft, row, cells, fill)
        if layout.serial is not None and layout.sub is None and layout.serial < len(cells):
            self.nesting.place(draft, plain(cells[layout.serial]))
        draft.check_lengths()
        draft.check_choices()
        draft.check_basis()
        self.drafts[row] = draft
        if draft.sub:
            self.split.add(fill.get(layout.major, (row,))[0])
        self.fates.add(draft)

    def _three_names(self, draft: Draft, major: str, name: str, sub: str) -> tuple[str, str]:
        """大项, 事项 and 子项 columns together: at most two of them may say something different."""
        words = {plain(t): t for t in (major, name, sub) if not is_nothing(t)}
        if len(words) == 3:
            draft.refuse(self.layout.third, "I15", "的大项、事项、子项名称三者各不相同，分不清层次；请只保留大项和子项两级")
        if is_nothing(sub):
            return (name, "") if is_nothing(major) else (major, name)
        return (name if is_nothing(major) else major), sub

    def _continues(self, row: int, cells: list[str], filled: list[int], fill: dict) -> bool:
        """A row inside the merged name of an item above, without a sub-item of its own: its texts go on there."""
        layout = self.layout
        origin = fill.get(layout.major)
        if not origin or layout.major in filled:
            return False
        if layout.sub is not None:
            below = fill.get(layout.sub)
            if layout.sub in filled:
                return False
            if below and below[0] >= origin[0]:
                origin = below
            elif origin[0] in self.split:
                draft = Draft(self.sheet.name, row)
                draft.refuse(
                    layout.sub, "I15", "没有子项名称，而同一大项的其他行有子项；请补上子项名称，或把子项的单元格合并到该行"
                )
                self.fates.add(draft)
                return True
        target = self.drafts.get(origin[0])
        if target is None:
            return False
        if any(c in filled for c, _ in layout.schemes):
            draft = Draft(self.sheet.name, row)
            draft.refuse(
                layout.schemes[0][0], "I15", "与上面合并的同名事项各有编码，分不清是续行还是子项；请填写子项名称，或取消合并"
            )
            self.fates.add(draft)
            return True
        for key, columns in self.prose:
            target.extend(key, "\n".join(cells[c] for c in columns if c in filled))
        check_cells(self.sheet, target, row, cells, {}, self.used, self.suspect)
        self.fates.follow(row, target)
        return True

    def _ticked(self, draft: Draft, value) -> None:
        """Columns marked with √: levels, and choices such as the category."""
        layout = self.layout
        if layout.levels:
            levels = []
            for column, level in layout.levels:
                text = value(column).strip()
                if _TICK.fullmatch(text):
                    levels.append(level)
                elif not _NO_TICK.fullmatch(text):
                    levels.append(f"{level}（{text}）")
            own = draft.cells.get("exercising_level", "")
            draft.cells["exercising_level"] = "、".join([own] * bool(own) + levels)
        for column, key, choice in layout.ticks:
            text = value(column).strip()
            if _TICK.fullmatch(text):
                if draft.cells.get(key):
                    draft.refuse(column, "I16", "在并列的几栏里不止一处打勾；请只保留一处")
                draft.cells[key] = choice
            elif not _NO_TICK.fullmatch(text):
                draft.refuse(column, "I16", f"的 {letters(column)} 列应当打勾（√）或留空")

    def _codes(self, draft: Draft, row: int, cells: list[str], fill: dict) -> None:
        """Codes stand in the row itself; a code merged over several rows is that of their 大项."""
        layout, odd = self.layout, self.sheet.odd
        for column, scheme in layout.schemes:
            text = cells[column] if column < len(cells) else ""
            if scheme != OUR_CODE:
                draft.cells["codes"] = "\n".join(t for t in (draft.cells.get("codes", ""), text.strip()) if t)
            if text:
                shared = bool(draft.sub) and self.fills.get(row + 1, {}).get(column, (0, 0))[0] == row
                draft.add_codes(text, scheme, column, odd.get((row, column), ""), of_major=shared)
            elif fill.get(column) and draft.sub:
                place = fill[column]
                draft.add_codes(self.sheet.cell(*place), scheme, column, odd.get(place, ""), of_major=True)
        for column in layout.major_codes:
            place = (row, column) if column < len(cells) and cells[column].strip() else fill.get(column, (row, column))
            draft.add_codes(self.sheet.cell(*place), "", column, odd.get(place, ""), of_major=bool(draft.sub))
