"""Filling the law library from tables of acts and of their older versions, and finding acts by the titles that citations use."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable

from django.db.models import Q

from qingdan.laws.citations import normalise_title, short_title
from qingdan.laws.models import Act, ActVersion

_STATUSES = {
    "有效": ActVersion.Status.IN_FORCE,
    "已废止/失效": ActVersion.Status.REPEALED,
    "已被修改（存在更新版本）": ActVersion.Status.AMENDED,
}


def matching_title(title: str) -> str:
    """``Act.normal_title``: one form for the full and the short title, so that 《公路法》 finds 《中华人民共和国公路法》."""
    return short_title(normalise_title(title))


def names_of(normal_title: str, short_titles: str) -> set[str]:
    """Every matching title that an act is cited by."""
    return {normal_title, *(matching_title(line) for line in short_titles.splitlines() if line.strip())}


def acts_named(titles: Iterable[str]) -> dict[str, list[Act]]:
    """Matching title → the acts of that name or short name, their versions along. Two queries."""
    wanted = set(titles)
    if not wanted:
        return {}
    found: dict[str, list[Act]] = {}
    rows = Act.objects.filter(Q(normal_title__in=wanted) | ~Q(short_titles="")).prefetch_related("versions").order_by("pk")
    for act in rows:
        for name in names_of(act.normal_title, act.short_titles) & wanted:
            found.setdefault(name, []).append(act)
    return found


def _date(text: str) -> datetime.date | None:
    """ISO date of a source that writes some digits full-width; None where it gives none."""
    return datetime.date.fromisoformat(unicodedata.normalize("NFKC", text)) if text else None


def add_missing_acts(rows: Iterable[dict[str, str]], older: Iterable[dict[str, str]] = ()) -> int:
    """Add the acts of ``rows`` (columns of fixtures/reference/laws.csv) that the library lacks, by (title, kind, region); how many.

    Each comes with its newest known version and those of ``older`` (act_versions.csv); so does an act that has none. Acts already
    there stay as the office keeps them. A status that the source did not verify counts as in force; its note says so.
    """
    rows = {(row["title"], row["kind"], row["region"]): row for row in rows}
    known = set(Act.objects.values_list("title", "kind", "region"))
    added = Act.objects.bulk_create([_act(row) for name, row in rows.items() if name not in known], batch_size=500)
    bare = {(act.title, act.kind, act.region): act for act in Act.objects.filter(versions=None)}
    versions = {}
    for name, act in bare.items():
        if name in rows:
            version = _newest(act, rows[name])
            versions[act.pk, version.promulgated_on] = version
    for row in older:
        act = bare.get((row["title"], row["kind"], row["region"]))
        day = _date(row["version_date"])
        if act is not None and (act.pk, day) not in versions:
            versions[act.pk, day] = ActVersion(
                act=act, promulgated_on=day, effective_on=_date(row["effective"]), status=_STATUSES[row["status"]]
            )
    ActVersion.objects.bulk_create(versions.values(), batch_size=500)
    return len(added)


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
        promulgated_on=_date(row["promulgated"]),
        note=note,
    )


def _newest(act: Act, row: dict[str, str]) -> ActVersion:
    return ActVersion(
        act=act,
        doc_no=row["doc_number"],
        promulgated_on=max(filter(None, map(_date, (row["version_date"], row["last_amended"], row["promulgated"]))), default=None),
        effective_on=_date(row["effective"]),
        status=_STATUSES.get(row["status"], ActVersion.Status.IN_FORCE),
    )
