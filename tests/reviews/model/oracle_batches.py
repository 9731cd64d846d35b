"""Batches, the meeting, publication and 紧急暂停/更正 in the model. Reads like ``oracle``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.reviews.model.desk import (
    BROKEN,
    NOT_ALLOWED,
    SEEING,
    STRANGER,
    WRONG_STATE,
    Listed,
    Piece,
    Refused,
    Request,
    Text,
    holds,
)
from tests.reviews.model.oracle import Requests, numbered

MINUTES = ("council", "publisher")
BATCH_LAW: dict[tuple[str, str], tuple[str, ...]] = {
    ("draft", "add"): ("publisher",),
    ("draft", "remove"): ("publisher",),
    ("draft", "freeze"): ("publisher",),
    ("draft", "dissolve"): ("publisher",),
    ("frozen", "reopen"): ("publisher",),
    ("frozen", "agreed"): ("council",),
    ("frozen", "principle"): ("council",),
    ("frozen", "put_off"): ("council",),
    ("frozen", "register"): ("publisher",),
    ("recorded", "agreed"): MINUTES,
    ("recorded", "principle"): MINUTES,
    ("recorded", "put_off"): MINUTES,
    ("recorded", "send_back"): MINUTES,
    ("amending", "amend"): ("publisher",),
    ("amending", "confirm"): ("publisher", "legality"),
    ("amending", "stop"): ("publisher",),
    ("decided", "stop"): ("publisher",),
    ("decided", "publish"): ("publisher",),
}
OUTCOME_ACT = {"agreed": "agreed", "principle": "principle", "deferred": "put_off", "refused": "put_off"}
OPEN_BATCH = ("draft", "frozen", "recorded", "amending", "decided")
SET_ASIDE = ("deferred", "refused", "stopped")
OFFICES = ("publisher", "legality")


@dataclass(slots=True)
class Minutes:
    """What 审改办 registered from the minutes, until a second person has checked it."""

    person: str
    outcome: str
    exceptions: dict[tuple[int, int], str]
    waiting: bool = True


@dataclass(slots=True)
class Batch:
    key: int
    region: str
    state: str = "draft"
    # Which 送审稿: a new one every time it is fixed.
    frozen: int = 0
    minutes: list[Minutes] = field(default_factory=list)
    # (request, position) → the text that the meeting wanted
    amended: dict[tuple[int, int], Text] = field(default_factory=dict)
    confirmed: list[tuple[str, str, tuple]] = field(default_factory=list)
    # Who entered what the meeting decided, and who checked it.
    recorders: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Measure:
    key: int
    region: str
    kind: str
    text: Text
    base: int
    person: str
    state: str = "proposed"
    settled_by: str = ""
    reported: bool = False


@dataclass(slots=True)
class Edition:
    """``hands``: who proposed what it carries, passed it as lawful, recorded what the meeting said, held its text against the minutes or published it; ``names``: the list then."""

    region: str
    names: frozenset[str]
    hands: frozenset[str]


class Batches(Requests):
    def __init__(self, lists: Mapping[str, Mapping[str, Listed]]):
        super().__init__(lists)
        self.batches: dict[int, Batch] = {}
        self.measures: dict[int, Measure] = {}
        self.editions: list[Edition] = []
        self.submissions = 0

    # -- questions ------------------------------------------------------------------------------------------------------------------

    def guard_batch(self, who: str, batch: Batch, act: str, opinion: str | None = None) -> list[str]:
        if not holds(who, SEEING, batch.region):
            raise Refused(STRANGER)
        if not holds(who, {post for (_, each), posts in BATCH_LAW.items() if each == act for post in posts}, batch.region):
            raise Refused(NOT_ALLOWED)
        posts = BATCH_LAW.get((batch.state, act))
        if posts is None:
            raise Refused(WRONG_STATE)
        held = holds(who, posts, batch.region)
        if not held:
            raise Refused(NOT_ALLOWED)
        if act in ("principle", "put_off", "send_back") and opinion == "":
            raise Refused(BROKEN, "S01")
        return held

    def of(self, batch: Batch) -> list[Request]:
        return [request for request in self.requests.values() if request.batch == batch.key]

    def agreed(self, batch: Batch) -> list[tuple[Request, Piece]]:
        """What it would carry through the door."""
        return [(request, p) for request in self.of(batch) for p in request.pieces if p.outcome not in SET_ASIDE]

    def is_stale(self, piece: Piece, region: str) -> bool:
        """Whether the item was published over since."""
        row = self.lists[region].get(piece.name)
        return piece.base is not None and (row is None or row.version != piece.base)

    def can_carry(self, piece: Piece, region: str) -> bool:
        """Whether it and what was published since touch different elements, or say the same."""
        row, mine = self.lists[region].get(piece.name), piece.after
        if row is None:
            return False
        base = self.versions[piece.name, piece.base]
        both = base.differing(row.text) & base.differing(mine)
        return not any(getattr(row.text, element) != getattr(mine, element) for element in both)

    def check_conflicts(self, batch: Batch, but: frozenset[int] = frozenset()) -> None:
        """``but``: ids of pieces that are about to be set aside."""
        if any(self.is_stale(piece, batch.region) for _, piece in self.agreed(batch) if id(piece) not in but):
            raise Refused(BROKEN, "P05")

    def carry(self, request: Request) -> None:
        """What can be is carried onto the newest version; legality sees the rest as it is."""
        for piece in request.pieces:
            row = self.lists[request.region].get(piece.name)
            if self.is_stale(piece, request.region) and self.can_carry(piece, request.region):
                mine, base = piece.after, self.versions[piece.name, piece.base]
                piece.text = row.text.but(**{element: getattr(mine, element) for element in base.differing(mine)})
                piece.base, piece.bound = row.version, True

    def amendments(self, batch: Batch) -> dict[tuple[int, int], Text]:
        """Those that count: of what is still agreed in the batch."""
        here = {(request.key, piece.position) for request, piece in self.agreed(batch)}
        return {place: text for place, text in batch.amended.items() if place in here}

    def token(self, batch: Batch) -> tuple:
        return batch.frozen, tuple(sorted((place, str(text)) for place, text in self.amendments(batch).items()))

    # -- gathering --------------------------------------------------------------------------------------------------------------------

    def gather(self, who: str, request: Request, region: str) -> None:
        if request.region != region:
            raise Refused(BROKEN, "B03")
        self.guard(who, request, "gather")

    def create_batch(self, who: str, region: str, title: str, requests: list[int]) -> None:
        if not holds(who, ["publisher"], region):
            raise Refused(NOT_ALLOWED)
        if any(batch.region == region and batch.state in OPEN_BATCH for batch in self.batches.values()):
            raise Refused(WRONG_STATE)
        if lacking := {rule for rule, given in (("B01", title), ("B02", requests)) if not given}:
            raise Refused(BROKEN, *lacking)
        rows = [self.requests[key] for key in requests]
        for row in rows:
            self.gather(who, row, region)
        if any(self.is_stale(piece, region) for row in rows for piece in row.pieces):
            raise Refused(BROKEN, "P05")
        if self.dry:
            return
        batch = Batch(self.new_key(), region)
        self.batches[batch.key] = batch
        for row in rows:
            self.put(row, batch)
        self.touched.add(("batch", batch.key))

    def put(self, row: Request, batch: Batch | None, state: str = "batched") -> None:
        row.batch = batch.key if batch else None
        row.move(state)
        self.touched.add(("request", row.key))

    def add(self, who: str, batch: int, request: int) -> None:
        row, one = self.batches[batch], self.requests[request]
        self.guard_batch(who, row, "add")
        self.gather(who, one, row.region)
        if any(self.is_stale(piece, row.region) for piece in one.pieces):
            raise Refused(BROKEN, "P05")
        self.check_conflicts(row)
        if not self.dry:
            self.put(one, row)
            self.touched.add(("batch", batch))

    def remove(self, who: str, batch: int, request: int) -> None:
        row, one = self.batches[batch], self.requests[request]
        self.guard_batch(who, row, "remove")
        if one.batch != batch:
            raise Refused(WRONG_STATE)
        self.guard(who, one, "release")
        if not self.dry:
            self.put(one, None, "awaiting")
            self.touched.add(("batch", batch))

    def freeze(self, who: str, batch: int) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "freeze")
        if not self.of(row):
            raise Refused(BROKEN, "B02")
        self.check_conflicts(row)
        if not self.dry:
            self.submissions += 1
            row.state, row.frozen = "frozen", self.submissions
            self.touched.add(("batch", batch))

    def reopen(self, who: str, batch: int) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "reopen")
        if not self.dry:
            row.state, row.frozen = "draft", 0
            self.touched.add(("batch", batch))

    def dissolve(self, who: str, batch: int) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "dissolve")
        if not self.dry:
            for one in self.of(row):
                self.put(one, None, "awaiting")
            row.state = "dissolved"
            self.touched.add(("batch", batch))

    def rebase(self, who: str, request: int, seen: bool) -> None:
        row = self.requests[request]
        self.guard(who, row, "rebase")
        if (row.state == "batched" and self.batches[row.batch].state != "draft") or not seen:
            raise Refused(WRONG_STATE)
        stale = [piece for piece in row.pieces if self.is_stale(piece, row.region)]
        if not stale:
            raise Refused(BROKEN, "B10")
        if not all(self.can_carry(piece, row.region) for piece in stale):
            raise Refused(BROKEN, "B11")
        if not self.dry:
            self.carry(row)
            row.batch = None
            row.move("legality", row.revision + 1)
            self.touched.add(("request", request))

    # -- the meeting ------------------------------------------------------------------------------------------------------------------

    def check_minutes(self, batch: Batch, exceptions: Mapping[tuple[int, int], str]) -> None:
        here = {(request.key, piece.position) for request in self.of(batch) for piece in request.pieces}
        if set(exceptions) - here:
            raise Refused(BROKEN, "B05")

    def record(
        self, who: str, batch: int, outcome: str, opinion: str, exceptions: Mapping[tuple[int, int], str], seen: bool
    ) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, OUTCOME_ACT[outcome], opinion)
        if row.state != "frozen" or not seen:
            raise Refused(WRONG_STATE)
        self.check_minutes(row, exceptions)
        self.carry_out(row, outcome, exceptions)
        if not self.dry:
            row.recorders.add(who)

    def register(
        self,
        who: str,
        batch: int,
        outcome: str,
        opinion: str,
        number: str,
        exceptions: Mapping[tuple[int, int], str],
        seen: bool,
    ) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "register")
        if not seen:
            raise Refused(WRONG_STATE)
        if outcome != "agreed" and not opinion:
            raise Refused(BROKEN, "S01")
        if not number:
            raise Refused(BROKEN, "B08")
        self.check_minutes(row, exceptions)
        if not self.dry:
            row.minutes.append(Minutes(who, outcome, dict(exceptions)))
            row.state = "recorded"
            self.touched.add(("batch", batch))

    def check(self, who: str, batch: int, of: int, minutes: int) -> None:
        """A second person holds a registration (of batch ``of``) against the minutes."""
        row, said = self.batches[batch], self.batches[of].minutes[minutes]
        self.guard_batch(who, row, OUTCOME_ACT[said.outcome])
        self.second(who, of == batch, said)
        self.carry_out(row, said.outcome, said.exceptions)
        if not self.dry:
            said.waiting = False
            row.recorders |= {who, said.person}

    def send_back(self, who: str, batch: int, of: int, minutes: int, opinion: str) -> None:
        row, said = self.batches[batch], self.batches[of].minutes[minutes]
        self.guard_batch(who, row, "send_back", opinion)
        self.second(who, of == batch, said)
        if not self.dry:
            said.waiting, row.state = False, "frozen"
            self.touched.add(("batch", batch))

    def second(self, who: str, own: bool, said: Minutes) -> None:
        if not own or not said.waiting:
            raise Refused(WRONG_STATE)
        if said.person == who:
            raise Refused(NOT_ALLOWED)

    def carry_out(self, batch: Batch, outcome: str, exceptions: Mapping[tuple[int, int], str]) -> None:
        whole = {"principle": "agreed"}.get(outcome, outcome)
        ends = {
            id(piece): exceptions.get((request.key, piece.position), whole)
            for request in self.of(batch)
            for piece in request.pieces
        }
        aside = frozenset(key for key, end in ends.items() if end in SET_ASIDE)
        if outcome in ("agreed", "principle"):
            self.check_conflicts(batch, aside)
        if self.dry:
            return
        for request in self.of(batch):
            for piece in request.pieces:
                piece.outcome = ends[id(piece)]
            self.lead(request)
        goes_on = outcome in ("agreed", "principle") and len(aside) < len(ends)
        batch.state = {"agreed": "decided", "principle": "amending"}[outcome] if goes_on else "dissolved"
        for measure in self.measures.values():
            if (measure.region, measure.kind, measure.state) == (batch.region, "suspension", "published"):
                measure.reported = True
        self.touched.add(("batch", batch.key))

    def lead(self, request: Request) -> None:
        """What is put off waits for the next meeting, alone where other changes of its request go on or end."""
        outcomes = {piece.outcome for piece in request.pieces}
        if outcomes == {"deferred"}:
            for piece in request.pieces:
                piece.outcome = "pending"
            self.put(request, None, "awaiting")
            return
        deferred = [piece for piece in request.pieces if piece.outcome == "deferred"]
        if deferred:
            self.copy_off(request, deferred, "awaiting")
        self.put(request, self.batches[request.batch], "approved" if "agreed" in outcomes else "refused")

    def copy_off(self, row: Request, gone: list[Piece], state: str) -> Request:
        """The originals stay as they were decided; copies of them go on in a request of the same people, with no word said yet."""
        copies = numbered([replace(piece, outcome="pending", open=True, bound=False) for piece in gone])
        for piece in gone:
            piece.open = False
        follow = replace(
            row, key=0, pieces=copies, origin=row.key, revision=1, said=[], answers=[], revisions={}, waived=set(), claims=[]
        )
        follow.state, follow.batch, follow.sent_back = state, None, None
        self.add_request(follow)
        return follow

    # -- after it ---------------------------------------------------------------------------------------------------------------------

    def amend(self, who: str, batch: int, place: tuple[int, int], text: Text, note: str, seen: bool) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "amend")
        if not seen:
            raise Refused(WRONG_STATE)
        piece = next((p for request, p in self.agreed(row) if (request.key, p.position) == place), None)
        if piece is None:
            raise Refused(BROKEN, "B12")
        present = row.amended.get(place, piece.after)
        broken = {rule for rule, wrong in (("S01", not note), ("B13", text == present)) if wrong}
        if (text.state == "repealed") != (present.state == "repealed"):
            broken.add("B14")
        if broken:
            raise Refused(BROKEN, *broken)
        self.check_conflicts(row)
        if not self.dry:
            row.amended[place], piece.bound = text, True
            self.touched.add(("batch", batch))

    def confirm_text(self, who: str, batch: int, seen: bool) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "confirm")
        if not seen:
            raise Refused(WRONG_STATE)
        if not self.amendments(row):
            raise Refused(BROKEN, "B15")
        token = self.token(row)
        spoken = [(person, post) for person, post, of in row.confirmed if of == token]
        if who in [person for person, _ in spoken]:
            raise Refused(NOT_ALLOWED)
        free = [post for post in OFFICES if post not in [each for _, each in spoken] and holds(who, [post], row.region)]
        if not free:
            raise Refused(WRONG_STATE)
        if not self.dry:
            row.confirmed.append((who, free[0], token))
            if spoken:
                row.state = "decided"
            self.touched.add(("batch", batch))

    def stop(self, who: str, batch: int, opinion: str) -> None:
        """What was published over meanwhile stops, and it alone."""
        row = self.batches[batch]
        self.guard_batch(who, row, "stop")
        if not opinion:
            raise Refused(BROKEN, "S01")
        stale = [(request, piece) for request, piece in self.agreed(row) if self.is_stale(piece, row.region)]
        if not stale:
            raise Refused(BROKEN, "B16")
        if self.dry:
            return
        for request in dict.fromkeys(request.key for request, _ in stale):
            self.stop_one(self.requests[request], [piece for each, piece in stale if each.key == request])
        if not self.agreed(row):
            row.state = "dissolved"
        self.touched.add(("batch", batch))

    def stop_one(self, request: Request, stopped: list[Piece]) -> None:
        back = request
        if len(stopped) == len(request.pieces):
            for piece in stopped:
                piece.outcome = "pending"
        else:
            for piece in stopped:
                piece.outcome = "stopped"
            back = self.copy_off(request, stopped, "legality")
            if all(piece.outcome in SET_ASIDE for piece in request.pieces):
                request.move("refused")
        self.carry(back)
        self.put(back, None, "legality")
        back.move("legality", back.revision + 1)
        self.touched.add(("request", request.key))

    def publish(self, who: str, batch: int, notice: str, seen: bool) -> None:
        row = self.batches[batch]
        self.guard_batch(who, row, "publish")
        if not seen:
            raise Refused(WRONG_STATE)
        if not notice:
            raise Refused(BROKEN, "P02")
        self.check_conflicts(row)
        if self.dry:
            return
        amended, rows = self.amendments(row), self.lists[row.region]
        hands = {person for person, _, _ in row.confirmed} | row.recorders | {who}
        for request, piece in self.agreed(row):
            self.enter(rows, request.department, amended.get((request.key, piece.position), piece.after))
        for request in self.of(row):
            for each in self.line(request):
                hands |= {each.author, each.submitter} | {said.person for said in each.said if said.stage == "legality"}
            if request.state == "approved":
                self.put(request, row, "published")
        row.state = "published"
        self.editions.append(Edition(row.region, frozenset(rows), frozenset(hands)))
        self.touched.add(("batch", batch))

    def enter(self, rows: dict[str, Listed], department: str, text: Text) -> None:
        """One item as the list says it from now on."""
        before = rows.pop(text.name, None)
        number = before.version + 1 if before else 1
        if text.state != "repealed":
            rows[text.name] = Listed(department, text, number)
        self.versions[text.name, number] = text
