"""One item of the file while it is being read: what was found, and every fault of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from qingdan.items.cells import knows_choice
from qingdan.items.content import ItemContent
from qingdan.items.elements import BY_KEY, ELEMENTS, label_of
from qingdan.items.intake import preflight
from qingdan.items.intake.categories import CATEGORIES, Category, looks_foreign, parse_category, parse_category_cell
from qingdan.items.intake.faults import Fault
from qingdan.items.intake.grid import letters
from qingdan.items.intake.headings import OUR_CODE
from qingdan.items.intake.words import is_nothing, name_text, plain, tight

NAME_LIMIT = 500
CODE_LIMIT = 100
CHOSEN = ("initiation", "charged", "state", "counted", "not_public", "demo")
BASES = ("setting_basis", "implementing_basis", "penalty_basis")
# Legal bases are kept character by character; every other text loses the blanks around it.
VERBATIM = frozenset(e.key for e in ELEMENTS if e.kind.startswith("bases:")) | {"duties", "duty_bases"}
_SPLIT_CODES = re.compile(r"[\n;；、,，]+")
_OURS = re.compile(r"\d{6,12}-\d{5,}")
_NO_CODE_YET = re.compile(r"(?:待|暂|[暂尚]?[无未])(?:申请)?(?:赋|编|定)?(?:编码|编号|代码|码|号)?")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_TYPES = "、".join(CATEGORIES.values())


def _limits() -> dict[str, int]:
    limits = {}
    for element in ELEMENTS:
        info = ItemContent.model_fields.get(element.attribute)
        sizes = [m.max_length for m in getattr(info, "metadata", ()) if hasattr(m, "max_length")]
        if element.kind in ("text", "choice") and sizes:
            limits[element.key] = sizes[0]
    return limits


LIMITS = _limits()


@dataclass(slots=True)
class Draft:
    """``row`` is where the item stands; ``faults`` are in the order in which they were found; the first is the refusal's."""

    sheet: str
    row: int
    columns: dict[str, int] = field(default_factory=dict)  # element key → column, for the letters in messages
    department: str = ""
    category: str = ""
    major: str = ""
    sub: str = ""
    codes: list[tuple[str, str]] = field(default_factory=list)
    major_codes: list[tuple[str, str]] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    needs_basis: bool = False

    def refuse(self, column: int | None, code: str, message: str, *, row: int | None = None) -> None:
        """Note one fault; ``message`` goes on from 第n行 (of the item, or of ``row`` where its text goes on)."""
        self.faults.append(Fault("" if column is None else letters(column), code, f"第{row or self.row}行{message}"))

    def set_names(self, major: str, sub: str, column: int | None) -> None:
        """Names cleaned of layout; 无 and —— are no names; a sub-item named like its 大项 is no split."""
        if max(len(major), len(sub)) > 4 * NAME_LIMIT:
            self.refuse(column, "I08", f"的名称有 {max(len(major), len(sub))} 个字符，超过 {NAME_LIMIT} 字；请精简名称")
            return
        self.major, self.sub = (("" if is_nothing(t) else name_text(t)) for t in (major, sub))
        if self.sub and plain(self.sub) == plain(self.major):
            self.sub = ""
        if any(len(re.findall(r"^\s*[(（]?\d{1,2}[)）.、．]", text, re.MULTILINE)) > 1 for text in (major, sub)):
            self.refuse(column, "I15", "的一个名称单元格里写了几个事项；请每个事项（子项）各占一行")
        if not self.major and self.sub:
            self.refuse(column, "I02", "有子项名称而没有大项名称；请在该行填写大项名称，或把大项的单元格合并到该行")
        elif not self.major:
            self.refuse(column, "I01", "没有填写事项名称；请补上名称，不是事项的请删除该行")
        for name in (self.major, self.sub):
            if len(name) > NAME_LIMIT:
                self.refuse(column, "I08", f"的名称有 {len(name)} 字，超过 {NAME_LIMIT} 字；请精简名称")

    def set_category(self, text: str, column: int | None, default: Category | str | None) -> None:
        """From the row's own cell, else from ``default`` (a band, the sheet, the option …; a plain string is a foreign word)."""
        if text and not is_nothing(text):
            found = parse_category_cell(text)
            if found is None:
                self._foreign_category(tight(text), column)
        elif isinstance(default, str):
            found = None
            self._foreign_category(default, None)
        else:
            found = default
            if found is None:
                self.refuse(column, "I04", f"没有权力类别；请填写类别（{_TYPES}之一），或在导入时指定类别")
        if found:
            self.category = found.code
            if found.sub_kind and not self.cells.get("sub_kind"):
                self.cells["sub_kind"] = found.sub_kind

    def _foreign_category(self, word: str, column: int | None) -> None:
        self.refuse(
            column,
            "I03",
            f"的权力类别“{word[:30]}”不在十类之内；请改为{_TYPES}之一（属其他行政权力的，类别填“其他行政权力”，原类别填入“类别细分”）",
        )

    def set_department(self, text: str, column: int | None, default: str) -> None:
        self.department = "" if is_nothing(text) else tight(text)
        self.department = self.department or default
        if not self.department:
            self.refuse(column, "I05", "没有实施部门；请加上部门一列，或在导入时指定部门")
        elif len(self.department) > NAME_LIMIT:
            self.refuse(column, "I08", f"的部门名称有 {len(self.department)} 字，超过 {NAME_LIMIT} 字；请精简")

    def add_codes(self, text: str, scheme: str, column: int, odd: str = "", *, of_major: bool = False) -> None:
        """The codes of one cell. A number that lost digits, or that Excel took for a date, is refused."""
        if is_nothing(text):
            return
        if odd == "lossy" or _SCIENTIFIC.fullmatch(text.strip()):
            self.refuse(column, "I13", "的编码存成了数字，超过 15 位的尾数已失真；请把该列设为文本格式后重新填写编码")
        elif odd == "date":
            self.refuse(column, "I13", "的编码被 Excel 当成了日期；请把该列设为文本格式后重新填写编码")
        for piece in _SPLIT_CODES.split(text):
            label, colon, rest = (plain(part) for part in piece.partition("："))
            if not colon:
                label, colon, rest = plain(piece).partition(":")
                colon = "" if label.isascii() else colon
            named = (label, rest) if colon and label and rest else (scheme, plain(piece))
            if named[0] == OUR_CODE and not _OURS.fullmatch(named[1]):
                named = ("", named[1])  # another house's list calls its own codes so
            if named[1] and not is_nothing(named[1]) and not _NO_CODE_YET.fullmatch(named[1]):
                (self.major_codes if of_major else self.codes).append(named)
                if len(named[1]) > CODE_LIMIT:
                    self.refuse(column, "I08", f"的编码有 {len(named[1])} 个字符，超过 {CODE_LIMIT} 个；请核对编码")

    def extend(self, key: str, text: str) -> None:
        """More text of one element, from a row that goes on."""
        before = self.cells.get(key, "")
        if not text or len(before) > preflight.MAX_CELL:
            return
        self.cells[key] = f"{before}\n{text}" if before else text
        if len(self.cells[key]) > preflight.MAX_CELL:
            self.refuse(self.columns.get(key), "I08", f"的“{label_of(key)}”连同续行超过 {preflight.MAX_CELL} 字；请精简或拆分")

    def check_lengths(self) -> None:
        """Texts that the content could not hold."""
        for key, text in self.cells.items():
            limit = LIMITS.get(key)
            if limit and len(text) > limit:
                self.refuse(self.columns.get(key), "I08", f"的“{label_of(key)}”有 {len(text)} 字，超过 {limit} 字；请精简或拆分")

    def check_choices(self) -> None:
        """Elements with fixed values, such as 依申请/依职权 and 是否收费."""
        for key in CHOSEN:
            text = self.cells.get(key)
            if text and not knows_choice(key, text):
                choices = "、".join(BY_KEY[key].choices)
                self.refuse(self.columns.get(key), "I16", f"的“{label_of(key)}”填写了“{text[:20]}”，只能填写{choices}")

    def check_basis(self) -> None:
        """行政处罚 must say what it rests on, where the table has a column for it; of our own items an empty cell says nothing new."""
        ours = any(scheme == OUR_CODE for scheme, _ in self.codes)
        if self.category == "02" and not ours and any(key in self.cells for key in BASES):
            self.needs_basis = all(is_nothing(self.cells.get(key, "")) for key in BASES)


def refuse_missing_basis(draft: Draft) -> None:
    """The fault that ``check_basis`` found, once it is known that no sub-items carry the bases instead."""
    key = next(key for key in BASES if key in draft.cells)
    draft.refuse(draft.columns.get(key), "I07", f"是行政处罚而没有填写“{label_of(key)}”；请写明法律、法规或规章及条款")


def foreign_band(label: str) -> bool:
    """Whether a band names a category outside of the ten."""
    return parse_category(label) is None and looks_foreign(label)


def too_long(length: int) -> str:
    return f"有 {length} 字，超过 {preflight.MAX_CELL} 字；请精简或拆分"
