"""An item as it is read: its elements by section, one sentence about it, and what differs between two versions of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from qingdan.items.content import INITIATIONS, STATES, ItemContent, LegalBasis
from qingdan.items.elements import ELEMENTS, SECTIONS, Element
from qingdan.items.search import normalise

# Said elsewhere on a page (heading, chips) or never to the public.
_NOT_SHOWN = {"name", "sub_name", "duty_bases", "demo", "state", "not_public", "not_public_reason", "not_public_basis"}
_NOT_COMPARED = {"sub_name", "not_public", "not_public_reason", "not_public_basis", "demo"}
_ONLY_ON_APPLICATION = "service"
# Each belongs to one category: an empty one is not missing elsewhere.
_OF_SOME_CATEGORIES = "special"


@dataclass(frozen=True, slots=True)
class Shown:
    """One element on a page. ``kind``: text (str) · codes · bases · duties · flow · materials · risks (rows) · missing (nothing)."""

    key: str
    label: str
    kind: str
    value: object = None


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    elements: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One element in two versions, as text. ``mark``: 变更, 新增, 删除, or empty where nothing differs."""

    label: str
    old: str
    new: str
    mark: str


def sections_of(
    content: ItemContent, category_name: str, initiation: str, required: Collection[str]
) -> tuple[list[Section], list[str]]:
    """The sections of an item with something to read, and the labels of other elements that nobody filled in.

    ``initiation``: its own, else its category's. ``required``: element keys that the category demands; an empty one is shown as missing.
    """
    content = content.model_copy(update={"initiation": initiation})
    sections, unfilled = [], []
    for key, title in SECTIONS.items():
        shown = []
        for element in ELEMENTS:
            if element.section != key or element.key in _NOT_SHOWN:
                continue
            each = _shown(element, content, category_name)
            if each is not None:
                shown.append(each)
            elif element.key in required:
                shown.append(Shown(element.key, element.label, "missing"))
            elif _may_be_missed(element, content):
                unfilled.append(element.label)
        if shown:
            sections.append(Section(key, title, tuple(shown)))
    return sections, unfilled


def _may_be_missed(element: Element, content: ItemContent) -> bool:
    if element.section in (_OF_SOME_CATEGORIES, "standing", "identity"):
        return False
    return element.section != _ONLY_ON_APPLICATION or content.initiation != "ex_officio"


def _shown(element: Element, content: ItemContent, category_name: str) -> Shown | None:
    if element.kind.startswith("bases:"):
        value = tuple(_basis_row(basis) for basis in bases_of(content, element.kind.partition(":")[2]))
        return Shown(element.key, element.label, "bases", value) if value else None
    if element.kind in ("codes", "duties", "flow", "materials", "risks"):
        value = getattr(content, element.attribute)
        return Shown(element.key, element.label, element.kind, value) if value else None
    value = text_of(element, content, category_name)
    return Shown(element.key, element.label, "text", value) if value else None


@dataclass(frozen=True, slots=True)
class BasisRow:
    """One basis on a page. ``as_written`` is empty where it says no more than the parts; ``unread``: only as_written is known."""

    title: str
    doc_no: str
    locator: str
    rank: str
    as_written: str
    unread: bool


def _basis_row(basis: LegalBasis) -> BasisRow:
    rest = normalise(basis.as_written)
    for part in (basis.title, basis.doc_no, basis.locator, basis.rank):
        rest = rest.replace(normalise(part), "", 1) if part else rest
    says_more = bool(rest.strip("0123456789()、,.;；。:"))
    written = basis.as_written.strip() if says_more or not basis.title else ""
    return BasisRow(titled(basis.title), basis.doc_no, basis.locator, basis.rank, written, not basis.title)


def bases_of(content: ItemContent, use: str) -> tuple[LegalBasis, ...]:
    return tuple(basis for basis in content.legal_bases if basis.use == use)


def text_of(element: Element, content: ItemContent, category_name: str = "") -> str:
    """One element as plain text, empty where nobody filled it in (and for 计入总数, which only an exception is told of)."""
    value = getattr(content, element.attribute)
    kind = element.kind
    if element.key == "category":
        return category_name or content.category
    if element.key == "initiation":
        return INITIATIONS.get(content.initiation, "")
    if element.key == "state":
        return STATES[content.state]
    if element.key == "counted":
        return "" if content.counted else "不计入总数"
    if kind == "flag":
        return "是" if value else ""
    if kind.startswith("bases:"):
        return "\n".join(basis_text(basis) for basis in bases_of(content, kind.partition(":")[2]))
    if kind == "codes":
        return "\n".join(code.value for code in value)
    if kind == "duties":
        return "\n".join(duty.text for duty in value if duty.text)
    if kind == "duty_bases":
        return "\n".join(duty.basis for duty in value if duty.basis)
    if kind == "flow":
        return "\n".join(_line(step.name, step.office, step.limit, step.text) for step in value)
    if kind == "materials":
        return "\n".join(_line(material.name, material.form, material.note) for material in value)
    if kind == "risks":
        return "\n".join(_line(risk.stage, risk.form, risk.grade, risk.measure, risk.responsible) for risk in value)
    return value.strip()


def _line(*parts: str) -> str:
    return "；".join(part for part in parts if part)


def basis_text(basis: LegalBasis) -> str:
    """A basis as it was written, or put together from its parts where only those are known."""
    return basis.as_written.strip() or f"{titled(basis.title)}{basis.doc_no}{basis.locator}"


def titled(title: str) -> str:
    return title if not title or title.startswith("《") else f"《{title}》"


def sentence(content: ItemContent, category_name: str, initiation: str) -> str:
    """由谁 依据什么 对谁 做什么."""
    who = content.implementing_body or content.department_name
    bases = bases_of(content, "setting") or bases_of(content, "penalty") or bases_of(content, "implementing")
    named = next((basis for basis in bases if basis.title), None)
    if named:
        first = f"{titled(named.title)}{named.locator if len(named.locator) <= 30 else ''}"
        by_what = f"依据{first}{f'等 {len(bases)} 条依据' if len(bases) > 1 else ''}"
    elif bases:
        by_what = "依据下列法定依据"
    else:
        by_what = "（法定依据未填报）"
    whom = content.service_objects.strip()
    to_whom = f"对{whom}" if whom and len(whom) <= 40 and "\n" not in whom else ""
    way = INITIATIONS.get(initiation, "")
    return f"由{who}{by_what}{to_whom}实施的{category_name}事项{f'，{way}办理' if way == '依申请' else f'，{way}行使' if way else ''}。"


def differences(old: ItemContent | None, new: ItemContent | None, categories: dict[str, str]) -> list[Difference]:
    """Every public element that one of two versions fills in, in official order; either may be absent."""
    found = []
    for element in ELEMENTS:
        if element.key in _NOT_COMPARED:
            continue
        before, after = (text_of(element, each, categories.get(each.category, "")) if each else "" for each in (old, new))
        if not before and not after:
            continue
        mark = "" if before == after else "新增" if not before else "删除" if not after else "变更"
        found.append(Difference(element.label, before, after, mark))
    return found
