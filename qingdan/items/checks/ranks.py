"""Which rank of law may set which power, as data with its source; and what rank a cited basis has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from qingdan.items.content import ItemContent
from qingdan.laws.citations import parse, title_rank
from qingdan.laws.library import matching_title

# Every word for a rank that marks, titles and the library use → the word of the table. What is not here is of unknown rank, and a set
# of bases with one of unknown rank is never found fault with.
_WORDS = {
    "法律": "法律",
    "行政法规": "行政法规",
    "国务院决定": "国务院决定",
    "国务院文件": "国务院决定",
    "地方性法规": "地方性法规",
    "自治条例": "地方性法规",
    "单行条例": "地方性法规",
    "部门规章": "规章",
    "地方政府规章": "规章",
    "规章": "规章",
    "规范性文件": "规范性文件",
}
_STATE_COUNCIL = re.compile(r"国务院|国发|国办发|国办函|国函")


@dataclass(frozen=True, slots=True)
class RankLimit:
    """Powers of ``category`` (and ``kind``, where the category has kinds) may be set by ``allowed`` only. ``source``: the article."""

    category: str
    kind: str
    allowed: frozenset[str]
    source: str


_LAW = frozenset({"法律"})
_REGULATIONS = frozenset({"法律", "行政法规", "地方性法规"})
_PERMITS = _REGULATIONS | {"国务院决定"}
RANK_LIMITS = (
    RankLimit("01", "", _PERMITS, "行政许可法第十四条、第十五条"),
    RankLimit("02", "", _REGULATIONS | {"规章"}, "行政处罚法第十条至第十六条"),
    RankLimit("03", "强制执行", _LAW, "行政强制法第十三条"),
    RankLimit("03", "强制措施", _REGULATIONS, "行政强制法第十条"),
    RankLimit("03", "", _REGULATIONS, "行政强制法第十条、第十三条（未写强制种类时取较宽的）"),
)


def limit_of(category: str, kind: str) -> RankLimit | None:
    """The limit of a category and kind; that without a kind where the kind has none of its own."""
    rows = [row for row in RANK_LIMITS if row.category == category]
    return next((row for row in rows if row.kind == kind), None) or next((row for row in rows if not row.kind), None)


@dataclass(frozen=True, slots=True)
class Cited:
    """One act or document that an item cites. ``rank`` is a word of the table or "" (unknown); ``matching`` finds it in the library."""

    use: str
    title: str
    matching: str
    rank: str
    located: bool
    text: str

    @property
    def shown(self) -> str:
        return f"《{self.title}》" if self.title else " ".join(self.text.split())[:40]


def cited_of(content: ItemContent, uses: Iterable[str] = ()) -> Iterator[Cited]:
    """The cited acts of ``content``, of some uses or of all; a row that names no act itself is read by the citation grammar."""
    wanted = tuple(uses)
    for basis in content.legal_bases:
        if wanted and basis.use not in wanted:
            continue
        if basis.title:
            yield _cited(basis.use, basis.title, basis.rank, basis.doc_no, bool(basis.locator), basis.as_written)
        elif basis.as_written.strip() or basis.doc_no:
            read = _read(basis.as_written)
            for title, rank, doc_no, located in read:
                yield _cited(basis.use, title, rank, doc_no, located, basis.as_written)
            if not read:
                yield Cited(basis.use, "", "", "", False, basis.as_written or basis.doc_no)


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[tuple[str, str, str, bool], ...]:
    return tuple((each.title, each.rank, each.doc_no, bool(each.locators)) for each in parse(text).citations)


def _cited(use: str, title: str, rank: str, doc_no: str, located: bool, text: str) -> Cited:
    return Cited(use, title, matching_title(title) if title else "", _rank(title, rank, doc_no, text), located, text)


def _rank(title: str, marked: str, doc_no: str, text: str) -> str:
    """Papers of the State Council count as its decisions: which of them sets a permit cannot be told from their names."""
    rank = _WORDS.get(marked) or _WORDS.get(title_rank(title) if title else "", "")
    if rank in ("规范性文件", "规章", "") and _STATE_COUNCIL.search(f"{title}{doc_no}{text[: len(title) + 40]}"):
        return "国务院决定"
    return rank


def rank_in_library(kinds: Iterable[str], otherwise: str) -> str:
    """The library's word goes before a guess from the title; where its acts of one title differ in rank, the highest."""
    order = ("法律", "行政法规", "国务院决定", "地方性法规", "规章", "规范性文件")
    known = {_WORDS[kind] for kind in kinds if kind in _WORDS}
    return next((rank for rank in order if rank in known), otherwise)
