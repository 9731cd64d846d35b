"""How a department answers a decision from above: 签收, then a request that carries it out, or 不涉及 with reasons."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from departments.acting import act
from departments.models import Department
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState
from reviews.guards import check_can_act_on_task, move_task
from reviews.models import ChangeRequest, DirectiveTask
from reviews.states import ENDED, TaskAction

REASON_LIMIT = 2_000


@act("receive_task")
def receive_task(*, actor: Actor, task: DirectiveTask) -> DirectiveTask:
    """签收: the department has seen the task. Raises WrongState where it has been received already."""
    _row, posting = check_can_act_on_task(actor=actor, task=task, action=TaskAction.RECEIVE)
    if task.received_at:
        raise WrongState(f"已由{task.received_by}签收")
    move_task(
        task=task,
        target=task.state,
        actor=actor,
        reason=TaskAction.RECEIVE.label,
        received_by=actor.user,
        received_at=timezone.now(),
    )
    actor.record(act="receive_task", post=posting.post, obj=task, after_hash=fingerprint(task), detail=str(task))
    return task


@act("propose_not_concerned")
def propose_not_concerned(*, actor: Actor, task: DirectiveTask, reason: str, seen_revision: int) -> DirectiveTask:
    """经办人 writes why the department is not concerned; the head confirms it. Raises RuleBroken S01."""
    return _move(
        actor, task, TaskAction.PROPOSE, reason, seen_revision, "propose_not_concerned", explanation=reason.strip(), request=None
    )


@act("answer_not_concerned")
def answer_not_concerned(*, actor: Actor, task: DirectiveTask, reason: str, seen_revision: int) -> DirectiveTask:
    """部门负责人 answers 不涉及, on his own or on what 经办人 wrote. Raises RuleBroken S01."""
    answer = {"explanation": reason.strip(), "request": None, "answered_by": actor.user, "answered_at": timezone.now()}
    return _move(actor, task, TaskAction.ANSWER, reason, seen_revision, "answer_not_concerned", **answer)


@act("send_back_answer")
def send_back_answer(*, actor: Actor, task: DirectiveTask, opinion: str, seen_revision: int) -> DirectiveTask:
    """部门负责人 does not confirm what 经办人 wrote; it is to be answered anew."""
    return _move(actor, task, TaskAction.SEND_BACK, opinion, seen_revision, "send_back_answer")


@act("reopen_task")
def reopen_task(*, actor: Actor, task: DirectiveTask, opinion: str, seen_revision: int) -> DirectiveTask:
    """Who gave the task does not accept 不涉及; the department answers again."""
    return _move(actor, task, TaskAction.REOPEN, opinion, seen_revision, "reopen_task", answered_by=None, answered_at=None)


@act("cancel_task")
def cancel_task(*, actor: Actor, task: DirectiveTask, opinion: str, seen_revision: int) -> DirectiveTask:
    """撤销交办: the task was given to the wrong department."""
    return _move(actor, task, TaskAction.CANCEL, opinion, seen_revision, "cancel_task")


@act("answer_by_request")
def answer_by_request(*, actor: Actor, request: ChangeRequest, tasks: Sequence[DirectiveTask]) -> ChangeRequest:
    """The request of the department carries these tasks out; all of one decision, which the request then names.

    Raises RuleBroken T04 (nothing chosen, another department's, two decisions), or WrongState for a request that is over.
    """
    ChangeRequest.objects.select_for_update().get(pk=request.pk)
    request.refresh_from_db()
    allowed = [check_can_act_on_task(actor=actor, task=task, action=TaskAction.REQUEST) for task in tasks]
    if request.state in ENDED:
        raise WrongState(f"申请 {request.number} 已办结（{request.get_state_display()}），不能用来答复")
    broken = [] if tasks else [Violation("T04", "选择要答复的事项", "上级决定")]
    if any(task.department_id not in _answering(request) for task in tasks):
        broken.append(Violation("T04", "申请须由任务所在的部门提出", "上级决定"))
    decisions = {task.directive_id for task in tasks} | ({request.directive_id} - {None})
    if len(decisions) > 1:
        broken.append(Violation("T04", "一个申请只答复一个上级决定的事项，另一个决定请另提申请", "上级决定"))
    if broken:
        raise RuleBroken(*broken)
    if request.directive_id is None:
        request.directive = tasks[0].directive
        keep(request, actor=actor, reason=f"答复 {request.directive}")
    for task, (row, _posting) in zip(tasks, allowed, strict=True):
        move_task(
            task=task,
            target=row.target,
            actor=actor,
            reason=f"以申请 {request.number} 答复",
            request=request,
            answered_by=actor.user,
            answered_at=timezone.now(),
        )
    actor.record(act="answer_by_request", post=allowed[0][1].post, obj=request, detail=f"答复 {request.directive} {len(tasks)} 项")
    return request


def _answering(request: ChangeRequest) -> set[int]:
    """Departments whose tasks the request may answer: its own, and one merged into it."""
    merged = Department.objects.filter(successor=request.department_id, abolished_on__lte=timezone.localdate())
    return {request.department_id, *merged.values_list("pk", flat=True)}


def _move(actor: Actor, task: DirectiveTask, action: str, words: str, seen_revision: int, name: str, **fields) -> DirectiveTask:
    """One step by the task table: who, when, what was seen, the words, the conditional update, the audit event."""
    row, posting = check_can_act_on_task(actor=actor, task=task, action=action, opinion=words)
    if task.revision != seen_revision:
        raise WrongState("任务已有新的办理，请重新查看后再办理")
    if len(words) > REASON_LIMIT:
        raise RuleBroken(Violation("T05", f"超过 {REASON_LIMIT} 字", "理由"))
    before = fingerprint(task)
    move_task(task=task, target=row.target, actor=actor, reason=f"{TaskAction(action).label}：{words.strip()}", **fields)
    actor.record(act=name, post=posting.post, obj=task, before_hash=before, after_hash=fingerprint(task), detail=words.strip())
    return task
