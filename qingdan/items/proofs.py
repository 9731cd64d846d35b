"""Evidence to take away: the proof of one item or one edition as a file, and the bundle of a whole edition (``tools/verify_bundle.py``).

Both are made from what was signed for the edition's own place in the log, so they never change once the edition is signed.
"""

from __future__ import annotations

from pathlib import Path

from qingdan.items.models import Edition, EditionDepartment, EditionEntry, ItemVersion
from qingdan.ledger.canonical import canonical_bytes
from qingdan.ledger.heads import head_of, leaf_hashes
from qingdan.ledger.merkle import inclusion_proof
from qingdan.ledger.models import LogEntry, SignedHead


class NotSigned(Exception):
    """The edition is published, but its head is not signed yet (已公布·待签)."""


def edition_proof(edition: Edition) -> bytes:
    """One edition: its manifest, its leaf, the way to the signed root. Raises NotSigned."""
    return canonical_bytes(_proof(edition))


def item_proof(version: ItemVersion) -> bytes:
    """One public version of an item as the edition published it that brought it. Raises NotSigned."""
    proof = _proof(version.edition)
    proof |= {"code": version.item.code, "version": version.number, "content": bytes(version.content_bytes).decode()}
    return canonical_bytes(proof)


def _proof(edition: Edition) -> dict[str, object]:
    head = _head(edition)
    return {
        "schema": 1,
        "head": head.note,
        "key": head.public_key,
        "leaf": bytes(LogEntry.objects.get(index=edition.log_index).leaf).decode(),
        "manifest": bytes(edition.manifest).decode(),
        "path": [node.hex() for node in inclusion_proof(leaf_hashes()[: head.tree_size], edition.log_index)],
    }


def _head(edition: Edition) -> SignedHead:
    head = head_of(edition.log_index)
    if head is None:
        raise NotSigned("这个公布版本尚未签署（已公布·待签）：请先执行 sign_heads")
    return head


def write_bundle(edition: Edition, folder: Path) -> int:
    """Write the bundle of ``edition`` into ``folder`` (made if missing; must be empty). Returns the number of items.

    Raises NotSigned, FileExistsError or another OSError.
    """
    head = _head(edition)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"目录 {folder} 不是空的")
    items = EditionEntry.objects.of(edition).public().values_list("version__content_bytes", flat=True)
    departments = EditionDepartment.objects.filter(edition=edition).order_by("position")
    leaves = leaf_hashes()[: head.tree_size]
    (folder / "head.txt").write_bytes(head.note.encode())
    (folder / "key.txt").write_bytes(f"{head.public_key}\n".encode())
    (folder / "leaf.json").write_bytes(bytes(LogEntry.objects.get(index=edition.log_index).leaf))
    (folder / "log.txt").write_bytes("".join(f"{leaf.hex()}\n" for leaf in leaves).encode())
    (folder / "manifest.json").write_bytes(bytes(edition.manifest))
    _write_lines(folder / "departments.jsonl", departments.values_list("version__content_bytes", flat=True))
    return _write_lines(folder / "items.jsonl", items)


def _write_lines(path: Path, contents) -> int:
    count = 0
    with path.open("wb") as file:
        for content in contents.iterator(chunk_size=500):
            file.write(bytes(content) + b"\n")
            count += 1
    return count
