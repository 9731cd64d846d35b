"""The first three accounts of an installation: 系统管理员, 安全管理员, 审计管理员. Before them nobody is there to act."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from departments.models import Posting, User
from departments.passwords import one_time_password
from departments.posts import Post
from departments.trail import fingerprint, keep
from qingdan.errors import WrongState
from qingdan.ledger import audit

FIRST = (("sysadmin", Post.SYSTEM_ADMIN), ("secadmin", Post.SECURITY_ADMIN), ("auditadmin", Post.AUDIT_ADMIN))


@transaction.atomic
def create_first_admins() -> list[tuple[User, Post, str]]:
    """The three accounts with their posts and one-time passwords. Raises WrongState once any account exists."""
    if User.objects.exists():
        raise WrongState("系统中已有账号，首批管理员只能在空库中建立一次")
    made = []
    for username, post in FIRST:
        password = one_time_password()
        user = User.objects.create_user(username, post.label, password, password_changed_at=timezone.now())
        posting = Posting(user=user, post=post)
        keep(posting, reason="首批管理员")
        audit.record(
            actor_id="-",
            actor_name="首次安装",
            act="create_first_admins",
            obj=user,
            after_hash=fingerprint(posting),
            detail=f"{post.label}（{username}）",
        )
        made.append((user, post, password))
    return made
