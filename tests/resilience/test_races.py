"""B01 to B07: the same thing done by two at once. One wins, the other is told so in a sentence (409 or a rule); nothing is lost or doubled.

Money's races are in tests/budget/test_races.py.
"""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from departments.models import Posting, User
from departments.people import Actor
from qingdan.errors import Refusal, WrongState
from qingdan.items.models import Edition, EditionEntry
from qingdan.ledger.models import AuditEvent
from reviews.claims import claim_request
from reviews.deciding import decide_request
from reviews.models import Batch, Change, ChangeRequest, Claim, Decision
from reviews.publication import publish_batch
from reviews.requests import replace_changes, submit_request, withdraw_request
from tests.racing import race
from tests.resilience.acts import NAMED, SIXTY
from tests.resilience.invariants import hold
from tests.soaking import record, trials
from tests.world import add, fresh, propose, reasons_for, review

pytestmark = pytest.mark.soak
TRIALS = 100


def second(world, post: str, *, department: bool = False) -> Actor:
    """Another person in the same post."""
    user = User.objects.create_user(f"{post}2", "第二人", None)
    where = {"department": world.department()} if department else {"region": world.city}
    Posting.objects.create(user=user, post=post, from_on=datetime.date(2016, 1, 1), **where)
    return Actor(user)


def one_wins(*acts) -> int:
    """Race them: exactly one wins, every other is refused in words; the place of the winner."""
    outcomes = race(*acts)
    errors = [outcome.error for outcome in outcomes if not outcome.won]
    assert all(isinstance(error, Refusal) and str(error) for error in errors), errors
    assert len(errors) == len(acts) - 1, [outcome.error or outcome.value for outcome in outcomes]
    assert all(error.status == 409 or not isinstance(error, WrongState) for error in errors)
    return next(place for place, outcome in enumerate(outcomes) if outcome.won)


def done(act: str, request: ChangeRequest) -> int:
    return AuditEvent.objects.filter(act=act, outcome="done", object_type="reviews.changerequest", object_id=request.pk).count()


def test_decided_twice_at_once(committed_world):
    world, _ = committed_world
    colleague = second(world, "legality")
    for number in range(trials(TRIALS)):
        request = review(world, propose(world, [add(f"竞态审查{number}")]), until="legality")
        reasons = reasons_for(request)
        acts = [
            lambda actor=actor, request=request, reasons=reasons: decide_request(
                actor=actor, request=request, outcome="passed", seen_hash=request.proposed_hash, reasons=reasons
            )
            for actor in (world.legality, colleague)
        ]
        one_wins(*acts)
        assert Decision.objects.filter(request=request, stage="legality").count() == done("pass_request", request) - 2 == 1
        assert fresh(request).state == "awaiting"
    hold()
    record("race: decide twice", trials=trials(TRIALS), both=0)


def test_submitted_twice_at_once(committed_world):
    world, _ = committed_world
    colleague = second(world, "head", department=True)
    for number in range(trials(TRIALS)):
        request = propose(world, [add(f"竞态提交{number}")], submit=False)
        acts = [
            lambda actor=actor, request=request: submit_request(
                actor=actor, request=fresh(request), seen_hash=request.proposed_hash
            )
            for actor in (world.head, colleague)
        ]
        winner = one_wins(*acts)
        assert fresh(request).submitted_by == (world.head, colleague)[winner].user
        assert done("submit_request", request) == 1
    hold()
    record("race: submit twice", trials=trials(TRIALS), both=0)


def test_claimed_twice_at_once(committed_world):
    world, _ = committed_world
    colleague = second(world, "compliance")
    for number in range(trials(TRIALS)):
        request = propose(world, [add(f"竞态认领{number}")])
        acts = [
            lambda actor=actor, request=request: claim_request(actor=actor, request=request)
            for actor in (world.compliance, colleague)
        ]
        winner = one_wins(*acts)
        assert Claim.objects.get(request=request).person == (world.compliance, colleague)[winner].user
    hold()
    record("race: claim twice", trials=trials(TRIALS), both=0)


def test_edited_twice_from_the_same_page(committed_world):
    """Two saves of what both saw as the same content: the later one is told, and what the first wrote stays (no lost update)."""
    world, _ = committed_world
    colleague = second(world, "clerk", department=True)
    for number in range(trials(TRIALS)):
        request = propose(world, [add(f"竞态编辑{number}")], submit=False)
        written = [f"竞态编辑{number}·甲", f"竞态编辑{number}·乙"]
        acts = [
            lambda actor=actor, name=name, request=request: replace_changes(
                actor=actor, request=fresh(request), reason=name, proposals=[add(name)], seen_hash=request.proposed_hash
            )
            for actor, name in zip((world.clerk, colleague), written, strict=True)
        ]
        winner = one_wins(*acts)
        assert list(Change.objects.filter(request=request).values_list("name", flat=True)) == [written[winner]]
        assert fresh(request).reason == written[winner]
    hold()
    record("race: edit twice from one page", trials=trials(TRIALS), lost=0)


def test_refused_while_it_is_withdrawn(committed_world):
    world, _ = committed_world
    for number in range(trials(TRIALS)):
        request = review(world, propose(world, [add(f"竞态撤回{number}")]), until="legality")
        winner = one_wins(
            lambda request=request: decide_request(
                actor=world.legality, request=request, outcome="refused", opinion="不合法", seen_hash=request.proposed_hash
            ),
            lambda request=request: withdraw_request(actor=world.clerk, request=fresh(request), opinion="撤回"),
        )
        assert fresh(request).state == ("refused", "withdrawn")[winner]
        assert Decision.objects.filter(request=request, stage="legality").exists() is (winner == 0)
    hold()
    record("race: decide against withdraw", trials=trials(TRIALS), both=0)


def test_published_twice_at_once(sixty):
    from tests.world import World

    for number in range(trials(TRIALS)):
        with sixty():
            world, batch, today = World(), Batch.objects.get(title=NAMED), timezone.localdate()
            colleague = second(world, "publisher")
            before = Edition.objects.count()
            acts = [
                lambda actor=actor, batch=batch, today=today, number=number: publish_batch(
                    actor=actor,
                    batch=batch,
                    notice_title="通知",
                    notice_no=f"襄政发〔2020〕{number + 10}号",
                    published_on=today,
                    effective_on=today,
                    seen_hash=batch.submission_hash,
                )
                for actor in (world.publisher, colleague)
            ]
            one_wins(*acts)
            assert Edition.objects.count() == before + 1
            newest = fresh(batch).edition
            assert EditionEntry.objects.filter(edition=newest, version__name__startswith=NAMED).count() == SIXTY
            hold()
    record("race: publish twice", trials=trials(TRIALS), both=0)
