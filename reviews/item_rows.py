"""Elements that are ordered rows, as a form holds them: each row a tuple of texts, read from a content and made into one again.

What was not touched stays as it is, to the character: a published text is not written anew because a form showed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qingdan.items.cells import read_bases
from qingdan.items.content import ItemContent, LegalBasis
from qingdan.items.display import basis_text
from qingdan.items.elements import BY_KEY, ELEMENTS, Element
from qingdan.items.numbered import entries_of

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row (of an element with parts: the part's name). ``long``: several lines; ``scheme``: a scheme of codes."""

    key: str
    label: str
    long: bool = False
    scheme: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of one kind of rows. ``noun``: how its rows are counted."""

    columns: tuple[Column, ...]
    noun: str


_LINES = Table((Column("text", "内容", long=True),), "条")
_BASES = Table((Column("as_written", "依据全文（名称、文号、条款、原文）", long=True),), "条")
_PARTS: dict[str, Table] = {
    "codes": Table((Column("scheme", "编码种类", scheme=True), Column("value", "编码")), "个"),
    "duties": Table((Column("text", "责任事项", long=True), Column("basis", "责任事项依据", long=True)), "项"),
    "flow": Table(
        (Column("name", "环节"), Column("office", "承办"), Column("limit", "时限"), Column("text", "做什么", long=True)), "步"
    ),
    "materials": Table((Column("name", "材料名称"), Column("form", "形式"), Column("note", "说明", long=True)), "份"),
    "risks": Table(
        (
            Column("stage", "环节"),
            Column("form", "表现形式", long=True),
            Column("grade", "等级"),
            Column("measure", "防控措施", long=True),
            Column("responsible", "责任人"),
        ),
        "个",
    ),
}
# Texts whose numbered lines are edited as rows.
_AS_LINES = frozenset({"accountability", "remedies"})
BASIS_KEYS = tuple(element.key for element in ELEMENTS if element.kind.startswith("bases:"))


def table_of(element: Element) -> Table | None:
    """How the element's rows are edited; None for one that is a single value, or is edited with its sister (责任事项依据)."""
    if element.kind.startswith("bases:"):
        return _BASES
    return _LINES if element.key in _AS_LINES else _PARTS.get(element.kind)


def rows_of(content: ItemContent, element: Element) -> list[Row]:
    """The rows of one element as the form shows them."""
    if element.key in BASIS_KEYS:
        return [(basis_text(basis),) for basis in _of_use(content, element)]
    value = getattr(content, element.attribute)
    if element.key in _AS_LINES:
        return tidy([(text,) for _number, text in entries_of(value)])
    keys = [column.key for column in table_of(element).columns]
    return tidy([tuple(getattr(part, key) for key in keys) for part in value])


def value_of(rows: Sequence[Row], element: Element, before: ItemContent | None) -> object:
    """What ``rows`` say of an element that is no basis: the value before where they are as they were, else a new one for ``make_content``."""
    rows = tidy(rows)
    if before is not None and rows == rows_of(before, element):
        return getattr(before, element.attribute)
    if element.key in _AS_LINES:
        return "\n".join(text for (text,) in rows)
    keys = [column.key for column in table_of(element).columns]
    parts = [dict(zip(keys, row, strict=True)) for row in rows]
    return [part for part in parts if part["value"]] if element.kind == "codes" else parts


def bases_of(rows_by_key: Mapping[str, Sequence[Row]], before: ItemContent | None) -> tuple[LegalBasis, ...]:
    """The legal bases of all uses. Uses that are as they were keep theirs; a changed row is read by the citation grammar."""
    typed = {key: tidy(rows) for key, rows in rows_by_key.items()}
    changed = {key for key, rows in typed.items() if before is None or rows != rows_of(before, BY_KEY[key])}
    if before is not None and not changed:
        return before.legal_bases
    found: list[LegalBasis] = []
    for key in BASIS_KEYS:
        element = BY_KEY[key]
        old = _of_use(before, element) if before is not None else []
        if key not in changed:
            found += old
            continue
        known = {basis_text(basis): basis for basis in old}
        for place, (text,) in enumerate(typed[key], start=1):
            written = text if place == len(typed[key]) else f"{text}\n"
            if text in known:
                found.append(known[text].model_copy(update={"as_written": written}))
            else:
                found += read_bases(written, element.kind.partition(":")[2])
    return tuple(found)


def tidy(rows: Sequence[Row]) -> list[Row]:
    """Rows without their wholly empty ones, trimmed, with line feeds as the only breaks."""
    trimmed = [tuple(plain(text) for text in row) for row in rows]
    return [row for row in trimmed if any(row)]


def plain(text: str) -> str:
    """A text as a browser's form may not change it: trimmed, with line feeds as the only breaks."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _of_use(content: ItemContent, element: Element) -> list[LegalBasis]:
    use = element.kind.partition(":")[2]
    return [basis for basis in content.legal_bases if basis.use == use]
