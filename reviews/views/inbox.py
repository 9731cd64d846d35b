"""收件箱: what waits for the reader, the most urgent first; who has taken it up, and what is new in it since he last looked."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.items.kinds import ChangeKind
from reviews.announcements import not_independent
from reviews.claims import claim_request, claimable_posts, claims_of, release_claim
from reviews.deadlines import Deadline, deadlines_of
from reviews.looks import news_of, note_look, since
from reviews.models import Change, ChangeRequest, Claim
from reviews.route import STAGE_OF_STATE
from reviews.states import RequestState
from reviews.views.facts import facts_of
from reviews.views.pages import EVERYONE, REVIEWERS, address_without_page, page_of, show
from reviews.views.panels import Panel
from reviews.views.requests import request_url, visible_request
from reviews.views.stages import turns_of
from reviews.views.workbench import Line, batch_line, line_of
from reviews.waiting import Held, batches_waiting_for, held_by, requests_waiting_for

_OWN_STATES = (RequestState.DRAFT, RequestState.RETURNED)
_WHO = {"mine": "我认领的", "free": "未认领"}
_DUE = {"late": "已逾期", "soon": "临期（3 个工作日内）"}
_FILTERS = ("who", "due", "department", "kind")
_NAMES_SHOWN = 8


@dataclass(slots=True)
class Row:
    """One request of the inbox; ``place`` counts from 1 over the whole filtered inbox."""

    place: int
    line: Line
    kinds: list[str]
    claims: list[Claim]
    mine: bool
    claimable: bool
    news: str


@dataclass(slots=True)
class Waiting:
    """The whole filtered inbox in its order, with what the filters had to ask anyway."""

    requests: list[ChangeRequest]
    deadlines: dict[int, Deadline]
    kinds: dict[int, set[str]]
    claims: dict[int, list[Claim]]
    departments: list[tuple[str, str]]
    every: int


def waiting_of(request: HttpRequest, chosen: dict[str, str]) -> Waiting:
    """What waits for the reader and passes the filters, by deadline, then the oldest first. As many queries for one as for thousands."""
    held = held_by(request.user)
    rows = requests_waiting_for(request.user, held, own_states=_OWN_STATES)
    rows = list({row.pk: row for row in rows}.values())
    deadlines, claims = deadlines_of(rows), _claims_for(held, rows)
    kinds: dict[int, set[str]] = defaultdict(set)
    for key, kind in Change.objects.filter(request__in=rows).order_by().values_list("request_id", "kind").distinct():
        kinds[key].add(kind)
    departments = sorted({(row.department.code, row.department.name) for row in rows})
    every = len(rows)
    if chosen["department"]:
        rows = [row for row in rows if row.department.code == chosen["department"]]
    if chosen["kind"] in ChangeKind.values:
        rows = [row for row in rows if chosen["kind"] in kinds[row.pk]]
    if chosen["who"] == "mine":
        rows = [row for row in rows if any(claim.person_id == request.user.pk for claim in claims.get(row.pk, []))]
    elif chosen["who"] == "free":
        rows = [row for row in rows if not claims.get(row.pk)]
    if chosen["due"] in _DUE:
        rows = [row for row in rows if (due := deadlines.get(row.pk)) and (due.late if chosen["due"] == "late" else due.soon)]
    never = datetime.date.max
    rows.sort(key=lambda row: (deadlines[row.pk].due if row.pk in deadlines else never, row.state_since, row.pk))
    return Waiting(rows, deadlines, kinds, claims, departments, every)


def _claims_for(held: Held, rows: list[ChangeRequest]) -> dict[int, list[Claim]]:
    """The claims made for posts that the reader holds too; the other office's claim leaves his part free."""
    regions = {row.pk: row.region_id for row in rows}
    return {
        key: own
        for key, claims in claims_of(rows).items()
        if (own := [claim for claim in claims if regions[key] in held.in_region(Post(claim.post))])
    }


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:40] for name in _FILTERS}


