"""Publication: a decided batch goes through the door; so do a region's first list (基线) and its past ones (补录)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from departments.acting import act
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import WrongState
from qingdan.items.documents.editions import order_edition_files
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition
from qingdan.items.placing import DepartmentPlacement, EditionTerms, Placement
from qingdan.items.publishing import counts_after, publish_edition
from reviews.amending import text_hash
from reviews.batches import check_submission, placements_of
from reviews.correction_desk import publish_reports
from reviews.guards import check_can_act_on_batch, check_can_act_on_request, move_batch, move_request
from reviews.models import Batch, Measure, Reform
from reviews.papers.kept import order_batch_papers
from reviews.requests import close_changes
from reviews.states import BatchAction, RequestAction, RequestState


@act("publish_batch", durable=True)
def publish_batch(
    *,
    actor: Actor,
    batch: Batch,
    notice_title: str,
    notice_no: str,
    published_on: datetime.date,
    effective_on: datetime.date,
    seen_hash: str,
    demo: bool = False,
) -> Edition:
    """Make the batch an edition: the 送审稿 less what the meeting put off or refused. One durable transaction.

    Raises NotAllowed, WrongState (not decided, already published, another 送审稿) or RuleBroken P01…P11.
    """
    batch = Batch.objects.select_for_update(of=("self",)).select_related("region", "meeting").get(pk=batch.pk)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.PUBLISH)
    if seen_hash != batch.submission_hash:
        raise WrongState("送审稿已变化，请重新查看后再公布")
    check_submission(batch)
    placements, departments = placements_of(batch)
    terms = EditionTerms(
        region=batch.region,
        kind=EditionKind.ADJUSTMENT if Edition.objects.of(batch.region).exists() else EditionKind.BASELINE,
        notice_title=notice_title,
        notice_no=notice_no,
        decided_on=batch.meeting.held_on if batch.meeting else batch.settled_on,
        published_on=published_on,
        effective_on=effective_on,
        meeting=batch.meeting.title if batch.meeting else "",
        demo=demo,
        decisions=tuple(decisions_of(batch)),
    )
    edition = publish_edition(actor=actor, terms=terms, placements=placements, departments=departments, post=posting.post)
    for request in batch.requests.filter(state=RequestState.APPROVED):
        publish, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.PUBLISH)
        move_request(request=request, target=publish.target, actor=actor, reason=f"随{edition.title}公布")
        close_changes(actor, request)
    publish_reports(actor=actor, batch=batch, edition=edition, post=posting.post)
    move_batch(batch=batch, target=row.target, actor=actor, reason=f"公布 {notice_no}", edition=edition)
    actor.record(
        act="publish_batch", post=posting.post, obj=batch, before_hash=batch.submission_hash, after_hash=edition.manifest_hash
    )
    order_batch_papers(batch)
    _order_files(edition)
    return edition


def publish_measure(*, actor: Actor, measure: Measure, placements: Sequence[Placement], post: str) -> Edition:
    """The step of ``suspending.confirm_measure``, inside its transaction: an edition of 紧急暂停 or 更正, in force today."""
    today = timezone.localdate()
    proposed = {"stage": "proposed", "post": Post.PUBLISHER.value, "at": _moment(measure.proposed_at), "hash": measure.content_hash}
    confirmed = {"stage": "confirmed", "post": post, "at": _moment(timezone.now()), "hash": measure.content_hash}
    terms = EditionTerms(
        region=measure.region,
        kind=EditionKind(measure.kind),
        notice_title=measure.notice_title,
        notice_no=measure.notice_no,
        decided_on=today,
        published_on=today,
        effective_on=today,
        decisions=(proposed, confirmed),
    )
    return publish_edition(actor=actor, terms=terms, placements=placements, post=post)


def publish_reform(
    *,
    actor: Actor,
    reform: Reform,
    placements: Sequence[Placement],
    departments: Sequence[DepartmentPlacement],
    post: str,
) -> Edition:
    """The step of ``reforming.carry_out_reform``, inside its transaction: an adjustment that moves or renames, in force today."""
    today = timezone.localdate()
    terms = EditionTerms(
        region=reform.region,
        kind=EditionKind.ADJUSTMENT,
        notice_title=reform.notice_title,
        notice_no=reform.notice_no,
        meeting=reform.meeting,
        decided_on=reform.decided_on,
        published_on=today,
        effective_on=today,
        decisions=(
            {"stage": "proposed", "post": Post.PUBLISHER.value, "at": _moment(reform.proposed_at), "hash": ""},
            {"stage": "confirmed", "post": post, "at": _moment(timezone.now()), "hash": ""},
        ),
    )
    return publish_edition(actor=actor, terms=terms, placements=placements, departments=departments, post=post)


@act("publish_afterwards", durable=True)
def publish_afterwards(
    *,
    actor: Actor,
    terms: EditionTerms,
    placements: Sequence[Placement],
    departments: Sequence[DepartmentPlacement] = (),
) -> Edition:
    """Enter a list that a city published before it had this system (首次公布 or 补录); shown as 事后录入. 审改办 only."""
    return enter_past_edition(actor=actor, terms=terms, placements=placements, departments=departments)


def enter_past_edition(
    *,
    actor: Actor,
    terms: EditionTerms,
    placements: Sequence[Placement],
    departments: Sequence[DepartmentPlacement] = (),
) -> Edition:
    """The step of ``publish_afterwards`` and ``publish_list``, inside the transaction of either (both are outermost: durable)."""
    posting = actor.must_hold(Post.PUBLISHER, region=terms.region, message="基线和补录须由本地区审改办办理")
    edition = publish_edition(actor=actor, terms=terms, placements=placements, departments=departments, post=posting.post)
    _order_files(edition)
    return edition


def _order_files(edition: Edition) -> None:
    """The worker makes the edition's files after the commit. A demo's many editions are left to whoever wants a file of one."""
    if not edition.demo:
        order_edition_files(edition)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What publication of a batch would do: changes by kind, items that come and go, and (大项, 项) of the list before and after."""

    kinds: list[tuple[str, int]]
    before: tuple[int, int]
    after: tuple[int, int]
    added: int = 0
    ended: int = 0


