"""The signing key and the head file, both outside the database: whoever can write the database alone can forge neither.

``MODE=local`` makes the key by itself and marks it 演示密钥; what such a key signs says so. Production names both files or does not sign.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings
from django.db import connection

DEMO_MARK = "# 演示密钥：MODE=local 自动生成，不能用于正式公布"
ALGORITHM = "Ed25519"


class KeyMissing(Exception):
    """There is no usable key or head file; the message says what to set."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    private: Ed25519PrivateKey
    demo: bool

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def signing_key() -> SigningKey:
    """The key in SIGNING_KEY_FILE; under MODE=local made there at first use. Raises KeyMissing."""
    path = _key_file()
    if settings.LOCAL and not path.exists():
        _make(path)
    try:
        text = path.read_text(encoding="utf-8")
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise KeyMissing(f"读不了签名密钥 {path}：{error.strerror}") from None
    if mode & 0o077:
        raise KeyMissing(f"签名密钥 {path} 的权限是 {mode:o}，其他账号可读：请执行 chmod 600 {path}")
    demo = DEMO_MARK in text
    if demo and not settings.LOCAL:
        raise KeyMissing(f"{path} 是演示密钥，不能用于正式公布：请用 openssl genpkey -algorithm ed25519 另行生成")
    try:
        pem = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
        private = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyMissing(f"{path} 不是 Ed25519 私钥（PEM）：请用 openssl genpkey -algorithm ed25519 生成")
    return SigningKey(private, demo)


def _key_file() -> Path:
    if settings.SIGNING_KEY_FILE:
        return Path(settings.SIGNING_KEY_FILE)
    if not settings.LOCAL:
        raise KeyMissing(
            "未设置 SIGNING_KEY_FILE：请用 openssl genpkey -algorithm ed25519 -out 文件 生成私钥，权限设为 600，并把该变量指向它"
        )
    return settings.VAR_DIR / "signing_key.pem"


def _make(path: Path) -> None:
    """A demo key, readable by its owner only; whoever comes first wins."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(f"{DEMO_MARK}\n".encode() + pem)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def trusted_keys() -> dict[str, int | None]:
    """Public key (hex) → the last tree size that it may have signed, None for the present key. Raises KeyMissing without any.

    A retired or stolen key stays good for what it signed before (FORMER_SIGNING_KEYS, ``hex:size``) and for nothing later.
    """
    found: dict[str, int | None] = {}
    for entry in settings.FORMER_SIGNING_KEYS:
        public, _, size = entry.partition(":")
        if len(public) != 64 or not size.isdigit():
            raise KeyMissing(f"FORMER_SIGNING_KEYS 中的“{entry}”不对：应为 公钥十六进制:最后一次签署的日志大小")
        found[public.lower()] = int(size)
    present = settings.LOG_PUBLIC_KEY.lower() or signing_key().public.hex()
    return found | {present: None}


def is_trusted(public: str, size: int, trusted: dict[str, int | None]) -> bool:
    return public in trusted and (trusted[public] is None or size <= trusted[public])


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def head_file(database: str | None = None) -> Path:
    """Where the newest signed head is kept outside the database; under MODE=local beside the database named. Raises KeyMissing."""
    if settings.LOG_HEAD_FILE:
        return Path(settings.LOG_HEAD_FILE)
    if not settings.LOCAL:
        raise KeyMissing("未设置 LOG_HEAD_FILE：请指定数据库之外保存日志头的文件，最好在另一台机器或只追加的存储上")
    name = str(database or connection.settings_dict["NAME"])
    return Path(f"{name}.head") if connection.vendor == "sqlite" else settings.VAR_DIR / f"{name}.head"
