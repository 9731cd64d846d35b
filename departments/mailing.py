"""Mails of notices: what stands in them, and how the worker sends them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from departments.models import Notice
from qingdan.outbox.queue import handles

MAIL = "mail"


def mail_of_notice(address: str, notice: Notice) -> dict:
    """The payload of one notice."""
    lines = [notice.title, *([notice.detail] if notice.detail else []), *_link(notice.url)]
    return {"to": address, "subject": f"〔{notice.get_event_display()}〕{_one_line(notice.title)}", "body": _body(lines)}


def mail_of_digest(address: str, notices: Sequence[Notice], day) -> dict:
    """The payload of a day's digest: one line a notice, and where to read them."""
    lines = [f"您有 {len(notices)} 条未读通知。", ""]
    for notice in notices:
        when = timezone.localtime(notice.created_at)
        lines.append(f"{when:%m-%d %H:%M}〔{notice.get_event_display()}〕{_one_line(notice.title)}")
    return {
        "to": address,
        "subject": f"{day:%Y-%m-%d} 未读通知 {len(notices)} 条",
        "body": _body([*lines, *_link("/admin/notices/")]),
    }


@handles(MAIL)
def send_mail(key: str, payload: dict) -> None:
    """Hand one mail to the mail server. The Message-ID follows from the key, so a mail sent twice is known as one."""
    name = hashlib.sha256(f"{settings.LOG_ORIGIN} {key}".encode()).hexdigest()[:32]
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    EmailMessage(
        subject=f"{settings.SITE_NAME}：{payload['subject']}",
        body=payload["body"],
        to=[payload["to"]],
        headers={"Message-ID": f"<{name}@{domain}>", "Auto-Submitted": "auto-generated"},
    ).send()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _link(url: str) -> list[str]:
    return [f"{settings.SITE_URL}{url}"] if settings.SITE_URL and url else []


def _body(lines: Sequence[str]) -> str:
    return "\n".join([*lines, "", "本邮件由系统自动发出。登录工作台后在“通知”中可以改变发送方式。", ""])
