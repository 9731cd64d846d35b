"""Marks of rank before a citation: 【法律】, [行政法规], 部门规章：. The set of marks is open."""

import re

_KNOWN = (
    "宪法|法律|国家法律|行政法规|地方性法规|地方法规|自治条例|单行条例|部门规章|地方政府规章|政府规章|规章|规范性文件"
    "|司法解释|国务院决定|国务院文件|党内法规|三定规定|国际条约|军事法规|监察法规"
)
_ALIASES = {"国家法律": "法律", "地方法规": "地方性法规", "政府规章": "地方政府规章"}
_OPEN_SET = r"[一-龥]{0,10}(?:法律|法规|规章|解释|文件|决定|规定|宪法|条约|规范|条例|政策|标准)"
_S = r"[\s\u200b\ufeff]{0,3}+"

RANK = (
    rf"【{_S}(?P<marked>{_KNOWN}|{_OPEN_SET}){_S}】{_S}[:：]?"
    rf"|[\[［〔（(]{_S}(?P<bracketed>{_KNOWN}){_S}[\]］〕）)]{_S}[:：]?"
    rf"|(?P<labelled>{_KNOWN}){_S}[:：]"
)
RANK_MARK = rf"(?:【{_S}(?:{_KNOWN}|{_OPEN_SET}){_S}】|(?:{_KNOWN}){_S}[:：](?={_S}《))"

_COMPATIBLE = {
    "部门规章": {"规章", "规范性文件"},
    "地方政府规章": {"规章", "地方性法规"},
    "规章": {"规章"},
    "地方性法规": {"行政法规", "规章"},
    "法律": {"宪法"},
    "行政法规": {"规章", "国务院决定"},
}


def rank_named(match: re.Match[str]) -> str:
    """Return the rank that a match of ``RANK`` names, in its usual word."""
    name = match["marked"] or match["bracketed"] or match["labelled"]
    return _ALIASES.get(name, name)


def agrees(given: str, inferred: str) -> bool:
    """Whether a rank carried over from an earlier mark can be true of a title that suggests ``inferred``."""
    return not inferred or given == inferred or given not in _COMPATIBLE or inferred in _COMPATIBLE[given]
