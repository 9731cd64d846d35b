"""The tables of a .docx as grids: merged cells, line breaks, the lines above each table. Deleted (tracked) text is left out."""

from __future__ import annotations

from xml.parsers import expat

from qingdan.items.intake import preflight
from qingdan.items.intake.preflight import UnreadableFile

MAX_PREFACE = 30


class _Table:
    def __init__(self, preface: list[str]):
        self.preface = preface[-MAX_PREFACE:]
        self.rows: list[list[str]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden_rows: list[int] = []
        self._open: dict[int, list[int]] = {}  # column → merge still growing downwards

    def start_row(self) -> None:
        self.rows.append([])
        if len(self.rows) > preflight.MAX_ROWS:
            raise UnreadableFile(f"表格超过 {preflight.MAX_ROWS} 行；请按部门或类别拆成几个文件导入")

    def add_cell(self, text: str, span: int, vertical: str) -> None:
        row, cells = len(self.rows), self.rows[-1]
        column = len(cells)
        if column + span > preflight.MAX_COLUMNS:
            raise UnreadableFile(f"表格超过 {preflight.MAX_COLUMNS} 列；请删除多余的列后再导入")
        above = self._open.pop(column, None)
        if vertical == "continue" and above:
            above[2] = row
            self._open[column] = above
            cells.extend([""] * span)
            return
        cells.extend([text] + [""] * (span - 1))
        area = [row, column, row, column + span - 1]
        if vertical == "restart":
            self._open[column] = area
            self.merged.append(area)
        elif span > 1:
            self.merged.append(area)


class _Reader:
    """Events of word/document.xml → tables. A table inside a cell adds its text, line by line, to that cell."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self._depth = self._cell_depth = self._deleted = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._in_text = False
        self._between: list[str] = []
        self._span, self._vertical = 1, ""
        self._row_hidden = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        value = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "val"), "")
        if tag == "tbl":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_Table([line for line in self._between if line.strip()]))
                if len(self.tables) > preflight.MAX_SHEETS * 10:
                    raise UnreadableFile("文档里的表格过多；请拆成几个文件导入")
                self._between = []
        elif tag == "tr" and self._depth == 1:
            self.tables[-1].start_row()
        elif tag == "tc" and self._depth == 1:
            self._lines, self._line, self._span, self._vertical = [], [], 1, ""
        elif tag == "gridSpan" and self._depth == 1:
            self._span = max(1, int(value)) if value.isdecimal() and len(value) < 5 else 1
        elif tag == "gridBefore" and self._depth == 1:
            self.tables[-1].rows[-1].extend([""] * min(int(value) if value.isdecimal() else 0, preflight.MAX_COLUMNS))
        elif tag == "vMerge" and self._depth == 1:
            self._vertical = "restart" if value == "restart" else "continue"
        elif tag == "p":
            self._line = []
        elif tag in ("del", "moveFrom", "Fallback"):
            self._deleted += 1
        elif tag == "t":
            self._in_text = True
        elif tag == "tab":
            self._line.append("\t")  # the tab stops of a paragraph's settings are dropped at the end of pPr
        elif tag in ("br", "cr"):
            self._line.append("\n")
        elif tag == "noBreakHyphen":
            self._line.append("-")
        elif tag == "hidden" and self._depth == 1 and value not in ("0", "false"):
            self._row_hidden = True

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "t":
            self._in_text = False
        elif tag in ("del", "moveFrom", "Fallback"):
            self._deleted -= 1
        elif tag == "pPr":
            self._line = []
        elif tag == "p":
            text = "".join(self._line)
            (self._lines if self._depth else self._between).append(text)
            self._line = []
        elif tag == "tc" and self._depth == 1:
            self.tables[-1].add_cell("\n".join(self._lines), self._span, self._vertical)
        elif tag == "tr" and self._depth == 1 and self._row_hidden:
            self.tables[-1].hidden_rows.append(len(self.tables[-1].rows))
            self._row_hidden = False
        elif tag == "tbl":
            self._depth -= 1

    def text(self, data: str) -> None:
        if self._in_text and not self._deleted:
            self._line.append(data)


def read_tables(xml: bytes) -> list[dict]:
    """The tables of a document as sheets: ``rows``, ``merged``, ``hidden_rows``, ``preface``."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise UnreadableFile("文档已损坏；请用 Word 或 WPS 打开后另存为新的 .docx 再导入") from None
    if not reader.tables:
        raise UnreadableFile("文档里没有表格；请把清单放进表格后再导入")
    return [{"rows": t.rows, "merged": t.merged, "hidden_rows": t.hidden_rows, "preface": t.preface} for t in reader.tables]
