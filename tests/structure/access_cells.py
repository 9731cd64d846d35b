"""What the access table says of a cell, and what the site makes of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from tests.soaking import soaking
from tests.structure.access_people import OUTSIDE, Person, people_of
from tests.structure.access_table import ROWS, SEEN, SIGHT, Rights, Row

MAY, LATER, LOG_IN, NOT_OFFERED = "may", "later", "log-in", "405"


@dataclass(frozen=True, slots=True)
class Cell:
    row: Row
    method: str
    filled: bool
    state: str
    person: Person

    @property
    def rights(self) -> Rights:
        return self.row.get if self.method == "GET" else self.row.post

    def __str__(self) -> str:
        body = " filled in" if self.filled else ""
        return f"{self.method} {self.row.name}{body} of {self.row.kind} {self.state or '-'} by {self.person}"


def expected(cell: Cell) -> str:
    """What the table says of one cell."""
    row, rights, state, person = cell.row, cell.rights, cell.state, cell.person
    if rights is None:
        return NOT_OFFERED
    if person.username in OUTSIDE:
        return LOG_IN
    if person.posts.isdisjoint(row.door.split()):
        return "403"
    if not _sees(row, state, person):
        return "404"
    if rights == SEEN:
        return MAY
    found = {_of_label(rights, state, label) for label in person.labels}
    return next(each for each in (MAY, LATER, "403") if each in found)


def _of_label(rights: dict[str, str], state: str, label: str) -> str:
    for posts, states in rights.items():
        if label in posts.split():
            words = states.split()
            if state in words or "*" in words:
                return MAY
            return "403" if f"!{state}" in words or "!*" in words else LATER
    return "403"


def _sees(row: Row, state: str, person: Person) -> bool:
    seen = row.sees or SIGHT[row.kind]
    if isinstance(seen, dict):
        seen = seen.get(state, seen[""])
    return seen == "*" or not set(person.labels).isdisjoint(seen.split())


def answered(response, *, get: bool, filled: bool, row: Row) -> set[str]:
    """What an answer may stand for."""
    status = response.status_code
    if status == 302 and response["Location"].startswith("/admin/login/"):
        return {LOG_IN}
    if status == 404 and not get and not filled and row.names:
        return {"404", MAY, LATER}
    if status in (403, 404, 405):
        return {str(status)}
    if status == 409:
        # An empty form carries no hash of what was seen, so it is always out of date.
        return {LATER} if get or filled else {MAY, LATER}
    if status >= 500:
        return {f"broken: {status}"}
    if filled:
        # A form that is filled in is carried out, or its content is found wanting (422); a wrong state may be found in either way.
        return {MAY, LATER} if status == 302 and row.says else {MAY} if status in (200, 302) else {LATER, MAY}
    return {MAY, LATER} if status in (400, 422) or row.says else {MAY}


def rows_of(kind: str) -> list[Row]:
    return [row for row in ROWS if row.kind == kind]


def address(row: Row, made) -> str:
    return reverse(f"admin:{row.name.partition(' ')[0]}", args=made.args(row.name))


def cells_of(kind: str, state: str, made) -> Iterator[Cell]:
    """Every cell of one state of a kind. A way that is not offered is the same to all: two people try it."""
    for row in rows_of(kind):
        for method, rights in (("GET", row.get), ("POST", row.post)):
            bodies = [False, True] if method == "POST" and made.filled.get(row.name) else [False]
            people = people_of(made.place)
            for filled in bodies if rights is not None else [False]:
                for person in people if rights is not None else (people[0], people[-1]):
                    yield Cell(row, method, filled, state, person)


def is_walked(cell: Cell, states: list[str]) -> bool:
    """Whether the suite walks a cell; a soak walks them all.

    The suite takes one cell of so many, always the same ones, and besides in each state whoever may and his like from elsewhere, with the
    form empty in every other state and filled in in the others; a way that is not offered in the first state.
    """
    if soaking() or zlib.crc32(str(cell).encode()) % (4 * len(states)) == 0:
        return True
    if cell.rights is None:
        return cell.state == states[0]
    if not isinstance(cell.rights, dict):
        return False
    doers = {posts.split()[-1] for posts in cell.rights}
    if set(cell.person.labels).isdisjoint(doers | {f"{post}@far" for post in doers}):
        return False
    odd = bool(states.index(cell.state) % 2)
    return cell.method == "GET" or cell.filled == odd


def answer_to(cell: Cell, made, browsers) -> set[str]:
    """What the site makes of a cell; nothing of it stays."""
    where, browser = address(cell.row, made), browsers[cell.person.username]
    point = transaction.savepoint()
    response = browser.get(where) if cell.method == "GET" else browser.post(where, made.form(cell.row.name) if cell.filled else {})
    transaction.savepoint_rollback(point)
    return answered(response, get=cell.method == "GET", filled=cell.filled, row=cell.row)
