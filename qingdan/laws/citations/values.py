"""What a text of 设定依据 is read into."""

from dataclasses import dataclass

from .locators import Locator


@dataclass(frozen=True, slots=True)
class Citation:
    """One act or document cited, with the places in it.

    ``title``      without the outer 《》, as written; "" for a document known by number only
    ``doc_no``     国发〔2015〕57号 or 国务院令第382号, canonical; "" when none is given
    ``locators``   readable places, 第一百二十条之一第（三）项; ``places`` are the same as values
    ``canonical``  equal for two spellings of the same citation; itself readable by ``parse``
    ``rank``       as marked (``rank_given``) or inferred from the title; "" unknown
    ``start``, ``end``  offsets in the whole text: from title, issuer or number to the last place
    ``note``       the bracket after the title, without its brackets, several joined with ；
    ``quote``      statute text written after the places, several joined with a line break
    ``issuer``     the body named before the title (财政部《…》), ``repaired``: a lost 〕 was restored
    """

    title: str
    doc_no: str
    locators: tuple[str, ...]
    canonical: str
    rank: str
    start: int
    end: int
    note: str = ""
    quote: str = ""
    rank_given: bool = False
    repaired: bool = False
    issuer: str = ""
    places: tuple[Locator, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text. ``citation`` is the index of the citation it belongs to; None when it
    is ``unread``, or only spaces, separators and serial numbers."""

    text: str
    start: int
    end: int
    citation: int | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class ParsedBasis:
    """A text read: the segments joined are the text, character by character; what was not
    understood is in ``unread``, verbatim."""

    text: str
    citations: tuple[Citation, ...] = ()
    segments: tuple[Segment, ...] = ()
    unread: tuple[str, ...] = ()
