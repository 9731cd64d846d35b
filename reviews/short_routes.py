"""不经常务会审议: which requests a rule of their region lets stop after legality.

Only those all of whose changes are of a kind in use there (``ShortRoute``) and touch nothing of substance; a mixed request takes the
long route.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qingdan.items.content import stored_elements
from qingdan.items.elements import label_of
from qingdan.items.kinds import ChangeKind
from qingdan.items.rules import SUBSTANCE
from reviews.deadlines import kinds_of
from reviews.models import Change, ChangeRequest, ShortRoute


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a request whose region has short routes. ``basis``: of the short one; else ``why`` it is the long one."""

    basis: str = ""
    why: str = ""


def routes_of(requests: Iterable[ChangeRequest], kinds: Mapping[int, set[str]] | None = None) -> dict[int, Route]:
    """Request key → its route, for requests of regions with a rule in use; of the others nothing. Three queries at most.

    ``kinds``: request key → its kinds of change, where the caller has read them.
    """
    requests = list(requests)
    rules: dict[int, dict[str, str]] = defaultdict(dict)
    for rule in ShortRoute.objects.filter(region__in={row.region_id for row in requests}, in_use=True).order_by("kind"):
        rules[rule.region_id][rule.kind] = rule.basis
    asked = {row.pk: rules[row.region_id] for row in requests if row.region_id in rules}
    if not asked:
        return {}
    kinds = kinds_of(asked) if kinds is None else kinds
    routes = {key: _by_kinds(asked[key], kinds[key]) for key in asked}
    touched = _touched(key for key, route in routes.items() if route.basis)
    return routes | {key: Route(why=why) for key, why in touched.items()}


def _by_kinds(allowed: dict[str, str], kinds: set[str]) -> Route:
    if not kinds:
        return Route(why="还没有调整内容")
    if strange := [kind.label for kind in ChangeKind if kind in kinds - set(allowed)]:
        return Route(why=f"有{'、'.join(strange)}，须经常务会审议")
    return Route(basis="；".join(dict.fromkeys(allowed[kind] for kind in sorted(kinds))))


def _touched(requests: Iterable[int]) -> dict[int, str]:
    """Request key → what of substance its first such change touches, as a sentence."""
    rows = Change.objects.filter(request__in=list(requests)).order_by("request", "position")
    found: dict[int, str] = {}
    for key, position, mine, base in rows.values_list("request_id", "position", "content_bytes", "base_version__content_bytes"):
        if key not in found and (labels := _substance(stored_elements(mine), stored_elements(base))):
            found[key] = f"第{position}项改变了{'、'.join(labels)}，须经常务会审议"
    return found


def _substance(mine: dict[str, object], base: dict[str, object]) -> list[str]:
    """Labels of the elements of substance in which two contents, as kept, differ."""
    return [label_of(name) for name in sorted(SUBSTANCE) if mine.get(name) != base.get(name)]
