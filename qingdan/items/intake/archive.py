"""The zip pre-flight: a strict look at the central directory, then every part inflated under a limit.

What passes is handed on as plain bytes, so that no second zip reader ever sees the stranger's archive.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import UnreadableFile

_EOCD = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_DAMAGED = "文件损坏或不完整；请用 Excel 或 WPS 打开原文件，另存为新的 .xlsx 或 .docx 后再导入"
_HOSTILE = "文件的压缩结构不正常（{}）；请用 Excel 或 WPS 打开后另存为新文件再导入"
_FORBIDDEN = (
    (re.compile(r"vbaproject|vbadata|macrosheets/|intlmacrosheets/|activex|\.bin\.rels$", re.I), "带有宏程序", "不含宏的"),
    (re.compile(r"externallinks/|/connections\.xml$|querytables/", re.I), "带有指向别的文件的外部链接", "断开外部链接的"),
    (re.compile(r"embeddings/|afchunk|oleobject", re.I), "嵌有别的文件", "去掉嵌入对象的"),
)
_ALLOWED = re.compile(
    r"(?:\[Content_Types\]\.xml|_rels/\.rels"
    r"|(?:docProps|customXml|customStorage|docMetadata|xl|word)(?:/[\w.\-\[\] ]+){1,4}\.(?:xml|rels|vml|png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|wdp|odttf)"
    r"|xl/printerSettings/[\w.\-]+\.bin|xl/customProperty\d*\.bin)"
)
_XML = re.compile(r"\.(?:xml|rels|vml)$", re.I)
_ENCODING = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']+)")
_EXTERNAL = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*?TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_HYPERLINK = re.compile(rb"\bType\s*=\s*[\"'][^\"']*/hyperlink[\"']")


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of the central directory."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def open_archive(data: bytes) -> dict[str, bytes]:
    """Every part by name, inflated and checked. Raises UnreadableFile with the reason and the way out."""
    parts = directory(data)
    check_names(parts)
    contents = {part.name: inflate(data, part) for part in parts if not part.name.endswith("/")}
    for name, content in contents.items():
        if _XML.search(name):
            check_xml(name, content)
    return contents


def directory(data: bytes) -> list[Part]:
    """The central directory, checked: count, sizes, ratio, no overlap, no encryption, no zip64, nothing in front."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + _EOCD.size > len(data):
        raise UnreadableFile(_DAMAGED)
    _, disk, start_disk, here, count, length, start, comment = _EOCD.unpack_from(data, at)
    if disk or start_disk or here != count or at + _EOCD.size + comment != len(data) or start + length != at:
        raise UnreadableFile(_DAMAGED)
    if count > preflight.MAX_PARTS:
        raise UnreadableFile(f"文件里有 {count} 个部件，超过 {preflight.MAX_PARTS} 个；请按部门拆成几个文件导入")
    parts, names, total = [], set(), 0
    for _ in range(count):
        if start + _CENTRAL.size > at or data[start : start + 4] != b"PK\x01\x02":
            raise UnreadableFile(_DAMAGED)
        row = _CENTRAL.unpack_from(data, start)
        flags, method, crc, packed, size = row[3], row[4], row[7], row[8], row[9]
        name_length, extra, remark, offset = row[10], row[11], row[12], row[16]
        raw = data[start + _CENTRAL.size : start + _CENTRAL.size + name_length]
        start += _CENTRAL.size + name_length + extra + remark
        name = _name(raw)
        if flags & 0x2041:
            raise UnreadableFile("文件设有密码；请在 Excel 或 WPS 里取消密码后再导入")
        if method not in (0, 8) or 0xFFFFFFFF in (packed, size, offset):
            raise UnreadableFile(_HOSTILE.format("压缩方式不认识"))
        if name.lower() in names:
            raise UnreadableFile(_HOSTILE.format("部件重名"))
        names.add(name.lower())
        total += size
        _check_size(name, packed, size, total)
        parts.append(Part(name, method, crc, packed, size, offset))
    _check_overlap(data, parts, at)
    return parts


