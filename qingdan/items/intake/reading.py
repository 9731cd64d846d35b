"""A published list in, rows of items out: ``read_list`` accounts for every non-empty row of the file, exactly once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from qingdan.items.intake.child import read_sheets
from qingdan.items.intake.context import FileContext, SheetContext
from qingdan.items.intake.draft import Draft, refuse_missing_basis
from qingdan.items.intake.fates import Fates
from qingdan.items.intake.faults import Fault
from qingdan.items.intake.form import find_pairs, read_form
from qingdan.items.intake.grid import Sheet, letters
from qingdan.items.intake.layout import find_layout, heading_why
from qingdan.items.intake.lines import is_secret
from qingdan.items.intake.preflight import UnreadableFile
from qingdan.items.intake.rows import TableReader

__all__ = ["Fault", "IgnoredRow", "ReadRow", "Reading", "RefusedRow", "UnreadableFile", "read_list", "read_sheet_list"]

FORM_WITHIN = 60  # rows in which a form must show itself


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One item. ``codes`` are (scheme as the heading names it, or "", value); ``major_codes`` those of its 大项.

    ``cells`` maps element keys to texts: a column that the table lacks is absent, an empty cell is "". ``category`` is 01–10.
    """

    sheet: str
    row: int
    department: str
    category: str
    major_item: str
    sub_item: str
    codes: tuple[tuple[str, str], ...]
    cells: dict[str, str]
    major_codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be an item: ``column``, ``code`` and ``message`` are those of its first fault."""

    sheet: str
    row: int
    column: str
    code: str
    message: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """A row that is no item of its own, and why."""

    sheet: str
    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. ``kind`` is xlsx, xls, docx or csv by content; ``year`` comes from the title or the file's name."""

    kind: str
    items: tuple[ReadRow, ...]
    refused: tuple[RefusedRow, ...]
    ignored: tuple[IgnoredRow, ...]
    year: int | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def counts(self) -> dict[str, int]:
        return {"items": len(self.items), "refused": len(self.refused), "ignored": len(self.ignored)}


def read_list(
    source: str | os.PathLike | bytes,
    *,
    file_name: str,
    department: str | None = None,
    category: str | None = None,
    include_hidden: bool = False,
) -> Reading:
    """Read one .xlsx, .xls, .docx or .csv (told apart by content). Raises UnreadableFile when the file as a whole cannot be read.

    ``department`` and ``category`` are what the caller names; they hold where the rows, bands and the sheet's name say nothing.
    """
    kind, sheets = read_sheets(source)
    return read_sheet_list(
        sheets, kind=kind, file_name=file_name, department=department, category=category, include_hidden=include_hidden
    )


def read_sheet_list(
    sheets: Iterable[Sheet], *, kind: str, file_name: str, department: str | None, category: str | None, include_hidden: bool
) -> Reading:
    """The same for grids already in memory (pure)."""
    context = FileContext(file_name, department, category)
    fates, tables = [], 0
    for sheet in sheets:
        fate = Fates(sheet, include_hidden=include_hidden)
        fates.append(fate)
        if sheet.hidden and not include_hidden:
            fate.rest("隐藏的工作表；需要时取消隐藏，或在导入时选择“包括隐藏内容”")
        else:
            tables += _read_sheet(sheet, context, fate, include_hidden)
    if not tables:
        raise UnreadableFile("没有找到表头（前 30 行内应有“事项名称”等列名）；请核对文件，或在第一行写上列名后再导入")
    _refuse_across(fates)
    return _reading(kind, fates, context)


def _read_sheet(sheet: Sheet, file: FileContext, fates: Fates, include_hidden: bool) -> bool:
    """Give every row of one sheet its fate. False when there was no table in it."""
    context = SheetContext(file, sheet.name)
    skip = frozenset() if include_hidden else sheet.hidden_columns
    for line in sheet.preface:
        _guard(line)
        context.read_title([line])
    layout = find_layout(sheet, skip=skip)
    pairs = find_pairs(sheet, skip, within=FORM_WITHIN)
    if pairs and (layout is None or any(p[0] in layout.rows for p in pairs)):
        read_form(sheet, find_pairs(sheet, skip), context, fates)
        return True
    if layout is None:
        _no_table(sheet, fates)
        return False
    for row in range(1, layout.rows[0]):
        cells = sheet.rows[row - 1]
        texts = [t.strip() for c, t in enumerate(cells) if t and not t.isspace() and (row, c) not in sheet.formulas]
        for text in texts:
            _guard(text)
        if any(cells) or row in sheet.formula_columns:
            if row not in fates.hidden:
                context.read_title(texts)
            fates.ignore(row, "标题或表头前的说明")
    fates.marking = layout.marking
    for row in layout.rows:
        fates.ignore(row, heading_why(layout))
    if skip:
        first = layout.rows[0]
        fates.ignored[first] += "；隐藏的列未读取：" + "、".join(letters(c) for c in sorted(skip)[:30])
    TableReader(sheet, layout, context, fates, skip).read()
    context.note_conflicts(sheet.name)
    return True


