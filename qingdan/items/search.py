"""Search text: one normalised form of what readers search in, used on both sides."""

from __future__ import annotations

import unicodedata

from qingdan.items.content import ItemContent

_DROPPED = dict.fromkeys(map(ord, "〔〕[]【】《》〈〉<>"))


def normalise(text: str) -> str:
    """NFKC, case folded, without white space and brackets of document numbers and titles; 〔〕《》 and width do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().translate(_DROPPED).split())


def search_text_of(content: ItemContent, item_code: str = "") -> str:
    """What a reader may search in of one item: name, 大项, bases, duties, codes; one normalised field a line."""
    fields = [content.name, content.major_name]
    fields += [basis.as_written for basis in content.legal_bases]
    fields += [part for duty in content.duties for part in (duty.text, duty.basis)]
    fields += [code.value for code in content.codes]
    fields.append(item_code)
    return "\n".join(normal for field in fields if field and (normal := normalise(field)))
