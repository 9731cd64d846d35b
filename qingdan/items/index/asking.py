"""Asking the index of an edition: hits counted by what lists refine by, and one page of them by rank, then official order."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from urllib.parse import quote

from django.conf import settings

from qingdan.items.index.building import GROUP_SHIFT, KIND_BITS, KIND_MASK, MANY, PLACE_MASK, build, count_by_range, path_of
from qingdan.items.index.grams import pairs_of, phrase_of, whole_line_of
from qingdan.items.models import Edition, EditionEntry

# (department key, category, 行使方式, 行使层级, 状态)
Group = tuple[int, str, str, str, str]
OPEN_FILES = 8
# How many lines that are exactly the query stand before everything else, and how much a search for similar names looks at.
EXACT_LIMIT, PAIR_LIMIT, PAIR_ROWS = 200, 8, 5_000
COMMON = 0.25  # a pair in more than this share of all names says nothing

_open = threading.local()


def index_of(edition: Edition) -> Index | None:
    """The index of ``edition``, made now where that takes about a second; None while a larger one is still to be made.

    Whoever gets None scans the database instead: the answers are the same.
    """
    path = path_of(edition)
    files: OrderedDict[str, Index] = _open.__dict__.setdefault("files", OrderedDict())
    if index := files.get(str(path)):
        files.move_to_end(str(path))
        return index
    if not path.exists():
        if EditionEntry.objects.filter(edition=edition).count() > settings.SEARCH_BUILD_AT_ONCE:
            return None
        build(edition)
    try:
        index = Index(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True))
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)  # not whole: it is made again when next asked for
        return None
    os.utime(path)  # among the last few that are kept
    files[str(path)] = index
    while len(files) > OPEN_FILES:
        files.popitem(last=False)[1].close()
    return index


def forget_open_files() -> None:
    """Close the index files that this thread holds open; they are opened again when asked."""
    for index in _open.__dict__.pop("files", {}).values():
        index.close()


class Index:
    """One open index file. Everything it answers is a function of the file and the question."""

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection
        self._groups = {key: tuple(rest) for key, *rest in connection.execute("SELECT id, department, category FROM groups")}
        self._kinds = {key: tuple(rest) for key, *rest in connection.execute("SELECT id, initiation, level, state FROM kinds")}
        self._parts = {(group, kind): entries for group, kind, entries in connection.execute("SELECT * FROM parts ORDER BY 1, 2")}
        self._size = sum(self._parts.values())

    def close(self) -> None:
        self._connection.close()

    def counts(self, needle: str) -> dict[Group, int]:
        """How many entries hold ``needle``, by department, category, 行使方式, 行使层级 and 状态; the sum is the count."""
        phrase = phrase_of(needle)
        # From this many hits on, counting them range by range is quicker than sorting them; but not where every range would have to
        # put together all the words that begin with one character.
        if found := self.kept_counts(phrase):
            counted = zip(self._parts, found, strict=True)
        elif len(needle) > 1 and self._more_than(MANY, phrase):
            counted = zip(self._parts, count_by_range(self._connection, phrase, self._parts), strict=True)
        else:
            counted = self._by_sorting(phrase)
        return {(*self._groups[group], *self._kinds[kind]): number for (group, kind), number in counted if number}

    def kept_counts(self, phrase: str) -> list[int]:
        """Hits of a common word of two characters in each part of the list, counted when the file was made; empty for any other phrase."""
        row = self._connection.execute("SELECT counts FROM common WHERE token = ?", (phrase.strip('"'),)).fetchone()
        return json.loads(row[0]) if row else []

    def _by_sorting(self, phrase: str) -> Iterable[tuple[tuple[int, int], int]]:
        """((group, kind), entries) in one statement, which sorts all hits: good for few."""
        found = self._connection.execute(
            f"SELECT rowid >> {GROUP_SHIFT}, rowid & {KIND_MASK}, count(*) FROM hit WHERE hit MATCH ? GROUP BY 1, 2",  # noqa: S608
            (phrase,),
        )
        return (((group, kind), number) for group, kind, number in found)

    def places(self, needle: str, chosen: Callable[[Group], bool], start: int, stop: int) -> list[int]:
        """Places ``start`` to ``stop`` of what holds ``needle`` among the groups ``chosen``.

        What is called exactly so comes first, then what is called something with it, then what mentions it.
        """
        phrase = phrase_of(needle)
        within = self._within(chosen)
        exact = self._rowids(f"name : {whole_line_of(needle)}", within, EXACT_LIMIT)
        found, seen = exact[start:stop], len(exact)
        without = f"AND rowid NOT IN ({', '.join(map(str, exact))})" if exact else ""
        for rank in (f"name : {phrase}", f"({phrase}) NOT (name : {phrase})"):
            if len(found) == stop - start:
                break
            skip = max(start - seen, 0)
            rows = self._rowids(rank, f"{within} {without}", stop - start - len(found), skip)
            if not rows and skip:
                seen += self._count(rank, f"{within} {without}")
            elif len(rows) < stop - start - len(found):
                seen += skip + len(rows)
            found += rows
        return [self._place(rowid) for rowid in found]

    def behind(self, needles: Iterable[str], after: int, limit: int) -> list[int]:
        """The first ``limit`` places behind ``after``, in official order, whose bases or duties hold one of ``needles``."""
        match = " OR ".join(f"rest : {phrase_of(needle)}" for needle in needles)
        within = f"AND rowid >> {KIND_BITS} & {PLACE_MASK} > {int(after)}"
        return [self._place(rowid) for rowid in self._rowids(match, within, limit)]

    def near(self, needle: str, limit: int) -> list[int]:
        """Places of the entries whose names share most with ``needle``, the rarer pieces weighing more; empty if nothing does."""
        weights: Counter[str] = Counter()
        for pair in pairs_of(needle):
            number = self._count(f"name : {phrase_of(pair)}")
            if 0 < number <= max(COMMON * self._size, 1):
                weights[pair] = math.log(1 + self._size / number)
        scores: Counter[int] = Counter()
        for pair, weight in weights.most_common(PAIR_LIMIT):
            for rowid in self._rowids(f"name : {phrase_of(pair)}", "", PAIR_ROWS):
                scores[rowid] += weight
        best = sorted(scores, key=lambda rowid: (-scores[rowid], rowid))[:limit]
        return [self._place(rowid) for rowid in best]

    def _within(self, chosen: Callable[[Group], bool]) -> str:
        """The condition that keeps the rows of the groups ``chosen``; numbers only, nothing that was typed."""
        pairs = [
            (group, kind) for group in self._groups for kind in self._kinds if chosen((*self._groups[group], *self._kinds[kind]))
        ]
        groups, kinds = sorted({group for group, _ in pairs}), sorted({kind for _, kind in pairs})
        if not pairs:
            return "AND 0"
        parts = []
        if len(groups) < len(self._groups):
            low, high = groups[0] << GROUP_SHIFT, (groups[-1] + 1) << GROUP_SHIFT
            parts.append(f"AND rowid >= {low} AND rowid < {high}")
            if groups != list(range(groups[0], groups[-1] + 1)):
                parts.append(f"AND rowid >> {GROUP_SHIFT} IN ({', '.join(map(str, groups))})")
        if len(kinds) < len(self._kinds):
            parts.append(f"AND rowid & {KIND_MASK} IN ({', '.join(map(str, kinds))})")
        return " ".join(parts)

    def _rowids(self, match: str, within: str, limit: int, skip: int = 0) -> list[int]:
        found = self._connection.execute(
            f"SELECT rowid FROM hit WHERE hit MATCH ? {within} ORDER BY rowid LIMIT ? OFFSET ?",  # noqa: S608
            (match, limit, skip),
        )
        return [rowid for (rowid,) in found]

    def _count(self, match: str, within: str = "") -> int:
        return self._connection.execute(f"SELECT count(*) FROM hit WHERE hit MATCH ? {within}", (match,)).fetchone()[0]  # noqa: S608

    def _more_than(self, number: int, match: str) -> bool:
        statement = "SELECT 1 FROM hit WHERE hit MATCH ? LIMIT 1 OFFSET ?"
        return self._connection.execute(statement, (match, number)).fetchone() is not None

    @staticmethod
    def _place(rowid: int) -> int:
        return rowid >> KIND_BITS & PLACE_MASK
