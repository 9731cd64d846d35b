"""Charts as SVG made on the server: horizontal bars in one hue, lines labelled at their end. The numbers stand in a table beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ROW, _LABEL, _WIDTH = 30, 220, 860
_HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 260, 56, 16, 40, 150


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and a value at each step."""

    name: str
    values: Sequence[int]


def bars(rows: Sequence[tuple[str, int]], title: str) -> SafeString:
    """One bar a row, sorted by its value, the value at its end. ``title`` says what a reader of the picture would see."""
    ordered = sorted(rows, key=lambda row: -row[1])
    most = max((value for _, value in ordered), default=0) or 1
    room = _WIDTH - _LABEL - 80
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text><rect x="{}" y="{}" width="{}" height="16"></rect><text x="{}" y="{}">{}</text>',
        (
            (
                _LABEL - 8,
                place * _ROW + 20,
                label if len(label) <= 14 else f"{label[:13]}…",
                _LABEL,
                place * _ROW + 7,
                round(room * value / most, 1),
                _LABEL + round(room * value / most, 1) + 8,
                place * _ROW + 20,
                f"{value:,}",
            )
            for place, (label, value) in enumerate(ordered)
        ),
    )
    return _picture(title, len(ordered) * _ROW + 8, drawn)


def lines(steps: Sequence[str], series: Sequence[Series], title: str) -> SafeString:
    """Values over the steps, one line a series with its name and last value at its end; the axis begins at zero."""
    most = max((value for each in series for value in each.values), default=0) or 1
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(step: int) -> float:
        return round(_LEFT + (across * step / (len(steps) - 1) if len(steps) > 1 else across / 2), 1)

    def y(value: int) -> float:
        return round(_TOP + down * (1 - value / most), 1)

    floor = format_html('<path class="axis" d="M{} {}H{}"></path><text x="{}" y="{}" text-anchor="end">{}</text>', _LEFT, y(0), _LEFT + across, _LEFT - 8, y(most) + 5, f"{most:,}")  # fmt: skip
    every = max(1, -(-len(steps) // 8))
    named = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((x(place), _HEIGHT - 14, step) for place, step in enumerate(steps) if place % every == 0 or place == len(steps) - 1),
    )
    labels = _apart([y(each.values[-1]) + 5 for each in series if each.values])
    drawn = format_html_join(
        "",
        '<polyline class="line" points="{}"></polyline><circle cx="{}" cy="{}" r="4"></circle><text x="{}" y="{}">{} {}</text>',
        (
            (
                " ".join(f"{x(step)},{y(value)}" for step, value in enumerate(each.values)),
                x(len(each.values) - 1),
                y(each.values[-1]),
                x(len(each.values) - 1) + 10,
                label,
                each.name,
                f"{each.values[-1]:,}",
            )
            for each, label in zip([each for each in series if each.values], labels, strict=True)
        ),
    )
    return _picture(title, _HEIGHT, floor + named + drawn)


def _apart(heights: Sequence[float], least: float = 20) -> list[float]:
    """Where labels stand that want to stand at ``heights``: each at least ``least`` below the one above it; in the order given."""
    placed, lowest = list(heights), float("-inf")
    for place in sorted(range(len(heights)), key=lambda place: heights[place]):
        placed[place] = lowest = round(max(heights[place], lowest + least), 1)
    return placed


def _picture(title: str, height: int, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>', _WIDTH, height, title, drawn
    )
