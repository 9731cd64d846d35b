"""The manifest of an edition: canonical bytes that name every public item, version and hash, the totals, and how it was decided.

Withheld items (依法不予公开) and their changes stand in it as one salted hash: no code, no count, no gap.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from qingdan.items.models import DepartmentVersion
from qingdan.items.placing import Applied, EditionTerms, Row
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.ledger.merkle import leaf_hash, tree_root

__all__ = ["manifest_bytes", "sha256_hex"]


def manifest_bytes(
    *,
    terms: EditionTerms,
    number: int,
    adjustment_no: int | None,
    previous_hash: str,
    recorded_at: datetime.datetime,
    rows: Sequence[Row],
    counts: dict[tuple[int, str], tuple[int, int]],
    departments: Sequence[DepartmentVersion],
    changes: Sequence[Applied],
    salt: str,
    builds_on: str = "",
) -> bytes:
    """Canonical JSON of one edition. ``items`` are [code, version, payload hash] in official order, ``item_root`` their Merkle root.

    ``builds_on`` (manifest hash) stands in it only where the list is not built on ``previous``: before a pending edition, and for its 续行.

    ``changes`` are [code, kind, old version, new version, 随动, new payload hash, reason, document]: an ended item is named here only.
    """
    public = [[row.code, row.number, row.content_hash] for row in rows if row.public]
    hidden = [[row.position, row.code, row.number, row.content_hash] for row in rows if not row.public]
    listed, unlisted = [], []
    for position, change in enumerate(changes, start=1):
        placement, new = change.placement, change.new
        row = change_row(
            code=new.code,
            kind=placement.kind,
            old=change.old.number if change.old else 0,
            new=new.number,
            follows=placement.follows,
            content_hash=new.content_hash,
            reason=placement.reason,
            document=placement.document,
        )
        if placement.content.not_public:
            unlisted.append([position, *row])
        else:
            listed.append(row)
    totals: dict[str, list[int]] = {}
    for (_department, category), (majors, items) in counts.items():
        total = totals.setdefault(category, [0, 0])
        total[0] += majors
        total[1] += items
    return canonical_bytes(
        {
            "schema": 1,
            "region": terms.region.code,
            "number": number,
            "kind": str(terms.kind),
            "adjustment_no": adjustment_no,
            "notice": {"title": terms.notice_title, "number": terms.notice_no},
            "meeting": terms.meeting,
            "decided_on": terms.decided_on.isoformat(),
            "published_on": terms.published_on.isoformat(),
            "effective_on": terms.effective_on.isoformat(),
            "recorded_at": recorded_at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
            "entered_afterwards": terms.entered_afterwards,
            "demo": terms.demo,
            "previous": previous_hash,
            **({"builds_on": builds_on} if builds_on else {}),
            "decisions": list(terms.decisions),
            "items": public,
            "item_root": item_root(public),
            "withheld": withheld_hash(salt, hidden, unlisted),
            "departments": [[version.department.code, version.number, version.content_hash] for version in departments],
            "changes": listed,
            "totals": totals,
        }
    )


def item_root(items: Sequence[Sequence]) -> str:
    """Merkle root over the canonical [code, version, hash] triples, hexadecimal."""
    return tree_root([leaf_hash(canonical_bytes(list(item))) for item in items]).hex()


def change_row(
    *, code: str, kind: str, old: int, new: int, follows: bool, content_hash: str, reason: str, document: str
) -> list[str | int | bool]:
    """One change as the manifest names it; ``old`` is 0 for a new item."""
    return [code, str(kind), old, new, follows, content_hash, reason, document]


def withheld_hash(salt: str, rows: Sequence[Sequence], changes: Sequence[Sequence]) -> str:
    """What stands for withheld rows ([position, code, version, hash]) and changes ([position, *change_row]). Nothing can be guessed from it."""
    return sha256_hex(canonical_bytes([salt, [list(row) for row in rows], [list(change) for change in changes]]))
