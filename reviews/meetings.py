"""常务会: what it decided of a batch, entered by 政府办, or by 审改办 from the minutes and checked by a second person.

审议通过: what was agreed waits for publication. 原则通过: first the text is amended (``amending``). 暂缓: the batch is dissolved and its
requests wait again. 不予通过: they end. Single changes may be excepted; what is put off goes on waiting in a follow-up request.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from departments.acting import act
from departments.models import Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.batches import check_conflicts, check_submission, lock_batch
from reviews.guards import check_can_act_on_batch, check_can_act_on_request, move_batch, move_request
from reviews.models import AgendaItem, Batch, Change, ChangeRequest, Meeting, MeetingDecision, MeetingRecord
from reviews.requests import close_changes
from reviews.scans import minutes_scans
from reviews.splitting import copy_off, settle
from reviews.states import BatchAction, BatchState, RequestAction, RequestState
from reviews.suspending import report_to
from reviews.trail import CHANGED, record_history

_ACTION = {
    MeetingDecision.Outcome.AGREED: BatchAction.DECIDE,
    MeetingDecision.Outcome.IN_PRINCIPLE: BatchAction.PRINCIPLE,
    MeetingDecision.Outcome.DEFERRED: BatchAction.PUT_OFF,
    MeetingDecision.Outcome.REFUSED: BatchAction.PUT_OFF,
}
# What of the whole batch becomes of each change.
_OF_CHANGE = {MeetingDecision.Outcome.IN_PRINCIPLE: Change.Outcome.AGREED}


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """Where the meeting decided otherwise for one change: ``deferred`` or ``refused``, and why."""

    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """What the minutes say of one batch. ``exceptions``: change key → where the meeting differed."""

    meeting_title: str
    held_on: datetime.date
    minutes_no: str = ""
    outcome: str
    opinion: str = ""
    exceptions: Mapping[int, ItemOutcome]


@act("call_meeting")
def call_meeting(
    *, actor: Actor, region: Region, title: str, held_on: datetime.date, number: int | None = None, agenda: Sequence[str] = ()
) -> Meeting:
    """A meeting with its date and 议题, before it is held. Raises RuleBroken B04."""
    posting = actor.must_hold((Post.COUNCIL, Post.PUBLISHER), region=region, message="常务会由政府办或审改办登记")
    if not title.strip():
        raise RuleBroken(Violation("B04", "须填写会议名称", "会议名称"))
    if Meeting.objects.filter(region=region, title=title.strip(), held_on=held_on).exists():
        raise RuleBroken(Violation("B04", f"{held_on} 的“{title.strip()}”已经登记", "会议名称"))
    meeting = Meeting(region=region, title=title.strip(), held_on=held_on, number=number)
    meeting._change_reason, meeting._history_user = "登记会议", actor.user
    meeting.save()
    for subject in agenda:
        _put_on_agenda(actor, meeting, subject)
    actor.record(act="call_meeting", post=posting.post, obj=meeting, detail=f"{held_on}，议题 {len(agenda)} 个")
    return meeting


@act("add_to_agenda")
def add_to_agenda(*, actor: Actor, meeting: Meeting, subject: str, batch: Batch | None = None) -> AgendaItem:
    """One more 议题: a batch whose 送审稿 is fixed, or a report. Raises RuleBroken B06, B07."""
    posting = actor.must_hold((Post.COUNCIL, Post.PUBLISHER), region=meeting.region, message="议题由政府办或审改办登记")
    if not subject.strip():
        raise RuleBroken(Violation("B06", "须填写议题", "议题"))
    if batch is not None and batch.region_id != meeting.region_id:
        raise RuleBroken(Violation("B03", "不是本地区的批次", "议题"))
    if batch is not None and batch.without_meeting:
        raise RuleBroken(Violation("B03", "该批次按规定不经常务会审议", "议题"))
    if batch is not None and batch.state not in (BatchState.FROZEN, BatchState.RECORDED):
        raise WrongState(f"批次“{batch.title}”的送审稿未定或已审议")
    if batch is not None and meeting.agenda.filter(batch=batch).exists():
        raise RuleBroken(Violation("B07", "本次会议已有此议题", "议题"))
    item = _put_on_agenda(actor, meeting, subject, batch)
    actor.record(act="add_to_agenda", post=posting.post, obj=meeting, detail=f"{item.position} {item.subject}")
    return item


@act("record_meeting")
def record_meeting(
    *,
    actor: Actor,
    batch: Batch,
    meeting_title: str,
    held_on: datetime.date,
    minutes_no: str = "",
    outcome: str,
    opinion: str = "",
    exceptions: Mapping[int, ItemOutcome] | None = None,
    seen_hash: str,
) -> MeetingDecision:
    """What the 常务会 decided of the batch as one 议题, by 政府办; ``exceptions`` (change key → outcome) where it differs.

    Raises NotAllowed, WrongState (another 送审稿, registered by 审改办 already) or RuleBroken.
    """
    lock_batch(batch)
    action = _ACTION[MeetingDecision.Outcome(outcome)]
    _row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=action, opinion=opinion)
    if batch.state != BatchState.FROZEN:
        raise WrongState("审改办已按会议纪要登记，请核对该登记")
    minutes = Minutes(
        meeting_title=meeting_title,
        held_on=held_on,
        minutes_no=minutes_no,
        outcome=outcome,
        opinion=opinion,
        exceptions=exceptions or {},
    )
    _check_submission_seen(batch, seen_hash)
    _check_minutes(batch, minutes)
    return _decide(actor, batch, minutes, person=actor, post=posting.post)


@act("register_minutes")
def register_minutes(
    *,
    actor: Actor,
    batch: Batch,
    meeting_title: str,
    held_on: datetime.date,
    minutes_no: str,
    outcome: str,
    opinion: str = "",
    exceptions: Mapping[int, ItemOutcome] | None = None,
    seen_hash: str,
) -> MeetingRecord:
    """审改办 enters what the minutes say; nothing is decided until a second person has checked it.

    Raises RuleBroken B08 without the number of the minutes, or without their scan, which the second person holds it against.
    """
    lock_batch(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.REGISTER)
    minutes = Minutes(
        meeting_title=meeting_title,
        held_on=held_on,
        minutes_no=minutes_no,
        outcome=MeetingDecision.Outcome(outcome),
        opinion=opinion,
        exceptions=exceptions or {},
    )
    _check_submission_seen(batch, seen_hash)
    if outcome != MeetingDecision.Outcome.AGREED and not opinion.strip():
        raise RuleBroken(Violation("S01", f"{MeetingDecision.Outcome(outcome).label}须写明意见", "意见"))
    if not minutes_no.strip():
        raise RuleBroken(Violation("B08", "由审改办登记时，须填写会议纪要文号", "会议纪要文号"))
    _check_minutes(batch, minutes)
    if not minutes_scans(meeting_named(batch.region, minutes), minutes_no.strip()):
        scan = f"先在“常务会”的“{meeting_title.strip()}”（{held_on}）附上文号为 {minutes_no.strip()} 的会议纪要扫描件，再登记"
        raise RuleBroken(Violation("B08", scan, "会议纪要文号"))
    record = MeetingRecord(
        batch=batch,
        meeting_title=meeting_title.strip(),
        held_on=held_on,
        minutes_no=minutes_no.strip(),
        outcome=outcome,
        opinion=opinion.strip(),
        exceptions=json.dumps({str(key): [each.outcome, each.note] for key, each in minutes.exceptions.items()}),
        submission_hash=batch.submission_hash,
        person=actor.user,
    )
    record._change_reason, record._history_user = "按会议纪要登记", actor.user
    record.save()
    move_batch(batch=batch, target=row.target, actor=actor, reason=f"登记：{record}")
    actor.record(act="register_minutes", post=posting.post, obj=batch, after_hash=batch.submission_hash, detail=str(record))
    return record


@act("confirm_minutes")
def confirm_minutes(*, actor: Actor, batch: Batch, record: MeetingRecord) -> MeetingDecision:
    """A second person found the registration to be what the minutes say: it takes effect."""
    lock_batch(batch)
    action = _ACTION[MeetingDecision.Outcome(record.outcome)]
    _row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=action)
    record = _waiting(batch, record)
    _check_second(actor, record)
    if record.submission_hash != batch.submission_hash:
        raise WrongState("送审稿已变化，请退回重新登记")
    check_submission(batch)
    _settle_record(actor, record, MeetingRecord.State.CONFIRMED, "核对无误")
    person = Actor(record.person)
    return _decide(actor, batch, minutes_of(record), person=person, post=Post.PUBLISHER, confirming_post=posting.post)


@act("send_minutes_back")
def send_minutes_back(*, actor: Actor, batch: Batch, record: MeetingRecord, opinion: str) -> Batch:
    """The registration is not what the minutes say: 审改办 enters it again. Raises RuleBroken S01 without a reason."""
    lock_batch(batch)
    row, posting = check_can_act_on_batch(actor=actor, batch=batch, action=BatchAction.SEND_BACK, opinion=opinion)
    record = _waiting(batch, record)
    _check_second(actor, record)
    _settle_record(actor, record, MeetingRecord.State.SENT_BACK, opinion.strip())
    move_batch(batch=batch, target=row.target, actor=actor, reason=f"退回重新登记：{opinion.strip()}"[:500])
    actor.record(act="send_minutes_back", post=posting.post, obj=batch, detail=opinion.strip())
    return batch


def minutes_of(record: MeetingRecord) -> Minutes:
    """What a registration says."""
    exceptions = {int(key): ItemOutcome(*each) for key, each in json.loads(record.exceptions).items()}
    return Minutes(
        meeting_title=record.meeting_title,
        held_on=record.held_on,
        minutes_no=record.minutes_no,
        outcome=record.outcome,
        opinion=record.opinion,
        exceptions=exceptions,
    )


def meeting_named(region: Region, minutes: Minutes | MeetingRecord) -> Meeting | None:
    """The meeting that minutes or a registration speak of, where it is registered."""
    return Meeting.objects.filter(region=region, title=minutes.meeting_title.strip(), held_on=minutes.held_on).first()


def _waiting(batch: Batch, record: MeetingRecord) -> MeetingRecord:
    record = MeetingRecord.objects.select_for_update().get(pk=record.pk)
    if record.batch_id != batch.pk or record.state != MeetingRecord.State.WAITING:
        raise WrongState("这次登记已经核对或退回，请刷新后再看")
    return record


def _check_second(actor: Actor, record: MeetingRecord) -> None:
    if record.person_id == actor.user.pk:
        raise NotAllowed("登记人不能核对自己的登记，须由另一人核对")


def _settle_record(actor: Actor, record: MeetingRecord, state: str, note: str) -> None:
    record.state, record.settled_by, record.settled_note = state, actor.user, note
    record._change_reason, record._history_user = note, actor.user
    record.save()


def _check_submission_seen(batch: Batch, seen_hash: str) -> None:
    if seen_hash != batch.submission_hash:
        raise WrongState("送审稿已变化，请重新查看后再记录审议结果")


def _check_minutes(batch: Batch, minutes: Minutes) -> None:
    check_submission(batch)
    broken = []
    if not minutes.meeting_title.strip():
        broken.append(Violation("B04", "须填写会议名称", "会议名称"))
    if minutes.held_on > timezone.localdate():
        broken.append(Violation("B04", f"会议日期 {minutes.held_on} 尚未到", "召开日期"))
    changes = set(Change.objects.filter(request__batch=batch).values_list("pk", flat=True))
    if unknown := set(minutes.exceptions) - changes:
        broken.append(Violation("B05", f"例外事项不在本批次内：{sorted(unknown)}"))
    if broken:
        raise RuleBroken(*broken)


def _decide(
    actor: Actor, batch: Batch, minutes: Minutes, *, person: Actor, post: str, confirming_post: str = ""
) -> MeetingDecision:
    """Write the decision and carry it out. ``person`` entered it; ``actor`` is who makes it effective."""
    row, _ = check_can_act_on_batch(actor=actor, batch=batch, action=_ACTION[MeetingDecision.Outcome(minutes.outcome)])
    meeting = _meeting_of(actor, batch, minutes)
    decision = MeetingDecision.objects.create(
        batch=batch,
        meeting=meeting,
        outcome=minutes.outcome,
        opinion=minutes.opinion.strip(),
        submission_hash=batch.submission_hash,
        person=person.user,
        post=post,
        confirmed_by=actor.user if confirming_post else None,
        confirming_post=confirming_post,
    )
    _carry_out(actor, batch, minutes)
    report_to(actor=actor, meeting=meeting)
    target = row.target
    if not batch.requests.filter(state=RequestState.APPROVED).exists():
        # Every single change was excepted: there is nothing to publish, and the next batch need not wait.
        target = BatchState.DISSOLVED
    move_batch(batch=batch, target=target, actor=actor, reason=str(decision), meeting=meeting)
    if target in (BatchState.DECIDED, BatchState.AMENDING):
        check_conflicts(batch)
    actor.record(
        act="record_meeting",
        post=confirming_post or post,
        obj=batch,
        after_hash=batch.submission_hash,
        detail=f"{meeting} {decision} {minutes.opinion}".strip(),
    )
    return decision


def _meeting_of(actor: Actor, batch: Batch, minutes: Minutes) -> Meeting:
    """The meeting of these minutes, registered before or now, with the batch on its agenda and the number of the minutes."""
    meeting = meeting_named(batch.region, minutes) or Meeting(
        region=batch.region, title=minutes.meeting_title.strip(), held_on=minutes.held_on
    )
    number = minutes.minutes_no.strip()
    if meeting.pk is None or (number and meeting.minutes_no != number):
        meeting.minutes_no = number or meeting.minutes_no
        meeting._change_reason, meeting._history_user = "记录审议结果", actor.user
        meeting.save()
    if not meeting.agenda.filter(batch=batch).exists():
        _put_on_agenda(actor, meeting, f"审议“{batch.title}”", batch)
    return meeting


def _put_on_agenda(actor: Actor, meeting: Meeting, subject: str, batch: Batch | None = None) -> AgendaItem:
    item = AgendaItem(meeting=meeting, position=meeting.agenda.count() + 1, subject=subject.strip()[:200], batch=batch)
    item._change_reason, item._history_user = "列入议题", actor.user
    item.save()
    return item


def _carry_out(actor: Actor, batch: Batch, minutes: Minutes) -> None:
    """Outcomes to changes, then each request where they lead it."""
    whole = _OF_CHANGE.get(MeetingDecision.Outcome(minutes.outcome), minutes.outcome)
    changes = {change.pk: change for change in Change.objects.filter(request__batch=batch).select_related("request")}
    for change in changes.values():
        exception = minutes.exceptions.get(change.pk)
        change.outcome = exception.outcome if exception else whole
        change.outcome_note = exception.note if exception else ""
    Change.objects.bulk_update(changes.values(), ["outcome", "outcome_note"], batch_size=200)
    record_history(Change.objects.filter(request__batch=batch), kind=CHANGED, actor=actor, reason="常务会审议")
    for request in batch.requests.select_related("region", "department", "directive", "upload").order_by("pk"):
        mine = sorted((c for c in changes.values() if c.request_id == request.pk), key=lambda change: change.position)
        _lead(actor, request, mine)


def _lead(actor: Actor, request: ChangeRequest, changes: Sequence[Change]) -> None:
    """Where one request goes by the outcomes of its changes; what was put off beside other outcomes gets a request of its own."""
    outcomes = {change.outcome for change in changes}
    if outcomes == {Change.Outcome.DEFERRED}:
        row, _ = check_can_act_on_request(actor=actor, request=request, action=RequestAction.DEFER)
        move_request(request=request, target=row.target, actor=actor, reason="常务会审议：暂缓", batch=None)
        _await_again(actor, request)
        return
    action = RequestAction.AGREE if Change.Outcome.AGREED in outcomes else RequestAction.REJECT
    row, _ = check_can_act_on_request(actor=actor, request=request, action=action)
    move_request(request=request, target=row.target, actor=actor, reason="常务会审议")
    if deferred := [change for change in changes if change.outcome == Change.Outcome.DEFERRED]:
        for change in deferred:
            settle(actor=actor, changes=[change], outcome=change.outcome, note=change.outcome_note, reason="暂缓，另立申请")
        copy_off(
            actor=actor, request=request, changes=deferred, state=RequestState.AWAITING, reason=f"申请 {request.number} 暂缓的事项"
        )
    if action == RequestAction.REJECT:
        close_changes(actor, request)


def _await_again(actor: Actor, request: ChangeRequest) -> None:
    """What the meeting put off waits for the next one."""
    deferred = request.changes.filter(outcome=Change.Outcome.DEFERRED)
    keys = list(deferred.values_list("pk", flat=True))
    deferred.update(outcome=Change.Outcome.PENDING)
    record_history(Change.objects.filter(pk__in=keys), kind=CHANGED, actor=actor, reason="暂缓，待下次审议")
