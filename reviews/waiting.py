"""What waits for whom: the posts that a person holds, by place, and the requests and batches on which his own act is due now."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from departments.models import Department
from departments.posts import DEPARTMENT_POSTS, Post
from reviews.models import Batch, ChangeRequest
from reviews.route import STAGE_OF_STATE, awaited_confirmations_of, missing_parts_of
from reviews.states import BatchState, RequestState

_DEPARTMENT = (Post.CLERK, Post.HEAD)
_REVIEWERS = (Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY)
# Post → the states of a batch that are its turn, with the word for what it does then.
OPEN_BATCH = {
    Post.PUBLISHER: {
        BatchState.DRAFT: "确定送审稿",
        BatchState.RECORDED: "核对审议结果",
        BatchState.AMENDING: "录入修改并核对",
        BatchState.DECIDED: "公布",
    },
    Post.COUNCIL: {BatchState.FROZEN: "记录审议结果", BatchState.RECORDED: "核对审议结果"},
    Post.LEGALITY: {BatchState.AMENDING: "核对修改文本"},
}
# What 审改办 does of one that goes to no meeting, where it differs.
SHORT_BATCH = {BatchState.DRAFT: "确定公布稿", BatchState.FROZEN: "定稿"}


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


def requests_waiting_for(user, held: Held, *, own_states=(RequestState.DRAFT,)) -> list[ChangeRequest]:
    """Requests on which the user's own word or act is due now; of his own department those in ``own_states``."""
    found: list[ChangeRequest] = []
    visible = ChangeRequest.objects.visible_to(user).select_related("department", "batch")
    own = held.in_department(*_DEPARTMENT)
    if own:
        found += visible.filter(department__in=own, state__in=own_states)
    if held.in_region(*_REVIEWERS):
        staged = list(visible.filter(state__in=list(STAGE_OF_STATE)).independent_of(user))
        missing = missing_parts_of(staged)
        found += [
            row for row in staged if any(row.region_id in held.in_region(Post(rule.post)) for rule in missing.get(row.pk, []))
        ]
        asked = [row for row in visible.filter(state__in=list(STAGE_OF_STATE), revision__gt=1) if row not in found]
        awaited = awaited_confirmations_of(asked)
        found += [row for row in asked if any(row.region_id in held.in_region(Post(rule.post)) for rule in awaited.get(row.pk, []))]
    if held.in_region(Post.PUBLISHER):
        found += visible.filter(region__in=held.in_region(Post.PUBLISHER), state=RequestState.AWAITING)
    return found


def batches_waiting_for(user, held: Held) -> list[Batch]:
    """Batches on which one of the user's posts has to act now."""
    found: list[Batch] = []
    batches = Batch.objects.visible_to(user).select_related("region")
    for post, states in OPEN_BATCH.items():
        if held.in_region(post):
            found += batches.filter(_turn_of(post, states), region__in=held.in_region(post))
    return found


def _turn_of(post: Post, states: dict[BatchState, str]) -> Q:
    """Batches that are the turn of ``post``: the frozen one is 政府办's to record, or 审改办's to settle where it goes to no meeting."""
    mine = Q(state__in=list(states))
    if post == Post.COUNCIL:
        return mine & Q(without_meeting=False)
    return mine | Q(state=BatchState.FROZEN, without_meeting=True) if post == Post.PUBLISHER else mine
