"""Titles of acts: their normal form for matching, their short form, the rank that a title suggests."""

import re
import unicodedata
from functools import lru_cache

_COUNTRY = "中华人民共和国"
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_INNER = str.maketrans({"《": "〈", "》": "〉", "<": "〈", ">": "〉", "«": "〈", "»": "〉", "‹": "〈", "›": "〉"})
_TRAILING_BRACKET = re.compile(r"\([^()]{1,20}\)\Z")
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南"
    "|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_PLACE = re.compile(
    rf"(?:中国\((?:{_PROVINCES})\)|{_PROVINCES})"
    r"|[一-龥]{1,5}(?<![城超股上夜全市])(?:市(?!场)|自治州|自治县|州(?=[一-龥]))|[一-龥]{1,3}县(?![级域乡城])"
)
_IMPLEMENTS = re.compile(r"实施〈?.{2,40}法〉?.{0,8}(?:办法|规定)\Z")
_LAW_NOT_METHOD = re.compile(r"(?<![办方做书说])法\Z|法典\Z")
_LAWS_CALLED_ORDINANCE = frozenset({
    "户口登记条例", "学位条例", "中国人民解放军军官军衔条例", "人民警察警衔条例", "海关关衔条例",
    "消防救援衔条例", "外交特权与豁免条例", "领事特权与豁免条例", "驻外外交人员衔条例",
})  # fmt: skip
_RULES = ("规定", "办法", "规则", "细则", "守则")
_PAPERS = ("通知", "意见", "公告", "通告", "方案", "批复", "函", "纲要", "规划", "目录", "清单", "通报", "要点")
_COURTS = ("最高人民法院", "最高人民检察院")
_CONGRESS = ("全国人民代表大会", "全国人大")
_COUNCIL_AND_PARTY = ("中国共产党", "中共中央")
_LOCAL_CONGRESS = re.compile(r"(?<!全国)(?:人民代表大会|人大)(?:常务委员会|常委会)?")


@lru_cache(maxsize=8192)
def normalise_title(title: str) -> str:
    """Return the form that matches acts: NFKC, spaces removed, every inner bracket 〈〉.

    《 》 around the whole title are dropped; 中华人民共和国 is kept (see ``short_title``).
    """
    text = _SPACE.sub("", unicodedata.normalize("NFKC", title))
    if text.startswith("《") and text.endswith("》") and text.find("》") == len(text) - 1:
        text = text[1:-1]
    return text.translate(_INNER)


def short_title(title: str) -> str:
    """Return ``title`` without a leading 中华人民共和国 (公路法 for 中华人民共和国公路法)."""
    shortened = title.removeprefix(_COUNTRY)
    return shortened or title


def is_local(title: str) -> bool:
    """Whether the title begins with the name of a province, city, prefecture or county."""
    return not title.startswith(_COUNTRY) and _PLACE.match(title) is not None


def infer_rank(title: str, doc_no: str = "", note: str = "") -> str:
    """Return the rank that title, document number and note suggest, "" when nothing tells.

    宪法 法律 行政法规 国务院决定 地方性法规 规章 规范性文件 司法解释 党内法规. An order names its issuer,
    so 国务院令 makes an 办法 an administrative regulation (行政法规制定程序条例 art. 5); a 发文字号 makes
    it a normative document. It is a suggestion: the law library decides.
    """
    rank = title_rank(title)
    if not doc_no and not note:
        return rank
    if rank == "规章" and is_local(title) and _LOCAL_CONGRESS.search(note) and "人民政府令" not in doc_no:
        return "地方性法规"
    if doc_no.startswith("主席令") and rank in ("", "行政法规"):
        return "法律"
    if doc_no.startswith("国务院") and "令" in doc_no:
        return "行政法规" if rank in ("", "规章") else rank
    if "令" in doc_no and "*" not in doc_no and not rank:
        return "规章"
    if "〔" in doc_no and rank in ("", "规章"):
        return "规范性文件"
    return rank


@lru_cache(maxsize=8192)
def title_rank(title: str) -> str:
    """Return the rank that the title alone suggests, "" when nothing tells."""
    name = _TRAILING_BRACKET.sub("", normalise_title(title))
    short = short_title(name)
    if short == "宪法" or short.startswith("宪法修正案"):
        return "宪法"
    if name.startswith(_COUNCIL_AND_PARTY):
        return "党内法规" if name.endswith(("条例", *_RULES, "准则")) else "规范性文件"
    if name.startswith(_COURTS):
        return "司法解释"
    if _LAW_NOT_METHOD.search(name) or name.endswith("法修正案"):
        return "法律"
    if name.endswith("条例"):
        if short in _LAWS_CALLED_ORDINANCE:
            return "法律"
        return "地方性法规" if is_local(name) else "行政法规"
    if name.endswith(("决定", "决议")):
        return _rank_of_decision(name)
    if name.endswith(_RULES):
        return _rank_of_rules(name, short)
    return "规范性文件" if name.endswith(_PAPERS) else ""


def _rank_of_rules(name: str, short: str) -> str:
    if short.startswith(_CONGRESS):
        return "法律"
    if is_local(name) and (_IMPLEMENTS.search(name) or _LOCAL_CONGRESS.search(name[:20])):
        return "地方性法规"
    return "规章"


def _rank_of_decision(name: str) -> str:
    if name.startswith(_CONGRESS):
        return "法律"
    if name.startswith("国务院") and not name.startswith("国务院办公厅"):
        return "国务院决定"
    if is_local(name) and _LOCAL_CONGRESS.search(name[:25]):
        return "地方性法规"
    return "规范性文件"
