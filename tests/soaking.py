"""How often a trial is made: in full with ``make soak``, a tenth in the suite.

``trials(200)`` is 200 under ``--soak`` and 20 otherwise. What a trial found goes to ``record``; ``make soak`` leaves the figures in
``soak-results.json`` beside the database they were measured on.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent.parent / "soak-results.json"
SOAK = "QINGDAN_SOAK"  # set by tests/conftest.py from --soak, so that workers and children know it too


def soaking() -> bool:
    return os.environ.get(SOAK) == "yes"


def trials(full: int, suite: int | None = None) -> int:
    """``full`` under ``make soak``; in the suite ``suite``, or a tenth of ``full`` (at least one)."""
    return full if soaking() else (suite if suite is not None else max(1, full // 10))


def record(name: str, **figures: Any) -> None:
    """Keep the figures of a trial under the name of the database's vendor; nothing is written in the suite."""
    if not soaking():
        return
    from django.db import connection

    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results.setdefault(connection.vendor, {})[name] = figures
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
