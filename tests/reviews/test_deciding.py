"""The two reviews: independence, both parts of compliance, decisions bound to what was seen."""

import pytest

from departments.models import Posting
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.deciding import decide_request
from reviews.models import Decision
from reviews.proposals import Proposal
from reviews.requests import submit_request
from tests.world import add, content, decide, fresh, propose, review


def test_an_applied_item_needs_both_parts_of_compliance(world):
    request = propose(world, [add("甲")])
    decide(world.compliance, request)
    assert fresh(request).state == "compliance"
    decide(world.service, request)
    assert fresh(request).state == "legality"


def test_an_ex_officio_item_needs_only_the_duty_part(world):
    request = propose(world, [Proposal(kind="add", content=content("420600-RSJ", "06", "对甲的检查", initiation="ex_officio"))])
    decide(world.compliance, request)
    assert fresh(request).state == "legality"


def test_it_refuses_a_second_stage_by_the_same_person(world):
    request = propose(world, [add("甲")])
    decide(world.compliance, request)
    Posting.objects.create(user=world.compliance.user, post="service", region=world.city)
    with pytest.raises((NotAllowed, WrongState)):
        decide(world.compliance, request)
    decide(world.service, request)
    Posting.objects.create(user=world.compliance.user, post="legality", region=world.city)
    with pytest.raises(NotAllowed, match="两个阶段"):
        decide(world.compliance, request)
    assert fresh(request).state == "legality"


def test_it_refuses_a_reviewer_who_wrote_the_request(world):
    Posting.objects.create(user=world.clerk.user, post="compliance", region=world.city)
    request = propose_by_clerk_with_two_posts(world)
    with pytest.raises(NotAllowed, match="自己"):
        decide(world.clerk, request)


def propose_by_clerk_with_two_posts(world):
    from reviews.requests import create_request

    request = create_request(actor=world.clerk, department=world.department(), reason="依法调整", proposals=[add("甲")])
    return submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)


def test_a_decision_binds_the_hash_that_was_seen(world):
    request = propose(world, [add("甲")])
    with pytest.raises(WrongState, match="内容已变化"):
        decide_request(actor=world.compliance, request=request, outcome="passed", seen_hash="0" * 64)
    assert not Decision.objects.filter(request=request).exists()
    decision = decide(world.compliance, request)
    assert decision.proposed_hash == fresh(request).proposed_hash


@pytest.mark.parametrize("outcome", ["returned", "refused"])
def test_returning_and_refusing_need_an_opinion(world, outcome):
    request = propose(world, [add("甲")])
    with pytest.raises(RuleBroken, match="意见"):
        decide(world.compliance, request, outcome, "  ")
    decide(world.compliance, request, outcome, "依据不足")
    assert fresh(request).state == outcome


def test_a_returned_request_comes_back_as_the_next_revision_and_starts_again(world):
    request = propose(world, [add("甲")])
    decide(world.compliance, request)
    decide(world.service, request, "returned", "补充材料")
    submit_request(actor=world.head, request=fresh(request), seen_hash=request.proposed_hash)
    again = fresh(request)
    assert (again.state, again.revision) == ("compliance", 2)
    decide(world.compliance, again)
    assert fresh(again).state == "compliance"


def test_a_refused_request_frees_its_items(world):
    request = propose(world, [add("甲")])
    decide(world.compliance, request, "refused", "不属本部门")
    assert not fresh(request).changes.filter(open=True).exists()


def test_a_reviewer_of_another_region_does_not_even_know_of_it(world):
    request = review(world, propose(world, [add("甲")]), until="legality")
    with pytest.raises(NotAllowed) as refused:
        decide(world.county_legality, request)
    assert refused.value.status == 404
