"""What templates of the public pages need beyond Django's own filters."""

from __future__ import annotations

from django import template
from django.utils.html import escape
from django.utils.safestring import mark_safe

from qingdan.laws.library import matching_title
from qingdan.public.citing import pieces
from qingdan.public.links import Links

register = template.Library()


@register.filter
def thousands(number: int) -> str:
    """2932 → 2,932."""
    return f"{number:,}"


@register.filter
def figure(cell: int | str) -> str:
    """A cell of a table: a number with its separators, a text as it is."""
    return thousands(cell) if isinstance(cell, int) else cell


@register.filter
def hits(pieces: list[tuple[str, bool]]) -> str:
    """(piece, is a hit) … → the text, escaped, with its hits in <mark>."""
    return mark_safe("".join(f"<mark>{escape(piece)}</mark>" if hit else escape(piece) for piece, hit in pieces))


@register.filter
def cited(title: str, links: Links) -> str:
    """The title of a cited act as a link to its page."""
    return mark_safe(_linked(title, links.act(matching_title(title))))


@register.filter
def citing(text: str, links: Links) -> str:
    """A text whose 《…》 link to the pages of the acts that they name."""
    return mark_safe("".join(_linked(piece, address) for piece, address in pieces(text, links)))


def _linked(text: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>' if address else escape(text)


@register.filter
def counts(cells: list[tuple[str, int, int]]) -> str:
    """(address, 大项, 项) … → the cells of one department's row; an empty address is an empty cell. One string, for the table has hundreds."""
    return mark_safe(
        "".join(
            f'<td><a href="{escape(url)}">{majors}<span>{items}</span></a></td>' if url else "<td></td>"
            for url, majors, items in cells
        )
    )