def _guard(text: str) -> None:
    """A mark of a state secret above the table is a mark of the whole document."""
    if is_secret(text):
        raise UnreadableFile("文件带有国家秘密标志；涉密文件不得进入本系统，请按保密规定处理")


def _no_table(sheet: Sheet, fates: Fates) -> None:
    """A cover or a summary is left aside; anything that looks like a table is refused row by row."""
    rows = [[t for t in cells if t and not t.isspace()] for cells in sheet.rows]
    wide = [texts for texts in rows if len(texts) >= 3]
    words = [texts for texts in wide if sum(not t.replace(".", "").isdecimal() for t in texts) >= 3]
    if len(words) > 3:
        for row, texts in enumerate(rows, 1):
            if texts and fates.open(row, sheet.rows[row - 1]):
                fates.refuse_row(row, "I14", "所在工作表的前 30 行没有找到表头；请写上“事项名称”等列名，不是清单的请删除该工作表")
    fates.rest("工作表里没有清单（没有“事项名称”一列的表头）")


def _refuse_across(all_fates: list[Fates]) -> None:
    """What only the whole file shows: codes used twice, penalties whose sub-items carry the bases."""
    used: dict[tuple[str, str], Draft] = {}
    named: dict[tuple[str, ...], Draft] = {}
    parents = {(d.department, d.category, d.major) for fates in all_fates for d in fates.drafts if d.sub}
    for fates in all_fates:
        for draft in fates.drafts:
            for code in draft.codes:
                first = used.setdefault(code, draft)
                if first is not draft:
                    place = f"第{first.row}行" if first.sheet == draft.sheet else f"工作表“{first.sheet}”第{first.row}行"
                    draft.refuse(None, "I06", f"的编码 {code[1]} 已在{place}使用；请核对后改正其中一个")
            first = named.setdefault((draft.department, draft.category, draft.major, draft.sub), draft)
            if first is not draft and draft.major and not (first.codes and draft.codes):
                place = f"第{first.row}行" if first.sheet == draft.sheet else f"工作表“{first.sheet}”第{first.row}行"
                draft.refuse(None, "I17", f"与{place}是同一部门、同一类别的同名事项；请只保留一行，确是两个事项的请各填编码或改名")
            if draft.needs_basis and (draft.sub or (draft.department, draft.category, draft.major) not in parents):
                refuse_missing_basis(draft)


def _reading(kind: str, all_fates: list[Fates], context: FileContext) -> Reading:
    items, refused, ignored = [], [], []
    for fates in all_fates:
        name = fates.sheet.name
        for draft in fates.drafts:
            if draft.faults:
                fates.refused[draft.row] = tuple(draft.faults)
            else:
                items.append(_row(draft))
        for row, target in fates.followers:
            if target.faults:
                fates.refuse_row(
                    row, target.faults[0].code, f"是第{target.row}行同一事项的续行，该事项未通过检查；请先改正第{target.row}行"
                )
            else:
                fates.ignored[row] = f"并入第{target.row}行（同一事项的续行）"
        for row, faults in sorted(fates.refused.items()):
            refused.append(RefusedRow(name, row, faults[0].column, faults[0].code, faults[0].message, faults))
        ignored += [IgnoredRow(name, row, why) for row, why in sorted(fates.ignored.items())]
    return Reading(kind, tuple(items), tuple(refused), tuple(ignored), context.year, tuple(context.notes))


def _row(draft: Draft) -> ReadRow:
    return ReadRow(
        draft.sheet,
        draft.row,
        draft.department,
        draft.category,
        draft.major,
        draft.sub,
        tuple(dict.fromkeys(draft.codes)),
        draft.cells,
        tuple(dict.fromkeys(draft.major_codes)),
    )