def foresee(batch: Batch) -> Foreseen:
    """The numbers that 公布 shows before it is done: the 送审稿 less what the meeting put off or refused."""
    placements, departments = placements_of(batch)
    kinds = Counter(placement.kind for placement in placements)
    if departments:
        kinds[ChangeKind.DEPARTMENT] = len(departments)
    before, after = counts_after(batch.region, placements, departments)
    added = sum(1 for placement in placements if placement.item is None)
    ended = sum(1 for placement in placements if placement.ends)
    return Foreseen([(kind, kinds[kind]) for kind in ChangeKind if kinds[kind]], before, after, added, ended)


def decisions_of(batch: Batch) -> list[dict]:
    """The decisions that the manifest keeps: which stage and part, in which post, when, over which hash.

    The last word of each part counts, whatever the revision: one that went back to a single stage keeps what the others said. A follow-up
    carries what was said of the request that it was split off.
    """
    found = []
    for request in batch.requests.select_related("origin").order_by("number"):
        line, last = request, {}
        while line is not None:
            for decision in line.decisions.select_related("request").order_by("-revision", "-at", "-pk"):
                last.setdefault((decision.stage, decision.part), decision)
            line = line.origin
        found += [
            {
                "request": decision.request.number,
                "stage": decision.stage,
                "part": decision.part,
                "post": decision.post,
                "at": _moment(decision.at),
                "hash": decision.proposed_hash,
            }
            for decision in sorted(last.values(), key=lambda each: (each.at, each.pk))
        ]
    found += [
        {
            "batch": batch.number,
            "stage": "meeting",
            "meeting": decision.meeting.title,
            "at": _moment(decision.at),
            "hash": decision.submission_hash,
        }
        for decision in batch.meeting_decisions.select_related("meeting").filter(submission_hash=batch.submission_hash)
    ]
    if batch.without_meeting:
        found.append(_settled(batch))
    if batch.amendments.exists():
        found += [
            {"batch": batch.number, "stage": "amended", "post": each.post, "at": _moment(each.at), "hash": each.text_hash}
            for each in batch.text_confirmations.filter(text_hash=text_hash(batch))
        ]
    return found


def _settled(batch: Batch) -> dict:
    """That the batch went to no meeting, and by which rule."""
    return {
        "batch": batch.number,
        "stage": "without_meeting",
        "post": Post.PUBLISHER.value,
        "basis": batch.short_basis,
        "on": batch.settled_on.isoformat(),
        "hash": batch.submission_hash,
    }


def _moment(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(timespec="seconds")
