"""What each kind of change asks for beside the item's content: one table. Form, rules, hash and pages read it.

``Change.terms`` keeps the answers as JSON: term key → text, or a list of texts. An empty answer is left out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qingdan.errors import Violation
from qingdan.items.content import TEXT_LIMIT, ItemContent
from qingdan.items.kinds import ChangeKind

PART, WHOLE = "部分", "全部"
KEEP, END = "保留为其中一项", "取消"
NAME_LIMIT = 300
_MOST = 200
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")


class TermKind(StrEnum):
    """``ITEMS``: codes of own items; ``NAMES``: names of items to be made; ``REGIONS``: codes of lower regions; ``DEPARTMENT``: a code."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    DEPARTMENT = "department"
    ITEMS = "items"
    NAMES = "names"
    REGIONS = "regions"
    ORIGIN = "origin"

    @property
    def many(self) -> bool:
        return self in (TermKind.ITEMS, TermKind.NAMES, TermKind.REGIONS)


@dataclass(frozen=True, slots=True)
class Term:
    """One answer. ``choices``: the values of a CHOICE, the first is meant where nothing is chosen. ``passing``: acts once, is not kept."""

    key: str
    label: str
    kind: TermKind = TermKind.LINE
    required: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""
    passing: bool = False


@dataclass(frozen=True, slots=True)
class KindRule:
    """``starts``: new | item | either — what such a change is about. ``state``: the state of the item afterwards ("" = as it was).

    ``edits``: whether the elements may be edited along; with ``part`` they are only where the extent is 部分 (or the item is kept).
    ``documented``: reason and document must be written on the change itself.
    """

    starts: str
    says: str
    terms: tuple[Term, ...] = ()
    state: str = ""
    edits: bool = True
    documented: bool = False
    part: tuple[str, str] | None = None


_EXTENT = Term("extent", "范围", TermKind.CHOICE, choices=(WHOLE, PART), help="部分的，事项保留，在下面改为保留的内容。")
_ORIGIN = Term("split_from", "拆分自", TermKind.ORIGIN)

KIND_RULES: dict[str, KindRule] = {
    ChangeKind.ADD: KindRule("new", "清单内没有的事项列入清单。"),
    ChangeKind.TAKE_OVER: KindRule(
        "new",
        "承接上级下放的事项。",
        (Term("from_level", "承接自", required=True, help="下放的机关，例如省民政厅。"),),
    ),
    ChangeKind.REPEAL: KindRule(
        "item", "事项不再行使。", (_EXTENT,), state="repealed", edits=False, documented=True, part=("extent", PART)
    ),
    ChangeKind.DELEGATE: KindRule(
        "item",
        "法定主体下移。",
        (
            Term(
                "to_level",
                "下放到",
                TermKind.CHOICE,
                required=True,
                choices=("县（市、区）", "乡镇（街道）", "开发区", "其他"),
            ),
            Term("to_regions", "承接的地区", TermKind.REGIONS, help="不选表示所辖全部地区。"),
            _EXTENT,
        ),
        state="repealed",
        edits=False,
        documented=True,
        part=("extent", PART),
    ),
    ChangeKind.ENTRUST: KindRule(
        "item",
        "委托行使，法定主体不变。",
        (
            Term("trustee", "受委托机关或者组织", required=True),
            Term("scope", "委托的范围和权限", TermKind.TEXT, required=True),
            Term("until", "委托到期日", TermKind.DATE),
        ),
    ),
    ChangeKind.WITHDRAW_BACK: KindRule("either", "收回已下放或者委托的事项。", (Term("taken_from", "从何处收回", required=True),)),
    ChangeKind.MERGE: KindRule(
        "either",
        "几个事项合为一项；列在“并入的事项”里的从清单中去掉，并指向合并后的事项。",
        (Term("sources", "并入的事项", TermKind.ITEMS, required=True, help="写事项编码或者全称，一行一项。"),),
        documented=True,
    ),
    ChangeKind.SPLIT: KindRule(
        "either",
        "一个事项分为几项。保存后，每一项各自成为一条调整内容，逐条完善。",
        (
            Term("source", "原事项", TermKind.CHOICE, choices=(END, KEEP), help="保留的，在下面改为保留的内容。"),
            Term("parts", "拆分出的事项名称", TermKind.NAMES, help="一行一项。", passing=True),
        ),
        edits=False,
        part=("source", KEEP),
    ),
    ChangeKind.TRANSFER: KindRule(
        "item",
        "事项改由另一部门行使；接收部门的负责人确认后才能提交。",
        (Term("to_department", "划转给", TermKind.DEPARTMENT, required=True),),
    ),
    ChangeKind.RENAME: KindRule("item", "事项名称改变。"),
    ChangeKind.RECATEGORISE: KindRule("item", "权力类别改变。"),
    ChangeKind.BASIS: KindRule("item", "法定依据改变。"),
    ChangeKind.ELEMENTS: KindRule("item", "其他要素改变。"),
    ChangeKind.SUSPEND: KindRule(
        "item",
        "事项暂时停止行使，仍列在清单内。",
        (Term("until", "暂停到", TermKind.DATE, help="不填表示到另行恢复为止。"),),
        state="suspended",
        edits=False,
    ),
    ChangeKind.RESUME: KindRule("item", "暂停的事项恢复行使。", state="in_use", edits=False),
    ChangeKind.CORRECT: KindRule(
        "item",
        "只改文字错误，不改变职权、责任、依据和主体。",
        (Term("wrong", "原文错在哪里", TermKind.TEXT, required=True),),
    ),
}
# What a 拆分 makes: the same kind, another side of it.
SPLIT_RESULT = KindRule("new", "由拆分而来的事项。", (_ORIGIN,))
# What ends by a 合并: it is brought along by the change that names it.
MERGED = KindRule("item", "并入另一事项。", state="repealed", edits=False, documented=True)
# One entry in the form; which of them it is follows from what was changed.
AMENDING = (ChangeKind.RENAME, ChangeKind.RECATEGORISE, ChangeKind.BASIS, ChangeKind.ELEMENTS)


