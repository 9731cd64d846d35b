"""What a heading of a table means. Longest synonym first; a heading that nobody knows stays unread and is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qingdan.items.elements import ELEMENTS
from qingdan.items.intake.categories import parse_category
from qingdan.items.intake.words import plain, tight

SERIAL, LEVEL, TICK, MARKING, MAJOR_CODES = "serial", "level", "tick", "marking", "major_codes"
SUB_CODE = -1  # rank of 子项编码: beside it a bare 编码 is that of the 大项
OUR_CODE = "清单编码"  # heading of the column that our own exports lock; its codes find items and are no official ones

LONGEST = 100
_SERIALS = {"序号", "序", "项目序号", "事项序号", "No", "NO", "NO.", "No.", "总序号", "顺序号", "分序号", "项次", "序列"}
# Headings only beside others: alone, 目录 is the title of a page of contents.
_BESIDE = {"目录": "major_name", "子目录": "sub_name"}
_MARKINGS = {"密级", "涉密等级", "密级标识", "涉密级别", "定密", "保密等级", "是否涉密"}
_LEVELS = re.compile(
    r"国家级|国务院部门|(?:省|市|县|区|乡|镇|街|村|社区|州|旗)[级本、()/市区县旗乡镇街道村社区]{0,10}级|市本级|区本级|县本级|省本级"
)
_BARE_LEVELS = {
    "省",
    "市",
    "县",
    "区",
    "乡",
    "镇",
    "乡镇",
    "街道",
    "乡镇街道",
    "县区",
    "区县",
    "县(市、区)",
    "县(区)",
    "乡镇(街道)",
    "村",
    "社区",
    "村(社区)",
    "国家",
}
_SCHEME = re.compile(
    r"(?:国家|省级|省|地方|市级|统一)?(?:基本|实施|业务办理项|业务办理|国家|地方|统一|目录|赋码|行政权力运行)(?:清单|目录|事项)?(?:编码|代码)"
)
_MAJOR_CODE = re.compile(r"(?:大项|主项|父项)(?:基本|实施)?(?:编码|代码|编号)")
_SUB_CODE = re.compile(r"(?:子项|小项|分项)(?:基本|实施)?(?:编码|代码|编号)")
_NOT_CODE = re.compile(r"信用代码|部门|机构|区划|主体|组织|原编码|材料")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_MARKS = re.compile(r"^(?:[*※★]|[(\[【](?:必填|选填)项?[)\]】])+|(?:[*※★:：]|[(\[【]?(?:必填|选填)项?[)\]】]?)+$")
_TAILS = ("内容", "名称", "情况", "描述", "说明", "明细", "全称", "栏", "信息")
_FOREIGN_HEAD = re.compile(r"变更|调整|原|拟|建议|意见|审核|上级|国家|省级|中央|对应|关联|清理|取消")

_EXACT: dict[str, tuple[str, int]] = {}
for _element in ELEMENTS:
    for _rank, _word in enumerate((_element.label, *_element.synonyms)):
        _EXACT.setdefault(plain(_word), (_element.key, _rank))
NAME_WORDS = frozenset(word for word, (key, _) in _EXACT.items() if key in ("major_name", "name", "sub_name"))
_LONGEST = sorted((word for word in _EXACT if len(word) >= 4), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Heading:
    """``key`` is an element key or one of the roles above; ``extra`` the level, category or code scheme; lower ``rank`` is surer."""

    key: str
    rank: int = 0
    extra: str = ""


def read_heading(text: str) -> Heading | None:
    """The meaning of one heading cell, or None."""
    return _read_heading(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=8192)
def _read_heading(text: str) -> Heading | None:
    label = _MARKS.sub("", plain(text))
    if not label or len(label) > 60:
        return None
    if label in _SERIALS:
        return Heading(SERIAL)
    if label in _MARKINGS:
        return Heading(MARKING)
    if label in _BESIDE:
        return Heading(_BESIDE[label], 60)
    if label == OUR_CODE:
        return Heading("codes", 0, OUR_CODE)
    found = _exact(label) or _bracketed(label) or _codes(label) or _ticks(label) or _contained(label)
    return Heading(LEVEL, extra=tight(text)) if found and found.key == LEVEL else found


def read_label(text: str) -> Heading | None:
    """The element that a label cell of a form names for sure, or None."""
    return _read_label(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=8192)
def _read_label(text: str) -> Heading | None:
    label = _MARKS.sub("", plain(text))
    return _exact(label) or _bracketed(label) or _codes(label)


def read_pair(upper: str, lower: str) -> Heading | None:
    """The meaning of a column under two heading rows: its own word first, then both together, then the group's word."""
    own = read_heading(lower) if lower else None
    group = read_heading(upper) if upper else None
    if not lower:
        return group
    label, above = plain(lower), plain(upper)
    if group and group.key in ("exercising_level", "powers") and (label in _BARE_LEVELS or _LEVELS.fullmatch(label)):
        return Heading(LEVEL, extra=lower.strip())
    if label == "名称" and group:
        return read_heading(above + label) or Heading(group.key, group.rank + 50, group.extra)
    if own is None or len(label) <= 2:
        both = read_heading(above + label)
        if both and group and both.key == group.key:
            return Heading(group.key, group.rank + 50, group.extra)
        if both and (own is None or group is None or both.key != group.key):
            return both
    if group and group.key == "category" and (named := parse_category(lower)):
        return Heading(TICK, extra=f"category:{named.code}")
    if group and group.key.endswith("_basis") and own and own.key in ("name", "note", "powers"):
        return group
    if own:
        return own
    return Heading(group.key, group.rank + 50, group.extra) if group and group.key != SERIAL else None


