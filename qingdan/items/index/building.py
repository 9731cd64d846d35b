"""Making the index file of an edition: put together beside, swapped in by a rename, the last few kept."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from django.conf import settings

from qingdan.items.index.grams import tokens_of
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.search import parts_of

# Part of the name of every file: raise it when the layout or the grams change.
LAYOUT = 2
# rowid = group (department and category, in official order) | place in the edition | kind (行使方式, 行使层级, 状态): rows come in official
# order, and hits are counted by group without a look at any other table.
KIND_BITS, PLACE_BITS = 10, 32
GROUP_SHIFT = KIND_BITS + PLACE_BITS
KIND_MASK, PLACE_MASK = (1 << KIND_BITS) - 1, (1 << PLACE_BITS) - 1
# A word of two characters with more hits than this is common: its counts are kept, as are those of every part of the list.
MANY = 20_000

_SCHEMA = """
CREATE VIRTUAL TABLE hit USING fts5(name, rest, content='', columnsize=0, tokenize='ascii');
CREATE TABLE groups(id INTEGER PRIMARY KEY, department INTEGER NOT NULL, category TEXT NOT NULL);
CREATE TABLE kinds(id INTEGER PRIMARY KEY, initiation TEXT NOT NULL, level TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE parts(grouped INTEGER NOT NULL, kind INTEGER NOT NULL, entries INTEGER NOT NULL, PRIMARY KEY(grouped, kind));
CREATE TABLE common(token TEXT PRIMARY KEY, counts TEXT NOT NULL);
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'hit', 'row');
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
        kinds: dict[tuple[str, str, str], int] = {}
        parts: Counter[tuple[int, int]] = Counter()
        connection.executemany("INSERT INTO hit(rowid, name, rest) VALUES (?, ?, ?)", _rows(entries, groups, kinds, parts))
        connection.executemany("INSERT INTO groups VALUES (?, ?, ?)", [(key, *group) for group, key in groups.items()])
        connection.executemany("INSERT INTO kinds VALUES (?, ?, ?, ?)", [(key, *kind) for kind, key in kinds.items()])
        connection.executemany("INSERT INTO parts VALUES (?, ?, ?)", [(*part, number) for part, number in sorted(parts.items())])
        connection.execute("COMMIT")
        connection.execute("INSERT INTO hit(hit) VALUES ('optimize')")
        if parts.total() > MANY:
            _keep_counts_of_common(connection, sorted(parts))
    # A file that was swapped in must be whole after a power cut too.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def count_by_range(connection: sqlite3.Connection, match: str, parts: Iterable[tuple[int, int]]) -> Iterator[int]:
    """How many rows of each of ``parts`` (group, kind; sorted) match: each group is one range of rowids, so nothing is sorted."""
    for group, members in groupby(parts, key=itemgetter(0)):
        *others, _last = (kind for _, kind in members)
        columns = "".join(f", count(*) FILTER (WHERE rowid & {KIND_MASK} = {kind})" for kind in others)
        statement = f"SELECT count(*){columns} FROM hit WHERE hit MATCH ? AND rowid >= ? AND rowid < ?"  # noqa: S608
        total, *numbers = connection.execute(statement, (match, group << GROUP_SHIFT, (group + 1) << GROUP_SHIFT)).fetchone()
        yield from (*numbers, total - sum(numbers))


def _keep_counts_of_common(connection: sqlite3.Connection, parts: list[tuple[int, int]]) -> None:
    """The counts of every two-character word that is common, in the order of ``parts``: counting that many on a request takes too long."""
    common = connection.execute("SELECT term FROM vocabulary WHERE doc > ? AND length(term) = 2", (MANY,)).fetchall()
    connection.execute("BEGIN")
    for (token,) in common:
        counts = json.dumps(list(count_by_range(connection, f'"{token}"', parts)))
        connection.execute("INSERT INTO common VALUES (?, ?)", (token, counts))
    connection.execute("COMMIT")


def entries_in(edition: Edition) -> Iterator[tuple]:
    found = EditionEntry.objects.of(edition).public().values_list(*_COLUMNS)
    for place, department, category, own, default, level, state, text in found.iterator(chunk_size=2000):
        yield place, department, category, own or default, level, state, text


def _rows(entries: Iterable[tuple], groups: dict, kinds: dict, parts: Counter) -> Iterator[tuple[int, str, str]]:
    for place, department, category, initiation, level, state, text in entries:
        group = groups.setdefault((department, category), len(groups))
        kind = kinds.setdefault((initiation, level, state), len(kinds))
        if kind > KIND_MASK:  # more kinds than the rowid has room for: the last one stands for the rest
            kind = KIND_MASK
        parts[group, kind] += 1
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
