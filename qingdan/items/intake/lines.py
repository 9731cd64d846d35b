"""Lines that are no items: titles, maker lines, bands, notes, totals, and the marks of state secrets."""

from __future__ import annotations

import re
from functools import lru_cache

from qingdan.items.intake.words import plain, tight, without_count, without_serial

LONGEST = 120  # characters of a line that may name a department
_END = "委员会|办事处|人民政府|办公室|管委会|联合会|总工会|研究室|档案馆|分局|总队|支队|大队|中心|局|委|厅|办|院|联|会|所|站|社|署|部|处"
_OUTSIDE = "海关|分公司|公司|支行|中队|学院|医院"  # of whole lines only: titles speak of them too
_ALIAS = r"(?:[(（][^()（）]*(?:局|委|办|办公室|中心|委员会)[)）])?"
_DEPARTMENT = re.compile(rf"[一-龥A-Za-z×*○]{{1,30}}(?:{_END}|{_OUTSIDE}){_ALIAS}(?:[(（][^()（）]{{1,20}}[)）])?")
_NO_DEPARTMENT = re.compile(
    r"部门|清单|目录|事项|职权|权力|责任|附件|依据|备注|合计|审批$|许可|处罚|检查|奖励|裁决|确认|给付|征收|强制|登记|备案|管理办$"
)
_KNOWN_EXCEPTIONS = re.compile(r"行政审批|行政许可|综合执法|行政执法|生态环境部门$|安全生产监督管理|权力运行|登记中心|不动产登记")
_IN_TITLE = re.compile(
    rf"(?P<name>[^《》“”\"]{{1,40}}?(?:{_END}){_ALIAS})"
    r"(?=(?:本级)?(?:[(（]?(?:19|20)\d\d|权责|权力|责任|行政|职权|政务|公共|执法|清单|目录|事项|监管|承接|依申请|部分|两张|“))"
)
_LEAD = re.compile(
    r"^(?:附[件表录]?\s*[0-9一二三四五六七八九十]*[:：.、\-—_]*|[《“\"]|关于(?:公布|印发|发布|调整|公开)|(?:19|20)\d\d年(?:度|版)?|\d{1,3}(?:[.、_\-]+|(?=[一-龥])))+"
)
_MAKER = re.compile(
    r"(?:填报|填表|编制|制表|报送|上报|实施|责任|公布|梳理|填制)?(?:单位|部门|机关)(?:名称)?(?:[(（](?:盖章|公章|章|签章|全称)[)）])?[:：](?P<name>.*)"
)
_UNITS = {"项", "个", "万元", "元", "件", "条", "项、个", "宗", "次"}
_YEAR = re.compile(r"(?:19|20)\d\d(?=年)")
_NOTE = re.compile(
    r"(?:注释?|备注|说明|附注|备考|填表说明|填报说明|编制说明|温馨提示)(?:\d+|[一二三四五六七八九十])?[:：.、]|[※★*]|注[\d一二三]|"
    r"(?:填表人|填报人|制表人|审核人|复核人|负责人|联系人|联系电话|填报时间|填报日期|填表时间|填表日期|制表日期|审批人|经办人|单位负责人|日期|附件\d*|主管领导|分管领导)[:：]|"
    r"第\d+页|共\d+页|-\d+-$|—\d+—$|\d+/\d+页"
)
_TOTAL = re.compile(
    r"(?:.{0,14}(?:合计|小计|总计|共计|总数|总项数)(?:[:：]?(?:共)?\d*(?:大?项|个|条)?)?|共\d+(?:大?项|个|条).{0,20})(?:\(.*\))?"
)
_NUMERIC = re.compile(r"[\d.,%/\-—]*(?:大?项|个|条)?")
_SECRET = re.compile(r"(?:密级[:：]?)?(?:绝密|机密|秘密)(?:级|件)?(?:[★☆*].{0,12}|[:：]?.{0,2}长期|\d+(?:年|个月|月|日)|启用前)?")
_SECRET_STAR = re.compile(r"(?:绝密|机密|秘密)\s*[★☆]")


def parse_department(text: str) -> str:
    """The department that a whole line (band, sheet name, maker line) names, as written; empty when it is something else."""
    return _parse_department(text) if len(text) <= LONGEST else ""


