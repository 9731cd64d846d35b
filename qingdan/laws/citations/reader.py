"""Reads a 设定依据 into citations, and keeps what it cannot read (立法法 art. 65)."""

import re
from functools import lru_cache

from . import documents
from .leads import BREAK, NEXT_CITATION, Lead, lead_before, skip_separators
from .locators import LOCATORS, Locator, read_locators
from .ranks import agrees
from .titles import infer_rank, normalise_title, title_rank
from .values import Citation, ParsedBasis, Segment

_LEVEL0 = r"[^《》]"
_LEVEL1 = rf"(?:{_LEVEL0}|《{_LEVEL0}{{1,300}}+》)"
_LEVEL2 = rf"(?:{_LEVEL0}|《{_LEVEL1}{{1,300}}+》)"
_TITLE = rf"《(?P<title>{_LEVEL2}{{1,300}}+)》"
_PLAIN = r"[^（）()]"
_INNER = rf"[（(](?:{_PLAIN}|[（(]{_PLAIN}{{0,200}}+[）)]){{0,400}}+[）)]"
_BRACKET = rf"[（(](?P<round>(?:{_PLAIN}|{_INNER}){{1,600}}+)[）)]"
_SQUARE = r"[〔［\[](?P<square>[^〔［\[〕］\]《》]{2,80}+)[〕］\]](?![\s第]{0,3}\d{1,5}号)"

_HEAD = re.compile(rf"{_TITLE}|{documents.DOCUMENT}")
_TITLE_HEAD = re.compile(_TITLE)
_DOCUMENT_HEAD = re.compile(documents.DOCUMENT)
_NOTE = re.compile(rf"[\s\u200b\ufeff]{{0,4}}+(?:{_BRACKET}|{_SQUARE})")
_SERIAL_NOTE = re.compile(r"\s{0,3}[〇零一二三四五六七八九十\d]{1,3}\s{0,3}\Z")
_DATED_NOTE = re.compile(r"\d{4}.{0,60}(?:修正|修订|公布|发布|施行|版|号)|号")
_BEFORE_PLACE = re.compile(
    r"[\s\u200b\ufeff]{0,4}+[,，:：]?[\s\u200b\ufeff]{0,4}+(?:(?:的|中|之)?(?:有关|相关)?规定[:：,，\s]{0,3}+(?=第|附))?+"
)
_TAIL = re.compile(r"[\s\u200b\ufeff]{0,4}+(?:(?:之|的|等)?(?:有关|相关)?规定(?:执行)?|等)(?![一-龥])")
_ENDS_A_LIST = re.compile(r"[;；、。]|(?:和|及|以及|与)[\s]{0,3}\Z")
_NOT_A_TITLE = re.compile(r"[;；。]")
_SPEAKS_ON = re.compile(r"\s{0,3}(?:另有|规定的|的|对)")
_NO_NOTE = "第；;、，,。：:《\n"
_QUOTE_EDGE = " \t\r\n\u3000\u200b\ufeff\xa0:：,，;；、"


def parse(text: str) -> ParsedBasis:
    """Read ``text`` (one 设定依据, any length). Never raises, takes time in proportion to the text.

    A place inside quoted statute text is not a citation of the item; a title there is one only where a
    sentence has ended and the title is an act's.
    """
    if "《" not in text and "号" not in text:
        return _all_unread(text)
    return _Reader(text).read()


def _all_unread(text: str) -> ParsedBasis:
    if not text:
        return ParsedBasis(text)
    unread = skip_separators(text, 0) < len(text)
    return ParsedBasis(text, (), (Segment(text, 0, len(text), None, unread),), (text,) if unread else ())


