"""Form sheets: one item a block of ``label | value`` pairs (行政职权基本信息表), several blocks one under another."""

from __future__ import annotations

from qingdan.items.intake.categories import parse_category
from qingdan.items.intake.checks import check_cells, suspect_rows
from qingdan.items.intake.context import SheetContext
from qingdan.items.intake.draft import VERBATIM, Draft
from qingdan.items.intake.fates import Fates
from qingdan.items.intake.grid import Sheet
from qingdan.items.intake.headings import read_label
from qingdan.items.intake.layout import NAMES
from qingdan.items.intake.lines import is_note, is_title
from qingdan.items.intake.words import plain

Pair = tuple[int, str, str, int]  # row, element key, code scheme, column of the value
_SURE = 50
_ONE_CELL = {*NAMES, "codes", "category", "department_name"}


def find_pairs(sheet: Sheet, skip: frozenset[int], *, within: int | None = None) -> list[Pair]:
    """The label cells with a value to their right, when the sheet is a form; an empty list when it is a table or neither."""
    pairs, rows, filled, found = [], set(), 0, []
    merged = {}
    for first, left, last, right in sheet.merged:
        for row in range(first, last + 1):
            merged.setdefault(row, {})[left] = (first, right)
    for row, cells in enumerate(sheet.rows[:within], 1):
        found = _row_pairs(sheet, row, cells, merged.get(row, {}), skip) or _goes_on(sheet, row, cells, found)
        filled += any(t and not t.isspace() for t in cells)
        pairs += found
        if any(sheet.cell(row, p[3]).strip() for p in found):
            rows.add(row)
    names = [p for p in pairs if p[1] in NAMES and sheet.cell(p[0], p[3]).strip()]
    keys = {p[1] for p in pairs}
    if not names or len(keys) < 3 or len(rows) < 3 or len(rows) * 3 < filled:
        return []
    return pairs


def _row_pairs(sheet: Sheet, row: int, cells: list[str], merged: dict, skip: frozenset[int]) -> list[Pair]:
    labels = {}
    for column in range(len(cells)):
        text, origin = cells[column], merged.get(column)
        if (not text or text.isspace()) and origin and origin[0] < row:
            text = sheet.cell(origin[0], column)
        if text and len(text) < 40 and column not in skip and (row, column) not in sheet.formulas:
            heading = read_label(text)
            if heading and heading.rank < _SURE:
                labels[column] = heading
    pairs = []
    for column, heading in labels.items():
        value = merged[column][1] + 1 if column in merged else column + 1
        if value not in labels and value not in skip:
            pairs.append((row, heading.key, heading.extra, value))
    # A row of a table heading has labels beside labels; a row of a form has a value beside each label.
    return pairs if len(pairs) * 4 >= len(labels) * 3 else []


def _goes_on(sheet: Sheet, row: int, cells: list[str], before: list[Pair]) -> list[Pair]:
    """A row without any label, filled only under the one value of the row above, carries that value on."""
    if len(before) == 1 and before[0][0] == row - 1:
        filled = [c for c, t in enumerate(cells) if t and not t.isspace()]
        if filled == [before[0][3]]:
            return [(row, *before[0][1:])]
    return []


def read_form(sheet: Sheet, pairs: list[Pair], context: SheetContext, fates: Fates) -> None:
    """One draft a block; its other rows follow the row of the name."""
    labelled = {p[0] for p in pairs}
    for row, cells in enumerate(sheet.rows, 1):
        texts = [t.strip() for t in cells if t and not t.isspace()]
        title = 0 < len(texts) <= 2 and (is_title(texts[0]) or ":" in plain(texts[0]))
        if title and row not in labelled and fates.open(row, cells):
            context.read_title(texts)
            fates.ignore(row, "表注" if is_note(texts[0]) else "标题或说明")
    columns = _label_columns(sheet, labelled)
    for block in _blocks(pairs):
        _read_block(sheet, block, columns, context, fates)
    _follow(sheet, fates)


def _label_columns(sheet: Sheet, rows: set[int]) -> set[int]:
    """The columns in which labels stand: a short text there that nobody knows is a label all the same, and no value."""
    return {
        c for row in rows for c, text in enumerate(sheet.rows[row - 1]) if text and len(text) < 40 and read_label(text) is not None
    }


