"""认领: one person a post, given back or ended with the stage; and what a person is told of since he last looked."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from departments.models import Posting, User
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, WrongState
from qingdan.ledger.models import AuditEvent
from reviews.batches import create_batch, dissolve_batch
from reviews.claims import claim_request, claims_of, release_claim
from reviews.looks import SITTING, news_of, note_look, since
from reviews.models import Claim
from reviews.requests import replace_changes, submit_request
from reviews.words import Word
from tests.racing import race
from tests.world import add, decide, fresh, propose, publish, review


def colleague(world, username: str = "second", post: Post = Post.COMPLIANCE) -> Actor:
    user = User.objects.create_user(username, "第二人", None)
    Posting.objects.create(user=user, post=post, region=world.city, from_on=datetime.date(2016, 1, 1))
    return Actor(user)


def names(row) -> list[str]:
    return [claim.person.username for claim in claims_of([fresh(row)]).get(row.pk, [])]


def test_one_person_claims_and_a_colleague_is_told_who(world):
    row, other = world.request("compliance"), colleague(world)
    claim_request(actor=world.compliance, request=row)
    with pytest.raises(WrongState, match="已由陈立认领"):
        claim_request(actor=other, request=row)
    with pytest.raises(WrongState, match="您已认领"):
        claim_request(actor=world.compliance, request=row)
    assert names(row) == ["compliance"]
    assert AuditEvent.objects.filter(act="claim_request", object_id=str(row.pk), outcome="done").count() == 1


def test_the_other_office_claims_its_own_part(world):
    row = world.request("compliance")
    claim_request(actor=world.compliance, request=row)
    claim_request(actor=world.service, request=row)
    assert names(row) == ["compliance", "service"]


def test_a_claim_is_given_back_by_who_made_it_only(world):
    row, other = world.request("compliance"), colleague(world)
    claim_request(actor=world.compliance, request=row)
    with pytest.raises(WrongState, match="没有认领"):
        release_claim(actor=other, request=row)
    release_claim(actor=world.compliance, request=row)
    claim_request(actor=other, request=row)
    assert names(row) == ["second"]


def test_it_ends_with_the_stage(world):
    row = propose(world, [add("认领样本")])
    claim_request(actor=world.compliance, request=row)
    review(world, row, until="legality")
    assert names(row) == []
    claim_request(actor=world.legality, request=row)
    assert names(row) == ["legality"]


def test_a_claim_of_who_no_longer_holds_the_post_binds_nobody(world):
    row, other = world.request("compliance"), colleague(world)
    claim_request(actor=world.compliance, request=row)
    world.compliance.user.postings.update(to_on=timezone.localdate())
    claim_request(actor=other, request=row)
    assert names(row) == ["second"]


@pytest.mark.parametrize(
    ("person", "state", "error"),
    [
        ("legality", "compliance", NotAllowed),
        ("clerk", "compliance", NotAllowed),
        ("outsider", "compliance", NotAllowed),
        ("county_compliance", "compliance", NotAllowed),
        ("publisher", "compliance", NotAllowed),
        ("compliance", "legality", NotAllowed),
        ("compliance", "returned", WrongState),
        ("clerk", "draft", NotAllowed),
        ("council", "awaiting", NotAllowed),
    ],
)
def test_nobody_else_claims(world, person, state, error):
    with pytest.raises(error):
        claim_request(actor=getattr(world, person), request=world.request(state))
    assert not Claim.objects.exists()


def test_the_publisher_claims_what_waits_for_a_batch(world):
    row = world.request("awaiting")
    claim_request(actor=world.publisher, request=row)
    assert names(row) == ["publisher"]


def test_what_comes_back_to_a_state_may_be_claimed_there_again(world):
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    row = review(world, propose(world, [add("来回样本")]))
    claim_request(actor=world.publisher, request=row)
    batch = create_batch(actor=world.publisher, region=world.city, title="本批", requests=[row])
    dissolve_batch(actor=world.publisher, batch=batch)
    assert names(row) == []
    claim_request(actor=colleague(world, post=Post.PUBLISHER), request=row)
    assert names(row) == ["second"]


def test_who_may_not_review_may_not_claim(world):
    row = world.request("compliance")
    Posting.objects.create(user=world.head.user, post=Post.COMPLIANCE, region=world.city)
    with pytest.raises(NotAllowed, match="本人经办"):
        claim_request(actor=world.head, request=row)


def test_two_at_the_same_moment_one_has_it(committed_world):
    world, _database = committed_world
    row, other = world.request("compliance"), colleague(world)
    first = world.compliance
    outcomes = race(lambda: claim_request(actor=first, request=row), lambda: claim_request(actor=other, request=row))
    assert sorted(outcome.won for outcome in outcomes) == [False, True]
    assert all(isinstance(outcome.error, WrongState) for outcome in outcomes if not outcome.won)
    assert len(names(row)) == 1


# -- since the last look -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock():
    with time_machine.travel(datetime.datetime(2026, 3, 2, 4, 0, tzinfo=datetime.UTC), tick=False) as moving:
        yield moving


def test_it_names_what_was_added_changed_and_removed(world, clock):
    phone = [add("甲"), add("乙"), add("丙")]
    row = propose(world, phone)
    reader = world.compliance.user
    assert note_look(person=reader, request=row) is None, "the first look has nothing before it"
    clock.shift(datetime.timedelta(days=1))
    decide(world.service, row, "returned", "请改")
    row = fresh(row)
    row = replace_changes(
        actor=world.clerk,
        request=row,
        reason="改过",
        proposals=[add("甲"), add("乙", supervision_phone="0710-3600003"), add("丁")],
        seen_hash=row.proposed_hash,
    )
    submit_request(actor=world.head, request=row, seen_hash=row.proposed_hash)
    clock.shift(SITTING)
    row = fresh(row)
    assert news_of([row], reader) == {row.pk: "changed"}
    news = since(note_look(person=reader, request=row), row)
    assert (news.added, news.changed, news.removed) == (["丁"], ["乙"], ["丙"])
    assert news.revision == 1 and news.state == ""
    assert [decision.opinion for decision in news.decisions] == ["请改"]
    assert news_of([row], reader) == {}


def test_opening_it_again_in_the_same_sitting_still_shows_what_is_new(world, clock):
    row, reader = propose(world, [add("甲")]), world.legality.user
    note_look(person=reader, request=row)
    clock.shift(datetime.timedelta(hours=2))
    row = review(world, row, until="legality")
    assert since(note_look(person=reader, request=row), row).state == "合规审查"
    clock.shift(datetime.timedelta(minutes=10))
    assert since(note_look(person=reader, request=row), row), "the same sitting"
    clock.shift(SITTING + datetime.timedelta(minutes=1))
    assert not since(note_look(person=reader, request=row), row), "the next one"


def test_ones_own_word_is_no_news(world, clock):
    row, reader = propose(world, [add("甲")]), world.compliance.user
    note_look(person=reader, request=row)
    clock.shift(datetime.timedelta(hours=2))
    decide(world.compliance, row)
    row = fresh(row)
    assert not since(note_look(person=reader, request=row), row)


def test_what_was_never_opened_is_new(world):
    row = world.request("compliance")
    assert news_of([row], world.compliance.user) == {row.pk: "new"}
    note_look(person=world.service.user, request=row)
    assert news_of([row], world.compliance.user) == {row.pk: "new"}, "another's look is not his"


def test_the_word_of_one_office_ends_no_claim_of_the_other_and_gives_it_no_more_days(world):
    row = propose(world, [add("甲")])
    claim_request(actor=world.service, request=row)
    since_when = fresh(row).state_since
    decide(world.compliance, row)
    assert (fresh(row).state, names(row), fresh(row).state_since) == ("compliance", ["service"], since_when)


def test_whose_turn_it_never_is_hears_so_whatever_the_state(world):
    for state in ("returned", "compliance", "published"):
        with pytest.raises(NotAllowed):
            claim_request(actor=world.clerk, request=world.request(state))


def test_who_decided_before_a_split_claims_in_no_other_stage(world):
    row = propose(world, [add("甲"), add("乙")])
    both = colleague(world, "both")
    Posting.objects.create(user=both.user, post=Post.LEGALITY, region=world.city, from_on=datetime.date(2016, 1, 1))
    decide(both, row)
    decide(world.service, row, words={2: Word("returned", "电话不全", (("supervision_phone", "写区号"),))})
    back = fresh(row).followups.get()
    submit_request(actor=world.head, request=back, seen_hash=back.proposed_hash)
    decide(world.compliance, back)
    decide(world.service, back)
    assert fresh(back).state == "legality"
    with pytest.raises(NotAllowed, match="另一阶段"):
        claim_request(actor=both, request=back)
