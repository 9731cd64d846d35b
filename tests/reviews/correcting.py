"""A reader of the city with something to report, and the way of his report to an edition. Imported inside of tests."""

from __future__ import annotations

import datetime

from reviews.correction_desk import answer_report
from reviews.corrections import Receipt, new_token, receive_report
from reviews.editing import put_change
from reviews.models import ReaderReport
from reviews.proposals import Proposal
from reviews.requests import submit_request
from tests.world import World, decide_batch, fresh, publish, review

ITEM = "劳务派遣经营许可"
TEXT = "监督电话打不通，应当是 0710-3611111"
CONTACT = "张大妈 13871234567"


def send(
    world: World, *, item: str = ITEM, token: str = "", about="phone", text=TEXT, contact=CONTACT, address="10.0.0.8"
) -> Receipt:
    version = world.version(item)
    token = token or new_token(version.item)
    return receive_report(token=token, version=version, about=about, text=text, contact=contact, address=address)


def answer(world: World, report: ReaderReport, action: str, words: str = "已核对，电话有误", who: str = "clerk") -> ReaderReport:
    report = fresh(report)
    return answer_report(actor=getattr(world, who), report=report, action=action, answer=words, seen_revision=report.revision)


def clear_the_table(world: World) -> None:
    """The world's own decided batch goes first: a region has one at a time."""
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕3号",
        published_on=datetime.date(2020, 2, 20),
        effective_on=datetime.date(2020, 3, 1),
    )


def correct(world: World, report: ReaderReport, phone: str = "0710-3611111"):
    """From the draft that the answer opened to the edition that carries it."""
    report = fresh(report)
    version = world.version(report.version.name)
    proposal = Proposal(
        kind="elements", content=version.content.changed(supervision_phone=phone), item=version.item, base_version=version
    )
    put_change(actor=world.clerk, request=report.request, proposal=proposal)
    request = fresh(report.request)
    submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    review(world, request)
    batch = decide_batch(world, [request], "纠错批次", held_on=datetime.date(2020, 3, 10))
    return publish(
        world, batch, "襄政发〔2020〕5号", published_on=datetime.date(2020, 3, 12), effective_on=datetime.date(2020, 3, 20)
    )
