"""One act in place of another, in a text of 设定依据: the title, the document number, the articles named and the articles quoted.

Pure functions over text. What cannot be put right for certain (a quoted article whose new text is unknown, a list of articles of which
only some moved) stays as it was and is named in ``left``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .documents import find_document
from .locators import ARTICLE_HEAD, Locator, read_locators
from .reader import parse, skip_spaces
from .titles import normalise_title, short_title
from .values import Citation

_HEAD = re.compile(ARTICLE_HEAD)
_BRACKET = re.compile(
    r"[\s\u200b\ufeff]{0,4}[（(〔［\[]((?:[^（）()〔〕［］\[\]]|[（(〔［\[][^（）()〔〕［］\[\]]*[）)〕］\]])*)[）)〕］\]]"
)
_ITEM_LINE = r"(?m)^\s*[（(]\s*{}\s*[）)]"


@dataclass(frozen=True, slots=True)
class Cited:
    """What to look for: an act by its title (with or without 中华人民共和国), a document by its number, or both."""

    title: str = ""
    doc_no: str = ""

    def found_in(self, citation: Citation) -> bool:
        if self.title and citation.title:
            return matching(citation.title) == matching(self.title)
        return bool(self.doc_no) and citation.doc_no == self.doc_no


@dataclass(frozen=True, slots=True)
class Successor:
    """What stands in its place. ``articles``: old article key → new one (those not named keep their number); ``texts``: new key → text.

    An empty ``doc_no`` takes the old number away: it belongs to the old act.
    """

    title: str
    doc_no: str = ""
    articles: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replaced:
    """The text afterwards, how many citations were replaced in it, and what of them could not be (in the office's words)."""

    text: str
    count: int = 0
    left: tuple[str, ...] = ()


def matching(title: str) -> str:
    """One form for the full and the short title."""
    return short_title(normalise_title(title))


def read_cited(text: str) -> Cited:
    """What a person typed to name an act: 《公路法》, 公路法, 国务院令第684号, or a title with its number."""
    text = text.strip()
    number = find_document(text)
    named = re.search(r"《(.+)》", text, re.DOTALL)
    if named:
        return Cited(named[1].strip(), number.text if number else "")
    if number:
        rest = (text[: number.start] + text[number.end :]).strip(" （）()〔〕\t\n")
        return Cited(rest, number.text)
    return Cited(text)


def article_key(text: str) -> str:
    """第一百二十条之一, 120条之1, 三十五, 120-1 or 120 → "120-1"; "" where it names no single article."""
    text = text.strip()
    if re.fullmatch(r"[1-9]\d{0,3}(?:-[1-9]\d{0,1})?", text):
        return text
    text = text if text.startswith("第") else f"第{text}"
    head = _HEAD.match(text if "条" in text else f"{text}条")
    if not head or head.end() < len(text) or not text.strip("第"):
        return ""
    keys = {place.article_key for place in read_locators(head.group()).places}
    return keys.pop() if len(keys) == 1 else ""


def article_name(key: str) -> str:
    """ "120-1" → 第一百二十条之一."""
    number, _, inserted = key.partition("-")
    return Locator(int(number), int(inserted) if inserted else None).text


def passage(text: str, place: Locator) -> str:
    """The part of an article's text that a place names: its paragraph (one line is one 款), its item; all of it where that is not found."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    starts = [n for n, line in enumerate(lines) if not re.match(r"[（(]\s*[〇零一二三四五六七八九十百\d]{1,5}\s*[）)]", line)]
    first, last = 0, len(lines)
    if place.paragraph:
        if place.paragraph > len(starts):
            return text
        first = starts[place.paragraph - 1]
        last = starts[place.paragraph] if place.paragraph < len(starts) else len(lines)
    part = "\n".join(lines[first:last])
    if place.item:
        named = Locator(1, item=place.item).text.partition("第（")[2].partition("）")[0]
        found = re.search(_ITEM_LINE.format(f"(?:{named}|{place.item})") + r".*", part)
        return found.group().strip() if found else part
    return part


def replace_act(text: str, old: Cited, new: Successor) -> Replaced:
    """``text`` with every citation of ``old`` turned into one of ``new``; every other character stays."""
    parsed = parse(text)
    ends: dict[int, int] = {}
    for segment in parsed.segments:
        if segment.citation is not None:
            ends[segment.citation] = segment.end
    count, left = 0, []
    # From the last to the first, so that places before stay where they are.
    for number in range(len(parsed.citations) - 1, -1, -1):
        citation = parsed.citations[number]
        if not old.found_in(citation):
            continue
        cited = _cited(text, citation, new)
        quoted, faults = _quoted(text[citation.end : ends[number]], citation, new)
        if cited is None:
            left.append(f"“{text[citation.start : citation.end]}”无法定位标题，没有替换")
            continue
        text = text[: citation.start] + cited + quoted + text[ends[number] :]
        count += 1
        left += faults
        left += _not_moved(cited, citation, new)
    return Replaced(text, count, tuple(dict.fromkeys(reversed(left))))


def _cited(text: str, citation: Citation, new: Successor) -> str | None:
    """The citation itself (title to last place) as the new act's."""
    whole = text[citation.start : citation.end]
    name = f"《{new.title}》" + (f"（{new.doc_no}）" if new.doc_no else "")
    if citation.title:
        at = whole.find(f"《{citation.title}》")
        if at < 0:
            return None
        front, rest = whole[:at], whole[at + len(citation.title) + 2 :]
        ahead = find_document(front)
        if ahead is not None:
            front = front[: ahead.start] + front[ahead.end :]
        return front + name + _moved(_after_notes(rest, citation), new.articles)
    number = find_document(whole)
    if number is None:
        return None
    return whole[: number.start] + name + _moved(whole[number.end :], new.articles)


def _after_notes(rest: str, citation: Citation) -> str:
    """What follows the brackets (version notes, numbers) that belonged to the old act's title."""
    while (found := _BRACKET.match(rest)) is not None and found[1] in citation.note:
        rest = rest[found.end() :]
    if citation.doc_no:
        here = skip_spaces(rest, 0)
        number = find_document(rest, here)
        if number is not None and number.start == here:
            rest = rest[number.end :]
    return rest


def _moved(places: str, articles: Mapping[str, str]) -> str:
    """The places with their article numbers replaced; paragraphs and items stay behind them."""

    def put(match: re.Match[str]) -> str:
        found = read_locators(match.group()).places
        key = found[0].article_key if found else ""
        if len({place.article_key for place in found}) != 1 or key not in articles:
            return match.group()
        number, _, inserted = articles[key].partition("-")
        first = found[0]
        moved = Locator(int(number), int(inserted) if inserted else None, first.paragraph, first.item, first.subitem)
        return moved.text if len(found) == 1 else match.group()

    return _HEAD.sub(put, places) if articles else places


def _not_moved(cited: str, citation: Citation, new: Successor) -> list[str]:
    """Articles that should have another number now and, being in a list or a range, kept the old one."""
    wanted = {new.articles.get(place.article_key, place.article_key) for place in citation.places if place.article}
    again = parse(cited).citations
    has = {place.article_key for each in again for place in each.places if place.article}
    return [f"{article_name(key)}没有写入：原文把几条连写，请逐条核对" for key in sorted(wanted - has)]


def _quoted(rest: str, citation: Citation, new: Successor) -> tuple[str, list[str]]:
    """What stands behind the places, its quoted article text replaced where the new text is known."""
    if not citation.quote:
        return rest, []
    keys = {place.article_key for place in citation.places}
    if len(keys) != 1 or "" in keys or citation.quote not in rest:
        return rest, ["引用了多条的原文，没有替换，请逐条核对"]
    key = keys.pop()
    text = new.texts.get(new.articles.get(key, key))
    if text is None:
        return rest, [f"引用的{article_name(key)}原文没有替换：新条文未入库，也没有填写"]
    part = passage(text, citation.places[0]) if len(citation.places) == 1 else text
    return rest.replace(citation.quote, part, 1), []
