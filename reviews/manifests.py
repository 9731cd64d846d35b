"""What a request's hash covers: reason, document, and each change with its base. The same bytes from proposals and from kept rows."""

from __future__ import annotations

from collections.abc import Iterable

from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from reviews.models import ChangeRequest

# One line of a manifest, in the order of its columns.
_COLUMNS = ("position", "kind", "item__code", "base_version__number", "content_hash", "reason", "document", "terms_text")
# Where a line holds what.
POSITION, KIND, ITEM, BASE, CONTENT, REASON, DOCUMENT, TERMS = range(len(_COLUMNS))


def manifest_bytes(reason: str, document: str, lines: Iterable[list]) -> bytes:
    """Canonical bytes; ``lines``: [position, kind, item code or None, number of the base version or None, content hash, reason, document,
    terms of its kind]."""
    return canonical_bytes([reason, document, list(lines)])


def manifest_of(request: ChangeRequest) -> bytes:
    """The manifest of a request as its rows stand in the database."""
    rows = request.changes.order_by("position").values_list(*_COLUMNS) if request.pk else ()
    return manifest_bytes(request.reason, request.document, [list(row) for row in rows])


def stored_hash(request: ChangeRequest) -> str:
    """The hash that decisions bind, of the rows as they stand."""
    return sha256_hex(manifest_of(request))
