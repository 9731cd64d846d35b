"""One element of an item ⇄ one spreadsheet cell. What ``to_cell`` writes, ``from_cell`` reads back as the same value.

Texts that offices write themselves (依据, 责任事项) stay as written, character by character. Structured elements have one written form
each: numbered lines, named brackets（承办：…；时限：…）, and ｜ between the parts of a risk point. Raises RuleBroken (``C02``) where a
cell holds no value of its element.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from qingdan.errors import RuleBroken, Violation
from qingdan.items.content import (
    INITIATIONS,
    NAME_LIMIT,
    STATES,
    Code,
    ItemContent,
    LegalBasis,
)
from qingdan.items.elements import BY_KEY, Element
from qingdan.items.intake.categories import CATEGORIES, parse_category_cell
from qingdan.items.numbered import (
    clean,
    pair_duties,
    read_flow,
    read_materials,
    read_risks,
    write_flow,
    write_materials,
    write_risks,
)
from qingdan.laws.citations import parse

# As fixtures/reference/code_schemes.csv names them: people read the name, contents keep the code.
SCHEME_NAMES = {
    "hubei16": "湖北省行政权力事项编码（16位）",
    "basic": "国家基本编码",
    "implementing": "国家实施编码",
    "handling": "业务办理项编码",
    "hubei_portal": "湖北政务服务网编码",
    "local_basic": "地方基本编码",
    "local_implementing": "地方实施编码",
    "local": "地方编码",
}
_SCHEMES = {unicodedata.normalize("NFKC", name): code for code, name in SCHEME_NAMES.items()}
_CITES = re.compile("[《〈<号第条法令]")
_YES = {"是", "有", "√", "true", "yes", "y", "1"}
_NO = {"否", "无", "不", "×", "false", "no", "n", "0"}
_CHOICES: dict[str, dict[str, object]] = {
    "initiation": {**{label: key for key, label in INITIATIONS.items()}, "依申请类": "applied", "依职权类": "ex_officio", "依申请事项": "applied", "依职权事项": "ex_officio"},
    "state": {**{label: key for key, label in STATES.items()}, "正常": "in_use", "有效": "in_use", "停用": "suspended", "废止": "repealed"},
    "charged": {**dict.fromkeys(("是", "有", "收费", "收", "√", "TRUE"), "是"), **dict.fromkeys(("否", "无", "不收费", "免费", "不收", "×", "FALSE"), "否")},
}  # fmt: skip


def to_cell(content: ItemContent, element: Element, *, scheme: str = "") -> str:
    """The text of one cell. ``scheme`` is the one whose codes stand without its name."""
    value = getattr(content, element.attribute)
    kind, _, use = element.kind.partition(":")
    if element.key in ("name", "sub_name", "major_name"):
        return _name_cell(content, element.key)
    if element.key == "category":
        return CATEGORIES.get(value, value)
    if element.key in ("initiation", "state"):
        return {**INITIATIONS, **STATES}.get(value, "")
    if kind == "flag":
        return "是" if value else "否"
    if kind == "bases":
        return "".join(basis.as_written for basis in value if basis.use == use)
    writer = _WRITERS.get(kind)
    if kind == "codes":
        return "\n".join(_code_line(code, scheme) for code in value)
    return writer(value) if writer else value


def from_cell(element: Element, text: str, *, scheme: str = "", other: str = "") -> object:
    """The value of one cell. ``other`` is the sister cell of 责任事项 (its 依据), or of 责任事项依据 (the 责任事项).

    bases → LegalBasis rows of that use, codes → Code, duties and duty_bases → Duty, flow → FlowStep, materials → Material,
    risks → RiskPoint (all tuples); flag → bool; everything else → text.
    """
    kind, _, use = element.kind.partition(":")
    if kind == "bases":
        return read_bases(text, use)
    if kind == "duties":
        return pair_duties(text, other)
    if kind == "duty_bases":
        return pair_duties(other, text)
    reader = _READERS.get(kind)
    if reader:
        return reader(text)
    text = text.strip()
    if kind == "codes":
        return _read_codes(text, scheme)
    if element.key == "category":
        found = parse_category_cell(text)
        return found.code if found else _refuse(element, text)
    if kind == "flag":
        return _read_flag(element, text)
    if element.key in _CHOICES:
        value = (
            _CHOICES[element.key].get(unicodedata.normalize("NFKC", text)) if text else "in_use" if element.key == "state" else ""
        )
        return _refuse(element, text) if value is None else value
    return text


def knows_choice(key: str, text: str) -> bool:
    """Whether a cell of an element with fixed values holds one of them (empty cells do)."""
    try:
        from_cell(BY_KEY[key], text)
    except RuleBroken:
        return False
    return True


def read_bases(text: str, use: str = "setting") -> tuple[LegalBasis, ...]:
    """Legal bases as rows that joined give the text again; what the grammar cannot read has no title."""
    # Sub-items and neighbours repeat their bases; long texts are not worth the memory.
    return _read_known_bases(text, use) if len(text) <= 2000 else _read_bases(text, use)


def _read_bases(text: str, use: str) -> tuple[LegalBasis, ...]:
    text = clean(text)
    if not text.strip():
        return ()
    if not _CITES.search(text):
        return (LegalBasis(use=use, as_written=text),)
    parsed = parse(text)
    pieces: list[list] = []  # [as written, citation or None]
    front = ""
    for segment in parsed.segments:
        if segment.citation is None and not segment.unread:
            cut = segment.text.rfind("\n") + 1 or (len(segment.text) if segment.text.strip(" \t\u3000;；,，、。.") == "" else 0)
            if pieces:
                pieces[-1][0] += segment.text[:cut]
                front += segment.text[cut:]
            else:
                front += segment.text
        elif pieces and segment.citation is not None and pieces[-1][1] == segment.citation and not front:
            pieces[-1][0] += segment.text
        else:
            pieces.append([front + segment.text, segment.citation])
            front = ""
    if front and pieces:
        pieces[-1][0] += front
    elif front:
        pieces.append([front, None])
    return tuple(_basis(written, None if n is None else parsed.citations[n], use) for written, n in pieces)


_read_known_bases = lru_cache(maxsize=1024)(_read_bases)


def _basis(written: str, citation, use: str) -> LegalBasis:
    if citation is None or len(citation.title) > NAME_LIMIT or len(citation.doc_no) > NAME_LIMIT:
        return LegalBasis(use=use, as_written=written)
    return LegalBasis(
        use=use,
        rank=citation.rank,
        title=citation.title or citation.doc_no,
        doc_no=citation.doc_no,
        locator="、".join(citation.locators),
        quote=citation.quote,
        as_written=written,
    )


def _name_cell(content: ItemContent, key: str) -> str:
    if key == "major_name":
        return content.major_name
    if key == "sub_name":
        return content.name if content.major_name else ""
    return content.name


def _code_line(code: Code, scheme: str) -> str:
    bare = code.scheme == scheme and ":" not in code.value
    return code.value if bare else f"{SCHEME_NAMES.get(code.scheme, code.scheme)}：{code.value}"


def _read_codes(text: str, scheme: str) -> tuple[Code, ...]:
    codes = []
    for piece in re.split(r"[\n;；]+", text):
        label, colon, value = piece.partition("：")
        if not colon and ":" in piece and not piece.partition(":")[0].isascii():
            label, colon, value = piece.partition(":")
        label = _SCHEMES.get(unicodedata.normalize("NFKC", label).strip(), label)
        code = Code(scheme=label, value=value) if colon else Code(scheme=scheme, value=piece)
        if code.value:
            codes.append(code)
    return tuple(codes)


def _read_flag(element: Element, text: str) -> bool:
    word = unicodedata.normalize("NFKC", text).lower()
    if not word:
        return bool(ItemContent.model_fields[element.attribute].default)
    if word in _YES or word in _NO:
        return word in _YES
    return _refuse(element, text)


def _refuse(element: Element, text: str):
    raise RuleBroken(
        Violation("C02", f"不认识“{text[:30]}”，只能填写{'、'.join(element.choices or CATEGORIES.values())}", element.label)
    )


_WRITERS = {
    "duties": lambda duties: "\n".join(d.text for d in duties if d.text),
    "duty_bases": lambda duties: "\n".join(d.basis for d in duties if d.basis),
    "flow": write_flow,
    "materials": write_materials,
    "risks": write_risks,
}
_READERS = {"flow": read_flow, "materials": read_materials, "risks": read_risks}
