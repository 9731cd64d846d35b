"""Texts of 时限 as numbers and units: pure functions; what is not clearly one period is None, never guessed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from qingdan.laws.citations import from_chinese_number

_NUMBER = r"(?P<number>\d{1,4}|[一二三四五六七八九十百两]{1,5})"
_UNIT = r"(?P<unit>个?工作日|个?自然日|个?日历日|个?月|小时|分钟|年|周|日|天|[WN](?![A-Za-z]))"
_PERIOD = re.compile(rf"{_NUMBER}\s*(?:{_UNIT}|\(\s*(?P<bracketed>工作日|自然日|日|天)\s*\))")
_AT_ONCE = re.compile(r"当日|当天|当场|即时|即办|立即|随到随办|立等可取|0\s*(?:个?工作日|个?自然日|日|天)")
_BARE = re.compile(r"\s*(\d{1,4})\s*")
_LEAD = re.compile(r"(?:法定|承诺|办结|办理|时限|期限|自|受理|收到|接到|申请|材料|之日|起|后|不超过|为|:|,|\s)*")
_TAIL = re.compile(r"(?:以?内|之内|\s)*(?:办结|作出决定|完成|答复|办理完毕)?[。;]?\s*(?:\((?P<note>[^()]*)\))?[。;]?\s*")
_UNITS = {"W": "工作日", "N": "自然日", "日历日": "自然日", "天": "日"}
_RESTATES = re.compile(r"(?:即|共|合计?|折合|实际)?")


@dataclass(frozen=True, slots=True)
class Period:
    """``number`` of ``unit``: 工作日, 自然日, 日 (which of the two is not said), 月, 小时, 分钟, 年, 周. Zero 工作日 is 当日."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number}个{self.unit}" if self.unit in ("工作日", "自然日", "月") else f"{self.number}{self.unit}"

    @property
    def at_once(self) -> bool:
        return self.number == 0 or self.unit in ("小时", "分钟") and self.number <= 24

    def surely_longer_than(self, other: Period) -> bool:
        """Longer in the same unit; or more working days than the other has calendar days. Other units are not compared."""
        if self.unit == other.unit or self.number == 0 or other.number == 0:
            return self.number > other.number
        return self.unit == "工作日" and other.unit == "自然日" and self.number > other.number


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _period(match: re.Match[str]) -> Period | None:
    written = match["number"]
    try:
        number = from_chinese_number(written)
    except ValueError:
        return None
    unit = (match["unit"] or match["bracketed"]).removeprefix("个")
    return Period(number, _UNITS.get(unit, unit))


def periods_in(text: str) -> list[Period]:
    """Every period that ``text`` names, in order."""
    return [period for match in _PERIOD.finditer(_plain(text)) if (period := _period(match))]


def read_period(text: str) -> Period | None:
    """The one period that ``text`` states (受理之日起20个工作日内, 当日办结, 二十日); None when it states none, several or more than that.

    A bracket behind it is an explanation and does not count.
    """
    plain = _plain(text)
    if _AT_ONCE.match(plain) and not periods_in(_AT_ONCE.sub("", plain, count=1)):
        return Period(0, "工作日")
    match = _PERIOD.search(plain)
    if match is None or _LEAD.fullmatch(plain[: match.start()]) is None or _TAIL.fullmatch(plain[match.end() :]) is None:
        return None
    return _period(match)


def without_unit(text: str) -> bool:
    """Whether ``text`` is a number and nothing else, so that nobody knows which days are meant."""
    found = _BARE.fullmatch(_plain(text))
    return found is not None and int(found[1]) > 0


def explained_otherwise(text: str) -> tuple[str, Period] | None:
    """(number as written, what the bracket says instead) where a bracket restates the number and differs: 66个工作日（20个工作日）.

    A bracket that says more than a period (不含听证所需的30日) is a note, not a restatement.
    """
    head, bracket, rest = _plain(text).partition("(")
    note = rest.partition(")")[0]
    said = _PERIOD.search(note)
    if (
        not bracket
        or said is None
        or note[said.end() :].strip("内。; ")
        or not _RESTATES.fullmatch(note[: said.start()].strip(":, "))
    ):
        return None
    explanation = _period(said)
    bare = _BARE.fullmatch(head)
    stated = Period(int(bare[1]), explanation.unit) if bare and explanation else read_period(head)
    if stated is None or explanation is None or stated.unit != explanation.unit or stated.number == explanation.number:
        return None
    return head.strip(), explanation
