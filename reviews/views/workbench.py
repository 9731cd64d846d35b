"""The workbench: short lists, the oldest first, of what waits for whoever looks, what came back, what is under way, what was published."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from departments.posts import Post
from departments.site import Section
from qingdan.items.models import Edition
from reviews.approvals import approved_on_paper
from reviews.deadlines import Deadline, deadlines_of
from reviews.models import Batch, ChangeRequest
from reviews.states import OPEN, RequestState
from reviews.views.pages import DEPARTMENT, REGION, REVIEWERS, edition_url
from reviews.views.stages import BATCH_TONES, tone_of, turns_of
from reviews.waiting import OPEN_BATCH, SHORT_BATCH, Held, batches_waiting_for, held_by, requests_waiting_for

SHOWN = 8
_TEMPLATE = "reviews/_workbench_list.html"
_IN_STAGE = (RequestState.COMPLIANCE, RequestState.LEGALITY)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: number, whose, what it is about, where it stands and whose turn, since when, and the one thing to do."""

    url: str
    number: str
    department: str
    about: str
    state: str
    tone: str
    turn: str
    since: datetime.date
    action: str
    deadline: Deadline | None = None


def sections(request: HttpRequest) -> list[Section]:
    """The lists of the index for the posts that the user holds; nothing for who has no part in the workflow."""
    held = held_by(request.user)
    own, regional = held.in_department(*DEPARTMENT), held.in_region(*REGION)
    if not own and not regional:
        return []
    waiting = [*requests_waiting_for(request.user, held), *batches_waiting_for(request.user, held)]
    lists = [("待我处理", waiting, _next_step(held), reverse("admin:inbox"))]
    every = reverse("admin:request_list")
    visible = ChangeRequest.objects.visible_to(request.user).select_related("department", "batch")
    if own:
        mine = visible.filter(department__in=own)
        returned = mine.filter(state=RequestState.RETURNED)
        lists.append(("被退回", returned, "没有被退回的申请。", f"{every}?state={RequestState.RETURNED}"))
        under_way = mine.filter(state__in=OPEN - {RequestState.RETURNED})
        lists.append(("我部门的任务", under_way, "没有草稿或在办的申请。", every))
    else:
        under_way = visible.filter(region__in=regional, state__in=OPEN)
        lists.append(("本地区在办", under_way, "没有在办的申请。", every))
    found = [_section(*each, held, order) for order, each in enumerate(lists, start=1)]
    return [*found, _published(held, own, regional)]


def _section(title: str, rows, empty: str, whole: str, held: Held, order: int) -> Section:
    """A list of requests and batches (``rows``: a queryset, or rows already chosen), cut to a screenful, with its whole number; ``whole``: where all are."""
    if isinstance(rows, list):
        rows = sorted(rows, key=_since)
        count, rows = len(rows), rows[:SHOWN]
    else:
        count, rows = rows.count(), list(rows.order_by("state_since", "pk")[:SHOWN])
    requests = [row for row in rows if isinstance(row, ChangeRequest)]
    turns, deadlines = turns_of(requests), deadlines_of(requests)
    for key in approved_on_paper(requests):
        turns[key] += "（负责人以扫描件批准）"
    lines = [line_of(row, held, turns, deadlines) if isinstance(row, ChangeRequest) else batch_line(row, held) for row in rows]
    more = whole if count > len(lines) else ""
    return Section(f"{title} · {count} 件", _TEMPLATE, {"lines": lines, "empty": empty, "more": more, "count": count}, order)


def _since(row: ChangeRequest | Batch) -> datetime.datetime:
    return row.state_since if isinstance(row, ChangeRequest) else row.created_at


def line_of(row: ChangeRequest, held: Held, turns: dict[int, str], deadlines: dict[int, Deadline]) -> Line:
    about = row.reason.split("\n", 1)[0]
    action = _action(row, held)
    return Line(
        url=reverse("admin:request_correct" if action == "补正" else "admin:request", args=[row.pk]),
        number=row.number,
        department=row.department.name,
        about=about if len(about) <= 60 else f"{about[:60]}…",
        state=row.get_state_display(),
        tone=tone_of(row.state),
        turn=turns[row.pk],
        since=timezone.localtime(row.state_since).date(),
        action=action,
        deadline=deadlines.get(row.pk),
    )


def _action(row: ChangeRequest, held: Held) -> str:
    """The word of the row's one link: what this person does with it next."""
    if row.department_id in held.in_department(Post.HEAD) and row.state in (RequestState.DRAFT, RequestState.RETURNED):
        return "核对并提交"
    if row.department_id in held.in_department(Post.CLERK) and row.state in (RequestState.DRAFT, RequestState.RETURNED):
        return "补正" if row.state == RequestState.RETURNED else "继续完善"
    if row.state in _IN_STAGE and row.region_id in held.in_region(*REVIEWERS):
        return "审查"
    if row.state == RequestState.AWAITING and row.region_id in held.in_region(Post.PUBLISHER):
        return "汇总"
    return "查看"


def batch_line(row: Batch, held: Held) -> Line:
    words = {state: word for post, states in OPEN_BATCH.items() if held.in_region(post) for state, word in states.items()}
    if row.without_meeting and held.in_region(Post.PUBLISHER):
        words |= SHORT_BATCH
    return Line(
        url=reverse("admin:batch", args=[row.pk]),
        number=f"批次 {row.number}",
        department=row.region.name,
        about=row.title,
        state=row.standing,
        tone=BATCH_TONES.get(row.state, "info"),
        turn="",
        since=timezone.localtime(row.created_at).date(),
        action=words.get(row.state, "查看"),
    )


def _next_step(held: Held) -> str:
    """What the first list says when it is empty: that nothing waits, and what this post does next most often."""
    if held.in_department(Post.CLERK):
        return "没有待您处理的事。要提出调整，在上面查找事项；多项一起改的，下载本部门清单，改好后从“导入工作簿”上传。"
    if held.in_department(Post.HEAD):
        return "没有等待提交的申请。经办人上传工作簿后，草稿会出现在这里。"
    if held.in_region(*REVIEWERS):
        return "没有等待您审查的申请。部门提交后会出现在这里。"
    if held.in_region(Post.PUBLISHER):
        return "没有待汇总的申请，也没有待确定或待公布的批次。合法性审查通过后会出现在这里。"
    if held.in_region(Post.COUNCIL):
        return "没有等待记录审议结果的批次。审改办确定送审稿后会出现在这里。"
    return "审计岗位只查看，不办理。下面是在办的申请和最近的公布。"


def _published(held: Held, own: Iterable[int], regional: Iterable[int]) -> Section:
    """The last editions of the user's regions."""
    editions = Edition.objects.filter(region__in=regional) | Edition.objects.filter(region__departments__in=own)
    rows = editions.distinct().select_related("region").defer("manifest").order_by("-published_on", "-number")[:5]
    today = timezone.localdate()
    lines = [(row, edition_url(row), row.effective_on > today) for row in rows]
    title = f"最近公布 · {len(lines)} 件"
    return Section(title, "reviews/_workbench_editions.html", {"lines": lines, "empty": "本地区还没有公布过清单。"}, 9)
