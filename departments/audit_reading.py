"""The audit trail for whoever reads it: who may see which events, and a file of them that can be checked without us."""

from __future__ import annotations

import csv
import datetime
import io
import json
from typing import BinaryIO

from django.db.models import Q, QuerySet
from django.utils import timezone

from departments.access import posts_of
from departments.acting import act
from departments.models import Posting, User
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import RuleBroken, Violation
from qingdan.ledger.models import AuditEvent

FORMATS = {"csv": "CSV（电子表格）", "jsonl": "JSON Lines（供程序核对，一行一条）"}
COLUMNS = [field.attname for field in AuditEvent._meta.concrete_fields]
# A spreadsheet would run what begins like this.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def events_for(user: User) -> QuerySet[AuditEvent]:
    """审计管理员 reads everything; 审计只读 of a region what the people of that region did; nobody else anything."""
    if Post.AUDIT_ADMIN in posts_of(user):
        return AuditEvent.objects.all()
    regions = list(user.postings.held().filter(post=Post.AUDITOR).values_list("region_id", flat=True))
    people = Posting.objects.filter(Q(region__in=regions) | Q(department__region__in=regions))
    return AuditEvent.objects.filter(actor_id__in=people.values("user__username"))


@act("export_audit")
def export_audit(*, actor: Actor, first: datetime.date, last: datetime.date, kind: str, to: BinaryIO) -> int:
    """Write the events of these days (both included) into ``to``, oldest first, in every field that their hashes are over; how many.

    The export is an event itself. Raises NotAllowed, or RuleBroken X01 for days in the wrong order.
    """
    posting = actor.must_hold(Post.AUDIT_ADMIN) if Post.AUDIT_ADMIN in posts_of(actor.user) else _auditor(actor)
    if last < first:
        raise RuleBroken(Violation("X01", "截止日期早于起始日期", "日期"))
    begin = timezone.make_aware(datetime.datetime.combine(first, datetime.time()))
    end = timezone.make_aware(datetime.datetime.combine(last, datetime.time())) + datetime.timedelta(days=1)
    rows = events_for(actor.user).filter(at__gte=begin, at__lt=end).order_by("sequence")
    text = io.TextIOWrapper(to, encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="", write_through=True)
    number = _WRITERS[kind](rows, text)
    text.detach()
    actor.record(
        act="export_audit", post=posting.post, object_type="ledger.auditevent", detail=f"{first} 至 {last}，{kind}，{number} 条"
    )
    return number


def _auditor(actor: Actor) -> Posting:
    posting = actor.user.postings.held().filter(post=Post.AUDITOR).select_related("region").first()
    return actor.must_hold(
        Post.AUDITOR, region=posting.region if posting else None, message="审计记录由审计管理员和审计只读岗位导出"
    )


def _line(event: AuditEvent) -> dict[str, object]:
    at = event.at.astimezone(datetime.UTC).isoformat()
    return {name: at if name == "at" else getattr(event, name) for name in COLUMNS}


def _write_csv(rows: QuerySet[AuditEvent], text: io.TextIOBase) -> int:
    writer, number = csv.writer(text), 0
    writer.writerow(COLUMNS)
    for event in rows.iterator(chunk_size=2_000):
        values = _line(event).values()
        writer.writerow([f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in values])
        number += 1
    return number


def _write_jsonl(rows: QuerySet[AuditEvent], text: io.TextIOBase) -> int:
    number = 0
    for event in rows.iterator(chunk_size=2_000):
        text.write(json.dumps(_line(event), ensure_ascii=False) + "\n")
        number += 1
    return number


_WRITERS = {"csv": _write_csv, "jsonl": _write_jsonl}
