"""The demo's people: one account per post in each region, made by the acts on people as in any installation.

Their password is known (``PASSWORD``), so the demo is refused where ``MODE`` is production.
"""

from __future__ import annotations

import datetime

from django.conf import settings
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

PASSWORD = "Yanshi-2016-2019"  # noqa: S105 - printed by the command; the demo is refused in production
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
COUNTIES: tuple[dict[Post, tuple[str, str]], ...] = (
    {
        Post.CLERK: ("xian1-jingban", "沈秋洁"),
        Post.HEAD: ("xian1-fuzeren", "韩长山"),
        Post.COMPLIANCE: ("xian1-bianban", "杨一帆"),
        Post.SERVICE: ("xian1-zhengwu", "朱新颖"),
        Post.LEGALITY: ("xian1-sifa", "秦守正"),
        Post.COUNCIL: ("xian1-zhengfuban", "尤国良"),
        Post.PUBLISHER: ("xian1-shengaiban", "许诺"),
    },
    {
        Post.CLERK: ("xian2-jingban", "何春田"),
        Post.HEAD: ("xian2-fuzeren", "吕定安"),
        Post.COMPLIANCE: ("xian2-bianban", "施展鸿"),
        Post.SERVICE: ("xian2-zhengwu", "张弛"),
        Post.LEGALITY: ("xian2-sifa", "孔令明"),
        Post.COUNCIL: ("xian2-zhengfuban", "曹敬慎"),
        Post.PUBLISHER: ("xian2-shengaiban", "魏来公"),
    },
)


def people_of(region: str) -> dict[Post, tuple[str, str]]:
    """post → (log-in name, name) of the home region or one of the demo's counties."""
    return HOME if region == settings.HOME_REGION else COUNTIES[county_codes().index(region)]


def county_codes() -> tuple[str, ...]:
    """The two counties of the home region that the demo uses: Xiangcheng and Zaoyang at home in Xiangyang, else the first two."""
    if settings.HOME_REGION == "420600":
        return ("420602", "420683")
    children = Region.objects.filter(parent__code=settings.HOME_REGION).order_by("code")
    return tuple(children.values_list("code", flat=True)[: len(COUNTIES)])


def actor(post: Post, region: str = "") -> Actor:
    """Whoever holds ``post`` in ``region`` (the home region if not given)."""
    return Actor(User.objects.get(username=people_of(region or settings.HOME_REGION)[post][0]))


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


def appoint(*, admin: Actor, region: Region, department: Department) -> None:
    """Everybody of ``region`` with his post; department posts are held in ``department``. The three administrators come with the home region."""
    people = people_of(region.code)
    for post, (username, name) in people.items():
        if post == Post.SYSTEM_ADMIN:
            continue
        user = _make_account(admin, username, name)
        in_department, everywhere = post in DEPARTMENT_POSTS, post in ADMINISTRATORS
        grant_posting(
            actor=admin,
            user=user,
            post=post,
            region=None if in_department or everywhere else region,
            department=department if in_department else None,
            from_on=IN_POST_SINCE,
        )


@transaction.atomic
def _make_account(admin: Actor, username: str, name: str) -> User:
    """``create_account`` with the known password, which is hashed once for all of them: a slow hash each would take a minute."""
    if found := account_faults(username=username, name=name):
        raise RuleBroken(*found)
    user = _account(username, name, admin.user.password)
    admin.record(
        act="create_account", post=Post.SYSTEM_ADMIN, obj=user, after_hash=fingerprint(user), detail=f"{name}（{username}）"
    )
    return user


def _account(username: str, name: str, encoded: str) -> User:
    return User.objects.create(
        username=username, name=name, password=encoded, must_change_password=False, password_changed_at=timezone.now()
    )


def accounts_of(region: str) -> dict[str, dict[str, str]]:
    """post → {username, password, name} of a region; the password is empty once its owner has changed it."""
    people = people_of(region)
    encoded = dict(
        User.objects.filter(username__in=[username for username, _ in people.values()]).values_list("username", "password")
    )
    known = {each for each in set(encoded.values()) if check_password(PASSWORD, each)}
    return {
        str(post): {"username": username, "password": PASSWORD if encoded[username] in known else "", "name": name}
        for post, (username, name) in people.items()
    }
