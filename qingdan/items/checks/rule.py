"""What a numbered rule is: a function whose docstring is the user's sentence, with its number, severity and source.

A rule looks at one ``Subject`` in its ``Surroundings`` and yields a ``Spot`` for each place that breaks it; nothing is raised, so all
findings of all rules are reported together.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from qingdan.items.checks.ranks import Cited, cited_of
from qingdan.items.checks.register import Register
from qingdan.items.content import ItemContent


class Severity(StrEnum):
    """``STOPS``: cannot be submitted. ``WARNS``: submitted with the warning beside it, for the reviewers to judge."""

    STOPS = "stops"
    WARNS = "warns"

    @property
    def label(self) -> str:
        return {"stops": "阻断", "warns": "提醒"}[self]


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One act of the law library, as far as rules ask."""

    title: str
    kind: str
    repealed: bool
    effective_on: datetime.date | None


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What rules may compare an item with: library, reference data and the region's list. Read once for many items.

    ``acts``: matching title → acts of that title. ``required``: category → element keys. ``register``: names and codes in the list.
    """

    day: datetime.date
    acts: Mapping[str, tuple[ActRecord, ...]] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    register: Register = field(default_factory=lambda: Register(()))

    def kinds_of(self, title: str) -> set[str]:
        """Ranks that the library gives to acts of this matching title."""
        return {act.kind for act in self.acts.get(title, ())}


@dataclass(frozen=True)
class Subject:
    """One item to be checked. ``key`` is our code of the item, empty for one that is not in the list yet; ``split``: it has sub-items."""

    content: ItemContent
    key: str = ""
    split: bool = False

    @cached_property
    def setting_bases(self) -> tuple[Cited, ...]:
        return tuple(cited_of(self.content, ("setting",)))

    @cached_property
    def all_bases(self) -> tuple[Cited, ...]:
        return tuple(cited_of(self.content))


@dataclass(frozen=True, slots=True)
class Spot:
    """One place that breaks a rule: the element (its label) and what is there."""

    element: str
    detail: str


Check = Callable[[Subject, Surroundings], Iterable[Spot]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``source``: the article or standard; ``reason``: why it stops, or why it only warns."""

    number: str
    sentence: str
    severity: Severity
    source: str
    reason: str
    check: Callable[..., Iterable[Spot]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place of one item."""

    rule: Rule
    element: str
    detail: str

    @property
    def stops(self) -> bool:
        return self.rule.severity == Severity.STOPS

    @property
    def message(self) -> str:
        """The sentence and what it is about, as one line."""
        return f"{self.rule.sentence}：{self.detail}" if self.detail else self.rule.sentence


def rule(number: str, severity: Severity, *, source: str, reason: str) -> Callable[[Callable], Rule]:
    """Make the decorated check a Rule; its docstring is the sentence that users read."""

    def made(check: Callable) -> Rule:
        return Rule(number, " ".join((check.__doc__ or "").split()), severity, source, reason, check)

    return made


def run(rules: Iterable[Rule], *arguments: object) -> Iterator[Finding]:
    """Every finding of ``rules``, in their order."""
    for each in rules:
        for spot in each.check(*arguments):
            yield Finding(each, spot.element, spot.detail)


def shortened(text: str, limit: int = 60) -> str:
    """A text as findings quote it: on one line, at most ``limit`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
