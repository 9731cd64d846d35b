"""A city of twenty departments for journeys: its people, its first list, and that list once more as plain rows for the recount.

The plain rows are the test's own book-keeping. Nothing of the house computes them: they say what the published list must be.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, replace

from django.utils import timezone

from departments.models import Department, Posting, Region, User
from departments.people import Actor
from departments.posts import Post
from qingdan.items.content import make_content
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionChange, EditionCount, EditionEntry
from qingdan.items.placing import EditionTerms, Placement
from reviews.publication import publish_afterwards

CITY = "420600"
DEPARTMENTS = 20
OFFICES = {
    "compliance": Post.COMPLIANCE,
    "service": Post.SERVICE,
    "legality": Post.LEGALITY,
    "council": Post.COUNCIL,
    "publisher": Post.PUBLISHER,
    "stand_in": Post.AUDITOR,
}
# Category, name, 大项 ("" = itself one), what else it has. Every department lists these, each under its own name.
LISTED = (
    ("01", "综合许可", "", {}),
    ("01", "综合许可甲类", "综合许可", {}),
    ("01", "综合许可乙类", "综合许可", {}),
    ("01", "经营许可", "", {}),
    ("01", "年度许可", "", {}),
    ("02", "对违法经营的处罚", "", {}),
    ("02", "对虚假登记的处罚", "", {}),
    ("05", "补助给付", "", {}),
    ("06", "日常检查", "", {}),
    ("06", "专项检查", "", {}),
    ("06", "保密检查", "", {"not_public": True}),
    ("07", "资质确认", "", {}),
    ("10", "备案审核", "", {"counted": False}),
)


def code_of(number: int) -> str:
    return f"420600-J{number:02}"


def name_of(number: int, name: str) -> str:
    """The item ``name`` of the ``number``-th department."""
    return f"第{number:02}行业{name}" if name else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list as it must be published."""

    department: str
    category: str
    name: str
    major: str = ""
    state: str = "in_use"
    counted: bool = True
    not_public: bool = False
    supervision_phone: str = ""
    note: str = ""
    bases: tuple[str, ...] = ()

    def but(self, **changed) -> Listed:
        return replace(self, **changed)


def build() -> None:
    """Departments, people (``clerk03``, ``head03``, and one of each office) and the first list."""
    region = Region.objects.get(code=CITY)
    for number in range(DEPARTMENTS):
        department = Department.objects.create(
            code=code_of(number),
            region=region,
            name=f"市第{number:02}行业管理局",
            order=number,
            established_on=datetime.date(2001, 1, 1),
        )
        _person(f"clerk{number:02}", Post.CLERK, department=department)
        _person(f"head{number:02}", Post.HEAD, department=department)
    for username, post in OFFICES.items():
        _person(username, post, region=region)
    day = datetime.date(2016, 5, 1)
    publish_afterwards(
        actor=person("publisher"),
        terms=EditionTerms(
            region=region,
            kind=EditionKind.BASELINE,
            notice_title="关于公布市级权责清单的通知",
            notice_no="襄政发〔2016〕12号",
            decided_on=day,
            published_on=day,
            effective_on=day,
            entered_afterwards=True,
        ),
        placements=[Placement(kind=ChangeKind.ADD, content=_content(row)) for row in first_list()],
    )


def first_list() -> list[Listed]:
    return [
        Listed(code_of(number), category, name_of(number, name), name_of(number, major), **more)
        for number in range(DEPARTMENTS)
        for category, name, major, more in LISTED
    ]


def _content(row: Listed):
    hidden = {"not_public_reason": "依法不予公开", "not_public_basis": "《中华人民共和国政府信息公开条例》第十四条"}
    return make_content(
        {
            "department_code": row.department,
            "department_name": Department.objects.get(code=row.department).name,
            "category": row.category,
            "name": row.name,
            "major_name": row.major,
            "counted": row.counted,
            "not_public": row.not_public,
            **(hidden if row.not_public else {}),
        }
    )


def _person(username: str, post: str, **where) -> None:
    user = User.objects.create_user(
        username, f"人员{username}", "Chang-Qing-2016", must_change_password=False, password_changed_at=timezone.now()
    )
    Posting.objects.create(user=user, post=post, from_on=datetime.date(2016, 1, 1), **where)


def person(username: str) -> Actor:
    return Actor(User.objects.get(username=username))


def version(number: int, name: str):
    """The version of an item in the newest edition."""
    entries = EditionEntry.objects.filter(edition=Edition.objects.newest(Region.objects.get(code=CITY)))
    return entries.select_related("version__item").get(version__name=name_of(number, name)).version


# -- what was published, read without the code that wrote it ----------------------------------------------------------------------------


def published_rows(edition: Edition) -> list[Listed]:
    """The list of the edition, from the bytes of its versions."""
    rows = []
    for entry in EditionEntry.objects.filter(edition=edition).select_related("version"):
        said = json.loads(bytes(entry.version.content_bytes))
        rows.append(
            Listed(
                department=said["department_code"],
                category=said["category"],
                name=said["name"],
                major=said.get("major_name", ""),
                state=said.get("state", "in_use"),
                counted=said.get("counted", True),
                not_public=said.get("not_public", False),
                supervision_phone=said.get("supervision_phone", ""),
                note=said.get("note", ""),
                bases=tuple(basis["as_written"] for basis in said.get("legal_bases", [])),
            )
        )
    return rows


def kept_counts(edition: Edition) -> dict[tuple[str, str], tuple[int, int]]:
    """(department, category) → (大项, 项) as the edition keeps them."""
    rows = EditionCount.objects.filter(edition=edition).values_list("department__code", "category_id", "majors", "items")
    return {(department, category): (majors, items) for department, category, majors, items in rows if items or majors}


def recount(rows: list[Listed]) -> dict[tuple[str, str], tuple[int, int]]:
    """The same by hand: of what is public, counted and in use, the rows that have no 子项 are 项; their 大项 are counted once."""
    split = {row.major for row in rows if row.major}
    majors: dict[tuple[str, str], set[str]] = {}
    items: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.name in split or row.not_public or not row.counted or row.state != "in_use":
            continue
        place = (row.department, row.category)
        majors.setdefault(place, set()).add(row.major or row.name)
        items.setdefault(place, []).append(row.name)
    return {place: (len(majors[place]), len(items[place])) for place in items}


def adjusted(edition: Edition) -> int:
    """Changes of the edition, less what only followed another."""
    return EditionChange.objects.filter(edition=edition, follows=False).count()
