"""What an attached file is, told by its bytes and never by its name, and whether it may be kept.

Kept are PDF, OFD, Word, Excel and scanned images without macros, scripts or other files inside. Everything else is refused with a sentence
that names the way out. Nothing is unpacked but the directory of a zip and its small parts that name relations.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass

from django.conf import settings

from qingdan.errors import RuleBroken, Violation
from qingdan.items.intake import archive
from qingdan.items.intake.ole import Container
from qingdan.items.intake.preflight import UnreadableFile

RULE = "Q31"
NAME_LIMIT = 200
ACCEPT = ".pdf,.ofd,.doc,.docx,.xls,.xlsx,.png,.jpg,.jpeg,.tif,.tiff"
WORDS = "PDF、OFD、Word、Excel 或扫描图片（PNG、JPG、TIF）"

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SMALL = 1024 * 1024
_RELATIONS = re.compile(r"(?:\[Content_Types\]\.xml|.*\.rels)$")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|ImportData|SubmitForm)(?=[\s/<(\[>0-9])")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_PROGRAMS = (
    (re.compile(rb"MZ|\x7fELF|\xca\xfe\xba\xbe|#!"), "文件内容是程序"),
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ"), "文件内容是压缩包，解压后分别上传"),
    (re.compile(rb"\{\\rtf"), "文件内容是 RTF 文档，用 Word 或 WPS 另存为 .docx 后上传"),
    (re.compile(rb"GIF8|RIFF....WEBP|....ftyp", re.DOTALL), "文件内容是不收的图片或影音格式，另存为 JPG 或 PDF 后上传"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<", re.DOTALL)
_IMAGES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR", re.DOTALL), "png", "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg", "image/jpeg"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "tif", "image/tiff"),
)
_UNSAFE_NAME = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True, slots=True)
class FileKind:
    """``ending`` is the suffix that the content deserves, ``media_type`` what the download says of itself."""

    ending: str
    media_type: str


def kind_of(file_name: str, data: bytes) -> FileKind:
    """The kind of a file by its content. Raises RuleBroken Q31 for what is not kept."""
    limit = settings.ATTACHMENT_LIMIT
    if not data:
        raise _refusal(file_name, "文件是空的，检查是否保存完整后再上传")
    if len(data) > limit:
        raise _refusal(file_name, f"文件 {len(data) / 1048576:.1f} MB，超过 {limit // 1048576} MB，压缩扫描精度或拆开后再上传")
    try:
        return _kind(data)
    except UnreadableFile as unreadable:
        raise _refusal(file_name, str(unreadable).replace("再导入", "再上传").replace("后导入", "后上传")) from unreadable


def _refusal(file_name: str, why: str) -> RuleBroken:
    return RuleBroken(Violation(RULE, f"{shown_name(file_name)}：{why}", "文件"))


def _kind(data: bytes) -> FileKind:
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(data)
    for pattern, ending, media_type in _IMAGES:
        if pattern.match(data):
            return FileKind(ending, media_type)
    for pattern, why in _PROGRAMS:
        if pattern.match(data):
            raise UnreadableFile(why)
    if _MARKUP.match(data[:200]):
        raise UnreadableFile("文件内容是网页、SVG 或 XML，不能作为附件；打印成 PDF 后再上传")
    raise UnreadableFile(f"认不出文件内容；只收{WORDS}")


def _pdf(data: bytes) -> FileKind:
    """Names in a PDF may be written with #xx: they are read as a reader would read them."""
    plain = _HEX_NAME.sub(lambda found: bytes([int(found[1], 16)]), data) if b"#" in data else data
    if _PDF_ACTIVE.search(plain):
        raise UnreadableFile("PDF 带有脚本、可执行动作、电子表单或内嵌文件；打印成普通 PDF 后再上传")
    if b"%%EOF" not in data[-2048:]:
        raise UnreadableFile("PDF 不完整；重新扫描或导出后再上传")
    return FileKind("pdf", "application/pdf")


def _zipped(data: bytes) -> FileKind:
    parts = archive.directory(data)
    names = {part.name for part in parts}
    if "OFD.xml" in names:
        return _ofd(parts)
    if not names & {"word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "mimetype"}:
        raise UnreadableFile("文件内容是压缩包；解压后把里面的文件分别上传")
    archive.check_names(parts)
    for part in parts:
        if _RELATIONS.match(part.name):
            if part.size > _SMALL:
                raise UnreadableFile("文件的压缩结构不正常（部件过大）；请用 WPS 打开后另存为新文件再上传")
            archive.check_xml(part.name, archive.inflate(data, part))
    return FileKind("docx", _WORD) if "word/document.xml" in names else FileKind("xlsx", _EXCEL)


def _ofd(parts: list[archive.Part]) -> FileKind:
    """版式文件 (GB/T 33190): XML, fonts, images and signatures; no attachments and no scripts."""
    wrong = [
        p.name
        for p in parts
        if re.search(r"\.(?:exe|dll|js|vbs|bat|cmd|ps1|html?|svg|jar|msi|sh|zip|rar|docm|xlsm)$", p.name, re.I)
    ]
    if wrong:
        raise UnreadableFile(f"OFD 里带有不收的文件（{wrong[0][-60:]}）；去掉附件后再上传")
    return FileKind("ofd", "application/ofd")


def _ole(data: bytes) -> FileKind:
    container = Container(data)
    names = set(container.names)
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise UnreadableFile("文件设有密码；取消密码后再上传")
    if any(name.startswith("_VBA_PROJECT") or name in ("Macros", "VBA", "PROJECT") for name in names):
        raise UnreadableFile("文件带有宏程序；另存为不含宏的 .docx 或 .xlsx 后再上传")
    if any(name in ("ObjectPool", "Ole10Native") or name.startswith(("MBD", "\x01Ole10")) for name in names):
        raise UnreadableFile("文件嵌有别的文件；去掉嵌入对象后再上传")
    if "WordDocument" in names:
        return FileKind("doc", "application/msword")
    for name in ("Workbook", "Book"):
        if name in names:
            _check_sheets(container.stream(name))
            return FileKind("xls", "application/vnd.ms-excel")
    raise UnreadableFile(f"文件不是文档也不是工作簿；只收{WORDS}")


def _check_sheets(stream: bytes) -> None:
    """The sheets that a workbook names at its beginning: none is a macro sheet (BOUNDSHEET, type 1)."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == 0x000A:
            return
        if kind == 0x0085 and length >= 6 and stream[at + 9 : at + 10] == b"\x01":
            raise UnreadableFile("文件带有宏程序；另存为不含宏的 .xlsx 后再上传")
        at += 4 + length


def shown_name(file_name: str) -> str:
    """A file's name as it may be shown and offered again: no path, no invisible or reserved signs, at most 200 characters."""
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", file_name)[-1])
    name = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else sign for sign in name)
    return _UNSAFE_NAME.sub("_", re.sub(r"\s+", " ", name)).strip(" .")[:NAME_LIMIT] or "未命名"


def kept_name(file_name: str, kind: FileKind) -> str:
    """The name under which it is kept: its own stem with the suffix that its content deserves."""
    name = shown_name(file_name)
    stem, dot, ending = name.rpartition(".")
    known = {"jpeg": "jpg", "tiff": "tif"}.get(ending.lower(), ending.lower()) == kind.ending
    if dot and known:
        return name
    stem = stem if dot and re.fullmatch(r"\w{1,5}", ending) and stem else name
    return f"{stem[: NAME_LIMIT - 6]}.{kind.ending}"
