"""办理过程: the whole life of a request in order of time, read off the audit trail of itself, its changes and its batches.

Who, as which post, when, what he had before him (hash), what he said. The trail is written in each act's own transaction, so nothing that
happened is missing; reading it takes a fixed number of queries.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from departments.posts import Post
from qingdan.ledger.models import AuditEvent
from reviews.models import Batch, ChangeRequest

# act → the office's word; an act that is not named here is shown as what it says of itself.
WORDS = {
    "create_request": "起草",
    "open_draft": "起草",
    "describe_request": "修改理由和依据文件",
    "put_change": "填写调整内容",
    "put_changes": "补入调整内容",
    "remove_change": "移出调整内容",
    "replace_changes": "修改",
    "answer_transfer": "划转确认",
    "submit_request": "提交",
    "withdraw_request": "撤回",
    "return_before_batch": "退回补正",
    "pass_request": "审查通过",
    "return_request": "审查退回补正",
    "refuse_request": "审查不予通过",
    "propose_on_behalf": "编办代为提出",
    "claim_request": "认领审查",
    "release_claim": "放下认领",
    "number_opinion": "编意见书文号",
    "confirm_revision": "确认补正",
    "reopen_revision": "要求重新审查",
    "raise_comment": "提出意见",
    "answer_comment": "答复意见",
    "resolve_comment": "意见标为已解决",
    "reopen_comment": "重新打开意见",
    "attach_to_request": "附上文件",
    "void_attachment": "作废附件",
    "record_approval": "附上负责人批准的扫描件",
    "ask_opinion": "征求部门意见",
    "give_opinion": "部门答复征求意见",
    "create_batch": "汇总成批",
    "add_to_batch": "加入批次",
    "remove_from_batch": "移出批次",
    "freeze_batch": "确定送审稿",
    "settle_batch": "按规定不经常务会审议，定稿",
    "reopen_batch": "重新汇总",
    "dissolve_batch": "解散批次",
    "add_to_agenda": "列入常务会议题",
    "record_meeting": "记录常务会审议结果",
    "register_minutes": "登记会议纪要",
    "confirm_minutes": "核对会议纪要",
    "send_minutes_back": "退回会议纪要登记",
    "amend_after_meeting": "按会议意见修改",
    "confirm_amended_text": "确认修改后的文本",
    "rebase_request": "改以现行版本为基础",
    "stop_conflicts": "停办有冲突的事项",
    "publish_batch": "公布",
}
# Acts of a batch that tell of one request only, named in their detail.
_OF_ONE = ("add_to_batch", "remove_from_batch")
# A reviewer's own notes before he decides: his decision says what came of them.
_HIS_OWN = ("mark_change",)
# Repeated by one person within a day without anything between, these are one line.
_REPEATED = re.compile(r"(?:replace_changes|describe_request|put_change)$")


@dataclass(slots=True)
class Event:
    """One line. ``times`` and ``until``: how often it was repeated, and the last time."""

    at: datetime.datetime
    act: str
    word: str
    person: str
    post: str
    said: str
    seen_hash: str
    sequence: int
    times: int = 1
    until: datetime.datetime | None = None

    @property
    def day(self) -> datetime.date:
        return timezone.localtime(self.at).date()


def life_of(request: ChangeRequest) -> list[Event]:
    """Every event of a request, the first one first: three queries, however long it lived."""
    changes = request.changes.model.history.filter(request_id=request.pk).order_by().values_list("id", flat=True).distinct()
    batches = request.history.exclude(batch_id=None).order_by().values_list("batch_id", flat=True).distinct()
    batches = sorted({*batches, *([request.batch_id] if request.batch_id else [])})
    wanted = Q(object_type=ChangeRequest._meta.label_lower, object_id=str(request.pk))
    wanted |= Q(object_type=request.changes.model._meta.label_lower, object_id__in=[str(key) for key in changes])
    wanted |= Q(object_type=Batch._meta.label_lower, object_id__in=[str(key) for key in batches])
    events = AuditEvent.objects.filter(wanted, outcome=AuditEvent.Outcome.DONE).order_by("sequence")
    return _folded(_event(event) for event in events if _concerns(event, request))


def _concerns(event: AuditEvent, request: ChangeRequest) -> bool:
    return event.act not in _HIS_OWN and (event.act not in _OF_ONE or event.detail == request.number)


def _event(event: AuditEvent) -> Event:
    word = WORDS.get(event.act, "")
    said = event.detail if word else event.detail or event.act
    post = Post(event.post).label if event.post in Post.values else event.post
    return Event(
        event.at, event.act, word or "办理", event.actor_name, post, said, event.after_hash or event.before_hash, event.sequence
    )


def _folded(events: Iterable[Event]) -> list[Event]:
    """Repeated saves of one person on one day as one line, with the last state."""
    lines: list[Event] = []
    for event in events:
        last = lines[-1] if lines else None
        same = last and last.act == event.act and last.person == event.person and last.day == event.day
        if same and _REPEATED.search(event.act):
            last.times, last.until, last.seen_hash, last.said = last.times + 1, event.at, event.seen_hash, event.said
        else:
            lines.append(event)
    return lines
