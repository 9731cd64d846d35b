"""R29–R34: an item beside the rest of its region's list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingdan.items.checks.register import Entry, plain_name
from qingdan.items.checks.rule import Severity, Spot, Subject, Surroundings, rule
from qingdan.items.content import ItemContent

# One national 基本编码 is carried by every local item that claims it; a scheme of its own per place is unknown.
_SHARED = {"basic"}
_SITUATIONS = "变更|延续|注销|换发|换证|补办|补证|补发|终止"
# Not 变更登记, 注销登记: laws set such registrations by name.
_ALIKE = {"终止": ("终止", "注销"), "注销": ("注销", "终止")}
_SITUATION = re.compile(rf"({_SITUATIONS})(?:备案|许可|审批|申请|核准|信息)?(?:[（(][^（）()]*[)）])?$|[（(]({_SITUATIONS})[)）]$")


def _same_name(subject: Subject, around: Surroundings) -> list[Entry]:
    content = subject.content
    whole = f"{content.major_name}·{content.name}" if content.major_name else content.name
    found = around.register.named(content.category, whole)
    return [entry for entry in found if entry.key != subject.key]


def _in_one_place(entry: Entry, content: ItemContent) -> bool:
    """Where the door refuses the second of a name: department, 大项 and name to the letter (the category is the same already)."""
    own = (content.department_code, content.major_name, content.name)
    return (entry.department, entry.major, entry.name) == own


@rule(
    "R29",
    Severity.STOPS,
    source="中央编办发〔2018〕23号（一事项一名称）；公布时的规则 P10",
    reason="同一部门、类别、大项下同名的两项在公布时必被拒绝，不如在提交时说",
)
def name_twice_in_one_place(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """同一部门同一类别（同一大项）下已有同名事项"""
    for entry in _same_name(subject, around):
        if _in_one_place(entry, subject.content):
            yield Spot("事项名称", f"与“{entry.name}”（{entry.key}）同名")
            return


@rule(
    "R30",
    Severity.WARNS,
    source="中央编办发〔2018〕23号（同一职权不重复、不交叉）",
    reason="同一职权可以依法由几个部门分别行使，由职责审查判断",
)
def name_elsewhere_in_the_region(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """本地区同一类别下已有名称相同的事项"""
    same = _same_name(subject, around)
    others = [entry for entry in same if not _in_one_place(entry, subject.content)]
    if others:
        named = "、".join(f"{entry.department_name}“{entry.name}”" for entry in others[:3])
        yield Spot("事项名称", named + (f"等 {len(others)} 项" if len(others) > 3 else ""))


@rule(
    "R31",
    Severity.WARNS,
    source="GB/T 39554—2020（实施编码唯一）；湖北省行政权力网上运行编码（征求意见稿）",
    reason="编码由上级平台给出，重码要由平台改正；大项与子项同码是通行做法，不算",
)
def code_elsewhere_in_the_region(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """本地区已有另一事项使用同一编码"""
    content = subject.content
    own = around.register.get(subject.key)
    parent = own.parent if own else ""
    for code in content.codes:
        if code.scheme in _SHARED or not code.value:
            continue
        found = around.register.coded(code.scheme, code.value)
        others = [
            entry
            for entry in found
            if entry.key not in (subject.key, parent)
            and not (subject.key and entry.parent == subject.key)
            and not (content.major_name and entry.name == content.major_name)
            and not (entry.major and entry.major == content.name)
        ]
        if others:
            yield Spot("事项编码", f"{code.value} 也是{others[0].department_name}“{others[0].name}”的编码")


@rule(
    "R32",
    Severity.WARNS,
    source="中央编办发〔2018〕23号（职责不交叉）；名称相似度由 rapidfuzz 计算（92/100 以上）",
    reason="只是提示：名称相近的可能是两件事",
)
def name_alike_in_another_department(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """其他部门有名称相近的事项，请核对是否重复或者交叉"""
    content = subject.content
    if content.major_name:
        return
    alike = around.register.alike(content.category, content.name, content.department_code)
    if alike:
        yield Spot("事项名称", "、".join(f"{entry.department_name}“{entry.name}”" for entry in alike))


@rule(
    "R33",
    Severity.WARNS,
    source="政务服务改革工作用语（子项：按审批层级、对象、专业等对主项的拆分；未拆分的，子项与主项相同）",
    reason="只影响大项、项的计数，由职责审查判断",
)
def sub_item_named_like_its_major(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """子项与大项同名，看不出是其中哪一部分；没有拆分的事项不必另列子项"""
    content = subject.content
    if content.major_name and plain_name(content.major_name) == plain_name(content.name):
        yield Spot("事项名称", f"“{content.name}”")


@rule(
    "R34",
    Severity.WARNS,
    source="政务服务改革工作用语（业务办理项：按新设、变更、延续、注销等情形的更细单元，不是子项）",
    reason="依法单独设定的变更、注销可以是子项，由职责审查判断",
)
def sub_item_is_only_a_situation(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """子项只是办理情形（变更、延续、注销、补办等）：这是业务办理项，不宜列为子项计数"""
    content = subject.content
    found = _SITUATION.search(content.name) if content.major_name else None
    word = (found[1] or found[2]) if found else ""
    # A 大项 that names the situation itself is split by it on purpose.
    if word and not any(each in content.major_name for each in _ALIKE.get(word, (word,))):
        yield Spot("事项名称", f"“{content.name}”")


RULES = (
    name_twice_in_one_place,
    name_elsewhere_in_the_region,
    code_elsewhere_in_the_region,
    name_alike_in_another_department,
    sub_item_named_like_its_major,
    sub_item_is_only_a_situation,
)
