"""续行: an edition that takes effect before a pending one builds on the list in force; the pending one is then issued again on top of it.

Here is only what the list of the renewed edition is; the door writes it. An item that both changed keeps what each of them changed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qingdan.errors import RuleBroken, Violation
from qingdan.items.content import ItemContent
from qingdan.items.elements import label_of
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import DepartmentVersion, Edition, ItemVersion
from qingdan.items.placing import Applied, Placement, Row


@dataclass(frozen=True, slots=True)
class Renewed:
    """``rows``: the pending list with the versions of the earlier edition in their places; ``placements`` what must be written anew.

    ``checked``: every change of the earlier edition as it meets the pending list, for the door's rules.
    """

    rows: list[Row]
    placements: list[Placement]
    checked: list[Placement]


def pending_after(newest: Edition | None, effective_on: datetime.date) -> list[Edition]:
    """Editions that will be in force on a day after ``effective_on``, in the order in which they take effect."""
    if newest is None or effective_on >= newest.effective_on:
        return []
    later = Edition.objects.of(newest.region_id).filter(effective_on__gt=effective_on).order_by("effective_on", "number")
    return list({each.effective_on: each for each in later}.values())


def renewed_list(pending: Edition, pending_rows: Sequence[Row], applied: Sequence[Applied]) -> Renewed:
    """The list of ``pending`` with the changes of the earlier edition. Raises RuleBroken P14 naming each element that both changed."""
    rows = {row.item_id: row for row in pending_rows}
    contents = _contents(rows, applied)
    placements, checked, broken = [], [], []
    for change in applied:
        new, there = change.new, rows.get(change.new.item_id)
        plain = _plain(change.placement)
        if change.old is None:
            rows[new.item_id] = replace(new)
            checked.append(plain)
        elif there is None:
            continue  # the pending edition ends the item
        elif there.version_id == change.old.version_id:
            checked.append(replace(plain, base_version_id=there.version_id))
            if plain.ends:
                del rows[new.item_id]
            else:
                rows[new.item_id] = replace(new)
        else:
            merged, clashing = merge(contents[change.old.version_id], contents[there.version_id], change.placement.content)
            if clashing:
                day = f"{pending.effective_on}起生效的{pending.notice_no}"
                broken.append(
                    Violation("P14", f"待生效的版本（{day}）也改了{'、'.join(clashing)}；请把生效日期定在该日或以后", new.name)
                )
                continue
            again = replace(
                plain, content=merged, base_version_id=there.version_id, follows=True, reason="续行：两个版本都调整了本事项"
            )
            checked.append(again)
            if merged != contents[there.version_id]:
                placements.append(again)
    if broken:
        raise RuleBroken(*broken)
    return Renewed(list(rows.values()), placements, checked)


def _plain(placement: Placement) -> Placement:
    """A change as the pending list meets it: it comes, changes or goes; its lineage was written with the earlier edition."""
    kind = ChangeKind.ADD if placement.item is None else ChangeKind.REPEAL if placement.ends else ChangeKind.ELEMENTS
    return replace(placement, kind=kind, partial=False, merged_into=None, split_from=None)


def _contents(rows: Mapping[int, Row], applied: Sequence[Applied]) -> dict[int, ItemContent]:
    """Version key → content, of the items that both editions changed: as it was in force, and as the pending edition has it."""
    wanted = set()
    for change in applied:
        there = rows.get(change.new.item_id)
        if change.old is not None and there is not None and there.version_id != change.old.version_id:
            wanted |= {change.old.version_id, there.version_id}
    return {version.pk: version.content for version in ItemVersion.objects.filter(pk__in=wanted).only("pk", "content_bytes")}


def merge(base: ItemContent, theirs: ItemContent, mine: ItemContent) -> tuple[ItemContent, list[str]]:
    """``theirs`` with what ``mine`` changed of ``base``, and the labels of what both changed differently (then the first is not to be used)."""
    changed = {name: getattr(mine, name) for name in ItemContent.model_fields if getattr(mine, name) != getattr(base, name)}
    clashing = [
        label_of(name)
        for name, value in changed.items()
        if getattr(theirs, name) != getattr(base, name) and getattr(theirs, name) != value
    ]
    return (theirs, clashing) if clashing else (theirs.changed(**changed), [])


def renewed_profiles(
    pending: Mapping[int, DepartmentVersion],
    in_force: Mapping[int, DepartmentVersion],
    now: Mapping[int, DepartmentVersion],
) -> dict[int, DepartmentVersion]:
    """What the renewed edition says of departments: the pending profiles, with those that the earlier edition changed. P14 where both did."""
    found, broken = dict(pending), []
    for key, profile in now.items():
        if key in in_force and in_force[key].pk == profile.pk:
            continue
        before, there = in_force.get(key), pending.get(key)
        if there is not None and (before is None or there.pk != before.pk):
            broken.append(Violation("P14", "待生效的版本也调整了部门职责；请把生效日期定在其后", profile.name))
        found[key] = profile
    if broken:
        raise RuleBroken(*broken)
    return found
