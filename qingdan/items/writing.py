"""The rows of an edition: identities, versions, entries, counts, changes and profiles, in sets. Called by the door alone (``publishing``)."""

from __future__ import annotations

from qingdan.insertion import insert_rows
from qingdan.items.content import ItemContent
from qingdan.items.models import (
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
from qingdan.items.placing import CONTENT_COLUMNS, Applied, Placement, Row, columns_of


def write_edition(
    edition: Edition, rows: list[Row], changes: list[Applied], counts: dict, departments: list[DepartmentVersion]
) -> None:
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


def _write_items(edition: Edition, changes: list[Applied]) -> None:
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


def _write_versions(edition: Edition, changes: list[Applied]) -> None:
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


def _write_changes(edition: Edition, changes: list[Applied]) -> None:
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
