"""The container of an old .xls file (OLE2): its streams by name. Every chain is followed with a limit."""

from __future__ import annotations

import struct

from qingdan.items.intake.preflight import UnreadableFile

_DAMAGED = "文件损坏或不完整；请用 Excel 或 WPS 打开原文件，另存为新的 .xlsx 后再导入"
_END = 0xFFFFFFFA  # sector numbers from here on mean "no sector"


class Container:
    """``names`` of the streams and storages; ``stream(name)`` gives the bytes of one."""

    def __init__(self, data: bytes):
        try:
            self._open(data)
        except struct.error:
            raise UnreadableFile(_DAMAGED) from None

    def _open(self, data: bytes) -> None:
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise UnreadableFile(_DAMAGED)
        self._data, self._size = data, 1 << shift
        self._count = len(data) // self._size
        directory, self._cutoff, mini_fat = struct.unpack_from("<L4xLL", data, 48)
        difat, difat_count = struct.unpack_from("<LL", data, 68)
        sectors = list(struct.unpack_from("<109L", data, 76))
        for _ in range(min(difat_count, self._count)):
            if difat >= _END:
                break
            more = struct.unpack_from(f"<{self._size // 4}L", data, (difat + 1) * self._size)
            sectors.extend(more[:-1])
            difat = more[-1]
        self._fat: list[int] = []
        for sector in sectors:
            if sector < _END:
                self._fat.extend(struct.unpack_from(f"<{self._size // 4}L", data, (sector + 1) * self._size))
        listing = self._chain(directory)
        self._entries: dict[str, tuple[int, int]] = {}
        self.names: list[str] = []
        mini_stream = b""
        for at in range(0, len(listing) - 127, 128):
            length, kind = struct.unpack_from("<HB", listing, at + 64)
            name = listing[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<LL", listing, at + 116)
            if kind == 5:
                mini_stream = self._chain(start)[:size]
            elif kind in (1, 2):
                self.names.append(name)
                if kind == 2:
                    self._entries.setdefault(name, (start, size))
        self._mini = mini_stream
        table = self._chain(mini_fat) if mini_fat < _END else b""
        self._mini_fat = struct.unpack(f"<{len(table) // 4}L", table)

    def stream(self, name: str) -> bytes:
        """The bytes of the stream ``name``."""
        start, size = self._entries[name]
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces, steps = [], 0
        while start < _END and steps <= len(self._mini_fat):
            pieces.append(self._mini[start * 64 : start * 64 + 64])
            start, steps = self._mini_fat[start] if start < len(self._mini_fat) else _END, steps + 1
        return b"".join(pieces)[:size]

    def _chain(self, sector: int) -> bytes:
        pieces, steps = [], 0
        while sector < _END:
            if steps > self._count or sector >= len(self._fat):
                raise UnreadableFile(_DAMAGED)
            pieces.append(self._data[(sector + 1) * self._size : (sector + 2) * self._size])
            sector, steps = self._fat[sector], steps + 1
        return b"".join(pieces)


def workbook_stream(data: bytes) -> bytes:
    """The workbook inside an OLE2 file. Raises UnreadableFile for passwords, macros, .doc and anything else."""
    container = Container(data)
    names = set(container.names)
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise UnreadableFile("文件设有密码；请在 Excel 或 WPS 里取消密码后再导入")
    if any(name.startswith("_VBA_PROJECT") for name in names):
        raise UnreadableFile("文件带有宏程序；请另存为不含宏的 .xlsx 后再导入")
    for name in ("Workbook", "Book"):
        if name in names:
            return container.stream(name)
    if "WordDocument" in names:
        raise UnreadableFile("文件是旧版 Word 文档（.doc）；请另存为 .docx 后再导入")
    if "PowerPoint Document" in names:
        raise UnreadableFile("文件是演示文稿，不是表格；请导入 .xlsx、.xls、.docx 或 .csv 文件")
    raise UnreadableFile("文件里没有工作簿；请用 Excel 或 WPS 打开后另存为 .xlsx 再导入")
