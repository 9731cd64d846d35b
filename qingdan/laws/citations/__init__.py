"""Citation grammar: text of 设定依据 ⇄ acts and places in them, as pure functions.

``parse`` never raises and never drops a character: what it cannot read comes back in ``unread``.
Units are those of 立法法 art. 65; document numbers those of the rules on official documents (六角括号).
"""

from .documents import DocumentNumber, find_document
from .locators import Locator
from .numbers import from_chinese_number, to_chinese_number
from .reader import parse
from .titles import infer_rank, is_local, normalise_title, short_title, title_rank
from .values import Citation, ParsedBasis, Segment

__all__ = [
    "Citation",
    "DocumentNumber",
    "Locator",
    "ParsedBasis",
    "Segment",
    "find_document",
    "from_chinese_number",
    "infer_rank",
    "is_local",
    "normalise_title",
    "parse",
    "short_title",
    "title_rank",
    "to_chinese_number",
]
