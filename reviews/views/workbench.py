"""The workbench: short lists, the oldest first, of what waits for whoever looks, what came back, what is under way, what was published."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from departments.models import Department
from departments.posts import DEPARTMENT_POSTS, Post
from departments.site import Section
from qingdan.items.models import Edition
from reviews.deadlines import Deadline, deadlines_of
from reviews.models import Batch, ChangeRequest
from reviews.route import missing_parts_of
from reviews.states import OPEN, BatchState, RequestState
from reviews.views.pages import DEPARTMENT, REGION, REVIEWERS, edition_url
from reviews.views.stages import BATCH_TONES, tone_of, turns_of

SHOWN = 8
_TEMPLATE = "reviews/_workbench_list.html"
_IN_STAGE = (RequestState.COMPLIANCE, RequestState.LEGALITY)
_OPEN_BATCH = {
    Post.PUBLISHER: {
        BatchState.DRAFT: "确定送审稿",
        BatchState.RECORDED: "核对审议结果",
        BatchState.AMENDING: "录入修改并核对",
        BatchState.DECIDED: "公布",
    },
    Post.COUNCIL: {BatchState.FROZEN: "记录审议结果", BatchState.RECORDED: "核对审议结果"},
    Post.LEGALITY: {BatchState.AMENDING: "核对修改文本"},
}


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


@dataclass(slots=True)
class Held:
    """Where a person holds which post today: department keys and region keys by post."""

    departments: dict[str, set[int]] = field(default_factory=dict)
    regions: dict[str, set[int]] = field(default_factory=dict)

    def in_department(self, *posts: Post) -> set[int]:
        return set().union(*(self.departments.get(post, set()) for post in posts))

    def in_region(self, *posts: Post) -> set[int]:
        return set().union(*(self.regions.get(post, set()) for post in posts))


def held_by(user) -> Held:
    """The posts of today, by place; a department that was merged belongs to the people of its successor. Two queries."""
    held = Held()
    for post, region, department, of_department in user.postings.held().values_list(
        "post", "region_id", "department_id", "department__region_id"
    ):
        if post in DEPARTMENT_POSTS:
            held.departments.setdefault(post, set()).add(department)
        else:
            held.regions.setdefault(post, set()).add(region or of_department)
    own = set().union(*held.departments.values())
    merged = Department.objects.filter(successor__in=own, abolished_on__lte=timezone.localdate()).values_list("pk", "successor_id")
    for predecessor, successor in merged if own else ():
        for places in held.departments.values():
            if successor in places:
                places.add(predecessor)
    return held


def sections(request: HttpRequest) -> list[Section]:
    """The lists of the index for the posts that the user holds; nothing for who has no part in the workflow."""
    held = held_by(request.user)
    own, regional = held.in_department(*DEPARTMENT), held.in_region(*REGION)
    if not own and not regional:
        return []
    lists = [("待我处理", _waiting_for(request.user, held), _next_step(held), "")]
    visible = ChangeRequest.objects.visible_to(request.user).select_related("department", "batch")
    if own:
        mine = visible.filter(department__in=own)
        returned = mine.filter(state=RequestState.RETURNED)
        lists.append(("被退回", returned, "没有被退回的申请。", f"state={RequestState.RETURNED}"))
        under_way = mine.filter(state__in=OPEN - {RequestState.RETURNED})
        lists.append(("我部门的任务", under_way, "没有草稿或在办的申请。", ""))
    else:
        under_way = visible.filter(region__in=regional, state__in=OPEN)
        lists.append(("本地区在办", under_way, "没有在办的申请。", ""))
    found = [_section(*each, held, order) for order, each in enumerate(lists, start=1)]
    return [*found, _published(held, own, regional)]


def _section(title: str, rows, empty: str, query: str, held: Held, order: int) -> Section:
    """A list of requests and batches (``rows``: a queryset, or rows already chosen), cut to a screenful, with its whole number."""
    if isinstance(rows, list):
        rows = sorted(rows, key=_since)
        count, rows = len(rows), rows[:SHOWN]
    else:
        count, rows = rows.count(), list(rows.order_by("state_since", "pk")[:SHOWN])
    requests = [row for row in rows if isinstance(row, ChangeRequest)]
    turns, deadlines = turns_of(requests), deadlines_of(requests)
    lines = [_line(row, held, turns, deadlines) if isinstance(row, ChangeRequest) else _batch_line(row, held) for row in rows]
    more = reverse("admin:request_list") + (f"?{query}" if query else "") if count > len(lines) else ""
    return Section(f"{title} · {count} 件", _TEMPLATE, {"lines": lines, "empty": empty, "more": more, "count": count}, order)


def _waiting_for(user, held: Held) -> list:
    """Requests and batches on which the user's own word or act is due now."""
    found: list = []
    visible = ChangeRequest.objects.visible_to(user).select_related("department", "batch")
    own = held.in_department(*DEPARTMENT)
    if own:
        found += visible.filter(department__in=own, state=RequestState.DRAFT)
    if held.in_region(*REVIEWERS):
        staged = list(visible.filter(state__in=_IN_STAGE).independent_of(user))
        missing = missing_parts_of(staged)
        found += [
            row for row in staged if any(row.region_id in held.in_region(Post(rule.post)) for rule in missing.get(row.pk, []))
        ]
    if held.in_region(Post.PUBLISHER):
        found += visible.filter(region__in=held.in_region(Post.PUBLISHER), state=RequestState.AWAITING)
    batches = Batch.objects.visible_to(user).select_related("region")
    for post, states in _OPEN_BATCH.items():
        if held.in_region(post):
            found += batches.filter(region__in=held.in_region(post), state__in=list(states))
    return found


def _since(row: ChangeRequest | Batch) -> datetime.datetime:
    return row.state_since if isinstance(row, ChangeRequest) else row.created_at


def _line(row: ChangeRequest, held: Held, turns: dict[int, str], deadlines: dict[int, Deadline]) -> Line:
    about = row.reason.split("\n", 1)[0]
    return Line(
        url=reverse("admin:request", args=[row.pk]),
        number=row.number,
        department=row.department.name,
        about=about if len(about) <= 60 else f"{about[:60]}…",
        state=row.get_state_display(),
        tone=tone_of(row.state),
        turn=turns[row.pk],
        since=timezone.localtime(row.state_since).date(),
        action=_action(row, held),
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


def _batch_line(row: Batch, held: Held) -> Line:
    words = {state: word for post, states in _OPEN_BATCH.items() if held.in_region(post) for state, word in states.items()}
    return Line(
        url=reverse("admin:batch", args=[row.pk]),
        number=f"批次 {row.number}",
        department=row.region.name,
        about=row.title,
        state=row.get_state_display(),
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
