"""The demo world as a whole: built once, found again afterwards, told as one JSON document."""

from __future__ import annotations

import io

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from departments.models import Department, Region, User
from departments.posts import Post
from qingdan.errors import WrongState
from qingdan.items import reads
from qingdan.items.models import Category, Edition, EditionCount
from qingdan.ledger.models import AuditEvent
from reviews.demo import people
from reviews.demo.city import build_city
from reviews.demo.report import build_history
from reviews.demo.small import build_small
from reviews.demo.texts import Place
from reviews.models import Batch, ChangeRequest, Directive
from reviews.states import BatchState, RequestState

SCALES = ("demo", "city", "report")
_MARK = {"act": "build_demo", "object_type": "demo"}


def world(scale: str) -> dict:
    """The demo world of ``scale``, built if the database is empty. Raises WrongState where it may not or cannot be built."""
    if not settings.LOCAL:
        raise WrongState("演示账号的密码是公开的，演示数据只能在 MODE=local 下建立")
    built = built_scale()
    if built and built != scale:
        raise WrongState(f"本库已有规模为 {built} 的演示数据；要换成 {scale}，请换一个空库")
    if not built:
        if User.objects.exists() or Department.objects.exists() or Edition.objects.exists():
            raise WrongState("库中已有数据，演示数据只能建在空库中；如果是上次建立时中断，请删除该库后重来")
        build(scale)
    return told(scale)


def built_scale() -> str:
    """Which scale this database holds; empty for none."""
    return AuditEvent.objects.filter(**_MARK).values_list("object_id", flat=True).first() or ""


def build(scale: str) -> None:
    """Reference data if missing, then the world through services and the door; its mark comes last."""
    if not (Region.objects.exists() and Category.objects.exists()):
        call_command("load_reference", stdout=io.StringIO())
    region = Region.objects.filter(code=settings.HOME_REGION, level=Region.Level.CITY).first()
    if region is None:
        raise WrongState(f"HOME_REGION={settings.HOME_REGION} 不是湖北省的地级行政区划，演示数据须建在一个市")
    home = Place(code=region.code, name=region.name)
    if scale == "demo":
        counties = Region.objects.filter(code__in=people.county_codes()).order_by("code")
        build_small(home, [Place(county.code, county.name, "县级", county.name) for county in counties])
    else:
        build_city(home)
        if scale == "report":
            build_history(home)
    admin = people.actor(Post.SYSTEM_ADMIN)
    with transaction.atomic():
        admin.record(**{**_MARK, "object_id": scale}, post=Post.SYSTEM_ADMIN, detail="建立演示数据")


def told(scale: str) -> dict:
    """What the world holds: region, accounts by post, ids of objects by state, editions and counts."""
    home = Region.objects.get(code=settings.HOME_REGION)
    codes = [home.code, *(people.county_codes() if scale == "demo" else ())]
    newest = Edition.objects.newest(home)
    rounds, adjusted = reads.adjustments(newest)
    majors, items = reads.totals(newest)
    return {
        "scale": scale,
        "region": home.code,
        "regions": codes,
        "accounts": people.accounts_of(home.code),
        "county_accounts": {code: people.accounts_of(code) for code in codes[1:]},
        "objects": {
            "request": _by_state(ChangeRequest, RequestState),
            "batch": _by_state(Batch, BatchState),
        },
        "editions": [_edition(edition) for edition in Edition.objects.light().order_by("region__code", "number")],
        "counts": {
            "departments": len(reads.departments(newest)),
            "majors": majors,
            "items": items,
            "categories": _categories(newest),
            "adjustments": rounds,
            "adjusted": adjusted,
            "directives": Directive.objects.filter(region=home, parent=None).count(),
        },
    }


def _by_state(model, states) -> dict[str, list[int]]:
    return {
        str(state): list(model.objects.filter(state=state).order_by("pk").values_list("pk", flat=True)) for state in states.values
    }


def _edition(edition: Edition) -> dict:
    majors, items = reads.totals(edition)
    return {
        "id": edition.pk,
        "region": edition.region.code,
        "number": edition.number,
        "title": edition.title,
        "notice_no": edition.notice_no,
        "decided_on": edition.decided_on.isoformat(),
        "effective_on": edition.effective_on.isoformat(),
        "majors": majors,
        "items": items,
        "adjusted": edition.changed_count,
    }


def _categories(edition: Edition) -> dict[str, list[int]]:
    """code → [大项, 项]."""
    table: dict[str, list[int]] = {code: [0, 0] for code in Category.objects.values_list("code", flat=True)}
    for category, majors, items in EditionCount.objects.filter(edition=edition).values_list("category_id", "majors", "items"):
        table[category][0] += majors
        table[category][1] += items
    return table
