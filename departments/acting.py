"""How an act runs: one transaction, and a refusal is written to the audit trail after the rollback."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from ipaddress import ip_address
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import IntegrityError, models, transaction

from departments.people import Actor
from qingdan.errors import Refusal, WrongState
from qingdan.ledger import audit
from qingdan.ledger.models import AuditEvent

P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger(__name__)


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
    What a constraint refuses after the act's own checks passed was done by somebody else in between: WrongState (409).
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with _constraints_as_refusals(name), transaction.atomic(durable=durable):
                    return function(*args, **kwargs)
            except Refusal as refusal:
                record_refusal(kwargs["actor"], name, kwargs, refusal)
                raise

        run.act_name = name
        return run

    return mark


@contextmanager
def _constraints_as_refusals(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as clash:
        # Also what a fault of our own would look like, so it is never silent.
        logger.warning("act %s met a constraint: %s", name, clash)
        raise WrongState("刚刚有人做了相同或相冲突的登记，本次没有写入；请刷新后再看") from clash


def record_refusal(actor: Actor, name: str, arguments: dict, refusal: Refusal) -> None:
    """One denied event: the object is the first model instance among the act's arguments."""
    refusal.recorded = True
    obj = next((value for key, value in arguments.items() if key != "actor" and isinstance(value, models.Model)), None)
    with transaction.atomic():
        audit.record(
            **actor.identity(),
            act=name,
            obj=obj,
            outcome=AuditEvent.Outcome.DENIED,
            detail=f"{type(refusal).__name__}: {refusal}",
        )
