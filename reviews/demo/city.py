"""Scale ``city``: 44 departments and their whole list as 首次公布, decided on 11 April 2016."""

from __future__ import annotations

import datetime

from departments.models import Department, Region
from departments.offices import create_department
from departments.people import Actor
from departments.posts import Post
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition
from qingdan.items.placing import DepartmentPlacement, EditionTerms, Placement
from reviews.demo import people
from reviews.demo.composing import CITY, compose_city, department_code
from reviews.demo.sources import DepartmentPlan
from reviews.demo.texts import Place
from reviews.publication import publish_afterwards

DECIDED_ON = datetime.date(2016, 4, 11)
PUBLISHED_ON = datetime.date(2016, 4, 15)
ESTABLISHED_ON = datetime.date(2010, 1, 1)
# The department in which the demo's department posts are held; it lives through the reform under its own name.
WORKPLACE = "rs"


def build_city(place: Place = CITY) -> Edition:
    """Departments, people and the first edition of ``place``, in a database that has its reference data only."""
    region = Region.objects.get(code=place.code)
    composed = compose_city(place)
    admin = people.make_first_administrator()
    departments = {plan.key: make_department(actor=admin, region=region, place=place, plan=plan) for plan in composed.plans}
    people.appoint(admin=admin, region=region, department=departments[WORKPLACE])
    return publish_afterwards(
        actor=people.actor(Post.PUBLISHER),
        terms=EditionTerms(
            region=region,
            kind=EditionKind.BASELINE,
            notice_title="关于公布市直部门行政权力清单和责任清单的通知（演示数据）",
            notice_no="演示〔2016〕1号",
            decided_on=DECIDED_ON,
            published_on=PUBLISHED_ON,
            effective_on=DECIDED_ON,
            meeting="市政府第50次常务会议（演示数据）",
            entered_afterwards=True,
            demo=True,
        ),
        placements=[Placement(kind=ChangeKind.ADD, content=content) for content in composed.items],
        departments=[
            DepartmentPlacement(department=departments[plan.key], content=profile)
            for plan, profile in zip(composed.plans, composed.profiles, strict=True)
        ],
    )


def make_department(
    *, actor: Actor, region: Region, place: Place, plan: DepartmentPlan, established_on: datetime.date = ESTABLISHED_ON
) -> Department:
    return create_department(
        actor=actor,
        region=region,
        code=department_code(place, plan.key),
        name=plan.name,
        short_name=plan.short_name,
        kind=plan.kind,
        order=plan.order * 10,
        established_on=established_on,
        liaison="演示联络员",
        hours="工作日9:00-12:00，13:30-17:00",
        phone="0710-0000000（演示号码）",
        reason="演示数据",
    )
