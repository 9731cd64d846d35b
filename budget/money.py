"""Money: Decimal 元 with two decimals in programs, whole 分 in the database, 万元 on pages. No binary fraction ever holds an amount."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.db import models

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
DIGITS = 16
_AMOUNT = re.compile(r"[+-]?\d{1,14}(\.\d{1,2})?", re.ASCII)


class YuanField(models.DecimalField):
    """Decimal 元 (16 digits, two of them decimals), stored as whole 分: SQLite would keep and sum a decimal column in binary fractions."""

    def __init__(self, verbose_name=None, **options):
        super().__init__(verbose_name, **{"max_digits": DIGITS, "decimal_places": 2, **options})

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def to_python(self, value):
        if isinstance(value, float):
            raise TypeError("金额不得用浮点数表示")
        return super().to_python(value)

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is None or hasattr(value, "as_sql"):
            return value
        cents = Decimal(value).scaleb(self.decimal_places)
        if cents != cents.to_integral_value():
            raise ValueError(f"{value} 元不是整分" if self.decimal_places == 2 else f"{value} 多于 {self.decimal_places} 位小数")
        return int(cents)

    def from_db_value(self, value, expression, connection) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.decimal_places)


class FigureField(YuanField):
    """Any other figure that is counted with (a target, a value, a weight): Decimal, kept as a whole number of its last decimal."""

    def __init__(self, verbose_name=None, **options):
        super().__init__(verbose_name, **{"max_digits": 18, "decimal_places": 4, **options})


def read_yuan(text: str) -> Decimal | None:
    """An amount as people type or paste it (full width, thousands separators, 元 or ￥); None where it is not an amount to the 分."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").replace("、", "")
    plain = plain.removeprefix("¥").removesuffix("元")
    return Decimal(plain).quantize(CENT) if _AMOUNT.fullmatch(plain) else None


def in_wan(yuan: Decimal) -> Decimal:
    """元 as 万元 to two decimals, half up."""
    return yuan.scaleb(-4).quantize(CENT, rounding=ROUND_HALF_UP)


def yuan_text(yuan: Decimal | None) -> str:
    """``44,600.00``; 无数据 for None."""
    return "无数据" if yuan is None else f"{yuan:,.2f}"


def wan_text(yuan: Decimal | None) -> str:
    """``4.46`` of 44,600.00 元; 无数据 for None."""
    return "无数据" if yuan is None else f"{in_wan(yuan):,.2f}"


def rounding_rest(total: Decimal, parts: Iterable[Decimal]) -> Decimal:
    """尾差 in 万元: the rounded total less the sum of the rounded parts. Both are rounded from 元, and neither is altered."""
    return in_wan(total) - sum((in_wan(part) for part in parts), ZERO)


def percent(part: Decimal, whole: Decimal | None) -> Decimal | None:
    """``part`` of ``whole`` in per cent to two decimals, half up; None (无数据) where there is no whole or it is zero."""
    return (part * 100 / whole).quantize(CENT, rounding=ROUND_HALF_UP) if whole else None


def share_of(yuan: Decimal, part: int, whole: int) -> Decimal:
    """``part`` of ``whole`` equal shares of an amount that is not negative, to the 分, half up: shares 1 to ``whole`` end at the amount itself."""
    cents = int(yuan.scaleb(2))
    return Decimal((2 * cents * part + whole) // (2 * whole)).scaleb(-2)
