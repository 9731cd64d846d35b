"""``{% bases_beside field %}``: what the law library says of the bases typed in one field of the item form."""

from __future__ import annotations

from django import template

from departments.access import posts_of
from reviews.articles import ENTERING
from reviews.basis_reading import readings_of_texts
from reviews.item_rows import BASIS_KEYS

register = template.Library()


@register.inclusion_tag("reviews/_bases_beside.html", takes_context=True)
def bases_beside(context, field) -> dict[str, object]:
    """The readings of the rows of ``field`` (a ShownField); nothing for a field that holds no legal bases."""
    if field.key not in BASIS_KEYS:
        return {"of_bases": False}
    readings = readings_of_texts((cell.value for row in field.rows for cell in row), field.key)
    may_enter = bool(posts_of(context["request"].user) & set(ENTERING))
    return {"of_bases": True, "key": field.key, "readings": readings, "may_enter_article": may_enter}
