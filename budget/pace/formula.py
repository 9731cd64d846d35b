"""The formula of a proposal: names, numbers, + − × ÷ and brackets, reckoned exactly. Nothing of it is ever executed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

_TOKEN = re.compile(r"\s*(?:(\d{1,12}(?:\.\d{1,4})?)|([^\W\d_][\w]*)|([-+*/()]))")
_SIGNS = str.maketrans({"×": "*", "x": "*", "X": "*", "÷": "/", "−": "-", "－": "-"})
_DEPTH = 20
LENGTH = 200


class FormulaFault(Exception):
    """Why a formula gives nothing, in a sentence."""


def reckon(text: str, names: Mapping[str, Decimal | None]) -> Decimal:
    """元, to the 分, half up. Raises FormulaFault: not a formula, an unknown name, a name without data, divided by zero, below zero."""
    value = _Reader(text, names).whole()
    if value < 0:
        raise FormulaFault("结果小于 0")
    cents = value * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    if whole >= 10**15:
        raise FormulaFault("结果太大")
    return Decimal(whole).scaleb(-2)


class _Reader:
    def __init__(self, text: str, names: Mapping[str, Decimal | None]):
        plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).rstrip()
        if not plain or len(plain) > LENGTH:
            raise FormulaFault(f"填写公式，不超过 {LENGTH} 字")
        self.names, self.tokens, self.depth = names, [], 0
        at = 0
        while at < len(plain):
            match = _TOKEN.match(plain, at)
            if match is None:
                raise FormulaFault(f"读不懂“{plain[at : at + 10].strip()}”")
            self.tokens.append(match.group(match.lastindex))
            at = match.end()

    def whole(self) -> Fraction:
        value = self._sum()
        if self.tokens:
            raise FormulaFault(f"“{self.tokens[0]}”前面缺运算符号")
        return value

    def _take(self, *signs: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in signs else ""

    def _sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("+", "-"):
            value = value + self._product() if sign == "+" else value - self._product()
        return value

    def _product(self) -> Fraction:
        value = self._one()
        while sign := self._take("*", "/"):
            by = self._one()
            if sign == "/" and by == 0:
                raise FormulaFault("除数是 0")
            value = value * by if sign == "*" else Fraction(value, by)
        return value

    def _one(self) -> Fraction:
        self.depth += 1
        if self.depth > _DEPTH * 5:
            raise FormulaFault("公式太长")
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise FormulaFault("少一个右括号")
            return value
        if self._take("-"):
            return -self._one()
        if not self.tokens or self.tokens[0] in "+*/)":
            raise FormulaFault("公式不完整")
        token = self.tokens.pop(0)
        if token[0].isdigit():
            return Fraction(token)
        if token not in self.names:
            raise FormulaFault(f"不认识“{token}”；可用{'、'.join(self.names)}")
        value = self.names[token]
        if value is None:
            raise FormulaFault(f"“{token}”无数据")
        return Fraction(value)
