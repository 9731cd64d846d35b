"""ItemContent: the single currency of the house, one immutable value with every element of an item.

Import makes it, the form edits it, a change request carries it, the rules check it, the door freezes it, pages and exports
print it, the log hashes its canonical bytes. Nobody invents a second shape of "an item".

Elements follow 湖北省行政权力清单管理办法 art. 3 (职权、依据、主体、流程、权限、监督、救济、追责), the common tables that
governments publish, and GB/T 39046-2020 table 4. Texts are NFC with line feeds as the only breaks; codes are NFKC; an element that
nobody filled in is empty.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from qingdan.errors import RuleBroken, Violation
from qingdan.ledger.canonical import canonical_bytes

SCHEMA = 1
NAME_LIMIT = 500
TEXT_LIMIT = 20_000

State = Literal["in_use", "suspended", "repealed"]
STATES = {"in_use": "在用", "suspended": "暂停", "repealed": "取消"}
Initiation = Literal["", "applied", "ex_officio"]
INITIATIONS = {"applied": "依申请", "ex_officio": "依职权"}
BasisUse = Literal["setting", "implementing", "penalty", "charge", "liability"]
BASIS_USES = {"setting": "设定", "implementing": "实施", "penalty": "处罚", "charge": "收费", "liability": "责任"}


# Controls, bidi overrides and non-characters: invisible on a page, deceptive in a name, and no spreadsheet or feed can hold them.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def clean_prose(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _INVISIBLE.search(text):
        raise ValueError("含有不可见的控制字符，请删除后重新输入")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _code(text: str) -> str:
    return clean_prose(unicodedata.normalize("NFKC", text).strip())


Text = Annotated[str, Field(max_length=TEXT_LIMIT), AfterValidator(clean_prose)]
Name = Annotated[str, Field(max_length=NAME_LIMIT), AfterValidator(clean_prose)]
CodeText = Annotated[str, Field(max_length=100), AfterValidator(_code)]


class Value(BaseModel):
    """Frozen and closed: an unknown element is an error, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(Value):
    """One official code of an item: ``scheme`` is a CodeScheme code, ``value`` an opaque string (leading zeros survive)."""

    scheme: CodeText
    value: CodeText


class LegalBasis(Value):
    """One legal basis as a row. Joining ``as_written`` of the rows of one use gives the cell's text back, character by character.

    ``title`` is empty where the citation grammar could not read the text: it is kept and shown as 未识别.
    """

    use: BasisUse = "setting"
    rank: Name = ""
    title: Name = ""
    doc_no: Name = ""
    locator: Text = ""
    quote: Text = ""
    as_written: Text = ""


class Duty(Value):
    """One 责任事项 with its 责任事项依据, paired by number; both texts keep their number as written."""

    text: Text = ""
    basis: Text = ""


class FlowStep(Value):
    """One step of the 运行流程: its name, who does it, how long it takes, what is done."""

    name: Name
    office: Name = ""
    limit: Name = ""
    text: Text = ""


class Material(Value):
    """One 申请材料."""

    name: Name
    form: Name = ""
    note: Text = ""


class RiskPoint(Value):
    """One 廉政风险点 (环节, 表现形式, 等级, 防控措施, 责任人)."""

    stage: Name
    form: Text = ""
    grade: Name = ""
    measure: Text = ""
    responsible: Name = ""


