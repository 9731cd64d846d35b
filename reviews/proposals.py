"""What a department proposes, before it is a row: the value that forms, workbooks and bulk changes hand to the acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qingdan.items.content import DepartmentContent, ItemContent
from qingdan.items.models import Item, ItemVersion
from qingdan.ledger.canonical import canonical_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One change that a department proposes. ``item`` and ``base_version`` are both given, or neither for a new item.

    ``terms``: what its kind asks for (``reviews.kind_terms``).
    """

    kind: str
    content: ItemContent | DepartmentContent
    item: Item | None = None
    base_version: ItemVersion | None = None
    reason: str = ""
    document: str = ""
    terms: Mapping[str, object] = field(default_factory=dict)
    source_row: str = ""

    @property
    def terms_text(self) -> str:
        """``terms`` as they are kept and hashed."""
        return canonical_bytes(dict(self.terms)).decode()

    @property
    def ends(self) -> bool:
        """Whether the item leaves the list."""
        return isinstance(self.content, ItemContent) and self.content.state == "repealed"
