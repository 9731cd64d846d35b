"""Filling the law library from a table of acts (one row an act, newest version known)."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable

from qingdan.laws.citations import normalise_title, short_title
from qingdan.laws.models import Act

_STATUSES = {"有效": Act.Status.IN_FORCE, "已废止/失效": Act.Status.REPEALED}


def matching_title(title: str) -> str:
    """``Act.normal_title``: one form for the full and the short title, so that 《公路法》 finds 《中华人民共和国公路法》."""
    return short_title(normalise_title(title))


def _date(text: str) -> datetime.date | None:
    """ISO date of a source that writes some digits full-width; None where it gives none."""
    return datetime.date.fromisoformat(unicodedata.normalize("NFKC", text)) if text else None


def add_missing_acts(rows: Iterable[dict[str, str]]) -> int:
    """Add the acts of ``rows`` (columns of fixtures/reference/laws.csv) that the library lacks, by (title, kind, region); how many.

    Acts already there stay as the office keeps them. A status that the source did not verify counts as in force; its note
    says so.
    """
    known = set(Act.objects.values_list("title", "kind", "region"))
    missing = [_act(row) for row in rows if (row["title"], row["kind"], row["region"]) not in known]
    Act.objects.bulk_create(missing, batch_size=500)
    return len(missing)


def _act(row: dict[str, str]) -> Act:
    note = row["note"]
    if row["status"] not in _STATUSES:
        note = "；".join(filter(None, [note, f"时效{row['status']}"]))
    return Act(
        title=row["title"],
        normal_title=matching_title(row["title"]),
        kind=row["kind"],
        region=row["region"],
        issuer=row["issuer"],
        doc_no=row["doc_number"],
        promulgated_on=_date(row["promulgated"]),
        last_amended_on=_date(row["last_amended"]),
        effective_on=_date(row["effective"]),
        status=_STATUSES.get(row["status"], Act.Status.IN_FORCE),
        note=note,
    )