def rule_of(kind: str, *, new: bool, ends: bool = False) -> KindRule | None:
    """What ``kind`` asks for. ``new``: the change makes an item; ``ends``: the item leaves the list by it.

    None for 部门职责调整, which is no change of an item.
    """
    if kind == ChangeKind.MERGE and ends:
        return MERGED
    return SPLIT_RESULT if kind == ChangeKind.SPLIT and new else KIND_RULES.get(kind)


def is_partial(kind: str, terms: Mapping[str, object], *, new: bool = False) -> bool:
    """Whether a kind that otherwise ends the item leaves it in the list (部分取消, 部分下放, the kept part of a split)."""
    rule = rule_of(kind, new=new)
    return bool(rule and rule.part and terms.get(rule.part[0]) == rule.part[1])


def settled(kind: str, terms: Mapping[str, object], content: ItemContent, base: ItemContent | None) -> ItemContent:
    """``content`` as ``kind`` leaves it: the state that it brings, and the base's elements where none may be edited along."""
    rule = rule_of(kind, new=base is None)
    if base is None or rule is None:
        return content.changed(state="in_use")
    stays = is_partial(kind, terms)
    if not rule.edits and not stays:
        return base.changed(state="repealed" if kind == ChangeKind.SPLIT else rule.state or base.state)
    return content.changed(state=base.state)


def clean_terms(
    kind: str, given: Mapping[str, object], *, new: bool, ends: bool = False
) -> tuple[dict[str, object], list[Violation]]:
    """(the answers that are kept, what is wrong with them as Q10): trimmed, empty ones and those of other kinds left out."""
    rule, kept, wrong = rule_of(kind, new=new, ends=ends), {}, []
    for term in rule.terms if rule else ():
        value = given.get(term.key, [] if term.kind.many else "")
        value, fault = _many(term, value) if term.kind.many else _one(term, value)
        if not fault and not value and term.required:
            fault = "须填写" if term.kind not in (TermKind.CHOICE, TermKind.DEPARTMENT) else "须选择"
        if fault:
            wrong.append(Violation("Q10", fault, term.label))
        if value:
            kept[term.key] = value
    return kept, wrong


def _one(term: Term, value: object) -> tuple[str, str]:
    text = clean_text(value) if isinstance(value, str) else ""
    if not isinstance(value, str):
        return "", "格式不对"
    limit = TEXT_LIMIT if term.kind == TermKind.TEXT else NAME_LIMIT
    if len(text) > limit:
        return text[:limit], f"超过 {limit} 字，请精简"
    if text and term.kind == TermKind.CHOICE and text not in term.choices:
        return "", "只能从规定的值中选择"
    if text and term.kind == TermKind.DATE:
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            return "", "写成日期，例如 2026-12-31"
    return text, ""


def _many(term: Term, value: object) -> tuple[list[str], str]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        return [], "格式不对"
    texts = list(dict.fromkeys(text for each in value if (text := clean_text(each))))
    if len(texts) > _MOST:
        return texts[:_MOST], f"最多 {_MOST} 项"
    if any(len(text) > 500 for text in texts):
        return [text[:500] for text in texts], "每项不超过 500 字"
    return texts, ""


def clean_text(text: str) -> str:
    """Trimmed, line feeds as the only breaks, without invisible controls (which no database or page can hold safely)."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def told_terms(
    kind: str, terms: Mapping[str, object], *, new: bool, names: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """(label, answer in words) of what a change answered; ``names``: code → name of departments, regions and items."""
    rule = rule_of(kind, new=new)
    called = (names or {}).get
    told = []
    for term in rule.terms if rule else ():
        value = terms.get(term.key)
        if value:
            values = value if isinstance(value, list) else [value]
            told.append((term.label, "、".join(called(each, each) for each in values)))
    return told
