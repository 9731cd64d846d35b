"""Citations in the texts of items: which acts they name, and each name as a link to the act's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingdan.items.content import ItemContent
from qingdan.laws.library import matching_title
from qingdan.public.links import Links

# 《…》, whose own brackets are 〈…〉 or another 《…》.
_NAMED = re.compile(r"《((?:[^《》\n]|《[^《》\n]*》){2,200})》")


def cited_in(content: ItemContent) -> Iterator[str]:
    """The titles of acts that an item names in its bases and in those of its duties, as written; some more than once."""
    for basis in content.legal_bases:
        if basis.title:
            yield basis.title
        yield from _NAMED.findall(basis.as_written)
    for duty in content.duties:
        yield from _NAMED.findall(duty.basis)


def cites(content: ItemContent, names: set[str]) -> bool:
    """Whether an item names an act by one of ``names`` (matching titles)."""
    return any(matching_title(title) in names for title in cited_in(content))


def pieces(text: str, links: Links) -> list[tuple[str, str]]:
    """``text`` cut into (piece, address of the act that it names, or nothing); the pieces together are the text."""
    found, done = [], 0
    for named in _NAMED.finditer(text):
        if named.start() > done:
            found.append((text[done : named.start()], ""))
        found.append((named[0], links.act(matching_title(named[1]))))
        done = named.end()
    return [*found, (text[done:], "")] if done < len(text) else found
