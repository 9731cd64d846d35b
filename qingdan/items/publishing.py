"""THE DOOR: the only place that writes the list. One call makes one edition: items, versions, entries, counts, changes, manifest, log.

It runs inside the act that publishes (one durable transaction); whatever fails, nothing of it stays. Several things are refused by
numbered rules (P01…), and the database's constraints hold where two publications meet.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max

from departments.models import Department, Region
from departments.people import Actor
from qingdan.insertion import insert_rows
from qingdan.items import manifests
from qingdan.items.content import ItemContent
from qingdan.items.kinds import EditionKind
from qingdan.items.models import (
    Category,
    DepartmentVersion,
    Edition,
    EditionChange,
    EditionCount,
    EditionDepartment,
    EditionEntry,
    Item,
    ItemCode,
    ItemVersion,
)
from qingdan.items.placing import (
    CONTENT_COLUMNS,
    DepartmentPlacement,
    EditionTerms,
    Placement,
    Row,
    adjustment_number,
    columns_of,
    count,
    in_official_order,
    rows_of,
)
from qingdan.items.profiles import department_profiles, kept_profiles, profiles_shown, renamed_departments
from qingdan.items.renewing import pending_after, renewed_list, renewed_profiles
from qingdan.items.rules import check_corrections, check_placements, check_terms
from qingdan.ledger import log


def publish_edition(
    *,
    actor: Actor,
    terms: EditionTerms,
    placements: Sequence[Placement],
    departments: Sequence[DepartmentPlacement] = (),
    post: str = "",
) -> Edition:
    """Publish one edition of ``terms.region``: the list it builds on with ``placements`` applied, written whole.

    It builds on the newest list; one that takes effect before a pending edition builds on the list in force on its day, and every pending
    edition is issued again on top of it (续行). Must run inside a transaction. Raises RuleBroken with every broken rule: P01…P04 about the
    terms, P05…P13 about the changes (base conflict, doubles, missing 大项, lineage, …), P14 what a pending edition changes as well, P15 what
    a 更正 may not change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("公布必须在一个事务内完成")
    region = Region.objects.select_for_update().get(pk=terms.region.pk)
    newest = Edition.objects.newest(region)
    pending = pending_after(newest, terms.effective_on)
    base = Edition.objects.in_force(region, terms.effective_on) if pending else newest
    check_terms(terms, newest, base, bool(placements or departments))

    before = rows_of(base)
    kept = kept_profiles(base)
    profiles = department_profiles(kept, departments)
    every = list(placements) + _following(before, placements, renamed_departments(kept, departments))
    codes = _department_codes(region)
    check_placements(before, every, codes)
    if terms.kind == EditionKind.CORRECTION:
        check_corrections(every)
    rows, changes = _apply(region, before, every, codes, _last_numbers(every) if pending else {})
    making = _Making(region, terms, newest, base if pending else None, rows, changes, profiles)
    edition = _issue(actor, making, post)
    last = edition
    for each in pending:
        last = _renew(actor, each, last, making, kept, departments, post)
    return edition


@dataclass(slots=True)
class _Making:
    """One edition while it is made: after which it comes, on which it builds (None: the same), its list, changes and profiles."""

    region: Region
    terms: EditionTerms
    previous: Edition | None
    builds_on: Edition | None
    rows: list[Row]
    changes: list[_Applied]
    profiles: dict[int, DepartmentVersion]


