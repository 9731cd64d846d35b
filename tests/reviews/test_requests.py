"""How a department proposes: own items only, one open request per item, documents where a kind asks for them."""

import pytest

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.ledger.models import AuditEvent
from reviews.models import Change, ChangeRequest
from reviews.proposals import Proposal
from reviews.requests import create_request, replace_changes, submit_request, withdraw_request
from tests.world import add, amend, content, decide, fresh, propose


def rules_of(refusal) -> set[str]:
    return {violation.rule for violation in refusal.value.violations}


def test_it_refuses_a_proposal_for_another_departments_item(world):
    foreign = world.version("食品经营许可")
    with pytest.raises(RuleBroken) as refused:
        create_request(actor=world.clerk, department=world.department(), reason="试", proposals=[amend(foreign, note="越权")])
    assert rules_of(refused) == {"Q03"}
    assert "市人力资源和社会保障局" in str(refused.value)


def test_it_refuses_a_clerk_of_another_department(world):
    with pytest.raises(NotAllowed):
        create_request(actor=world.outsider, department=world.department(), reason="试", proposals=[add("甲")])
    denied = AuditEvent.objects.order_by("-sequence").first()
    assert (denied.act, denied.outcome, denied.actor_id) == ("create_request", "denied", "outsider")


def test_it_holds_an_item_for_one_open_request_at_a_time(world):
    version = world.version("劳务派遣经营许可")
    first = propose(world, [amend(version, note="一")])
    with pytest.raises(RuleBroken) as refused:
        propose(world, [amend(version, note="二")])
    assert first.number in str(refused.value)
    withdraw_request(actor=world.clerk, request=fresh(first), opinion="改日再提")
    assert propose(world, [amend(version, note="二")]).state == "compliance"


def test_a_repeal_needs_its_reason_and_document(world):
    version = world.version("工伤认定")
    ended = version.content.changed(state="repealed")
    with pytest.raises(RuleBroken) as refused:
        propose(world, [Proposal(kind=ChangeKind.REPEAL, content=ended, item=version.item, base_version=version)])
    assert rules_of(refused) == {"Q07"}


def test_only_the_head_submits(world):
    request = propose(world, [add("甲")], submit=False)
    with pytest.raises(NotAllowed):
        submit_request(actor=world.clerk, request=request, seen_hash=request.proposed_hash)
    submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    assert fresh(request).state == "compliance"


def test_a_deviation_from_the_default_initiation_needs_a_reason_and_both_offices(world):
    item = content("420600-RSJ", "02", "对甲行为的处罚", initiation="applied")
    request = propose(world, [Proposal(kind=ChangeKind.ADD, content=item)], submit=False)
    with pytest.raises(RuleBroken) as refused:
        submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    assert rules_of(refused) == {"Q09"}
    with_reason = Proposal(kind=ChangeKind.ADD, content=item.changed(initiation_reason="依当事人申请启动"))
    replace_changes(actor=world.clerk, request=request, reason="", proposals=[with_reason], seen_hash=request.proposed_hash)
    submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    decide(world.compliance, request)
    assert fresh(request).state == "compliance"
    decide(world.service, request)
    assert fresh(request).state == "legality"


def test_an_edit_changes_the_hash_and_a_stale_submission_is_refused(world):
    request = propose(world, [add("甲")], submit=False)
    seen = request.proposed_hash
    replace_changes(actor=world.clerk, request=request, reason="改", proposals=[add("乙")], seen_hash=seen)
    with pytest.raises(WrongState):
        submit_request(actor=world.head, request=request, seen_hash=seen)
    assert fresh(request).state == "draft"
    assert [change.name for change in request.changes.all()] == ["乙"]


def test_a_refused_request_leaves_nothing_behind(world):
    before = (ChangeRequest.objects.count(), Change.objects.count())
    with pytest.raises(RuleBroken):
        create_request(
            actor=world.clerk, department=world.department(), reason="试", proposals=[add("甲"), amend(world.version("收养登记"))]
        )
    assert (ChangeRequest.objects.count(), Change.objects.count()) == before


def test_the_hash_is_that_of_what_is_stored(world):
    version = world.version("工伤认定")
    request = propose(world, [amend(version, note="改"), add("甲")], submit=False)
    columns = ("position", "kind", "item__code", "base_version__number", "content_hash", "reason", "document", "terms_text")
    stored = [list(row) for row in request.changes.order_by("position").values_list(*columns)]
    assert [row[2:4] for row in stored] == [[version.item.code, version.number], [None, None]]
    assert request.proposed_hash == sha256_hex(canonical_bytes([request.reason, request.document, stored]))
    assert [row.proposed_hash for row in request.history.all()] == [request.proposed_hash]
