"""Who: the departments of a list and the page of one, under the name it had on the day."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse

from departments.models import Department
from qingdan.items import listing, reads
from qingdan.items.content import STATES
from qingdan.items.models import DepartmentVersion, Edition
from qingdan.public.frame import Elsewhere, Frame, NotHere, page
from qingdan.public.links import Links

# A department's page lists this many items at most; the rest stand in the list, page by page.
SHOWN = 500


@page()
def department_list(frame: Frame) -> HttpResponse:
    edition = frame.edition
    if edition is None:
        return frame.no_list()
    by_department: dict[int, tuple[int, int]] = {}
    for key, _category, majors, items in reads.counts(edition):
        before = by_department.get(key, (0, 0))
        by_department[key] = (before[0] + majors, before[1] + items)
    listed = reads.departments(edition)
    closed = Department.objects.filter(region=frame.region, abolished_on__lte=frame.day, versions__isnull=False).distinct()
    closed = closed.exclude(pk__in=[key for key, _, _ in listed]).select_related("successor").order_by("abolished_on", "order")
    return frame.page(
        "departments.html",
        title="部门",
        today_url=frame.links.on_day(None).departments,
        departments=[(name, frame.links.department(code), *by_department.get(key, (0, 0))) for key, code, name in listed],
        closed=[
            (
                each.name,
                frame.links.department(each.code),
                each.abolished_on,
                each.successor,
                each.successor and Links(frame.region.code, frame.on).department(each.successor.code),
            )
            for each in closed
        ],
    )


@page()
def department(frame: Frame, code: str) -> HttpResponse:
    owner = Department.objects.filter(code=code).select_related("region", "successor").first()
    if owner is None:
        raise NotHere(f"没有代码为“{code}”的部门", way_out=("看全部部门", frame.links.departments))
    if owner.region_id != frame.region.pk:
        raise Elsewhere(Links(owner.region.code, frame.on).department(code))
    versions = reads.department_versions(owner)
    if not versions:
        raise NotHere(f"没有代码为“{code}”的部门", way_out=("看全部部门", frame.links.departments))
    edition = frame.edition
    said, listed = _said(edition, owner, versions)
    found = listing.browse(edition, listing.Choice(department=owner.pk)) if listed else listing.NOTHING
    categories = dict(reads.categories())
    kept = {
        category: (majors, items) for key, category, majors, items in (reads.counts(edition) if listed else []) if key == owner.pk
    }
    return frame.page(
        "department.html",
        title=said.name,
        today_url=frame.links.on_day(None).department(code),
        owner=owner,
        name=said.name,
        content=said.content,
        listed=listed,
        since=versions[0].edition,
        former=_former_names(versions, said.name),
        later=owner.name if frame.on and owner.name != said.name else "",
        successor=owner.successor and frame.links.on_day(None).department(owner.successor.code),
        closed=owner.abolished_on is not None and owner.abolished_on <= frame.day,
        counts=[
            (name, frame.links.items(category=key, department=code), *kept[key]) for key, name in categories.items() if key in kept
        ],
        majors=sum(majors for majors, _ in kept.values()),
        items=sum(items for _, items in kept.values()),
        groups=_groups(frame.links, edition, found, categories),
        more=found.total - SHOWN if found.total > SHOWN else 0,
        all_items=frame.links.items(department=code),
    )


def _said(edition: Edition | None, owner: Department, versions: list[DepartmentVersion]) -> tuple[DepartmentVersion, bool]:
    """What the list said of a department in ``edition``, and whether it stood in it; else what it last (or first) said."""
    until = [each for each in versions if edition and each.edition.number <= edition.number]
    said = until[-1] if until else versions[0]
    return said, bool(edition) and edition.departments.filter(department=owner).exists()


def _former_names(versions: list[DepartmentVersion], name: str) -> list[tuple[str, Edition]]:
    """Every name the department has had in the list, with the edition it came with; empty if it was always the same."""
    names = [next(group) for _, group in groupby(versions, key=lambda each: each.name)]
    return [(each.name, each.edition) for each in names] if len(names) > 1 else []


def _groups(
    links: Links, edition: Edition | None, found: listing.Found, categories: dict[str, str]
) -> list[tuple[str, list[tuple]]]:
    """The department's items by category: (name, address, is a sub-item, state in a word where it is not in use, counted)."""
    if not found.total:
        return []
    rows = listing.rows(edition, found.places(0, SHOWN))
    return [
        (
            categories[category],
            [
                (row.name, links.item(row.code), bool(row.major), "" if row.state == "in_use" else STATES[row.state], row.counted)
                for row in group
            ],
        )
        for category, group in groupby(rows, key=lambda row: row.category)
    ]
