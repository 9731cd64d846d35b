"""The form of a whole item, without its page: what stands in its fields, what was typed there, and the content that it makes.

``Typed`` is field name → values as a browser sends them, so a form that was sent, one that was kept while typing and one that is opened
anew are read by the same functions. Fields: ``el-<element>`` for a single value, ``row-<element>-<column>`` for rows, ``term-<term>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from qingdan.errors import RuleBroken, Violation
from qingdan.items.checks.rule import Finding
from qingdan.items.content import NAME_LIMIT, ItemContent, make_content
from qingdan.items.display import text_of
from qingdan.items.elements import BY_KEY, ELEMENTS, SECTIONS, Element
from qingdan.items.kinds import ChangeKind
from reviews.item_rows import BASIS_KEYS, Row, Table, bases_of, plain, rows_of, table_of, value_of
from reviews.kind_terms import AMENDING, KindRule, Term, rule_of

Typed = Mapping[str, Sequence[str]]
# Edited with another element, decided by the kind, or never typed.
_NOT_TYPED = frozenset({"department_name", "sub_name", "duty_bases", "state", "demo"})
_FLAGS = {"是": True, "否": False}
_INITIATION = {"依申请": "applied", "依职权": "ex_officio"}
# The kind that stands for the four that only say which elements were changed.
AMEND = "amend"


def fields_of(content: ItemContent) -> dict[str, list[str]]:
    """The fields of a form that shows ``content``."""
    typed: dict[str, list[str]] = {}
    for element in ELEMENTS:
        if element.key in _NOT_TYPED:
            continue
        table = table_of(element)
        if table is None:
            typed[f"el-{element.key}"] = [_text(element, content)]
            continue
        rows = rows_of(content, element)
        for place, column in enumerate(table.columns):
            typed[f"row-{element.key}-{column.key}"] = [row[place] for row in rows]
    return typed


def blank_fields(category: str, initiation: str) -> dict[str, list[str]]:
    """The fields of a form for an item that is not there yet."""
    return {"el-category": [category], "el-initiation": [initiation], "el-counted": ["是"], "el-not_public": ["否"]}


def fields_of_terms(kind: str, terms: Mapping[str, object], *, new: bool) -> dict[str, list[str]]:
    """The fields that show what a change answered to its kind."""
    rule = rule_of(kind, new=new)
    found = {}
    for term in rule.terms if rule else ():
        value = terms.get(term.key, "")
        found[f"term-{term.key}"] = list(value) if isinstance(value, list) else [value]
    return found


def one(typed: Typed, name: str) -> str:
    """The single value of a field; empty where it was not sent."""
    values = typed.get(name) or [""]
    return str(values[-1])


def typed_rows(typed: Typed, element: Element, table: Table) -> list[Row]:
    """The rows of one element as typed, empty ones too."""
    columns = [typed.get(f"row-{element.key}-{column.key}", []) for column in table.columns]
    return list(zip_longest(*columns, fillvalue=""))


def typed_terms(typed: Typed, rule: KindRule) -> dict[str, object]:
    """What was answered to the kind, as typed."""
    found: dict[str, object] = {}
    for term in rule.terms:
        name = f"term-{term.key}"
        found[term.key] = list(typed.get(name, [])) if term.kind.many else one(typed, name)
    return found


def content_of(typed: Typed, before: ItemContent | None, *, department_code: str, department_name: str) -> ItemContent:
    """The content that was typed, on top of ``before``. An element that was not sent keeps what it had.

    Raises RuleBroken C01 with the label of each faulty element.
    """
    elements: dict[str, object] = dict(before.model_dump()) if before else {}
    elements |= {"department_code": department_code, "department_name": department_name}
    bases: dict[str, list[Row]] = {}
    broken: list[Violation] = []
    for element in ELEMENTS:
        if element.key in _NOT_TYPED:
            continue
        table = table_of(element)
        if table is not None:
            if f"row-{element.key}-{table.columns[0].key}" in typed or f"rows-{element.key}" in typed:
                rows = typed_rows(typed, element, table)
                if element.key in BASIS_KEYS:
                    bases[element.key] = rows
                else:
                    elements[element.attribute] = value_of(rows, element, before)
        elif f"el-{element.key}" in typed:
            text = plain(one(typed, f"el-{element.key}"))
            if before is None or text != plain(_text(element, before)):
                try:
                    elements[element.attribute] = _value(element, text)
                except ValueError:
                    broken.append(Violation("C01", "只能从规定的值中选择", element.label))
    if bases:
        elements["legal_bases"] = [basis.model_dump() for basis in bases_of(bases, before)]
    if not elements.get("name"):
        broken.append(Violation("C01", "未填写", BY_KEY["name"].label))
    if not elements.get("category"):
        broken.append(Violation("C01", "未选择", BY_KEY["category"].label))
    if broken:
        raise RuleBroken(*broken)
    return make_content(elements)


def _text(element: Element, content: ItemContent) -> str:
    """A single value as its field shows it."""
    value = getattr(content, element.attribute)
    if element.kind == "flag":
        return "是" if value else "否"
    if element.key == "initiation":
        return next((label for label, code in _INITIATION.items() if code == value), "")
    return value


def _value(element: Element, text: str) -> object:
    if element.kind == "flag":
        if text not in _FLAGS:
            raise ValueError(text)
        return _FLAGS[text]
    if element.key == "initiation":
        if text and text not in _INITIATION:
            raise ValueError(text)
        return _INITIATION.get(text, "")
    if element.key == "charged" and text not in ("", "是", "否"):
        raise ValueError(text)
    return text


# --- what the page shows ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Cell:
    column: object
    value: str


@dataclass(slots=True)
class ShownField:
    """One field with all that stands beside it. ``kind``: line | text | choice | rows | and the kinds of a term."""

    name: str
    label: str
    kind: str
    value: str = ""
    values: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    table: Table | None = None
    key: str = ""
    live: str = ""
    differs: bool = False
    has_live: bool = False
    required: bool = False
    help: str = ""
    limit: int = NAME_LIMIT
    errors: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    suggestions: str = ""
    reloads: bool = False

    @property
    def slots(self) -> list[str]:
        """The values of a term of several, and two empty places."""
        return [*self.values, "", ""]

    @property
    def blank(self) -> list[Cell]:
        """A row that is still empty."""
        return [Cell(column, "") for column in self.table.columns] if self.table else []

    @property
    def filled(self) -> bool:
        return any(cell.value.strip() for row in self.rows for cell in row) if self.table else bool(self.value.strip())


@dataclass(slots=True)
class ShownSection:
    key: str
    title: str
    fields: list[ShownField]

    @property
    def complete(self) -> str:
        """How far it is filled in, in words: 法定依据 2 条 · 缺 追责情形."""
        said = [f"{each.label} {len(each.rows)} {each.table.noun}" for each in self.fields if each.table and each.filled]
        single = sum(1 for each in self.fields if not each.table and each.filled)
        said += [f"已填 {single} 项"] if single else []
        missing = [each.label for each in self.fields if each.required and not each.filled]
        said += [f"缺 {'、'.join(missing)}"] if missing else []
        return " · ".join(said) or "未填"

    @property
    def open(self) -> bool:
        """Whether it is shown unfolded."""
        asks = any(each.required or each.errors or each.findings or each.differs or each.asked for each in self.fields)
        return asks or self.key not in ("special", "standing", "powers")


def shown_sections(
    typed: Typed,
    live: ItemContent | None,
    *,
    categories: Sequence[tuple[str, str]],
    schemes: Sequence[tuple[str, str]],
    required: frozenset[str],
    violations: Sequence[Violation] = (),
    findings: Sequence[Finding] = (),
    asked: Mapping[str, list[str]] | None = None,
) -> list[ShownSection]:
    """The fields by section in official order, each with the published value, what is wrong with it, what rules found and what the
    return asks of it."""
    names = dict(categories)
    sections = []
    for key, title in SECTIONS.items():
        fields = []
        for element in ELEMENTS:
            if element.section == key and element.key not in _NOT_TYPED:
                shown = _shown(element, typed, live, names, categories, schemes)
                shown.required = element.key in required
                shown.errors = [each.message for each in violations if _is_about(each.where, element)]
                shown.findings = [each for each in findings if _is_about(each.element, element)]
                shown.asked = (asked or {}).get(element.key, [])
                fields.append(shown)
        if fields:
            sections.append(ShownSection(key, title, fields))
    return sections


def _is_about(where: str, element: Element) -> bool:
    if element.key == "setting_basis" and where in ("法定依据", "依据"):
        return True
    return where == element.label or (element.key == "duties" and where == "责任事项依据")


def _shown(element: Element, typed: Typed, live: ItemContent | None, names, categories, schemes) -> ShownField:
    table = table_of(element)
    published = _live_text(element, live, names)
    if table is not None:
        rows = typed_rows(typed, element, table)
        shown = ShownField(f"row-{element.key}", element.label, "rows", key=element.key, table=table)
        shown.rows = [[Cell(column, text) for column, text in zip(table.columns, row, strict=True)] for row in rows]
        known = {scheme for scheme, _ in schemes}
        unknown = {row[0] for row in rows if element.kind == "codes"} - known - {""}
        shown.choices = [*schemes, *((scheme, scheme) for scheme in sorted(unknown))]
        tidied = [tuple(plain(text) for text in row) for row in rows if any(text.strip() for text in row)]
        shown.differs = live is not None and tidied != rows_of(live, element)
    else:
        value = one(typed, f"el-{element.key}")
        shown = ShownField(f"el-{element.key}", element.label, "line", value=value, key=element.key)
        options = _options(element, categories)
        if options:
            shown.kind = "choice"
            shown.choices = options if any(value == each for each, _ in options) else [(value, value), *options]
        elif _is_long(element) or "\n" in value:
            shown.kind, shown.limit = "text", 20_000
        shown.suggestions = "sub-kinds" if element.key == "sub_kind" else ""
        shown.differs = live is not None and plain(value) != plain(_text(element, live))
    shown.live, shown.has_live = published, live is not None
    return shown


def _live_text(element: Element, live: ItemContent | None, names: Mapping[str, str]) -> str:
    if live is None:
        return ""
    if element.key == "duties":
        return "\n".join(f"{duty.text}\n依据：{duty.basis}" if duty.basis else duty.text for duty in live.duties)
    if element.kind == "flag":
        return _text(element, live)
    return text_of(element, live, names.get(live.category, live.category))


def _is_long(element: Element) -> bool:
    limits = [each.max_length for each in ItemContent.model_fields[element.attribute].metadata if hasattr(each, "max_length")]
    return not limits or limits[0] > NAME_LIMIT


def _options(element: Element, categories: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if element.key == "category":
        return [("", "（选择）"), *categories]
    if element.kind == "flag":
        return [("是", "是"), ("否", "否")]
    if element.kind == "choice":
        return [("", "（未填）"), *((each, each) for each in element.choices)]
    return []


def shown_terms(
    typed: Typed, rule: KindRule, choices: Mapping[str, Sequence[tuple[str, str]]], violations: Sequence[Violation] = ()
) -> list[ShownField]:
    """The fields of what the kind asks for; ``choices``: of departments and regions, by term key."""
    return [_shown_term(term, typed, rule, choices, violations) for term in rule.terms]


def _shown_term(term: Term, typed: Typed, rule: KindRule, choices, violations) -> ShownField:
    name = f"term-{term.key}"
    shown = ShownField(name, term.label, term.kind.value, value=one(typed, name), required=term.required, help=term.help)
    shown.values = [text for text in typed.get(name, []) if text.strip()]
    shown.key = term.key
    if term.choices:
        blank = [("", "（选择）")] if term.required else []
        shown.choices = [*blank, *((each, each) for each in term.choices)]
    elif term.key in choices:
        blank = [] if term.kind.many else [("", "（选择）")]
        shown.choices = [*blank, *choices[term.key]]
    shown.reloads = rule.part is not None and rule.part[0] == term.key
    shown.errors = [each.message for each in violations if each.where == term.label]
    return shown


def resolved_kind(chosen: str, before: ItemContent | None, content: ItemContent) -> str:
    """``chosen``, where it is 变更 the one of the four kinds that the changed elements make it, the weightiest first."""
    if chosen != AMEND or before is None:
        return chosen
    if content.category != before.category:
        return ChangeKind.RECATEGORISE
    if content.name != before.name:
        return ChangeKind.RENAME
    return ChangeKind.BASIS if content.legal_bases != before.legal_bases else ChangeKind.ELEMENTS


def form_kind(kind: str) -> str:
    """The entry of the form under which a change of ``kind`` is edited."""
    return AMEND if kind in AMENDING else kind


# --- rows by buttons ---------------------------------------------------------------------------------------------------------------


def with_row_act(typed: Typed, act: str, target: str) -> dict[str, list[str]]:
    """``typed`` after a row button: ``add`` <key>, ``remove`` <key>:<place>, ``move`` <key>:<place>:up|down, ``paste`` <key>.

    ``paste`` takes the lines of the field ``paste-<key>``: one line a row, tabulators between its columns. A target that names no rows
    changes nothing.
    """
    found = {name: list(values) for name, values in typed.items()}
    key, place, way = (*target.split(":"), "", "")[:3]
    names = _names_of_rows(key)
    if not names:
        return found
    length = max((len(found.get(name, [])) for name in names), default=0)
    for name in names:
        found[name] = [*found.get(name, []), *[""] * (length - len(found.get(name, [])))]
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else -1
    if act == "add":
        for name in names:
            found[name].append("")
    elif act == "remove" and 0 <= at < length:
        for name in names:
            del found[name][at]
    elif act == "move" and 0 <= at < length:
        to = at + (1 if way == "down" else -1)
        if 0 <= to < length:
            for name in names:
                found[name][at], found[name][to] = found[name][to], found[name][at]
    elif act == "paste":
        pasted = one(typed, f"paste-{key}").replace("\r\n", "\n").replace("\r", "\n")
        for line in pasted.split("\n"):
            if line.strip():
                cells = line.split("\t")
                for column, name in enumerate(names):
                    found[name].append(cells[column].strip() if column < len(cells) else "")
        found[f"paste-{key}"] = [""]
    return found


def _names_of_rows(key: str) -> list[str]:
    element = BY_KEY.get(key)
    table = table_of(element) if element else None
    if table is not None:
        return [f"row-{key}-{column.key}" for column in table.columns]
    return [f"term-{key}"] if key in ("sources", "parts") else []