def _renew(
    actor: Actor,
    pending: Edition,
    last: Edition,
    making: _Making,
    in_force: dict[int, DepartmentVersion],
    departments: Sequence[DepartmentPlacement],
    post: str,
) -> Edition:
    """Issue a pending edition again, with the changes of the one that takes effect before it; not counted as an adjustment."""
    region, earlier = making.region, making.changes
    renewed = renewed_list(pending, rows_of(pending), earlier)
    kept = kept_profiles(pending)
    codes = _department_codes(region)
    following = _following(rows_of(pending), renewed.checked, renamed_departments(kept, departments))
    check_placements(rows_of(pending), renewed.checked + following, codes)
    # What came meanwhile is called as the pending edition calls its department.
    brought = {change.new.version_id for change in earlier if change.new.item_id not in {p.item.pk for p in renewed.placements}}
    come = [row for row in renewed.rows if row.version_id in brought]
    renamed = {key: profile.name for key, profile in kept.items() if key in in_force and in_force[key].name != profile.name}
    every = renewed.placements + following + _following(come, [], renamed)
    rows, changes = _apply(region, renewed.rows, every, codes, _last_numbers(every))
    terms = EditionTerms(
        region=region,
        kind=EditionKind.RENEWAL,
        notice_title=pending.notice_title,
        notice_no=pending.notice_no,
        decided_on=pending.decided_on,
        published_on=making.terms.published_on,
        effective_on=pending.effective_on,
        meeting=pending.meeting,
        demo=making.terms.demo,
    )
    profiles = renewed_profiles(kept, in_force, making.profiles)
    return _issue(actor, _Making(region, terms, last, pending, rows, changes, profiles), post)


def _issue(actor: Actor, making: _Making, post: str) -> Edition:
    """Order, count, log and write what was put together."""
    region, terms, previous, changes = making.region, making.terms, making.previous, making.changes
    by_order, categories = _orders(region)
    rows = in_official_order(making.rows, by_order, categories)
    counts = count(rows)
    shown = profiles_shown(region, making.profiles, rows, by_order)
    salt = secrets.token_hex(32)
    recorded_at = log.present_time()
    number = previous.number + 1 if previous else 1
    manifest = manifests.manifest_bytes(
        terms=terms,
        number=number,
        adjustment_no=adjustment_number(terms.kind, previous),
        previous_hash=previous.manifest_hash if previous else "",
        builds_on=making.builds_on.manifest_hash if making.builds_on else "",
        recorded_at=recorded_at,
        rows=rows,
        counts=counts,
        departments=shown,
        changes=changes,
        salt=salt,
    )
    manifest_hash = manifests.sha256_hex(manifest)
    entry = log.append(kind=f"publish/{terms.kind}", payload_hash=manifest_hash, recorded_at=recorded_at)
    edition = Edition.objects.create(
        region=region,
        number=number,
        previous=previous,
        builds_on=making.builds_on,
        kind=terms.kind,
        adjustment_no=adjustment_number(terms.kind, previous),
        notice_title=terms.notice_title,
        notice_no=terms.notice_no,
        meeting=terms.meeting,
        decided_on=terms.decided_on,
        published_on=terms.published_on,
        effective_on=terms.effective_on,
        recorded_at=recorded_at,
        entered_afterwards=terms.entered_afterwards,
        demo=terms.demo,
        manifest=manifest,
        manifest_hash=manifest_hash,
        withheld_salt=salt,
        log_index=entry.index,
        changed_count=sum(1 for change in changes if not change.placement.follows and not change.placement.content.not_public),
    )
    _write(edition, rows, changes, counts, shown)
    actor.record(
        act="publish_edition",
        post=post,
        obj=edition,
        before_hash=previous.manifest_hash if previous else "",
        after_hash=manifest_hash,
        detail=f"{edition.title} {terms.notice_no} 变更 {len(changes)} 项",
    )
    return edition


def _last_numbers(placements: Sequence[Placement]) -> dict[int, int]:
    """Item key → number of its last version, which a pending edition may have brought."""
    items = [placement.item.pk for placement in placements if placement.item]
    found = ItemVersion.objects.filter(item__in=items).order_by().values_list("item_id").annotate(Max("number"))
    return dict(found)


def counts_after(
    region: Region, placements: Sequence[Placement], departments: Sequence[DepartmentPlacement] = ()
) -> tuple[tuple[int, int], tuple[int, int]]:
    """(大项, 项) of the newest list, and of the list that these changes would make of it. Writes nothing and checks nothing."""
    newest = Edition.objects.newest(region)
    before = rows_of(newest)
    renamed = renamed_departments(kept_profiles(newest), departments)
    every = list(placements) + _following(before, placements, renamed)
    after, _changes = _apply(region, before, every, _department_codes(region), {})
    return _total(before), _total(after)


