"""Reading a stranger's file in a limited child process, so that the server's memory stays flat whatever the file is.

The child (``worker.py``) starts isolated (``-I``), without the server's environment, and limits itself: 512 MB of memory,
20 s of processor time. Its answer comes back through a file, as JSON, and is read line by line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from qingdan.items.intake import preflight
from qingdan.items.intake.grid import Sheet
from qingdan.items.intake.preflight import UnreadableFile

WALL_SECONDS = 30
_ROOT = str(Path(__file__).resolve().parents[3])
_BOOT = "import sys; sys.path.append(sys.argv[1]); from qingdan.items.intake.worker import main; main()"
_BROKEN_OFF = "读取超出内存或时间限额，已停止；请删除多余的空行空列，或按部门、类别拆成几个文件导入"


def read_sheets(source: str | os.PathLike | bytes) -> tuple[str, list[Sheet]]:
    """The kind of the file (xlsx, xls, docx, csv) and its sheets. Raises UnreadableFile."""
    with tempfile.TemporaryFile() as answer:
        if isinstance(source, bytes):
            preflight.sniff(source[:512], len(source))
            with tempfile.TemporaryFile() as question:
                question.write(source)
                question.seek(0)
                _run(question, answer)
        else:
            with open(source, "rb", buffering=0) as question:
                head = question.read(512)
                preflight.sniff(head, os.fstat(question.fileno()).st_size)
                question.seek(0)
                _run(question, answer)
        answer.seek(0)
        return _collect(answer)


def _run(question, answer) -> None:
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", _BOOT, _ROOT],
            stdin=question,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            timeout=WALL_SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFile(_BROKEN_OFF) from None


def _collect(answer) -> tuple[str, list[Sheet]]:
    kind, sheets, facts, rows, done = "", [], None, [], False
    for line in answer:
        try:
            value = json.loads(line.decode("utf-8", "surrogatepass"))
        except ValueError:
            break
        if isinstance(value, list):
            rows.extend(value)
        elif "refused" in value:
            raise UnreadableFile(value["refused"])
        else:
            if facts:
                sheets.append(_sheet(facts, rows))
            facts, rows = None, []
            if "kind" in value:
                kind = value["kind"]
            elif "done" in value:
                done = True
            else:
                facts = value
    if not done:
        raise UnreadableFile(_BROKEN_OFF)
    return kind, sheets


def _sheet(facts: dict, rows: list[list[str]]) -> Sheet:
    return Sheet(
        name=facts["name"],
        rows=rows,
        hidden=facts.get("hidden", False),
        merged=tuple(tuple(area) for area in facts.get("merged", ())),
        hidden_rows=frozenset(facts.get("hidden_rows", ())),
        hidden_columns=frozenset(facts.get("hidden_columns", ())),
        formulas=frozenset(map(tuple, facts.get("formulas", ()))),
        errors=frozenset(map(tuple, facts.get("errors", ()))),
        odd={(r, c): kind for r, c, kind in facts.get("odd", ())},
        long={(r, c): length for r, c, length in facts.get("long", ())},
        preface=tuple(facts.get("preface", ())),
    )
