"""The acts that are disturbed here, each ready to be done in a copy of one prepared database: publish, import, approve."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from unittest import mock

from django.utils import timezone

from qingdan.items.intake.reading import Reading, read_list
from qingdan.items.models import Edition
from reviews.deciding import decide_request
from reviews.demo import city as demo_city
from reviews.importing import propose_upload, receive_upload
from reviews.lists import past_terms, publish_list
from reviews.models import Batch, ChangeRequest, Decision, Upload
from reviews.publication import publish_afterwards, publish_batch
from tests.items.intake.books import workbook
from tests.world import COUNTY, DEPARTMENTS, World, add, decide_batch, fresh, propose, publish, reasons_for, review

SIXTY = 60
NAMED = "抗扰动样本"
COUNTY_DEPARTMENT = "420602-MZJ"
HELD_ON = datetime.date(2020, 3, 10)


@dataclass(frozen=True)
class Disturbed:
    """One act: ``do`` does it and returns something that can be printed (the acknowledgement); ``done`` says whether the database has it."""

    name: str
    do: Callable[[], str]
    done: Callable[[], bool]


def prepare() -> None:
    """In a copy of the world: a decided batch of 60 new items, an upload of 60 rows, a request before its legality review."""
    world = World()
    publish(world, world.batch("decided"), "襄政发〔2020〕2号", published_on=datetime.date(2020, 2, 15), effective_on=datetime.date(2020, 2, 20))  # fmt: skip
    request = propose(world, [add(f"{NAMED}{n:02d}", category="05" if n % 2 else "01") for n in range(SIXTY)])
    review(world, request)
    decide_batch(world, [request], NAMED, held_on=HELD_ON)
    data, reading = sixty_rows("420600-RSJ")
    receive_upload(actor=world.clerk, department=world.department(), file_name=f"{NAMED}.xlsx", data=data, reading=reading)


@cache
def sixty_rows(department: str) -> tuple[bytes, Reading]:
    """A workbook of 60 items, and what the reader makes of it."""
    rows = [["序号", "事项名称", "设定依据"]]
    rows += [[n + 1, f"{NAMED}导入{n:02d}", f"《中华人民共和国水法》第{n + 1}条"] for n in range(SIXTY)]
    data = workbook({"行政许可": rows})
    reading = read_list(data, file_name="清单.xlsx", department=DEPARTMENTS[department][0], category="行政许可")
    assert len(reading.items) == SIXTY, reading.refused
    return data, reading


def publishing() -> Disturbed:
    """A batch of 60 becomes an edition."""

    def do() -> str:
        world, batch = World(), Batch.objects.get(title=NAMED)
        today = timezone.localdate()
        edition = publish_batch(
            actor=world.publisher,
            batch=batch,
            notice_title="关于公布权责清单动态调整的通知",
            notice_no="襄政发〔2020〕9号",
            published_on=today,
            effective_on=today,
            seen_hash=batch.submission_hash,
        )
        return edition.manifest_hash

    return Disturbed("publish", do, lambda: Batch.objects.get(title=NAMED).edition_id is not None)


def importing() -> Disturbed:
    """A county's first list of 60 rows is entered."""
    _, reading = sixty_rows(COUNTY_DEPARTMENT)

    def do() -> str:
        world = World()
        day = datetime.date(2016, 1, 2)
        terms = past_terms(
            world.county,
            backfill=False,
            notice_title="通知",
            notice_no="襄城政发〔2016〕1号",
            decided_on=day,
            published_on=day,
            effective_on=day,
        )
        department = world.department(COUNTY_DEPARTMENT)
        edition, _ = publish_list(actor=world.county_publisher, terms=terms, rows=reading.items, fallback=department)
        return edition.manifest_hash

    return Disturbed("import", do, lambda: Edition.objects.filter(region__code=COUNTY).exists())


def proposing() -> Disturbed:
    """An uploaded workbook of 60 rows becomes a draft request."""

    def do() -> str:
        request = propose_upload(actor=World().clerk, upload=Upload.objects.get(), reason=NAMED)
        return request.number

    return Disturbed("propose", do, lambda: ChangeRequest.objects.filter(reason=NAMED).exists())


def approving() -> Disturbed:
    """The legality review passes a request."""

    def waiting() -> ChangeRequest:
        return fresh(ChangeRequest.objects.filter(changes__name="状态样本·legality").get())

    def do() -> str:
        request = waiting()
        reasons = reasons_for(request)
        decision = decide_request(
            actor=World().legality, request=request, outcome="passed", seen_hash=request.proposed_hash, reasons=reasons
        )
        return str(decision.pk)

    return Disturbed("approve", do, lambda: Decision.objects.filter(request=waiting(), stage="legality").exists())


ACTS = {"publish": publishing, "import": importing, "propose": proposing, "approve": approving}


def publishing_the_city() -> Disturbed:
    """In an empty database: the city's departments and people are made at once; the act publishes its whole list."""
    terms: dict = {}
    with mock.patch.object(demo_city, "publish_afterwards", lambda **given: terms.update(given)):
        demo_city.build_city()
    return Disturbed("city", lambda: publish_afterwards(**terms).manifest_hash, lambda: Edition.objects.exists())
