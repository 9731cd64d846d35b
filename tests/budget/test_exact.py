"""No binary fraction anywhere in the money: read in the sources, so that a new one is found before it loses a 分."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted(path for path in (ROOT / "budget").rglob("*.py"))
# The one place that names the type: it refuses an amount given as one.
GUARD = ("budget/money.py", "isinstance(value, float)")
# Libraries that reckon in binary fractions.
MODULES = {"math", "statistics", "numpy", "random"}
# What may be divided with ``/``: a Decimal times 100 by a Decimal, in ``percent``.
DIVISIONS = {("budget/money.py", "part * 100 / whole")}


def findings(path: Path, text: str) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    tree = ast.parse(text)
    allowed = {id(each) for node in ast.walk(tree) if ast.unparse(node) == GUARD[1] and name == GUARD[0] for each in ast.walk(node)}
    return [f"{name}:{node.lineno} {why}" for node in ast.walk(tree) if id(node) not in allowed and (why := fraction(node, name))]


def fraction(node: ast.AST, name: str) -> str:
    """Why ``node`` would bring in a binary fraction; '' if it does not."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"the literal {node.value}"
    if isinstance(node, ast.Name) and node.id == "float":
        return "float"
    if isinstance(node, ast.Attribute) and node.attr in ("FloatField", "Float", "total_seconds"):
        return node.attr
    if isinstance(node, ast.Name) and node.id == "FloatField":
        return node.id
    if isinstance(node, ast.Import) and any(each.name.split(".")[0] in MODULES for each in node.names):
        return "a library of binary fractions"
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
        return "a library of binary fractions"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and not is_path(node):
        text = ast.unparse(node)
        return "" if (name, text) in DIVISIONS else f"true division: {text}"
    return ""


def is_path(node: ast.BinOp | ast.AugAssign) -> bool:
    """``FOLDER / "name"`` joins a path."""
    return isinstance(node, ast.BinOp) and (
        isinstance(node.right, ast.JoinedStr) or isinstance(getattr(node.right, "value", None), str)
    )


def test_no_binary_fraction_is_anywhere_in_the_money():
    assert len(SOURCES) > 20
    assert [each for path in SOURCES for each in findings(path, path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "source",
    [
        "a = 0.5",
        "a = float(b)",
        "a = b / 2",
        "a /= 2",
        "from django.db.models import FloatField as f; f = FloatField()",
        "import math",
    ],
)
def test_the_scan_finds_what_it_is_for(source):
    assert findings(ROOT / "budget" / "x.py", source)
