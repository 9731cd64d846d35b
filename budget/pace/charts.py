"""Charts of money as SVG, in whole numbers throughout; the same figures stand in a table under each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ROW, _LABEL, _WIDTH, _ROOM = 40, 190, 860, 440
_HEIGHT, _LEFT, _TOP, _FLOOR, _ACROSS = 240, 40, 16, 200, 660
Bar = tuple[str, Decimal | None, Decimal | None]


def rate_bars(rows: Sequence[Bar], title: str) -> SafeString:
    """Execution rate (bar) and planned rate (mark) of each row in per cent; 无数据 where there is none. The scale ends at 100 %."""
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text><rect class="track" x="{}" y="{}" width="{}" height="16"></rect>'
        '<rect class="bar" x="{}" y="{}" width="{}" height="16"></rect>{}<text x="{}" y="{}">{}</text>',
        (
            (
                *(_LABEL - 8, place * _ROW + 21, _short(name)),
                *(_LABEL, place * _ROW + 8, _ROOM),
                *(_LABEL, place * _ROW + 8, _at(rate)),
                _mark(place, planned),
                *(_LABEL + _ROOM + 8, place * _ROW + 21, _told(rate, planned)),
            )
            for place, (name, rate, planned) in enumerate(rows)
        ),
    )
    return _picture(title, len(rows) * _ROW + 8, drawn)


def two_lines(planned: Sequence[Decimal], spent: Sequence[Decimal], steps: int, title: str) -> SafeString:
    """Plan and spending so far, by month, in 元; spending ends at ``steps``. The floor is zero."""
    most = max([*planned, *spent[:steps], Decimal(1)])

    def points(values: Sequence[Decimal]) -> list[tuple[int, int]]:
        return [
            (_LEFT + _ACROSS * place // 11, _FLOOR - int((value * (_FLOOR - _TOP)) // most)) for place, value in enumerate(values)
        ]

    axis = format_html('<path class="axis" d="M{} {}H{}"></path>', _LEFT, _FLOOR, _LEFT + _ACROSS)
    names = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}月</text>',
        ((_LEFT + _ACROSS * place // 11, _FLOOR + 22, place + 1) for place in range(12)),
    )
    drawn = format_html("{}", "")
    for css, name, values in (("plan", "计划", planned), ("spent", "支出", spent[:steps])):
        place = points(values)
        path = " ".join(f"{x},{y}" for x, y in place)
        x, y = place[-1]
        drawn += format_html(
            '<polyline class="line {}" points="{}"></polyline><circle class="{}" cx="{}" cy="{}" r="4"></circle>'
            '<text x="{}" y="{}">{} {}</text>',
            *(css, path, css, x, y, x + 8, y - 6 if css == "plan" else y + 14, name, f"{values[-1]:,.2f}"),
        )
    return _picture(title, _HEIGHT, axis + names + drawn)


def _at(rate: Decimal | None) -> int:
    return 0 if rate is None else int(min(max(rate, Decimal(0)), Decimal(100)) * _ROOM // 100)


def _mark(place: int, planned: Decimal | None) -> SafeString:
    if planned is None:
        return format_html("{}", "")
    x, y = _LABEL + _at(planned), place * _ROW + 3
    return format_html('<path class="mark" d="M{} {}V{}"></path>', x, y, y + 26)


def _told(rate: Decimal | None, planned: Decimal | None) -> str:
    return "无数据" if rate is None else f"{rate}%" if planned is None else f"{rate}%，计划 {planned}%"


def _short(name: str) -> str:
    return name if len(name) <= 13 else f"{name[:12]}…"


def _picture(title: str, height: int, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>', _WIDTH, height, title, drawn
    )
