"""The ten categories and the words that published lists use for them. What is not here is refused, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qingdan.items.intake.words import plain, without_count, without_serial

CATEGORIES = {
    "01": "行政许可",
    "02": "行政处罚",
    "03": "行政强制",
    "04": "行政征收",
    "05": "行政给付",
    "06": "行政检查",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
}
_LETTERS = dict(zip(("XK", "CF", "QZ", "ZS", "JF", "JC", "QR", "JL", "CJ", "QT"), CATEGORIES, strict=True))
_SYNONYMS = {
    "01": ("行政审批", "许可", "审批"),
    "02": ("处罚",),
    "03": ("强制", "行政强制措施", "行政强制执行", "强制措施", "强制执行"),
    "04": ("征收",),
    "05": ("给付",),
    "06": ("检查", "行政监督检查", "监督检查"),
    "07": ("确认",),
    "08": ("奖励",),
    "09": ("裁决",),
    "10": (
        "其他", "其它", "其他类", "其它类", "其他类别", "其它类别", "其他权力", "其它权力", "其他职权", "其它职权", "其他行政职权",
        "其它行政职权", "其它行政权力", "其他行政权利", "其他权责", "其它权责", "其他权责事项", "其他行政权责", "其他类行政权力", "行政备案", "行政服务", "审核转报",
    ),
}  # fmt: skip
# Kinds of 其他行政权力 that the report counts there, and the two kinds of 行政强制: the word says more than the category.
_KINDS = {
    "行政备案": "行政备案",
    "行政服务": "行政服务",
    "审核转报": "审核转报",
    "行政强制措施": "行政强制措施",
    "行政强制执行": "行政强制执行",
    "强制措施": "行政强制措施",
    "强制执行": "行政强制执行",
}
_SHORT_KINDS = {"备案": "行政备案", "服务": "行政服务", "转报": "审核转报", "措施": "行政强制措施", "执行": "行政强制执行"}
_EXACT = {name: code for code, name in CATEGORIES.items()} | {w: code for code, words in _SYNONYMS.items() for w in words}
_LONG = sorted((w for w in _EXACT if len(w) >= 4), key=len, reverse=True)
LONGEST = 120  # characters of a line that may name a category
_TAIL = re.compile(r"(?:类)?(?:权力|职权|权责)?(?:类)?(?:事项)?(?:类)?(?:清单|目录|一览表)?$")
_TICKED = re.compile(r"[☑√■✓✔]([^□☐☑√■✓✔]+)")
_FOREIGN = re.compile(
    r"行政[一-龥]{2,6}|公共服务|(?:行政)?审核转报|审核转报类?|政府内部审批|内部管理|备案|便民服务|税收征管|[一-龥]{2,6}类"
)


@dataclass(frozen=True, slots=True)
class Category:
    """A code of the ten; ``sub_kind`` where the text says more (其他行政权力（行政备案）)."""

    code: str
    sub_kind: str = ""


def parse_category(text: str) -> Category | None:
    """The category that a cell, a band or a sheet name states, or None."""
    return _parse(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Category | None:
    label = plain(text)
    if "□" in label or "☐" in label:
        ticked = _TICKED.findall(label)
        return parse_category(ticked[0]) if len(ticked) == 1 else None
    return _EXACT_CATEGORY.get(label) or _of_label(without_count(without_serial(label)))


def parse_category_cell(text: str) -> Category | None:
    """Like ``parse_category``; a cell of a category column may also hold the code 01–10 or the letters of the portal (XK …)."""
    label = plain(text[: LONGEST + 1])
    if label in CATEGORIES:
        return Category(label)
    if label.upper() in _LETTERS:
        return Category(_LETTERS[label.upper()])
    match = re.fullmatch(r"(0[1-9]|10)[\-.、:]?(.+)", label)
    if match and (named := parse_category(match[2])) and named.code == match[1]:
        return named
    return parse_category(text)


def find_category(text: str) -> str:
    """The one category whose name stands somewhere in a title or a file name; empty when there is none or more than one."""
    label = plain(text[: 2 * LONGEST]).replace("非行政许可审批", "").replace("行政审批局", "")
    found = set()
    for word in _LONG:
        if word in label:
            found.add(_EXACT[word])
            label = label.replace(word, "·")
    return found.pop() if len(found) == 1 else ""


KNOWN_FOREIGN = frozenset(
    [
        "行政征用",
        "行政指导",
        "行政调解",
        "行政复议",
        "行政赔偿",
        "行政补偿",
        "行政监督",
        "行政规划",
        "行政合同",
        "行政救助",
        "行政处理",
        "行政登记",
        "行政决策",
        "行政决定",
        "行政仲裁",
        "行政许可初审",
        "公共服务",
        "政府内部审批",
        "税收征管",
        "便民服务",
        "内部管理",
        "非行政许可审批",
    ]
)


def looks_foreign(label: str) -> bool:
    """Whether a band (already without serial and count) names a category that is not among the ten."""
    return _FOREIGN.fullmatch(_TAIL.sub("", label) or label) is not None


def _of_label(label: str) -> Category | None:
    direct = _EXACT_CATEGORY.get(label) or _EXACT_CATEGORY.get(_TAIL.sub("", label))
    if direct:
        return direct
    match = re.fullmatch(r"([^()\-—:/·]+)(?:\(([^()]+)\)|[\-—:/·]+(.+))", label)
    if match:
        head = _EXACT_CATEGORY.get(match[1]) or _EXACT_CATEGORY.get(_TAIL.sub("", match[1]))
        if head:
            kind = without_count(match[2] or match[3] or "")
            kind = _KINDS.get(kind) or _SHORT_KINDS.get(kind, kind)
            return Category(head.code, "" if kind in _EXACT and kind not in _KINDS else kind)
    return None


_EXACT_CATEGORY = {word: Category(code, _KINDS.get(word, "")) for word, code in _EXACT.items()}
