"""Who may do what and when to requests and batches: the one guard over the tables in ``states``; buttons ask the same guard."""

from __future__ import annotations

from contextlib import suppress

from django.utils import timezone

from departments.models import Posting, User
from departments.people import Actor
from departments.posts import DEPARTMENT_POSTS, Post
from qingdan.errors import NotAllowed, Refusal, RuleBroken, Violation, WrongState
from reviews.announcements import tell_of_batch, tell_of_request
from reviews.models import Batch, CampaignScope, ChangeRequest, DirectiveTask
from reviews.states import (
    BATCH_TRANSITIONS,
    ENDED,
    OF_MEETING,
    REQUEST_TRANSITIONS,
    SCOPE_TRANSITIONS,
    TASK_TRANSITIONS,
    BatchAction,
    BatchState,
    RequestAction,
    RequestState,
    ScopeAction,
    ScopeState,
    TaskAction,
    TaskState,
    Transition,
    find,
)

# Who has a part in the life of a request beside deciding it: its department, and the posts of its region's route.
ROUTE_POSTS = (Post.CLERK, Post.HEAD, Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY, Post.COUNCIL, Post.PUBLISHER)


def sees(actor: Actor, request: ChangeRequest) -> bool:
    """Whether ``actor`` may know of ``request``. A yes is asked for once, as long as the row stands as it was read."""
    if getattr(request, "_seen", None) == _as_read(actor.user, request):
        return True
    found = ChangeRequest.objects.visible_to(actor.user).filter(pk=request.pk).exists()
    request._seen = _as_read(actor.user, request) if found else None
    return found


def note_seen(user: User, request: ChangeRequest) -> None:
    """``request`` was just read through ``visible_to(user)``: that is the yes for which ``sees`` would ask."""
    request._seen = _as_read(user, request)


def _as_read(user: User, request: ChangeRequest) -> tuple:
    return user.pk, request.state, request.region_id, request.department_id


def check_takes_part(*, actor: Actor, request: ChangeRequest) -> Posting:
    """The posting by which ``actor`` may speak in the conversation of ``request`` and attach to it.

    Raises NotAllowed: 404 for a stranger, 403 for whoever only reads along (审计, a department that was asked).
    """
    if not sees(actor, request):
        raise NotAllowed("没有这个调整申请", stranger=True)
    posting = _holding(actor, ROUTE_POSTS, request)
    if posting is None:
        raise NotAllowed("由申请部门和审查路径上的岗位办理；您的岗位只能查看")
    return posting


def takes_part(*, actor: Actor, request: ChangeRequest) -> bool:
    """Twin of ``check_takes_part``."""
    try:
        check_takes_part(actor=actor, request=request)
    except Refusal:
        return False
    return True


def check_under_way(request: ChangeRequest) -> None:
    """Nothing is said of or added to a request that is over."""
    if request.state in ENDED:
        raise WrongState(f"申请 {request.number} 已办结（{request.get_state_display()}），不能再补充")


def check_can_act_on_request(
    *, actor: Actor, request: ChangeRequest, action: str, opinion: str | None = None
) -> tuple[Transition, Posting]:
    """The table's row and the posting that gives the right. Who before when before what.

    Raises NotAllowed (404 for a stranger, 403 for a colleague), WrongState, or RuleBroken S01 where the opinion is missing.
    ``opinion=None`` asks only whether he may.
    """
    if not sees(actor, request):
        raise NotAllowed("没有这个调整申请", stranger=True)
    return _check(REQUEST_TRANSITIONS, request.state, action, actor, request, opinion, RequestState, RequestAction)


def check_can_act_on_batch(*, actor: Actor, batch: Batch, action: str, opinion: str | None = None) -> tuple[Transition, Posting]:
    """As for requests, over the batch table."""
    if not Batch.objects.visible_to(actor.user).filter(pk=batch.pk).exists():
        raise NotAllowed("没有这个调整批次", stranger=True)
    found = _check(BATCH_TRANSITIONS, batch.state, action, actor, batch, opinion, BatchState, BatchAction)
    if batch.without_meeting and action in OF_MEETING:
        raise WrongState(f"批次“{batch.title}”按规定不经常务会审议")
    if action == BatchAction.SETTLE and not batch.without_meeting:
        raise WrongState(f"批次“{batch.title}”须经常务会审议")
    return found


def check_post_on_request(*, actor: Actor, request: ChangeRequest, action: str) -> Posting:
    """WHO alone, whatever the state: what a page asks before it reads a form, so that nobody learns from a form that is not his."""
    if not sees(actor, request):
        raise NotAllowed("没有这个调整申请", stranger=True)
    return _check_post(REQUEST_TRANSITIONS, action, actor, request, RequestAction)


