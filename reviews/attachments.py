"""附件: files are kept with a request, a batch or another row of OWNERS; declared void, never removed."""

from __future__ import annotations

import datetime
import hashlib
import uuid

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from departments.acting import act
from departments.models import Posting
from departments.people import Actor
from departments.posts import DEPARTMENT_POSTS
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.approvals import has_second_person
from reviews.file_kinds import kept_name, kind_of, shown_name
from reviews.guards import check_can_act_on_request, check_takes_part, check_under_way
from reviews.models import Attachment, Change, ChangeRequest
from reviews.models.attachments import OWNERS, STAMPED
from reviews.requests import check_seen
from reviews.states import ENDED, RequestAction

_KIND = Attachment.Kind
# What anyone who takes part may attach to a request; the head's approval has an act of its own, minutes and filings belong to other rows.
OF_REQUESTS = (_KIND.DOCUMENT, _KIND.STAMPED_FORM, _KIND.STAMPED_OPINION)
_UNNUMBERED = frozenset({_KIND.DOCUMENT, _KIND.APPROVAL})


def keep_file(
    *,
    actor: Actor,
    post: str,
    owner: models.Model,
    file_name: str,
    data: bytes,
    kind: str = _KIND.DOCUMENT,
    number: str = "",
    dated_on: datetime.date | None = None,
    note: str = "",
    change: Change | None = None,
    revision: int = 0,
    seen_hash: str = "",
) -> Attachment:
    """Keep one file with ``owner``, inside an act of the caller's that has checked who and when, and that records it.

    Raises RuleBroken Q31 for what the content may not be, Q34 for a stamped scan without number or date, Q35 for one too many or twice.
    """
    if owner._meta.label_lower not in OWNERS:
        raise TypeError(f"{owner._meta.label} owns no attachments: name it in reviews.models.attachments.OWNERS")
    found, digest = kind_of(file_name, data), hashlib.sha256(data).hexdigest()
    broken = []
    if kind in STAMPED and dated_on is None:
        broken.append(Violation("Q34", "填写文件上的成文日期", "成文日期"))
    if kind not in _UNNUMBERED and not number.strip():
        broken.append(Violation("Q34", "填写文件上的文号或编号", "文号"))
    kept = Attachment.objects.of(owner).in_force()
    if kept.count() >= settings.ATTACHMENT_COUNT:
        broken.append(Violation("Q35", f"附件已有 {settings.ATTACHMENT_COUNT} 个，合并成一个文件后再上传", "文件"))
    same = kept.filter(sha256=digest, kind=kind, seen_hash=seen_hash).first()
    if same is not None:
        broken.append(Violation("Q35", f"{shown_name(file_name)}：同样的文件已作为“{same.file_name}”附上", "文件"))
    if broken:
        raise RuleBroken(*broken)
    attachment = Attachment(
        owner_type=owner._meta.label_lower,
        owner_id=owner.pk,
        change_key=change.pk if change else None,
        about=change.name if change else "",
        kind=kind,
        file_name=kept_name(file_name, found),
        media_type=found.media_type,
        size=len(data),
        sha256=digest,
        number=number.strip(),
        dated_on=dated_on,
        note=note.strip(),
        revision=revision,
        seen_hash=seen_hash,
        person=actor.user,
        post=post,
    )
    attachment._change_reason, attachment._history_user = "附上", actor.user
    attachment.file.save(f"{uuid.uuid4().hex}.bin", ContentFile(data), save=False)
    attachment.save()
    return attachment


