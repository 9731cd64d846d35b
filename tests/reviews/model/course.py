"""Which pair (state, act) a walk tries next: something that goes on, what is owed and can be tried now, or a step towards what cannot yet."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.reviews.model.desk import BROKEN, NOT_ALLOWED, STRANGER, WRONG_STATE
from tests.reviews.model.later_tries import LATER, LaterTries
from tests.reviews.model.oracle_later import Model
from tests.reviews.model.request_tries import ACTS, REQUEST_LAW, STATES, RequestTries

# (kind of object, its state, act); the state of what is not there yet is none.
Key = tuple[str, str, str]
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
OFTEN = {"submit": 3, "pass": 6, "confirm": 6, "withdraw": 0.1, "refuse": 0.1, "on_behalf": 0.3}


class Course:
    """``model`` and ``random`` are the walk's. ``coverage``: pair → how often it was done, and refused in each way."""

    def __init__(self, model: Model, rng: random.Random):
        self.model, self.random = model, rng
        self.requests, self.later = RequestTries(model, rng), LaterTries(model, rng)
        self.coverage: dict[Key, Counter[str]] = defaultdict(Counter)
        # How often in a row nothing was found with which a pair could be done, or refused.
        self.vain: Counter[tuple[Key, bool]] = Counter()

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
        present = self.present()
        pairs = [(key, done) for key in PAIRS if self.possible(key, present) for done in (True, False) if not done or key in LAWFUL]
        while True:
            key, done = self.pair(pairs, present)
            found = self.done(key) if done else self.refused(key)
            if found is not None:
                self.vain[key, done] = 0
                return key, *found
            self.vain[key, done] += 1

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
        """Of ten steps three go on, one makes way to a state that nothing is in, and six try what was tried least."""
        chance = self.random.random()
        if chance < 0.1:
            ways = [self.towards(state, present) for state in WAY if state not in present]
            ways = [key for key in ways if self.possible(key, present)]
            if ways:
                return self.random.choice(ways), True
        goes_on = chance < 0.4
        chosen = [pair for pair in pairs if pair[1]] if goes_on else pairs
        weights = [
            (1 + self.count(key, done)) ** -(2 if goes_on else 4)
            * (OFTEN.get(key[2], 1) ** 2 if goes_on else 1)
            / (1 + self.vain[key, done])
            for key, done in chosen
        ]
        return self.random.choices(chosen, weights)[0]

    def towards(self, state: tuple[str, str], present: set[tuple[str, str]]) -> Key:
        """The step of its way that can be tried now."""
        key = WAY[state]
        while key[1] != "none" and key[:2] not in present:
            key = WAY[key[:2]]
        return key

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
