"""Numbers of documents: 发文字号 (国发〔2015〕57号) and orders (国务院令第382号), in one spelling each."""

import re
from dataclasses import dataclass

from .numbers import from_chinese_number

_S = r"[\s\u200b\ufeff]{0,3}+"
_N = r"[〇○零一二三四五六七八九十百千\d]{1,7}+"
_YEAR = r"[12１２][90９０]\d{2}"
_OPEN, _CLOSE = r"[〔［\[【（(]", r"[〕］\]】）)]"
_HAN = r"一-龥"

_BRACKETED = (
    rf"(?:{_OPEN}{_S}(?P<year>{_YEAR}){_S}(?:年{_S})?{_CLOSE}|[〔［\[](?P<lost>{_YEAR}))"
    rf"{_S}(?:第{_S})?(?P<serial>\d{{1,5}}){_S}号"
)
_ORDERED = (
    rf"(?P<kind>令|公告)[》〉>]?{_S}(?:{_OPEN}?{_S}(?P<order_year>{_YEAR}){_S}年?{_S}{_CLOSE}?{_S})?"
    rf"(?:第{_S})?(?P<order>{_N}){_S}号"
)
_REVERSED = rf"(?:第{_S})?(?<!\d)(?P<before>{_N}){_S}号(?P<kind_after>令|公告)"
DOCUMENT = rf"{_BRACKETED}|{_ORDERED}|{_REVERSED}"
NUMBER_AHEAD = (
    rf"(?:[{_HAN}]{{1,15}}+[〔［\[（(]{_S}{_YEAR}{_S}[〕］\]）)]?{_S}\d{{1,5}}{_S}号"
    rf"|[{_HAN}、]{{2,30}}?令{_S}(?:\d{{4}}年)?第{_N}号)"
)

_DOCUMENT = re.compile(DOCUMENT)
_CODE_TAIL = re.compile(rf"[{_HAN}]{{1,15}}[ \u3000]{{0,2}}\Z")
_ISSUER_TAIL = re.compile(rf"[{_HAN}、*＊]{{2,40}}[ \u3000]{{0,2}}\Z")
_DATE_REST = re.compile(r"[年月日](?:[〇○零一二三四五六七八九十]{1,4}[年月日])*")
_DATE_HEAD = re.compile(r"(?:[〇○零一二三四五六七八九十]{1,4}[年月日])+")
_LEAD_IN = re.compile(
    rf"[{_HAN}、]*(?:公布|发布|修正|修订|通过|施行|实施|批准|根据|依据|依照|按照|印发|决定|颁布|执行|违反)(?=[{_HAN}*＊])"
)
_COUNTRY = "中华人民共和国"