def _exact(label: str) -> Heading | None:
    found = _EXACT.get(label) or _EXACT.get(label.rstrip("0123456789"))
    return Heading(*found) if found else None


def _bracketed(label: str) -> Heading | None:
    if not _BRACKETS.search(label):
        return None
    base, inside = _BRACKETS.sub("", label), "".join(_BRACKETS.findall(label))
    found = _exact(base) or _codes(base)
    if not found:
        return None
    if found.key == "name" and re.search("子项|小项|实施事项", inside):
        return Heading("sub_name", 5)
    if found.key == "name" and re.search("大项|主项|父项", inside):
        return Heading("major_name", 5)
    if found.key == "codes" and re.search("大项|主项", inside):
        return Heading(MAJOR_CODES)
    return Heading(found.key, found.rank + 5, found.extra)


def _codes(label: str) -> Heading | None:
    if _MAJOR_CODE.fullmatch(label):
        return Heading(MAJOR_CODES)
    if _SUB_CODE.fullmatch(label):
        return Heading("codes", SUB_CODE)
    if _SCHEME.fullmatch(label):
        return Heading("codes", 20, label)
    return None


def _ticks(label: str) -> Heading | None:
    if _LEVELS.fullmatch(label):
        return Heading(LEVEL, extra=label)
    if label in ("依申请", "依职权"):
        return Heading(TICK, extra=f"initiation:{label}")
    if len(label) >= 4 and (named := parse_category(label)):
        return Heading(TICK, 30, f"category:{named.code}")
    return None


def _contained(label: str) -> Heading | None:
    base = _BRACKETS.sub("", label)
    for tail in _TAILS:
        if base.endswith(tail) and (found := _EXACT.get(base[: -len(tail)])) and len(base) > len(tail) + 1:
            return Heading(found[0], found[1] + 60)
    for word in _LONGEST:
        if base.endswith(word) and len(base) <= len(word) + 8 and not _FOREIGN_HEAD.search(base[: -len(word)]):
            key, rank = _EXACT[word]
            if key == "codes" and _NOT_CODE.search(base):
                return None
            return Heading(key, rank + 70)
    return None