def check_post_on_scope(*, actor: Actor, scope: CampaignScope, action: str) -> Posting:
    """As ``check_post_on_request``, over the table of a department's part of a campaign."""
    return _check_post(SCOPE_TRANSITIONS, action, actor, scope, ScopeAction)


def check_post_on_task(*, actor: Actor, task: DirectiveTask, action: str) -> Posting:
    """As ``check_post_on_request``, over the task table."""
    return _check_post(TASK_TRANSITIONS, action, actor, task, TaskAction)


def check_reviewer(*, actor: Actor, request: ChangeRequest) -> None:
    """WHO of a review in the stage where the request stands; that it stands in none is left to the act, which says so beside the form."""
    check_post_on_request(actor=actor, request=request, action=RequestAction.REFUSE)
    if request.state in (RequestState.COMPLIANCE, RequestState.LEGALITY):
        check_can_act_on_request(actor=actor, request=request, action=RequestAction.REFUSE)


def check_post_on_batch(*, actor: Actor, batch: Batch, action: str) -> Posting:
    """As ``check_post_on_request``, over the batch table."""
    if not Batch.objects.visible_to(actor.user).filter(pk=batch.pk).exists():
        raise NotAllowed("没有这个调整批次", stranger=True)
    return _check_post(BATCH_TRANSITIONS, action, actor, batch, BatchAction)


def check_can_act_on_task(
    *, actor: Actor, task: DirectiveTask, action: str, opinion: str | None = None
) -> tuple[Transition, Posting]:
    """As for requests, over the task table; an answer whose request came to nothing counts as none."""
    if not DirectiveTask.objects.visible_to(actor.user).filter(pk=task.pk).exists():
        raise NotAllowed("没有这个任务", stranger=True)
    return _check(TASK_TRANSITIONS, task.present_state, action, actor, task, opinion, TaskState, TaskAction)


def check_can_act_on_scope(
    *, actor: Actor, scope: CampaignScope, action: str, opinion: str | None = None
) -> tuple[Transition, Posting]:
    """As for requests, over the table of a department's part of a campaign."""
    if not CampaignScope.objects.visible_to(actor.user).filter(pk=scope.pk).exists():
        raise NotAllowed("没有这个专项清理任务", stranger=True)
    return _check(SCOPE_TRANSITIONS, scope.state, action, actor, scope, opinion, ScopeState, ScopeAction)


def _check_post(table, action, actor: Actor, obj, actions) -> Posting:
    posts = {post for row in table if row.action == action for post in row.posts}
    posting = _holding(actor, posts, obj)
    if posting is None:
        names = "、".join(post.label for post in sorted(posts))
        raise NotAllowed(f"“{actions(action).label}”须由{names}办理")
    return posting


def _check(table, state, action, actor: Actor, obj, opinion, states, actions) -> tuple[Transition, Posting]:
    _check_post(table, action, actor, obj, actions)
    row = find(table, state, action)
    if row is None:
        raise WrongState(f"当前状态是“{states(state).label}”，不能{actions(action).label}；可能已由他人处理，请刷新后再看")
    posting = _holding(actor, row.posts, obj)
    if posting is None:
        names = "、".join(post.label for post in row.posts)
        raise NotAllowed(f"“{states(state).label}”阶段的“{actions(action).label}”须由{names}办理")
    if row.opinion and opinion is not None and not opinion.strip():
        raise RuleBroken(Violation("S01", f"{actions(action).label}须写明意见", "意见"))
    return row, posting


def _holding(actor: Actor, posts, obj) -> Posting | None:
    own = tuple(post for post in posts if post in DEPARTMENT_POSTS)
    regional = tuple(post for post in posts if post not in DEPARTMENT_POSTS)
    department = getattr(obj, "department", None)
    return (
        (own and department and actor.holding(own, department=department))
        or (actor.holding(regional, region=obj.region) if regional else None)
        or None
    )


def can_act_on_request(*, actor: Actor, request: ChangeRequest, action: str) -> bool:
    """Twin of ``check_can_act_on_request``."""
    try:
        check_can_act_on_request(actor=actor, request=request, action=action)
    except Refusal:
        return False
    return True


def can_act_on_batch(*, actor: Actor, batch: Batch, action: str) -> bool:
    """Twin of ``check_can_act_on_batch``."""
    try:
        check_can_act_on_batch(actor=actor, batch=batch, action=action)
    except Refusal:
        return False
    return True


