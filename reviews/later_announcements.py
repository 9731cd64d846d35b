"""Who is told when a suspension, a correction, a reform or a filing moves: whoever's turn it is then, and who asked for it.

Read off the state it moved into, as ``announcements`` does for requests. Nobody is told of what he cannot act on.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from departments.models import Department, Notice, Posting
from departments.notices import Desk, notify, settle
from departments.people import Actor
from departments.posts import Post
from reviews.impartiality import is_impartial
from reviews.later_states import FilingState, MeasureState
from reviews.models import ChangeRequest, Filing, FilingResult, Measure, Reform

_EVENT = Notice.Event


def tell_of_measure(*, measure: Measure, actor: Actor) -> None:
    """司法 has to check a proposal; settled, 审改办 knows, and a department whose item may not be exercised any more."""
    _tell_of_proposal(measure, f"measure:{measure.pk}", Post.LEGALITY, reverse("admin:measure", args=[measure.pk]), actor)
    if measure.state == MeasureState.PUBLISHED and measure.kind == Measure.Kind.SUSPENSION:
        notify(
            event=_EVENT.PUBLISHED,
            to=_people_of(measure.base_version.department),
            title=f"“{measure.name}”已紧急暂停（{measure.notice_no}），恢复或取消须提出申请"[:200],
            detail=measure.reason,
            url=reverse("admin:item_pick"),
            key=f"measure:{measure.pk}:department",
            by=actor,
        )


def tell_of_reform(*, reform: Reform, actor: Actor) -> None:
    """编办 has to check a proposal; carried out, the department that goes on knows what it answers for now."""
    _tell_of_proposal(reform, f"reform:{reform.pk}", Post.COMPLIANCE, reverse("admin:reform", args=[reform.pk]), actor)
    if reform.state == MeasureState.PUBLISHED:
        notify(
            event=_EVENT.PUBLISHED,
            to=_people_of(reform.into or reform.department),
            title=f"机构改革已公布：{reform}（{reform.notice_no}），核对本部门的事项"[:200],
            detail=reform.reason,
            url=reverse("admin:item_pick"),
            key=f"reform:{reform.pk}:department",
            by=actor,
        )


def tell_of_filing(*, filing: Filing, actor: Actor) -> None:
    """司法 of the receiving region registers and examines; 审改办 corrects, and learns the result."""
    url = reverse("admin:edition_filing", args=[filing.edition_id])
    settle(url)
    key = f"filing:{filing.pk}:{filing.round}:{filing.state}"
    receivers, filers = [Desk(Post.LEGALITY, region=filing.receiver)], [Desk(Post.PUBLISHER, region=filing.region)]
    event, to, title = {
        FilingState.FILED: (_EVENT.ASSIGNED, receivers, f"{filing.region}报送的备案“{filing.number}”等待登记"),
        FilingState.REGISTERED: (_EVENT.ASSIGNED, receivers, f"备案“{filing.registered_no}”已登记，等待未参与其合法性审查的人审查"),
        FilingState.CORRECTING: (_EVENT.RETURNED, filers, f"备案“{filing.number}”要求补正"),
        FilingState.ACCEPTED: (_EVENT.DECIDED, filers, f"备案“{filing.number}”准予备案"),
        FilingState.ADVISED: (_EVENT.DECIDED, filers, f"备案“{filing.number}”有审查建议，须更正或者暂停有问题的事项"),
    }[FilingState(filing.state)]
    notify(event=event, to=to, title=title, url=url, key=key, by=actor, but=_unfit(filing))


def tell_of_faults(*, result: FilingResult, actor: Actor) -> None:
    """The departments that a substantive fault opened a draft for."""
    for request in ChangeRequest.objects.filter(filing_faults__result=result).select_related("department").distinct():
        notify(
            event=_EVENT.ASSIGNED,
            to=_people_of(request.department),
            title=f"备案审查建议（{result.number}）：整改申请 {request.number} 等待完善后提交"[:200],
            detail=request.reason,
            url=reverse("admin:request", args=[request.pk]),
            key=f"filing:{result.filing_id}:request:{request.pk}",
            by=actor,
        )


def _tell_of_proposal(row: Measure | Reform, key: str, checker: Post, url: str, actor: Actor) -> None:
    settle(url)
    if row.state == MeasureState.PROPOSED:
        notify(
            event=_EVENT.ASSIGNED,
            to=[Desk(checker, region=row.region)],
            title=f"{row} 等待核对"[:200],
            detail=row.reason,
            url=url,
            key=f"{key}:proposed",
            by=actor,
        )
    elif row.state in (MeasureState.PUBLISHED, MeasureState.DECLINED):
        published = row.state == MeasureState.PUBLISHED
        told = "已核对并公布，按期报送备案" if published else f"未获同意：{row.opinion}"
        notify(
            event=_EVENT.ASSIGNED if published else _EVENT.DECIDED,
            to=[Desk(Post.PUBLISHER, region=row.region)],
            title=f"{row} {told}"[:200],
            url=reverse("admin:edition_filing", args=[row.edition_id]) if published else url,
            key=f"{key}:{row.state}",
            by=actor,
        )


def _people_of(department: Department) -> Iterable[Desk]:
    return [Desk(post, department=department) for post in (Post.CLERK, Post.HEAD)]


def _unfit(filing: Filing) -> set[int]:
    """Of those who would examine it, the keys of the people who had a hand in what it carries."""
    if filing.state != FilingState.REGISTERED:
        return set()
    holders = Posting.objects.held().filter(post=Post.LEGALITY, region=filing.receiver).select_related("user")
    return {posting.user_id for posting in holders if not is_impartial(posting.user, filing)}
