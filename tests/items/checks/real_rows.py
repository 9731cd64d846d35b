"""The 950 real rows as items, each region of a source a list of its own, checked by every item rule (no database)."""

from __future__ import annotations

import csv
import datetime
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from qingdan.items.checks import ITEM_RULES
from qingdan.items.checks.register import Entry, Register
from qingdan.items.checks.rule import ActRecord, Finding, Subject, Surroundings, run
from qingdan.items.content import Code, Duty, ItemContent
from qingdan.laws.library import matching_title
from reviews.demo.real import CODES, bases_of

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
DAY = datetime.date(2026, 11, 25)
_LINES = re.compile(r"\n(?=\s*\d{1,2}\s*[.、．])")


def table(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def library() -> dict[str, tuple[ActRecord, ...]]:
    found: dict[str, tuple[ActRecord, ...]] = defaultdict(tuple)
    for row in table("reference/laws.csv"):
        effective = row["effective"]
        day = datetime.date.fromisoformat(effective) if effective.isascii() and effective else None
        found[matching_title(row["title"])] += (ActRecord(row["title"], row["kind"], row["status"] == "已废止/失效", day),)
    return dict(found)


@cache
def reference() -> dict:
    categories = table("reference/categories.csv")
    required: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in table("reference/required_elements.csv"):
        required[row["category"]] += (row["element"],)
    return {
        "day": DAY,
        "acts": library(),
        "categories": {row["code"]: row["name"] for row in categories},
        "letters": {row["code"]: row["letters"] for row in categories},
        "required": dict(required),
    }


def content_of(row: dict[str, str]) -> ItemContent:
    return ItemContent(
        department_code=row["department"],
        department_name=row["department"],
        category=CODES[row["category"]],
        name=row["sub_item"] or row["major_item"],
        major_name=row["major_item"] if row["sub_item"] else "",
        codes=(Code(scheme="local", value=row["code"]),) if row["code"] else (),
        legal_bases=bases_of(row["legal_basis"]),
        exercising_level=row["exercising_level"],
        handling_office=row["handling_office"],
        duties=tuple(Duty(text=line.strip()) for line in _LINES.split(row["responsibility"]) if line.strip()),
        accountability=row["accountability"],
    )


def rows() -> list[dict[str, str]]:
    """The rows of items_sample.csv; ``row`` is the line of the table (the first after the header is 2)."""
    return [{**row, "row": str(number)} for number, row in enumerate(table("real/items_sample.csv"), start=2)]


@cache
def findings() -> tuple[tuple[dict[str, str], Finding], ...]:
    """(row, finding) for all rows; a list is one source's items of one region."""
    lists: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows():
        lists[row["source"], row["region"]].append(row)
    found = []
    for listed in lists.values():
        entries, contents = [], {}
        for row in listed:
            content = contents[row["row"]] = content_of(row)
            codes = tuple((code.scheme, code.value) for code in content.codes)
            entries.append(
                Entry(
                    row["row"], row["department"], row["department"], content.category, content.name, content.major_name, "", codes
                )
            )
        around = Surroundings(register=Register(entries), **reference())
        for row in listed:
            subject = Subject(contents[row["row"]], key=row["row"])
            found += [(row, finding) for finding in run(ITEM_RULES, subject, around)]
    return tuple(sorted(found, key=lambda pair: (pair[1].rule.number, int(pair[0]["row"]))))
