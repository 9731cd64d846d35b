"""紧急暂停, 更正 and 事后备案审查 in the model; the whole of it is ``Model``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.reviews.model.desk import (
    BROKEN,
    CITY,
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
from tests.reviews.model.oracle_batches import Batches, Edition, Measure

MEASURE_LAW = {
    ("proposed", "confirm"): ("legality",),
    ("proposed", "decline"): ("legality",),
    ("proposed", "withdraw"): ("publisher",),
}
FILING_LAW = {
    ("filed", "register"): ("legality",),
    ("registered", "accept"): ("legality",),
    ("registered", "require"): ("legality",),
    ("registered", "advise"): ("legality",),
    ("correcting", "refile"): ("publisher",),
}
RESULT_ACT = {"accepted": "accept", "returned": "require", "advised": "advise"}


@dataclass(slots=True)
class Filing:
    """``results``: the numbers given so far."""

    key: int
    edition: int
    region: str
    person: str
    state: str = "filed"
    round: int = 1
    registered: str = ""
    results: list[str] = field(default_factory=list)


class Model(Batches):
    def __init__(self, lists: Mapping[str, Mapping[str, Listed]]):
        super().__init__(lists)
        self.filings: dict[int, Filing] = {}

    # -- measures -----------------------------------------------------------------------------------------------------------------------

    def guard_later(self, who: str, law: Mapping, act: str, state: str, regions: Mapping[str, str], opinion: str | None) -> None:
        """``regions``: post → where it must be held; whoever sees the desk of one of them sees it."""
        if not any(holds(who, SEEING, region) for region in regions.values()):
            raise Refused(STRANGER)
        posts = {post for (_, each), posts in law.items() if each == act for post in posts}
        if not any(holds(who, [post], regions[post]) for post in posts):
            raise Refused(NOT_ALLOWED)
        if (state, act) not in law:
            raise Refused(WRONG_STATE)
        if act in ("decline", "require", "advise") and opinion == "":
            raise Refused(BROKEN, "S01")

    def propose_measure(self, who: str, region: str, kind: str, text: Text, reason: str, notice: str) -> None:
        """``text``: the item as it would be; of a suspension only its name counts."""
        if not holds(who, ["publisher"], region):
            raise Refused(NOT_ALLOWED)
        if any(m.text.name == text.name and m.state == "proposed" for m in self.measures.values()):
            raise Refused(WRONG_STATE)
        row = self.lists[region].get(text.name)
        if row is None:
            raise Refused(BROKEN, "E01")
        broken = {rule for rule, given in (("E02", reason), ("E03", notice)) if not given}
        if kind == "suspension":
            text = row.text.but(state="suspended")
            broken |= {"E04"} if row.text.state != "in_use" else set()
        elif text == row.text:
            broken.add("E05")
        if broken:
            raise Refused(BROKEN, *broken)
        if kind == "correction" and text.state != row.text.state:
            raise Refused(BROKEN, "P15")
        if not self.dry:
            measure = Measure(self.new_key(), region, kind, text, row.version, who)
            self.measures[measure.key] = measure
            self.touched.add(("measure", measure.key))

    def guard_measure(self, who: str, measure: int, act: str, opinion: str | None = None) -> Measure:
        row = self.measures[measure]
        regions = {"legality": row.region, "publisher": row.region}
        self.guard_later(who, MEASURE_LAW, act, row.state, regions, opinion)
        return row

    def confirm_measure(self, who: str, measure: int, seen: bool) -> None:
        row = self.guard_measure(who, measure, "confirm")
        if row.person == who:
            raise Refused(NOT_ALLOWED)
        if not seen:
            raise Refused(WRONG_STATE)
        listed = self.lists[row.region].get(row.text.name)
        if listed is None or listed.version != row.base:
            raise Refused(BROKEN, "P05")
        if not self.dry:
            self.enter(self.lists[row.region], listed.department, row.text)
            row.state, row.settled_by = "published", who
            self.editions.append(Edition(row.region, frozenset(self.lists[row.region]), frozenset({who, row.person})))
            self.touched.add(("measure", measure))

    def decline_measure(self, who: str, measure: int, opinion: str) -> None:
        row = self.guard_measure(who, measure, "decline", opinion)
        if not self.dry:
            row.state, row.settled_by = "declined", who
            self.touched.add(("measure", measure))

    def withdraw_measure(self, who: str, measure: int) -> None:
        row = self.guard_measure(who, measure, "withdraw")
        if not self.dry:
            row.state = "withdrawn"
            self.touched.add(("measure", measure))

    # -- filing -------------------------------------------------------------------------------------------------------------------------

    def file(self, who: str, edition: int, report: str) -> None:
        row = self.editions[edition]
        if not holds(who, ["publisher"], row.region):
            raise Refused(NOT_ALLOWED)
        if any(filing.edition == edition for filing in self.filings.values()):
            raise Refused(WRONG_STATE)
        if not report:
            raise Refused(BROKEN, "F01")
        if not self.dry:
            filing = Filing(self.new_key(), edition, row.region, who)
            self.filings[filing.key] = filing
            self.touched.add(("filing", filing.key))

    def guard_filing(self, who: str, filing: int, act: str, opinion: str | None = None) -> Filing:
        """A county's filings go to the city."""
        row = self.filings[filing]
        self.guard_later(who, FILING_LAW, act, row.state, {"legality": CITY, "publisher": row.region}, opinion)
        return row

    def register_filing(self, who: str, filing: int, number: str) -> None:
        row = self.guard_filing(who, filing, "register")
        if not number or any(f.registered == number for f in self.filings.values() if f is not row):
            raise Refused(BROKEN, "F02")
        if not self.dry:
            row.state, row.registered = "registered", number
            self.touched.add(("filing", filing))

    def conclude(self, who: str, filing: int, outcome: str, number: str, opinion: str, faults: Sequence[tuple[str, str]]) -> None:
        """``faults``: (name, substantive or clerical)."""
        row = self.guard_filing(who, filing, RESULT_ACT[outcome], opinion)
        edition = self.editions[row.edition]
        if who == row.person or who in edition.hands:
            raise Refused(NOT_ALLOWED)
        names = [name for name, _ in faults]
        broken = {"F03"} if not number or number in row.results else set()
        if bool(faults) != (outcome == "advised") or not set(names) <= edition.names or len(set(names)) < len(names):
            broken.add("F04")
        if broken:
            raise Refused(BROKEN, *broken)
        if self.dry:
            return
        row.results.append(number)
        row.state = {"accepted": "accepted", "returned": "correcting", "advised": "advised"}[outcome]
        for name, nature in faults:
            listed = self.lists[row.region].get(name)
            if nature == "substantive" and listed is not None and self.holder(name) is None:
                piece = Piece("elements", listed.text, listed.version, position=1)
                self.add_request(Request(0, listed.department, who, "备案审查建议", [piece]))
        self.touched.add(("filing", filing))

    def refile(self, who: str, filing: int, report: str) -> None:
        row = self.guard_filing(who, filing, "refile")
        if not report:
            raise Refused(BROKEN, "F01")
        if not self.dry:
            row.state, row.round = "filed", row.round + 1
            self.touched.add(("filing", filing))
