"""A read row → ItemContent: on top of the item as it stands, or as a new item with the defaults of its category."""

from __future__ import annotations

from collections.abc import Mapping

from qingdan.items.cells import SCHEME_NAMES, from_cell, to_cell
from qingdan.items.content import Code, ItemContent, make_content
from qingdan.items.elements import BY_KEY, ELEMENTS
from qingdan.items.intake.headings import OUR_CODE
from qingdan.items.intake.reading import ReadRow
from qingdan.items.intake.words import is_nothing, name_text, plain
from qingdan.items.numbered import is_flow, pair_duties

# Headings of code columns → codes of schemes; other words go through as they are.
SCHEMES = {plain(name): code for code, name in SCHEME_NAMES.items()} | {
    "基本编码": "basic",
    "实施编码": "implementing",
    "业务办理编码": "handling",
}
# Whom the item waits for, by category: what people apply for, and what the office does of its own accord.
INITIATION = {"01": "applied", "05": "applied", "07": "applied", "08": "applied", "09": "applied", "10": "applied"}
_BASES = {e.key: e.kind.partition(":")[2] for e in ELEMENTS if e.kind.startswith("bases:")}
_APART = {*_BASES, "codes", "duties", "duty_bases", "flow", "name", "sub_name", "major_name", "category", "department_name"}
_OTHERS = tuple(e for e in ELEMENTS if e.key not in _APART)
_FIELDS = tuple(ItemContent.model_fields)


def to_content(
    row: ReadRow,
    *,
    base: ItemContent | None = None,
    department_code: str,
    department_name: str,
    clear_empty: bool = False,
    scheme: str = "local",
    schemes: Mapping[str, str] = SCHEMES,
    defaults: Mapping[str, object] | None = None,
) -> ItemContent:
    """The content that the row proposes. Raises RuleBroken naming each faulty element.

    A column that the table lacks keeps what ``base`` has; an empty cell too, unless ``clear_empty``. Codes without a named scheme get
    ``scheme``. Without a ``base`` the item starts from ``defaults`` (of its category: 依申请 or 依职权).
    """
    elements: dict[str, object] = {name: getattr(base, name) for name in _FIELDS} if base else _start(row.category, defaults)
    elements |= {
        "department_code": department_code,
        "department_name": department_name,
        "category": row.category,
        **_names(row, base),
    }
    for element in _OTHERS:
        text = row.cells.get(element.key)
        if text is None:
            continue
        if text.strip():
            elements[element.attribute] = _value(element, text, base)
        elif clear_empty:
            elements[element.attribute] = from_cell(element, "")
    _put_bases(elements, row, base, clear_empty)
    _put_duties(elements, row, base, clear_empty)
    _put_flow(elements, row, base, clear_empty)
    _put_codes(elements, row, base, clear_empty, scheme, schemes)
    return make_content(elements)


def _names(row: ReadRow, base: ItemContent | None) -> dict[str, str]:
    """Name and 大项 of the row; those of the base where the cells only lack its spacing, or a sub-item is named like its 大项."""
    major, name = (row.major_item, row.sub_item) if row.sub_item else ("", row.major_item)
    if base:
        own_major, own_name = name_text(base.major_name), name_text(base.name)
        if (major, name) == (own_major, own_name) or (not major and plain(own_major) == plain(own_name) == plain(name)):
            major, name = base.major_name, base.name
    return {"name": name, "major_name": major}


def _start(category: str, defaults: Mapping[str, object] | None) -> dict[str, object]:
    return dict(defaults) if defaults is not None else {"initiation": INITIATION.get(category, "ex_officio")}


def _value(element, text: str, base: ItemContent | None) -> object:
    """The value of a filled cell; what the base would print the same stays the base's own value."""
    if base and to_cell(base, element).strip() == text.strip():
        return getattr(base, element.attribute)
    return from_cell(element, text)


def _put_bases(elements: dict, row: ReadRow, base: ItemContent | None, clear_empty: bool) -> None:
    present = [key for key in _BASES if key in row.cells]
    if not present or (base and all(to_cell(base, BY_KEY[key]) == row.cells[key] for key in present)):
        return
    rows = []
    for key, use in _BASES.items():
        own = tuple(b for b in base.legal_bases if b.use == use) if base else ()
        text = row.cells.get(key)
        if text is not None and not is_nothing(text):
            rows += own if own and "".join(b.as_written for b in own) == text else from_cell(BY_KEY[key], text)
        elif text is None or not clear_empty:
            rows += own
    elements["legal_bases"] = tuple(rows)


def _put_duties(elements: dict, row: ReadRow, base: ItemContent | None, clear_empty: bool) -> None:
    if "duties" not in row.cells and "duty_bases" not in row.cells:
        return
    texts = []
    for key in ("duties", "duty_bases"):
        before = to_cell(base, BY_KEY[key]) if base else ""
        text = row.cells.get(key)
        texts.append(before if text is None or (is_nothing(text) and not clear_empty) else "" if is_nothing(text) else text)
    if base and texts == [to_cell(base, BY_KEY["duties"]), to_cell(base, BY_KEY["duty_bases"])]:
        return
    elements["duties"] = pair_duties(*texts)


def _put_flow(elements: dict, row: ReadRow, base: ItemContent | None, clear_empty: bool) -> None:
    text = row.cells.get("flow")
    if text is None:
        return
    if not text.strip():
        if clear_empty:
            elements["flow"] = ()
    elif base and to_cell(base, BY_KEY["flow"]).strip() == text.strip():
        return
    elif is_flow(text):
        elements["flow"] = from_cell(BY_KEY["flow"], text)
    elif not row.cells.get("flow_note"):
        elements["flow_note"] = text  # running prose is no list of steps; it is kept whole
    else:
        elements["flow_note"] = f"{text}\n{row.cells['flow_note']}"


def _put_codes(
    elements: dict, row: ReadRow, base: ItemContent | None, clear_empty: bool, scheme: str, schemes: Mapping[str, str]
) -> None:
    """Codes of the row replace those of the same schemes; other schemes stay."""
    if base and to_cell(base, BY_KEY["codes"]).strip() == row.cells.get("codes", "").strip():
        return
    codes = tuple(Code(scheme=schemes.get(name, name) or scheme, value=value) for name, value in row.codes if name != OUR_CODE)
    if codes:
        named = {code.scheme for code in codes}
        kept = tuple(code for code in base.codes if code.scheme not in named) if base else ()
        elements["codes"] = kept + codes
    elif clear_empty and "codes" in row.cells:
        elements["codes"] = ()
