"""Names and codes of a region's list, so that an item can be compared with all others without reading them again.

What is withheld by law is not in it: no finding may tell one department of another's withheld item.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

ALIKE = 92
SHORTEST = 8
_NOISE = re.compile(r"[\s\W_]+")


def plain_name(name: str) -> str:
    """A name without what does not tell two items apart: width, case, spaces, punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the list. ``codes``: its official codes (scheme, value); ``parent``: key of its 大项."""

    key: str
    department: str
    department_name: str
    category: str
    name: str
    major: str = ""
    parent: str = ""
    codes: tuple[tuple[str, str], ...] = ()

    @property
    def whole_name(self) -> str:
        return f"{self.major}·{self.name}" if self.major else self.name


class Register:
    """The entries of a list, by name and by code. ``base`` less ``gone`` lies under the entries of its own."""

    def __init__(self, entries: Iterable[Entry], *, base: Register | None = None, gone: Collection[str] = ()):
        self.entries = {entry.key: entry for entry in entries}
        self.base, self.gone = base, frozenset(gone)

    def changed(self, gone: Collection[str], come: Iterable[Entry]) -> Register:
        """The list as it would be without ``gone`` (keys) and with ``come``; this one stays as it is and is not copied."""
        return Register(come, base=self, gone=gone)

    def get(self, key: str) -> Entry | None:
        own = self.entries.get(key)
        return own or (self.base.get(key) if self.base and key not in self.gone else None)

    def named(self, category: str, whole_name: str) -> list[Entry]:
        """Entries of a category with the same plain name (大项·子项)."""
        return self._with(lambda register: register._by_name.get((category, plain_name(whole_name)), []))

    def coded(self, scheme: str, value: str) -> list[Entry]:
        """Entries that carry an official code."""
        return self._with(lambda register: register._by_code.get((scheme, value), []))

    def subs_of(self, key: str) -> list[Entry]:
        """The sub-items of a 大项, by its key."""
        return self._with(lambda register: register._by_parent.get(key, [])) if key else []

    def alike(self, category: str, name: str, department: str, *, most: int = 3) -> list[Entry]:
        """Entries of other departments whose name is nearly, but not quite, the same (rapidfuzz ratio of at least ``ALIKE``)."""
        wanted = plain_name(name)
        if len(wanted) < SHORTEST:
            return []
        found = self._with(lambda register: register._near(category, wanted))
        return [entry for entry in found if entry.department != department][:most]

    def _with(self, look: Callable[[Register], list[Entry]]) -> list[Entry]:
        below = [entry for entry in self.base._with(look) if entry.key not in self.gone] if self.base else []
        return below + look(self)

    def _near(self, category: str, wanted: str) -> list[Entry]:
        names = self._names.get(category, {})
        near = process.extract(wanted, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=50)
        return [self.entries[key] for other, _score, key in near if other != wanted]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries.values():
            found.setdefault((entry.category, plain_name(entry.whole_name)), []).append(entry)
        return found

    @cached_property
    def _by_parent(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            if entry.parent:
                found.setdefault(entry.parent, []).append(entry)
        return found

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], list[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries.values():
            for code in entry.codes:
                found.setdefault(code, []).append(entry)
        return found

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        """Category → key → plain name, of 大项 whose names are long enough to be compared."""
        found: dict[str, dict[str, str]] = {}
        for (category, name), entries in self._by_name.items():
            if len(name) >= SHORTEST:
                found.setdefault(category, {}).update({entry.key: name for entry in entries if not entry.major})
        return found