def _total(rows: list[Row]) -> tuple[int, int]:
    counts = count(rows).values()
    return sum(majors for majors, _ in counts), sum(items for _, items in counts)


class _Applied:
    """A placement with the rows it turned into: ``old`` as it was, ``new`` as it will be (also for an ending change)."""

    __slots__ = ("new", "old", "placement")

    def __init__(self, placement: Placement, old: Row | None, new: Row):
        self.placement, self.old, self.new = placement, old, new


def _following(before: list[Row], placements: Sequence[Placement], renamed: dict[int, str]) -> list[Placement]:
    """随动: versions that exist only because a department or a 大项 got another name or place. ``renamed``: department key → new name."""
    touched = {placement.item.pk for placement in placements if placement.item}
    majors = {p.item.pk: p.content for p in placements if p.item and not p.content.is_sub_item and not p.ends}
    due: dict[int, dict[str, object]] = {}
    for row in before:
        if row.item_id in touched:
            continue
        wanted: dict[str, object] = {}
        if row.department_id in renamed:
            wanted["department_name"] = renamed[row.department_id]
        if row.parent_id in majors:
            major = majors[row.parent_id]
            wanted |= {
                "major_name": major.name,
                "department_code": major.department_code,
                "department_name": major.department_name,
                "category": major.category,
            }
        if wanted:
            due[row.version_id] = wanted
    following = []
    for version in ItemVersion.objects.filter(pk__in=due).select_related("item"):
        content = version.content.changed(**due[version.pk])
        if content != version.content:
            following.append(
                Placement(
                    kind="elements",
                    content=content,
                    item=version.item,
                    base_version_id=version.pk,
                    reason="随部门或大项名称变动",
                    follows=True,
                )
            )
    return following


def _department_codes(region: Region) -> dict[str, Department]:
    return {department.code: department for department in Department.objects.filter(region=region)}


def _orders(region: Region) -> tuple[dict[int, int], dict[str, int]]:
    by_order = dict(Department.objects.filter(region=region).values_list("pk", "order"))
    return by_order, dict(Category.objects.values_list("code", "order"))


def _apply(
    region: Region,
    before: list[Row],
    placements: Sequence[Placement],
    departments: dict[str, Department],
    numbers: Mapping[int, int],
) -> tuple[list[Row], list[_Applied]]:
    """The list after ``placements``, and each of them with its rows. New items get our next codes; 大项 come before their sub-items.

    ``numbers``: item key → number of its last version, where that may not be the one in ``before``.
    """
    by_item = {row.item_id: row for row in before}
    majors = {(row.department_id, row.category, row.name): row for row in before if not row.parent_code}
    next_number = Item.objects.filter(region=region).count() + 1
    rows = {row.code: row for row in before}
    changes = []
    for placement in sorted(placements, key=lambda each: each.content.is_sub_item):
        content, old = placement.content, by_item.get(placement.item.pk) if placement.item else None
        if old is None:
            code = f"{region.code}-{next_number:05d}"
            next_number += 1
        else:
            code = old.code
        department = departments[content.department_code]
        major = majors.get((department.pk, content.category, content.major_name)) if content.is_sub_item else None
        new = Row(
            item_id=old.item_id if old else None,
            code=code,
            version_id=None,
            number=numbers.get(old.item_id, old.number) + 1 if old else 1,
            content_hash=content.content_hash,
            department_id=department.pk,
            category=content.category,
            name=content.name,
            parent_id=major.item_id if major else None,
            parent_code=major.code if major else "",
            in_force=content.state == "in_use",
            public=not content.not_public,
            counted=content.counted,
            content=content,
        )
        changes.append(_Applied(placement, old, new))
        if placement.ends:
            del rows[code]
        else:
            rows[code] = new
            if not content.is_sub_item:
                majors[(department.pk, content.category, content.name)] = new
    return list(rows.values()), changes


