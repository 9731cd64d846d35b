"""What changed since a person last looked at a request. A look is no act: it says nothing about the list and nobody else sees it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from departments.models import User
from reviews.models import Change, ChangeRequest, Decision, Look

# A look within this time of the last one is the same sitting: opening a page again does not hide what is new.
SITTING = datetime.timedelta(minutes=30)
_UNNOTED = datetime.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Since:
    """The difference between a request as it was at ``at`` and now; names of changes, old and new words of the state."""

    at: datetime.datetime
    state: str = ""
    revision: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.state or self.revision or self.added or self.changed or self.removed or self.decisions)


def note_look(*, person: User, request: ChangeRequest) -> Look | None:
    """Keep what ``person`` sees now; what he saw before this sitting, or None at his first look."""
    now = timezone.now()
    seen = {"state": request.state, "revision": request.revision, "hash": request.proposed_hash}
    fresh = {f"base_{name}": value for name, value in seen.items()} | {f"last_{name}": value for name, value in seen.items()}
    look, first = Look.objects.get_or_create(person=person, request=request, defaults={**fresh, "base_at": now, "last_at": now})
    if first:
        return None
    if now - look.last_at > SITTING:
        look.base_at, look.base_state = look.last_at, look.last_state
        look.base_revision, look.base_hash = look.last_revision, look.last_hash
    unchanged = (look.last_state, look.last_revision, look.last_hash) == tuple(seen.values())
    if not unchanged or now - look.last_at > _UNNOTED:
        look.last_at, look.last_state, look.last_revision, look.last_hash = now, *seen.values()
        look.save()
    return look


def since(look: Look, request: ChangeRequest) -> Since:
    """What became of ``request`` since before the sitting that ``look`` belongs to."""
    spoken = [each for each in request.decisions.all() if each.at > look.base_at and each.person_id != look.person_id]
    added, changed, removed = ([], [], []) if look.base_hash == request.proposed_hash else _changes_since(look, request)
    return Since(
        at=look.base_at,
        state=ChangeRequest(state=look.base_state).get_state_display() if look.base_state != request.state else "",
        revision=look.base_revision if look.base_revision != request.revision else 0,
        added=added,
        changed=changed,
        removed=removed,
        decisions=spoken,
    )


def _changes_since(look: Look, request: ChangeRequest) -> tuple[list[str], list[str], list[str]]:
    """Names of changes added, changed and removed, told from the edit trail. A change is the same one while it is about the same item."""
    fields = ("id", "history_type", "item_id", "name", "kind", "content_hash")
    before: dict[int, tuple] = {}
    trail = Change.history.filter(request_id=request.pk, history_date__lte=look.base_at).order_by("history_date", "history_id")
    for key, kind_of_entry, *rest in trail.values_list(*fields):
        if kind_of_entry == "-":
            before.pop(key, None)
        else:
            before[key] = tuple(rest)
    old = _by_item(before.values())
    new = _by_item(request.changes.order_by("position").values_list(*fields[2:]))
    added = [name for key, (name, _) in new.items() if key not in old]
    changed = [name for key, (name, told) in new.items() if key in old and old[key][1] != told]
    removed = [name for key, (name, _) in old.items() if key not in new]
    return added, changed, removed


def _by_item(rows: Iterable[tuple]) -> dict[object, tuple[str, tuple]]:
    return {item or name: (name, (kind, content)) for item, name, kind, content in rows}


def news_of(requests: Iterable[ChangeRequest], person: User) -> dict[int, str]:
    """Request key → "new" (never looked at), "changed" (since the last look) or nothing; one query."""
    rows = list(requests)
    looks = {look.request_id: look for look in Look.objects.filter(person=person, request__in=rows)}
    found = {}
    for row in rows:
        look = looks.get(row.pk)
        if look is None:
            found[row.pk] = "new"
        elif (look.last_state, look.last_revision, look.last_hash) != (row.state, row.revision, row.proposed_hash):
            found[row.pk] = "changed"
    return found
