"""Daily tasks of this room: the digest of unread notices."""

from __future__ import annotations

import datetime

from django.db.models import Q

from departments.mailing import MAIL, mail_of_digest
from departments.models import MailChoice, Notice
from qingdan.outbox.queue import put
from qingdan.outbox.tasks import daily_task

# A notice that stays unread is in the digests of three days, then only in the desk.
_REPEATED = datetime.timedelta(days=3)


@daily_task("通知摘要", at=datetime.time(8, 0))
def send_digests(day: datetime.date) -> int:
    """One mail to each who chose the daily digest and has unread notices; nothing to who has none."""
    choices = MailChoice.objects.filter(often=MailChoice.Often.DAILY).exclude(email="")
    open_account = Q(user__ends_on=None) | Q(user__ends_on__gt=day)
    people = {choice.user_id: choice.email for choice in choices.filter(open_account)}
    recent = Notice.objects.unread().filter(recipient__in=people, created_at__date__gt=day - _REPEATED)
    waiting: dict[int, list[Notice]] = {}
    for notice in recent.order_by("recipient_id", "-created_at", "-pk"):
        waiting.setdefault(notice.recipient_id, []).append(notice)
    put(MAIL, [(f"digest:{person}:{day}", mail_of_digest(people[person], rows, day)) for person, rows in waiting.items()])
    return len(waiting)
