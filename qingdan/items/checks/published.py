"""Reading what rules need: the surroundings of a region, and every finding over its published list."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone

from qingdan.items.checks import ITEM_RULES
from qingdan.items.checks.register import Entry, Register
from qingdan.items.checks.rule import ActRecord, Finding, Subject, Surroundings, run
from qingdan.items.content import read_content, stored_elements
from qingdan.items.models import Category, Edition, EditionEntry, RequiredElement
from qingdan.laws.library import names_of
from qingdan.laws.models import Act
from qingdan.laws.standing import is_repealed, takes_effect


def surroundings_of(register: Register) -> Surroundings:
    """What an item is compared with: the list in ``register``, the library, the reference data (three queries)."""
    categories = list(Category.objects.values_list("code", "name", "letters"))
    return Surroundings(
        day=timezone.localdate(),
        acts=_library(),
        categories={code: name for code, name, _ in categories},
        letters={code: letters for code, _, letters in categories},
        required=_required(),
        register=register,
    )


class _Version(NamedTuple):
    """What ``qingdan.laws.standing`` asks of a version, without making a row of each."""

    promulgated_on: datetime.date | None
    pk: int
    status: str
    effective_on: datetime.date | None


def _library() -> dict[str, tuple[ActRecord, ...]]:
    columns = [f"versions__{name}" for name in ("promulgated_on", "pk", "status", "effective_on")]
    rows = Act.objects.order_by("pk").values_list("pk", "title", "normal_title", "short_titles", "kind", *columns)
    found: dict[str, tuple[ActRecord, ...]] = {}
    for (_key, title, normal, short, kind), versions in groupby(rows, key=lambda row: row[:5]):
        known = [_Version(*row[5:]) for row in versions if row[6] is not None]
        record = ActRecord(title, kind, is_repealed(known), takes_effect(known))
        for matching in names_of(normal, short):
            found[matching] = (*found.get(matching, ()), record)
    return found


def _required() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for category, element in RequiredElement.objects.values_list("category_id", "element"):
        found[category] = (*found.get(category, ()), element)
    return found


def register_of(edition: Edition) -> Register:
    """Names and codes of an edition; kept in the process under its hash, since an edition never changes."""
    return _register(edition.pk, edition.manifest_hash)


@lru_cache(maxsize=4)
def _register(edition_id: int, manifest_hash: str) -> Register:
    return Register(entry for entry, _content in _entries(edition_id))


def _entries(edition_id: int) -> Iterator[tuple[Entry, bytes]]:
    """Every public entry of an edition in official order, with its stored content."""
    names = {}
    found = (
        EditionEntry.objects.of(edition_id)
        .public()
        .values_list(
            "item__code", "item_id", "version__parent_id", "version__department__code", "version__department_name",
            "version__category_id", "version__name", "version__content_bytes",
        )
    )  # fmt: skip
    rows = list(found)
    for code, item, _parent, *_rest in rows:
        names[item] = code
    titles = {row[1]: row[6] for row in rows}
    for code, _item, parent, department, department_name, category, name, stored in rows:
        codes = stored_elements(stored).get("codes", ()) if b'"codes"' in bytes(stored) else ()
        yield (
            Entry(
                code,
                department,
                department_name,
                category,
                name,
                titles.get(parent, ""),
                names.get(parent, ""),
                tuple((each["scheme"], each["value"]) for each in codes),
            ),
            bytes(stored),
        )


def findings_of_edition(edition: Edition) -> Iterator[tuple[Entry, Finding]]:
    """Every finding of every item rule over the public items of ``edition``, in official order."""
    rows = list(_entries(edition.pk))
    around = surroundings_of(Register(entry for entry, _ in rows))
    split = {entry.parent for entry, _ in rows if entry.parent}
    for entry, stored in rows:
        subject = Subject(read_content(stored), key=entry.key, split=entry.key in split)
        for finding in run(ITEM_RULES, subject, around):
            yield entry, finding
