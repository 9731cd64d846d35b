"""Acts on people: accounts made and ended, posts granted and ended. 系统管理员 does them; nothing is ever deleted.

Rules: P01 三员, P02 the place of a post, P03 a post held twice, P04 no post for oneself, P05 the last 系统管理员, P06 dates,
P07 hand-over, A01 log-in name, A02 name.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from departments.acting import act
from departments.models import Department, Posting, Region, User
from departments.passwords import PreparedPassword
from departments.people import Actor
from departments.posts import ADMINISTRATORS, DEPARTMENT_POSTS, REGION_POSTS, Post
from departments.signing_in import give_one_time_password
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState

REQUIRED_BY = Post.SYSTEM_ADMIN


@act("create_account")
def create_account(*, actor: Actor, username: str, name: str, password: PreparedPassword, phone: str = "") -> User:
    """An account with a one-time password (``PreparedPassword.make()``), which must be changed at the first log-in."""
    posting = actor.must_hold(REQUIRED_BY)
    found = account_faults(username=username, name=name)
    if found:
        raise RuleBroken(*found)
    username = User.normalize_username(username)
    user = User(username=username, name=name, phone=phone, password=password.encoded, password_changed_at=timezone.now())
    user.save()
    actor.record(act="create_account", post=posting.post, obj=user, after_hash=fingerprint(user), detail=f"{name}（{username}）")
    return user


def account_faults(*, username: str, name: str) -> list[Violation]:
    """Everything that keeps an account from being made, as numbered violations."""
    found = []
    if not username:
        found.append(Violation("A01", "未填写", "登录名"))
    elif len(username) > 60:
        found.append(Violation("A01", "超过 60 字", "登录名"))
    elif taken := User.objects.filter(username=User.normalize_username(username)).first():
        found.append(Violation("A01", f"“{username}”已由{taken.name}使用", "登录名"))
    if not name:
        found.append(Violation("A02", "未填写", "姓名"))
    elif len(name) > 60:
        found.append(Violation("A02", "超过 60 字", "姓名"))
    return found


@act("grant_posting")
def grant_posting(
    *,
    actor: Actor,
    user: User,
    post: Post | str,
    region: Region | None = None,
    department: Department | None = None,
    from_on: datetime.date | None = None,
    to_on: datetime.date | None = None,
) -> Posting:
    """A post from ``from_on`` (today) to ``to_on`` (open). A department post names a department, a region post a region, 三员 neither."""
    held = actor.must_hold(REQUIRED_BY)
    user = _locked(user)
    from_on = from_on or timezone.localdate()
    found = posting_faults(actor=actor, user=user, post=post, region=region, department=department, from_on=from_on, to_on=to_on)
    if found:
        raise RuleBroken(*found)
    posting = Posting(user=user, post=post, region=region, department=department, from_on=from_on, to_on=to_on)
    keep(posting, actor=actor, reason="任职")
    actor.record(
        act="grant_posting",
        post=held.post,
        obj=posting,
        after_hash=fingerprint(posting),
        detail=f"{user.name}（{user.username}）任{posting}，自 {from_on} 起",
    )
    return posting


def posting_faults(
    *,
    actor: Actor | None,
    user: User,
    post: Post | str,
    region: Region | None,
    department: Department | None,
    from_on: datetime.date,
    to_on: datetime.date | None = None,
) -> list[Violation]:
    """Everything that keeps the post from being granted, as numbered violations. ``actor``: None where he does not grant it to anyone of his choice (a deputy)."""
    found = _place_faults(post, region, department, from_on)
    if to_on is not None and to_on <= from_on:
        found.append(Violation("P06", "须晚于任职起始日期", "任职至"))
    if actor is not None and actor.user.pk == user.pk:
        found.append(Violation("P04", "不能给自己任职，请由另一位系统管理员办理", "账号"))
    if user.ends_on is not None and user.ends_on <= from_on:
        found.append(Violation("P06", f"账号已于 {user.ends_on} 停用", "账号"))
    others = user.postings.lasting_beyond(from_on).select_related("department", "region")
    if to_on is not None:
        others = others.filter(from_on__lt=to_on)
    for other in others:
        if (other.post, other.region, other.department) == (post, region, department):
            found.append(Violation("P03", f"自 {other.from_on} 起已任此岗位", "岗位"))
        elif must_stay_apart(post, other.post):
            found.append(Violation("P01", apart_sentence(str(other), post), "岗位"))
    return found


def must_stay_apart(one: Post | str, other: Post | str) -> bool:
    """三员: two administrators, or an administrator and any other post, are never held by one account."""
    return one in ADMINISTRATORS or other in ADMINISTRATORS


def apart_sentence(held: str, post: Post | str) -> str:
    return f"已任{held}，不能再任{Post(post).label}：三员之间、三员与业务岗位之间不得兼任"


def _place_faults(
    post: Post | str, region: Region | None, department: Department | None, from_on: datetime.date
) -> list[Violation]:
    label = Post(post).label
    if post in DEPARTMENT_POSTS:
        if department is None or region is not None:
            return [Violation("P02", f"{label}须在一个部门任职", "部门")]
        if department.abolished_on and department.abolished_on <= from_on:
            return [Violation("P02", f"“{department}”已于 {department.abolished_on} 撤销", "部门")]
    elif post in REGION_POSTS and (region is None or department is not None):
        return [Violation("P02", f"{label}须在一个行政区划任职", "行政区划")]
    elif post in ADMINISTRATORS and (region is not None or department is not None):
        return [Violation("P02", f"{label}面向全系统，不填行政区划和部门", "岗位")]
    return []


@act("end_posting")
def end_posting(*, actor: Actor, posting: Posting, on: datetime.date) -> Posting:
    """The post is no longer held from ``on`` (today or later)."""
    held = actor.must_hold(REQUIRED_BY)
    posting = Posting.objects.select_for_update(of=("self",)).select_related("user", "department", "region").get(pk=posting.pk)
    if posting.to_on is not None:
        raise WrongState(f"此任职已于 {posting.to_on} 终止")
    _must_not_be_past(on)
    if posting.post == Post.SYSTEM_ADMIN:
        _must_leave_a_system_admin(posting)
    before = fingerprint(posting)
    posting.to_on = max(on, posting.from_on)
    keep(posting, actor=actor, reason="终止任职")
    actor.record(
        act="end_posting",
        post=held.post,
        obj=posting,
        before_hash=before,
        after_hash=fingerprint(posting),
        detail=f"{posting.user.name}（{posting.user.username}）不再任{posting}，自 {posting.to_on} 起",
    )
    return posting


@act("end_account")
def end_account(*, actor: Actor, user: User, on: datetime.date, successor: User | None = None) -> User:
    """A leaver: from ``on`` the account lets nobody in and holds no post; open work is shown to ``successor``.

    ``successor`` is an active colleague with a post in every department in which the leaver holds one.
    """
    held = actor.must_hold(REQUIRED_BY)
    user = _locked(user)
    if user.ends_on is not None:
        raise WrongState(f"账号已定于 {user.ends_on} 停用")
    _must_not_be_past(on)
    if successor is not None:
        _must_be_able_to_take_over(user, successor, on)
    before = fingerprint(user)
    user.ends_on, user.handed_over_to = on, successor
    user.save(update_fields=["ends_on", "handed_over_to"])
    for posting in user.postings.lasting_beyond(on):
        if posting.post == Post.SYSTEM_ADMIN:
            _must_leave_a_system_admin(posting)
        posting.to_on = max(on, posting.from_on)
        keep(posting, actor=actor, reason="账号停用")
    to = f"，工作交接给 {successor.name}（{successor.username}）" if successor else ""
    actor.record(
        act="end_account",
        post=held.post,
        obj=user,
        before_hash=before,
        after_hash=fingerprint(user),
        detail=f"{user.name}（{user.username}）自 {on} 起停用{to}",
    )
    return user


@act("resume_account")
def resume_account(*, actor: Actor, user: User) -> tuple[User, str]:
    """A person comes back: the account is open again with a new one-time password; posts are granted anew."""
    held = actor.must_hold(REQUIRED_BY)
    user = _locked(user)
    if user.ends_on is None:
        raise WrongState("账号没有停用")
    before = fingerprint(user)
    user.ends_on, user.handed_over_to = None, None
    user.save(update_fields=["ends_on", "handed_over_to"])
    password = give_one_time_password(user)
    actor.record(
        act="resume_account",
        post=held.post,
        obj=user,
        before_hash=before,
        after_hash=fingerprint(user),
        detail=f"{user.name}（{user.username}）恢复使用",
    )
    return user, password


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _must_not_be_past(on: datetime.date) -> None:
    if on < timezone.localdate():
        raise RuleBroken(Violation("P06", "不能早于今天", "日期"))


def _must_leave_a_system_admin(going: Posting) -> None:
    """Someone else must be left to make accounts. All such rows are locked, so that two cannot end each other at once."""
    posts = Posting.objects.select_for_update(of=("self",)).filter(post=Post.SYSTEM_ADMIN).order_by("pk").select_related("user")
    if not any(other.to_on is None and other.user.ends_on is None for other in posts if other.pk != going.pk):
        raise RuleBroken(Violation("P05", "这是最后一位系统管理员，请先让另一位任职", "岗位"))


def _must_be_able_to_take_over(user: User, successor: User, on: datetime.date) -> None:
    if successor.pk == user.pk:
        raise RuleBroken(Violation("P07", "不能交接给自己", "接手人"))
    if successor.ends_on is not None:
        raise RuleBroken(Violation("P07", f"{successor.name}的账号已定于 {successor.ends_on} 停用", "接手人"))
    theirs = set(successor.postings.lasting_beyond(on).values_list("department_id", flat=True))
    left = user.postings.held().filter(department__isnull=False).exclude(department_id__in=theirs).select_related("department")
    missing = sorted({str(posting.department) for posting in left})
    if missing:
        raise RuleBroken(Violation("P07", f"{successor.name}没有在{'、'.join(missing)}任职，不能接手", "接手人"))