def _blocks(pairs: list[Pair]) -> list[list[Pair]]:
    """A new block begins where a label comes again in another row after the block has its name."""
    blocks: list[list[Pair]] = [[]]
    for pair in pairs:
        block = blocks[-1]
        again = any(p[1:3] == pair[1:3] for p in block)
        previous = block[-1] if block else None
        if again and previous and previous[0] == pair[0]:
            continue  # the same label twice in one row: the first stands
        continued = previous is not None and previous[1:3] == pair[1:3] and previous[0] + 1 == pair[0]
        if again and not continued and any(p[1] in NAMES for p in block):
            blocks.append([])
        blocks[-1].append(pair)
    return [block for block in blocks if any(p[1] in NAMES for p in block)]


def _read_block(sheet: Sheet, block: list[Pair], label_columns: set[int], context: SheetContext, fates: Fates) -> None:
    rows = sorted({p[0] for p in block})
    if not all(fates.open(row, sheet.rows[row - 1]) for row in range(rows[0], rows[-1] + 1)):
        secret = [row for row in range(rows[0], rows[-1] + 1) if row in fates.refused]
        for row in range(rows[0], rows[-1] + 1) if secret else ():
            if any(text.strip() for text in sheet.rows[row - 1]) and row not in fates.refused:
                fates.refuse_row(row, "I11", f"属于第{secret[0]}行带有国家秘密标志的表，内容未读入；请从文件中删除并按保密规定处理")
        return
    home = next(p[0] for p in block if p[1] in NAMES)
    draft = Draft(sheet.name, home, columns={p[1]: p[3] for p in block})
    values: dict[str, list[str]] = {}
    doubled: list[int] = []
    for row, key, scheme, column in block:
        text = sheet.cell(row, column)
        for c in range(column + 1, len(sheet.rows[row - 1])):
            further = sheet.cell(row, c)
            if _labelled(block, row, column, c):
                break
            if key == "category" and parse_category(further) and row not in doubled:
                doubled.append(row)
            if further.strip() and (key in _ONE_CELL or c in label_columns):
                context.file.notes.append(f"工作表“{sheet.name}”第{row}行的“{plain(further)[:20]}”一栏未读取")
                break
            text = "\n".join(t for t in (text, further) if t and not t.isspace())
        if key == "codes":
            draft.add_codes(text, scheme, column, sheet.odd.get((row, column), ""))
        values.setdefault(key, []).append(text)
    texts = {key: "\n".join(parts) for key, parts in values.items()}
    major, name, sub = (texts.pop(key, "") for key in NAMES)
    draft.set_names(major or name, sub or (name if major else ""), draft.columns.get("name"))
    department, category = texts.pop("department_name", ""), texts.pop("category", "")
    draft.cells = {key: text if key in VERBATIM else text.strip() for key, text in texts.items()}
    if "implementing_basis" in draft.cells and "setting_basis" not in draft.cells:
        draft.cells["setting_basis"] = draft.cells.pop("implementing_basis")
    draft.set_category(category, draft.columns.get("category"), context.category)
    default = context.department or draft.cells.get("implementing_body", "")
    draft.set_department(department, draft.columns.get("department_name"), default)
    if doubled:
        draft.refuse(None, "I15", f"起的表一列一个事项（第{doubled[0]}行有几个类别）；请改为一行一个事项，或一个事项一张表")
    used, suspect = {p[3] for p in block}, suspect_rows(sheet)
    for row in rows:
        check_cells(sheet, draft, row, sheet.rows[row - 1], {}, used, suspect)
    draft.check_lengths()
    draft.check_choices()
    draft.check_basis()
    fates.add(draft)
    for row in rows:
        if row != home:
            fates.follow(row, draft)


def _labelled(block: list[Pair], row: int, column: int, other: int) -> bool:
    """Whether ``other`` belongs to the next label of the row."""
    later = [p[3] for p in block if p[0] == row and p[3] > column]
    return bool(later) and other >= min(later) - 1


def _follow(sheet: Sheet, fates: Fates) -> None:
    """Rows without a label that stand inside or under a block, such as section captions."""
    fates.rest("表单内的标题或未识别的行，未读入")
