"""Stamped scans of what is decided outside the system: 会议纪要 with the meeting, 备案 papers and results with the filing.

Each is attached with its number and date, declared void and never removed, and goes into the archive of its batch.
"""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from departments.acting import act
from departments.models import Posting, Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation
from reviews.attachments import declare_void, keep_file
from reviews.models import Attachment, Filing, Meeting
from reviews.suspending import report_to

_KIND = Attachment.Kind
_KEEPERS = (Post.COUNCIL, Post.PUBLISHER)


def check_keeps_minutes(*, actor: Actor, meeting: Meeting) -> Posting:
    """WHO attaches the minutes of a meeting. Raises NotAllowed, 404 for a stranger."""
    if not Meeting.objects.visible_to(actor.user).filter(pk=meeting.pk).exists():
        raise NotAllowed("没有这次会议", stranger=True)
    return actor.must_hold(_KEEPERS, region=meeting.region, message="会议纪要扫描件由政府办或审改办附上")


def check_keeps_filing(*, actor: Actor, filing: Filing) -> Posting:
    """WHO attaches the stamped papers of a filing: 审改办 that filed it, 司法 that received it. Raises NotAllowed."""
    if not Filing.objects.visible_to(actor.user).filter(pk=filing.pk).exists():
        raise NotAllowed("没有这个备案", stranger=True)
    return keeps_papers_of(actor=actor, region=filing.region, receiver=filing.receiver)


def keeps_papers_of(*, actor: Actor, region: Region, receiver: Region) -> Posting:
    """The same before there is a filing: 审改办 of ``region``, 司法 of ``receiver``. Raises NotAllowed."""
    posting = actor.holding(Post.PUBLISHER, region=region) or actor.holding(Post.LEGALITY, region=receiver)
    if posting is None:
        raise NotAllowed("备案文件扫描件由报送的审改办或接收备案的司法附上")
    return posting


@act("attach_minutes")
def attach_minutes(
    *,
    actor: Actor,
    meeting: Meeting,
    file_name: str,
    data: bytes,
    number: str,
    dated_on: datetime.date | None,
    note: str = "",
    heard: bool = False,
) -> Attachment:
    """The stamped minutes of a meeting that was held. Raises RuleBroken B18 (not held yet, another number), Q31, Q34, Q35.

    ``heard``: they say that it heard of every suspension before it; recording what it decided of a batch says so too.
    """
    posting = check_keeps_minutes(actor=actor, meeting=meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    broken = []
    if meeting.held_on > timezone.localdate():
        broken.append(Violation("B18", f"会议 {meeting.held_on} 召开，会后再附会议纪要", "文件"))
    if meeting.minutes_no and number.strip() and number.strip() != meeting.minutes_no:
        broken.append(Violation("B18", f"本次会议登记的会议纪要文号是 {meeting.minutes_no}，与扫描件不一致", "文号"))
    if broken:
        raise RuleBroken(*broken)
    more = f"听取紧急暂停报告 {report_to(actor=actor, meeting=meeting)} 项" if heard else ""
    return _keep(actor, posting, meeting, _KIND.MINUTES, file_name, data, number, dated_on, note, "attach_minutes", more)


@act("attach_filing_paper")
def attach_filing_paper(
    *, actor: Actor, filing: Filing, file_name: str, data: bytes, number: str, dated_on: datetime.date | None, note: str = ""
) -> Attachment:
    """A stamped paper of a filing: report, registration or result, known by its number. Raises RuleBroken F05, Q31, Q34, Q35."""
    posting = check_keeps_filing(actor=actor, filing=filing)
    filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    known = numbers_of(filing)
    if number.strip() and number.strip() not in known:
        raise RuleBroken(Violation("F05", f"不是本次备案的文号；已登记的有{'、'.join(known)}", "文号"))
    return _keep(actor, posting, filing, _KIND.FILING, file_name, data, number, dated_on, note, "attach_filing_paper")


@act("void_scan")
def void_scan(*, actor: Actor, owner: Meeting | Filing, attachment: Attachment, reason: str) -> Attachment:
    """Declare a scan void: it stays, marked, with the reason. By the office that attached it. Raises RuleBroken Q34 without a reason."""
    posting = _check_keeper(actor, owner)
    attachment = Attachment.objects.of(owner).select_for_update().filter(pk=attachment.pk).first()
    if attachment is None:
        raise NotAllowed("没有这个附件", stranger=True)
    if attachment.post != posting.post and attachment.person_id != actor.user.pk:
        raise NotAllowed(f"扫描件由附上它的{attachment.get_post_display()}声明作废")
    declare_void(actor=actor, attachment=attachment, reason=reason)
    _record(actor, posting, owner, attachment, "void_scan", f"作废：{attachment.void_reason}")
    return attachment


def numbers_of(filing: Filing) -> list[str]:
    """Numbers of the papers that a filing has by now: report, registration, results."""
    results = filing.results.order_by("at", "pk").values_list("number", flat=True)
    return [number for number in (filing.number, filing.registered_no, *results) if number]


def minutes_scans(meeting: Meeting | None, number: str = "") -> list[Attachment]:
    """Scans of the minutes of a meeting that are in force, those with ``number`` alone where it is given."""
    if meeting is None:
        return []
    found = Attachment.objects.of(meeting).in_force().filter(kind=_KIND.MINUTES)
    return list(found.filter(number=number) if number else found)


def may_void_scan(actor: Actor, owner: Meeting | Filing, attachment: Attachment) -> bool:
    """Whether the page shows ``actor`` the form of ``void_scan``."""
    if attachment.voided_at is not None:
        return False
    try:
        posting = _check_keeper(actor, owner)
    except NotAllowed:
        return False
    return attachment.post == posting.post or attachment.person_id == actor.user.pk


def _check_keeper(actor: Actor, owner: Meeting | Filing) -> Posting:
    if isinstance(owner, Meeting):
        return check_keeps_minutes(actor=actor, meeting=owner)
    return check_keeps_filing(actor=actor, filing=owner)


def _keep(
    actor: Actor,
    posting: Posting,
    owner: models.Model,
    kind: str,
    file_name: str,
    data: bytes,
    number: str,
    dated_on: datetime.date | None,
    note: str,
    name: str,
    more: str = "",
) -> Attachment:
    attachment = keep_file(
        actor=actor,
        post=posting.post,
        owner=owner,
        file_name=file_name,
        data=data,
        kind=kind,
        number=number,
        dated_on=dated_on,
        note=note,
    )
    _record(actor, posting, owner, attachment, name, more)
    return attachment


def _record(actor: Actor, posting: Posting, owner: models.Model, attachment: Attachment, name: str, more: str = "") -> None:
    detail = f"{attachment.get_kind_display()} {attachment.number} {attachment.file_name} {more}".strip()
    actor.record(act=name, post=posting.post, obj=owner, after_hash=attachment.sha256, detail=detail)
