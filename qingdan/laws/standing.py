"""How an act stands on a day, from its dated versions: in force, not in force yet, repealed, or cited in a text that was amended since.

Pure functions: versions go in as they are, oldest or newest first.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qingdan.laws.models import ActVersion

_YEARS = re.compile(r"((?:19|20)\d{2})\s*年?[^，,；;（）()]{0,12}?(?:修正|修订|修改|版|公布|通过)")


class Word(StrEnum):
    """What the office says of it; ``tone`` is the chip's."""

    IN_FORCE = "有效"
    PENDING = "尚未施行"
    AMENDED = "引用的文本已被修改"
    REPEALED = "已废止/失效"
    UNKNOWN = "法律库未收录"

    @property
    def tone(self) -> str:
        return {"有效": "good", "已废止/失效": "bad", "法律库未收录": ""}.get(self.value, "warn")


@dataclass(frozen=True, slots=True)
class Standing:
    """``version``: the text to read the act in (the one in force, else the next or the last). ``note``: the dates behind the word."""

    word: Word
    version: ActVersion | None = None
    note: str = ""


def in_order(versions: Iterable[ActVersion]) -> list[ActVersion]:
    """Oldest first; a version whose date is unknown goes before those that have one."""
    return sorted(versions, key=lambda each: (each.promulgated_on or datetime.date.min, each.pk or 0))


def is_repealed(versions: Iterable[ActVersion]) -> bool:
    """Whether the newest known version is repealed."""
    ordered = in_order(versions)
    return bool(ordered) and ordered[-1].status == ActVersion.Status.REPEALED


def takes_effect(versions: Iterable[ActVersion]) -> datetime.date | None:
    """The first day on which some version was law; None where a version's day is unknown (it counts as in force)."""
    days = [each.effective_on for each in versions]
    return min(days) if days and all(days) else None


def standing_of(versions: Iterable[ActVersion], day: datetime.date, *, doc_no: str = "", note: str = "") -> Standing:
    """How an act stands on ``day``; ``doc_no`` and ``note`` are what a citation says of the text that it means (（2017年修正）)."""
    ordered = in_order(versions)
    if not ordered:
        return Standing(Word.UNKNOWN)
    newest = ordered[-1]
    if newest.status == ActVersion.Status.REPEALED:
        return Standing(Word.REPEALED, newest, f"由{newest.changed_by}" if newest.changed_by else "")
    effective = [each for each in ordered if each.effective_on is None or each.effective_on <= day]
    if not effective:
        first = min(ordered, key=lambda each: each.effective_on)
        return Standing(Word.PENDING, first, f"自 {first.effective_on:%Y-%m-%d} 起施行")
    current = effective[-1]
    said = f"现行文本 {current.promulgated_on:%Y-%m-%d} 公布或修改" if current.promulgated_on else ""
    if newest is not current:
        coming = f"{newest.effective_on:%Y-%m-%d} 起施行新文本"
        said = f"{said}，{coming}" if said else coming
    if _means_older(ordered, current, doc_no, note):
        by = f"，{current.changed_by}" if current.changed_by else ""
        return Standing(Word.AMENDED, current, said + by)
    return Standing(Word.IN_FORCE, current, said)


def _means_older(ordered: list[ActVersion], current: ActVersion, doc_no: str, note: str) -> bool:
    """Whether a citation names the number or the year of a text before the current one."""
    older = ordered[: ordered.index(current)]
    if doc_no and doc_no != current.doc_no and any(each.doc_no == doc_no for each in older):
        return True
    years = [int(year) for year in _YEARS.findall(note)]
    return bool(years) and current.promulgated_on is not None and max(years) < current.promulgated_on.year
