"""What a reviewer may say of one change apart from the others, and the names of what he may mark in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qingdan.errors import RuleBroken, Violation
from qingdan.items.elements import BY_KEY
from reviews.models import Change, ChangeWord

# What of a change may be marked beside the elements of its content.
OF_CHANGE = {"kind": "调整类型", "reason": "理由", "document": "依据文件", "terms": "该类调整的事项"}


@dataclass(frozen=True, slots=True)
class Word:
    """``outcome``: returned or refused. ``fields``: (element key, or empty for the whole change; what is to be corrected)."""

    outcome: str
    opinion: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def element_label(key: str) -> str:
    """An element key in the office's words; empty for the whole change."""
    return OF_CHANGE.get(key) or (BY_KEY[key].label if key in BY_KEY else key)


def check_elements(fields: Iterable[tuple[str, str]]) -> None:
    """S06: every marked element is one that a change has."""
    if unknown := [key for key, _ in fields if key and key not in BY_KEY and key not in OF_CHANGE]:
        raise RuleBroken(Violation("S06", f"没有这样的要素：{'、'.join(unknown)[:100]}", "补正要素"))


def check_words(words: Mapping[int, Word], changes: Mapping[int, Change], opinion: str) -> None:
    """S03 a change that is not in the request, S04 a word without its reason, S06: all of them at once."""
    broken = []
    for position, word in words.items():
        if position not in changes:
            broken.append(Violation("S03", f"本申请没有第 {position} 项", "勾选的调整"))
        elif word.outcome not in ChangeWord.values:
            broken.append(Violation("S04", "勾选的调整须退回补正或不予通过", f"第 {position} 项"))
        elif not (word.opinion.strip() or opinion.strip() or any(note.strip() for _, note in word.fields)):
            broken.append(
                Violation("S04", f"{ChangeWord(word.outcome).label}须写明意见", f"第 {position} 项 {changes[position].name}")
            )
    if broken:
        raise RuleBroken(*broken)
    for word in words.values():
        check_elements(word.fields)
