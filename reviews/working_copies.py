"""编辑稿: what a person typed and has not saved into a request. Kept every few seconds, so it is no act and leaves no audit event.

Nobody else reads it, nothing in a request depends on it, and saving the form throws it away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from departments.models import Department, User
from qingdan.errors import RuleBroken, Violation, WrongState
from reviews.kind_terms import clean_text
from reviews.models import WorkingCopy

# Characters of one form as JSON; the longest real item takes a tenth.
LIMIT = 2_000_000
_ELSEWHERE = "这份内容在另一个窗口里也在填写，那里更新；本窗口的没有自动保存，也没有覆盖。请只用一个窗口填写"


def keep_typed(
    *, person: User, department: Department, key: str, name: str, address: str, typed: Mapping[str, Sequence[str]], seen: int
) -> WorkingCopy:
    """Keep what was typed. ``seen``: the revision that the window wrote last, 0 if it wrote none. Raises WrongState for another window's."""
    text = json.dumps({field: [_plain(value) for value in values] for field, values in typed.items()}, ensure_ascii=False)
    if len(text) > LIMIT:
        raise RuleBroken(Violation("Q13", "内容过长，没有自动保存；请拆成几次填写"))
    given = {"name": clean_text(name)[:500], "address": address[:500], "typed_text": text, "saved_at": timezone.now()}
    with transaction.atomic():
        found = WorkingCopy.objects.select_for_update().filter(person=person, department=department, key=key).first()
        if found is None:
            try:
                with transaction.atomic():
                    return WorkingCopy.objects.create(person=person, department=department, key=key, **given)
            except IntegrityError:
                raise WrongState(_ELSEWHERE) from None
        if found.revision != seen:
            raise WrongState(_ELSEWHERE)
        for field, value in given.items():
            setattr(found, field, value)
        found.revision += 1
        found.save()
        return found


def copies_of(person: User) -> QuerySet[WorkingCopy]:
    """What ``person`` has not finished, the latest first."""
    return WorkingCopy.objects.filter(person=person).select_related("department").order_by("-saved_at", "-pk")


def copy_of(person: User, department: Department, key: str) -> WorkingCopy | None:
    return WorkingCopy.objects.filter(person=person, department=department, key=key).first()


def drop_copy(person: User, department: Department, key: str) -> None:
    """The form was saved into a request, or its author gives it up."""
    WorkingCopy.objects.filter(person=person, department=department, key=key).delete()


def _plain(value: str) -> str:
    """Without what a database cannot hold; everything else as it was typed."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
