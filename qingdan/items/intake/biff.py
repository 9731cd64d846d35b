"""The facts of the sheets of an .xls workbook, read from its records: formulas, error values, hidden rows and columns."""

from __future__ import annotations

import struct

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import UnreadableFile
from qingdan.items.intake.sheetxml import MAX_FORMULAS, SheetFacts

_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _SUPBOOK = 0x0809, 0x000A, 0x0085, 0x002F, 0x01AE
_FORMULA, _ARRAY, _BOOLERR, _ROW, _COLINFO = 0x0006, 0x0221, 0x0205, 0x0208, 0x007D
_CELLS = {0x0006, 0x0203, 0x0204, 0x0205, 0x00D6, 0x00FD, 0x027E}


def read_facts(stream: bytes) -> list[SheetFacts]:
    """The facts of every sheet, in the order of the workbook. Raises UnreadableFile for passwords, links and macro sheets."""
    places = []
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise UnreadableFile("文件设有密码；请在 Excel 或 WPS 里取消密码后再导入")
        if kind == _SUPBOOK and len(body) >= 4 and body[2:4] not in (b"\x01\x04", b"\x01\x3a"):
            raise UnreadableFile("文件带有指向别的文件的外部链接；请断开外部链接后另存为 .xlsx 再导入")
        if kind == _BOUNDSHEET and len(body) >= 6:
            if body[5] == 1:
                raise UnreadableFile("文件带有宏程序；请另存为不含宏的 .xlsx 后再导入")
            places.append(struct.unpack_from("<L", body)[0])
    if len(places) > preflight.MAX_SHEETS:
        raise UnreadableFile(f"文件有 {len(places)} 张工作表，超过 {preflight.MAX_SHEETS} 张；请拆成几个文件导入")
    if len(set(places)) != len(places):
        raise UnreadableFile("文件损坏：几张工作表指向同一处；请用 Excel 或 WPS 打开后另存为 .xlsx 再导入")
    return [_sheet(stream, place) for place in places]


def _records(stream: bytes, at: int):
    """The records of one substream, without those of charts inside it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet(stream: bytes, place: int) -> SheetFacts:
    facts = SheetFacts()
    for kind, body in _records(stream, place):
        if kind in _CELLS and len(body) >= 6:
            facts.cells += 1
            row, column = struct.unpack_from("<HH", body)
            if kind == _FORMULA:
                facts.formulas.append((row + 1, column))
                if len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
                    facts.errors.append((row + 1, column))
            elif kind == _BOOLERR and len(body) >= 8 and body[7]:
                facts.errors.append((row + 1, column))
        elif kind == _ARRAY and len(body) >= 6:
            first, last, left, right = struct.unpack_from("<HHBB", body)
            if len(facts.formulas) + (last - first + 1) * (right - left + 1) > MAX_FORMULAS:
                raise UnreadableFile("文件里的公式过多；请复制后“选择性粘贴—数值”，另存再导入")
            facts.formulas.extend((r + 1, c) for r in range(first, last + 1) for c in range(left, right + 1))
        elif kind == _ROW and len(body) >= 14:
            row, height, options = struct.unpack_from("<H4xH4xH", body)
            if options & 0x20:
                facts.hidden_rows.append(row + 1)
        elif kind == _COLINFO and len(body) >= 10:
            first, last, width, _, options = struct.unpack_from("<5H", body)
            if options & 1 or width == 0:
                facts.hidden_columns.extend(range(first, min(last + 1, preflight.MAX_COLUMNS)))
    facts.formulas = sorted(set(facts.formulas))
    return facts
