"""What stands before a citation and between two: separators, serial numbers, marks of rank, 根据."""

import re
from dataclasses import dataclass

from .documents import NUMBER_AHEAD
from .locators import ARTICLE_HEAD
from .ranks import RANK, RANK_MARK, rank_named

_CN = "〇零一二三四五六七八九十"
_S = r"[\s\u200b\ufeff]{0,4}+"
_SEPARATORS = r"\s\u200b\ufeff;；、,，。.．:：/|·•●○■◆▪*\"'“”‘’）)」』〕］\]…"
_SERIAL = (
    rf"(?:[（(]{_S}(?:[{_CN}]{{1,3}}|\d{{1,3}}){_S}[）)][、.．]?|[{_CN}]{{1,3}}[、.．]"
    r"|(?<!\d)\d{1,3}(?:[.．、)）:：]|(?=\s{0,3}[《【]))|[①-⑳⑴-⒇㈠-㈩])"
)
_JOINING = r"根据|依据|以及|或者|同时|和|及|与|或"
_LABEL = r"(?:设定|实施|法律|职权|处罚|执法|行使|权力|主要|法定)?依据"
_WORDS = rf"(?:【{_LABEL}】|{_LABEL}[:：]?|依照|按照|参照|违反|{_JOINING})"
_DATE = r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?"
_OPENING = rf"[（(“\"‘'「『](?={_S}《)"
_BODY = r"(?:部|委|局|厅|院|署|会|政府|办公室|办|中央|银行|人大)"
_ISSUER = rf"(?:(?![的由按为将其并在对关])[一-龥]){{1,16}}{_BODY}"
_ISSUER_TAIL = re.compile(rf"(?<![一-龥])(?:{_ISSUER}[、\s])?{_ISSUER}{_S}\Z")
_ISSUER_AHEAD = rf"(?:(?:{_ISSUER}[、\s])?{_ISSUER}{_S}(?=《))?"
_WORDS_HEAD = re.compile(rf"(?:{_WORDS})+(?=[一-龥])")

_TOKEN = re.compile(
    rf"(?P<rank>{RANK})|(?P<serial>{_SERIAL})|(?P<word>{_WORDS}|{_OPENING}|{_DATE})|(?P<space>[{_SEPARATORS}]++)|(?P<other>.)",
    re.DOTALL,
)
_SKIP = re.compile(rf"(?:[{_SEPARATORS}]++|(?:以及|[和及与])(?={_S}《))*+")

_LIGHT_LEAD = rf"(?:(?:{_SERIAL}|{_JOINING}|{_OPENING}){_S}){{0,4}}"

NEXT_CITATION = re.compile(rf"{_LIGHT_LEAD}(?:{RANK_MARK}|{_ISSUER_AHEAD}(?:《|{NUMBER_AHEAD}))")
BREAK = re.compile(
    rf"(?P<mark>(?:(?<=[\s。；;])\d{{1,3}}[.．、]?{_S})?{RANK_MARK})"
    rf"|(?P<line>(?<=\n){_S}(?:\d{{1,3}}[.．、]{_S})?(?=《|{NUMBER_AHEAD}))"
    rf"|(?P<number>(?<=[;；]){_S}(?:{_SERIAL}{_S})?(?={NUMBER_AHEAD}))"
    rf"|(?<=[\s。；;！”\"…』」])(?P<sentence>{_LIGHT_LEAD}{_ISSUER_AHEAD}(?=《))"
    rf"|(?<=[\s。])(?P<article>{ARTICLE_HEAD}(?![的所规中另、和及或至之以]))"
)


@dataclass(frozen=True, slots=True)
class Lead:
    """What belongs to a citation before its title: ``start`` of all of it, ``core_start`` of issuer
    or title, the rank marked there, and whether the mark is a heading over several citations."""

    start: int
    core_start: int
    issuer: str = ""
    rank: str = ""
    is_heading: bool = False


def skip_separators(text: str, pos: int) -> int:
    """Return the offset of the first character from ``pos`` that is no separator."""
    match = _SKIP.match(text, pos)
    return match.end() if match is not None else pos


def lead_before(text: str, low: int, high: int, *, with_issuer: bool) -> Lead:
    """Read the gap ``text[low:high]`` before a title or number at ``high``.

    What precedes the last thing that is not understood stays outside the lead, for the caller to keep.
    """
    if low == high or skip_separators(text, low) >= high:
        return Lead(low, high)
    core_start, issuer = high, ""
    tokens = list(_TOKEN.finditer(text, low, high))
    if with_issuer and any(token["other"] is not None for token in tokens):
        named = _ISSUER_TAIL.search(text, max(low, high - 50), high)
        if named is not None:
            words = _WORDS_HEAD.match(text, named.start(), high)
            core_start = words.end() if words is not None else named.start()
            issuer = text[core_start:high].strip()
    start, rank, marked_at = low, "", -1
    for index, token in enumerate(tokens):
        if token.start() >= core_start:
            break
        if token["other"] is not None:
            start = token.end()
        elif token["rank"] is not None:
            rank, marked_at = rank_named(token), index
    if marked_at < 0 or (tokens[marked_at].start() < start and tokens[marked_at]["marked"] is None):
        return Lead(start, core_start, issuer)
    rest = tokens[marked_at + 1 :]
    is_heading = any(token["serial"] is not None or "\n" in token.group() for token in rest)
    return Lead(start, core_start, issuer, rank, is_heading)
