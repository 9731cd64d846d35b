"""The child process that sets a PDF: JSON on standard input, the file on standard output, a sentence on standard error.

A process of its own gives its memory back, can be stopped, and is bounded. It reads our template folder and the fonts, nothing else:
templates name no package, so there is nothing to fetch.
"""

from __future__ import annotations

import datetime
import json
import os
import resource
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "typst"
# Address space: six times what the whole list of a city needs.
_MOST_MEMORY = 4 * 1024**3


def main() -> int:
    # A machine with many cores must not spend the address space on stacks of threads.
    os.environ.setdefault("RAYON_NUM_THREADS", "2")
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    import typst

    task = json.loads(sys.stdin.buffer.read())
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=task["font_paths"])
    missing = sorted(set(task["paper"]["fonts"].values()) - set(fonts.families()))
    if missing:
        sys.stderr.write(f"字体文件夹 {'、'.join(task['font_paths'])} 中没有字体：{'、'.join(missing)}")
        return 1
    with tempfile.TemporaryDirectory() as nothing:
        compiler = typst.Compiler(
            input=str(FOLDER / "document.typ"),
            root=str(FOLDER),
            font_paths=fonts,
            package_path=nothing,
            package_cache_path=nothing,
            sys_inputs={"paper": json.dumps(task["paper"], ensure_ascii=False)},
        )
        dated = datetime.datetime.fromisoformat(task["dated"])
        sys.stdout.buffer.write(compiler.compile(format="pdf", timestamp=dated, pdf_standards=[task["standard"]], pdf_tags=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
