"""What calamine does not tell about a sheet of an .xlsx: formulas, error values, hidden rows and columns, far cells.

Sheets as ordinary programs write them are searched with a few regular expressions (tens of milliseconds for 10 MB);
anything unusual is parsed in full. Both paths give the same facts. Rows count from 1, columns from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import UnreadableFile

MAX_FORMULAS = 200_000

_FAR = "工作表“{}”有内容或格式的范围到了{}，超过 {} 行 × {} 列；请删除多余的空行空列后另存再导入"
# A cell or a row whose first attribute is not an ordinary reference within the limits (GR is column 200).
_ODD_CELL = re.compile(rb'<c(?! r="(?:[A-Z]|[A-F][A-Z]|G[A-R])(?:1?[0-9]{1,4}|20000)")[\s/>]')
_ODD_ROW = re.compile(rb'<row(?! r="(?:1?[0-9]{1,4}|20000)")[\s/>]')
_PREFIXED = re.compile(rb":(?:c|f|row|col|dimension|mergeCell|sheetData)[\s/>]")
_COMMENT = re.compile(rb"<!(?:--|\[)")
_FORMULA = re.compile(rb"<f[\s/>]")
_PLAIN_FORMULA = re.compile(rb'<c r="([A-Z]{1,2})(\d{1,5})"(?:[^>/]|/(?!>))*><f>')
_ERROR = re.compile(rb"=\s*[\"']e[\"']")
_HIDDEN = re.compile(rb"hidden\s*=")
_ZERO_HEIGHT = re.compile(rb"ht\s*=\s*[\"']0[\"']")
_DIMENSION = re.compile(rb"<dimension\b[^>]*?\bref\s*=\s*[\"']([^\"']*)")
_ROW = re.compile(rb'<row r="(\d+)"([^>]*)>')
_COL = re.compile(rb"<col\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,7})\$?(\d{1,9})")


@dataclass(slots=True)
class SheetFacts:
    """``formulas`` and ``errors`` are [row, column]; ``hidden_columns`` are column numbers; ``cells`` counts formatted ones too."""

    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    cells: int = 0


def read_facts(name: str, xml: bytes) -> SheetFacts:
    """The facts of the sheet ``name``. Raises UnreadableFile for far cells and too many rows or cells."""
    dimension = _DIMENSION.search(xml[:20_000])
    if dimension:
        _check_range(name, dimension[1].decode("ascii", "replace"))
    if _PREFIXED.search(xml) or _COMMENT.search(xml) or _ODD_CELL.search(xml) or _ODD_ROW.search(xml):
        return _parse(name, xml)
    facts = SheetFacts(cells=xml.count(b"<c r="))
    if _FORMULA.search(xml):
        places = _PLAIN_FORMULA.findall(xml)
        if len(places) != sum(1 for _ in _FORMULA.finditer(xml)):
            return _parse(name, xml)
        for column, row in places:
            _note_formula(name, facts, _place(f"{column.decode()}{row.decode()}"), "")
        facts.formulas = sorted(set(facts.formulas))
    if _ERROR.search(xml):
        return _parse(name, xml)
    if xml.count(b"<row r=") > preflight.MAX_ROWS:
        raise _far(name, xml.count(b"<row r="), 0)
    for tag in _COL.findall(xml[: xml.find(b"<sheetData")]):
        _note_column(facts, _attributes(tag))
    if _HIDDEN.search(xml) or _ZERO_HEIGHT.search(xml):
        for number, tag in _ROW.findall(xml):
            if _hides(_attributes(tag)):
                facts.hidden_rows.append(int(number))
    return facts


def _attributes(tag: bytes) -> dict[str, str]:
    return {key.decode(): value.decode("utf-8", "replace") for key, value in _ATTRIBUTE.findall(tag)}


def _parse(name: str, xml: bytes) -> SheetFacts:
    facts, at = SheetFacts(), [0, -1]
    row_limit, column_limit = preflight.MAX_ROWS, preflight.MAX_COLUMNS

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            reference = attributes.get("r")
            if reference:
                row, column = _place(reference) or (at[0], at[1] + 1)
                at[:] = max(row, at[0]), column
            else:
                at[1] += 1
            if at[0] > row_limit or at[1] >= column_limit:
                raise _far(name, at[0], at[1] + 1)
            facts.cells += 1
            if facts.cells > preflight.MAX_CELLS:
                raise too_many_cells()
            if attributes.get("t") == "e":
                facts.errors.append((at[0], at[1]))
        elif tag == "row":
            number = attributes.get("r", "")
            at[:] = (int(number) if number.isdecimal() and len(number) < 10 else at[0] + 1), -1
            if at[0] > row_limit:
                raise _far(name, at[0], 0)
            if _hides(attributes):
                facts.hidden_rows.append(at[0])
        elif tag == "f" and at[0]:
            _note_formula(name, facts, tuple(at), attributes.get("ref", ""))
        elif tag == "col":
            _note_column(facts, attributes)
        elif tag in ("sheetData", "mergeCell"):
            at[:] = 0, -1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.buffer_text = True
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise UnreadableFile(f"工作表“{name}”已损坏；请用 Excel 或 WPS 打开后另存为新文件再导入") from None
    facts.formulas = sorted(set(facts.formulas))
    return facts


def _note_formula(name: str, facts: SheetFacts, cell: tuple[int, int], reference: str) -> None:
    """A formula cell, and with an array formula every cell that it fills."""
    first, _, last = reference.partition(":")
    begin, end = _place(first), _place(last or first)
    facts.formulas.append(cell)
    if begin and end:
        if end[0] > preflight.MAX_ROWS or end[1] >= preflight.MAX_COLUMNS:
            raise _far(name, end[0], end[1] + 1)
        if len(facts.formulas) + (end[0] - begin[0] + 1) * (end[1] - begin[1] + 1) > MAX_FORMULAS:
            raise UnreadableFile("文件里的公式过多；请复制后“选择性粘贴—数值”，另存再导入")
        facts.formulas.extend((r, c) for r in range(begin[0], end[0] + 1) for c in range(begin[1], end[1] + 1))
    if len(facts.formulas) > MAX_FORMULAS:
        raise UnreadableFile("文件里的公式过多；请复制后“选择性粘贴—数值”，另存再导入")


def _note_column(facts: SheetFacts, attributes: dict[str, str]) -> None:
    if attributes.get("hidden") in ("1", "true") or attributes.get("width") == "0":
        first, last = int(attributes.get("min", "0") or 0), int(attributes.get("max", "0") or 0)
        facts.hidden_columns.extend(range(max(first - 1, 0), min(last, preflight.MAX_COLUMNS)))


def _hides(attributes: dict[str, str]) -> bool:
    return attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0"


def _check_range(name: str, reference: str) -> None:
    for corner in reference.split(":"):
        place = _place(corner)
        if place and (place[0] > preflight.MAX_ROWS or place[1] >= preflight.MAX_COLUMNS):
            raise _far(name, place[0], place[1] + 1)


def _place(reference: str) -> tuple[int, int] | None:
    """``C5`` → (5, 2)."""
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


def _far(name: str, row: int, column: int) -> UnreadableFile:
    place = f"第 {row} 行第 {column} 列" if column else f"第 {row} 行"
    return UnreadableFile(_FAR.format(name, place, preflight.MAX_ROWS, preflight.MAX_COLUMNS))


def too_many_cells() -> UnreadableFile:
    return UnreadableFile(
        f"文件的单元格超过 {preflight.MAX_CELLS} 个（含只有格式的空格子）；请删除多余的行列或按部门拆成几个文件导入"
    )
