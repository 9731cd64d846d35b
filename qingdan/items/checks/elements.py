"""R25–R28: the elements of an item — filled in, readable, of one mind with its category."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingdan.items.checks.rule import Severity, Spot, Subject, Surroundings, rule, shortened
from qingdan.items.display import text_of
from qingdan.items.elements import ELEMENTS

_CENSORED = re.compile(r"\*{2,}|＊{2,}|[□■]{2,}|\ufffd|\?{3,}")
_STARS_IN_DATA = {"phone", "supervision_phone", "address", "online_url", "codes"}
# category → what the name of an item of another category ends in. 检查 is not among the permits' words: 公众聚集场所投入使用、
# 营业前消防安全检查 is a permit.
_ENDINGS = {
    "01": "行政处罚|处罚|行政强制|奖励|给付|征收|裁决|备案",
    "02": "检查|许可|审批|备案|奖励|给付|征收|确认",
    "03": "处罚|检查|许可|审批|备案|奖励|给付",
    "04": "处罚|检查|许可|审批|备案|奖励|给付",
    "05": "处罚|检查|许可|备案|奖励|征收",
    "06": "处罚|许可|审批|备案|奖励|给付|征收|裁决",
    "07": "处罚|许可|审批|检查|备案|奖励|给付|征收",
    "08": "处罚|许可|审批|检查|备案|给付|征收",
    "09": "处罚|许可|审批|检查|备案|奖励|给付|征收",
}
_ENDED = {category: re.compile(rf"(?:{words})(?:[（(][^（）()]*[)）])?$") for category, words in _ENDINGS.items()}


@rule(
    "R25",
    Severity.WARNS,
    source="湖北省政府令第382号第三条（八项要素）；必填要素表逐条注明",
    reason="真实清单多不齐全，先提醒、逐步补齐；只缺要素不影响职权是否成立",
)
def required_elements_are_missing(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """缺少本类别必填的要素"""
    content = subject.content
    if subject.split or content.state == "repealed":
        return
    wanted = around.required.get(content.category, ())
    missing = [element.label for element in ELEMENTS if element.key in wanted and not text_of(element, content)]
    if missing:
        yield Spot("要素", "、".join(missing))


@rule(
    "R26",
    Severity.WARNS,
    source="湖北省政府令第382号第三条（公布的要素应当完整）",
    reason="可能是来源网站遮盖，由部门按原件改正",
)
def text_is_censored_or_garbled(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """文字中有被遮盖或者乱码的部分"""
    for element in ELEMENTS:
        if element.kind == "flag" or element.key in _STARS_IN_DATA:
            continue
        text = text_of(element, subject.content)
        found = _CENSORED.search(text) if text and not text.isalnum() else None
        if found:
            around_it = text[max(0, found.start() - 12) : found.end() + 12]
            yield Spot(element.label, f"“{shortened(around_it)}”")


@rule(
    "R27",
    Severity.WARNS,
    source="GB/T 39046—2020 附录A.1（事项类型）；许可改为备案的，类别随之调整",
    reason="名称可能沿用法律原文，由职责审查判断",
)
def name_speaks_of_another_category(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """事项名称所说的行为与权力类别不一致"""
    content = subject.content
    ended = _ENDED.get(content.category)
    found = ended.search(content.name.strip()) if ended else None
    if found:
        name = around.categories.get(content.category, content.category)
        yield Spot("权力类别", f"类别为{name}，名称以“{found[0]}”结尾")


@rule(
    "R28",
    Severity.WARNS,
    source="政务服务事项标准化工作规程：同一事项名称统一、规范",
    reason="文字问题，不影响职权",
)
def name_is_badly_written(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """事项名称应当是完整的一行文字：括号、书名号成对，首尾没有标点、序号，中间没有换行"""
    for label, name in (("事项名称", subject.content.name), ("大项名称", subject.content.major_name)):
        wrong = _faults_of_name(name)
        if wrong:
            yield Spot(label, f"“{shortened(name, 40)}”{'、'.join(wrong)}")


def _faults_of_name(name: str) -> list[str]:
    wrong = []
    if "\n" in name.strip():
        wrong.append("含有换行")
    plain = name.replace("（", "(").replace("）", ")")
    if plain.count("(") != plain.count(")") or name.count("《") != name.count("》") or name.count("“") != name.count("”"):
        wrong.append("括号或引号不成对")
    if re.search(r"[、，,;；:：.。]$", name.strip()):
        wrong.append("以标点结尾")
    if re.match(r"\s*(?:\d{1,3}[.、．](?!\d)|[（(]?[一二三四五六七八九十]{1,3}[)）]?、)", name):
        wrong.append("以序号开头")
    return wrong


RULES = (
    required_elements_are_missing,
    text_is_censored_or_garbled,
    name_speaks_of_another_category,
    name_is_badly_written,
)
