"""Making the index file of an edition: put together beside, swapped in by a rename, the last few kept."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings

from qingdan.items.index.grams import tokens_of
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.search import parts_of

# Part of the name of every file: raise it when the layout or the grams change.
LAYOUT = 1
# rowid = group (department and category, in official order) | place in the edition | kind (行使方式, 行使层级, 状态): rows come in official
# order, and hits are counted by group without a look at any other table.
KIND_BITS, PLACE_BITS = 10, 32
GROUP_SHIFT = KIND_BITS + PLACE_BITS
KIND_MASK, PLACE_MASK = (1 << KIND_BITS) - 1, (1 << PLACE_BITS) - 1

_SCHEMA = """
CREATE VIRTUAL TABLE hit USING fts5(name, rest, content='', columnsize=0, tokenize='ascii');
CREATE TABLE groups(id INTEGER PRIMARY KEY, department INTEGER NOT NULL, category TEXT NOT NULL, entries INTEGER NOT NULL);
CREATE TABLE kinds(id INTEGER PRIMARY KEY, initiation TEXT NOT NULL, level TEXT NOT NULL, state TEXT NOT NULL);
"""
_COLUMNS = (
    "position",
    "version__department_id",
    "version__category_id",
    "version__initiation",
    "version__category__default_initiation",
    "version__level",
    "version__state",
    "version__search_text",
)


def path_of(edition: Edition) -> Path:
    """Where the index of ``edition`` is, or would be."""
    return settings.SEARCH_DIR / f"{edition.manifest_hash}-{LAYOUT}.sqlite3"


def build(edition: Edition) -> Path:
    """Make the index of ``edition`` if it is not there. Two processes may call it at once: one makes it, the other waits."""
    path = path_of(edition)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _turn(path.with_suffix(".lock")):
        if not path.exists():
            unfinished = path.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            write_file(unfinished, entries_in(edition))
            os.replace(unfinished, path)
            _keep_the_last(path)
    return path


def write_file(path: Path, entries: Iterable[tuple]) -> None:
    """An index of ``entries``: (place, department key, category, 行使方式, 行使层级, 状态, search text), in official order."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        groups: dict[tuple[int, str], int] = {}
        entries_of: Counter[int] = Counter()
        kinds: dict[tuple[str, str, str], int] = {}
        connection.executemany("INSERT INTO hit(rowid, name, rest) VALUES (?, ?, ?)", _rows(entries, groups, entries_of, kinds))
        connection.executemany(
            "INSERT INTO groups VALUES (?, ?, ?, ?)", [(key, *group, entries_of[key]) for group, key in groups.items()]
        )
        connection.executemany("INSERT INTO kinds VALUES (?, ?, ?, ?)", [(key, *kind) for kind, key in kinds.items()])
        connection.execute("COMMIT")
        connection.execute("INSERT INTO hit(hit) VALUES ('optimize')")
    # A file that was swapped in must be whole after a power cut too.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def entries_in(edition: Edition) -> Iterator[tuple]:
    found = EditionEntry.objects.of(edition).public().values_list(*_COLUMNS)
    for place, department, category, own, default, level, state, text in found.iterator(chunk_size=2000):
        yield place, department, category, own or default, level, state, text


def _rows(entries: Iterable[tuple], groups: dict, entries_of: Counter, kinds: dict) -> Iterator[tuple[int, str, str]]:
    for place, department, category, initiation, level, state, text in entries:
        group = groups.setdefault((department, category), len(groups))
        entries_of[group] += 1
        kind = kinds.setdefault((initiation, level, state), len(kinds))
        if kind > KIND_MASK:  # more kinds than the rowid has room for: the last one stands for the rest
            kind = KIND_MASK
        called, rest = parts_of(text)
        yield group << GROUP_SHIFT | place << KIND_BITS | kind, tokens_of(called, whole=True), tokens_of(rest)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep_the_last(newest: Path) -> None:
    """Files beyond the last few (SEARCH_KEEP) go; whoever reads one keeps it until he closes it."""
    files = sorted(newest.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[settings.SEARCH_KEEP :]:
        if path != newest:
            for each in (path, path.with_suffix(".lock")):
                with suppress(OSError):
                    each.unlink()
