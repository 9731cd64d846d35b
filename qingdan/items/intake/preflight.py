"""What a file is, by its content and never by its suffix, and how large anything in it may be.

Runs in the server's process, so it looks at the first bytes only; everything that follows happens in the child (``child.py``).
"""

from __future__ import annotations

import re

MAX_FILE = 10 * 1024 * 1024
MAX_PARTS = 600  # a workbook of 44 departments brings a sheet, its relations and its printer settings for each
MAX_PART = 100 * 1024 * 1024
MAX_TOTAL = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_FREE = 2 * 1024 * 1024  # a part this small may be compressed as well as it likes
MAX_SHEETS = 300
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELLS = 600_000  # of the whole file, formatted empty ones included
MAX_TEXT = 25_000_000  # characters of the whole file
MAX_CELL = 20_000  # characters of one cell; Excel itself stops at 32,767


class UnreadableFile(Exception):
    """The file as a whole cannot be read. ``str()`` is one Chinese line: why, and the way out."""


ZIP, OLE, TEXT = "zip", "ole", "text"

_OTHERS = (
    (re.compile(rb"%PDF-"), "文件内容是 PDF，不是表格；请找到原来的 Excel 或 Word 文件再导入"),
    (re.compile(rb"MZ|\x7fELF|#!"), "文件内容是程序，不是表格；请检查文件来源"),
    (re.compile(rb"\{\\rtf"), "文件内容是 RTF 文档；请用 Word 打开后另存为 .docx"),
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b"), "文件内容是压缩包；请解压后导入里面的表格"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"), "文件内容是图片，不是表格；请导入原来的 Excel 或 Word 文件"),
    (re.compile(rb"PK\x05\x06|PK\x07\x08"), "压缩包是空的或分卷的，不是表格；请用 Excel 或 WPS 打开原文件后另存为 .xlsx"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|\?xml|html|head|body|table|meta|style|div|script|svg|!--)", re.IGNORECASE)


def sniff(head: bytes, size: int) -> str:
    """ZIP, OLE or TEXT from the first bytes of a file of ``size`` bytes. Raises UnreadableFile for anything else."""
    if size == 0:
        raise UnreadableFile("文件是空的；请检查是否保存完整后重新导入")
    if size > MAX_FILE:
        raise UnreadableFile(f"文件有 {size / 1048576:.1f} MB，超过 {MAX_FILE // 1048576} MB；请按部门或类别拆成几个文件导入")
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    for magic, why in _OTHERS:
        if magic.match(head):
            raise UnreadableFile(why)
    if _MARKUP.match(head):
        raise UnreadableFile("文件内容是网页或 XML，不是表格（有的系统把网页存成 .xls）；请用 Excel 或 WPS 打开后另存为 .xlsx")
    return TEXT
