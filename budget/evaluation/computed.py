"""Figures that the list itself answers for: asked by name, live while an evaluation is written, frozen when it is submitted."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from budget.evaluation.scoring import NO_DATA
from budget.models import Fund, Indicator

_ROOM = "budget.indicators"
# What a value is kept with.
_DIGITS = Decimal("0.0001")


class Computed(Protocol):
    """``value`` None: 无数据. ``formula``: the query with its numbers. ``rows_url``: where the rows behind it are listed."""

    value: Decimal | None
    formula: str
    rows_url: str | None


def figure_of(name: str, fund: Fund) -> Computed | None:
    """The figure called ``name`` for the year of ``fund``; None where no such figure is known."""
    if not name or find_spec(_ROOM) is None:
        return None
    try:
        return import_module(_ROOM).compute(name, fund)
    except LookupError:
        return None


def actual_of(indicator: Indicator, fund: Fund) -> tuple[Decimal | None, str]:
    """B of an indicator and how it was found: (value, query). A frozen one is what it was when it was submitted."""
    if not indicator.computed_by:
        return indicator.actual, ""
    if indicator.frozen_at is not None:
        return indicator.frozen_value, indicator.frozen_query
    found = figure_of(indicator.computed_by, fund)
    if found is None:
        return None, f"{indicator.computed_by}：{NO_DATA}"
    return None if found.value is None else Decimal(found.value).quantize(_DIGITS, rounding=ROUND_HALF_UP), found.formula