@staff_screen(*EVERYONE)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The inbox; its filters stand in the address."""
    chosen = _chosen(request)
    waiting = waiting_of(request, chosen)
    page = page_of(request, waiting.requests)
    shown, held = list(page.object_list), held_by(request.user)
    turns, news = turns_of(shown), news_of(shown, request.user)
    filters = QueryDict(mutable=True)
    filters.update({name: value for name, value in chosen.items() if value})
    rows = []
    for place, row in enumerate(shown, start=page.start_index()):
        claims = waiting.claims.get(row.pk, [])
        mine = any(claim.person_id == request.user.pk for claim in claims)
        line = line_of(row, held, turns, waiting.deadlines)
        kinds = [ChangeKind(kind).label for kind in ChangeKind.values if kind in waiting.kinds[row.pk]]
        claimable = row.state in STAGE_OF_STATE or row.state == RequestState.AWAITING
        rows.append(Row(place, line, kinds, claims, mine, claimable and not claims, news.get(row.pk, "")))
    context = {
        "title": "收件箱",
        "page": page,
        "rows": list(zip(rows, shown, strict=True)),
        "batches": [batch_line(batch, held) for batch in batches_waiting_for(request.user, held)],
        "chosen": chosen,
        "filtered": bool(filters),
        "filters": filters.urlencode(),
        "whose": _WHO.items(),
        "dues": _DUE.items(),
        "kinds": [(kind.value, kind.label) for kind in ChangeKind],
        "departments": waiting.departments,
        "every": waiting.every,
        "late": sum(waiting.deadlines[row.pk].late for row in waiting.requests if row.pk in waiting.deadlines),
        "query": address_without_page(request),
    }
    return show(request, "reviews/inbox.html", context)


@staff_screen(*EVERYONE)
@require_safe
def inbox_go(request: HttpRequest) -> HttpResponse:
    """The request after (``step=1``) or before (``step=-1``) the one at ``place``; when that has left the inbox, what took its place."""
    rows = waiting_of(request, _chosen(request)).requests
    place, step, left = (_number(request.GET.get(name, "")) for name in ("place", "step", "from"))
    here = next((number for number, row in enumerate(rows, start=1) if row.pk == left), None)
    wanted = here + (1 if step >= 0 else -1) if here else place - (0 if step >= 0 else 1)
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in _chosen(request).items() if value})
    if not 1 <= wanted <= len(rows):
        messages.info(request, "收件箱里没有下一件了。" if step >= 0 else "这已是收件箱里的第一件。")
        return HttpResponseRedirect(f"{reverse('admin:inbox')}?{query.urlencode()}")
    query["inbox"] = str(wanted)
    return HttpResponseRedirect(f"{request_url(rows[wanted - 1])}?{query.urlencode()}")


def _number(text: str) -> int:
    """A number from an address; 0 for anything else."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


@staff_screen(*REVIEWERS, Post.PUBLISHER)
@require_POST
def request_claim(request: HttpRequest, key: int) -> HttpResponse:
    """认领, or 交还 (``act=release``); back to the inbox where it came from there."""
    row = visible_request(request, key)
    if request.POST.get("act") == "release":
        release_claim(actor=actor_of(request), request=row)
        messages.success(request, f"已交还申请 {row.number}，其他同岗位人员可以认领。")
    else:
        claim_request(actor=actor_of(request), request=row)
        messages.success(request, f"已认领申请 {row.number}。")
    if request.POST.get("back") == "inbox":
        filters = QueryDict(request.POST.get("filters", "")[:500]).urlencode()
        return HttpResponseRedirect(f"{reverse('admin:inbox')}?{filters}" if filters else reverse("admin:inbox"))
    return HttpResponseRedirect(request_url(row))


# -- on the page of a request ------------------------------------------------------------------------------------------------------


def place_panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Previous and next, for who came from the inbox."""
    place = _number(request.GET.get("inbox", ""))
    if place < 1:
        return None
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in _chosen(request).items() if value})
    filters = query.urlencode()
    query.update({"place": str(place), "from": str(row.pk)})
    return Panel("reviews/_inbox_place.html", "top", {"place": place, "filters": filters, "query": query.urlencode()})


def news_panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """自您上次查看后: what changed; it also keeps this look."""
    look = note_look(person=request.user, request=row)
    news = since(look, row) if look else None
    if not news:
        return None
    parts = [("新增", news.added), ("改动", news.changed), ("移出", news.removed)]
    names = [(word, len(found), found[:_NAMES_SHOWN]) for word, found in parts if found]
    return Panel("reviews/_since.html", "top", {"news": news, "names": names, "state": row.get_state_display()})


def claim_panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Who took the request up, and the button for who may."""
    posts = claimable_posts(row, facts_of(row).missing)
    claims = claims_of([row]).get(row.pk, []) if posts and "claims" in facts_of(row).present else []
    actor = actor_of(request)
    mine = any(claim.person_id == request.user.pk for claim in claims)
    taken = {claim.post for claim in claims}
    free = [post for post in posts if post not in taken and actor.holding(Post(post), region=row.region)]
    may = bool(free) and not mine and not (row.state in STAGE_OF_STATE and request.user.pk in not_independent(row))
    if not claims and not may:
        return None
    return Panel("reviews/_claim.html", "side", {"claims": claims, "mine": mine, "may": may})
