"""``make bench``: every scenario in one run, contestants in turn, medians; prints ratios and writes bench-results.json.

Read the ratios: absolute figures depend on the machine and on what else it does. ``--rounds N`` (default 5).
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.children import ROOT, Folder  # noqa: E402
from bench.pages import Asked, Server, measure, serving  # noqa: E402

# What a contestant starts from.
DATABASES = {
    "read_with_calamine": "departments",
    "import_as_requests": "departments",
    "import_as_baseline": "departments",
    "publish_199": "city",
    "bulk_update_199": "city",
    "request_page_500": "city",
    "bare_template_500": "city",
    "edition_difference": "14",
    "edition_membership": "14",
    **{f"write {form}": "city" for form in ("power.xlsx", "list.xlsx", "list.csv", "list.docx", "list.pdf")},
}
PAGES = ("home", "list", "search", "item")
ITEMS = 3_928
PAST_DAY = "2016-04-20"  # inside the first edition of the city, whatever was published since


@dataclass(frozen=True)
class Ratio:
    """One figure of the report: median of ``over`` in ``unit`` divided by that of ``under``; ``aim`` is the most it should be.

    ``page``: what an empty results page takes is added to both, times 1 above the line and times this below it.
    """

    what: str
    over: str
    under: str
    unit: str = "seconds"
    aim: float | None = None
    page: float = 0

    def value(self, figures: dict[str, dict[str, float]]) -> float:
        over, under = figures[self.over][self.unit], figures[self.under][self.unit]
        if self.page:
            empty = figures["search, nothing found"]["ms"]
            over, under = over + empty, under + self.page * empty
        return round(over / under, 2)


RATIOS = [
    Ratio("import of 3,928 rows as requests ÷ calamine reading", "import_as_requests", "read_with_calamine", aim=10),
    Ratio("import of 3,928 rows as baseline ÷ calamine reading", "import_as_baseline", "read_with_calamine", aim=15),
    Ratio("199 changes published ÷ bulk_update of the same rows", "publish_199", "bulk_update_199", aim=10),
    Ratio("request page with 500 changes ÷ bare template of the same rows", "request_page_500", "bare_template_500", aim=3),
    Ratio("difference of two of 15 editions ÷ reading the entries of one", "edition_difference", "edition_membership", aim=2),
    *(
        Ratio(f"{page} page, first time ÷ bare view ({label})", page, "bare", unit)
        for page in PAGES
        for unit, label in (("ms", "time"), ("cpu_ms", "CPU"))
    ),
    *(
        Ratio(f"{page} page, kept ÷ bare view ({label})", f"{page}, kept", "bare", unit, aim=1.18)
        for page in PAGES
        for unit, label in (("ms", "time"), ("cpu_ms", "CPU"))
    ),
    *(
        Ratio(f"home page, not changed (304) ÷ bare view ({label})", "home, 304", "bare", unit, aim=1.18)
        for unit, label in (("ms", "time"), ("cpu_ms", "CPU"))
    ),
    *(
        Ratio(f"list page as of a past day, {how} ÷ bare view ({label})", f"list at 14, {name}", "bare", unit, aim=1.18)
        for name, how in (("kept", "kept"), ("304", "not changed (304)"))
        for unit, label in (("ms", "time"), ("cpu_ms", "CPU"))
    ),
    Ratio("list page, first time ÷ one-file list page (CPU)", "list", "one-file list", "cpu_ms", aim=0.34),
    Ratio("item page, first time ÷ one-file item page (CPU)", "item", "one-file item", "cpu_ms", aim=1.2),
    Ratio(
        "search page, rare words, 392,800 ÷ 3,928 items (p95)",
        "answer, rare, 392,800 items",
        "answer, rare, 3,928 items",
        "p95_ms",
        aim=1.5,
        page=1,
    ),
    *(
        Ratio(
            f"search page, {kind} words, 392,800 items ÷ (bare count + 1.5 × empty results page) (p95)",
            f"answer, {kind}, 392,800 items",
            f"bare count, {kind}, 392,800 items",
            "p95_ms",
            aim=1,
            page=1.5,
        )
        for kind in ("common", "rare")
    ),
    *(
        Ratio(
            f"search, common words of {length}, 392,800 items: facets ÷ bare count",
            f"facets, common, {length}, 392,800 items",
            f"bare count, common, {length}, 392,800 items",
            "ms",
            aim=1.3,
        )
        for length in ("2 characters", "3 and 6 characters")
    ),
    Ratio(
        "search, common words, 392,800 items: page ÷ bare count",
        "page, common, 392,800 items",
        "bare count, common, 392,800 items",
        "ms",
        aim=1.5,
    ),
    Ratio(
        "search, common words, 3,928 items: facets ÷ bare count",
        "facets, common, 3,928 items",
        "bare count, common, 3,928 items",
        "ms",
    ),
    Ratio(
        "publication, whole-list files and index ÷ every item's page once, as the one-file page makes it (CPU)",
        "an edition's files and index",
        "an edition's pages once",
        "cpu_seconds",
        aim=10,
    ),
    *(
        Ratio(f"{page} page as of a past day, 140 editions behind ÷ 14 ({label})", f"{page} at 140", f"{page} at 14", unit, aim=1.5)
        for page in ("home", "list", "item")
        for unit, label in (("ms", "time"), ("cpu_ms", "CPU"))
    ),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="qingdan-bench-") as place:
        folder = Folder(Path(place))
        prepare(folder)
        figures = run_acts(folder, rounds) | run_pages(folder, rounds) | run_search(folder, rounds)
    figures |= publication(figures)
    ratios = [{**asdict(ratio), "value": ratio.value(figures)} for ratio in RATIOS]
    report(figures, ratios)


def prepare(folder: Folder) -> None:
    steps = [
        ("city", "city", str(folder.workbook)),
        ("departments", "departments", str(folder.workbook)),
        ("14", "editions", "14"),
        ("140", "editions", "140"),
    ]
    for name, step, argument in steps:
        started = time.perf_counter()
        if step == "editions":
            folder.duplicate("city", name)
        folder.run("bench.prepare", step, argument, database=folder.database(name))
        print(f"prepared {name} in {time.perf_counter() - started:.0f} s", flush=True)


def run_acts(folder: Folder, rounds: int) -> dict[str, dict[str, float]]:
    """The acts, each in a process of its own on a fresh copy; all take turns in every round."""
    results: dict[str, list[dict]] = {name: [] for name in DATABASES}
    for round_ in range(rounds):
        for name, database in DATABASES.items():
            result = folder.run("bench.contestants", name, str(folder.workbook), database=folder.copy(database))
            results[name].append(result)
        print(f"acts, round {round_ + 1} of {rounds}", flush=True)
    return {
        name: {unit: statistics.median(each[unit] for each in found) for unit in found[0]} | {"rounds": rounds}
        for name, found in results.items()
    }


def publication(figures: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """What is made once for an edition with 199 changes (departments' own files not counted), and its items' pages rendered once."""
    made = sum(figure["cpu_seconds"] for name, figure in figures.items() if name == "publish_199" or name.startswith("write "))
    made += figures["index of 3,928 items"]["seconds"]
    pages = figures["one-file item"]["cpu_ms"] * ITEMS / 1000
    return {"an edition's files and index": {"cpu_seconds": made}, "an edition's pages once": {"cpu_seconds": pages}}


def run_pages(folder: Folder, rounds: int) -> dict[str, dict[str, float]]:
    code = item_code(folder)
    addresses = {"home": "/", "list": "/items/", "search": "/items/?q=%E8%AE%B8%E5%8F%AF", "item": f"/items/{code}/"}
    with ExitStack() as servers:

        def start(application: str, name: str, kept_mb: int = 0) -> Server:
            environment = folder.environment(folder.database(name)) | {"KEPT_MB": str(kept_mb)}
            return servers.enter_context(serving(application, environment))

        bare, site, keeping = start("bench.bare", "city"), start("qingdan.wsgi", "city"), start("qingdan.wsgi", "city", 512)
        one_file = start("bench.onefile", "city")
        few, many = start("qingdan.wsgi", "14"), start("qingdan.wsgi", "140")
        few_kept = start("qingdan.wsgi", "14", 512)
        now = {"bare": Asked(bare, "/")}
        now |= {page: Asked(site, address) for page, address in addresses.items()}
        now["search, nothing found"] = Asked(site, "/items/?q=%E9%BE%98%E9%BE%98%E9%BE%98")
        now |= {f"one-file {page}": Asked(one_file, addresses[page]) for page in ("list", "item")}
        now |= {f"{page}, kept": Asked(keeping, address, packed=True) for page, address in addresses.items()}
        now["home, 304"] = Asked(keeping, "/", known=True, packed=True)
        past = {
            f"{page} at {name}": Asked(server, f"{address}?on={PAST_DAY}")
            for page, address in addresses.items()
            if page != "search"
            for name, server in (("14", few), ("140", many))
        }
        day = f"{addresses['list']}?on={PAST_DAY}"
        now["list at 14, kept"] = Asked(few_kept, day, packed=True)
        now["list at 14, 304"] = Asked(few_kept, day, known=True, packed=True)
        return measure(now, rounds) | measure(past, rounds)


def run_search(folder: Folder, rounds: int) -> dict[str, dict[str, float]]:
    """The index of the city, and of a list a hundred times as long (building that one takes minutes)."""
    return folder.run("bench.searching", str(folder.path), str(rounds), database=folder.database("city"))


def item_code(folder: Folder) -> str:
    """An item that every prepared city has."""
    with sqlite3.connect(folder.database("city")) as database:
        return database.execute("SELECT code FROM items_item ORDER BY id LIMIT 1").fetchone()[0]


def report(figures: dict, ratios: list[dict]) -> None:
    print("\ncontestant                    median")
    for name, figure in figures.items():
        shown = "  ".join(f"{value:.3f} {unit}" for unit, value in figure.items() if unit != "rounds")
        print(f"{name:<28}  {shown}")
    print("\nratio                                                                    value    aim")
    for ratio in ratios:
        aim = f"≤ {ratio['aim']:g}" if ratio["aim"] else "–"
        missed = "  MISSED" if ratio["aim"] and ratio["value"] > ratio["aim"] else ""
        print(f"{ratio['what']:<70} {ratio['value']:>8.2f}  {aim:>5}{missed}")
    machine = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "machine": platform.machine()}
    results = {"machine": machine, "figures": figures, "ratios": ratios}
    (ROOT / "bench-results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
