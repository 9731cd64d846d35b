"""Acts on passwords: changed by the person, given anew by 系统管理员 without e-mail, unlocked after too many failures.

Rules: A03 the present password, A04 the new password.
"""

from __future__ import annotations

from axes.utils import reset as reset_failures
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from departments.acting import act
from departments.models import FormerPassword, User
from departments.passwords import one_time_password
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState


@act("change_password")
def change_password(*, actor: Actor, present: str, new: str) -> User:
    """The person's own new password. Raises RuleBroken with every rule that it breaks; other sessions of the account end."""
    user = User.objects.select_for_update().get(pk=actor.user.pk)
    if not user.check_password(present):
        raise RuleBroken(Violation("A03", "不对", "原密码"))
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise RuleBroken(*(Violation("A04", message, "新密码") for message in error.messages)) from None
    _replace_password(user, new, must_change=False)
    actor.record(act="change_password", obj=user)
    return user


@act("reset_password")
def reset_password(*, actor: Actor, user: User) -> str:
    """A new one-time password, shown once to 系统管理员 for printing; every session of the account ends."""
    held = actor.must_hold(Post.SYSTEM_ADMIN)
    if actor.user.pk == user.pk:
        raise NotAllowed("自己的密码请在“修改密码”中更改")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise WrongState(f"账号已于 {user.ends_on} 停用")
    password = give_one_time_password(user)
    actor.record(act="reset_password", post=held.post, obj=user, detail=f"{user.name}（{user.username}）")
    return password


@act("unlock_account")
def unlock_account(*, actor: Actor, user: User) -> int:
    """Forget the failed log-ins of an account, so that it is no longer locked out; how many records there were."""
    held = actor.must_hold(Post.SYSTEM_ADMIN)
    forgotten = reset_failures(username=user.username)
    actor.record(act="unlock_account", post=held.post, obj=user, detail=f"{user.name}（{user.username}）")
    return forgotten


@act("log_in")
def record_log_in(*, actor: Actor) -> None:
    """Write a successful log-in into the audit trail. Failed ones stand in the tables of the lock-out, so that nobody can flood the trail."""
    actor.record(act="log_in", obj=actor.user)


def give_one_time_password(user: User) -> str:
    """Part of an act: replace the password of a locked row by one that must be changed at the next log-in."""
    password = one_time_password()
    _replace_password(user, password, must_change=True)
    return password


def _replace_password(user: User, password: str, *, must_change: bool) -> None:
    FormerPassword(user=user, password=user.password).save()
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
