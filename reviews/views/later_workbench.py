"""What waits on the workbench beside requests and batches: 紧急暂停 and 更正, 机构改革 to be checked, editions to be filed, filings to be examined."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from departments.posts import Post
from departments.site import Section
from reviews.filings import due_dates, to_be_filed
from reviews.later_states import FilingState, MeasureState
from reviews.models import Filing, Measure, Reform

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row: what, its state in words, since or until when, and the one thing to do."""

    url: str
    what: str
    state: str
    when: str
    action: str
    tone: str = "info"


def sections(request: HttpRequest) -> list[Section]:
    """One list, only where something waits for the reader's own posts."""
    held: dict[str, set[int]] = {}
    for post, region in request.user.postings.held().exclude(region=None).values_list("post", "region_id"):
        held.setdefault(post, set()).add(region)
    lines: list[Waiting] = []
    if regions := held.get(Post.LEGALITY):
        lines += _measures(regions, request.user.pk) + _filings(regions)
    if regions := held.get(Post.COMPLIANCE):
        lines += _reforms(regions, request.user.pk)
    if regions := held.get(Post.PUBLISHER):
        lines += _unfiled(regions)
    if not lines:
        return []
    return [Section(f"暂停、更正、改革与备案 · {len(lines)} 件", "reviews/_workbench_later.html", {"lines": lines[:SHOWN]}, 2)]


def _measures(regions: set[int], own: int) -> list[Waiting]:
    found = Measure.objects.filter(region__in=regions, state=MeasureState.PROPOSED).exclude(proposed_by=own)
    return [
        Waiting(reverse("admin:measure", args=[row.pk]), str(row), "待核对", f"{row.proposed_at:%Y-%m-%d} 提出", "核对")
        for row in found.defer("content_bytes").order_by("proposed_at")
    ]


def _reforms(regions: set[int], own: int) -> list[Waiting]:
    found = Reform.objects.filter(region__in=regions, state=MeasureState.PROPOSED).exclude(proposed_by=own)
    return [
        Waiting(reverse("admin:reform", args=[row.pk]), str(row), "待核对", f"{row.proposed_at:%Y-%m-%d} 提出", "核对")
        for row in found.select_related("department", "into").order_by("proposed_at")
    ]


def _filings(regions: set[int]) -> list[Waiting]:
    words = {FilingState.FILED: "登记", FilingState.REGISTERED: "审查"}
    found = Filing.objects.filter(receiver__in=regions, state__in=list(words)).select_related("region").order_by("at")
    return [
        Waiting(
            reverse("admin:edition_filing", args=[row.edition_id]),
            f"{row.region} {row}",
            row.get_state_display(),
            f"{row.filed_on} 报送",
            words[FilingState(row.state)],
        )
        for row in found
    ]


def _unfiled(regions: set[int]) -> list[Waiting]:
    today, editions = timezone.localdate(), list(to_be_filed(regions))
    due: dict[int, datetime.date] = due_dates(editions)
    lines = [
        Waiting(
            reverse("admin:edition_filing", args=[row.pk]),
            f"{row.title}（{row.notice_no}）",
            "超期未报送备案" if due[row.pk] < today else "待报送备案",
            f"期限 {due[row.pk]}",
            "报送",
            "bad" if due[row.pk] < today else "warn",
        )
        for row in editions
    ]
    again = Filing.objects.filter(region__in=regions, state=FilingState.CORRECTING).order_by("at")
    lines += [
        Waiting(
            reverse("admin:edition_filing", args=[row.edition_id]), str(row), "要求补正", f"第 {row.round} 次报送", "补正", "warn"
        )
        for row in again
    ]
    return lines
