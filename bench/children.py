"""Child processes of the benchmarks: each contestant runs alone, on a copy of its database, and reports as JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Folder:
    """Where a run keeps its databases, workbook and collected static files; gone afterwards."""

    path: Path

    def database(self, name: str) -> Path:
        return self.path / f"{name}.sqlite3"

    @property
    def workbook(self) -> Path:
        return self.path / "list.xlsx"

    def copy(self, name: str) -> Path:
        """A fresh copy of a prepared database, on which a contestant may write."""
        self.duplicate(name, "in-use")
        return self.database("in-use")

    def duplicate(self, name: str, other: str) -> None:
        """``other`` becomes what ``name`` is, with the head file that lies beside it: another history's head could not be signed on."""
        source, target = self.database(name), self.database(other)
        for suffix in ("", ".head"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
            if (kept := source.with_name(source.name + suffix)).exists():
                shutil.copyfile(kept, target.with_name(target.name + suffix))

    def environment(self, database: Path) -> dict[str, str]:
        return {
            **os.environ,
            "MODE": "local",
            "VAR_DIR": str(self.path),
            "DATABASE_URL": f"sqlite:///{database}",
            "DJANGO_SETTINGS_MODULE": "qingdan.settings",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, module: str, *arguments: str, database: Path) -> dict:
        """``python -m MODULE ARGUMENTS`` on ``database``; the last line of its output as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment(database),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])
