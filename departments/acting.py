"""How an act runs: one transaction, and a refusal is written to the audit trail after the rollback."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from ipaddress import ip_address
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import models, transaction

from departments.people import Actor
from qingdan.errors import Refusal
from qingdan.ledger import audit
from qingdan.ledger.models import AuditEvent

P = ParamSpec("P")
R = TypeVar("R")


def client_address(request) -> str:
    """The address a request comes from: the connection's, or the one that the outermost of our own proxies (PROXY_COUNT) saw.

    Counted from the right: whatever a client itself writes into X-Forwarded-For stands further left and is never read.
    """
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if 0 < settings.PROXY_COUNT <= len(seen):
        with suppress(ValueError):
            return str(ip_address(seen[-settings.PROXY_COUNT]))
    return request.META.get("REMOTE_ADDR", "")


def act(name: str, *, durable: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a keyword-only function with ``actor`` as an act.

    It runs in one transaction (``durable``: never inside another); a Refusal rolls everything back, is recorded as denied and raised on.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with transaction.atomic(durable=durable):
                    return function(*args, **kwargs)
            except Refusal as refusal:
                record_refusal(kwargs["actor"], name, kwargs, refusal)
                raise

        run.act_name = name
        return run

    return mark


def record_refusal(actor: Actor, name: str, arguments: dict, refusal: Refusal) -> None:
    """One denied event: the object is the first model instance among the act's arguments."""
    obj = next((value for key, value in arguments.items() if key != "actor" and isinstance(value, models.Model)), None)
    with transaction.atomic():
        audit.record(
            **actor.identity(),
            act=name,
            obj=obj,
            outcome=AuditEvent.Outcome.DENIED,
            detail=f"{type(refusal).__name__}: {refusal}",
        )
