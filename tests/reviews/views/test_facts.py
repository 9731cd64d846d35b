"""What a request's page gathers once is what each room would have answered for itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.claims import claim_request
from reviews.conversation import raise_comment
from reviews.deadlines import deadline_of, deadlines_of
from reviews.marks import mark_change
from reviews.models import Attachment, ChangeRequest
from reviews.papers.kept import papers_of_request
from reviews.route import missing_parts, missing_parts_of, spoken_elsewhere
from reviews.views.facts import facts_of, present_about
from tests.world import add, decide, fresh, propose

FOUND = ("answers", "claims", "comments", "confirmations", "decisions", "followups")
FOUND += ("marks", "opinions", "rebases", "reports", "urges")


def every_request():
    return list(ChangeRequest.objects.select_related("department", "region", "batch").order_by("pk"))


def test_it_tells_of_every_request_what_there_is_about_it(world):
    row = propose(world, [add("甲")])
    seen = {"request": row, "seen_hash": row.proposed_hash}
    raise_comment(actor=world.compliance, text="补充依据", **seen)
    mark_change(actor=world.compliance, position=1, word="passed", **seen)
    claim_request(actor=world.compliance, request=row)
    told = set()
    for row in every_request():
        there = {name for name in FOUND if getattr(row, name).exists()}
        there |= {"attachments"} if Attachment.objects.of(row).exists() else set()
        assert present_about(row) == there
        told |= there
    assert {"claims", "comments", "decisions", "marks"} <= told


def test_missing_parts_turns_and_deadlines_are_those_of_the_lists(world):
    for row in every_request():
        facts, due, deadline = facts_of(row), missing_parts_of([row]), deadlines_of([row])
        trail = [(each.state, each.at) for each in facts.trail]
        assert facts.missing == missing_parts(fresh(row))
        assert facts.due == due.get(row.pk, [])
        assert deadline_of(row, kinds=facts.kinds, trail=trail) == deadline.get(row.pk)


def test_the_papers_have_the_same_keys_whoever_read_the_hashes(world):
    for row in every_request():
        hashes = [line.content_hash for line in facts_of(row).lines]
        assert papers_of_request(row, hashes) == papers_of_request(fresh(row))


@pytest.mark.parametrize("outcome", [None, "passed", "returned"])
def test_what_was_said_is_read_once_and_nothing_of_it_stays_with_the_next_reading(world, outcome):
    row, reviewer = fresh(propose(world, [add("甲"), add("乙")])), world.compliance
    if outcome:
        decide(reviewer, row, outcome, "依据不足")
        row = fresh(row)
    assert len(facts_of(row).decisions) == bool(outcome)
    with CaptureQueriesContext(connection) as queries:
        assert (reviewer.user.pk in spoken_elsewhere(row, "legality")) == bool(outcome)
    assert not queries.captured_queries
    if outcome == "passed":
        decide(world.service, row)
        assert len(fresh(row).decisions.all()) == 2
