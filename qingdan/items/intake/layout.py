"""Where the table of a sheet begins and what its columns mean: one or two heading rows, any order, within 30 rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qingdan.items.intake.grid import Sheet, letters
from qingdan.items.intake.headings import LEVEL, MAJOR_CODES, MARKING, SERIAL, SUB_CODE, TICK, Heading, read_heading, read_pair
from qingdan.items.intake.words import plain

HEADER_WITHIN = 30
NAMES = ("major_name", "name", "sub_name")
_ROLES = (SERIAL, LEVEL, TICK, MARKING, MAJOR_CODES)
_ONE_COLUMN = {*NAMES, "department_name", "category", SERIAL}


@dataclass(slots=True)
class Layout:
    """``elements`` maps element keys to their columns (several are joined); names, serials, levels and marks stand apart."""

    rows: tuple[int, ...]
    elements: dict[str, list[int]] = field(default_factory=dict)
    major: int | None = None
    sub: int | None = None
    third: int | None = None
    serial: int | None = None
    schemes: list[tuple[int, str]] = field(default_factory=list)
    major_codes: list[int] = field(default_factory=list)
    levels: list[tuple[int, str]] = field(default_factory=list)
    ticks: list[tuple[int, str, str]] = field(default_factory=list)
    marking: list[int] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        return self.rows[-1] + 1

    @property
    def used(self) -> set[int]:
        """Every column whose content goes into an item (so not the serial)."""
        columns = {c for several in self.elements.values() for c in several}
        columns |= {c for c in (self.major, self.sub, self.third) if c is not None}
        columns |= {c for c, _ in self.schemes} | set(self.major_codes)
        return columns | {c for c, _ in self.levels} | {c for c, _, _ in self.ticks}


def find_layout(sheet: Sheet, start: int = 1, *, within: int = HEADER_WITHIN, skip: frozenset[int] = frozenset()) -> Layout | None:
    """The first heading row from ``start`` on. ``skip`` are columns not to be read."""
    for row in range(start, min(start + within, len(sheet.rows) + 1)):
        layout = read_layout(sheet, row, skip)
        if layout:
            return layout
    return None


def read_layout(
    sheet: Sheet, row: int, skip: frozenset[int] = frozenset(), above: Mapping[int, tuple[int, int]] | None = None
) -> Layout | None:
    """The layout that begins with ``row``, or None when that row is no heading row. ``above``: cells merged down into it, by column."""
    upper = _texts(sheet, row, skip)
    if upper:
        upper |= {c: sheet.cell(*place) for c, place in (above or {}).items() if c not in upper and c not in skip}
    if not upper or all(len(text) > 60 for text in upper.values()):
        return None
    lower = _second_row(sheet, row, upper, skip)
    if lower:
        spread = _spread(sheet, row, upper, lower)
        headings = {c: read_pair(spread.get(c, ""), lower.get(c, "")) for c in sorted({*spread, *lower})}
        texts = {c: "·".join(t.strip() for t in (spread.get(c, ""), lower.get(c, "")) if t) for c in headings}
        layout = _arrange(sheet, (row, row + 1), headings, texts)
        if layout:
            return layout
    headings = {c: read_heading(text) for c, text in upper.items()}
    return _arrange(sheet, (row,), headings, upper)


def _texts(sheet: Sheet, row: int, skip: frozenset[int]) -> dict[int, str]:
    cells = sheet.rows[row - 1] if row <= len(sheet.rows) else []
    return {
        c: text for c, text in enumerate(cells) if text and not text.isspace() and c not in skip and (row, c) not in sheet.formulas
    }


def _second_row(sheet: Sheet, row: int, upper: dict[int, str], skip: frozenset[int]) -> dict[int, str]:
    """The texts of the row below when it continues the heading: they all stand under group headings; else nothing."""
    lower = _texts(sheet, row + 1, skip)
    if not lower or any(len(text) > 40 or plain(text).isdecimal() for text in lower.values()):
        return {}
    merged = [area for area in sheet.merged if area[0] == row and area[2] == row and area[3] > area[1]]
    for column in lower:
        if any(left <= column <= right for _, left, _, right in merged):
            continue
        begins_group = column in upper and column + 1 not in upper and column + 1 in lower
        inside_group = column not in upper and any(c < column for c in upper)
        if not (begins_group or inside_group):
            return {}
    alone = [c for c, text in upper.items() if c not in lower and read_heading(text)]
    if not alone and sum(read_heading(text) is not None for text in upper.values()) < 2:
        return {}
    spread = _spread(sheet, row, upper, lower)
    known = [
        read_pair(spread.get(c, ""), text) for c, text in lower.items() if read_heading(text) or read_pair(spread.get(c, ""), text)
    ]
    return lower if any(known) else {}


def _spread(sheet: Sheet, row: int, upper: dict[int, str], lower: dict[int, str]) -> dict[int, str]:
    """The upper row with its group headings written over every column of the group."""
    spread = dict(upper)
    for first, left, last, right in sheet.merged:
        if first == row and left in upper:
            for column in range(left + 1, right + 1):
                if last == row or column in lower:
                    spread.setdefault(column, upper[left])
    for column in sorted(lower):
        if column not in spread and column - 1 in spread:
            spread[column] = spread[column - 1]
    return spread


def _arrange(sheet: Sheet, rows: tuple[int, ...], headings: dict[int, Heading | None], texts: dict[int, str]) -> Layout | None:
    known = {c: h for c, h in headings.items() if h}
    if not any(h.key in NAMES for h in known.values()):
        return None
    if len(known) < 2 and not (len(texts) == 1 and all(h.rank < 50 for h in known.values())):
        return None
    if len(known) * 3 < len(texts):
        return None
    layout = Layout(rows, texts=dict(texts))
    layout.unread = [(c, text) for c, text in texts.items() if not headings.get(c)]
    by_key: dict[str, list[int]] = {}
    for column, heading in known.items():
        if heading.key == LEVEL:
            layout.levels.append((column, heading.extra))
        elif heading.key == TICK:
            key, _, value = heading.extra.partition(":")
            layout.ticks.append((column, key, value))
        elif heading.key == MARKING:
            layout.marking.append(column)
        elif heading.key == MAJOR_CODES:
            layout.major_codes.append(column)
        else:
            by_key.setdefault(heading.key, []).append(column)
    _lone_ticks(layout)
    _codes(sheet, layout, by_key, known, texts)
    for key, columns in by_key.items():
        _keep(layout, key, columns, known)
    if "implementing_basis" in layout.elements and "setting_basis" not in layout.elements:
        layout.elements["setting_basis"] = layout.elements.pop("implementing_basis")
    _widen(sheet, layout, known)
    _names(layout)
    return layout


def _widen(sheet: Sheet, layout: Layout, known: dict[int, Heading]) -> None:
    """One heading merged over several columns: texts are joined; two columns of names are 大项 and sub-item."""
    for key, columns in list(layout.elements.items()):
        if len(columns) != 1:
            continue
        first = columns[0]
        width = max(sheet.spans.get((row, first), 1) for row in layout.rows)
        free = [c for c in range(first + 1, first + width) if c not in known]
        if key in NAMES:
            if len(free) == 1 and "sub_name" not in layout.elements and len(layout.rows) == 1:
                layout.elements["sub_name"] = free
        elif key not in _ONE_COLUMN:
            columns += free


def _keep(layout: Layout, key: str, columns: list[int], known: dict[int, Heading]) -> None:
    """The columns of one element: those of one group are joined, otherwise the surest heading wins and the rest stay unread."""
    best = min(known[c].rank for c in columns)
    kept = [c for c in columns if known[c].rank == best]
    group = [c for c in kept if c - 1 in kept or c + 1 in kept]
    if key in _ONE_COLUMN or len(kept) > 1 and best < 50 and len(group) != len(kept):
        kept = kept[:1]
    if best < 50 and key.endswith("_basis"):
        kept += [c for c in columns if c not in kept and c - 1 in kept and known[c].rank >= 50]
    layout.unread += [(c, layout.texts.get(c, "")) for c in columns if c not in kept]
    if key == SERIAL:
        layout.serial = kept[0]
    else:
        layout.elements[key] = kept


def _lone_ticks(layout: Layout) -> None:
    """A single column named 行政许可 is no column of ticks: they stand side by side."""
    categories = [t for t in layout.ticks if t[1] == "category"]
    if len(categories) == 1:
        layout.ticks.remove(categories[0])
        layout.unread.append((categories[0][0], layout.texts.get(categories[0][0], "")))


def _codes(sheet: Sheet, layout: Layout, by_key: dict, known: dict[int, Heading], texts: dict[int, str]) -> None:
    seen = set()
    columns = sorted(by_key.pop("codes", ()), key=lambda c: known[c].rank)
    of_subs = any(known[c].rank == SUB_CODE for c in columns)
    for column in columns:
        scheme = known[column].extra
        if (
            plain(texts[column]) in ("编号", "代码")
            and (SERIAL not in by_key or "" in seen)
            and _counts_up(sheet, layout.rows[-1] + 1, column)
        ):
            if SERIAL in by_key:
                layout.unread.append((column, texts[column]))
            else:
                by_key[SERIAL] = [column]
        elif of_subs and scheme == "" and known[column].rank != SUB_CODE:
            layout.major_codes.append(column)
        elif scheme in seen:
            layout.unread.append((column, texts[column]))
        else:
            seen.add(scheme)
            layout.schemes.append((column, scheme))


def _counts_up(sheet: Sheet, first: int, column: int) -> bool:
    """Whether a column of 编号 only numbers the rows 1, 2, 3 …"""
    values = [v for v in (plain(sheet.cell(r, column)) for r in range(first, min(first + 60, len(sheet.rows) + 1))) if v]
    numbers = [int(v) for v in values if v.isdecimal() and len(v) < 5]
    return (
        bool(numbers)
        and len(numbers) * 2 >= len(values)
        and numbers[0] == 1
        and all(b in (a + 1, 1) for a, b in zip(numbers, numbers[1:], strict=False))
    )


def _names(layout: Layout) -> None:
    found = {key: layout.elements.pop(key)[0] for key in NAMES if key in layout.elements}
    major, name, sub = (found.get(key) for key in NAMES)
    if sub is not None and (major is not None or name is not None):
        layout.major, layout.sub = (name, sub) if major is None else (major, sub)
        if major is not None and name is not None:
            layout.third = name
    elif major is not None and name is not None:
        layout.major, layout.sub = major, name
    else:
        layout.major = next(c for c in (name, major, sub) if c is not None)


def heading_why(layout: Layout, what: str = "表头") -> str:
    """Why heading rows are no items, with the columns that nobody could read."""
    if not layout.unread:
        return what
    named = "、".join(f"{letters(c)} {plain(text)[:20]}" for c, text in sorted(layout.unread))
    return f"{what}；未读取的列：{named}"
