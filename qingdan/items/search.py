"""Search in the list: one normalised form of what is searched and of what is asked, and where a hit stands in the original text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from qingdan.errors import RuleBroken, Violation
from qingdan.items.content import BASIS_USES, ItemContent

QUERY_LIMIT = 100
# Brackets of titles and document numbers, and what nobody sees: control characters, soft hyphen, zero-width characters.
_DROPPED = dict.fromkeys(
    [
        *map(ord, "〔〕[]【】《》〈〉<>"),
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,
        *range(0x200B, 0x2010),
        *range(0x2060, 0x2065),
        0xFEFF,
    ]
)


def normalise(text: str) -> str:
    """NFKC, case folded, without white space and brackets of document numbers and titles; 〔〕《》 and width do not matter.

    Doing it again changes nothing, and a piece of a normalised text is itself normalised.
    """
    while True:
        normal = "".join(unicodedata.normalize("NFKC", text).casefold().translate(_DROPPED).split())
        if normal == text:
            return normal
        text = normal


def name_fields(content: ItemContent, item_code: str = "") -> Iterator[tuple[str, str]]:
    """(the office's word, original text) of what an item is called: one of these that is exactly what was asked comes first of all."""
    yield "事项名称", content.name
    yield "大项名称", content.major_name
    for code in content.codes:
        yield "事项编码", code.value
    yield "清单编码", item_code


def other_fields(content: ItemContent) -> Iterator[tuple[str, str]]:
    """(the office's word, original text) of what else a reader may search in."""
    for basis in content.legal_bases:
        yield f"{BASIS_USES[basis.use]}依据", basis.as_written
    for duty in content.duties:
        yield "责任事项", duty.text
        yield "责任事项依据", duty.basis


def search_fields(content: ItemContent, item_code: str = "") -> Iterator[tuple[str, str]]:
    """Everything a reader may search in, in the order in which a hit is told."""
    yield from name_fields(content, item_code)
    yield from other_fields(content)


def search_text_of(content: ItemContent, item_code: str = "") -> str:
    """The normalised fields, one a line, each line closed on both sides: no hit crosses a field, and a whole field can be asked for.

    An empty line stands between what the item is called and the rest (``parts_of``).
    """
    called, rest = _lines(name_fields(content, item_code)), _lines(other_fields(content))
    return "\n".join(["", *called, "", *rest, ""])


def parts_of(search_text: str) -> tuple[list[str], list[str]]:
    """The lines of ``search_text_of`` again: what the item is called, and the rest."""
    lines = search_text.split("\n")[1:-1]
    middle = lines.index("")
    return lines[:middle], lines[middle + 1 :]


def _lines(fields: Iterator[tuple[str, str]]) -> list[str]:
    return [normal for _, text in fields if text and (normal := normalise(text))]


def needle_of(query: str) -> str:
    """What to look for, normalised; empty if nothing is asked. Raises RuleBroken (S01–S03) for a query that cannot be asked."""
    query = query.strip()
    if not query:
        return ""
    if "\x00" in query:
        raise RuleBroken(Violation("S01", "搜索词含有不可见的空字符，请重新输入"))
    if len(query) > QUERY_LIMIT:
        raise RuleBroken(Violation("S02", f"搜索词有 {len(query)} 字，最多 {QUERY_LIMIT} 字，请只输入关键的词"))
    needle = normalise(query)
    if not needle:
        raise RuleBroken(Violation("S03", "搜索词里只有括号或空格，请输入文字、数字或字母"))
    return needle


def marked(text: str, needle: str) -> list[tuple[str, bool]]:
    """``text`` cut into (piece, is a hit), as it was written. One piece and no hit where a hit cannot be placed in the original."""
    if not needle:
        return [(text, False)]
    units = [normalise(character) for character in text]
    normal = "".join(units)
    if normal != normalise(text):
        return [(text, False)]
    starts = []  # place in ``text`` of each normalised character
    for place, unit in enumerate(units):
        starts += [place] * len(unit)
    pieces, done, found = [], 0, normal.find(needle)
    while found >= 0:
        first, last = starts[found], starts[found + len(needle) - 1] + 1
        if first > done:
            pieces.append((text[done:first], False))
        if last > done:
            pieces.append((text[max(first, done) : last], True))
            done = last
        found = normal.find(needle, found + len(needle))
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces


def passage(content: ItemContent, item_code: str, needle: str, around: int = 40) -> tuple[str, list[tuple[str, bool]]] | None:
    """The first field that holds ``needle``: its label and the text around the hit, marked; None if no field does."""
    for label, text in search_fields(content, item_code):
        if needle not in normalise(text):
            continue
        pieces = marked(text, needle)
        for place, (piece, hit) in enumerate(pieces):
            if hit:
                before = pieces[place - 1][0] if place else ""
                after = "".join(each for each, _ in pieces[place + 1 :])
                left = before if len(before) <= around else f"…{before[-around:]}"
                right = after if len(after) <= around else f"{after[:around]}…"
                return label, [(left, False), (piece, True), *marked(right, needle)]
        return label, [(text[: 2 * around], False)]
    return None
