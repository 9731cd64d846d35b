"""The table of contents of an .xlsx: which part holds which sheet."""

from __future__ import annotations

import posixpath
from xml.parsers import expat

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import UnreadableFile

_DAMAGED = "工作簿的目录已损坏；请用 Excel 或 WPS 打开后另存为新文件再导入"
MAX_CONTENTS = 4 * 1024 * 1024


def sheet_parts(parts: dict[str, bytes]) -> list[tuple[str, str]]:
    """(sheet name, part) of every sheet in the order of the workbook; the part is "" for charts and other non-tables."""
    relations: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            key, target = attributes.get("Id", ""), attributes.get("Target", "")
            if key in relations:
                raise UnreadableFile(_DAMAGED)
            relations[key] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")

    sheets: list[tuple[str, str]] = []

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            sheets.append((attributes.get("name", ""), key))

    _parse(parts.get("xl/_rels/workbook.xml.rels", b""), relation)
    _parse(parts["xl/workbook.xml"], sheet)
    if not sheets or len({key for _, key in sheets}) != len(sheets) or len({name for name, _ in sheets}) != len(sheets):
        raise UnreadableFile(_DAMAGED)
    if len(sheets) > preflight.MAX_SHEETS:
        raise UnreadableFile(f"文件有 {len(sheets)} 张工作表，超过 {preflight.MAX_SHEETS} 张；请拆成几个文件导入")
    found = []
    for name, key in sheets:
        part = relations.get(key, "")
        if part not in parts:
            raise UnreadableFile(_DAMAGED)
        found.append((name, part if part.startswith("xl/worksheets/") else ""))
    used = [part for _, part in found if part]
    if len(set(used)) != len(used):
        raise UnreadableFile(_DAMAGED)
    return found


def _parse(xml: bytes, start) -> None:
    if len(xml) > MAX_CONTENTS:
        raise UnreadableFile(_DAMAGED)
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise UnreadableFile(_DAMAGED) from None
