"""Passwords: one-time ones that are printed, and the rules for those that people choose (GB/T 22239-2019 身份鉴别)."""

from __future__ import annotations

import datetime
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    get_hasher,
    identify_hasher,
    is_password_usable,
    make_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone

if TYPE_CHECKING:
    from departments.models import User

# Without what is misread on paper: 0 O o, 1 l I, 2 Z, 5 S.
_LETTERS = "abcdefghjkmnpqrtuvwxy"
_DIGITS = "346789"


def one_time_password() -> str:
    """Three printed groups such as ``kXm7q-Tpq4d-wdR9x``: 65 bits, all four classes of character."""

    def group() -> str:
        plain = "".join(secrets.choice(_LETTERS) for _ in range(3))
        place = secrets.randbelow(3)
        return plain[:place] + plain[place].upper() + plain[place + 1 :] + secrets.choice(_DIGITS) + secrets.choice(_LETTERS)

    return "-".join(group() for _ in range(3))


class PrintedPasswordHasher(Argon2PasswordHasher):
    """The same algorithm with little work: a random password of 65 bits cannot be guessed, and a roster makes hundreds at once.

    The first log-in stores the password anew with the full work.
    """

    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1


def made_with_less_work(encoded: str) -> bool:
    """Whether checking ``encoded`` takes less time than checking a password that a person chose."""
    return not is_password_usable(encoded) or identify_hasher(encoded).must_update(encoded)


@dataclass(frozen=True)
class PreparedPassword:
    """A one-time password with its hash, made before the transaction that stores it."""

    text: str
    encoded: str

    @classmethod
    def make(cls) -> PreparedPassword:
        text = one_time_password()
        light = get_hasher().algorithm == PrintedPasswordHasher.algorithm
        return cls(text, make_password(text, hasher=PrintedPasswordHasher() if light else "default"))


def must_change(user: User) -> bool:
    """Whether ``user`` has to choose a new password before anything else: given out by an administrator, or too old."""
    if user.must_change_password:
        return True
    return _older_than(user, settings.PASSWORD_MAX_DAYS)


def one_time_password_expired(user: User) -> bool:
    """A password that was given out and not used in time lets nobody in."""
    return user.must_change_password and _older_than(user, settings.ONE_TIME_PASSWORD_DAYS)


def _older_than(user: User, days: int) -> bool:
    if not days or user.password_changed_at is None:
        return False
    return timezone.now() - user.password_changed_at > datetime.timedelta(days=days)


class LengthValidator:
    """At least ``PASSWORD_MIN_LENGTH`` characters."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < settings.PASSWORD_MIN_LENGTH:
            raise ValidationError(f"密码只有 {len(password)} 位，至少须 {settings.PASSWORD_MIN_LENGTH} 位", code="password_length")

    def get_help_text(self) -> str:
        return f"密码至少 {settings.PASSWORD_MIN_LENGTH} 位"


class CharacterClassesValidator:
    """At least ``PASSWORD_CLASSES`` of: upper case, lower case, digits, anything else."""

    def validate(self, password: str, user: User | None = None) -> None:
        classes = [
            any(character in string.ascii_uppercase for character in password),
            any(character in string.ascii_lowercase for character in password),
            any(character in string.digits for character in password),
            any(character not in string.ascii_letters + string.digits for character in password),
        ]
        if sum(classes) < settings.PASSWORD_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        return f"密码须含大写字母、小写字母、数字、其他字符中的至少 {settings.PASSWORD_CLASSES} 类"


class FormerPasswordValidator:
    """Not the present password, nor one of the last ``PASSWORD_HISTORY``."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None or not settings.PASSWORD_HISTORY:
            return
        former = user.former_passwords.values_list("password", flat=True)[: settings.PASSWORD_HISTORY - 1]
        if any(check_password(password, encoded) for encoded in [user.password, *former]):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return f"不能与最近 {settings.PASSWORD_HISTORY} 次用过的密码相同"
