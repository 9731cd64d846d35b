"""R22–R24: 责任事项 and their 依据, numbered and paired."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingdan.items.checks.rule import Severity, Spot, Subject, Surroundings, rule, shortened
from qingdan.laws.citations import from_chinese_number

_NUMBER = re.compile(
    r"\s*(?:(\d{1,2})\s*(?:[.、．)）:：]|(?=[一-龥]))|[（(](\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|([一二三四五六七八九十]{1,3})[、.．])"
)
_LINE_NUMBER = re.compile(r"(?m)^\s*(\d{1,2})\s*[.、．](?!\d)")
_PENALTY_STAGES = re.compile(r"立案|调查|取证|告知|处罚|听证|案件")
_PERMIT_STAGES = re.compile(r"(?:受理|许可|审批)(?:阶段)?责任")


def numbered(text: str) -> int | None:
    """The number before a line (1. / 1、 / （一） / 二、); None where it has none."""
    found = _NUMBER.match(text)
    if not found:
        return None
    return from_chinese_number(found[1] or found[2] or found[3])


@rule(
    "R22",
    Severity.WARNS,
    source="湖北省政府令第382号第三条；责任事项与责任事项依据按序号一一对应的通行格式",
    reason="内容可能齐全、只是编号错位，由审查人判断",
)
def duty_and_basis_numbered_differently(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """责任事项与责任事项依据的序号应当一一对应"""
    duties = subject.content.duties
    for duty in duties:
        own, other = numbered(duty.text), numbered(duty.basis)
        if own is not None and other is not None and own != other:
            yield Spot("责任事项依据", f"责任事项第 {own} 项对应的依据编号为 {other}")
    with_basis = [duty for duty in duties if duty.basis.strip()]
    without = [duty for duty in duties if duty.text.strip() and not duty.basis.strip()]
    if len(duties) > 1 and with_basis and without and not any("其他" in duty.text[:12] for duty in without):
        yield Spot("责任事项依据", f"有 {len(without)} 项责任没有依据：{shortened(without[0].text, 30)}")


@rule(
    "R23",
    Severity.WARNS,
    source="责任事项按序号列出的通行格式；中央编办发〔2018〕23号（责任明确）",
    reason="可能只是编号笔误，也可能漏了一项，由部门核实",
)
def duties_not_numbered_in_order(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """责任事项的序号应当从 1 起连续，不重号、不漏号"""
    numbers = [int(number) for duty in subject.content.duties for number in _LINE_NUMBER.findall(duty.text)]
    if len(numbers) >= 2 and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        # Two series under headings of their own both begin at 1.
        series = [n for n in numbers if n == 1]
        if len(series) <= 1:
            yield Spot("责任事项", f"序号为 {'、'.join(map(str, numbers))}")
    elif numbers and numbers[0] != 1:
        yield Spot("责任事项", f"序号从 {numbers[0]} 起")


@rule(
    "R24",
    Severity.WARNS,
    source="行政处罚法第五章（立案、调查、告知、决定）；各地责任事项的通行环节",
    reason="由用词推断，由审查人判断",
)
def penalty_with_the_duties_of_a_permit(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """行政处罚的责任事项应当写处罚的环节（立案、调查、告知、决定），不能套用许可的受理、审批环节"""
    text = "\n".join(duty.text for duty in subject.content.duties)
    if subject.content.category == "02" and _PERMIT_STAGES.search(text) and not _PENALTY_STAGES.search(text):
        yield Spot("责任事项", shortened(text, 40))


RULES = (duty_and_basis_numbered_differently, duties_not_numbered_in_order, penalty_with_the_duties_of_a_permit)
