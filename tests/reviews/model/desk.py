"""What every part of the model shares: people and their posts, refusals, the list, and the rows that the acts change.

Written from the trade's rules (domain.md 3, architecture.md 3 to 5, reviews/README.md). It calls nothing of the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

STRANGER, NOT_ALLOWED, WRONG_STATE, BROKEN = "stranger", "not_allowed", "wrong_state", "broken"
CITY, COUNTY = "420600", "420602"
REGION_OF = {"420600-A": CITY, "420600-B": CITY, "420602-C": COUNTY}
OWN_POSTS = frozenset({"clerk", "head"})
# Posts of a region that see what its desk does.
SEEING = frozenset({"compliance", "service", "legality", "council", "publisher", "auditor"})
PARTS = {"duty": ("compliance", "compliance"), "platform": ("compliance", "service"), "legality": ("legality", "legality")}
ENDED = frozenset({"published", "refused", "withdrawn"})


class Refused(Exception):
    """``kind``: who (a stranger, or a colleague), when or what; ``rules``: the numbered ones that are broken."""

    def __init__(self, kind: str, *rules: str):
        super().__init__(kind, *rules)
        self.kind, self.rules = kind, frozenset(rules)


# Who works where: name → (post, place). The last ones hold two posts, or one as a deputy.
PEOPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "clerk_a": (("clerk", "420600-A"),),
    "head_a": (("head", "420600-A"),),
    "clerk_b": (("clerk", "420600-B"),),
    "head_b": (("head", "420600-B"),),
    "clerk_c": (("clerk", "420602-C"),),
    "head_c": (("head", "420602-C"),),
    "duty_1": (("compliance", CITY),),
    "duty_2": (("compliance", CITY),),
    "platform_1": (("service", CITY),),
    "platform_2": (("service", CITY),),
    "law_1": (("legality", CITY),),
    "law_2": (("legality", CITY),),
    "council": (("council", CITY),),
    "publisher_1": (("publisher", CITY),),
    "publisher_2": (("publisher", CITY),),
    "auditor": (("auditor", CITY),),
    "county_duty": (("compliance", COUNTY),),
    "county_platform": (("service", COUNTY),),
    "county_law": (("legality", COUNTY),),
    "county_council": (("council", COUNTY),),
    "county_publisher": (("publisher", COUNTY),),
    "all_of_a": (("clerk", "420600-A"), ("head", "420600-A")),
    "both_parts": (("compliance", CITY), ("service", CITY)),
    "two_stages": (("compliance", CITY), ("legality", CITY)),
    "stand_in": (("auditor", CITY), ("service", CITY)),
    "all_of_c": (("clerk", "420602-C"), ("legality", COUNTY)),
    "publisher_law": (("publisher", CITY), ("legality", CITY)),
}
# name → (post, whom he stands in for)
DEPUTIES = {"stand_in": ("service", "platform_1")}


def holds(who: str, posts: Iterable[str], region: str, department: str = "") -> list[str]:
    """Of ``posts`` those that ``who`` holds there: of a department only in that one, of a region only in that one."""
    return [post for post in posts if (post, department if post in OWN_POSTS else region) in PEOPLE[who]]


@dataclass(frozen=True, slots=True)
class Text:
    """What the list says of an item. ``parts``: the parts of compliance that its category calls for."""

    name: str
    category: str = "01"
    phone: str = ""
    note: str = ""
    state: str = "in_use"

    @property
    def parts(self) -> tuple[str, ...]:
        """依申请 items (许可) go to both offices, 依职权 ones (处罚) to 编办 alone."""
        return ("duty", "platform") if self.category == "01" else ("duty",)

    def but(self, **changed: str) -> Text:
        return replace(self, **changed)

    def differing(self, other: Text) -> set[str]:
        return {name for name in ("phone", "note", "state") if getattr(self, name) != getattr(other, name)}


@dataclass(slots=True)
class Piece:
    """One change of a request. ``base``: number of the version that it changes; None for a new item."""

    kind: str
    text: Text
    base: int | None = None
    documented: bool = True
    position: int = 0
    outcome: str = "pending"
    open: bool = True
    # Whether evidence names it: it was carried onto a new version, or amended after a meeting.
    bound: bool = False

    @property
    def name(self) -> str:
        return self.text.name

    @property
    def after(self) -> Text:
        return self.text.but(state="repealed") if self.kind == "repeal" else self.text

    @property
    def line(self) -> tuple:
        """What a decision binds of it."""
        return (self.kind, self.after, self.base, self.documented)


@dataclass(frozen=True, slots=True)
class Said:
    """A reviewer's word, or his confirmation of an earlier one (then ``outcome`` is confirmed or reopened)."""

    stage: str
    part: str
    person: str
    outcome: str
    revision: int


@dataclass(slots=True)
class HandedIn:
    """A revision as it was seen: ``limited`` to what was marked, then ``confirming`` parts are asked whether their word stands."""

    reason: str
    lines: dict[str, tuple]
    limited: bool = False
    confirming: frozenset[str] = frozenset()


@dataclass(slots=True)
class Return:
    """What was sent back: by which stage, what is to be corrected (name → elements, empty for all of it), whose word stood by then."""

    stage: str
    marks: dict[str, set[str]]
    standing: frozenset[str]


@dataclass(slots=True)
class Request:
    key: int
    department: str
    author: str
    reason: str
    pieces: list[Piece]
    state: str = "draft"
    revision: int = 1
    submitter: str = ""
    on_behalf: bool = False
    origin: int | None = None
    batch: int | None = None
    said: list[Said] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    revisions: dict[int, HandedIn] = field(default_factory=dict)
    sent_back: Return | None = None
    waived: set[int] = field(default_factory=set)
    # (post, person) of the present visit to the present state
    claims: list[tuple[str, str]] = field(default_factory=list)

    @property
    def region(self) -> str:
        return REGION_OF[self.department]

    @property
    def lines(self) -> dict[str, tuple]:
        return {piece.name: piece.line for piece in self.pieces}

    def move(self, state: str, revision: int | None = None) -> None:
        revision = revision or self.revision
        if (state, revision) != (self.state, self.revision):
            self.claims = []
        self.state, self.revision = state, revision
        if state in ENDED:
            for piece in self.pieces:
                piece.open = False


@dataclass(slots=True)
class Listed:
    department: str
    text: Text
    version: int


class Desk:
    """All that is known. ``dry``: only judge, change nothing."""

    def __init__(self, lists: Mapping[str, Mapping[str, Listed]]):
        self.lists: dict[str, dict[str, Listed]] = {region: dict(rows) for region, rows in lists.items()}
        self.versions: dict[tuple[str, int], Text] = {
            (name, row.version): row.text for rows in lists.values() for name, row in rows.items()
        }
        self.requests: dict[int, Request] = {}
        self.dry = False
        self.touched: set[tuple[str, int]] = set()
        self._next = 0

    def new_key(self) -> int:
        self._next += 1
        return self._next

    def judge(self, act: str, arguments: Mapping[str, object]) -> Refused | None:
        """How the act would end, without doing it."""
        self.dry = True
        try:
            getattr(self, act)(**arguments)
        except Refused as refused:
            return refused
        finally:
            self.dry = False
        return None

    def do(self, act: str, arguments: Mapping[str, object]) -> Refused | None:
        """Do it; nothing changes where it is refused."""
        self.touched = set()
        refused = self.judge(act, arguments)
        if refused is None:
            getattr(self, act)(**arguments)
        return refused
