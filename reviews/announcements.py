"""Who is told when a request or a batch moves: read off the state it moved into, so that every act that moves one tells the same people.

Nobody is told of what he cannot act on or did not ask for: reviewers whose part is still missing and who are independent, the department
whose request came back or is over, 审改办 and 政府办 when it is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from departments.models import Notice
from departments.notices import Desk, notify, settle
from departments.people import Actor
from departments.posts import Post
from reviews.models import Batch, ChangeRequest, RouteRule
from reviews.route import STAGE_OF_STATE, missing_parts, spoken_elsewhere
from reviews.states import BatchState, RequestState

_EVENT = Notice.Event
# State entered → what the department is told of it.
_TO_DEPARTMENT = {
    RequestState.RETURNED: (_EVENT.RETURNED, "申请 {number} 已退回补正"),
    RequestState.AWAITING: (_EVENT.DECIDED, "申请 {number} 已通过审查，等待汇总"),
    RequestState.REFUSED: (_EVENT.DECIDED, "申请 {number} 不予通过"),
    RequestState.APPROVED: (_EVENT.DECIDED, "申请 {number} 已由常务会审议通过，等待公布"),
    RequestState.PUBLISHED: (_EVENT.PUBLISHED, "申请 {number} 已公布"),
}
# State entered → whose batch it is now, and what is to be done.
_BATCH_TURN = {
    BatchState.FROZEN: ((Post.COUNCIL,), "批次“{title}”送审稿已定，等待记录审议结果"),
    BatchState.RECORDED: ((Post.COUNCIL, Post.PUBLISHER), "批次“{title}”审议结果已按会议纪要登记，等待另一人核对"),
    BatchState.AMENDING: ((Post.PUBLISHER, Post.LEGALITY), "批次“{title}”原则通过，等待录入修改并由审改办、司法分别核对"),
    BatchState.DECIDED: ((Post.PUBLISHER,), "批次“{title}”已审议通过，等待公布"),
}
_SENT_BACK = ((Post.PUBLISHER,), "批次“{title}”的审议结果登记与会议纪要不符，已退回重新登记")
# The same of a batch that goes to no meeting: 审改办 settles it itself.
_SHORT_TURN = {BatchState.FROZEN: ((Post.PUBLISHER,), "批次“{title}”公布稿已定，按规定不经常务会审议，等待定稿公布")}


def tell_of_request(*, request: ChangeRequest, source: str, actor: Actor, reason: str) -> None:
    """What moving ``request`` from the state ``source`` into its present one makes known; nothing if it only stayed."""
    if request.state == source:
        return
    about = {**about_request(request), "by": actor}
    settle(about["url"])
    if request.state in STAGE_OF_STATE:
        notify(
            event=_EVENT.ASSIGNED,
            to=desks_waiting(request, missing_parts(request)),
            title=f"{request.department}的申请 {request.number} 等待{request.get_state_display()}",
            detail=request.reason,
            but=not_independent(request),
            **about,
        )
    elif request.state == RequestState.AWAITING:
        notify(
            event=_EVENT.ASSIGNED,
            to=desks_waiting(request),
            title=f"{request.department}的申请 {request.number} 等待汇总",
            **about,
        )
    if request.state in _TO_DEPARTMENT:
        event, title = _TO_DEPARTMENT[request.state]
        if request.state == RequestState.APPROVED and request.batch.without_meeting:
            title = "申请 {number} 按规定不经常务会审议，等待公布"
        notify(
            event=event,
            to=desks_of(request),
            title=title.format(number=request.number),
            detail=reason,
            **{**about, "key": f"{about['key']}:department"},
        )


def tell_of_batch(*, batch: Batch, source: str, actor: Actor) -> None:
    """Whose turn a batch is after it moved."""
    if batch.state != source:
        settle(reverse("admin:batch", args=[batch.pk]))
    turns = _SHORT_TURN if batch.without_meeting else _BATCH_TURN
    if batch.state == source or batch.state not in turns:
        return
    back = source == BatchState.RECORDED and batch.state == BatchState.FROZEN
    posts, title = _SENT_BACK if back else turns[batch.state]
    # A batch may come into a state more than once: each time is told.
    moved = batch.history.order_by("-history_id").values_list("history_id", flat=True).first()
    notify(
        event=_EVENT.RETURNED if back else _EVENT.ASSIGNED,
        to=[Desk(post, region=batch.region) for post in posts],
        title=title.format(title=batch.title),
        url=reverse("admin:batch", args=[batch.pk]),
        key=f"batch:{batch.pk}:{batch.state}:{moved}",
        by=actor,
    )


def about_request(request: ChangeRequest) -> dict[str, str]:
    """Address and key of what is told of a request in its present visit to its present state."""
    return {
        "url": reverse("admin:request", args=[request.pk]),
        "key": f"request:{request.pk}:{request.state}:{request.state_since.isoformat()}",
    }


def desks_waiting(request: ChangeRequest, missing: Iterable[RouteRule] = ()) -> list[Desk]:
    """Who can act on a request now. ``missing``: parts of its stage that have not spoken."""
    if request.state in STAGE_OF_STATE:
        return [Desk(rule.post, region=request.region) for rule in missing]
    if request.state in (RequestState.AWAITING, RequestState.BATCHED, RequestState.APPROVED):
        return [Desk(Post.PUBLISHER, region=request.region)]
    return desks_of(request) if request.state in (RequestState.DRAFT, RequestState.RETURNED) else []


def desks_of(request: ChangeRequest) -> list[Desk]:
    """The department's own people."""
    return [Desk(post, department=request.department) for post in (Post.CLERK, Post.HEAD)]


def not_independent(request: ChangeRequest) -> set[int]:
    """People who may not speak in the present stage, whatever their posts: author, submitter, who spoke in another stage."""
    others = spoken_elsewhere(request, STAGE_OF_STATE.get(request.state, ""))
    return {request.created_by_id, request.submitted_by_id, *others} - {None}
