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
from qingdan.items import manifests
from qingdan.items.kinds import EditionKind
from qingdan.items.models import Category, DepartmentVersion, Edition, Item, ItemVersion
from qingdan.items.placing import (
    Applied,
    DepartmentPlacement,
    EditionTerms,
    Placement,
    Row,
    adjustment_number,
    count,
    in_official_order,
    rows_of,
)
from qingdan.items.profiles import department_profiles, kept_profiles, profiles_shown, renamed_departments
from qingdan.items.renewing import pending_after, renewed_list, renewed_profiles
from qingdan.items.rules import check_corrections, check_placements, check_terms
from qingdan.items.writing import write_edition
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
    changes: list[Applied]
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
    write_edition(edition, rows, changes, counts, shown)
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
) -> tuple[list[Row], list[Applied]]:
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
        changes.append(Applied(placement, old, new))
        if placement.ends:
            del rows[code]
        else:
            rows[code] = new
            if not content.is_sub_item:
                majors[(department.pk, content.category, content.name)] = new
    return list(rows.values()), changes
