"""R10–R18: time limits, charges, who acts for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingdan.items.checks.periods import explained_otherwise, read_period, without_unit
from qingdan.items.checks.rule import Severity, Spot, Subject, Surroundings, rule, shortened

_TIMES = (("legal_time", "法定办结时限"), ("promised_time", "承诺办结时限"))
_NO_CHARGE = re.compile(r"不收费|免费|不收取|免收")
_JOINT = re.compile(r"联合(?:审批|验收|审图|检查|执法|审查|踏勘|测绘|实施|认定|评审)")
_ENTRUSTED = {"上级委托", "同级委托"}


@rule(
    "R10",
    Severity.STOPS,
    source="行政许可法第四十二条至第四十四条；GB/T 39046—2020 表4（法定、承诺办结时限）",
    reason="两个时限单位相同而承诺更长，必有一个写错或者违反法定时限；单位不同、读不清的不判断",
)
def promise_longer_than_the_law(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """承诺办结时限不得长于法定办结时限"""
    legal, promised = read_period(subject.content.legal_time), read_period(subject.content.promised_time)
    if legal and promised and promised.surely_longer_than(legal):
        yield Spot("承诺办结时限", f"承诺 {promised}，法定 {legal}")


@rule(
    "R11",
    Severity.WARNS,
    source="GB/T 39046—2020 表4（办结时限、单位和说明）",
    reason="哪个数是对的要由部门核实",
)
def number_against_its_explanation(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """办结时限的数字与括号内的说明不一致"""
    for key, label in _TIMES:
        found = explained_otherwise(getattr(subject.content, key))
        if found:
            yield Spot(label, f"写作“{found[0]}”，说明为 {found[1]}")


@rule(
    "R12",
    Severity.WARNS,
    source="GB/T 39046—2020 表4（办结时限单位）；行政许可法第八十二条（期限以工作日计算）",
    reason="缺的是单位，不影响办理",
)
def time_without_a_unit(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """办结时限只有数字，没有写明工作日还是自然日"""
    for key, label in _TIMES:
        if without_unit(getattr(subject.content, key)):
            yield Spot(label, getattr(subject.content, key).strip())


@rule(
    "R13",
    Severity.WARNS,
    source="GB/T 39046—2020 附录A.6（办件类型）；省级政务服务网对即办件的显示",
    reason="办件类型和时限哪个有误要由部门核实",
)
def immediate_but_not_the_same_day(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """即办件应当当日办结"""
    promised = read_period(subject.content.promised_time)
    if subject.content.handling_type == "即办件" and promised and not promised.at_once and str(promised) != "1个工作日":
        yield Spot("承诺办结时限", f"办件类型为即办件，承诺 {promised}")


@rule(
    "R14",
    Severity.WARNS,
    source="中央编办发〔2018〕23号（流程、时限明确）",
    reason="各步骤可能并行",
)
def steps_longer_than_the_promise(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """运行流程各步骤的时限相加，超过承诺办结时限"""
    promised = read_period(subject.content.promised_time)
    steps = [read_period(step.limit) for step in subject.content.flow if step.limit.strip()]
    if promised is None or not promised.number or not steps or None in steps:
        return
    counted = [step for step in steps if step.number]
    if counted and {step.unit for step in counted} == {promised.unit}:
        total = sum(step.number for step in counted)
        if total > promised.number:
            yield Spot("运行流程", f"各步骤合计 {total}{promised.unit}，承诺 {promised}")


@rule(
    "R15",
    Severity.STOPS,
    source="行政许可法第五十八条、第五十九条；GB/T 39046—2020 表4（是否收费、收费依据）",
    reason="没有依据的收费是违法收费；只看写明“是”的事项",
)
def charge_without_a_basis(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """收费的事项应当写明收费依据"""
    content = subject.content
    if content.charged == "是" and not any(basis.use == "charge" for basis in content.legal_bases):
        if content.category == "04" and content.legal_bases:
            return  # what a 行政征收 rests on is what it is charged by
        yield Spot("收费依据", "是否收费填“是”，没有收费依据")


@rule(
    "R16",
    Severity.WARNS,
    source="GB/T 39046—2020 表4（是否收费）",
    reason="哪一栏有误要由部门核实",
)
def charges_contradict_each_other(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """是否收费与收费标准、收费依据互相矛盾"""
    content = subject.content
    standard = content.charge_standard.strip()
    if content.charged == "否" and any(basis.use == "charge" and basis.as_written.strip() for basis in content.legal_bases):
        yield Spot("是否收费", "填“否”，却写有收费依据")
    elif content.charged == "否" and re.search(r"\d+(?:\.\d+)?元", standard):
        yield Spot("是否收费", f"填“否”，收费标准却写“{shortened(standard, 30)}”")
    elif content.charged == "是" and _NO_CHARGE.search(standard):
        yield Spot("是否收费", f"填“是”，收费标准却写“{shortened(standard, 30)}”")


@rule(
    "R17",
    Severity.STOPS,
    source="行政许可法第二十四条、行政处罚法第二十条（委托机关负责）；GB/T 39046—2020 附录A.3",
    reason="受委托组织以委托机关的名义办理，不写委托机关就没有责任主体；只看写明“受委托组织”的事项",
)
def entrusted_body_without_its_principal(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """受委托组织实施的事项应当写明委托部门"""
    content = subject.content
    if content.body_nature == "受委托组织" and not content.entrusting_department.strip():
        yield Spot("委托部门", f"实施主体性质为受委托组织（{content.implementing_body or '未写实施主体'}）")


@rule(
    "R18",
    Severity.WARNS,
    source="GB/T 39046—2020 表4（委托部门、共同实施部门）",
    reason="由名称和权力来源推断，由审查人判断",
)
def others_take_part_but_are_not_named(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """委托办理的应当写明委托部门，联合办理的应当写明共同实施部门"""
    content = subject.content
    if content.power_source in _ENTRUSTED and content.body_nature != "受委托组织" and not content.entrusting_department.strip():
        yield Spot("委托部门", f"权力来源为{content.power_source}")
    if not content.joint_departments.strip() and (joint := _JOINT.search(content.name)):
        yield Spot("共同实施部门", f"事项名称含“{joint[0]}”")


RULES = (
    promise_longer_than_the_law,
    number_against_its_explanation,
    time_without_a_unit,
    immediate_but_not_the_same_day,
    steps_longer_than_the_promise,
    charge_without_a_basis,
    charges_contradict_each_other,
    entrusted_body_without_its_principal,
    others_take_part_but_are_not_named,
)