_FULL_NAMES = {
    "国家发展改革委": "国家发展和改革委员会", "国家发改委": "国家发展和改革委员会",
    "发展改革委": "国家发展和改革委员会", "国家发展改革委员会": "国家发展和改革委员会",
    "国家教委": "国家教育委员会", "国家经贸委": "国家经济贸易委员会", "国家民委": "国家民族事务委员会",
    "国家卫生计生委": "国家卫生和计划生育委员会", "国家卫计委": "国家卫生和计划生育委员会",
    "国家卫生健康委": "国家卫生健康委员会", "国家卫健委": "国家卫生健康委员会",
    "国务院国资委": "国务院国有资产监督管理委员会", "工信部": "工业和信息化部",
    "人社部": "人力资源和社会保障部", "人力资源社会保障部": "人力资源和社会保障部",
    "住建部": "住房和城乡建设部", "住房城乡建设部": "住房和城乡建设部",
    "文旅部": "文化和旅游部", "环保部": "环境保护部", "应急部": "应急管理部",
    "市场监管总局": "国家市场监督管理总局", "国家市场监管总局": "国家市场监督管理总局",
    "质检总局": "国家质量监督检验检疫总局", "国家质检总局": "国家质量监督检验检疫总局",
    "工商总局": "国家工商行政管理总局", "国家工商总局": "国家工商行政管理总局",
    "安全监管总局": "国家安全生产监督管理总局", "国家安全监管总局": "国家安全生产监督管理总局",
    "安监总局": "国家安全生产监督管理总局", "国家安监总局": "国家安全生产监督管理总局",
    "食品药品监管总局": "国家食品药品监督管理总局", "国家食品药品监管总局": "国家食品药品监督管理总局",
    "税务总局": "国家税务总局", "广电总局": "国家广播电视总局", "体育总局": "国家体育总局",
    "人民银行": "中国人民银行", "证监会": "中国证券监督管理委员会", "银监会": "中国银行业监督管理委员会",
    "保监会": "中国保险监督管理委员会", "银保监会": "中国银行保险监督管理委员会",
    "中央军委": "中央军事委员会", "国家主席": "主席",
}  # fmt: skip
_NUMBERED_THROUGH = frozenset(_FULL_NAMES.values()) - {"中国人民银行", "主席"} | {
    "国务院", "公安部", "财政部", "教育部", "民政部", "司法部", "水利部", "卫生部", "文化部",
    "国土资源部", "自然资源部", "生态环境部", "建设部", "海关总署",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document number in canonical form, where it stands in the text, whether it was repaired."""

    text: str
    start: int
    end: int
    repaired: bool


def find_document(text: str, low: int = 0, high: int | None = None) -> DocumentNumber | None:
    """Return the first document number or order in ``text[low:high]``, or None."""
    high = len(text) if high is None else high
    if text.find("号", low, high) < 0:
        return None
    match = _DOCUMENT.search(text, low, high)
    while match is not None:
        number = from_match(text, low, match)
        if number is not None:
            return number
        match = _DOCUMENT.search(text, match.start() + 1, high)
    return None


def from_match(text: str, low: int, match: re.Match[str]) -> DocumentNumber | None:
    """Complete a match of ``DOCUMENT`` with the code or issuer before it (not before ``low``).

    None when an order has no issuer or its number is malformed.
    """
    if match["serial"] is not None:
        return _from_code(text, low, match)
    kind = match["kind"] or match["kind_after"]
    before = text[max(low, match.start() - 1) : match.start()]
    if not before or not (before.isalpha() or before in "*＊ \u3000"):
        return None
    tail = _ISSUER_TAIL.search(text, max(low, match.start() - 42), match.start())
    if tail is None:
        return None
    start, issuer = _trim(text, tail)
    issuer = _full_issuer(issuer)
    try:
        serial = from_chinese_number(match["order"] or match["before"])
    except ValueError:
        return None
    if not issuer or not serial:
        return None
    year = match["order_year"]
    kept = f"{int(year)}年" if year and issuer.rpartition("、")[2] not in _NUMBERED_THROUGH else ""
    if start > low and text[start - 1] in "《〈<" and match.group().find("》") < 0:
        return None
    if start > low and text[start - 1] in "《〈<":
        start -= 1
    return DocumentNumber(f"{issuer}{kind}{kept}第{serial}号", start, match.end(), False)


def _from_code(text: str, low: int, match: re.Match[str]) -> DocumentNumber | None:
    serial = int(match["serial"])
    if serial == 0:
        return None
    tail = _CODE_TAIL.search(text, max(low, match.start() - 17), match.start())
    start, code = _trim(text, tail) if tail is not None else (match.start(), "")
    year = match["year"] or match["lost"]
    if code.endswith("令") and code != "令":
        return DocumentNumber(f"{_full_issuer(code[:-1])}令{int(year)}年第{serial}号", start, match.end(), False)
    return DocumentNumber(f"{code}〔{int(year)}〕{serial}号", start, match.end(), match["lost"] is not None)


def _trim(text: str, tail: re.Match[str]) -> tuple[int, str]:
    """Cut what does not belong to the issuer: the 日 of a date, 公布, 根据."""
    start, name = tail.start(), tail.group()
    dated = (_DATE_REST if start and text[start - 1].isdecimal() else _DATE_HEAD).match(name)
    if dated is not None:
        start, name = start + dated.end(), name[dated.end() :]
    lead = _LEAD_IN.match(name)
    if lead:
        start, name = start + lead.end(), name[lead.end() :]
    stripped = name.lstrip("、和及与")
    return start + len(name) - len(stripped), stripped.rstrip()


def _full_issuer(name: str) -> str:
    return "、".join(_full_name(part) for part in name.split("、") if part)


def _full_name(part: str) -> str:
    part = part.removeprefix(_COUNTRY).replace("＊", "*") or part
    if part.endswith(("省政府", "市政府", "区政府", "县政府", "州政府")) and len(part) > 3:
        part = part[:-2] + "人民政府"
    return _FULL_NAMES.get(part, part)
