"""What may be tried on batches, measures and filings: the pairs (state, act) that there are, and arguments for each."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.reviews.model.desk import CITY, COUNTY, PEOPLE, Text
from tests.reviews.model.oracle_batches import BATCH_LAW, OPEN_BATCH, OUTCOME_ACT, Batch
from tests.reviews.model.oracle_later import FILING_LAW, MEASURE_LAW, RESULT_ACT, Filing, Model
from tests.reviews.model.plans import Plan

BATCH_STATES = (*OPEN_BATCH, "published", "dissolved")
BATCH_ACTS = tuple(dict.fromkeys([act for _, act in BATCH_LAW]))
MEASURE_STATES = ("proposed", "published", "declined", "withdrawn")
MEASURE_ACTS = tuple(dict.fromkeys(act for _, act in MEASURE_LAW))
FILING_STATES = ("filed", "registered", "correcting", "accepted", "advised")
FILING_ACTS = tuple(dict.fromkeys(act for _, act in FILING_LAW))
OFFICES = ("publisher", "legality", "council")
# Kind → its states, acts and law.
LATER = {
    "batch": (BATCH_STATES, BATCH_ACTS, BATCH_LAW),
    "measure": (MEASURE_STATES, MEASURE_ACTS, MEASURE_LAW),
    "filing": (FILING_STATES, FILING_ACTS, FILING_LAW),
}


class LaterTries:
    """``model`` and ``random`` are the walk's."""

    def __init__(self, model: Model, rng: random.Random):
        self.model, self.random = model, rng
        self.plan: Plan | None = None

    def rarely(self, usual, other, chance: float = 0.1):
        return other if self.random.random() < chance else usual

    def someone(self, region: str) -> str:
        if self.random.random() < 0.25:
            return self.random.choice(list(PEOPLE))
        return self.random.choice(OFFICE_OF[region])

    def tries(self, kind: str, state: str, act: str) -> Iterator[tuple[str, dict]]:
        """Endlessly: (act of the model, its arguments)."""
        rows = {"batch": self.model.batches, "measure": self.model.measures, "filing": self.model.filings}[kind]
        chosen = [row for row in rows.values() if row.state == state][-30:]
        if self.plan is not None:
            chosen = self.planned(kind, chosen)
        while chosen or state == "none":
            if state == "none":
                yield getattr(self, f"new_{kind}")()
            else:
                row = self.random.choice(chosen)
                yield getattr(self, f"on_{kind}")(act, row, self.someone(row.region))

    def planned(self, kind: str, rows: list) -> list:
        """Those of ``rows`` that the plan is about."""
        if kind == "batch" and self.plan.batch is not None:
            return [row for row in rows if row.key == self.plan.batch]
        if kind == "measure" and self.plan.correction is not None:
            return [row for row in rows if row.text == self.plan.correction[1]]
        return rows

    # -- batches --------------------------------------------------------------------------------------------------------------------

    def some_requests(self, region: str, state: str = "awaiting") -> list[int]:
        rows = [row.key for row in self.model.requests.values() if row.state == state and row.region == region]
        if rows and self.random.random() < 0.93:
            return self.random.sample(rows, min(len(rows), self.random.randint(1, 4)))
        every = list(self.model.requests)
        return self.random.sample(every, min(len(every), self.random.randint(0, 2)))

    def new_batch(self) -> tuple[str, dict]:
        region = self.random.choice([CITY, CITY, COUNTY])
        title = self.rarely("第某批调整", "", 0.05)
        return "create_batch", {
            "who": self.someone(region),
            "region": region,
            "title": title,
            "requests": self.some_requests(region),
        }

    def exceptions(self, batch: Batch) -> dict[tuple[int, int], str]:
        places = [(request.key, piece.position) for request in self.model.of(batch) for piece in request.pieces]
        found = {place: self.random.choice(["deferred", "refused"]) for place in places if self.random.random() < 0.2}
        return self.rarely(found, found | {(1, 99): "deferred"}, 0.05)

    def registration(self, batch: Batch) -> dict:
        """One that waits where there is one, else any of any batch."""
        own = [(batch.key, n) for n, minutes in enumerate(batch.minutes) if minutes.waiting]
        every = [(row.key, n) for row in self.model.batches.values() for n in range(len(row.minutes))]
        of, number = self.random.choice(own if own and self.random.random() < 0.9 else every)
        return {"of": of, "minutes": number}

    def on_batch(self, act: str, batch: Batch, who: str) -> tuple[str, dict]:
        arguments = {"who": who, "batch": batch.key}
        seen, opinion = self.rarely(True, False, 0.06), self.rarely("意见", "", 0.15)
        if act == "add":
            planned = [self.plan.request] if self.plan is not None and self.plan.request is not None else []
            chosen = planned or self.some_requests(batch.region) or list(self.model.requests)
            return act, arguments | {"request": chosen[0]}
        if act == "remove":
            inside = [row.key for row in self.model.of(batch)]
            other = self.random.choice(list(self.model.requests))
            return act, arguments | {"request": self.rarely(self.random.choice(inside), other) if inside else other}
        if act in OUTCOME_ACT.values():
            outcome = self.random.choice([outcome for outcome, name in OUTCOME_ACT.items() if name == act])
            if batch.state == "recorded":
                chosen = self.registration(batch)
                said = self.model.batches[chosen["of"]].minutes[chosen["minutes"]]
                if OUTCOME_ACT[said.outcome] == act and self.random.random() < 0.9:
                    return "check", arguments | chosen
            return "record", arguments | {
                "outcome": outcome,
                "opinion": opinion,
                "exceptions": self.exceptions(batch),
                "seen": seen,
            }
        if act == "register":
            outcome = self.plan.outcome if self.plan is not None else self.random.choice(list(OUTCOME_ACT))
            number = self.rarely("〔2026〕3号", "", 0.08)
            return act, arguments | {
                "outcome": outcome,
                "opinion": opinion,
                "number": number,
                "exceptions": self.exceptions(batch),
                "seen": seen,
            }
        if act == "send_back":
            return act, arguments | self.registration(batch) | {"opinion": opinion}
        if act == "amend":
            return act, arguments | self.amendment(batch) | {"note": self.rarely("会议要求", ""), "seen": seen}
        if act == "confirm":
            return "confirm_text", arguments | {"seen": seen}
        if act == "stop":
            return act, arguments | {"opinion": opinion}
        if act == "publish":
            return act, arguments | {"notice": self.rarely("关于公布的通知", "", 0.08), "seen": seen}
        return act, arguments

    def amendment(self, batch: Batch) -> dict:
        here = [(row, piece) for row in self.model.of(batch) for piece in row.pieces]
        every = [(row, piece) for row in self.model.requests.values() for piece in row.pieces]
        row, piece = self.random.choice(here if here and self.random.random() < 0.93 else every)
        place = (row.key, piece.position)
        present = batch.amended.get(place, piece.after)
        changed = {"note": f"会议意见{self.random.randint(0, 99999)}", "state": self.rarely(present.state, "repealed", 0.04)}
        return {"place": place, "text": self.rarely(present.but(**changed), present, 0.06)}

    # -- measures -------------------------------------------------------------------------------------------------------------------

    def new_measure(self) -> tuple[str, dict]:
        """Most often of an item that a batch or request holds: so that they conflict."""
        region = self.random.choice([CITY, CITY, COUNTY])
        listed = self.model.lists[region]
        state = self.random.choice(["approved", "batched", "awaiting"])
        held = [
            piece.name
            for row in self.model.requests.values()
            if row.state == state
            for piece in row.pieces
            if piece.open and piece.base and piece.name in listed
        ]
        other = self.random.choice([name for names in self.model.lists.values() for name in names])
        name = self.random.choice(held) if held and self.random.random() < 0.7 else self.random.choice(list(listed))
        name = self.rarely(name, other, 0.05)
        kind = self.random.choice(["suspension", "correction", "correction"])
        text: Text = next(rows[name].text for rows in self.model.lists.values() if name in rows)
        element = self.random.choice(["phone", "note"])
        text = self.rarely(text.but(**{element: f"更正{self.random.randint(0, 99999)}"}), text, 0.05)
        text = text.but(state=self.rarely(text.state, "suspended", 0.05)) if kind == "correction" else text
        if self.plan is not None and self.plan.correction is not None:
            kind, (region, text) = "correction", self.plan.correction
        return "propose_measure", {
            "who": self.someone(region),
            "region": region,
            "kind": kind,
            "text": text,
            "reason": self.rarely("理由", "", 0.06),
            "notice": self.rarely("审改发", "", 0.06),
        }

    def on_measure(self, act: str, measure, who: str) -> tuple[str, dict]:
        arguments = {"who": who, "measure": measure.key}
        if act == "confirm":
            return "confirm_measure", arguments | {"seen": self.rarely(True, False)}
        if act == "decline":
            return "decline_measure", arguments | {"opinion": self.rarely("不同意", "")}
        return "withdraw_measure", arguments

    # -- filings --------------------------------------------------------------------------------------------------------------------

    def new_filing(self) -> tuple[str, dict]:
        number = self.random.randrange(len(self.model.editions))
        region = self.model.editions[number].region
        return "file", {"who": self.someone(region), "edition": number, "report": self.rarely("报告", "")}

    def on_filing(self, act: str, filing: Filing, who: str) -> tuple[str, dict]:
        arguments = {"who": who, "filing": filing.key}
        if act == "register":
            taken = [row.registered for row in self.model.filings.values() if row.registered]
            number = self.random.choice(["", *taken[-1:]]) if self.random.random() < 0.1 else f"登记{self.random.random()}"
            return "register_filing", arguments | {"number": number}
        if act == "refile":
            return act, arguments | {"report": self.rarely("报告", "")}
        outcome = next(outcome for outcome, name in RESULT_ACT.items() if name == act)
        number = self.random.choice(["", *filing.results[-1:]]) if self.random.random() < 0.1 else f"审{self.random.random()}"
        return "conclude", arguments | {
            "outcome": outcome,
            "number": number,
            "opinion": self.rarely("意见", ""),
            "faults": self.faults(filing) if self.rarely(outcome == "advised", outcome != "advised", 0.05) else [],
        }

    def faults(self, filing: Filing) -> list[tuple[str, str]]:
        names = sorted(self.model.editions[filing.edition].names)
        chosen = self.random.sample(names, self.random.randint(1, 2))
        if self.random.random() < 0.05:
            chosen += self.random.choice([chosen[:1], [next(iter(self.model.lists[COUNTY if filing.region == CITY else CITY]))]])
        return [(name, self.random.choice(["substantive", "clerical"])) for name in chosen]


# Who acts on what a region's desk does; a county files with the city.
OFFICE_OF = {
    region: [n for n, held in PEOPLE.items() if any(post in OFFICES and place in (region, CITY) for post, place in held)]
    for region in (CITY, COUNTY)
}
