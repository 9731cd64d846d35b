"""What every paper of an edition is made from: its public items in official order, a few at a time, and the words on its first page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from departments.models import Department
from qingdan.items import reads
from qingdan.items.content import ItemContent, read_content
from qingdan.items.models import Category, Edition, EditionEntry

CHUNK = 200
DISCLAIMER = "依据以法律法规规章为准，清单不作为执法依据。"


@dataclass(frozen=True, slots=True)
class Listed:
    """One public item of an edition: its place (from 1), our code, what it says, and its category as the public reads it."""

    place: int
    code: str
    content: ItemContent
    category: str


def public_entries(edition: Edition, department: Department | None = None):
    entries = EditionEntry.objects.of(edition).public()
    return entries.filter(version__department=department) if department else entries


def listed(edition: Edition, department: Department | None = None) -> Iterator[Listed]:
    """The public items of ``edition`` (of one department if given) in official order; memory stays flat."""
    categories = dict(Category.objects.values_list("code", "public_name"))
    rows = public_entries(edition, department).values_list("item__code", "version__content_bytes")
    for place, (code, stored) in enumerate(rows.iterator(chunk_size=CHUNK), 1):
        content = read_content(stored)
        yield Listed(place, code, content, categories.get(content.category, content.category))


def departments_of(edition: Edition, department: Department | None = None) -> list[tuple[Department, str]]:
    """(department, its name at the time) of an edition in official order; only ``department`` where one is given."""
    found = [(key, name) for key, _code, name in reads.departments(edition) if department is None or key == department.pk]
    kept = Department.objects.in_bulk([key for key, _name in found])
    return [(kept[key], name) for key, name in found]


def name_of(edition: Edition, department: Department | None) -> str:
    """The name of a department as the edition has it; of the region where no department is given."""
    if department is None:
        return edition.region.name
    return next((name for each, name in departments_of(edition, department)), department.name)


def opening_lines(edition: Edition, department: Department | None) -> list[str]:
    """Which list this is: edition, notice, days, counts and the rule of counting, and what it is good for."""
    counts = [row for row in reads.counts(edition) if department is None or row[0] == department.pk]
    majors, items = sum(row[2] for row in counts), sum(row[3] for row in counts)
    lines = [
        f"{edition.title}（{edition.notice_no}），{edition.published_on.isoformat()} 公布，{edition.effective_on.isoformat()} 起生效。",
        f"计 {majors:,} 大项、{items:,} 项（没有子项的计 1 大项、1 项；有子项的计 1 大项，子项几项计几项；依法不予公开、暂停和不计入总数的不在其中）。",
        DISCLAIMER,
    ]
    if edition.entered_afterwards:
        lines.append("本版本为事后录入。")
    if edition.demo:
        lines.append("演示数据：本版本供演示，不是政府公布的清单。")
    return lines
