"""R19–R21: official codes against what they are made of. Codes are given by the province, so nothing here stops."""

from __future__ import annotations

import re
from collections.abc import Iterator

from departments.uscc import fault
from qingdan.items.checks.rule import Severity, Spot, Subject, Surroundings, rule

_IMPLEMENTING, _BASIC = "implementing", "basic"
_LEVELS = {"1": "国家", "2": "省", "3": "市", "4": "县", "5": "乡", "6": "村"}
# Words for a level in 行使层级; 区 is a county's level, 设区的市 a city's.
_LEVEL_WORDS = {
    "国家": "国家|国务院|中央",
    "省": "省|自治区",
    "市": "市",
    "县": "县|区(?!的市)",
    "乡": "乡|镇|街道",
    "村": "村|社区",
}
_WHOLE = re.compile(r"[0-9A-Z]{18}[1-7]\d{12}")
_BASIC_CODE = re.compile(r"\d{12}")
# 420600-001-XK-001-00 and 360829NYJ-XK-001; 120000SUJCF02010.
_LETTERS = re.compile(r"-([A-Z]{2})-|\d{6}[A-Z]+([A-Z]{2})\d{5}$")


def _values(subject: Subject, scheme: str) -> list[str]:
    """Codes of one scheme; a code of another scheme whose 31 characters begin with a sound organisation code is an 实施编码 too."""
    return [
        code.value
        for code in subject.content.codes
        if code.scheme == scheme
        or (scheme == _IMPLEMENTING and code.scheme != _BASIC and _WHOLE.fullmatch(code.value) and not fault(code.value[:18]))
    ]


def _basics(subject: Subject) -> list[str]:
    """The 基本编码 of 12 digits: written as such, and inside each 实施编码."""
    inner = [value[19:] for value in _values(subject, _IMPLEMENTING) if _WHOLE.fullmatch(value)]
    return [value for value in _values(subject, _BASIC) if _BASIC_CODE.fullmatch(value)] + inner


@rule(
    "R19",
    Severity.WARNS,
    source="GB/T 39554—2020（实施编码 = 统一社会信用代码 18 位 + 行使层级 1 位 + 基本编码 12 位）；GB 32100—2015（校验位）",
    reason="编码由省级平台给出，部门不能自行改正",
)
def implementing_code_is_not_well_formed(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """国家实施编码应为 31 位：统一社会信用代码、行使层级、基本编码"""
    for value in _values(subject, _IMPLEMENTING):
        if len(value) == 24 and value.isalnum():
            continue  # the older structure of GB/T 39046
        wrong = fault(value[:18]) if _WHOLE.fullmatch(value) else f"现为 {len(value)} 位或者含有不允许的字符"
        if wrong:
            yield Spot("事项编码", f"{value}：{wrong}")


@rule(
    "R20",
    Severity.WARNS,
    source="GB/T 39046—2020 附录A.1（事项类型）、GB/T 39554—2020（基本编码第3、4位）；省门户两位类型字母",
    reason="编码由省级平台给出；类别可能已经调整而编码未改",
)
def code_of_another_category(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """编码中的事项类型与权力类别不一致"""
    own = subject.content.category
    for value in dict.fromkeys(_basics(subject)):
        if value[2:4] != own:
            yield Spot("事项编码", f"基本编码 {value} 的类型为 {value[2:4]}，本事项的类别为 {own}")
    letters = {name: code for code, name in around.letters.items()}
    for code in subject.content.codes:
        found = _LETTERS.search(code.value)
        kind = letters.get(found[1] or found[2]) if found else None
        if kind and kind != own:
            yield Spot("事项编码", f"{code.value} 的类型字母属于{around.categories[kind]}")


@rule(
    "R21",
    Severity.WARNS,
    source="GB/T 39046—2020 附录A.2（行使层级）；GB/T 39554—2020（实施编码第19位）",
    reason="编码由省级平台给出",
)
def code_of_another_level(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """实施编码中的行使层级、基本编码与事项所写的不一致"""
    written = subject.content.exercising_level
    known = any(re.search(words, written) for words in _LEVEL_WORDS.values())
    own = {value for value in _values(subject, _BASIC) if _BASIC_CODE.fullmatch(value)}
    for value in _values(subject, _IMPLEMENTING):
        if not _WHOLE.fullmatch(value):
            continue
        level = _LEVELS.get(value[18])
        if level and known and not re.search(_LEVEL_WORDS[level], written):
            yield Spot("行使层级", f"编码中为{level}级，行使层级写“{written}”")
        if own and value[19:] not in own:
            yield Spot("事项编码", f"实施编码内的基本编码为 {value[19:]}，另写的基本编码为 {'、'.join(sorted(own))}")


RULES = (implementing_code_is_not_well_formed, code_of_another_category, code_of_another_level)
