"""Papers that take their time are ordered in an act and made by the worker, one file an order; a page asks here how far it is.

The outbox delivers at least once; a file that is kept already is not made again, so being asked twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.module_loading import import_string

from qingdan.outbox.models import OutboxEntry
from qingdan.outbox.queue import handles, put
from qingdan.paper.models import KeptFile

PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Order:
    """One file to be made: its key among the kept files, and the function (by name) that makes and keeps it, with its arguments."""

    key: str
    maker: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is: ``file`` when it is made; else ordered, or not; ``fault``: why it was not made at the last attempt."""

    file: KeptFile | None
    ordered: bool = False
    fault: str = ""


def order_papers(orders: Iterable[Order]) -> None:
    """Ask the worker for files, in the caller's transaction; what was ordered before is left as it is."""
    put(PAPER, [(_key(each.key), {"maker": each.maker, "arguments": dict(each.arguments)}) for each in orders])


@handles(PAPER)
def make_ordered(key: str, payload: dict) -> None:
    """Carry out one order."""
    import_string(payload["maker"])(**payload["arguments"])


def progress_of(keys: Iterable[str]) -> dict[str, Progress]:
    """Key → how far it is; two queries, however many keys."""
    keys = list(keys)
    made = {file.key: file for file in KeptFile.objects.filter(key__in=keys)}
    waiting = OutboxEntry.objects.filter(kind=PAPER, key__in=[_key(key) for key in keys if key not in made])
    ordered = {entry.key: entry.last_error for entry in waiting}
    return {key: Progress(made.get(key), _key(key) in ordered, ordered.get(_key(key), "")) for key in keys}


def _key(key: str) -> str:
    return f"{PAPER}:{key}"
