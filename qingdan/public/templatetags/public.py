"""What templates of the public pages need beyond Django's own filters."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def thousands(number: int) -> str:
    """2932 → 2,932."""
    return f"{number:,}"