def inflate(data: bytes, part: Part) -> bytes:
    """The bytes of one part; never more than the directory declared."""
    begin = part.offset + _LOCAL.size + sum(_LOCAL.unpack_from(data, part.offset)[9:11])
    packed = data[begin : begin + part.packed]
    if part.method == 0:
        content = packed
    else:
        engine = zlib.decompressobj(-15)
        try:
            content = engine.decompress(packed, part.size + 1)
        except zlib.error:
            raise UnreadableFile(_DAMAGED) from None
        if not engine.eof and len(content) <= part.size:
            raise UnreadableFile(_DAMAGED)
    if len(content) != part.size:
        raise UnreadableFile(_HOSTILE.format("部件大小与目录不符"))
    if zlib.crc32(content) != part.crc:
        raise UnreadableFile(_DAMAGED)
    return content


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("gb18030", "replace")
    if not name or name.startswith("/") or "\\" in name or "\x00" in name or ".." in name.split("/"):
        raise UnreadableFile(_HOSTILE.format("部件名不合规"))
    return name


def _check_size(name: str, packed: int, size: int, total: int) -> None:
    if size > preflight.MAX_PART or total > preflight.MAX_TOTAL:
        raise UnreadableFile("文件解压后过大；请删除多余的空行、空列和图片，或按部门拆成几个文件后导入")
    if size > preflight.RATIO_FREE and size > packed * preflight.MAX_RATIO:
        raise UnreadableFile(_HOSTILE.format("压缩比超过 100"))


def _check_overlap(data: bytes, parts: list[Part], end: int) -> None:
    position = 0
    for part in sorted(parts, key=lambda p: p.offset):
        if part.offset < position or part.offset + _LOCAL.size > end:
            raise UnreadableFile(_HOSTILE.format("部件相互重叠"))
        local = _LOCAL.unpack_from(data, part.offset)
        begin = part.offset + _LOCAL.size
        if local[0] != b"PK\x03\x04" or _name(data[begin : begin + local[9]]) != part.name:
            raise UnreadableFile(_HOSTILE.format("目录与部件不符"))
        position = begin + local[9] + local[10] + part.packed
        if position > end:
            raise UnreadableFile(_HOSTILE.format("部件相互重叠"))


def check_names(parts: list[Part]) -> None:
    """A workbook or a document, without macros, embedded files or links to other files, and nothing that is not known."""
    names = {part.name for part in parts}
    if "mimetype" in names or "content.xml" in names:
        raise UnreadableFile("文件是 OpenDocument 格式（.ods/.odt）；请另存为 .xlsx 或 .docx 后再导入")
    if "xl/workbook.bin" in names:
        raise UnreadableFile("文件是二进制工作簿（.xlsb）；请另存为 .xlsx 后再导入")
    if not names & {"xl/workbook.xml", "word/document.xml"}:
        raise UnreadableFile("压缩包里没有工作簿或文档；请导入 .xlsx、.xls、.docx 或 .csv 文件")
    for name in names:
        for pattern, why, way in _FORBIDDEN:
            if pattern.search(name):
                raise UnreadableFile(f"文件{why}；请另存为{way} .xlsx 或 .docx 后再导入")
    for name in names:
        if not name.endswith("/") and not _ALLOWED.fullmatch(name):
            raise UnreadableFile(f"文件里有不认识的部件（{name[:60]}）；请用 Excel 或 WPS 打开后另存为新文件再导入")


def check_xml(name: str, content: bytes) -> None:
    """One XML part: UTF-8, no DOCTYPE, no macro type, no external reference but hyperlinks."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:8]:
        raise UnreadableFile("文件内部不是 UTF-8 编码；请用 Excel 或 WPS 打开后另存为新文件再导入")
    declared = _ENCODING.search(content[:200])
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        raise UnreadableFile("文件内部不是 UTF-8 编码；请用 Excel 或 WPS 打开后另存为新文件再导入")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnreadableFile("文件内部带有 DOCTYPE 声明，正常的表格没有；请用 Excel 或 WPS 打开后另存为新文件再导入")
    if name == "[Content_Types].xml" and b"macroEnabled" in content:
        raise UnreadableFile("文件是启用宏的格式（.xlsm/.docm）；请另存为不含宏的 .xlsx 或 .docx 后再导入")
    if name.endswith(".rels"):
        for relation in _EXTERNAL.findall(content):
            if not _HYPERLINK.search(relation):
                raise UnreadableFile("文件引用了外部文件或远程模板；请断开外部引用后另存为新文件再导入")
