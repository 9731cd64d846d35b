"""Requests and their two reviews in the model: who may do what when, and what each act changes. Batches and what follows: ``oracle_later``.

Acts are methods: the arguments an act has, ``who`` first. They raise ``Refused``, or change the model unless it is ``dry``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tests.reviews.model.desk import (
    BROKEN,
    ENDED,
    NOT_ALLOWED,
    OWN_POSTS,
    PARTS,
    REGION_OF,
    SEEING,
    STRANGER,
    WRONG_STATE,
    Desk,
    HandedIn,
    Piece,
    Refused,
    Request,
    Return,
    Said,
    holds,
)

# (state, act) → who may. Acts on a batch move requests too: see ``oracle_later``.
LAW: dict[tuple[str, str], tuple[str, ...]] = {
    ("draft", "edit"): ("clerk", "head"),
    ("draft", "submit"): ("head",),
    ("draft", "withdraw"): ("clerk", "head"),
    ("returned", "edit"): ("clerk", "head"),
    ("returned", "submit"): ("head",),
    ("returned", "withdraw"): ("clerk", "head"),
    ("compliance", "pass"): ("compliance", "service"),
    ("compliance", "return"): ("compliance", "service"),
    ("compliance", "refuse"): ("compliance", "service"),
    ("compliance", "confirm"): ("compliance", "service"),
    ("compliance", "withdraw"): ("clerk", "head"),
    ("legality", "pass"): ("legality",),
    ("legality", "return"): ("legality",),
    ("legality", "refuse"): ("legality",),
    ("legality", "confirm"): ("compliance", "service"),
    ("legality", "reopen"): ("compliance", "service"),
    ("legality", "withdraw"): ("clerk", "head"),
    ("awaiting", "gather"): ("publisher",),
    ("awaiting", "return"): ("publisher",),
    ("awaiting", "withdraw"): ("clerk", "head"),
    ("awaiting", "rebase"): ("publisher",),
    ("batched", "release"): ("publisher",),
    ("batched", "rebase"): ("publisher",),
}
# States in which a request waits for somebody's post.
CLAIMED = ("compliance", "legality", "awaiting")
# Acts that must say why: always, or only of what is under way already.
REASONED = {"return", "refuse", "reopen"}
STAGE_OF = {"compliance": "compliance", "legality": "legality"}
OUTCOMES = {"passed": "pass", "returned": "return", "refused": "refuse"}


class Requests(Desk):
    # -- questions ------------------------------------------------------------------------------------------------------------------

    def sees(self, who: str, request: Request) -> bool:
        own = holds(who, OWN_POSTS, request.region, request.department)
        return bool(own or (request.state != "draft" and holds(who, SEEING, request.region)))

    def guard(self, who: str, request: Request, act: str, opinion: str | None = None) -> list[str]:
        """Who, when, and whether he says why; the posts by which he may."""
        if not self.sees(who, request):
            raise Refused(STRANGER)
        ever = {post for (_, each), posts in LAW.items() if each == act for post in posts}
        if not holds(who, ever, request.region, request.department):
            raise Refused(NOT_ALLOWED)
        posts = LAW.get((request.state, act))
        if posts is None:
            raise Refused(WRONG_STATE)
        held = holds(who, posts, request.region, request.department)
        if not held:
            raise Refused(NOT_ALLOWED)
        needed = act in REASONED or (act == "withdraw" and request.state not in ("draft", "returned"))
        if needed and opinion == "":
            raise Refused(BROKEN, "S01")
        return held

    def needed(self, request: Request, stage: str) -> list[str]:
        if stage == "legality":
            return ["legality"]
        called = {part for piece in request.pieces for part in piece.text.parts}
        return [part for part in ("duty", "platform") if part in called]

    def spoken(self, request: Request) -> set[str]:
        """Parts whose word stands for the present revision."""
        said = {each.part for each in request.said if each.revision == request.revision}
        return said | {a.part for a in request.answers if a.revision == request.revision and a.outcome == "confirmed"}

    def missing(self, request: Request, stage: str | None = None) -> list[str]:
        stage = stage or STAGE_OF.get(request.state)
        return [part for part in self.needed(request, stage) if part not in self.spoken(request)] if stage else []

    def awaited(self, request: Request) -> list[str]:
        """Parts that are asked whether their earlier word stands and have said nothing; silence is no consent."""
        handed = request.revisions.get(request.revision)
        if handed is None or request.state not in STAGE_OF:
            return []
        heard = {each.part for each in (*request.said, *request.answers) if each.revision == request.revision}
        return sorted(handed.confirming - heard)

    def next_state(self, request: Request) -> str:
        state = request.state
        if state == "compliance" and not self.missing(request, "compliance"):
            state = "legality"
        if state == "legality" and not self.missing(request, "legality") and not self.awaited(request):
            state = "awaiting"
        return state

    def line(self, request: Request) -> list[Request]:
        found = [request]
        while found[-1].origin is not None:
            found.append(self.requests[found[-1].origin])
        return found

    def other_stage(self, who: str, request: Request, stage: str | None) -> bool:
        """Whether he spoke on these changes in another stage, whatever the revision or split."""
        line = self.line(request)
        return any(s.person == who and s.stage != stage for each in line for s in (*each.said, *each.answers))

    def independent(self, who: str, request: Request, stage: str) -> None:
        if who in (request.author, request.submitter) or self.other_stage(who, request, stage):
            raise Refused(NOT_ALLOWED)
        if any(each.person == who and each.revision == request.revision for each in request.said):
            raise Refused(WRONG_STATE)

    def chosen(self, who: str, request: Request, parts: Iterable[str], part: str) -> tuple[str, str]:
        """(part, post) for which he speaks."""
        mine = [(each, PARTS[each][1]) for each in parts if holds(who, [PARTS[each][1]], request.region) and part in ("", each)]
        if len(mine) > 1:
            raise Refused(BROKEN, "S02")
        if not mine:
            raise Refused(WRONG_STATE)
        return mine[0]

    def holder(self, name: str, but: Request | None = None) -> Request | None:
        """The open request that has the item."""
        for request in self.requests.values():
            if request is not but and any(piece.open and piece.name == name and piece.base for piece in request.pieces):
                return request
        return None

    # -- acts of the department -------------------------------------------------------------------------------------------------------

    def check_pieces(self, department: str, pieces: list[Piece], but: Request | None = None) -> None:
        broken = set() if pieces else {"Q02"}
        seen: set[str] = set()
        for piece in pieces:
            if piece.base is None:
                continue
            if self.owner(piece.name) != department:
                broken.add("Q03")
            if self.holder(piece.name, but):
                broken.add("Q05")
            if piece.name in seen:
                broken.add("Q06")
            seen.add(piece.name)
            if piece.kind == "repeal" and not piece.documented:
                broken.add("Q07")
        if broken:
            raise Refused(BROKEN, *broken)

    def owner(self, name: str) -> str:
        return next((rows[name].department for rows in self.lists.values() if name in rows), "")

    def create(self, who: str, department: str, reason: str, pieces: list[Piece]) -> None:
        if not holds(who, OWN_POSTS, REGION_OF[department], department):
            raise Refused(NOT_ALLOWED)
        if not reason:
            raise Refused(BROKEN, "Q01")
        self.check_pieces(department, pieces)
        self.add_request(Request(0, department, who, reason, numbered(pieces)))

    def on_behalf(self, who: str, department: str, reason: str, notified: str, pieces: list[Piece]) -> None:
        """编办 opens a request of a department that is late; whoever opens it passes no part of it."""
        if not holds(who, ["compliance"], REGION_OF[department]):
            raise Refused(NOT_ALLOWED)
        if lacking := {rule for rule, text in (("Q01", reason), ("Q34", notified)) if not text}:
            raise Refused(BROKEN, *lacking)
        self.check_pieces(department, pieces)
        request = Request(0, department, who, reason, numbered(pieces), state="compliance", submitter=who, on_behalf=True)
        request.revisions[1] = HandedIn(reason, request.lines)
        self.add_request(request)

    def add_request(self, request: Request) -> None:
        if not self.dry:
            request.key = self.new_key()
            self.requests[request.key] = request
            self.touched.add(("request", request.key))

    def edit(self, who: str, request: int, reason: str, pieces: list[Piece], seen: bool) -> None:
        row = self.requests[request]
        self.guard(who, row, "edit")
        if not seen:
            raise Refused(WRONG_STATE)
        bound = [piece.name for piece in row.pieces if piece.bound]
        if set(bound) - {piece.name for piece in pieces}:
            raise Refused(BROKEN, "Q41")
        self.check_pieces(row.department, pieces, row)
        if not self.dry:
            row.pieces = numbered(sorted(pieces, key=lambda piece: bound.index(piece.name) if piece.name in bound else len(bound)))
            row.reason = reason
            self.touched.add(("request", request))

    def submit(self, who: str, request: int, seen: bool) -> None:
        row = self.requests[request]
        self.guard(who, row, "submit")
        if not seen:
            raise Refused(WRONG_STATE)
        broken = {"Q12" for p in row.pieces if p.kind == "elements" and p.text == self.versions[p.name, p.base]}
        if who == row.author:
            broken.add("Q32")
        if broken:
            raise Refused(BROKEN, *broken)
        if self.dry:
            return
        back, handed = row.sent_back, HandedIn(row.reason, row.lines)
        state, revision = "compliance", row.revision + (row.state == "returned")
        if row.state == "returned" and back and self.only_marked(row, back):
            handed = replace(handed, limited=True, confirming=back.standing)
            state = back.stage
        row.submitter, row.sent_back = who, None
        row.move(state, revision)
        row.revisions[revision] = handed
        self.touched.add(("request", request))

    def only_marked(self, request: Request, back: Return) -> bool:
        """Whether nothing was changed but what the return had marked."""
        before, after = request.revisions[request.revision], request.lines
        if not back.marks or request.reason != before.reason:
            return False
        if any(name not in before.lines for name in after):
            return False
        for name, line in before.lines.items():
            marks = back.marks.get(name, set())
            if "" not in marks and (name not in after or not changed(line, after[name]) <= marks):
                return False
        return back.stage == "compliance" or set(self.needed(request, "compliance")) <= back.standing

    def withdraw(self, who: str, request: int, opinion: str) -> None:
        row = self.requests[request]
        self.guard(who, row, "withdraw", opinion)
        if not self.dry:
            row.move("withdrawn")
            self.touched.add(("request", request))

    def return_before_batch(self, who: str, request: int, opinion: str, seen: bool) -> None:
        row = self.requests[request]
        posts = self.guard(who, row, "return", opinion)
        if "publisher" not in posts or not seen:
            raise Refused(WRONG_STATE)
        if not self.dry:
            row.move("returned")
            row.sent_back = None
            self.touched.add(("request", request))

    # -- acts of reviewers --------------------------------------------------------------------------------------------------------------

    def decide(
        self,
        who: str,
        request: int,
        outcome: str,
        opinion: str,
        seen: bool,
        part: str,
        words: Mapping[int, tuple[str, str, str]],
        reasons: bool,
    ) -> None:
        """``words``: position → (returned or refused, why, the element to be corrected: empty for all of it)."""
        row = self.requests[request]
        self.guard(who, row, OUTCOMES[outcome], opinion or next((why for _, why, _ in words.values() if why), ""))
        if not seen:
            raise Refused(WRONG_STATE)
        self.independent(who, row, STAGE_OF.get(row.state, ""))
        part, _post = self.chosen(who, row, self.missing(row), part)
        positions = {piece.position: piece for piece in row.pieces}
        broken = {"S03" for position in words if position not in positions}
        broken |= {"S04" for position, (_, why, _) in words.items() if position in positions and not (why or opinion)}
        if broken:
            raise Refused(BROKEN, *broken)
        leaving = {p for p, (word, _, _) in words.items() if outcome == "passed" or (outcome == "returned" and word == "refused")}
        if outcome != "refused" and words and leaving == set(positions):
            raise Refused(BROKEN, "S05")
        if outcome == "passed" and not reasons and row.revision not in row.waived:
            raise Refused(BROKEN, "S07")
        if self.dry:
            return
        stage = STAGE_OF[row.state]
        standing = frozenset((self.spoken(row) | set(self.awaited(row))) - {part})
        row.revisions.setdefault(row.revision, HandedIn(row.reason, row.lines))
        row.said.append(Said(stage, part, who, outcome, row.revision))
        marks: dict[str, set[str]] = {}
        for position, (word, _, element) in words.items():
            if word == "returned":
                marks.setdefault(positions[position].name, set()).add(element)
        for word in ("returned", "refused"):
            gone = [positions[p] for p in sorted(leaving) if words[p][0] == word]
            if gone:
                follow = self.part_off(row, gone, word)
                follow.revisions[row.revision] = HandedIn(row.reason, follow.lines)
                if word == "returned":
                    follow.sent_back = Return(stage, {p.name: marks.pop(p.name) for p in gone}, standing)
        if outcome == "passed":
            row.waived |= {row.revision} if reasons else set()
            row.move(self.next_state(row))
        else:
            if outcome == "returned":
                # What left by this decision is no longer the department's to correct.
                handed = row.revisions[row.revision]
                row.revisions[row.revision] = replace(handed, lines=row.lines)
                row.sent_back = Return(stage, marks, standing)
            row.move(outcome)
        self.touched.add(("request", request))

    def part_off(self, row: Request, gone: list[Piece], state: str) -> Request:
        """Changes become a request of their own of the same people; what was said of them by then stands beside it."""
        row.pieces = [piece for piece in row.pieces if piece not in gone]
        follow = replace(row, key=0, pieces=gone, origin=row.key, said=[], answers=[], revisions={}, waived=set(), claims=[])
        follow.sent_back, follow.batch = None, None
        if row.revision in row.revisions:
            row.revisions[row.revision] = replace(row.revisions[row.revision], lines=row.lines)
        self.add_request(follow)
        follow.move(state)
        return follow

    def answer(self, who: str, request: int, answer: str, opinion: str, seen: bool, part: str) -> None:
        """An earlier word stands (confirmed), or its part looks again (reopened)."""
        row = self.requests[request]
        self.guard(who, row, "confirm" if answer == "confirmed" else "reopen", opinion)
        if not seen:
            raise Refused(WRONG_STATE)
        part, _post = self.chosen(who, row, self.awaited(row), part)
        self.independent(who, row, PARTS[part][0])
        if self.dry:
            return
        row.answers.append(Said(PARTS[part][0], part, who, answer, row.revision))
        row.move(self.next_state(row) if answer == "confirmed" else "compliance")
        self.touched.add(("request", request))

    def claim(self, who: str, request: int) -> None:
        row = self.requests[request]
        if not self.sees(who, row):
            raise Refused(STRANGER)
        if not holds(who, ("compliance", "service", "legality", "publisher"), row.region):
            raise Refused(NOT_ALLOWED)
        waiting = [PARTS[part][1] for part in self.missing(row)] or (["publisher"] if row.state == "awaiting" else [])
        if not waiting:
            raise Refused(WRONG_STATE)
        mine = holds(who, waiting, row.region)
        biased = who in (row.author, row.submitter) or self.other_stage(who, row, STAGE_OF.get(row.state))
        if not mine or (row.state in STAGE_OF and biased):
            raise Refused(NOT_ALLOWED)
        taken = dict(row.claims)
        free = [post for post in mine if post not in taken]
        if any(taken.get(post) == who for post in mine) or not free:
            raise Refused(WRONG_STATE)
        if not self.dry:
            row.claims.append((free[0], who))
            self.touched.add(("request", request))

    def unclaim(self, who: str, request: int) -> None:
        row = self.requests[request]
        if not self.sees(who, row):
            raise Refused(STRANGER)
        if who not in [person for _, person in row.claims]:
            raise Refused(WRONG_STATE)
        if not self.dry:
            row.claims = [each for each in row.claims if each[1] != who]
            self.touched.add(("request", request))


def numbered(pieces: list[Piece]) -> list[Piece]:
    return [replace(piece, position=position) for position, piece in enumerate(pieces, start=1)]


def changed(before: tuple, after: tuple) -> set[str]:
    """Elements in which a change differs from what was seen of it."""
    (kind, text, *rest), (kind_now, text_now, *rest_now) = before, after
    found = text.differing(text_now)
    return found | ({"kind"} if kind != kind_now else set()) | ({"rest"} if rest != rest_now else set())


def ended(request: Request) -> bool:
    return request.state in ENDED
