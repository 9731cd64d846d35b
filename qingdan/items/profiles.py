"""What an edition says of departments: profiles kept from the list before, new ones, and which are shown."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max

from departments.models import Department, Region
from qingdan.items.content import DepartmentContent
from qingdan.items.models import DepartmentVersion, Edition, EditionDepartment
from qingdan.items.placing import DepartmentPlacement, Row, plain_profile


def renamed_departments(kept: dict[int, DepartmentVersion], departments: Sequence[DepartmentPlacement]) -> dict[int, str]:
    """Department key → its new name, where a list with the profiles ``kept`` knows it by another."""
    return {
        d.department.pk: d.content.name
        for d in departments
        if d.department.pk in kept and kept[d.department.pk].name != d.content.name
    }


def kept_profiles(edition: Edition | None) -> dict[int, DepartmentVersion]:
    """Department key → what an edition says of it."""
    found = EditionDepartment.objects.filter(edition=edition).select_related("version") if edition else ()
    return {each.department_id: each.version for each in found}


def department_profiles(
    kept: dict[int, DepartmentVersion], placements: Sequence[DepartmentPlacement]
) -> dict[int, DepartmentVersion]:
    """Department key → what this edition says of it: kept versions, and unsaved new ones for ``placements``."""
    profiles = dict(kept)
    last = dict(
        DepartmentVersion.objects.filter(department__in=[each.department for each in placements])
        .order_by()
        .values_list("department_id")
        .annotate(Max("number"))
    )
    for placement in placements:
        key = placement.department.pk
        profiles[key] = _new_profile(placement.department, placement.content, last.get(key, 0) + 1)
    return profiles


def _last_profiles(region: Region) -> dict[int, DepartmentVersion]:
    found = DepartmentVersion.objects.filter(department__region=region).order_by("number")
    return {each.department_id: each for each in found}


def _new_profile(department: Department, content: DepartmentContent, number: int) -> DepartmentVersion:
    return DepartmentVersion(
        department=department,
        number=number,
        content_bytes=content.canonical,
        content_hash=content.content_hash,
        name=content.name,
    )


def profiles_shown(
    region: Region, profiles: dict[int, DepartmentVersion], rows: list[Row], order: dict[int, int]
) -> list[DepartmentVersion]:
    """Profiles of the departments that are in being or hold items, in official order; a department seen first gets its plain one."""
    holding = {row.department_id for row in rows}
    profiles, said = dict(profiles), None
    for department in Department.objects.filter(region=region):
        if department.pk in holding or department.abolished_on is None:
            if department.pk not in profiles:
                # A pending edition may have shown it already.
                said = _last_profiles(region) if said is None else said
                profiles[department.pk] = said.get(department.pk) or _new_profile(department, plain_profile(department), 1)
        else:
            profiles.pop(department.pk, None)
    return [profiles[key] for key in sorted(profiles, key=lambda key: (order[key], key))]
