"""Warnings on a fund's lines: explained, never blocking. W01 a 款 beside its own 类; W02 a line that mixes several 类."""

from __future__ import annotations

from dataclasses import dataclass

from budget.execution import Book, LineFigures
from budget.models import EconomicClass

# Words of a line's name that tell of capital goods, and of a remainder.
_GOODS = ("设备", "购置")
_REMAINDER = "其他"
CAPITAL = "310"


@dataclass(frozen=True, slots=True)
class LineWarning:
    """Number, which line it is about, what is seen, and what to do about it."""

    rule: str
    line: str
    message: str
    advice: str


def warnings_of(book: Book) -> list[LineWarning]:
    """All warnings of a fund's lines, in the order of the lines."""
    names = dict(EconomicClass.objects.filter(class_code="").values_list("code", "name"))
    wholes = _wholes(book, names)
    found = []
    for row in book.rows:
        found += _beside_its_class(row, wholes, names)
        found += _mixed(row, names)
    return found


def _wholes(book: Book, names: dict[str, str]) -> dict[str, str]:
    """Code of a 类 → the heading or line of this fund that stands for the whole of it."""
    found: dict[str, str] = {}
    for group in book.groups:
        for row in group.rows:
            title = group.heading or row.line.name
            for each in row.line.classes.all():
                stem = names.get(each.of_class, "").removesuffix("支出")
                if not each.class_code or (stem and stem in title):
                    found.setdefault(each.of_class, title)
    return found


def _beside_its_class(row: LineFigures, wholes: dict[str, str], names: dict[str, str]) -> list[LineWarning]:
    """W01 一款与它所属的类并列：两数相加时看不出重复，也不能与科目表对照。"""
    found = []
    for each in row.line.classes.all():
        whole = wholes.get(each.of_class)
        if each.class_code and whole and whole not in (row.line.heading, row.line.name):
            message = (
                f"“{row.line}”（{each}）本身属于 {each.of_class} {names[each.of_class]}，却与“{whole}”并列；"
                "两者相加的合计不变，但不能当作两个互不包含的分类"
            )
            found.append(LineWarning("W01", row.line.name, message, f"把“{row.line}”归入“{whole}”，或在说明中注明两者的关系"))
    return found


def _mixed(row: LineFigures, names: dict[str, str]) -> list[LineWarning]:
    """W02 设备购置与其他支出混列：资本性支出与商品和服务支出须分开核算。"""
    held = list(row.line.classes.all())
    kinds = sorted({each.of_class for each in held})
    if len(kinds) > 1:
        parts = "、".join(f"{kind} {names.get(kind, '')}" for kind in kinds)
        message = f"“{row.line}”合列了 {parts}各类的款（{'、'.join(str(each) for each in held)}），各类各支出多少看不出来"
    elif CAPITAL not in kinds and _REMAINDER in row.line.name and any(word in row.line.name for word in _GOODS):
        message = (
            f"“{row.line}”从名称看混有设备购置，设备购置属于 {CAPITAL} {names.get(CAPITAL, '')}，不属于 {'、'.join(map(str, held))}"
        )
    else:
        return []
    return [LineWarning("W02", row.line.name, message, "设备购置单列一行，其余列其他商品和服务支出")]
