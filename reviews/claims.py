"""认领: a reviewer takes a request up, so that two colleagues do not read the same one. It binds nobody: who may decide, still may."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from departments.acting import act
from departments.models import Posting
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, WrongState
from reviews.announcements import not_independent
from reviews.models import ChangeRequest, Claim, RouteRule
from reviews.route import STAGE_OF_STATE, missing_parts
from reviews.states import RequestState

# Posts whose turn it can be.
_CLAIMING = (Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY, Post.PUBLISHER)


@act("claim_request")
def claim_request(*, actor: Actor, request: ChangeRequest) -> Claim:
    """Take up a request that waits for one's post. Raises NotAllowed (whose post it is not, who may not speak), WrongState (taken)."""
    request = _locked(actor, request)
    if actor.holding(_CLAIMING, region=request.region) is None:
        raise NotAllowed(f"认领由{'、'.join(post.label for post in _CLAIMING)}办理")
    posts = claimable_posts(request)
    if not posts:
        raise WrongState(f"申请 {request.number} 现在不等待审查或汇总，不能认领")
    held = [posting for post in posts if (posting := actor.holding(Post(post), region=request.region))]
    if not held:
        raise NotAllowed(f"申请 {request.number} 等待的是{'、'.join(Post(post).label for post in posts)}")
    if request.state in STAGE_OF_STATE and actor.user.pk in not_independent(request):
        raise NotAllowed("本人经办、提交或已在另一阶段审查过的申请，不能认领")
    taken = {claim.post: claim for claim in claims_of([request]).get(request.pk, [])}
    mine = next((taken[posting.post] for posting in held if posting.post in taken and _is(taken[posting.post], actor)), None)
    if mine is not None:
        raise WrongState("您已认领本申请")
    posting = next((posting for posting in held if posting.post not in taken), None)
    if posting is None:
        posting = held[0]
        _take_from_a_leaver(taken[posting.post], request)
    # What is left of an earlier visit to this state ended with it.
    for past in Claim.objects.filter(request=request, post=posting.post, released_at=None, at__lt=request.state_since):
        past.released_at = request.state_since
        past.save(update_fields=["released_at"])
    claim = Claim.objects.create(
        request=request, post=posting.post, state=request.state, revision=request.revision, person=actor.user
    )
    actor.record(act="claim_request", post=posting.post, obj=request, after_hash=request.proposed_hash)
    return claim


@act("release_claim")
def release_claim(*, actor: Actor, request: ChangeRequest) -> Claim:
    """Give one's own claim back. Raises WrongState where there is none."""
    request = _locked(actor, request)
    claim = next((claim for claim in claims_of([request]).get(request.pk, []) if _is(claim, actor)), None)
    if claim is None:
        raise WrongState("您没有认领本申请，或它已离开这一阶段")
    claim.released_at = timezone.now()
    claim.save(update_fields=["released_at"])
    actor.record(act="release_claim", post=claim.post, obj=request, after_hash=request.proposed_hash)
    return claim


def claims_of(requests: Iterable[ChangeRequest]) -> dict[int, list[Claim]]:
    """Request key → the claims of its present visit to its present state; one query."""
    rows = {request.pk: request for request in requests}
    found: dict[int, list[Claim]] = {}
    for claim in Claim.objects.filter(request__in=rows, released_at=None).select_related("person").order_by("pk"):
        request = rows[claim.request_id]
        if (claim.state, claim.revision) == (request.state, request.revision) and claim.at >= request.state_since:
            found.setdefault(request.pk, []).append(claim)
    return found


def claimable_posts(request: ChangeRequest, missing: list[RouteRule] | None = None) -> list[str]:
    """Posts for which the request may be taken up now. ``missing``: the parts that have not spoken, where the caller has asked for them."""
    if request.state in STAGE_OF_STATE:
        return list(dict.fromkeys(rule.post for rule in (missing_parts(request) if missing is None else missing)))
    return [Post.PUBLISHER] if request.state == RequestState.AWAITING else []


def _locked(actor: Actor, request: ChangeRequest) -> ChangeRequest:
    if not ChangeRequest.objects.visible_to(actor.user).filter(pk=request.pk).exists():
        raise NotAllowed("没有这个调整申请", stranger=True)
    return ChangeRequest.objects.select_for_update(of=("self",)).select_related("region", "department").get(pk=request.pk)


def _is(claim: Claim, actor: Actor) -> bool:
    return claim.person_id == actor.user.pk


def _take_from_a_leaver(claim: Claim, request: ChangeRequest) -> None:
    """A claim of who no longer holds the post is given back for him; anybody else's stands."""
    still = Posting.objects.held().filter(user=claim.person, post=claim.post, region=request.region).exists()
    if still and claim.person.is_active:
        raise WrongState(f"申请 {request.number} 已由{claim.person}认领；须由其交还后才能认领")
    claim.released_at = timezone.now()
    claim.save(update_fields=["released_at"])
