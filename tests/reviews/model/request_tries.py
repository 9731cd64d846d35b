"""What may be tried on requests: arguments for each act, most often such as people give, now and then wrong ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

from tests.reviews.model.desk import PEOPLE, REGION_OF, Piece, Request, Text
from tests.reviews.model.oracle import CLAIMED, LAW, OUTCOMES
from tests.reviews.model.oracle_later import Model
from tests.reviews.model.plans import Plan

STATES = ("draft", "compliance", "legality", "awaiting", "batched", "approved", "published", "returned", "refused", "withdrawn")
ACTS = (*dict.fromkeys(act for _, act in LAW), "claim", "unclaim")
REQUEST_LAW = frozenset({*LAW, *itertools.product(CLAIMED, ("claim", "unclaim"))})
DESK_POSTS = ("clerk", "head", "compliance")


class RequestTries:
    """``model`` and ``random`` are the walk's."""

    def __init__(self, model: Model, rng: random.Random):
        self.model, self.random = model, rng
        self.names = itertools.count(1)
        self.plan: Plan | None = None

    def rarely(self, usual, other, chance: float = 0.12):
        return other if self.random.random() < chance else usual

    def tries(self, state: str, act: str) -> Iterator[tuple[str, dict]]:
        """Endlessly: (act of the model, its arguments)."""
        if state == "none":
            while True:
                yield self.new_request(act)
        rows = [request for request in self.model.requests.values() if request.state == state]
        rows = rows[-30:] if self.random.random() < 0.8 else rows
        if self.plan is not None and self.plan.request is not None:
            rows = [request for request in rows if request.key == self.plan.request]
        while rows:
            request = self.random.choice(rows)
            yield self.on_request(act, request, self.someone(request))

    def someone(self, request: Request) -> str:
        """Of three in four, somebody of the place."""
        if self.random.random() < 0.25:
            return self.random.choice(list(PEOPLE))
        return self.random.choice(PEOPLE_OF[request.department])

    # -- acts on a request ----------------------------------------------------------------------------------------------------------

    def on_request(self, act: str, request: Request, who: str) -> tuple[str, dict]:
        arguments = {"who": who, "request": request.key}
        opinion, seen = self.rarely("意见", "", 0.2), self.rarely(True, False, 0.06)
        part = self.random.choice(["", "", "", "duty", "platform", "legality"])
        if act == "edit":
            return act, arguments | {
                "reason": self.rarely(request.reason, "另有理由", 0.1),
                "pieces": self.edited(request),
                "seen": seen,
            }
        if act in ("submit", "rebase"):
            return act, arguments | {"seen": seen}
        if act == "withdraw":
            return act, arguments | {"opinion": opinion}
        if act in ("claim", "unclaim"):
            return act, arguments
        if act in ("gather", "release"):
            return {"gather": "add", "release": "remove"}[act], arguments | {"batch": self.batch_for(request)}
        if act == "return" and request.state == "awaiting" and self.random.random() < 0.8:
            return "return_before_batch", arguments | {"opinion": opinion, "seen": seen}
        if act in OUTCOMES.values():
            outcome = {name: outcome for outcome, name in OUTCOMES.items()}[act]
            return "decide", arguments | {
                "outcome": outcome,
                "opinion": opinion,
                "seen": seen,
                "part": part,
                "words": self.words(request),
                "reasons": self.rarely(True, False),
            }
        answer = "confirmed" if act == "confirm" else "reopened"
        return "answer", arguments | {"answer": answer, "opinion": opinion, "seen": seen, "part": part}

    def batch_for(self, request: Request) -> int:
        """Its own, else one of the region that gathers, else any."""
        gathering = [row.key for row in self.model.batches.values() if row.state == "draft" and row.region == request.region]
        usual = request.batch or (gathering or list(self.model.batches))[-1]
        return self.rarely(usual, self.random.choice(list(self.model.batches)), 0.1)

    def words(self, request: Request) -> dict[int, tuple[str, str, str]]:
        if self.plan is not None:
            return {self.random.choice(request.pieces).position: ("returned", "逐项意见", "phone")}
        if self.random.random() < 0.5:
            return {}
        positions = [piece.position for piece in request.pieces] + self.rarely([], [99], 0.1)
        chosen = self.random.sample(positions, self.random.randint(1, min(2, len(positions))))
        return {
            position: (
                self.rarely("returned", "refused", 0.3),
                self.rarely("逐项意见", "", 0.2),
                self.random.choice(["phone", "note", "phone", ""]),
            )
            for position in chosen
        }

    def edited(self, request: Request) -> list[Piece]:
        """Most often what a return had marked; else anything."""
        pieces = [replace(piece) for piece in request.pieces]
        marks = request.sent_back.marks if request.sent_back else {}
        for piece in pieces:
            for element in marks.get(piece.name, ()):
                if self.random.random() < 0.8 and piece.kind != "repeal":
                    piece.text = piece.text.but(**{element or "phone": f"0710-37{self.random.randint(0, 99999):05}"})
        chance = 0 if self.plan is not None else 0.15 if marks else 0.8
        if self.random.random() < chance:
            piece = self.random.choice(pieces)
            if piece.kind != "repeal":
                piece.text = self.touch(piece.text)
        if self.random.random() < chance / 4:
            pieces.append(self.new_piece(request.department))
        if self.random.random() < chance / 4 and all(piece.base for piece in pieces):
            pieces.pop(self.random.randrange(len(pieces)))
        return pieces

    # -- new ones -------------------------------------------------------------------------------------------------------------------

    def new_request(self, act: str) -> tuple[str, dict]:
        department = self.random.choice(list(REGION_OF))
        pieces = [self.new_piece(department) for _ in range(self.random.randint(1, 4))]
        pieces = self.rarely(pieces, [], 0.04)
        who = self.random.choice(list(PEOPLE) if self.random.random() < 0.3 else WRITERS_OF[REGION_OF[department]])
        arguments = {"who": who, "department": department, "reason": self.rarely("依法调整", "", 0.04), "pieces": pieces}
        return act, arguments | ({"notified": self.rarely("电话告知", "", 0.1)} if act == "on_behalf" else {})

    def new_piece(self, department: str) -> Piece:
        """A new item, or another telephone, or no item any more; now and then somebody else's, or one that is held."""
        if self.random.random() < 0.25:
            number = next(self.names)
            return Piece("add", Text(f"{department[-1]}类新事项第{number}号", self.random.choice(["01", "02"])))
        owner = self.rarely(department, self.random.choice(list(REGION_OF)), 0.05)
        rows = [(n, row) for n, row in self.model.lists[REGION_OF[owner]].items() if row.department == owner]
        name, row = self.random.choice(rows)
        while self.model.holder(name) and self.random.random() < 0.95:
            name, row = self.random.choice(rows)
        if self.random.random() < 0.08 and len(rows) > 10:
            return Piece("repeal", row.text, row.version, documented=self.rarely(True, False))
        return Piece("elements", self.touch(row.text), row.version)

    def touch(self, text: Text) -> Text:
        element = self.random.choice(["phone", "note", "phone"])
        return text.but(**{element: self.rarely(f"0710-36{self.random.randint(0, 99999):05}", getattr(text, element), 0.06)})


# Who works in a department or for its region; who may open a request in a region.
PEOPLE_OF = {
    department: [name for name, posts in PEOPLE.items() if any(place in (region, department) for _, place in posts)]
    for department, region in REGION_OF.items()
}
WRITERS_OF = {
    region: [n for n, posts in PEOPLE.items() if any(p in DESK_POSTS and REGION_OF.get(at, at) == region for p, at in posts)]
    for region in REGION_OF.values()
}