def task_actions(actor: Actor, task: DirectiveTask) -> list[str]:
    """Actions that ``actor`` may take now on a task, in table order."""
    found = []
    for row in TASK_TRANSITIONS:
        if row.source == task.present_state and not (row.action == TaskAction.RECEIVE and task.received_at):
            with suppress(Refusal):
                check_can_act_on_task(actor=actor, task=task, action=row.action)
                found.append(row.action)
    return found


def scope_actions(actor: Actor, scope: CampaignScope) -> list[str]:
    """Actions that ``actor`` may take now on a department's part of a campaign that is open."""
    found = []
    for row in SCOPE_TRANSITIONS if scope.campaign.is_open else ():
        if row.source == scope.state:
            with suppress(Refusal):
                check_can_act_on_scope(actor=actor, scope=scope, action=row.action)
                found.append(row.action)
    return found


def request_actions(actor: Actor, request: ChangeRequest) -> list[str]:
    """Actions that ``actor`` may take now, in table order: what the page shows as buttons."""
    if not sees(actor, request):
        return []
    open_rows = [row for row in REQUEST_TRANSITIONS if row.source == request.state]
    holds = {posts: _holding(actor, posts, request) is not None for posts in {row.posts for row in open_rows}}
    return [row.action for row in open_rows if holds[row.posts]]


def batch_actions(actor: Actor, batch: Batch) -> list[str]:
    """Actions that ``actor`` may take now on a batch."""
    open_rows = [row.action for row in BATCH_TRANSITIONS if row.source == batch.state]
    return [action for action in open_rows if can_act_on_batch(actor=actor, batch=batch, action=action)]


def move_request(*, request: ChangeRequest, target: str, actor: Actor, reason: str = "", **fields) -> None:
    """Conditional update on (state, revision, hash) with its history row and notices. Raises WrongState if another act came first.

    ``fields`` are further columns to set in the same statement.
    """
    source = request.state
    # A word of one part of a stage is no new visit: the days of the others run on, and so do their claims.
    if target != source or fields.get("revision", request.revision) != request.revision:
        fields["state_since"] = timezone.now()
    moved = ChangeRequest.objects.filter(
        pk=request.pk, state=request.state, revision=request.revision, proposed_hash=request.proposed_hash
    ).update(state=target, **fields)
    if moved != 1:
        raise WrongState(f"申请 {request.number} 已由他人处理，请刷新后再看")
    request.refresh_from_db()
    # What an earlier act left on the same object would go before the defaults.
    request._change_reason, request._history_user = reason, actor.user
    ChangeRequest.history.bulk_history_create([request], update=True, default_user=actor.user, default_change_reason=reason)
    tell_of_request(request=request, source=source, actor=actor, reason=reason)


def move_batch(*, batch: Batch, target: str, actor: Actor, reason: str = "", **fields) -> None:
    """Conditional update on (state, 送审稿 hash) with its history row. Raises WrongState if another act came first."""
    source = batch.state
    moved = Batch.objects.filter(pk=batch.pk, state=batch.state, submission_hash=batch.submission_hash).update(
        state=target, **fields
    )
    if moved != 1:
        raise WrongState(f"批次“{batch.title}”已由他人处理，请刷新后再看")
    batch.refresh_from_db()
    batch._change_reason, batch._history_user = reason, actor.user
    Batch.history.bulk_history_create([batch], update=True, default_user=actor.user, default_change_reason=reason)
    tell_of_batch(batch=batch, source=source, actor=actor)


def move_task(*, task: DirectiveTask, target: str, actor: Actor, reason: str = "", **fields) -> None:
    """Conditional update on (state, revision) with its history row. Raises WrongState if another act came first."""
    moved = DirectiveTask.objects.filter(pk=task.pk, state=task.state, revision=task.revision).update(
        state=target, revision=task.revision + 1, **fields
    )
    if moved != 1:
        raise WrongState("任务已由他人办理，请刷新后再看")
    task.refresh_from_db()
    task._change_reason = reason
    DirectiveTask.history.bulk_history_create([task], update=True, default_user=actor.user, default_change_reason=reason)


def move_scope(*, scope: CampaignScope, target: str, actor: Actor, reason: str = "", **fields) -> None:
    """As ``move_task``."""
    moved = CampaignScope.objects.filter(pk=scope.pk, state=scope.state, revision=scope.revision).update(
        state=target, revision=scope.revision + 1, **fields
    )
    if moved != 1:
        raise WrongState("任务已由他人办理，请刷新后再看")
    scope.refresh_from_db()
    scope._change_reason = reason
    CampaignScope.history.bulk_history_create([scope], update=True, default_user=actor.user, default_change_reason=reason)
