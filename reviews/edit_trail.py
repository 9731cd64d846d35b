"""修改记录: what a draft was before, element by element, read off the history of the request and of its changes.

A save is what one act wrote: rows that go, the request's own row, rows that come, by one person without a pause. A replaced draft deletes
its rows and writes others, so rows are told apart by what they are about (the item, else the name), not by their keys.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from reviews.models import Change, ChangeRequest

PAUSE = datetime.timedelta(seconds=5)
# Of a change: what tells it apart, then what a save may alter.
_OF_CHANGE = ("id", "item_id", "name", "kind", "content_hash", "reason", "document", "terms_text")
_ALTERED = _OF_CHANGE[3:]
_FIELDS = ("reason", "document", "directive_id", "state", "revision", "batch_id")


@dataclass(slots=True)
class Moved:
    """One change in a save: history keys of what it was and what it became; one of them is None where it came or went."""

    name: str
    before: int | None
    after: int | None
    kind_before: str = ""
    kind_after: str = ""


@dataclass(slots=True)
class Save:
    """What one person wrote at once. ``fields``: (name, old, new) of the request's own columns, as they are stored."""

    at: datetime.datetime
    person: str
    reason: str
    fields: list[tuple[str, object, object]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    at: datetime.datetime
    person: str
    reason: str
    history_id: int
    own: dict | None = None
    change: dict | None = None

    @property
    def gone(self) -> bool:
        return self.change is not None and self.change["history_type"] == "-"


def saves_of(request: ChangeRequest) -> list[Save]:
    """Every save in order of time, without contents (``Moved`` names the history rows that hold them): two queries."""
    saves: list[Save] = []
    rows, last_own = _rows(request), None
    known: dict[object, dict] = {}
    group: list[_Row] = []
    for row in [*rows, None]:
        if group and (row is None or _begins(row, group)):
            save, last_own, known = _saved(group, last_own, known)
            if save.fields or save.moved:
                saves.append(save)
            group = []
        if row is not None:
            group.append(row)
    return saves


def _begins(row: _Row, group: Sequence[_Row]) -> bool:
    """Whether ``row`` was written by another act than ``group``. A row that went may bear no name: the act deleted it outside of a page."""
    people = {each.person for each in group if each.person}
    if row.at - group[-1].at > PAUSE or (row.person and people and row.person not in people):
        return True
    came = [each for each in group if each.own is None and not each.gone]
    if row.gone or row.own is not None:
        return bool(came) or any(each.own is not None for each in group)
    return any(each.change["id"] == row.change["id"] for each in came)


def _rows(request: ChangeRequest) -> list[_Row]:
    about = ("history_id", "history_date", "history_user__name", "history_change_reason", "history_type")
    own = request.history.order_by().values(*about, *_FIELDS)
    changes = Change.history.filter(request_id=request.pk).order_by().values(*about, *_OF_CHANGE)
    rows = [_row(values, own=values) for values in own] + [_row(values, change=values) for values in changes]
    return sorted(rows, key=lambda row: (row.at, row.history_id))


def _row(values: dict, **which) -> _Row:
    person, reason = values["history_user__name"] or "", values["history_change_reason"] or ""
    return _Row(values["history_date"], person, reason, values["history_id"], **which)


def _saved(group: Sequence[_Row], last_own: dict | None, known: dict) -> tuple[Save, dict | None, dict]:
    """The save that a group of rows is, and what is known after it."""
    reasons = [row.reason for row in group if row.own is not None and row.reason] or [row.reason for row in group if row.reason]
    save = Save(group[-1].at, next((row.person for row in group if row.person), ""), reasons[-1] if reasons else "")
    after = dict(known)
    for row in group:
        if row.own is not None:
            for name in _FIELDS:
                if last_own is not None and last_own[name] != row.own[name]:
                    save.fields.append((name, last_own[name], row.own[name]))
            last_own = row.own
            continue
        after = {key: value for key, value in after.items() if value["id"] != row.change["id"]}
        if not row.gone:
            after[_subject(row.change)] = row.change
    renamed = {value["id"]: value for value in known.values()}
    for key, value in after.items():
        old = known.get(key) or renamed.get(value["id"])
        if old is None:
            save.moved.append(Moved(value["name"], None, value["history_id"], "", value["kind"]))
        elif any(old[name] != value[name] for name in _ALTERED):
            save.moved.append(Moved(value["name"], old["history_id"], value["history_id"], old["kind"], value["kind"]))
    kept = {value["id"] for value in after.values()}
    for key, value in known.items():
        if key not in after and value["id"] not in kept:
            save.moved.append(Moved(value["name"], value["history_id"], None, value["kind"], ""))
    return save, last_own, after


def _subject(change: dict) -> object:
    return change["item_id"] or change["name"]
