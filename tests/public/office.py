"""A citizen's tools: read a page as text, and let the city publish more through the door (rolled back after the test)."""

from __future__ import annotations

import datetime
import html
import re
from dataclasses import dataclass

from django.db import transaction

from departments.models import Department
from qingdan.items.content import ItemContent
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, ItemVersion
from qingdan.items.placing import DepartmentPlacement, EditionTerms, Placement
from qingdan.items.publishing import publish_edition
from tests.world import CITY, World

THIRD_DAY = datetime.date(2021, 3, 1)


def text_of(response) -> str:
    """What a page says: tags dropped, white space folded; cells, terms and paragraphs stand apart."""
    body = re.sub(r"</(?:dt|dd|t[dh]|li|p|h\d|a|option|label)>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body))).strip()


def links_of(response) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'href="([^"]*)"', response.content.decode())]


@dataclass
class Office:
    """The city's publication, straight through the door."""

    world: World

    def publish(
        self,
        *placements: Placement,
        on: datetime.date = THIRD_DAY,
        region: str = CITY,
        departments: tuple[DepartmentPlacement, ...] = (),
        kind: str = EditionKind.ADJUSTMENT,
        demo: bool = True,
    ) -> Edition:
        actor = self.world.publisher
        where = next(each for each in (self.world.city, self.world.county, self.world.other_county) if each.code == region)
        terms = EditionTerms(
            region=where,
            kind=kind,
            notice_title="关于调整权责清单的通知",
            notice_no=f"襄政发〔{on.year}〕{on.month}号",
            decided_on=on - datetime.timedelta(days=20),
            published_on=on - datetime.timedelta(days=10),
            effective_on=on,
            demo=demo,
            entered_afterwards=kind in (EditionKind.BASELINE, EditionKind.BACKFILL),
        )
        with transaction.atomic():
            return publish_edition(actor=actor, terms=terms, placements=placements, departments=departments)

    def version(self, name: str, region: str = CITY) -> ItemVersion:
        return self.world.version(name, region)

    def add(self, content: ItemContent) -> Placement:
        return Placement(kind=ChangeKind.ADD, content=content)

    def change(
        self, called: str, /, kind: str = ChangeKind.ELEMENTS, *, reason: str = "", document: str = "", **elements
    ) -> Placement:
        old = self.version(called)
        return Placement(
            kind=kind,
            content=old.content.changed(**elements),
            item=old.item,
            base_version_id=old.pk,
            reason=reason,
            document=document,
        )

    def end(self, name: str, kind: str = ChangeKind.REPEAL, *, into: str = "", reason: str = "", document: str = "") -> Placement:
        old = self.version(name)
        return Placement(
            kind=kind,
            content=old.content.changed(state="repealed"),
            item=old.item,
            base_version_id=old.pk,
            merged_into=self.version(into).item if into else None,
            reason=reason,
            document=document,
        )

    def say(self, code: str, **elements) -> DepartmentPlacement:
        """What the list says of a department, some of it replaced."""
        department = Department.objects.get(code=code)
        content = department.versions.order_by("-number").first().content
        return DepartmentPlacement(department=department, content=content.model_copy(update=elements))