class ItemContent(Value):
    """Every element of one item. A 大项 has no ``major_name``; a 子项 names its 大项 there. Labels: ``elements.ELEMENTS``."""

    # identity
    department_code: CodeText
    department_name: Name
    category: CodeText
    sub_kind: Name = ""
    name: Annotated[Name, Field(min_length=1)]
    major_name: Name = ""
    codes: tuple[Code, ...] = ()
    initiation: Initiation = ""
    initiation_reason: Text = ""
    # 依据
    legal_bases: tuple[LegalBasis, ...] = ()
    # 实施主体
    implementing_body: Name = ""
    body_nature: Name = ""
    entrusting_department: Name = ""
    joint_departments: Text = ""
    handling_office: Text = ""
    exercising_level: Name = ""
    power_source: Name = ""
    # 职责权限
    powers: Text = ""
    exercise_content: Text = ""
    duty_boundary: Text = ""
    # 运行流程
    flow: tuple[FlowStep, ...] = ()
    flow_note: Text = ""
    # 责任与追责
    duties: tuple[Duty, ...] = ()
    accountability_scope: Text = ""
    accountability: Text = ""
    # 监督与救济
    supervision: Text = ""
    supervision_phone: Name = ""
    remedies: Text = ""
    # 办理
    service_objects: Text = ""
    conditions: Text = ""
    materials: tuple[Material, ...] = ()
    handling_type: Name = ""
    legal_time: Text = ""
    promised_time: Text = ""
    charged: Literal["", "是", "否"] = ""
    charge_standard: Text = ""
    visits: Name = ""
    quantity_limit: Text = ""
    special_procedure: Text = ""
    intermediary: Text = ""
    result_name: Text = ""
    address: Text = ""
    hours: Text = ""
    phone: Name = ""
    online_url: Text = ""
    # of some categories
    penalty: Text = ""
    discretion: Text = ""
    compulsory_kind: Name = ""
    collection_scope: Text = ""
    risk_points: tuple[RiskPoint, ...] = ()
    # standing
    state: State = "in_use"
    counted: bool = True
    not_public: bool = False
    not_public_reason: Text = ""
    not_public_basis: Text = ""
    demo: bool = False
    note: Text = ""

    @cached_property
    def canonical(self) -> bytes:
        """RFC 8785 bytes: empty elements are left out, ``schema`` is inside. These bytes are stored, hashed and published."""
        return canonical_bytes({"schema": SCHEMA, **self.model_dump(exclude_defaults=True)})

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical bytes, hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def is_sub_item(self) -> bool:
        return bool(self.major_name)

    def bases_text(self, use: BasisUse = "setting") -> str:
        """The bases of one use as the department wrote them."""
        return "".join(basis.as_written for basis in self.legal_bases if basis.use == use)

    def changed(self, **elements: object) -> ItemContent:
        """The same item with some elements replaced; validated like any other."""
        return make_content({**self.model_dump(), **elements})


def make_content(elements: dict[str, object]) -> ItemContent:
    """Validate ``elements`` into an ItemContent. Raises RuleBroken (rule ``C01``) naming each faulty element."""
    try:
        return ItemContent.model_validate(elements)
    except ValidationError as error:
        raise RuleBroken(*(_violation(each) for each in error.errors())) from None


def read_content(stored: bytes) -> ItemContent:
    """The value behind stored canonical bytes. Pure upgraders of older schemas go here, keyed by ``schema``."""
    elements = json.loads(bytes(stored))
    schema = elements.pop("schema")
    if schema != SCHEMA:
        raise ValueError(f"未知的内容格式 schema={schema}")
    return ItemContent.model_validate(elements)


def stored_elements(stored: bytes) -> dict[str, object]:
    """The elements that stored canonical bytes fill in, as plain JSON: for reading a few of many contents (``read_content`` validates)."""
    return json.loads(bytes(stored))


def _violation(error: dict) -> Violation:
    from qingdan.items.elements import label_of

    where = label_of(str(error["loc"][0])) if error["loc"] else ""
    limits = {
        "string_too_long": lambda ctx: f"超过 {ctx['max_length']} 字，请精简或拆分",
        "too_short": lambda ctx: "未填写",
        "string_too_short": lambda ctx: "未填写",
        "string_unicode": lambda ctx: "含有无法保存的字符（不完整的代理对），请删去重新输入",
        "missing": lambda ctx: "未填写",
        "extra_forbidden": lambda ctx: "不是本系统的要素",
        "literal_error": lambda ctx: "只能从规定的值中选择",
        "value_error": lambda ctx: str(ctx["error"]),
    }
    say = limits.get(error["type"])
    message = say(error.get("ctx", {})) if say else f"格式不对（{error['msg']}）"
    return Violation("C01", message, where)


class Boundary(Value):
    """职责边界: one matter shared with other departments, who does what in it, and by which document."""

    matter: Name
    departments: tuple[Name, ...] = ()
    division: Text = ""
    basis: Text = ""


class SupervisionRule(Value):
    """事中事后监管制度: one rule by its title and text."""

    title: Name
    text: Text = ""


class DepartmentContent(Value):
    """What the list says of a department itself: versioned, reviewed and published like an item."""

    code: CodeText
    name: Annotated[Name, Field(min_length=1)]
    short_name: Name = ""
    kind: Name = ""
    main_duties: tuple[Text, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    supervision_rules: tuple[SupervisionRule, ...] = ()

    @cached_property
    def canonical(self) -> bytes:
        return canonical_bytes({"schema": SCHEMA, **self.model_dump(exclude_defaults=True)})

    @cached_property
    def content_hash(self) -> str:
        return hashlib.sha256(self.canonical).hexdigest()


def read_department_content(stored: bytes) -> DepartmentContent:
    """The value behind stored canonical bytes of a department's entry."""
    elements = json.loads(bytes(stored))
    elements.pop("schema")
    return DepartmentContent.model_validate(elements)
