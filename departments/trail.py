"""Keeping a change of a person or a department: the row, its history entry with who and why, and fingerprints for the audit trail."""

from __future__ import annotations

from django.db import models

from departments.people import Actor
from qingdan.ledger.canonical import canonical_bytes, sha256_hex

_UNSEEN = frozenset({"password", "last_login"})


def fingerprint(obj: models.Model) -> str:
    """SHA-256 of the row's fields; passwords stay outside."""
    fields = [field for field in obj._meta.concrete_fields if field.attname not in _UNSEEN]
    values = {field.attname: getattr(obj, field.attname) for field in fields}
    return sha256_hex(canonical_bytes({name: "" if value is None else str(value) for name, value in values.items()}))


def keep(obj: models.Model, *, actor: Actor | None = None, reason: str = "") -> None:
    """Save a tracked row; its history entry names the actor and the reason."""
    obj._history_user = actor.user if actor else None
    obj._change_reason = reason
    obj.save()
