"""Pages and the table of access agree: who may do an act is offered it on a page that he may open, and nobody is offered what he may not.

Buttons are no right, and a missing one takes none away; but a button that is answered by a refusal wastes an afternoon, and an act that no
page leads to does not exist.
"""

from __future__ import annotations

import zlib

import pytest
from django.db import transaction
from django.urls import Resolver404, resolve

from tests.soaking import soaking
from tests.structure.access_cells import MAY, Cell, address, expected, rows_of
from tests.structure.access_objects import KINDS
from tests.structure.access_offers import Offer, offers_of
from tests.structure.access_people import OUTSIDE, Person, people_of
from tests.structure.access_table import ROWS, SEEN, Row

# Acts that a page offers on an occasion which the objects of the matrix do not have: name → when.
ON_OCCASION = {
    "article_new": "a text of the law was chosen",
    "bases_read": "beside the form in which a basis is written",
    "batch_list": "a request waits",
    "batch_papers_order": "its papers were not ordered yet",
    "batch_stop": "a decided batch has a conflict",
    "edition_result": "the reader took no part in the legality review",
    "fund_explain": "a line deviates from its plan by more than the limit",
    "fund_goals": "a self-evaluation of the fund has goals",
    "fund_withdraw": "the fund is shown to the public",
    "notices_read": "there is an unread notice",
    "opinion_number": "the legality review is over",
    "request_paper_order": "the paper is so long that the worker makes it",
    "request_rebase": "the list has changed under it",
}
DOORS: dict[str, set[str]] = {}
for _row in ROWS:
    DOORS.setdefault(_row.name.partition(" ")[0], set()).update(_row.door.split())


class Walk:
    """One person at the pages of one object."""

    def __init__(self, kind: str, state: str, made, person: Person, browser):
        self.kind, self.state, self.made, self.person, self.browser = kind, state, made, person, browser
        self.own = {address(row, made): row for row in rows_of(kind)}

    def verdict(self, row: Row, method: str) -> str:
        return expected(Cell(row, method, False, self.state, self.person))

    def offered(self) -> dict[Offer, str]:
        """Each offer of the object's pages that this person may open → the page."""
        found: dict[Offer, str] = {}
        for where, row in self.own.items():
            if self.verdict(row, "GET") != MAY:
                continue
            answer = self.browser.get(where)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                for offer in offers_of(where, answer.content.decode()):
                    found.setdefault(offer, where)
        return found

    def faults(self) -> list[str]:
        offered = self.offered()
        if not offered:
            return []
        wrong = [fault for offer, page in sorted(offered.items()) if (fault := self._too_much(offer, page))]
        for where, row in self.own.items():
            for method, rights in (("GET", row.get), ("POST", row.post)):
                acts = rights is not None and (method == "POST" or rights != SEEN) and row.name not in ON_OCCASION
                if acts and self.verdict(row, method) == MAY and (method, where) not in offered:
                    wrong.append(f"{self}: {method} {row.name} is his to do, and no page offers it")
        return wrong

    def _too_much(self, offer: Offer, page: str) -> str:
        method, where = offer
        if where in self.own:
            said = self.verdict(self.own[where], method)
            return "" if said == MAY else f"{self}: {page} offers {method} {self.own[where].name}, the table says {said}"
        try:
            found = resolve(where)
        except Resolver404:
            return f"{self}: {page} leads to {where}, which there is not"
        if self.person.posts.isdisjoint(DOORS.get(found.url_name, self.person.posts)):
            return f"{self}: {page} offers {method} {found.url_name}, which is closed to him"
        # What is about no object, the table has answered; another object's page is tried.
        if method == "GET" and found.kwargs:
            status = self.browser.get(where).status_code
            return f"{self}: {page} leads to {where}, which answers {status}" if status >= 400 else ""
        return ""

    def __str__(self) -> str:
        return f"{self.kind} {self.state or '-'} by {self.person}"


def is_walked(kind: str, state: str, person: Person) -> bool:
    """The suite takes every fourth, always the same ones; a soak takes all."""
    return soaking() or zlib.crc32(f"{kind} {state} {person}".encode()) % 4 == 0


@pytest.mark.soak
@pytest.mark.parametrize("kind", list(KINDS))
def test_pages_offer_what_may_be_done_and_nothing_else(everyone, kind):
    world, browsers = everyone
    wrong = []
    for state, make in KINDS[kind].items():
        point = transaction.savepoint()
        made = make(world)
        for person in people_of(made.place):
            if person.username not in OUTSIDE and is_walked(kind, state, person):
                wrong += Walk(kind, state, made, person, browsers[person.username]).faults()
        transaction.savepoint_rollback(point)
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong)
