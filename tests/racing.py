"""Races on purpose: several acts at the same moment, each in a thread with a connection of its own (use with ``committed_db``)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections


@dataclass(frozen=True)
class Outcome:
    """What one act came to: its value, or the error that it raised."""

    value: Any = None
    error: BaseException | None = None

    @property
    def won(self) -> bool:
        return self.error is None


def race(*acts: Callable[[], Any], seconds: float = 60) -> list[Outcome]:
    """Run ``acts`` at once; their outcomes in the order given. Fails if one has not ended after ``seconds``.

    Every thread connects first, then all wait for each other, so that no act has a head start.
    """
    outcomes: list[Outcome | None] = [None] * len(acts)
    barrier = threading.Barrier(len(acts), timeout=seconds)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connections["default"].ensure_connection()
            barrier.wait()
            outcomes[place] = Outcome(value=act())
        except BaseException as error:
            outcomes[place] = Outcome(error=error)
            if isinstance(error, threading.BrokenBarrierError):
                raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    hanging = [place for place, outcome in enumerate(outcomes) if outcome is None]
    assert not hanging, f"acts {hanging} have not ended after {seconds} s"
    return outcomes