class _Reader:
    """One pass over one text: find a head (title or number), settle the gap before it, read its body."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.citations: list[Citation] = []
        self.segments: list[Segment] = []
        self.unread: list[str] = []
        self.group = ""
        self.group_is_heading = False
        has_title, has_number = "《" in text, "号" in text
        self.head = _HEAD if has_title and has_number else _TITLE_HEAD if has_title else _DOCUMENT_HEAD

    def read(self) -> ParsedBasis:
        pos = 0
        while (found := self._next_head(pos)) is not None:
            match, number = found
            start = number.start if number is not None else match.start()
            lead = lead_before(self.text, pos, start, with_issuer=number is None)
            self._leave(pos, lead.start)
            pos = self._read_citation(lead, match, number)
        self._leave(pos, len(self.text))
        return ParsedBasis(self.text, tuple(self.citations), tuple(self.segments), tuple(self.unread))

    def _next_head(self, pos: int) -> tuple[re.Match[str], documents.DocumentNumber | None] | None:
        match = self.head.search(self.text, pos)
        while match is not None:
            if match.re is not _DOCUMENT_HEAD and match["title"] is not None:
                if not _NOT_A_TITLE.search(match["title"]) and match["title"].strip():
                    return match, None
            else:
                number = documents.from_match(self.text, pos, match)
                if number is not None:
                    return match, number
            match = self.head.search(self.text, match.start() + 1)
        return None

    def _leave(self, start: int, end: int) -> None:
        """Keep ``text[start:end]``, which no citation owns, as unread (or as blank)."""
        if start < end:
            text = self.text[start:end]
            unread = skip_separators(text, 0) < len(text)
            self.segments.append(Segment(text, start, end, None, unread))
            if unread:
                self.unread.append(text)

    def _read_citation(self, lead: Lead, match: re.Match[str], number: documents.DocumentNumber | None) -> int:
        """Read one citation whose lead begins at ``lead.start``; return where the next one may begin."""
        text = self.text
        pos = number.end if number is not None else match.end()
        title = "" if number is not None else match["title"]
        if number is not None and self.head is not _DOCUMENT_HEAD:
            named = _TITLE_HEAD.match(text, skip_spaces(text, pos))
            if named is not None and not _NOT_A_TITLE.search(named["title"]):
                title, pos = named["title"], named.end()
        notes, number, pos = self._read_notes(pos, number)
        places, texts, quotes, core_end, pos = self._read_places(pos)
        doc_no = number.text if number is not None else ""
        note = "；".join(notes)
        rank, given = self._rank(lead, title, doc_no, note)
        self.segments.append(Segment(text[lead.start : pos], lead.start, pos, len(self.citations)))
        self.citations.append(
            Citation(
                title=title,
                doc_no=doc_no,
                locators=texts,
                canonical=_canonical(title, doc_no, texts),
                rank=rank,
                start=lead.core_start,
                end=core_end,
                note=note,
                quote="\n".join(quotes),
                rank_given=given,
                repaired=number is not None and number.repaired,
                issuer=lead.issuer,
                places=places,
            )
        )
        return pos

    def _read_notes(
        self, pos: int, number: documents.DocumentNumber | None
    ) -> tuple[list[str], documents.DocumentNumber | None, int]:
        """Brackets after the title, and a number written there without brackets."""
        text, notes = self.text, []
        for _ in range(4):
            if text[pos : pos + 1] in _NO_NOTE:
                break
            match = _NOTE.match(text, pos)
            if match is not None:
                note = match["round"] if match["round"] is not None else match["square"]
                if _SERIAL_NOTE.match(note):
                    break
                if number is None:
                    number = _number_in(note)
                notes.append(note)
                pos = match.end()
                continue
            if number is not None or self.head is _TITLE_HEAD:
                break
            here = skip_spaces(text, pos)
            match = _DOCUMENT_HEAD.search(text, here, here + 60)
            found = documents.from_match(text, here, match) if match is not None else None
            if found is None or found.start != here:
                break
            number, pos = found, found.end
        return notes, number, pos

    def _read_places(self, pos: int) -> tuple[tuple[Locator, ...], tuple[str, ...], list[str], int, int]:
        """Places, their texts, quoted statute text, the end of the last place, the end of it all."""
        text = self.text
        places: list[Locator] = []
        texts: list[str] = []
        quotes: list[str] = []
        core_end = pos
        begin = _BEFORE_PLACE.match(text, pos)
        run = LOCATORS.match(text, begin.end() if begin else pos)
        while run is not None:
            read = read_locators(run.group())
            if not read.length:
                break
            places += read.places
            texts += read.texts
            core_end = pos = run.start() + read.length
            if read.length < len(run.group()):
                return tuple(places), tuple(texts), quotes, core_end, pos
            pos, run = self._read_quote(pos, quotes)
        if not places:
            tail = _TAIL.match(text, pos)
            pos = tail.end() if tail else pos
        return tuple(places), tuple(texts), quotes, core_end, skip_separators(text, pos)

    def _read_quote(self, pos: int, quotes: list[str]) -> tuple[int, re.Match[str] | None]:
        """What follows a place: a note, 规定, separators, then quoted text up to the next citation."""
        text = self.text
        note = _NOTE.match(text, pos)
        if note is not None and _DATED_NOTE.match(note["round"] or note["square"] or ""):
            pos = note.end()
        tail = _TAIL.match(text, pos)
        if tail is not None:
            pos = tail.end()
        begin = skip_separators(text, pos)
        if begin >= len(text) or NEXT_CITATION.match(text, begin) or _ENDS_A_LIST.search(text, pos, begin):
            return begin, None
        end, article = self._quote_end(begin)
        quote = text[pos:end].strip(_QUOTE_EDGE)
        if quote:
            quotes.append(quote)
        return end, article

    def _quote_end(self, begin: int) -> tuple[int, re.Match[str] | None]:
        """Where the quoted text ends, and the run of places when another article begins there."""
        text = self.text
        stop = BREAK.search(text, begin)
        while stop is not None:
            if stop["article"] is not None:
                run = LOCATORS.match(text, stop.start())
                if run is not None:
                    return stop.start(), run
            elif stop["sentence"] is None:
                return stop.start(), None
            else:
                title = _TITLE_HEAD.match(text, stop.end())
                if title is not None and title_rank(title["title"]) and not _SPEAKS_ON.match(text, title.end()):
                    return stop.start(), None
            stop = BREAK.search(text, max(stop.end(), stop.start() + 1))
        return len(text), None

    def _rank(self, lead: Lead, title: str, doc_no: str, note: str) -> tuple[str, bool]:
        if lead.rank:
            self.group, self.group_is_heading = lead.rank, lead.is_heading
            return lead.rank, True
        inferred = infer_rank(title, doc_no, note)
        if self.group and (self.group_is_heading or agrees(self.group, inferred)):
            return self.group, True
        return inferred, False


@lru_cache(maxsize=4096)
def _number_in(note: str) -> documents.DocumentNumber | None:
    return documents.find_document(note)


def skip_spaces(text: str, pos: int) -> int:
    """Return the first offset from ``pos`` that is not a space (at most four are skipped)."""
    stop = pos + 4
    while pos < stop and text[pos : pos + 1].isspace():
        pos += 1
    return pos


def _canonical(title: str, doc_no: str, texts: tuple[str, ...]) -> str:
    places = "、".join(texts)
    if not title:
        return doc_no + places
    number = f"（{doc_no}）" if doc_no else ""
    return f"《{normalise_title(title)}》{number}{places}"