def _write(edition: Edition, rows: list[Row], changes: list[_Applied], counts: dict, departments: list[DepartmentVersion]) -> None:
    _write_items(edition, changes)
    _write_versions(edition, changes)
    insert_rows(
        EditionEntry,
        ["edition_id", "position", "version_id", "item_id"],
        [(edition.pk, row.position, row.version_id, row.item_id) for row in rows],
    )
    EditionCount.objects.bulk_create(
        EditionCount(edition=edition, department_id=department, category_id=category, majors=majors, items=items)
        for (department, category), (majors, items) in sorted(counts.items())
    )
    _write_changes(edition, changes)
    new_profiles = [profile for profile in departments if profile.pk is None]
    for profile in new_profiles:
        profile.edition = edition
    DepartmentVersion.objects.bulk_create(new_profiles)
    EditionDepartment.objects.bulk_create(
        EditionDepartment(edition=edition, position=position, department_id=profile.department_id, version=profile)
        for position, profile in enumerate(departments, start=1)
    )


def _write_items(edition: Edition, changes: list[_Applied]) -> None:
    """Identities of new items, their official codes, and lineage of merged ones."""
    new = [change for change in changes if change.old is None]
    insert_rows(
        Item,
        ["code", "region_id", "split_from_id"],
        [(change.new.code, edition.region_id, _key(change.placement.split_from)) for change in new],
    )
    keys = dict(Item.objects.filter(code__in=[change.new.code for change in new]).values_list("code", "pk"))
    for change in new:
        change.new.item_id = keys[change.new.code]
    for change in changes:
        if change.new.parent_code in keys:
            change.new.parent_id = keys[change.new.parent_code]
    made = {id(change.placement): change.new.item_id for change in changes}
    for change in changes:
        into = change.placement.merged_into
        if into is not None:
            change.placement.item.merged_into_id = made[id(into)] if isinstance(into, Placement) else into.pk
            change.placement.item.save(update_fields=["merged_into"])
    ItemCode.objects.bulk_create(
        (
            ItemCode(item_id=change.new.item_id, region=edition.region, scheme=code.scheme, value=code.value)
            for change in changes
            for code in change.placement.content.codes
        ),
        ignore_conflicts=True,
    )


# As ``_version`` puts the values.
_VERSION = ["item_id", "number", "edition_id", "content_bytes", "content_hash", "department_id", "parent_id", *CONTENT_COLUMNS]


def _write_versions(edition: Edition, changes: list[_Applied]) -> None:
    insert_rows(ItemVersion, _VERSION, [_version(edition, change.new, change.placement.content) for change in changes])
    keys = dict(ItemVersion.objects.filter(edition=edition).values_list("item_id", "pk"))
    for change in changes:
        change.new.version_id = keys[change.new.item_id]


def _version(edition: Edition, row: Row, content: ItemContent) -> tuple:
    columns = columns_of(content, row.code)
    return (
        row.item_id,
        row.number,
        edition.pk,
        content.canonical,
        row.content_hash,
        row.department_id,
        row.parent_id,
        *(columns[name] for name in CONTENT_COLUMNS),
    )


# As ``_write_changes`` puts the values.
_CHANGE = ["edition_id", "position", "kind", "item_id", "old_version_id", "new_version_id", "department_id", "follows", "not_public", "reason", "document"]  # fmt: skip


def _write_changes(edition: Edition, changes: list[_Applied]) -> None:
    rows = [
        (
            edition.pk,
            position,
            str(change.placement.kind),
            change.new.item_id,
            change.old.version_id if change.old else None,
            change.new.version_id,
            change.new.department_id,
            change.placement.follows,
            change.placement.content.not_public,
            change.placement.reason,
            change.placement.document,
        )
        for position, change in enumerate(changes, start=1)
    ]
    insert_rows(EditionChange, _CHANGE, rows)


def _key(item: Item | None) -> int | None:
    return item.pk if item else None