@lru_cache(maxsize=2048)
def _parse_department(text: str) -> str:
    name = tight(text)
    label = without_count(without_serial(plain(name)))
    if not 2 <= len(label) <= 40 or not _DEPARTMENT.fullmatch(label):
        return ""
    if _NO_DEPARTMENT.search(_KNOWN_EXCEPTIONS.sub("", label)):
        return ""
    return name if len(name) == len(label) else _as_written(name, label)


def find_department(text: str) -> str:
    """The department in a title or a file name (``某市人力资源和社会保障局权责清单（2019年版）``); empty when none is named."""
    name = tight(text[:LONGEST])
    name = _LEAD.sub("", name)
    match = _IN_TITLE.search(name)
    if not match or re.match(r"(?:工作)?部门|各部门", name[match.end() :]):
        return ""
    found = match["name"]
    return (
        found if len(found) >= 3 and not re.search(r"政府$|清单|目录|权力|权责", re.sub("[镇乡](?:人民)?政府$", "", found)) else ""
    )


def find_maker(texts: list[str]) -> str:
    """The department of a line such as ``填报单位：市人社局   填报日期：…``; the value may stand in the next cell."""
    texts = [text[: 2 * LONGEST] for text in texts[:20]]
    for number, text in enumerate(texts):
        match = _MAKER.match(text.strip()) or _MAKER.match(tight(text))
        if not match:
            if plain(text) in ("填报单位", "填表单位", "编制单位", "单位名称", "部门名称", "制表单位") and number + 1 < len(texts):
                return parse_department(texts[number + 1])
            continue
        value = match["name"].strip() or (texts[number + 1] if number + 1 < len(texts) else "")
        value = re.split(r"[\s\u3000]{2,}|[\s\u3000]+(?=\S+[:：])|(?:填报|填表|制表|联系|编制)(?:日期|时间|人|电话)?[:：]", value)[
            0
        ]
        value = tight(value)
        if value and plain(value) not in _UNITS:
            return value
    return ""


def find_year(text: str) -> int | None:
    """The year in a title or a file name."""
    match = _YEAR.search(plain(text[: 2 * LONGEST]))
    return int(match[0]) if match else None


def is_title(text: str) -> bool:
    """Whether a line reads like the title of a list."""
    label = plain(text)
    return len(label) <= 80 and re.search(r"清单|目录|一览表|信息表|登记表|汇总表|明细表|梳理表|公示表|情况表", label) is not None


def is_note(text: str) -> bool:
    """Whether a line is a footnote or a signature line."""
    return _NOTE.match(plain(text)) is not None


def is_total(texts: list[str]) -> bool:
    """Whether a row is 合计/小计: a total word among the first cells, nothing but numbers beside it."""
    for number, text in enumerate(texts[:3]):
        label = plain(text)
        if len(label) <= 40 and _TOTAL.fullmatch(label):
            others = texts[:number] + texts[number + 1 :]
            return all(_NUMERIC.fullmatch(plain(other)) or _TOTAL.fullmatch(plain(other)) for other in others)
    return False


def numbers_columns(words: list[str]) -> bool:
    """1 2 3 …, 甲 乙 丙 … or 甲 1 2 …: the row under a heading that numbers its columns."""
    letters_first = sum(word in "甲乙丙丁戊己庚辛壬癸" for word in words)
    expected = [*"甲乙丙丁戊己庚辛壬癸"[:letters_first], *(str(n) for n in range(1, len(words) - letters_first + 1))]
    return words == expected


def is_secret(text: str) -> bool:
    """Whether a cell is the mark of a state secret (``机密``, ``秘密★3年``), not a text that only speaks of secrets."""
    if "密" not in text:
        return False
    label = plain(text)
    return _SECRET.fullmatch(label) is not None or _SECRET_STAR.search(label) is not None


def marks_secret(text: str) -> bool:
    """The same for a cell of a 密级 column."""
    return re.search("绝密|机密|秘密", tight(text)) is not None and not re.search("^(?:非|不|无)", tight(text))


def _as_written(name: str, label: str) -> str:
    """The part of the unchanged text that became ``label`` after the serial and the count were taken off."""
    for start in range(len(name)):
        for end in range(len(name), start, -1):
            if plain(name[start:end]) == label:
                return name[start:end]
    return label
