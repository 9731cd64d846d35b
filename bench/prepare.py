"""What the benchmarks run on: the demo city (3,928 items), the same list as a workbook, and the list with editions behind it.

``python -m bench.prepare city WORKBOOK`` | ``departments WORKBOOK`` | ``editions N``, each on the database of DATABASE_URL.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from openpyxl import Workbook, load_workbook  # noqa: E402

from departments.models import Department, Posting, Region, User  # noqa: E402
from departments.people import Actor  # noqa: E402
from departments.posts import Post  # noqa: E402
from qingdan.items.elements import ELEMENTS  # noqa: E402
from qingdan.items.kinds import ChangeKind, EditionKind  # noqa: E402
from qingdan.items.models import Edition, EditionEntry  # noqa: E402
from qingdan.items.placing import EditionTerms, Placement  # noqa: E402

CITY = "420600"
# What the 14 adjustments of the report changed together, spread over as many editions.
CHANGES_A_ROUND = 15
# Columns of the workbook beside department, category, 大项, name and basis: every element that is plain text.
PLAIN = [element for element in ELEMENTS if element.kind == "text" and element.field == "" and element.key.islower()]


def city(workbook: Path) -> None:
    """The demo city in an empty database, and its list as one sheet."""
    call_command("migrate", verbosity=0)
    call_command("load_reference", "--no-laws", stdout=io.StringIO())
    call_command("demo", "--scale", "city", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    write_workbook(workbook)


def write_workbook(path: Path) -> None:
    """The newest edition as governments publish it: twenty columns, one row a counted item (3,928), 大项 and 子项 side by side."""
    edition = Edition.objects.newest(Region.objects.get(code=CITY))
    entries = list(EditionEntry.objects.of(edition).select_related("version__category"))
    split = {entry.version.parent_id for entry in entries}
    extra = [element for element in PLAIN if element.key not in ("department_name", "major_name", "name", "sub_kind")][:14]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("权责清单")
    labels = (element.label for element in extra)
    sheet.append(["实施部门", "权力类别", "类别细分", "大项名称", "子项名称", "设定依据", *labels])
    for entry in entries:
        if entry.item_id in split:
            continue
        content = entry.version.content
        sheet.append(
            [
                content.department_name,
                entry.version.category.name,
                content.sub_kind,
                content.major_name or content.name,
                content.name if content.is_sub_item else "",
                content.bases_text(),
                *(getattr(content, element.attribute) for element in extra),
            ]
        )
    book.save(path)


def departments(workbook: Path) -> None:
    """The workbook's departments with one clerk for all of them and one publisher, and no list yet."""
    call_command("migrate", verbosity=0)
    call_command("load_reference", "--no-laws", stdout=io.StringIO())
    region = Region.objects.get(code=CITY)
    clerk, publisher = (User.objects.create_user(name, name, must_change_password=False) for name in ("clerk", "publisher"))
    rows = load_workbook(workbook, read_only=True).active.iter_rows(min_row=2, max_col=1, values_only=True)
    for order, name in enumerate(dict.fromkeys(name for (name,) in rows), start=1):
        department = Department.objects.create(code=f"BENCH-{order:02}", region=region, name=name, order=order)
        Posting.objects.create(user=clerk, post=Post.CLERK, department=department)
    Posting.objects.create(user=publisher, post=Post.PUBLISHER, region=region)


def editions(number: int) -> None:
    """``number`` further editions behind the list of the city, each changing some items."""
    from reviews.publication import publish_afterwards

    region = Region.objects.get(code=CITY)
    publisher = Posting.objects.held().get(post=Post.PUBLISHER, region=region).user
    first = Edition.objects.newest(region)
    for round_ in range(1, number + 1):
        day = first.effective_on + datetime.timedelta(days=7 * round_)
        newest = Edition.objects.newest(region)
        start = round_ * CHANGES_A_ROUND
        entries = EditionEntry.objects.of(newest).select_related("version", "item")[start : start + CHANGES_A_ROUND]
        publish_afterwards(
            actor=Actor(publisher),
            terms=EditionTerms(
                region=region,
                kind=EditionKind.BACKFILL,
                notice_title="动态调整",
                notice_no=f"试〔2016〕{round_}号",
                decided_on=day,
                published_on=day,
                effective_on=day,
                entered_afterwards=True,
                demo=True,
            ),
            placements=[changed(entry, f"第{round_}次") for entry in entries],
        )


def changed(entry: EditionEntry, note: str) -> Placement:
    """The item with another note: the smallest change that makes a version."""
    content = entry.version.content.changed(note=note)
    return Placement(kind=ChangeKind.ELEMENTS, content=content, item=entry.item, base_version_id=entry.version_id)


if __name__ == "__main__":
    step, argument = sys.argv[1:]
    if step == "editions":
        editions(int(argument))
    else:
        {"city": city, "departments": departments}[step](Path(argument))
    print(json.dumps({"done": step}))
