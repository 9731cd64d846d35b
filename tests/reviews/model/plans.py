"""What a pair needs that chance seldom brings: a few acts one after the other on the same objects, the pair itself at the end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.reviews.model.desk import Piece, Request, Text
from tests.reviews.model.oracle import CLAIMED
from tests.reviews.model.oracle_batches import OUTCOME_ACT
from tests.reviews.model.oracle_later import Model

# (kind of object, its state, act); the state of what is not there yet is none.
Key = tuple[str, str, str]
PUBLISHED: tuple[Key, ...] = (("measure", "none", "propose"), ("measure", "proposed", "confirm"))
ELEMENTS = ("phone", "note")


@dataclass(frozen=True, slots=True)
class Plan:
    """``steps``: each to be done. The rest is what they are done with: a request, a batch, what a correction says, how a meeting ended."""

    steps: tuple[Key, ...]
    request: int | None = None
    batch: int | None = None
    correction: tuple[str, Text] | None = None
    outcome: str = ""


def plan_for(model: Model, rng: random.Random, key: Key) -> Plan | None:
    """None where chance must do, or nothing is there to begin with."""
    found = list(PLANS[key](model, rng, key)) if key in PLANS else []
    return rng.choice(found) if found else None


def _claimed(model: Model, rng: random.Random, key: Key) -> Iterator[Plan]:
    for row in _requests(model, key[1]):
        yield Plan((("request", key[1], "claim"), key), request=row.key)


def _corrected(model: Model, rng: random.Random, key: Key) -> Iterator[Plan]:
    """Sent back with one element marked, corrected there alone and handed in again: earlier reviewers are asked whether their word stands."""
    steps = (("request", key[1], "return"), ("request", "returned", "edit"), ("request", "returned", "submit"), key)
    for row in _requests(model, key[1]):
        if model.spoken(row):
            yield Plan(steps, request=row.key)


def _overtaken(model: Model, rng: random.Random, key: Key) -> Iterator[Plan]:
    """What a decided batch holds is published with something else."""
    for batch in model.batches.values():
        if batch.state == key[1]:
            for request, piece in model.agreed(batch):
                if correction := _correction(model, rng, request, piece, ELEMENTS):
                    yield Plan((*PUBLISHED, key), batch=batch.key, correction=correction)


def _overtaken_elsewhere(model: Model, rng: random.Random, key: Key) -> Iterator[Plan]:
    """The item is published with another element than the request's: the request can be carried onto that version."""
    for row in _requests(model, key[1]):
        if row.batch is not None and model.batches[row.batch].state != "draft":
            continue
        for piece in row.pieces:
            if piece.base is None:
                continue
            touched = model.versions[piece.name, piece.base].differing(piece.after)
            if correction := _correction(model, rng, row, piece, [each for each in ELEMENTS if each not in touched]):
                yield Plan((*PUBLISHED, key), request=row.key, correction=correction)


def _taken_out(model: Model, rng: random.Random, key: Key) -> Iterator[Plan]:
    """Taken out of the batch that gathers, and put in again."""
    for row in _requests(model, "batched"):
        if model.batches[row.batch].state == "draft":
            yield Plan((("request", "batched", "release"), key), request=row.key, batch=row.batch)


def _registered(model: Model, rng: random.Random, key: Key) -> Iterator[Plan]:
    for batch in model.batches.values():
        if batch.state == "frozen":
            for outcome, act in OUTCOME_ACT.items():
                if act == key[2]:
                    yield Plan((("batch", "frozen", "register"), key), batch=batch.key, outcome=outcome)


def _requests(model: Model, state: str) -> list[Request]:
    return [row for row in model.requests.values() if row.state == state]


def _correction(model: Model, rng: random.Random, row: Request, piece: Piece, elements) -> tuple[str, Text] | None:
    """(region, text) that would be published over the version that ``piece`` changes; None where that is not in force."""
    listed = model.lists[row.region].get(piece.name)
    if piece.base is None or listed is None or listed.version != piece.base or not elements:
        return None
    return row.region, listed.text.but(**{rng.choice(list(elements)): f"更正{rng.randint(0, 99999)}"})


PLANS = {
    **{("request", state, "unclaim"): _claimed for state in CLAIMED},
    ("request", "compliance", "confirm"): _corrected,
    ("request", "legality", "confirm"): _corrected,
    ("request", "legality", "reopen"): _corrected,
    ("request", "awaiting", "rebase"): _overtaken_elsewhere,
    ("request", "batched", "rebase"): _overtaken_elsewhere,
    ("request", "awaiting", "gather"): _taken_out,
    ("batch", "draft", "add"): _taken_out,
    ("batch", "amending", "stop"): _overtaken,
    ("batch", "decided", "stop"): _overtaken,
    **{("batch", "recorded", act): _registered for act in OUTCOME_ACT.values()},
}
