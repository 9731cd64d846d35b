"""Signing the log: one head a publication, after its commit, in order, each size once; never what would be a second history.

Before anything is signed, the log must still contain the last signed head and the head kept outside the database (LOG_HEAD_FILE). A
restored older database that publishes again is thus refused: its log is shorter than, or different from, what is already out in the world.
"""

from __future__ import annotations

import datetime
import logging
import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from qingdan.ledger import keys, notes
from qingdan.ledger.locks import LOG_LOCK, hold
from qingdan.ledger.merkle import leaf_hash, tree_root
from qingdan.ledger.models import AuditEvent, LogEntry, SignedHead

logger = logging.getLogger(__name__)


class SigningRefused(Exception):
    """Nothing was signed; the message says why, and the way out."""


def sign_after_commit() -> None:
    """Sign what a publication has added. Never raises: the publication stands, shown as 已公布·待签 until ``sign_heads`` has run."""
    try:
        sign_heads()
    except (SigningRefused, keys.KeyMissing) as refused:
        logger.error("日志头未签署：%s", refused)
    except Exception:
        logger.exception("日志头未签署")


def sign_heads(*, new_head_file: bool = False) -> list[SignedHead]:
    """Sign every tree size that has no head yet, and write the newest head to the head file. Idempotent; goes on where it was cut off.

    ``new_head_file`` allows a missing head file although heads were signed. Raises SigningRefused or keys.KeyMissing.
    """
    key, path = keys.signing_key(), keys.head_file()
    with transaction.atomic():
        hold(LOG_LOCK)
        leaves = leaf_hashes()
        last = SignedHead.objects.order_by("-tree_size").first()
        outside = read_head_file(path)
        if outside is None and last is not None and not new_head_file:
            raise SigningRefused(f"没有找到库外的日志头 {path}：请找回该文件；确需重建时执行 sign_heads --new-head-file")
        _check_last(leaves, last)
        if outside is not None:
            _check_outside(leaves, outside)
        signed = []
        audit = AuditEvent.objects.order_by("-sequence").values_list("hash", flat=True).first() or "-"
        for size in range(last.tree_size + 1 if last else 1, len(leaves) + 1):
            # A head that reached the file but not the database (a crash between the two) is taken over, not signed a second time.
            kept = outside if outside is not None and outside.size == size and _is_ours(outside, key) else None
            signed.append(_adopt(kept, key) if kept else _sign(key, size, tree_root(leaves[:size]), audit))
        newest = signed[-1] if signed else last
        if newest is not None and (outside is None or outside.size < newest.tree_size):
            write_head_file(path, newest.note)
        return signed


def leaf_hashes() -> list[bytes]:
    """The leaf hashes of the whole log, computed from the leaves. Raises SigningRefused where an index is missing."""
    found = []
    for position, (index, leaf) in enumerate(LogEntry.objects.order_by("index").values_list("index", "leaf")):
        if index != position:
            raise SigningRefused(f"公布日志缺第 {position} 条，不能签署：请执行 verify 查明")
        found.append(leaf_hash(bytes(leaf)))
    return found


def _check_last(leaves: list[bytes], last: SignedHead | None) -> None:
    if last is None:
        return
    if last.tree_size > len(leaves) or tree_root(leaves[: last.tree_size]).hex() != last.root:
        raise SigningRefused(f"公布日志与已签署的第 {last.tree_size} 条日志头不一致，不能签署：日志被改动过，请执行 verify 查明")


def _check_outside(leaves: list[bytes], outside: notes.Head) -> None:
    if outside.size > len(leaves):
        raise SigningRefused(
            f"数据库的公布日志只有 {len(leaves)} 条，库外的日志头已到第 {outside.size} 条：数据库是旧的（例如从旧备份恢复），"
            "继续签署会形成两部历史。请恢复较新的备份"
        )
    if tree_root(leaves[: outside.size]) != outside.root:
        raise SigningRefused(f"公布日志与库外的日志头（{outside.size} 条）分叉，不能签署：这是两部不同的历史，请执行 verify 查明")


def _is_ours(head: notes.Head, key: keys.SigningKey) -> bool:
    return keys.signature_holds(key.public, head.signature, head.body.encode())


def _sign(key: keys.SigningKey, size: int, root: bytes, audit_hash: str) -> SignedHead:
    body = notes.body_of(
        origin=settings.LOG_ORIGIN, size=size, root=root, signed_at=timezone.now(), audit_hash=audit_hash, demo=key.demo
    )
    hashed = notes.key_hash(settings.LOG_ORIGIN, key.public)
    return _adopt(notes.Head(settings.LOG_ORIGIN, size, root, body, hashed, key.sign(body.encode())), key)


def _adopt(head: notes.Head, key: keys.SigningKey) -> SignedHead:
    return SignedHead.objects.create(
        tree_size=head.size,
        root=head.root.hex(),
        body=head.body,
        algorithm=keys.ALGORITHM,
        key_id=head.key_hash.hex(),
        public_key=key.public.hex(),
        signature=head.signature.hex(),
        signed_at=datetime.datetime.fromisoformat(head.extension("time")),
    )


def head_of(index: int) -> SignedHead | None:
    """The head signed for the log entry ``index``; None while it waits to be signed."""
    return SignedHead.objects.filter(tree_size=index + 1).first()


def read_head_file(path: Path) -> notes.Head | None:
    """The head kept outside; None where there is no file. Raises SigningRefused for one that cannot be read."""
    try:
        return notes.read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SigningRefused(f"库外的日志头 {path} 读不了：{error}") from None


def write_head_file(path: Path, note: str) -> None:
    """Old or new, whole: written beside it, forced to disk, renamed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise SigningRefused(f"写不了库外的日志头 {path}：{error.strerror}") from None
