"""What each office does, step by step, for journeys through the city of ``tests.journeys.city``: who acts is said by log-in name."""

from __future__ import annotations

import datetime

from django.utils.timezone import localdate

from departments.models import Department, Region
from qingdan.items.models import Edition, ItemVersion
from reviews.batches import create_batch, freeze_batch
from reviews.checks import ALL_RULES
from reviews.deciding import answer_revision, decide_request
from reviews.meetings import ItemOutcome, record_meeting
from reviews.models import Batch, Change, ChangeRequest, Decision
from reviews.proposals import Proposal
from reviews.publication import publish_batch
from reviews.requests import create_request, replace_changes, submit_request
from reviews.suspending import confirm_measure, propose_measure
from tests.journeys import city
from tests.journeys.city import code_of, person


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def propose(number: int, proposals: list[Proposal]) -> ChangeRequest:
    return create_request(
        actor=person(f"clerk{number:02}"),
        department=Department.objects.get(code=code_of(number)),
        reason="依法调整",
        proposals=proposals,
    )


def hand_in(number: int, request: ChangeRequest) -> ChangeRequest:
    request = fresh(request)
    return fresh(submit_request(actor=person(f"head{number:02}"), request=request, seen_hash=request.proposed_hash))


def decide(who: str, request: ChangeRequest, outcome: str = "passed", opinion: str = "", **more) -> Decision:
    request = fresh(request)
    reasons = dict.fromkeys((rule.number for rule in ALL_RULES), "已核对，情况属实") if outcome == "passed" else {}
    return decide_request(
        actor=person(who),
        request=request,
        outcome=outcome,
        opinion=opinion,
        seen_hash=request.proposed_hash,
        reasons=reasons,
        **more,
    )


def both_parts(request: ChangeRequest) -> None:
    decide("compliance", request)
    decide("service", request)


def confirm(who: str, request: ChangeRequest) -> None:
    request = fresh(request)
    answer_revision(actor=person(who), request=request, answer="confirmed", seen_hash=request.proposed_hash)


def correct(number: int, request: ChangeRequest, **elements: dict[str, str]) -> ChangeRequest:
    """The department writes other elements into its returned request: name of the change → element → text."""
    changes = request.changes.select_related("item", "base_version").order_by("position")
    replace_changes(
        actor=person(f"clerk{number:02}"),
        request=request,
        reason=request.reason,
        proposals=[
            Proposal(
                kind=change.kind,
                content=change.content.changed(**elements.get(change.name, {})),
                item=change.item,
                base_version=change.base_version,
                reason=change.reason,
                document=change.document,
            )
            for change in changes
        ],
        seen_hash=request.proposed_hash,
    )
    return hand_in(number, request)


def gather(title: str, requests: list[ChangeRequest]) -> Batch:
    region = Region.objects.get(code=city.CITY)
    batch = create_batch(actor=person("publisher"), region=region, title=title, requests=[fresh(each) for each in requests])
    return freeze_batch(actor=person("publisher"), batch=batch)


def meet(batch: Batch, outcome: str = "agreed", opinion: str = "", exceptions: dict[str, str] | None = None) -> Batch:
    keys = dict(Change.objects.filter(request__batch=batch).values_list("name", "pk"))
    record_meeting(
        actor=person("council"),
        batch=batch,
        meeting_title=f"市政府常务会议（{batch.title}）",
        held_on=localdate(),
        minutes_no="〔2026〕3号",
        outcome=outcome,
        opinion=opinion,
        exceptions={keys[name]: ItemOutcome(each, "会议意见") for name, each in (exceptions or {}).items()},
        seen_hash=batch.submission_hash,
    )
    return fresh(batch)


def publish(batch: Batch, notice_no: str, effective_on: datetime.date | None = None) -> Edition:
    return publish_batch(
        actor=person("publisher"),
        batch=fresh(batch),
        notice_title="关于公布权责清单动态调整的通知",
        notice_no=notice_no,
        published_on=localdate(),
        effective_on=effective_on or localdate(),
        seen_hash=batch.submission_hash,
    )


def suspend_at_once(version: ItemVersion, notice_no: str) -> Edition:
    """紧急暂停: 审改办 proposes it, 司法 agrees."""
    measure = propose_measure(
        actor=person("publisher"),
        region=Region.objects.get(code=city.CITY),
        kind="suspension",
        item=version.item,
        reason="备案审查认为缺少依据",
        notice_title="关于暂停行使有关职权的通知",
        notice_no=notice_no,
    )
    return confirm_measure(actor=person("legality"), measure=measure, seen_hash=measure.content_hash)
