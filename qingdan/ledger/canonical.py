"""Canonical bytes (RFC 8785, JSON Canonicalization Scheme) for what is hashed, stored and signed.

Only strings, integers within ±2⁵³, booleans, null, arrays and objects with ASCII keys: within these, the standard encoder with sorted
keys writes exactly RFC 8785 (a test holds it to an independent implementation). Floats, NaN and lone surrogates are refused.
"""

from __future__ import annotations

import hashlib
import json

MAX_SAFE_INTEGER = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical_bytes(value: object) -> bytes:
    """RFC 8785 bytes of ``value``. Raises ValueError for what has no single canonical form."""
    _check(value)
    try:
        return _encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("文本含有不成对的代理字符，无法保存") from None


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check(value: object) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            raise ValueError(f"整数超出可规范化的范围：{value}")
    elif kind is list or kind is tuple:
        for each in value:
            _check(each)
    elif kind is dict:
        for key, each in value.items():
            if type(key) is not str or not key.isascii():
                raise ValueError(f"键必须是 ASCII 文本：{key!r}")
            _check(each)
    else:
        raise ValueError(f"不能规范化的类型：{kind.__name__}")