@act("attach_to_request")
def attach_to_request(
    *,
    actor: Actor,
    request: ChangeRequest,
    file_name: str,
    data: bytes,
    kind: str = _KIND.DOCUMENT,
    number: str = "",
    dated_on: datetime.date | None = None,
    note: str = "",
    change: Change | None = None,
) -> Attachment:
    """Attach a file to a request, or to one of its changes, while it is under way. Raises RuleBroken Q31, Q34, Q35."""
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("department", "region").get(pk=request.pk)
    posting = check_takes_part(actor=actor, request=request)
    check_under_way(request)
    if kind not in OF_REQUESTS or (change is not None and change.request_id != request.pk):
        raise RuleBroken(Violation("Q34", "选择附件种类和本申请中的调整内容", "种类"))
    attachment = keep_file(
        actor=actor,
        post=posting.post,
        owner=request,
        file_name=file_name,
        data=data,
        kind=kind,
        number=number,
        dated_on=dated_on,
        note=note,
        change=change,
        revision=request.revision,
        seen_hash=request.proposed_hash,
    )
    _record(actor, posting, request, attachment, "attach_to_request")
    return attachment


@act("record_approval")
def record_approval(
    *, actor: Actor, request: ChangeRequest, file_name: str, data: bytes, dated_on: datetime.date | None, seen_hash: str
) -> Attachment:
    """The head's approval of the present content on a stamped scan, in a department in which nobody else could hand it in.

    Raises RuleBroken Q36 where another head holds the post: he submits himself.
    """
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("department", "region").get(pk=request.pk)
    _row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.EDIT)
    check_seen(request, seen_hash)
    if has_second_person(request):
        raise RuleBroken(Violation("Q36", "本部门另有部门负责人，由其本人提交，不用扫描件代替"))
    attachment = keep_file(
        actor=actor,
        post=posting.post,
        owner=request,
        file_name=file_name,
        data=data,
        kind=_KIND.APPROVAL,
        dated_on=dated_on,
        revision=request.revision,
        seen_hash=request.proposed_hash,
    )
    _record(actor, posting, request, attachment, "record_approval")
    return attachment


def declare_void(*, actor: Actor, attachment: Attachment, reason: str) -> None:
    """Mark a locked file void, inside an act of the caller's that has checked who and when. Raises WrongState, RuleBroken Q34 without a reason."""
    if attachment.voided_at is not None:
        raise WrongState(f"附件“{attachment.file_name}”已经作废")
    if not reason.strip():
        raise RuleBroken(Violation("Q34", "写明作废的理由", "作废理由"))
    attachment.voided_at, attachment.voided_by, attachment.void_reason = timezone.now(), actor.user, reason.strip()[:300]
    attachment._change_reason, attachment._history_user = f"作废：{attachment.void_reason}", actor.user
    attachment.save()


@act("void_attachment")
def void_attachment(*, actor: Actor, request: ChangeRequest, attachment: Attachment, reason: str) -> Attachment:
    """Declare a file of a request void: it stays, marked, with the reason. By whoever attached it, or his department."""
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("department", "region").get(pk=request.pk)
    posting = check_takes_part(actor=actor, request=request)
    attachment = Attachment.objects.of(request).select_for_update().filter(pk=attachment.pk).first()
    if attachment is None:
        raise NotAllowed("没有这个附件", stranger=True)
    of_department = posting.post in DEPARTMENT_POSTS and attachment.post in DEPARTMENT_POSTS
    if attachment.person_id != actor.user.pk and not of_department:
        raise NotAllowed("附件由上传人（部门上传的由本部门）声明作废")
    check_under_way(request)
    declare_void(actor=actor, attachment=attachment, reason=reason)
    _record(actor, posting, request, attachment, "void_attachment", f"作废：{attachment.void_reason}")
    return attachment


def may_void(actor: Actor, request: ChangeRequest, attachment: Attachment, posting: Posting | None) -> bool:
    """Whether ``actor``, who takes part by ``posting``, may declare ``attachment`` void: what the page asks for its button."""
    if posting is None or attachment.voided_at is not None or request.state in ENDED:
        return False
    return attachment.person_id == actor.user.pk or (posting.post in DEPARTMENT_POSTS and attachment.post in DEPARTMENT_POSTS)


def _record(actor: Actor, posting: Posting, request: ChangeRequest, attachment: Attachment, name: str, more: str = "") -> None:
    detail = f"{attachment.get_kind_display()} {attachment.file_name}"
    actor.record(
        act=name, post=posting.post, obj=request, after_hash=attachment.sha256, detail=f"{detail} {attachment.about} {more}".strip()
    )
