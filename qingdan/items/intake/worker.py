"""The child's side of reading: one stranger's file on standard input, its grids as JSON lines on standard output.

Runs without Django, inside limits that it sets on itself before it looks at the first byte. Nothing here is imported by the
server except for tests.
"""

from __future__ import annotations

import json
import re
import resource
import struct
import sys
import zlib

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import OLE, ZIP, UnreadableFile

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 20
CHUNK = 400  # rows a line
MAX_AREA = 12_000_000  # rows × columns of all sheets, empty cells between filled ones included
MAX_MERGES = 60_000
MAX_MERGED_ROWS = 400_000
_TOO_MUCH = "文件内容过大，超出读取限额；请按部门或类别拆成几个文件导入"
_NEEDED = re.compile(
    r"(?:\[content_types\]\.xml|_rels/\.rels|xl/(?:workbook|styles|sharedstrings)\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/[^/]+\.xml)$",
    re.I,
)


def main() -> None:
    """Entry of the child process."""
    limit_itself()
    write = sys.stdout.buffer.write
    try:
        data = sys.stdin.buffer.read(preflight.MAX_FILE + 1)
        kind = preflight.sniff(data[:512], len(data))
        for line in read(kind, data):
            write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
            write(b"\n")
        write(b'{"done":true}\n')
    except UnreadableFile as refusal:
        write(json.dumps({"refused": str(refusal)}).encode() + b"\n")
    except MemoryError:
        write(json.dumps({"refused": _TOO_MUCH}).encode() + b"\n")
    sys.stdout.buffer.flush()


def limit_itself() -> None:
    """Memory, processor time and files of this process, before it looks at a stranger's first byte."""
    for what, amount in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 256 * 1024 * 1024),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(what, (amount, amount))


def read(kind: str, data: bytes):
    """The lines of one file: ``{"kind"}``, then for each sheet its facts and its rows in chunks (lists)."""
    budget = _Budget()
    if kind == ZIP:
        from qingdan.items.intake.archive import open_archive

        parts = open_archive(data)
        if "word/document.xml" in parts:
            from qingdan.items.intake.wordtable import read_tables

            yield {"kind": "docx"}
            for number, table in enumerate(read_tables(parts["word/document.xml"]), 1):
                rows = table.pop("rows")
                budget.add_cells(sum(map(len, rows)))
                yield from _sheet({"name": f"表格{number}", **table}, rows, budget)
        else:
            yield {"kind": "xlsx"}
            yield from _workbook(parts, budget)
    elif kind == OLE:
        from qingdan.items.intake import biff, ole

        yield {"kind": "xls"}
        yield from _calamine(data, biff.read_facts(ole.workbook_stream(data)), budget)
    else:
        from qingdan.items.intake.delimited import read_rows

        yield {"kind": "csv"}
        rows = read_rows(data)
        budget.add_cells(sum(map(len, rows)))
        yield from _sheet({"name": ""}, rows, budget)


def _workbook(parts: dict[str, bytes], budget: _Budget):
    from qingdan.items.intake import sheetxml
    from qingdan.items.intake.workbookxml import sheet_parts

    facts = []
    for name, part in sheet_parts(parts):
        facts.append(sheetxml.read_facts(name, parts[part]) if part else sheetxml.SheetFacts())
        budget.add_cells(facts[-1].cells)
    if max(parts.get("xl/sharedStrings.xml", b"").count(b"<si>"), 0) > 2 * preflight.MAX_CELLS:
        raise UnreadableFile(_TOO_MUCH)
    archive = stored_archive({name: content for name, content in parts.items() if _NEEDED.match(name)})
    parts.clear()
    yield from _calamine(archive, facts, budget)


def _calamine(data: bytes, facts: list, budget: _Budget):
    """Sheets through calamine, with the facts that it does not give."""
    import io

    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = book.sheets_metadata
        if len(sheets) != len(facts):
            raise UnreadableFile("工作簿的目录与内容不符；请用 Excel 或 WPS 打开后另存为新文件再导入")
        for number, (meta, fact) in enumerate(zip(sheets, facts, strict=True)):
            if meta.typ is python_calamine.SheetTypeEnum.WorkSheet:
                yield from _calamine_sheet(book.get_sheet_by_index(number), meta, fact, budget)
    except python_calamine.PasswordError:
        raise UnreadableFile("文件设有密码；请在 Excel 或 WPS 里取消密码后再导入") from None
    except python_calamine.CalamineError:
        raise UnreadableFile("工作簿已损坏；请用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入") from None


