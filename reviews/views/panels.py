"""What other modules add to the page of a request: each panel is a function that looks and says what it shows, or None.

A new panel is one function ``(HttpRequest, ChangeRequest) -> Panel | None`` in its own module of ``reviews.views`` and one line below;
the page itself stays as it is. What several of them ask of the same rows is asked once, in ``facts``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.module_loading import import_string

from reviews.models import ChangeRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """``place``: ``top`` (above everything), ``main`` (below the changes) or ``side`` (right column); ``values`` is ``panel.values`` in the template."""

    template: str
    place: str = "side"
    values: dict[str, Any] = field(default_factory=dict)


# In the order of the page; by name, since their modules know this one.
PANELS: list[str] = [
    "reviews.views.transfers.panel",
    "reviews.views.articles.panel",
    "reviews.views.on_behalf.on_behalf",
    "reviews.views.returned.to_correct",
    "reviews.views.returned.limited",
    "reviews.views.conversation.panel",
    "reviews.views.opinions.panel",
    "reviews.views.life.panel",
    "reviews.views.attachments.panel",
    "reviews.views.inbox.place_panel",
    "reviews.views.inbox.news_panel",
    "reviews.views.inbox.claim_panel",
    "reviews.views.followups.lineage",
    "reviews.views.papers.panel",
    "reviews.views.tasks.panel",
    "reviews.views.corrections.panel",
    "reviews.views.urging.panel",
]


def panels_of(request: HttpRequest, row: ChangeRequest) -> dict[str, list[Panel]]:
    """Place → the panels that this reader sees there."""
    placed: dict[str, list[Panel]] = {"top": [], "main": [], "side": []}
    for name in PANELS:
        if (panel := import_string(name)(request, row)) is not None:
            placed[panel.place].append(panel)
    return placed
