"""A .csv (or other delimited text) as rows: the encoding and the separator are found in the content."""

from __future__ import annotations

import csv
import io

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import UnreadableFile

_SEPARATORS = ",\t;|"
_BREAKS = "\r\n"
_END = "\ue0ff"  # a record of its own after the last one, unless an open quotation swallows it


def read_rows(data: bytes) -> list[list[str]]:
    """The records of the text, blank lines included, so that record *n* is row *n* as a spreadsheet shows it."""
    text = decode(data)
    csv.field_size_limit(preflight.MAX_FILE)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(f"{text.rstrip(_BREAKS)}\n{_END}", newline=""), delimiter=_separator(text)):
            if len(row) > preflight.MAX_COLUMNS and any(row[preflight.MAX_COLUMNS :]):
                raise UnreadableFile(
                    f"第 {len(rows) + 1} 行有 {len(row)} 列，超过 {preflight.MAX_COLUMNS} 列；请检查分隔符后再导入"
                )
            rows.append(row[: preflight.MAX_COLUMNS])
            if len(rows) > preflight.MAX_ROWS:
                raise UnreadableFile(f"文件超过 {preflight.MAX_ROWS} 行；请按部门或类别拆成几个文件导入")
    except csv.Error:
        raise UnreadableFile(f"文本在第 {len(rows) + 1} 条记录处不合 CSV 格式；请用 Excel 或 WPS 另存为 .xlsx 再导入") from None
    if rows[-1] != [_END]:
        raise UnreadableFile(f"第 {len(rows)} 条记录的引号没有成对，其后各行都会并入其中；请补上引号，或另存为 .xlsx 再导入")
    return rows[:-1]


def decode(data: bytes) -> str:
    """UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030. Raises UnreadableFile for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
        if data.count(0, 0, 4096) > 4:
            raise UnreadableFile("文件不是表格也不是文本；请导入 .xlsx、.xls、.docx 或 .csv 文件")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnreadableFile("文本的编码无法识别（支持 UTF-8、UTF-16、GB18030）；请用 Excel 或 WPS 另存为 .xlsx 再导入")
    head = text[:4096]
    if sum(character < " " and character not in "\t\r\n\x00" for character in head) > max(4, len(head) // 100):
        raise UnreadableFile("文件不是表格也不是文本；请导入 .xlsx、.xls、.docx 或 .csv 文件")
    return text


def _separator(text: str) -> str:
    """The separator that the first lines use most evenly; a comma when none does."""
    sample = text[:20_000].splitlines()[:30]
    best, best_score = ",", 0
    for separator in _SEPARATORS:
        lines = [line.count(separator) for line in sample]
        used = [count for count in lines if count]
        score = len(used) * 100 + min(max(used), 99) if used else 0
        if score > best_score:
            best, best_score = separator, score
    return best