def _calamine_sheet(sheet, meta, fact, budget: _Budget):
    start, end = sheet.start or (0, 0), sheet.end or (0, 0)
    if end[0] >= preflight.MAX_ROWS or end[1] >= preflight.MAX_COLUMNS:
        from qingdan.items.intake.sheetxml import _far

        raise _far(meta.name, end[0] + 1, end[1] + 1)
    budget.add_area((end[0] - start[0] + 1) * (end[1] - start[1] + 1))
    values = sheet.to_python()
    pad, odd, rows = [""] * start[1], [], [[] for _ in range(start[0])]
    for number, row in enumerate(values, start[0] + 1):
        rows.append(pad + [v if type(v) is str else _text(v, number, c, odd) for c, v in enumerate(row, start[1])])
    values = None
    for row, column in (*fact.formulas, *fact.errors):
        while len(rows) < row:
            rows.append([])
        cells = rows[row - 1]
        cells.extend([""] * (column + 1 - len(cells)))
    for row, column in fact.errors:
        rows[row - 1][column] = rows[row - 1][column] or "#错误值"
    yield from _sheet(
        {
            "name": meta.name,
            "hidden": "Hidden" in str(meta.visible),
            "merged": [[a + 1, b, c + 1, d] for (a, b), (c, d) in sheet.merged_cell_ranges or ()],
            "hidden_rows": fact.hidden_rows,
            "hidden_columns": fact.hidden_columns,
            "formulas": fact.formulas,
            "errors": fact.errors,
            "odd": odd,
        },
        rows,
        budget,
    )


def _text(value, row: int, column: int, odd: list) -> str:
    """A number, date or truth value as text: codes and serials without ".0", dates ISO."""
    kind = type(value)
    if kind is float or kind is int:
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
        if abs(value) >= 1e15:
            odd.append([row, column, "lossy"])
        return format(value, ".15g")
    if kind is bool:
        return "TRUE" if value else "FALSE"
    odd.append([row, column, "date"])
    return value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value)


class _Budget:
    """What the whole file may hold."""

    def __init__(self) -> None:
        self.cells = self.area = self.text = 0

    def add_cells(self, count: int) -> None:
        self.cells += count
        if self.cells > preflight.MAX_CELLS:
            from qingdan.items.intake.sheetxml import too_many_cells

            raise too_many_cells()

    def add_area(self, count: int) -> None:
        self.area += count
        if self.area > MAX_AREA:
            raise UnreadableFile(_TOO_MUCH)

    def add_text(self, count: int) -> None:
        self.text += count
        if self.text > preflight.MAX_TEXT:
            raise UnreadableFile(_TOO_MUCH)


def _sheet(facts: dict, rows: list[list[str]], budget: _Budget):
    """One sheet as JSON values: its facts, then its rows (trailing empty cells dropped, over-long cells cut and named)."""
    long: list[list[int]] = []
    for number, row in enumerate(rows, 1):
        while row and not row[-1]:
            row.pop()
        joined = "".join(row)
        if len(joined) > preflight.MAX_CELL:
            for column, cell in enumerate(row):
                if len(cell) > preflight.MAX_CELL:
                    long.append([number, column, len(cell)])
                    row[column] = cell[:40]
        if "\r" in joined:
            row[:] = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row]
        budget.add_text(sum(map(len, row)))
    merged = facts.get("merged", ())
    if len(merged) > MAX_MERGES or sum(last - first + 1 for first, _, last, _ in merged) > MAX_MERGED_ROWS:
        raise UnreadableFile(f"工作表“{facts['name']}”的合并单元格过多或范围过大；请取消多余的合并后另存再导入")
    formulas = {(r, c) for r, c in facts.get("formulas", ())}
    while rows and not rows[-1] and not any(r == len(rows) for r, _ in formulas):
        rows.pop()
    yield {**facts, "long": long, "count": len(rows)}
    for at in range(0, len(rows), CHUNK):
        yield rows[at : at + CHUNK]


def stored_archive(parts: dict[str, bytes]) -> bytes:
    """A zip of checked parts, uncompressed: the only archive that the spreadsheet library ever opens."""
    pieces, directory, offset = [], [], 0
    for name, content in parts.items():
        raw, crc, size = name.encode(), zlib.crc32(content), len(content)
        fields = (20, 0x800, 0, 0, 0x21, crc, size, size, len(raw), 0)
        pieces += (struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields), raw, content)
        directory += (struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, *fields, 0, 0, 0, 0, offset), raw)
        offset += 30 + len(raw) + size
    index = b"".join(directory)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(parts), len(parts), len(index), offset, 0)
    return b"".join((*pieces, index, end))
