"""催办: an act with its record. Twice without an answer, it shows to the head of the department and to the 编办."""

from __future__ import annotations

import datetime

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from departments.acting import act
from departments.models import Notice
from departments.notices import Desk, notify
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.models import CampaignScope, ChangeRequest, DirectiveTask, Urge
from reviews.states import RequestState, ScopeState

POSTS = (Post.COMPLIANCE, Post.PUBLISHER)
TEXT_LIMIT = 2_000
# From this many unanswered ones on, the office's leader sees it.
RAISED = 2
Subject = DirectiveTask | CampaignScope | ChangeRequest


@act("urge")
def urge(*, actor: Actor, subject: Subject, text: str, due_on: datetime.date) -> Urge:
    """Urge the department to answer a task, to report on a campaign, or to correct and hand in a returned request.

    Raises NotAllowed, WrongState where nothing is awaited of the department, RuleBroken G01 (text), G02 (date).
    """
    if not type(subject).objects.visible_to(actor.user).filter(pk=subject.pk).exists():
        raise NotAllowed("没有这件事", stranger=True)
    posting = actor.must_hold(POSTS, region=subject.region)
    type(subject).objects.select_for_update().get(pk=subject.pk)
    subject.refresh_from_db()
    if not is_awaited(subject):
        raise WrongState("部门已经答复，不需要催办；请刷新后再看")
    broken = []
    if not text.strip():
        broken.append(Violation("G01", "写明催办内容", "催办内容"))
    elif len(text) > TEXT_LIMIT:
        broken.append(Violation("G01", f"超过 {TEXT_LIMIT} 字", "催办内容"))
    if due_on < timezone.localdate():
        broken.append(Violation("G02", f"{due_on} 已过", "限期"))
    if broken:
        raise RuleBroken(*broken)
    made = Urge.objects.create(
        region=subject.region,
        department=subject.department,
        **{_link(subject): subject},
        number=subject.urges.count() + 1,
        matter=matter_of(subject)[:500],
        text=text.strip(),
        due_on=due_on,
        person=actor.user,
        post=posting.post,
    )
    _tell(actor, made)
    actor.record(act="urge", post=posting.post, obj=made, detail=f"{made} {made.matter}")
    return made


def is_awaited(subject: Subject) -> bool:
    """Whether something is still awaited of the department."""
    if isinstance(subject, DirectiveTask):
        return subject.is_unanswered
    if isinstance(subject, CampaignScope):
        return subject.state == ScopeState.OPEN and subject.campaign.is_open
    return subject.state == RequestState.RETURNED


def matter_of(subject: Subject) -> str:
    """What it is about, in one line."""
    if isinstance(subject, DirectiveTask):
        line = f"第{subject.line.position}项（{subject.line.get_kind_display()}）{subject.line.text}" if subject.line_id else "全文"
        return f"答复{subject.directive.issuer}{subject.directive.number}{line}"
    if isinstance(subject, CampaignScope):
        return f"报告“{subject.campaign}”（{subject.campaign.number}）"
    return f"补正调整申请 {subject.number}：{subject.reason.splitlines()[0] if subject.reason else ''}"


def raised_tasks() -> QuerySet[DirectiveTask]:
    """Tasks urged twice and still unanswered."""
    return DirectiveTask.objects.unanswered().annotate(times=Count("urges")).filter(times__gte=RAISED)


def raised_scopes() -> QuerySet[CampaignScope]:
    """Parts of campaigns urged twice and still not reported."""
    return CampaignScope.objects.unreported().annotate(times=Count("urges")).filter(times__gte=RAISED)


def raised_requests() -> QuerySet[ChangeRequest]:
    """Returned requests urged twice since they came back."""
    since = Count("urges", filter=Q(urges__at__gte=F("state_since")))
    return ChangeRequest.objects.filter(state=RequestState.RETURNED).annotate(times=since).filter(times__gte=RAISED)


def _link(subject: Subject) -> str:
    return {DirectiveTask: "task", CampaignScope: "scope", ChangeRequest: "request"}[type(subject)]


def _tell(actor: Actor, made: Urge) -> None:
    desks = [Desk(post, department=made.department) for post in (Post.CLERK, Post.HEAD)]
    if made.number >= RAISED:
        desks.append(Desk(Post.COMPLIANCE, region=made.department.region))
    notify(
        event=Notice.Event.URGED,
        to=desks,
        title=f"第{made.number}次催办：{made.matter}"[:200],
        detail=f"{made.due_on} 前办理。{made.text}",
        url=reverse("admin:urge", args=[made.pk]),
        key=f"urge:{made.pk}",
        by=actor,
    )
