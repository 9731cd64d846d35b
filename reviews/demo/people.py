"""The demo's people: one account per post in each region, made by the acts on people as in any installation.

Their password is known (``PASSWORD``), so the demo is refused where ``MODE`` is production.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from departments.models import Department, Posting, Region, User
from departments.people import Actor
from departments.posts import ADMINISTRATORS, DEPARTMENT_POSTS, Post
from departments.staffing import account_faults, grant_posting
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken
from qingdan.ledger import audit

PASSWORD = "Yanshi-2016-2019"  # noqa: S105 (of the local demo alone)
IN_POST_SINCE = datetime.date(2016, 1, 4)

# post → (log-in name, name); the log-in names of counties get a prefix.
HOME: dict[Post, tuple[str, str]] = {
    Post.CLERK: ("jingban", "李文静"),
    Post.HEAD: ("fuzeren", "王建国"),
    Post.COMPLIANCE: ("bianban", "陈立新"),
    Post.SERVICE: ("zhengwu", "周晓婷"),
    Post.LEGALITY: ("sifa", "吴明法"),
    Post.COUNCIL: ("zhengfuban", "郑光远"),
    Post.PUBLISHER: ("shengaiban", "冯志公"),
    Post.FUND_CLERK: ("caiwu", "卫海芳"),
    Post.FUND_CHECKER: ("caiwufuhe", "蒋平安"),
    Post.AUDITOR: ("shenji", "褚明月"),
    Post.SYSTEM_ADMIN: ("xitong", "严守格"),
    Post.SECURITY_ADMIN: ("anquan", "华永安"),
    Post.AUDIT_ADMIN: ("shenjiguanli", "金如鉴"),
}
COUNTIES: dict[str, dict[Post, tuple[str, str]]] = {
    "420602": {
        Post.CLERK: ("xc-jingban", "沈秋洁"),
        Post.HEAD: ("xc-fuzeren", "韩长山"),
        Post.COMPLIANCE: ("xc-bianban", "杨一帆"),
        Post.SERVICE: ("xc-zhengwu", "朱新颖"),
        Post.LEGALITY: ("xc-sifa", "秦守正"),
        Post.COUNCIL: ("xc-zhengfuban", "尤国良"),
        Post.PUBLISHER: ("xc-shengaiban", "许诺"),
    },
    "420683": {
        Post.CLERK: ("zy-jingban", "何春田"),
        Post.HEAD: ("zy-fuzeren", "吕定安"),
        Post.COMPLIANCE: ("zy-bianban", "施展鸿"),
        Post.SERVICE: ("zy-zhengwu", "张弛"),
        Post.LEGALITY: ("zy-sifa", "孔令明"),
        Post.COUNCIL: ("zy-zhengfuban", "曹敬慎"),
        Post.PUBLISHER: ("zy-shengaiban", "魏来公"),
    },
}


@dataclass(frozen=True)
class Cast:
    """Who acts in the demo: ``cast(Post.CLERK)`` in the home region, ``cast(Post.CLERK, "420602")`` in a county."""

    home: str

    def __call__(self, post: Post, region: str = "") -> Actor:
        people = COUNTIES[region] if region and region != self.home else HOME
        return Actor(User.objects.get(username=people[post][0]))


@transaction.atomic
def make_first_administrator() -> Actor:
    """The system administrator, made before anybody is there to act, as ``create_first_admins`` does it."""
    username, name = HOME[Post.SYSTEM_ADMIN]
    user = _account(username, name, make_password(PASSWORD))
    posting = Posting(user=user, post=Post.SYSTEM_ADMIN, from_on=IN_POST_SINCE)
    keep(posting, reason="演示数据")
    audit.record(
        actor_id="-", actor_name="演示数据", act="create_first_admins", obj=user, after_hash=fingerprint(posting), detail=username
    )
    return Actor(user)


def appoint(*, actor: Actor, region: Region, department: Department) -> None:
    """Everybody of ``region`` with his post; department posts are held in ``department``. The three administrators come with the home region."""
    people = COUNTIES.get(region.code, HOME)
    for post, (username, name) in people.items():
        if post == Post.SYSTEM_ADMIN:
            continue
        user = _make_account(actor, username, name)
        in_department, everywhere = post in DEPARTMENT_POSTS, post in ADMINISTRATORS
        grant_posting(
            actor=actor,
            user=user,
            post=post,
            region=None if in_department or everywhere else region,
            department=department if in_department else None,
            from_on=IN_POST_SINCE,
        )


@transaction.atomic
def _make_account(actor: Actor, username: str, name: str) -> User:
    """``create_account`` with the known password, which is hashed once for all of them: a slow hash each would take a minute."""
    if found := account_faults(username=username, name=name):
        raise RuleBroken(*found)
    user = _account(username, name, actor.user.password)
    actor.record(
        act="create_account", post=Post.SYSTEM_ADMIN, obj=user, after_hash=fingerprint(user), detail=f"{name}（{username}）"
    )
    return user


def _account(username: str, name: str, encoded: str) -> User:
    return User.objects.create(
        username=username, name=name, password=encoded, must_change_password=False, password_changed_at=timezone.now()
    )


def accounts_of(region: str) -> dict[str, dict[str, str]]:
    """post → {username, password, name} of a region; the password is empty once its owner has changed it."""
    people = COUNTIES.get(region, HOME)
    encoded = dict(
        User.objects.filter(username__in=[username for username, _ in people.values()]).values_list("username", "password")
    )
    known = {each for each in set(encoded.values()) if check_password(PASSWORD, each)}
    return {
        str(post): {"username": username, "password": PASSWORD if encoded[username] in known else "", "name": name}
        for post, (username, name) in people.items()
    }
