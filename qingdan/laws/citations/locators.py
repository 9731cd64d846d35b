"""Where in an act: 附件, 条 (with 之一), 款, 项, 目 (立法法 art. 65), lists and ranges of them."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from .numbers import from_chinese_number, to_chinese_number

WIDEST_RANGE = 50
MOST_EXPANDED = 500
_CACHED_LENGTH = 80

_S = r"[\s\u200b\ufeff]{0,4}+"
_N = r"[〇○零一二三四五六七八九十百千两\d]{1,9}+"
_BN = rf"[（(]{_S}{_N}{_S}[）)]"
_TO = r"(?:至|到|[-—–―~～－]{1,2}+)"
_AND = r"(?:[、，,]|和|及|与)"
_BRACKETED = rf"{_BN}(?:{_S}(?:(?:{_AND}|{_TO}){_S})?{_BN}){{0,40}}+"
_PLAIN = rf"{_N}(?:{_S}(?:{_AND}|{_TO}){_S}(?:第{_S})?{_N}){{0,40}}+"
_LIST = rf"(?:{_BRACKETED}|{_PLAIN})"
_UNIT = r"(?:条(?!例)|款(?!项|式)|项(?!目)|目(?!的|录|标))"
_AFTER = rf"(?:{_S}之{_S}{_N})?+"
_NUMBERED = rf"(?:第{_S}{_N}{_S}[编章节]{_S}){{0,3}}+第{_S}{_LIST}{_S}{_UNIT}{_AFTER}"
_BARE = rf"{_LIST}{_S}(?:条(?!例|件|款|约)|款(?!项|式)|项(?!目)|目(?!的|录|标)){_AFTER}"
_ITEM = rf"{_BN}{_S}项(?!目)"
_SHORT_ITEM = rf"{_BN}(?=[ 、，,；;。]|\Z|\n)(?!{_S}《)"
_ANNEX = rf"附[件表]{_S}(?:{_BN}|{_N}(?![年月日.．]))?+"
_JOIN = rf"(?:[、，,；;:：]|和|及|与|以及|或者?|{_TO})"
_GROUP = rf"(?:{_NUMBERED}|{_ITEM}|{_ANNEX})"

LOCATORS = re.compile(rf"(?:{_GROUP}|{_BARE})(?:{_S}(?:{_JOIN}{_S}(?:{_GROUP}|{_BARE})|{_GROUP})|(?:{_AND})?{_SHORT_ITEM})*+")
ARTICLE_HEAD = rf"第{_S}{_N}{_S}条(?!例){_AFTER}(?:{_S}第{_S}(?:{_BN}|{_N}){_S}[款项目])*+"

_SPLIT = re.compile(
    rf"(?P<join>{_JOIN})?{_S}(?:"
    rf"(?P<annex>附[件表]){_S}(?P<annexed>{_BN}|{_N}(?![年月日.．]))?+"
    rf"|(?:第{_S}{_N}{_S}[编章节]{_S}){{0,3}}+(?:第{_S})?(?P<list>{_LIST}){_S}(?P<unit>{_UNIT})?"
    rf"(?:{_S}之{_S}(?P<inserted>{_N}))?+)"
)
_NUMBERS = re.compile(rf"(?P<to>{_TO})?{_S}(?:{_AND}|第|{_S})*?[（(]?{_S}(?P<n>{_N})")
_RANGE = re.compile(_TO)
_LEVEL = {"条": 1, "款": 2, "项": 3, "目": 4, None: 3}


@dataclass(frozen=True, slots=True)
class Locator:
    """One place in an act. ``article`` 0 and ``annex`` None stand for 'not given';
    ``annex`` 0 is an unnumbered 附件. ``inserted`` is the 1 of 第一百二十条之一."""

    article: int = 0
    inserted: int | None = None
    paragraph: int | None = None
    item: int | None = None
    subitem: int | None = None
    annex: int | None = None

    @property
    def article_key(self) -> str:
        """The article alone: "120-1", "50", "" when none is given."""
        if not self.article:
            return ""
        return f"{self.article}-{self.inserted}" if self.inserted else str(self.article)

    @property
    def key(self) -> str:
        """Article/paragraph/item/subitem, 0 for a level left out: "120-1/1/3", "76/0/3", "50".

        An annex comes first: "annex-2/0/0/17".
        """
        parts = [self.article_key or "0"]
        parts += [str(part or 0) for part in (self.paragraph, self.item, self.subitem)]
        while len(parts) > 1 and parts[-1] == "0":
            parts.pop()
        if self.annex is None:
            return "/".join(parts)
        annex = f"annex-{self.annex}" if self.annex else "annex"
        return annex if parts == ["0"] else "/".join([annex, *parts])

    @property
    def text(self) -> str:
        """The readable form: 第一百二十条之一第一款第（三）项第1目; 附件2第17项."""
        text = ""
        if self.annex is not None:
            text = f"附件{self.annex or ''}"
        if self.article:
            text += f"第{to_chinese_number(self.article)}条"
            if self.inserted:
                text += f"之{to_chinese_number(self.inserted)}"
        if self.paragraph:
            text += f"第{to_chinese_number(self.paragraph)}款"
        if self.item:
            in_article = self.article or self.paragraph
            text += f"第（{to_chinese_number(self.item)}）项" if in_article else f"第{self.item}项"
        return text + (f"第{self.subitem}目" if self.subitem else "")


@dataclass(frozen=True, slots=True)
class LocatorRun:
    """What a run of locations says: the places, their texts and keys, and how many characters were
    read (fewer than given when a range is too wide, runs backwards, or a number is malformed)."""

    places: tuple[Locator, ...]
    texts: tuple[str, ...]
    length: int


def read_locators(run: str) -> LocatorRun:
    """Read a run that ``LOCATORS`` matched. Never raises; stops at what has no single meaning."""
    return _read_cached(run) if len(run) <= _CACHED_LENGTH else _read(run)


def _read(run: str) -> LocatorRun:
    places: list[Locator] = []
    level = end = expanded = 0
    for match in _SPLIT.finditer(run):
        if run[end : match.start()].strip(" \t\r\n\u3000\u200b\ufeff\xa0"):
            break
        try:
            added, replaced, level_now = _one_group(match, places[-1] if places else None, level)
        except ValueError:
            break
        expanded += max(0, len(added) - 1)
        if expanded > MOST_EXPANDED:
            break
        if replaced:
            places.pop()
        places += added
        level, end = level_now, match.end()
    unique = tuple(dict.fromkeys(places))
    return LocatorRun(unique, tuple(place.text for place in unique), end)


_read_cached = lru_cache(maxsize=8192)(_read)


def _one_group(match: re.Match[str], last: Locator | None, level: int) -> tuple[list[Locator], bool, int]:
    """The places that one group adds, whether they replace the last one (第五条 + 第一款), its level."""
    join = match["join"]
    is_range = join is not None and _RANGE.match(join) is not None
    if match["annex"]:
        if is_range:
            raise ValueError("附件不能作为区间终点")
        number = match["annexed"]
        return [Locator(annex=from_chinese_number(number.strip("（()） \t")) if number else 0)], False, 0
    unit = match["unit"]
    level_now = _LEVEL[unit]
    inserted = from_chinese_number(match["inserted"]) if match["inserted"] else None
    if inserted is not None and (unit != "条" or inserted == 0):
        raise ValueError("“之”只用于条")
    numbers = _list_numbers(match["list"])
    if is_range:
        if last is None or level_now != level:
            raise ValueError("区间两端层级不同")
        return _range_after(last, level, numbers, inserted), False, level_now
    base = last or Locator()
    refines = last is not None and level_now > level
    added = [_at(base, level_now, number, None) for number in numbers]
    if inserted is not None:
        added[-1] = replace(added[-1], inserted=inserted)
    return added, refines, level_now


def _range_after(last: Locator, level: int, numbers: list[int], inserted: int | None) -> list[Locator]:
    first = (last.article, last.paragraph, last.item, last.subitem)[level - 1] or 0
    until, *more = numbers
    if level == 1 and (last.inserted or inserted):
        start, stop = last.inserted or 0, inserted or 0
        if until != first or more or not 0 < stop - start < WIDEST_RANGE:
            raise ValueError("区间含“之”，无法逐条展开")
        return [_at(last, 1, first, number) for number in range(start + 1, stop + 1)]
    if not 0 < until - first < WIDEST_RANGE:
        raise ValueError("区间过宽或者倒置")
    return [_at(last, level, number, None) for number in [*range(first + 1, until + 1), *more]]


def _list_numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for match in _NUMBERS.finditer(text):
        number = from_chinese_number(match["n"])
        if number == 0:
            raise ValueError("编号从一开始")
        if match["to"]:
            if not numbers or not 0 < number - numbers[-1] < WIDEST_RANGE:
                raise ValueError("区间过宽或者倒置")
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return numbers


def _at(base: Locator, level: int, number: int, inserted: int | None) -> Locator:
    if level == 1:
        return Locator(number, inserted, annex=base.annex)
    if level == 2:
        return Locator(base.article, base.inserted, number, annex=base.annex)
    if level == 3:
        return Locator(base.article, base.inserted, base.paragraph, number, annex=base.annex)
    return Locator(base.article, base.inserted, base.paragraph, base.item, number, base.annex)
