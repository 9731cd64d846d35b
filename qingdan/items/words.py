"""Readers' words: 俗称 beside the official terms, and what readers looked for in vain."""

from __future__ import annotations

from django.db import OperationalError, models, transaction
from django.utils import timezone

from qingdan.items.models import Alias, MissedWord
from qingdan.items.search import normalise

MISSED_LENGTH, MISSED_WORDS = 20, 2_000


def official_terms(needle: str, limit: int = 3) -> list[str]:
    """The official terms whose 俗称 occurs in ``needle`` (normalised), the longest 俗称 first; none that ``needle`` holds already."""
    found = [
        (len(alias), term) for alias, term in Alias.objects.filter(in_use=True).values_list("normal", "official") if alias in needle
    ]
    terms = dict.fromkeys(term for _, term in sorted(found, key=lambda each: -each[0]) if normalise(term) not in needle)
    return list(terms)[:limit]


def keep_missed(needle: str) -> None:
    """Remember that nothing was found for ``needle``: the word and how often, nothing of the reader. Never fails, never grows for ever."""
    if not 2 <= len(needle) <= MISSED_LENGTH:
        return
    try:
        with transaction.atomic():
            today = timezone.localdate()
            seen = MissedWord.objects.filter(word=needle).update(times=models.F("times") + 1, last_on=today)
            if not seen and MissedWord.objects.count() < MISSED_WORDS:
                MissedWord.objects.get_or_create(word=needle, defaults={"last_on": today})
    except OperationalError:
        return
