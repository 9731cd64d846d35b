"""运行流程 as a picture made on the server: boxes left to right, turning down where the line is full; one below the other on a phone.

The same steps stand as a list beside it, so the picture says no more than that list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from qingdan.items.content import FlowStep

# More steps than this are a list only: nobody reads such a picture.
MOST = 30
_BOX_HEIGHT, _DOWN, _FOOT = 64, 56, 24
_LINES = 2


@dataclass(frozen=True, slots=True)
class _Grid:
    columns: int
    box: int
    across: int
    letters: int

    @property
    def width(self) -> int:
        return self.columns * self.box + (self.columns - 1) * self.across


WIDE = _Grid(columns=3, box=240, across=52, letters=13)
NARROW = _Grid(columns=1, box=320, across=0, letters=17)


def flow_chart(steps: Sequence[FlowStep], grid: _Grid = WIDE) -> SafeString:
    """The picture of ``steps``; empty where there are fewer than two, or too many to be read."""
    if not 2 <= len(steps) <= MOST:
        return SafeString("")
    columns = min(grid.columns, len(steps))
    down = _BOX_HEIGHT + _FOOT + _DOWN
    height = -(-len(steps) // columns) * down - _DOWN

    def corner(place: int) -> tuple[int, int]:
        return place % columns * (grid.box + grid.across) + 1, place // columns * down + 1

    boxes = format_html_join("", "{}", ((_box(step, *corner(place), grid),) for place, step in enumerate(steps)))
    ways = format_html_join("", "{}", ((_way(corner(place), corner(place + 1), grid),) for place in range(len(steps) - 1)))
    names = " → ".join(step.name for step in steps)
    return format_html(
        '<svg class="flow-chart {}" viewBox="0 0 {} {}" width="{}" role="img" aria-label="运行流程图：{}" focusable="false">{}{}</svg>',
        "narrow" if grid is NARROW else "wide",
        grid.width + 2,
        height + 2,
        grid.width + 2,
        names,
        boxes,
        ways,
    )


def _box(step: FlowStep, x: int, y: int, grid: _Grid) -> SafeString:
    middle = x + grid.box // 2
    lines = _cut(step.name, grid.letters, _LINES)
    first = y + _BOX_HEIGHT // 2 + (6 if len(lines) == 1 else -5)
    named = format_html_join("", '<text x="{}" y="{}">{}</text>', ((middle, first + 22 * n, line) for n, line in enumerate(lines)))
    by = _cut(" · ".join(filter(None, (step.office, step.limit))), grid.letters + 2, 1)
    under = format_html('<text class="by" x="{}" y="{}">{}</text>', middle, y + _BOX_HEIGHT + 19, by[0]) if by else ""
    return format_html('<rect x="{}" y="{}" width="{}" height="{}" rx="2"></rect>{}{}', x, y, grid.box, _BOX_HEIGHT, named, under)


def _cut(text: str, letters: int, lines: int) -> list[str]:
    """``text`` in at most ``lines`` lines of ``letters`` letters, the last ended by … where something is left out."""
    text = " ".join(text.split())
    pieces = [text[at : at + letters] for at in range(0, len(text), letters)]
    if len(pieces) > lines:
        pieces = [*pieces[: lines - 1], f"{pieces[lines - 1][:-1]}…"]
    return pieces


def _way(here: tuple[int, int], there: tuple[int, int], grid: _Grid) -> SafeString:
    """The arrow from one box to the next."""
    (x, y), (to_x, to_y) = here, there
    if y == to_y:
        level = y + _BOX_HEIGHT // 2
        return _arrow(
            f"M{x + grid.box} {level}H{to_x - 2}", f"M{to_x - 10} {level - 6}L{to_x - 1} {level}L{to_x - 10} {level + 6}z"
        )
    middle, turn = to_x + grid.box // 2, to_y - _DOWN // 2 + 8
    end = f"M{middle - 6} {to_y - 10}L{middle} {to_y - 1}L{middle + 6} {to_y - 10}z"
    start = f"M{x + grid.box // 2} {y + _BOX_HEIGHT + _FOOT + 2}V{turn}"
    return _arrow(f"{start}H{middle}V{to_y - 2}", end)


def _arrow(line: str, head: str) -> SafeString:
    return format_html('<path class="way" d="{}"></path><path class="head" d="{}"></path>', line, head)
