"""Templates of the self-evaluation as values: weights that close to 100, sections, bands. Hubei, national, and those an office makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budget.evaluation.scoring import HUNDRED, Band, plain

HUBEI, NATIONAL = "hubei", "national"
_SECTION = re.compile(r"([^=;]+)=(\d{1,3}(?:\.\d{1,2})?)", re.ASCII)
_BAND = re.compile(r"([^=;]+)=(\d{1,3}(?:\.\d{1,2})?)-(\d{1,3}(?:\.\d{1,2})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Format:
    """``sections``: first-level name → weight. ``by_objective``: the sections' weight is shared among the year's goals (Hubei)."""

    code: str
    name: str
    layout: str
    execution: Decimal
    sections: Mapping[str, Decimal]
    bands: tuple[Band, ...]

    @property
    def by_objective(self) -> bool:
        return self.layout == HUBEI

    @property
    def for_indicators(self) -> Decimal:
        """What all indicators weigh together."""
        return sum(self.sections.values(), Decimal(0))

    def faults(self) -> list[str]:
        """Why this is no template: weights that do not close to 100, bands that leave a gap. Empty if it is one."""
        found = []
        whole = self.execution + self.for_indicators
        if whole != HUNDRED:
            parts = " + ".join(plain(weight) for weight in (self.execution, *self.sections.values()))
            found.append(f"分值合计须为 100，现为 {parts} = {plain(whole)}")
        if not self.sections:
            found.append("至少有一类指标，写作“产出指标=50；效益指标=30”")
        limits = [(band.high, band.low) for band in self.bands]
        joined = all(above[1] == below[0] for above, below in zip(limits, limits[1:], strict=False))
        if not limits or limits[0][0] != HUNDRED or limits[-1][1] != 0 or not joined or any(high <= low for high, low in limits):
            found.append("定性档次须从 100 到 0 首尾相接，写作“达成=100-80；部分达成=80-50；未达成=50-0”")
        return found


def read_format(*, code: str, name: str, layout: str, execution: Decimal, sections: str, bands: str) -> Format:
    """A template from its text; what cannot be read is left out and then missing from the sum (``Format.faults``)."""
    return Format(
        code,
        name,
        layout,
        execution,
        {part[1].strip(): Decimal(part[2]) for part in _SECTION.finditer(_even(sections))},
        tuple(Band(part[1].strip(), Decimal(part[2]), Decimal(part[3])) for part in _BAND.finditer(_even(bands))),
    )


def _even(text: str) -> str:
    """Full-width signs as half-width ones; brackets of Chinese names stay as they are typed."""
    return "".join(
        unicodedata.normalize("NFKC", sign) if sign in "＝；－．０１２３４５６７８９" else sign for sign in text
    ).replace("–", "-")
