"""The text of a signed head: a checkpoint in the form of a signed note (C2SP tlog-checkpoint, signed-note).

    origin
    tree size
    root, base64
    time …            when it was signed, UTC
    audit …           hash of the newest audit event then
    demo-key 演示密钥   only where the key is for demonstration

    — origin base64(key hash ‖ signature)

A signature covers everything up to the blank line. Lines of further algorithms may stand beside it; who does not know them skips them.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
from dataclasses import dataclass

_ED25519 = b"\x01"
DEMO_LINE = "demo-key 演示密钥"


class NoteBroken(ValueError):
    """The text is not a signed head; the message says where."""


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint: ``body`` is what is signed, ``signature`` 64 bytes, ``root`` 32 bytes."""

    origin: str
    size: int
    root: bytes
    body: str
    key_hash: bytes
    signature: bytes

    @property
    def note(self) -> str:
        return note_of(self.body, self.origin, self.key_hash, self.signature)

    def extension(self, name: str) -> str:
        """The rest of the line that begins with ``name``; empty where there is none."""
        lines = self.body.splitlines()[3:]
        return next((line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")), "")


def key_hash(origin: str, public: bytes) -> bytes:
    """Four bytes that tell keys of one name apart."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:4]


def body_of(*, origin: str, size: int, root: bytes, signed_at: datetime.datetime, audit_hash: str, demo: bool) -> str:
    at = signed_at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    lines = [origin, str(size), base64.b64encode(root).decode(), f"time {at}", f"audit {audit_hash}"]
    return "\n".join([*lines, *([DEMO_LINE] if demo else []), ""])


def note_of(body: str, origin: str, hashed_key: bytes, signature: bytes) -> str:
    return f"{body}\n— {origin} {base64.b64encode(hashed_key + signature).decode()}\n"


def read(text: str) -> Head:
    """The head in a note whose first signature line carries its own origin. Raises NoteBroken."""
    body, separator, signatures = text.partition("\n\n")
    lines = body.split("\n")
    if not separator or len(lines) < 3:
        raise NoteBroken("日志头不完整")
    origin = lines[0]
    mark = f"— {origin} "
    own = next((line for line in signatures.split("\n") if line.startswith(mark)), "")
    try:
        blob = base64.b64decode(own.removeprefix(mark), validate=True)
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error:
        raise NoteBroken("日志头的编码不对") from None
    if len(root) != 32 or len(blob) != 68 or not (lines[1].isascii() and lines[1].isdigit()):
        raise NoteBroken("日志头的大小、根或签名不对")
    return Head(origin, int(lines[1]), root, body + "\n", blob[:4], blob[4:])
