"""委托代办: the holder of a post lets another person act as it for some time. The deputy's posting is one like any other, with its own
end and bound to the posting it stands for: with that one it ends, whatever its own day.

Rights come from the posting; independence is a matter of persons, so a deputy never reviews what he wrote himself, nor two stages.

Rules: D11 who, D12 which posts, D13 the time, D14 one deputy at a time; and those of every posting (P01 三员, P03 a post held twice).
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from departments.acting import act
from departments.models import Notice, Posting, User
from departments.notices import notify
from departments.people import Actor
from departments.posts import ADMINISTRATORS, Post
from departments.staffing import posting_faults
from departments.trail import fingerprint, keep
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState

LONGEST = datetime.timedelta(days=92)


@act("name_deputy")
def name_deputy(
    *, actor: Actor, posting: Posting, deputy: User, from_on: datetime.date, to_on: datetime.date, reason: str = ""
) -> Posting:
    """Let ``deputy`` act as ``posting`` from a day up to (not with) another. By its holder, or 系统管理员 for him."""
    posting = _locked(posting)
    right = _right_over(actor, posting)
    deputy = User.objects.select_for_update().get(pk=deputy.pk)
    found = _faults(posting, deputy, from_on, to_on)
    if not found:
        found = posting_faults(
            actor=None,
            user=deputy,
            post=posting.post,
            region=posting.region,
            department=posting.department,
            from_on=from_on,
            to_on=to_on,
        )
    if found:
        raise RuleBroken(*found)
    made = Posting(
        user=deputy,
        post=posting.post,
        region=posting.region,
        department=posting.department,
        from_on=from_on,
        to_on=to_on,
        deputy_of=posting,
    )
    keep(made, actor=actor, reason=f"委托代办：{reason.strip()}"[:500])
    notify(
        event=Notice.Event.ASSIGNED,
        to=[made],
        title=f"您受{posting.user}委托，自 {from_on} 起至 {to_on} 前代办“{posting}”",
        detail=reason.strip(),
        key=f"deputy:{made.pk}",
        by=actor,
    )
    actor.record(
        act="name_deputy",
        post=right.post,
        obj=made,
        after_hash=fingerprint(made),
        detail=f"{deputy.name}（{deputy.username}）受{posting.user.name}（{posting.user.username}）委托任{posting}，自 {from_on} 起至 {to_on} 前",
    )
    return made


@act("end_deputy")
def end_deputy(*, actor: Actor, posting: Posting) -> Posting:
    """The deputy acts no longer, from now on. By who let him, by himself, or by 系统管理员."""
    posting = _locked(posting)
    if posting.deputy_of is None:
        raise WrongState("这不是委托代办的任职")
    own = actor.user.pk == posting.user_id and posting
    right = own or _right_over(actor, posting.deputy_of)
    today = timezone.localdate()
    if posting.to_on <= today:
        raise WrongState(f"此项委托已于 {posting.to_on} 结束")
    before = fingerprint(posting)
    posting.to_on = max(today, posting.from_on)
    keep(posting, actor=actor, reason="结束委托")
    actor.record(
        act="end_deputy",
        post=right.post,
        obj=posting,
        before_hash=before,
        after_hash=fingerprint(posting),
        detail=f"{posting.user.name}（{posting.user.username}）不再受{posting.deputy_of.user.name}委托任{posting}",
    )
    return posting


def candidates_for(posting: Posting):
    """Accounts in use that the holder may choose from: who holds a post today in the posting's region or one of its departments."""
    region = posting.region_id or posting.department.region_id
    today = timezone.localdate()
    there = Posting.objects.held(today).exclude(post__in=ADMINISTRATORS)
    there = there.filter(region=region) | there.filter(department__region=region)
    return User.objects.in_use(today).filter(pk__in=there.values("user")).exclude(pk=posting.user_id).order_by("name", "username")


def _faults(posting: Posting, deputy: User, from_on: datetime.date, to_on: datetime.date) -> list[Violation]:
    today, found = timezone.localdate(), []
    if deputy.pk == posting.user_id:
        found.append(Violation("D11", "不能委托本人", "代办人"))
    if posting.post in ADMINISTRATORS:
        found.append(Violation("D12", f"{Post(posting.post).label}不能委托他人代办", "岗位"))
    if posting.deputy_of_id is not None:
        found.append(Violation("D12", "代办的岗位不能再委托他人", "岗位"))
    if from_on < today:
        found.append(Violation("D13", "不能早于今天", "开始日期"))
    if to_on <= from_on:
        found.append(Violation("D13", "须晚于开始日期", "结束日期"))
    elif to_on - from_on > LONGEST:
        found.append(Violation("D13", f"一次委托不超过 {LONGEST.days} 天，到期可以再委托", "结束日期"))
    if posting.to_on is not None and posting.to_on < to_on:
        found.append(Violation("D13", f"本人任此岗位到 {posting.to_on} 为止", "结束日期"))
    for other in posting.deputies.filter(to_on__gt=from_on, from_on__lt=to_on).select_related("user"):
        found.append(Violation("D14", f"{other.from_on} 至 {other.to_on} 已委托{other.user}", "开始日期"))
    return found


def _right_over(actor: Actor, posting: Posting) -> Posting:
    """The posting that gives the right: the very one, if it is the actor's own and held today, or that of 系统管理员."""
    if actor.user.pk == posting.user_id and actor.user.is_active and Posting.objects.held().filter(pk=posting.pk).exists():
        return posting
    admin = actor.holding(Post.SYSTEM_ADMIN)
    if admin is None:
        raise NotAllowed("只能委托他人代办自己的岗位；系统管理员可以代为办理")
    return admin


def _locked(posting: Posting) -> Posting:
    rows = Posting.objects.select_for_update(of=("self",))
    return rows.select_related("user", "department__region", "region", "deputy_of__user").get(pk=posting.pk)
