"""Search against the bare index query: ``python -m bench.searching FOLDER ROUNDS`` on the database of the city; prints JSON.

Two indexes of the same texts: the city's 3,928 items once, and a hundred times over. What a reader waits for (counts of all refinements
and the first page by rank) is timed beside the bare count of the same phrase, in turn, in milliseconds; the median and the 95th percentile over all terms.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from departments.models import Region  # noqa: E402
from qingdan.items.index.asking import Index  # noqa: E402
from qingdan.items.index.building import entries_in, write_file  # noqa: E402
from qingdan.items.index.grams import phrase_of  # noqa: E402
from qingdan.items.models import Edition  # noqa: E402
from qingdan.items.search import parts_of  # noqa: E402

CITY, TIMES = "420600", 100
COMMON, RARE = 12, 12  # terms of each kind
PAGE = 20


def main(folder: Path, rounds: int) -> None:
    edition = Edition.objects.newest(Region.objects.get(code=CITY))
    entries = list(entries_in(edition))
    figures = {}
    for name, times in (("3,928 items", 1), ("392,800 items", TIMES)):
        path = folder / f"search-{times}.sqlite3"
        path.unlink(missing_ok=True)
        started = time.perf_counter()
        write_file(path, repeated(entries, times))
        figures[f"index of {name}"] = {"seconds": time.perf_counter() - started, "megabytes": path.stat().st_size / 1e6}
        figures |= measure(path, name, terms(entries), rounds)
    print(json.dumps(figures))


def repeated(entries: list[tuple], times: int):
    """The list ``times`` over, in official order: what one department and category hold stays together."""
    groups: dict[tuple, list[tuple]] = {}
    for entry in entries:
        groups.setdefault(entry[1:3], []).append(entry)
    place = 0
    for group in groups.values():
        for _ in range(times):
            for entry in group:
                place += 1
                yield (place, *entry[1:])


def terms(entries: list[tuple]) -> dict[str, list[str]]:
    """Common terms (in at least a tenth of all entries) and rare ones (in at most five), of 2, 3 and 6 characters; the same each time."""
    texts = ["\n".join(line for part in parts_of(entry[-1]) for line in part) for entry in entries]
    dice, found = random.Random(2016), {"common": [], "rare": []}
    while min(map(len, found.values())) < COMMON:
        line = dice.choice(dice.choice(texts).split("\n"))
        length = dice.choice((2, 3, 6))
        if len(line) < length:
            continue
        start = dice.randrange(len(line) - length + 1)
        term = line[start : start + length]
        number = sum(term in text for text in texts)
        kind = "common" if number >= len(texts) / 10 else "rare" if number <= 5 else ""
        if kind and len(found[kind]) < COMMON and term not in found[kind]:
            found[kind].append(term)
    return found


def measure(path: Path, name: str, asked: dict[str, list[str]], rounds: int) -> dict:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    index = Index(connection)

    def count(term: str) -> None:
        connection.execute("SELECT count(*) FROM hit WHERE hit MATCH ?", (phrase_of(term),)).fetchone()

    def facets(term: str) -> None:
        index.counts(term)

    def page(term: str) -> None:
        index.places(term, lambda group: True, 0, PAGE)

    def answer(term: str) -> None:
        facets(term)
        page(term)

    figures = {}
    by_length = {
        f"common, {words}": [needle for needle in asked["common"] if (len(needle) == 2) == two]
        for words, two in (("2 characters", True), ("3 and 6 characters", False))
    }
    for kind, needles in (asked | by_length).items():
        acts: dict[str, Callable[[str], None]] = {"bare count": count, "facets": facets, "page": page, "answer": answer}
        times: dict[str, list[float]] = {act: [] for act in acts}
        for _ in range(rounds):
            for needle in needles:
                for act, run in acts.items():
                    started = time.perf_counter()
                    run(needle)
                    times[act].append((time.perf_counter() - started) * 1000)
        figures |= {
            f"{act}, {kind}, {name}": {"ms": statistics.median(found), "p95_ms": statistics.quantiles(found, n=20)[-1]}
            for act, found in times.items()
        }
    return figures


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
