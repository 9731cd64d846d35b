"""Notices: what an act tells other people, in its own transaction; in the desk at once, by mail as each of them chose.

An act of any room calls ``notify``::

    notify(
        event=Notice.Event.RETURNED,
        to=[Desk(Post.CLERK, department=request.department), Desk(Post.HEAD, department=request.department)],
        title=f"申请 {request.number} 已退回补正",
        detail=opinion,                      # in plain words, no content that the recipient may not see
        url=reverse("admin:request", args=[request.pk]),
        key=f"request:{request.pk}:returned:{request.revision}",
        by=actor,
    )

Address only people who can do something about it. ``by`` never tells himself. The same ``key`` is told to the same person once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from departments.acting import act
from departments.mailing import MAIL, mail_of_notice
from departments.models import Department, MailChoice, Notice, Posting, Region, User
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed
from qingdan.outbox.queue import put


@dataclass(frozen=True, slots=True)
class Desk:
    """Whoever holds ``post`` today in that region or department (after a merger: in the department that took it over)."""

    post: Post | str
    region: Region | None = None
    department: Department | None = None

    def postings(self) -> Q:
        if self.department is not None:
            return Q(post=self.post, department__in=self.department.answered_for_by())
        return Q(post=self.post, region=self.region)


def notify(
    *,
    event: Notice.Event | str,
    to: Iterable[Desk | Posting],
    title: str,
    key: str,
    url: str = "",
    detail: str = "",
    by: Actor | None = None,
    but: Iterable[int] = (),
) -> int:
    """Tell the holders of ``to`` (less ``by`` and the accounts with the keys ``but``), in the caller's transaction; how many are told.

    A person who holds several of the posts is told once, as the first of them.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a notice belongs into the transaction of the act that gives it")
    left_out = {*but, *([by.user.pk] if by else [])}
    told = {posting.user_id: posting for posting in reversed(holders_of(to)) if posting.user_id not in left_out}
    there = set(Notice.objects.filter(key=key, recipient__in=told).values_list("recipient_id", flat=True))
    rows = [
        Notice(
            recipient_id=person,
            key=key,
            event=event,
            post=posting.post,
            department_id=posting.department_id,
            title=title[:200],
            detail=detail[:2000],
            url=url,
        )
        for person, posting in told.items()
        if person not in there
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    _put_mails(rows)
    return len(rows)


def holders_of(desks: Iterable[Desk | Posting]) -> list[Posting]:
    """Postings of today at ``desks``, in their order, of people whose account is open; a posting that is named stands for itself."""
    wished = list(desks)
    named = [desk for desk in wished if isinstance(desk, Posting)]
    desks = [desk for desk in wished if isinstance(desk, Desk)]
    wanted = Q(pk__in=[])
    for desk in desks:
        wanted |= desk.postings()
    today = timezone.localdate()
    open_account = Q(user__ends_on=None) | Q(user__ends_on__gt=today)
    order = {desk.post: place for place, desk in reversed(list(enumerate(desks)))}
    found = Posting.objects.held(today).filter(wanted, open_account).order_by("pk")
    return named + sorted(found, key=lambda posting: order[posting.post])


def _put_mails(rows: list[Notice]) -> None:
    """A mail for each who wants them one by one; the daily digest finds the rest."""
    choices = MailChoice.objects.filter(user__in=[row.recipient_id for row in rows], often=MailChoice.Often.EACH)
    addresses = dict(choices.exclude(email="").values_list("user_id", "email"))
    put(
        MAIL,
        [
            (f"notice:{row.recipient_id}:{row.key}", mail_of_notice(addresses[row.recipient_id], row))
            for row in rows
            if row.recipient_id in addresses
        ],
    )


def settle(url: str) -> int:
    """What asked somebody to act on the object at ``url`` is done with: such notices count as read; how many. In the caller's transaction."""
    asked = (Notice.Event.ASSIGNED, Notice.Event.DUE_SOON, Notice.Event.OVERDUE, Notice.Event.URGED)
    return Notice.objects.unread().filter(url=url, event__in=asked).update(read_at=timezone.now())


@act("read_notices")
def read_notices(*, actor: Actor, notices: Iterable[int] | None = None) -> int:
    """Mark one's own notices (by key; None = all) as read; how many were not. No audit event: it says nothing about the list."""
    rows = Notice.objects.visible_to(actor.user).unread()
    if notices is not None:
        rows = rows.filter(pk__in=list(notices))
    return rows.update(read_at=timezone.now())


@act("choose_mail")
def choose_mail(*, actor: Actor, email: str, often: str) -> MailChoice:
    """Where and how often one's own notices come by mail. The address is checked by the form; only an account in use may choose."""
    if not actor.user.is_active:
        raise NotAllowed("账号已停用")
    choice = MailChoice.objects.filter(user=actor.user).first() or MailChoice(user=actor.user)
    choice.email, choice.often = email, often
    choice.save()
    actor.record(act="choose_mail", obj=choice, detail=f"{choice.get_often_display()}")
    return choice


def unread_since(user: User, moment: datetime.datetime | None) -> list[Notice]:
    """Unread notices of ``user`` that came after ``moment`` (None: all), the newest first."""
    rows = Notice.objects.visible_to(user).unread().select_related("department")
    return list(rows.filter(created_at__gt=moment) if moment else rows)
