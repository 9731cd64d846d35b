"""Words of the office explained where they stand, each in one sentence; a sentence of a law names the law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qingdan.items.display import Shown


@dataclass(frozen=True, slots=True)
class Term:
    word: str
    meaning: str


# Code of the category → its word. Explained beside 权力类别.
CATEGORIES = {
    "01": Term("行政许可", "行政机关根据您的申请，经依法审查，准予您从事特定活动的行为（《行政许可法》第二条）。"),
    "02": Term(
        "行政处罚", "行政机关依法对违反行政管理秩序的人或单位，以减损权益或者增加义务的方式予以惩戒的行为（《行政处罚法》第二条）。"
    ),
    "03": Term("行政强制", "包括行政强制措施（如查封、扣押）和行政强制执行（如代履行）（《行政强制法》第二条）。"),
    "04": Term("行政征收", "行政机关依法向人或单位收取税、费或者财物的行为。"),
    "05": Term("行政给付", "行政机关依法给予符合条件的人补助、救济等的行为。"),
    "06": Term("行政检查", "行政机关依法了解人或单位是否遵守法律、履行义务的行为；检查本身不是处罚。"),
    "07": Term("行政确认", "行政机关依法确定并证明身份、权利、事实或者资格的行为。"),
    "08": Term("行政奖励", "行政机关依法对作出贡献的人或单位给予表彰、奖励的行为。"),
    "09": Term("行政裁决", "行政机关依法对与行政管理有关的民事纠纷作出裁断的行为。"),
    "10": Term("其他行政权力", "前九类以外的行政权力，例如备案、审核转报。"),
}
# Key of the element → the word that its row is read with.
ELEMENTS = {
    "initiation": Term("依申请、依职权", "依申请：您提出申请，机关才办理。依职权：机关依法主动办理，不用您申请。"),
    "setting_basis": Term("设定依据", "规定可以有这一事项的法律、法规或规章；没有它就没有这一权力。"),
    "implementing_basis": Term("实施依据", "规定怎样办理这一事项的文件。"),
    "discretion": Term("裁量权标准", "法律给出幅度时，按情节轻重怎样选择的标准。"),
    "promised_time": Term("法定时限、承诺时限", "法定时限是法律允许的最长时间；承诺时限是部门自己答应的时间，不会更长。"),
    "legal_time": Term("法定时限、承诺时限", "法定时限是法律允许的最长时间；承诺时限是部门自己答应的时间，不会更长。"),
    "handling_type": Term("即办件、承诺件", "即办件当场办结；承诺件在承诺的时限内办结。"),
    "intermediary": Term("中介服务", "办理前须由有资质的机构出具的检测、评估、论证等结果。"),
    "visits": Term("到现场次数", "从申请到拿到结果，您最多须到窗口几次；0 次是全程网上办理。"),
    "remedies": Term(
        "行政复议、行政诉讼",
        "行政复议：一般自知道该行为之日起六十日内，向复议机关申请（《行政复议法》第二十条）。"
        "行政诉讼：一般自知道该行为之日起六个月内，向人民法院起诉（《行政诉讼法》第四十六条）。",
    ),
    "accountability": Term("追责情形", "办理人员有这些情形的，要依法追究责任；您可以据此投诉。"),
}


def terms_for(elements: Iterable[Shown], category: str) -> tuple[Term, ...]:
    """The terms that stand beside what is filled in of ``elements`` of an item of ``category``, each once."""
    found = (
        CATEGORIES.get(category) if each.key == "category" else ELEMENTS.get(each.key)
        for each in elements
        if each.kind != "missing"
    )
    return tuple(dict.fromkeys(term for term in found if term))
