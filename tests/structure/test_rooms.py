"""The direction of the house: import contracts, relations between tables, sizes, and what rules may not import."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
LAYERS = [[name.strip() for name in row.replace("|", ":").split(":")] for row in LINTER["contracts"][0]["layers"]]
RANK = {name: -depth for depth, row in enumerate(LAYERS) for name in row}
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("qingdan", "departments", "reviews", "budget", "deploy", "bench", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
OURS = [path for path in SOURCES if path.parts[0] in LINTER["root_packages"]]
# Modules whose work is a page or a file: they may know HTTP (first), workbooks (second) or Word and PDF (third). Everything else holds
# fields, rules and acts; papers are described as values (``qingdan.paper.blocks``) and written there alone.
PAGES = (
    "web.py",
    "site.py",
    "admin.py",
    "modeladmin.py",
    "urls.py",
    "forms.py",
    "middleware.py",
    "views.py",
    "/views/",
    "/screens/",
    "qingdan/public/",
    "qingdan/api/",
)
WORKBOOKS = ("/intake/", "/spreadsheets/")
WRITERS = ("/intake/", "qingdan/paper/word.py", "qingdan/paper/pdf.py", "qingdan/paper/typesetter.py")


def rank_of(module: str) -> int | None:
    """The height of a room in the layers; None for Django's and other libraries' modules."""
    return next(
        (RANK[name] for name in sorted(RANK, key=len, reverse=True) if module == name or module.startswith(f"{name}.")), None
    )


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, by full name."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def may(path: Path, allowed: tuple[str, ...]) -> bool:
    text = f"/{path.as_posix()}"
    return any(
        text.endswith(f"/{name}") or (name.endswith("/") and name in text) or (not name.endswith(".py") and name in text)
        for name in allowed
    )


def test_import_contracts_are_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_place_in_the_direction():
    found = {".".join(path.parts[:2]).removesuffix(".py") for path in OURS if path.parts[0] == "qingdan" and path.name != "apps.py"}
    found |= {path.parts[0] for path in OURS if path.parts[0] != "qingdan"}
    missing = {name for name in found if rank_of(name) is None and name != "qingdan.__init__"}
    assert not missing, f"name these in the layers of pyproject.toml: {sorted(missing)}"


def test_no_table_refers_to_a_room_above_its_own():
    upward = []
    for model in apps.get_models(include_auto_created=True):
        own = rank_of(model.__module__)
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            above = rank_of(target.__module__) if target else None
            if own is not None and above is not None and above > own:
                upward.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert not upward


def test_evidence_has_no_foreign_key():
    relations = [
        f for model in apps.get_app_config("ledger").get_models() for f in model._meta.get_fields() if f.concrete and f.is_relation
    ]
    assert not relations


@pytest.mark.parametrize("path", OURS, ids=str)
def test_models_and_rules_know_neither_http_nor_files(path):
    imports = imports_of(path)
    if not may(path, PAGES):
        assert not {name for name in imports if name.startswith(("django.http", "rest_framework", "django.shortcuts"))}
    if not may(path, WORKBOOKS):
        assert not {name for name in imports if name.split(".")[0] in ("openpyxl", "python_calamine")}
    if not may(path, WRITERS):
        assert not {name for name in imports if name.split(".")[0] in ("docx", "typst", "pypdf")}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_no_module_is_longer_than_500_lines(path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 500, "split it by noun"


# Modules whose bulk writes leave no history row, and why nothing is lost. Everywhere else a function that writes in bulk writes as many
# history rows itself (bulk_history_create, record_history).
BULK = {
    "qingdan/items/writing.py": "the door: versions and editions are immutable and are their own history",
    "departments/notices.py": "what a person was told and has read is no record of his work",
    "departments/working_days.py": "days of the calendar are only added here, and their table keeps no history",
    "qingdan/outbox/leases.py": "a queue: who holds what is no record of anybody's work",
    "qingdan/outbox/queue.py": "a queue: entries are dropped once carried out",
    "qingdan/outbox/tasks.py": "a queue: a row says that a task ran",
    "qingdan/items/words.py": "what readers missed is counted, nobody edits it",
    "reviews/checklists.py": "answers belong to a decision, which is append-only",
    "reviews/deciding.py": "words on single changes belong to a decision, which is append-only",
    "reviews/waivers.py": "reasons belong to a decision, which is append-only",
    "reviews/corrections.py": "how often a source wrote today is counted, nobody edits it",
    "reviews/correction_desk.py": "a reader's words leave no trace once taken out; what was done is kept in append-only steps",
    "qingdan/laws/library.py": "acts are only added here, and their table keeps no history",
}
HISTORY = ("bulk_history_create", "bulk_create_with_history", "bulk_update_with_history", "record_history")
WRITES = ("bulk_create", "bulk_update", "insert_rows")


def bulk_writes(path: Path) -> list[str]:
    """Functions with more bulk writes (``bulk_*``, ``insert_rows``; a queryset's ``update``, told from a dict's by its keywords) than history writes."""
    found = []
    for function in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        names = [(call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""), call) for call in calls]
        kept = sum(name in HISTORY for name, _ in names)
        bulk = sum(name in WRITES or (name == "update" and bool(call.keywords)) for name, call in names)
        if bulk > kept:
            found.append(f"{path}:{function.lineno} {function.name}")
    return found


def test_only_named_modules_write_in_bulk_without_history():
    found = [line for path in OURS if path.as_posix() not in BULK for line in bulk_writes(path)]
    assert not found, f"no history row is written: {found}"


def test_the_list_of_bulk_writers_is_current():
    assert {name for name in BULK if not bulk_writes(Path(name))} == set()
