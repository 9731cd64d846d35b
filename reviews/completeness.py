"""What a campaign's board shows: of each department, the items in its scope, those incomplete, those in hand, missing elements by name.

Computed from the list in force and from the open requests that are submitted; a 大项 that is split is not looked at, its sub-items are.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils import timezone

from qingdan.items.content import ItemContent, read_content
from qingdan.items.display import text_of
from qingdan.items.elements import ELEMENTS, Element
from qingdan.items.models import Edition, EditionEntry
from reviews.models import Campaign, CampaignScope, Change
from reviews.states import RequestState

# What a campaign may ask for: everything but what identifies an item or says how it stands.
CHECKABLE: tuple[Element, ...] = tuple(
    element for element in ELEMENTS if element.section not in ("identity", "standing") or element.key in ("codes", "initiation")
)
_BY_KEY = {element.key: element for element in ELEMENTS}


@dataclass(frozen=True, slots=True)
class Gap:
    """One item of the list in force and the keys of the elements it lacks of those asked for."""

    item: int
    code: str
    department: int
    category: str
    name: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenGap:
    """An incomplete item as the board lists it. ``request``: number of the submitted request that fills what is missing."""

    gap: Gap
    labels: tuple[str, ...]
    request: str = ""


@dataclass(slots=True)
class BoardRow:
    """One department's part of a campaign in numbers; ``missing``: label → number of items, the most frequent first."""

    scope: CampaignScope
    items: int = 0
    gaps: list[OpenGap] = field(default_factory=list)

    @property
    def incomplete(self) -> int:
        return len(self.gaps)

    @property
    def complete(self) -> int:
        return self.items - len(self.gaps)

    @property
    def in_hand(self) -> int:
        return sum(bool(gap.request) for gap in self.gaps)

    @property
    def to_do(self) -> int:
        return self.incomplete - self.in_hand

    @property
    def missing(self) -> list[tuple[str, int]]:
        return Counter(label for gap in self.gaps for label in gap.labels).most_common()


def lacking(content: ItemContent, elements: Iterable[str]) -> tuple[str, ...]:
    """Of these element keys, those that nobody filled in."""
    return tuple(key for key in elements if not text_of(_BY_KEY[key], content))


def board_of(
    campaign: Campaign, scopes: Sequence[CampaignScope] | None = None, *, today: datetime.date | None = None
) -> list[BoardRow]:
    """The rows of these departments (all, if not given), those with most to do first among equals by state."""
    if scopes is None:
        scopes = list(campaign.scopes.select_related("campaign", "department").order_by("department__order", "pk"))
    rows = {scope.department_id: BoardRow(scope) for scope in scopes}
    edition = Edition.objects.light().in_force(campaign.region_id, today or timezone.localdate())
    if edition is None:
        return list(rows.values())
    categories = set(campaign.categories.values_list("pk", flat=True))
    elements = tuple(key for key in campaign.elements if key in _BY_KEY)
    found = [
        gap
        for gap in _gaps(edition.pk, edition.manifest_hash, elements)
        if gap.department in rows and (not categories or gap.category in categories)
    ]
    filled = _filled([gap for gap in found if gap.missing])
    for gap in found:
        row = rows[gap.department]
        row.items += 1
        if gap.missing:
            row.gaps.append(OpenGap(gap, tuple(_BY_KEY[key].label for key in gap.missing), filled.get(gap.item, "")))
    return list(rows.values())


def _filled(gaps: Collection[Gap]) -> dict[int, str]:
    """Item → number of the submitted request whose change leaves nothing missing (or ends the item)."""
    wanted = {gap.item: gap for gap in gaps}
    changes = Change.objects.filter(open=True, item__in=wanted).exclude(request__state=RequestState.DRAFT).select_related("request")
    found = {}
    for change in changes.order_by("pk"):
        content = change.content
        if isinstance(content, ItemContent) and (
            content.state == "repealed" or not lacking(content, wanted[change.item_id].missing)
        ):
            found[change.item_id] = change.request.number
    return found


@lru_cache(maxsize=8)
def _gaps(edition_id: int, manifest_hash: str, elements: tuple[str, ...]) -> tuple[Gap, ...]:
    """Every item of an edition that stands for itself; kept under the edition's hash, since an edition never changes."""
    entries = EditionEntry.objects.of(edition_id).values_list(
        "item_id",
        "item__code",
        "version__department_id",
        "version__category_id",
        "version__name",
        "version__parent_id",
        "version__content_bytes",
    )
    rows = list(entries)
    split = {parent for *_rest, parent, _content in rows if parent}
    return tuple(
        Gap(item, code, department, category, name, lacking(read_content(bytes(stored)), elements) if elements else ())
        for item, code, department, category, name, _parent, stored in rows
        if item not in split
    )
