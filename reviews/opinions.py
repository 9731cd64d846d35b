"""征求意见: departments that a request touches are asked as it is handed in, others when somebody in the route wants their word.

湖北及各地动态管理办法: 调整涉及其他部门的，应当征求其意见 (domain rule 12). Handing in does not wait for it; a stage passes only when the
answers are in or their days are over, which is then kept with the decision. The receiving department of a 划转 has a consent of its own.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from departments.acting import act
from departments.models import Department, Notice
from departments.notices import Desk, notify
from departments.people import Actor
from departments.posts import DEPARTMENT_POSTS, Post
from departments.working_days import Calendar
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.content import stored_elements
from qingdan.items.kinds import ChangeKind
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from reviews.conversation import TEXT_LIMIT
from reviews.guards import check_takes_part, check_under_way
from reviews.models import Change, ChangeRequest, DeskSetting, Opinion

# The elements in which other departments are named as those who act along.
_JOINT = ("joint_departments", "duty_boundary")
# Elsewhere a department is touched where such a word stands in the same sentence.
_ALONG = re.compile(r"[^。；;\n]*(?:会同|配合|联合|商请)[^。；;\n]*")
_PROSE = ("powers", "exercise_content", "flow_note", "supervision")


@dataclass(slots=True)
class Touched:
    """A department that a request touches: why, and the content hashes of the changes that do."""

    department: Department
    why: str
    hashes: list[str] = field(default_factory=list)

    @property
    def subject_hash(self) -> str:
        return sha256_hex(canonical_bytes(sorted(self.hashes)))


def touched_departments(request: ChangeRequest) -> list[Touched]:
    """Other departments of the region that what the request changes names as acting along, or as having a boundary with."""
    others = Department.objects.in_being().filter(region=request.region_id).exclude(pk__in=request.department.answered_for_by())
    names = _names(others)
    found: dict[int, Touched] = {}
    for change in request.changes.select_related("base_version").defer("base_version__search_text"):
        text, why = _text_of(change)
        for department in _named_in(text, names):
            found.setdefault(department.pk, Touched(department, why)).hashes.append(change.content_hash)
    return list(found.values())


def _names(departments: Iterable[Department]) -> list[tuple[str, Department]]:
    """(name or short name, department), the longest first, so that 市公安局 is not also read as a shorter one."""
    pairs = [(name, row) for row in departments for name in (row.name, row.short_name) if len(name) >= 3]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _named_in(text: str, names: list[tuple[str, Department]]) -> list[Department]:
    found = []
    for name, department in names:
        if name in text:
            text = text.replace(name, "\n")
            if department not in found:
                found.append(department)
    return found


def _text_of(change: Change) -> tuple[str, str]:
    """What a change newly says in which another department may be named, and why that touches it. Read without validating again."""
    content = stored_elements(change.content_bytes)
    if change.kind == ChangeKind.DEPARTMENT:
        named = (name for boundary in content.get("boundaries", ()) for name in boundary.get("departments", ()))
        return "、".join(named), Opinion.Why.BOUNDARY
    base = stored_elements(change.base_version.content_bytes) if change.base_version_id else {}
    return "\n".join(_new_texts(content, base)), Opinion.Why.JOINT


def _new_texts(content: dict, base: dict) -> Iterable[str]:
    for name in (*_JOINT, *_PROSE):
        text = content.get(name, "")
        if text != base.get(name, ""):
            yield from [text] if name in _JOINT else _ALONG.findall(text)


def ask_touched(*, actor: Actor, post: str, request: ChangeRequest) -> list[Opinion]:
    """Ask every department that the request touches and that has not been asked on the same content; part of handing in."""
    asked = {(row.department_id, row.subject_hash) for row in request.opinions.all()}
    waiting = {row.department_id for row in request.opinions.open()}
    made = []
    for touched in touched_departments(request):
        key = (touched.department.pk, touched.subject_hash)
        if key not in asked and touched.department.pk not in waiting:
            made.append(_ask(actor, post, request, touched.department, touched.why, "", touched.subject_hash))
    return made


@act("ask_opinion")
def ask_opinion(*, actor: Actor, request: ChangeRequest, department: Department, question: str) -> Opinion:
    """Ask one department of the region for its word; from then on its head and clerks see the request. By whoever takes part.

    Raises RuleBroken Q39, WrongState where it has been asked and has not answered.
    """
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("department", "region").get(pk=request.pk)
    posting = check_takes_part(actor=actor, request=request)
    check_under_way(request)
    if department.region_id != request.region_id or department.pk in request.department.answered_for_by():
        raise RuleBroken(Violation("Q39", "选择本地区的其他部门", "征求部门"))
    if not Department.objects.in_being().filter(pk=department.pk).exists():
        raise RuleBroken(Violation("Q39", f"{department}已撤销，选择承接其职责的部门", "征求部门"))
    question = _checked(question, "征求内容", "写明征求什么意见")
    if request.opinions.open().filter(department=department).exists():
        raise WrongState(f"已征求{department}的意见，尚未答复")
    opinion = _ask(actor, posting.post, request, department, Opinion.Why.ASKED, question, request.proposed_hash)
    actor.record(
        act="ask_opinion", post=posting.post, obj=request, after_hash=request.proposed_hash, detail=f"{department}：{question}"
    )
    return opinion


def _ask(
    actor: Actor, post: str, request: ChangeRequest, department: Department, why: str, question: str, subject_hash: str
) -> Opinion:
    setting = DeskSetting.objects.filter(region=request.region_id).first() or DeskSetting()
    opinion = Opinion(
        request=request,
        department=department,
        why=why,
        question=question,
        subject_hash=subject_hash,
        revision=request.revision,
        asked_by=actor.user,
        asked_post=post,
        days=setting.opinion_days,
    )
    opinion._change_reason, opinion._history_user = "征求", actor.user
    opinion.save()
    notify(
        event=Notice.Event.OPINION,
        to=[Desk(Post.HEAD, department=department), Desk(Post.CLERK, department=department)],
        title=f"{request.department}的申请 {request.number} 征求贵部门意见",
        detail=question or opinion.get_why_display(),
        url=f"{reverse('admin:request', args=[request.pk])}#opinions",
        key=f"opinion:{opinion.pk}:asked",
        by=actor,
    )
    return opinion


@act("give_opinion")
def give_opinion(*, actor: Actor, opinion: Opinion, outcome: str, text: str = "", seen_hash: str) -> Opinion:
    """The asked department's head says 同意, 有意见 (with what) or 不涉及 (with why). Once; raises WrongState where that was done."""
    request = (
        ChangeRequest.objects.select_for_update(of=("self",)).select_related("department", "region").get(pk=opinion.request_id)
    )
    opinion = Opinion.objects.select_for_update(of=("self",)).select_related("department").get(pk=opinion.pk)
    if not ChangeRequest.objects.visible_to(actor.user).filter(pk=request.pk).exists():
        raise NotAllowed("没有这个调整申请", stranger=True)
    posting = actor.must_hold(Post.HEAD, department=opinion.department, message=f"由{opinion.department}的{Post.HEAD.label}答复")
    if posting.post not in DEPARTMENT_POSTS:
        raise NotAllowed(f"由{opinion.department}的{Post.HEAD.label}答复")
    check_under_way(request)
    if opinion.outcome:
        raise WrongState(f"{opinion.department}已答复：{opinion.get_outcome_display()}")
    if seen_hash != request.proposed_hash:
        raise WrongState(f"申请 {request.number} 的内容已变化，请重新查看后再答复")
    if outcome not in Opinion.Outcome.values:
        raise RuleBroken(Violation("Q39", "选择同意、有意见或不涉及", "答复"))
    if outcome != Opinion.Outcome.AGREED or text.strip():
        text = _checked(text, "意见", "有意见的写明意见，不涉及的写明理由")
    opinion.outcome, opinion.text, opinion.given_by, opinion.given_at = outcome, text, actor.user, timezone.now()
    opinion.seen_hash = request.proposed_hash
    opinion._change_reason, opinion._history_user = "答复", actor.user
    opinion.save()
    asker = {"department": request.department} if opinion.asked_post in DEPARTMENT_POSTS else {"region": request.region}
    notify(
        event=Notice.Event.OPINION,
        to=[Desk(opinion.asked_post, **asker)],
        title=f"{opinion.department}对申请 {request.number} 答复：{opinion.get_outcome_display()}",
        detail=text,
        url=f"{reverse('admin:request', args=[request.pk])}#opinions",
        key=f"opinion:{opinion.pk}:given",
        by=actor,
    )
    actor.record(
        act="give_opinion",
        post=posting.post,
        obj=request,
        after_hash=request.proposed_hash,
        detail=f"{opinion.department} {opinion.get_outcome_display()} {text}".strip(),
    )
    return opinion


def _checked(text: str, where: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise RuleBroken(Violation("Q39", missing, where))
    if len(text) > TEXT_LIMIT:
        raise RuleBroken(Violation("Q39", f"有 {len(text)} 字，超过 {TEXT_LIMIT} 字，另附文件", where))
    return text


def due_on(opinion: Opinion, calendar: Calendar) -> datetime.date:
    """The last day of its answer."""
    return calendar.add(timezone.localdate(opinion.asked_at), opinion.days)


def silence_of(request: ChangeRequest) -> str:
    """What is noted with the last word of a stage: the silent departments whose days are over, or "".

    Raises WrongState while one still has time: no stage passes before.
    """
    waiting = list(request.opinions.open().select_related("department"))
    calendar, today = Calendar(), timezone.localdate()
    early = [row for row in waiting if due_on(row, calendar) >= today]
    if early:
        names = "、".join(f"{row.department}（{due_on(row, calendar):%Y-%m-%d} 前）" for row in early)
        raise WrongState(f"还在等所征求部门的意见：{names}；答复或逾期后才能通过{request.get_state_display()}")
    return f"；征求意见逾期未答复：{'、'.join(str(row.department) for row in waiting)}" if waiting else ""
