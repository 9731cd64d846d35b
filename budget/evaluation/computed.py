"""Figures that the list itself answers for: asked by name, live while an evaluation is written, frozen when it is submitted."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from budget.evaluation.models import Indicator
from budget.indicators import INDICATORS, compute
from budget.models import Fund

# What a value is kept with.
_DIGITS = Decimal("0.0001")


def is_known(name: str) -> bool:
    """Whether there is a figure called ``name``."""
    return name in INDICATORS


def actual_of(indicator: Indicator, fund: Fund) -> tuple[Decimal | None, str]:
    """B of an indicator and, where the list answers for it, how: (value, query). A frozen one is what it was when it was submitted."""
    if not indicator.computed_by:
        return indicator.actual, ""
    if indicator.frozen_at is not None:
        return indicator.frozen_value, indicator.frozen_query
    if not is_known(indicator.computed_by):
        return None, f"没有名为“{indicator.computed_by}”的自动指标"
    found = compute(indicator.computed_by, fund)
    value = None if found.value is None else found.value.quantize(_DIGITS, rounding=ROUND_HALF_UP)
    return value, "；".join(part for part in (found.period, found.formula, found.indicator.rule) if part)
