"""A seeded random walk over the desk: people of every post try what they may and what they may not; model and product must agree."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from django.db import connection

from tests.reviews.model.desk import PEOPLE, REGION_OF, Piece, Refused, Request, Text
from tests.reviews.model.later_tries import LATER, LaterTries
from tests.reviews.model.oracle import LAW, OUTCOMES
from tests.reviews.model.oracle_later import Model
from tests.reviews.model.product import first_lists
from tests.reviews.model.product_later import Later

STATES = ("draft", "compliance", "legality", "awaiting", "batched", "approved", "published", "returned", "refused", "withdrawn")
REQUEST_ACTS = ("edit", "submit", "withdraw", "pass", "return", "refuse", "confirm", "reopen", "claim", "release", "rebase")
# How much more, or less, often than others an act is meant to be done: most go on, few end.
OFTEN = {"submit": 3, "pass": 6, "confirm": 6, "withdraw": 0.1, "refuse": 0.1, "on_behalf": 0.3}
# States in which a request waits for somebody's post.
CLAIMED = ("compliance", "legality", "awaiting")
KINDS = ("broken", "wrong_state", "not_allowed", "stranger")
TRIES = 60


class Divergence(AssertionError):
    """Model and product differ: what was done, and how each sees it."""


class Walk:
    """``coverage``: (kind of object, state, act) → [done, refused]."""

    def __init__(self, seed: int, items: int = 40):
        self.random = random.Random(seed)
        lists = first_lists(items)
        self.model, self.product = Model(lists), Later(lists)
        self.later = LaterTries(self.model, self.random)
        self.coverage: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.kinds: dict[str, int] = defaultdict(int)
        self.names = itertools.count(1)
        with connection.cursor() as cursor:
            # Nothing here has to survive a power cut.
            cursor.execute("PRAGMA synchronous = OFF" if connection.vendor == "sqlite" else "SET synchronous_commit = off")
        self.steps: list[str] = []

    # -- one step -----------------------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        key, act, arguments = self.choose()
        expected = self.model.do(act, arguments)
        self.steps.append(f"{len(self.steps)} {key} {act} {arguments}")
        found = self.product.do(act, arguments)
        self.coverage[key][expected is not None] += 1
        self.kinds[expected.kind if expected else "done"] += 1
        if told(expected) != told(found):
            raise Divergence(self.tell(f"model {told(expected)}, product {told(found)}", arguments))
        keys = {number for kind, number in self.model.touched if kind == "request"}
        if expected is None or self.random.random() < 0.2:
            keys |= {arguments["request"]} if "request" in arguments else set()
        self.product.learn(self.model.requests)
        self.product.learn_later(self.model)
        self.compare(keys)
        for kind, number in self.model.touched:
            self.compare_later(kind, number)

    def compare(self, keys: set[int]) -> None:
        views = self.product.view_requests(keys)
        for key in keys:
            expected = self.view(self.model.requests[key])
            if expected != views[key]:
                differing = {name: (value, views[key][name]) for name, value in expected.items() if value != views[key][name]}
                raise Divergence(self.tell(f"request {key} (model, product): {differing}", {"request": key}))

    def compare_later(self, kind: str, number: int) -> None:
        model = self.model
        if kind == "request":
            return
        if kind == "batch":
            row = model.batches[number]
            expected = (row.state, bool(row.frozen), sorted(request.key for request in model.of(row)))
        elif kind == "measure":
            row = model.measures[number]
            expected = (row.state, row.settled_by, row.reported)
        else:
            row = model.filings[number]
            expected = (row.state, row.round, row.registered, sorted(row.results))
        found = self.product.view_later(kind, number)
        if expected != found:
            raise Divergence(self.tell(f"{kind} {number}: model {expected}, product {found}", {kind: number}))

    def compare_all(self) -> None:
        """Everything, and the list that the public reads."""
        self.compare(set(self.model.requests))
        for kind, rows in (("batch", self.model.batches), ("measure", self.model.measures), ("filing", self.model.filings)):
            for number in rows:
                self.compare_later(kind, number)
        assert self.product.count_requests() == len(self.model.requests)
        for region, rows in self.model.lists.items():
            expected = {name: (row.department, row.text, row.version) for name, row in rows.items()}
            found = self.product.list_in_force(region)
            if expected != found:
                differing = {n: (expected.get(n), found.get(n)) for n in expected.keys() | found if expected.get(n) != found.get(n)}
                raise Divergence(self.tell(f"list of {region} (model, product): {differing}", {}))

    def view(self, request: Request) -> dict:
        return {
            "pieces": [(p.position, p.kind, p.after, p.base, p.outcome, p.open) for p in request.pieces],
            "said": [(s.part, s.person, s.outcome, s.revision) for s in request.said],
            "answers": [(s.part, s.person, s.outcome, s.revision) for s in request.answers],
            "state": request.state,
            "revision": request.revision,
            "department": request.department,
            "author": request.author,
            "submitter": request.submitter,
            "on_behalf": (request.on_behalf, request.on_behalf),
            "origin": request.origin,
            "batch": self.product.batches.get(request.batch),
            "claims": request.claims,
        }

    def tell(self, what: str, arguments: dict) -> str:
        """The last acts on the same object, and the object as the model has it."""
        kind = next((kind for kind in ("batch", "request", "measure", "filing") if kind in arguments), "")
        number = arguments.get(kind)
        history = [step for step in self.steps[:-1] if kind and f"'{kind}': {number}," in step + ","][-15:]
        rows = {
            "request": self.model.requests,
            "batch": self.model.batches,
            "measure": self.model.measures,
            "filing": self.model.filings,
        }
        return "\n".join([what, *history, self.steps[-1], str(rows[kind].get(number) if kind else "")])

    def seldom(self, least: int) -> dict[tuple[str, str, str], list[int]]:
        """Pairs that can occur and were done, where the law knows them, or refused fewer than ``least`` times."""
        laws = {"request": (STATES, REQUEST_ACTS, LAW), **LATER}
        found = {}
        for kind, (states, acts, law) in laws.items():
            for state, act in itertools.product(states, acts):
                done, refused = self.coverage[kind, state, act]
                claims = act in ("claim", "release") and state in CLAIMED
                if refused < least or (((state, act) in law or claims) and done < least):
                    found[kind, state, act] = [done, refused]
        return found

    # -- choosing -------------------------------------------------------------------------------------------------------------------------

    def choose(self) -> tuple[tuple[str, str, str], str, dict]:
        """A pair (state, act) that can be tried now, and somebody and something with which it is done, or refused."""
        for _ in range(TRIES):
            key, done = self.pair()
            # Of the refusals half are meant to be of one kind, so that each kind comes up.
            kind = self.random.choice([*KINDS, *KINDS[:1], *[""] * 5])
            for act, arguments in self.tries(key):
                refused = self.model.judge(act, arguments)
                if (refused is None) == done and (done or kind in ("", refused.kind)):
                    return key, act, arguments
        act, arguments = self.new_request()
        return ("request", "none", "create"), act, arguments

    def pair(self) -> tuple[tuple[str, str, str], bool]:
        """Half of the steps go on with something, the others try what is rarest; ends come seldom."""
        pairs = [pair for pair in self.open_pairs() if pair[1]] if self.random.random() < 0.65 else self.open_pairs()
        weights = [(1 + self.coverage[key][not done]) ** -2 * (OFTEN.get(key[2], 1) ** 2 if done else 1) for key, done in pairs]
        return self.random.choices(pairs, weights)[0]

    def open_pairs(self) -> list[tuple[tuple[str, str, str], bool]]:
        """(state, act) of which there is an object now, to be done where the law knows it, and to be refused."""
        present = {request.state for request in self.model.requests.values()}
        pairs = [(("request", "none", act), done) for act in ("create", "on_behalf") for done in (True, False)]
        pairs += self.later.pairs()
        return pairs + [
            (("request", state, act), done)
            for state in STATES
            if state in present
            for act in REQUEST_ACTS
            for done in (True, False)
            if not done or (act in ("claim", "release") and state in CLAIMED) or (state, act) in LAW
        ]

    def tries(self, key: tuple[str, str, str]) -> Iterator[tuple[str, dict]]:
        kind, state, act = key
        if kind != "request":
            yield from self.later.tries(key)
            return
        if act in ("create", "on_behalf"):
            for _ in range(TRIES):
                yield self.new_request(act)
            return
        rows = [request for request in self.model.requests.values() if request.state == state]
        rows = rows[-30:] if self.random.random() < 0.8 else rows
        for _ in range(TRIES):
            request = self.random.choice(rows)
            yield self.on_request(act, request, self.someone(request))

    def someone(self, request: Request) -> str:
        """Of three in four, somebody of the place."""
        if self.random.random() < 0.25:
            return self.random.choice(list(PEOPLE))
        places = {request.region, request.department}
        return self.random.choice([name for name, posts in PEOPLE.items() if any(place in places for _, place in posts)])

    def rarely(self, usual, other, chance: float = 0.12):
        return other if self.random.random() < chance else usual

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
        if act in ("claim", "release"):
            return act, arguments
        if act == "return" and request.state == "awaiting" and self.random.random() < 0.8:
            return "return_before_batch", arguments | {"opinion": opinion, "seen": seen}
        if act in OUTCOMES.values():
            outcome = {name: outcome for outcome, name in OUTCOMES.items()}[act]
            words = self.words(request, opinion)
            return "decide", arguments | {
                "outcome": outcome,
                "opinion": opinion,
                "seen": seen,
                "part": part,
                "words": words,
                "reasons": self.rarely(True, False),
            }
        answer = "confirmed" if act == "confirm" else "reopened"
        return "answer", arguments | {"answer": answer, "opinion": opinion, "seen": seen, "part": part}

    def words(self, request: Request, opinion: str) -> dict[int, tuple[str, str, str]]:
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

    def new_request(self, act: str = "create") -> tuple[str, dict]:
        department = self.random.choice(list(REGION_OF))
        pieces = [self.new_piece(department) for _ in range(self.random.randint(1, 4))]
        pieces = self.rarely(pieces, [], 0.04)
        who = (
            self.random.choice(list(PEOPLE))
            if self.random.random() < 0.3
            else self.random.choice(
                [
                    n
                    for n, posts in PEOPLE.items()
                    if any(p in ("clerk", "head", "compliance") and REGION_OF.get(w, w) == REGION_OF[department] for p, w in posts)
                ]
            )
        )
        arguments = {"who": who, "department": department, "reason": self.rarely("依法调整", "", 0.04), "pieces": pieces}
        return act, arguments | ({"notified": self.rarely("电话告知", "", 0.1)} if act == "on_behalf" else {})

    def new_piece(self, department: str) -> Piece:
        """A new item, or another telephone, or no item any more; now and then somebody else's, or one that is held."""
        if self.random.random() < 0.25:
            number = next(self.names)
            return Piece("add", Text(f"{department[-1]}类新事项第{number}号", self.random.choice(["01", "02"])))
        owner = self.rarely(department, self.random.choice(list(REGION_OF)), 0.05)
        rows = [(n, row) for n, row in self.model.lists[REGION_OF[owner]].items() if row.department == owner]
        free = [pair for pair in rows if self.model.holder(pair[0]) is None]
        name, row = self.random.choice(free if free and self.random.random() < 0.95 else rows)
        if self.random.random() < 0.08 and len(rows) > 10:
            return Piece("repeal", row.text, row.version, documented=self.rarely(True, False))
        return Piece("elements", self.touch(row.text), row.version)

    def touch(self, text: Text) -> Text:
        element = self.random.choice(["phone", "note", "phone"])
        return text.but(**{element: self.rarely(f"0710-36{self.random.randint(0, 99999):05}", getattr(text, element), 0.06)})

    def edited(self, request: Request) -> list[Piece]:
        """Most often what a return had marked; else anything."""
        pieces = [replace(piece) for piece in request.pieces]
        marks = request.sent_back.marks if request.sent_back else {}
        for piece in pieces:
            for element in marks.get(piece.name, ()):
                if self.random.random() < 0.8 and piece.kind != "repeal":
                    piece.text = piece.text.but(**{element or "phone": f"0710-37{self.random.randint(0, 99999):05}"})
        chance = 0.15 if marks else 0.8
        if self.random.random() < chance:
            piece = self.random.choice(pieces)
            if piece.kind != "repeal":
                piece.text = self.touch(piece.text)
        if self.random.random() < chance / 4:
            pieces.append(self.new_piece(request.department))
        if self.random.random() < chance / 4 and all(piece.base for piece in pieces):
            pieces.pop(self.random.randrange(len(pieces)))
        return pieces


def told(refused: Refused | None) -> tuple | str:
    return "done" if refused is None else (refused.kind, *sorted(refused.rules))
