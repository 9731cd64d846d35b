"""Which pair (state, act) a walk tries next: something that goes on, what is owed and can be tried now, or a step towards what cannot yet."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from tests.reviews.model.desk import BROKEN, NOT_ALLOWED, STRANGER, WRONG_STATE
from tests.reviews.model.later_tries import LATER, LaterTries
from tests.reviews.model.oracle_later import Model
from tests.reviews.model.plans import Key, Plan, plan_for
from tests.reviews.model.request_tries import ACTS, REQUEST_LAW, STATES, RequestTries

DONE = "done"
REFUSALS = (STRANGER, NOT_ALLOWED, WRONG_STATE, BROKEN)
TRIES = 60
# Kind → its states, acts, and the pairs that the law knows.
KINDS = {"request": (STATES, ACTS, REQUEST_LAW), **LATER}
BEGINNINGS = (
    ("request", "none", "create"),
    ("request", "none", "on_behalf"),
    ("batch", "none", "create"),
    ("measure", "none", "propose"),
    ("filing", "none", "file"),
)
PAIRS = (*BEGINNINGS, *((kind, state, act) for kind, (states, acts, _) in KINDS.items() for state in states for act in acts))
LAWFUL = {*BEGINNINGS, *((kind, state, act) for kind, (_, _, law) in KINDS.items() for state, act in law)}
# Each pair to be refused and, where the law knows it, to be done; (kind, state) → those there.
EVERY = [(key, done) for key in PAIRS for done in (True, False) if not done or key in LAWFUL]
AT = {place: [pair for pair in EVERY if pair[0][:2] == place] for place in dict.fromkeys(key[:2] for key in PAIRS)}
# How often each pair is meant to be tried at least.
LEAST = 20
# How something comes into a state: the act, and what it is done to.
WAY: dict[tuple[str, str], Key] = {
    ("request", "draft"): ("request", "none", "create"),
    ("request", "compliance"): ("request", "draft", "submit"),
    ("request", "legality"): ("request", "compliance", "pass"),
    ("request", "awaiting"): ("request", "legality", "pass"),
    ("request", "batched"): ("batch", "none", "create"),
    ("request", "approved"): ("batch", "frozen", "agreed"),
    ("request", "published"): ("batch", "decided", "publish"),
    ("request", "returned"): ("request", "legality", "return"),
    ("request", "refused"): ("request", "legality", "refuse"),
    ("request", "withdrawn"): ("request", "draft", "withdraw"),
    ("batch", "draft"): ("batch", "none", "create"),
    ("batch", "frozen"): ("batch", "draft", "freeze"),
    ("batch", "recorded"): ("batch", "frozen", "register"),
    ("batch", "amending"): ("batch", "frozen", "principle"),
    ("batch", "decided"): ("batch", "frozen", "agreed"),
    ("batch", "published"): ("batch", "decided", "publish"),
    ("batch", "dissolved"): ("batch", "draft", "dissolve"),
    ("measure", "proposed"): ("measure", "none", "propose"),
    ("measure", "published"): ("measure", "proposed", "confirm"),
    ("measure", "declined"): ("measure", "proposed", "decline"),
    ("measure", "withdrawn"): ("measure", "proposed", "withdraw"),
    ("filing", "filed"): ("filing", "none", "file"),
    ("filing", "registered"): ("filing", "filed", "register"),
    ("filing", "correcting"): ("filing", "registered", "require"),
    ("filing", "accepted"): ("filing", "registered", "accept"),
    ("filing", "advised"): ("filing", "registered", "advise"),
}
# How much more, or less, often than others an act is meant to be done: most go on, few end.
OFTEN = {"submit": 3, "pass": 6, "confirm": 6, "publish": 6, "stop": 3, "withdraw": 0.1, "refuse": 0.1, "on_behalf": 0.3}


class Course:
    """``model`` and ``random`` are the walk's. ``coverage``: pair → how often it was done, and refused in each way."""

    def __init__(self, model: Model, rng: random.Random):
        self.model, self.random = model, rng
        self.requests, self.later = RequestTries(model, rng), LaterTries(model, rng)
        self.coverage: dict[Key, Counter[str]] = defaultdict(Counter)
        # How often in a row nothing was found with which a pair could be done, or refused.
        self.vain: Counter[tuple[Key, bool]] = Counter()
        self.follow(None)

    def count(self, key: Key, done: bool) -> int:
        return self.coverage[key][DONE] if done else sum(self.coverage[key][kind] for kind in REFUSALS)

    def seldom(self, least: int) -> dict[Key, dict[str, int]]:
        """Pairs that were done, where the law knows them, or refused fewer than ``least`` times."""
        return {
            key: dict(self.coverage[key])
            for key in PAIRS
            if self.count(key, False) < least or (key in LAWFUL and self.count(key, True) < least)
        }

    # -- which pair -----------------------------------------------------------------------------------------------------------------

    def next(self) -> tuple[Key, str, dict]:
        """A pair, and somebody and something (act, arguments) with which it is done, or refused."""
        if self.plan is not None and (found := self.next_of(self.plan)) is not None:
            return found
        present = self.present()
        pairs = [pair for pair in EVERY if self.possible(pair[0], present)]
        while True:
            key, done = self.pair(pairs, present)
            found = self.done(key) if done else self.refused(key)
            if found is not None:
                self.vain[key, done] = 0
                return key, *found
            self.vain[key, done] += 1
            if done and (plan := plan_for(self.model, self.random, key)) is not None:
                self.follow(plan)
                if (found := self.next_of(plan)) is not None:
                    return found

    def follow(self, plan: Plan | None) -> None:
        self.plan = self.requests.plan = self.later.plan = plan

    def next_of(self, plan: Plan) -> tuple[Key, str, dict] | None:
        """The next step of the plan; None where it came otherwise, and the plan is given up."""
        key = plan.steps[0]
        found = self.done(key)
        self.follow(replace(plan, steps=plan.steps[1:]) if found and plan.steps[1:] else None)
        return (key, *found) if found else None

    def present(self) -> set[tuple[str, str]]:
        """(kind, state) of all that there is."""
        model = self.model
        rows = {"request": model.requests, "batch": model.batches, "measure": model.measures, "filing": model.filings}
        return {(kind, row.state) for kind, of in rows.items() for row in of.values()}

    def possible(self, key: Key, present: set[tuple[str, str]]) -> bool:
        kind, state, act = key
        if act in ("gather", "release"):
            return (kind, state) in present and bool(self.model.batches)
        if act == "send_back":
            return (kind, state) in present and any(batch.minutes for batch in self.model.batches.values())
        if act == "file":
            return bool(self.model.editions)
        return state == "none" or (kind, state) in present

    def pair(self, pairs: list[tuple[Key, bool]], present: set[tuple[str, str]]) -> tuple[Key, bool]:
        """Four steps of five serve a state by how much is owed there; the others go on with anything."""
        owed = {pair: LEAST - self.count(*pair) for pair in EVERY if self.count(*pair) < LEAST}
        if self.random.random() < 0.92 and owed:
            at = {place: sum(owed.get(pair, 0) for pair in of) for place, of in AT.items()}
            place = self.random.choices(list(at), list(at.values()))[0]
            found = self.serve(place, owed, present)
            if self.possible(found[0], present):
                return found
        chosen = [pair for pair in pairs if pair[1]]
        weights = [(OFTEN.get(key[2], 1) / (1 + self.count(key, True))) ** 2 * self.patience(key, True) for key, _ in chosen]
        return self.random.choices(chosen, weights)[0]

    def patience(self, key: Key, done: bool) -> float:
        """A state that still owes refusals is not left in haste, nor is tried again and again what cannot be."""
        if not done:
            return 1 / (1 + self.vain[key, done])
        refused = min(self.count(each, False) for each, way in AT[key[:2]] if not way)
        return ((1 + min(LEAST, refused)) / (1 + LEAST)) ** 2 / (1 + self.vain[key, done])

    def serve(self, place: tuple[str, str], owed: dict[tuple[Key, bool], int], present: set[tuple[str, str]]) -> tuple[Key, bool]:
        """What is owed there; where nothing is there, a step of the way, once nothing is owed where the step begins."""
        step = None
        while place[1] != "none" and place not in present:
            step = WAY[place]
            place = step[:2]
        there = [pair for pair in AT[place] if pair in owed]
        if step is not None and not any(not done for _, done in there):
            return step, True
        if not there:
            return self.random.choice(AT[place])
        return self.random.choices(there, [owed[pair] * self.patience(*pair) for pair in there])[0]

    # -- with what ------------------------------------------------------------------------------------------------------------------

    def tries(self, key: Key) -> Iterator[tuple[str, dict]]:
        kind, state, act = key
        endless = self.requests.tries(state, act) if kind == "request" else self.later.tries(kind, state, act)
        return (one for _, one in zip(range(TRIES), endless, strict=False))

    def done(self, key: Key) -> tuple[str, dict] | None:
        return next((one for one in self.tries(key) if self.model.judge(*one) is None), None)

    def refused(self, key: Key) -> tuple[str, dict] | None:
        """Refused in the way that is rarest for this pair, else in any."""
        counts = self.coverage[key]
        ways = [kind for kind in REFUSALS if kind != BROKEN or key in LAWFUL]
        meant = self.random.choices(ways, [(1 + counts[kind]) ** -1 for kind in ways])[0]
        found = None
        for one in self.tries(key):
            refused = self.model.judge(*one)
            if refused is not None:
                found = one
                if refused.kind == meant:
                    break
        return found
