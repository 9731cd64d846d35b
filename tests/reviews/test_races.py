"""Two at once: one wins, the other is told so (409); never both, never a half. Real commits, real threads, both databases."""

import datetime

import pytest
from django.utils import timezone

from departments.models import Posting, User
from departments.people import Actor
from qingdan.errors import Refusal, WrongState
from qingdan.items.content import make_content
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.placing import EditionTerms, Placement
from qingdan.ledger import audit
from qingdan.ledger.models import AuditEvent, LogEntry
from reviews.deciding import decide_request
from reviews.models import ChangeRequest, Decision
from reviews.publication import publish_afterwards, publish_batch
from reviews.requests import withdraw_request
from tests.racing import race
from tests.world import add, fresh, propose, reasons_for, review

TRIALS = 20


def second(world, username: str, post: str) -> Actor:
    user = User.objects.create_user(username, "第二人", None)
    Posting.objects.create(user=user, post=post, region=world.city, from_on=datetime.date(2016, 1, 1))
    return Actor(user)


def won_and_lost(outcomes):
    assert all(outcome.won or isinstance(outcome.error, Refusal) for outcome in outcomes), [outcome.error for outcome in outcomes]
    return [o for o in outcomes if o.won], [o.error for o in outcomes if not o.won]


def test_of_two_simultaneous_approvals_one_succeeds_and_one_is_told_409(committed_world):
    world, _ = committed_world
    colleague = second(world, "legality2", "legality")
    requests = [review(world, propose(world, [add(f"竞态样本{n}")]), until="legality") for n in range(TRIALS)]
    for request in requests:
        acts = [
            lambda actor=actor, request=request: decide_request(
                actor=actor, request=request, outcome="passed", seen_hash=request.proposed_hash, reasons=reasons_for(request)
            )
            for actor in (world.legality, colleague)
        ]
        won, lost = won_and_lost(race(*acts))
        assert (len(won), [error.status for error in lost]) == (1, [409])
        assert Decision.objects.filter(request=request, stage="legality").count() == 1
        assert fresh(request).state == "awaiting"
    assert AuditEvent.objects.filter(act="decide_request", outcome="denied").count() == TRIALS
    assert audit.first_break() is None


def test_passing_against_withdrawing_leaves_one_coherent_state(committed_world):
    world, _ = committed_world
    for number in range(5):
        request = review(world, propose(world, [add(f"竞态撤回{number}")]), until="legality")
        won, lost = won_and_lost(
            race(
                lambda request=request: decide_request(
                    actor=world.legality, request=request, outcome="refused", opinion="不合法", seen_hash=request.proposed_hash
                ),
                lambda request=request: withdraw_request(actor=world.clerk, request=fresh(request), opinion="撤回"),
            )
        )
        assert (len(won), [error.status for error in lost]) == (1, [409])
        state = ChangeRequest.objects.get(pk=request.pk).state
        assert (state == "refused") == Decision.objects.filter(request=request, stage="legality").exists()


def test_a_batch_published_twice_at_once_makes_one_edition(committed_world):
    world, _ = committed_world
    colleague = second(world, "publisher2", "publisher")
    batch = world.batch("decided")
    today = timezone.localdate()
    before = Edition.objects.of(world.city).count()
    acts = [
        lambda actor=actor: publish_batch(
            actor=actor,
            batch=batch,
            notice_title="通知",
            notice_no="襄政发〔2020〕9号",
            published_on=today,
            effective_on=today + datetime.timedelta(days=1),
            seen_hash=batch.submission_hash,
        )
        for actor in (world.publisher, colleague)
    ]
    won, lost = won_and_lost(race(*acts))
    assert (len(won), [type(error) for error in lost]) == (1, [WrongState])
    assert Edition.objects.of(world.city).count() == before + 1
    check_log_and_editions()


@pytest.mark.parametrize("how_many", [8])
def test_first_lists_of_one_region_entered_at_once_make_one_edition(committed_world, how_many):
    world, _ = committed_world
    region, department = world.county, world.department("420602-MZJ")
    terms = EditionTerms(
        region=region,
        kind=EditionKind.BASELINE,
        notice_title="通知",
        notice_no="襄城政发〔2016〕1号",
        decided_on=datetime.date(2016, 1, 1),
        published_on=datetime.date(2016, 1, 2),
        effective_on=datetime.date(2016, 1, 3),
        entered_afterwards=True,
    )
    content = make_content(
        {"department_code": department.code, "department_name": department.name, "category": "05", "name": "临时救助"}
    )
    act = lambda: publish_afterwards(  # noqa: E731
        actor=world.county_publisher, terms=terms, placements=[Placement(kind=ChangeKind.ADD, content=content)]
    )
    won, lost = won_and_lost(race(*[act] * how_many))
    assert (len(won), len(lost)) == (1, how_many - 1)
    assert EditionEntry.objects.filter(edition__region=region).count() == 1
    check_log_and_editions()


def check_log_and_editions():
    """Gapless log, consecutive editions linked by hash, an unbroken audit chain."""
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(LogEntry.objects.count()))
    for edition in Edition.objects.exclude(previous=None).select_related("previous"):
        assert edition.number == edition.previous.number + 1
    assert audit.first_break() is None
