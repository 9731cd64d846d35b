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
# A quotient that goes straight into one of these is a Decimal: a binary fraction has no ``quantize`` and would fail there.
ROUNDING = ("quantize", "_rounded")


def findings(path: Path, text: str) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    tree = ast.parse(text)
    allowed = {id(each) for node in ast.walk(tree) if name == GUARD[0] and ast.unparse(node) == GUARD[1] for each in ast.walk(node)}
    allowed |= {id(each) for node in ast.walk(tree) if isinstance(node, ast.Call) for each in rounded_at_once(node)}
    return [f"{name}:{node.lineno} {why}" for node in ast.walk(tree) if id(node) not in allowed and (why := fraction(node))]


def rounded_at_once(call: ast.Call) -> list[ast.AST]:
    """``(a / b).quantize(…)``, ``_rounded(a / b)``: the quotients."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ROUNDING:
        return [call.func.value]
    return call.args[:1] if isinstance(call.func, ast.Name) and call.func.id in ROUNDING else []


def fraction(node: ast.AST) -> str:
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
        return f"true division that is not rounded at once: {ast.unparse(node)}"
    return ""


def is_path(node: ast.BinOp | ast.AugAssign) -> bool:
    """``FOLDER / "name"`` joins a path."""
    return isinstance(node, ast.BinOp) and (
        isinstance(node.right, ast.JoinedStr) or isinstance(getattr(node.right, "value", None), str)
    )


def test_no_binary_fraction_is_anywhere_in_the_money():
    assert len(SOURCES) > 20
    assert [each for path in SOURCES for each in findings(path, path.read_text(encoding="utf-8"))] == []


def test_every_rounding_that_lets_a_quotient_pass_is_of_decimals():
    found = [
        node
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name in ROUNDING
    ]
    assert all(".quantize(" in ast.unparse(node) for node in found)


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
