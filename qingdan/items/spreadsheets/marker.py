"""The child's side of marking: refusals and one stranger's workbook on standard input, the marked workbook on standard output.

Runs without Django, inside the limits of intake's reader. Ends with 1 where the file is no workbook that it can open.
"""

from __future__ import annotations

import io
import json
import sys

from qingdan.items.intake import preflight
from qingdan.items.intake.archive import open_archive
from qingdan.items.intake.worker import limit_itself, stored_archive


def main() -> None:
    """Entry of the child process."""
    limit_itself()
    try:
        refused = json.loads(sys.stdin.buffer.readline())
        data = sys.stdin.buffer.read(preflight.MAX_FILE + 1)
        sys.stdout.buffer.write(marked(data, refused))
        sys.stdout.buffer.flush()
    except (preflight.UnreadableFile, MemoryError, ValueError, KeyError, TypeError, OSError):
        sys.exit(1)


def marked(data: bytes, refused: list) -> bytes:
    """The workbook in ``data`` with the marks. Raises UnreadableFile for everything that is no .xlsx."""
    if preflight.sniff(data[:512], len(data)) != preflight.ZIP:
        raise preflight.UnreadableFile("不是 .xlsx")
    parts = open_archive(data)
    if "xl/workbook.xml" not in parts:
        raise preflight.UnreadableFile("不是 .xlsx")

    from openpyxl import load_workbook

    from qingdan.items.spreadsheets.marks import mark

    book = load_workbook(io.BytesIO(stored_archive(parts)), keep_links=False)
    mark(book, refused)
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()
