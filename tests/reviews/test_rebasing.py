"""A change whose base was published over: carried onto the new one where both touched different elements, else sent back."""

import datetime

import pytest

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.batches import create_batch, freeze_batch
from reviews.editing import remove_change
from reviews.manifests import stored_hash
from reviews.models import Rebase
from reviews.proposals import Proposal
from reviews.rebasing import conflicts_of, rebase_request
from reviews.requests import replace_changes
from tests.reviews.test_amending import _meanwhile
from tests.world import add, amend, decide, fresh, propose, publish, review


@pytest.fixture
def free(world):
    """The city with no batch open."""
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)
    return world


@pytest.fixture
def waiting(free):
    """A request that changes a telephone and waits for a batch."""
    return review(free, propose(free, [amend(free.version("劳务派遣经营许可"), supervision_phone="0710-9"), add("甲")]))


def found(request):
    return conflicts_of(request.changes.order_by("position"))


def test_an_up_to_date_request_has_no_conflict_and_nothing_to_carry(free, waiting):
    assert found(waiting) == []
    with pytest.raises(RuleBroken, match="不需要"):
        rebase_request(actor=free.publisher, request=waiting, seen_hash=waiting.proposed_hash)


def test_what_does_not_overlap_is_carried_and_goes_to_legality(free, waiting):
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    (conflict,) = found(waiting)
    assert (conflict.published, conflict.proposed, conflict.can_carry) == (("备注",), ("监督电话",), True)
    with pytest.raises(RuleBroken, match="第3版"):
        create_batch(actor=free.publisher, region=free.city, title="批", requests=[waiting])
    before = waiting.proposed_hash
    rebase_request(actor=free.publisher, request=waiting, seen_hash=before)
    moved = fresh(waiting)
    change = moved.changes.get(name="劳务派遣经营许可")
    assert (moved.state, moved.revision) == ("legality", 2)
    assert (change.content.note, change.content.supervision_phone) == ("其间公布", "0710-9")
    kept = Rebase.objects.get()
    assert (kept.old_request_hash, kept.new_request_hash) == (before, moved.proposed_hash)
    assert kept.old_hash != kept.new_hash == change.content_hash
    decide(free.legality, moved)
    batch = create_batch(actor=free.publisher, region=free.city, title="批", requests=[fresh(moved)])
    assert freeze_batch(actor=free.publisher, batch=batch).state == "frozen"


def test_what_overlaps_is_named_and_not_carried(free, waiting):
    _meanwhile(free, "劳务派遣经营许可", supervision_phone="0710-8")
    (conflict,) = found(waiting)
    assert conflict.clashing == ("监督电话",)
    with pytest.raises(RuleBroken, match="监督电话"):
        rebase_request(actor=free.publisher, request=waiting, seen_hash=waiting.proposed_hash)
    assert fresh(waiting).state == "awaiting" and not Rebase.objects.exists()


def test_the_same_value_on_both_sides_is_no_clash(free, waiting):
    _meanwhile(free, "劳务派遣经营许可", supervision_phone="0710-9", note="同时公布")
    rebase_request(actor=free.publisher, request=waiting, seen_hash=waiting.proposed_hash)
    assert fresh(waiting).state == "legality"


def test_only_the_publisher_carries_what_he_saw(free, waiting):
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    with pytest.raises(NotAllowed):
        rebase_request(actor=free.legality, request=waiting, seen_hash=waiting.proposed_hash)
    with pytest.raises(WrongState):
        rebase_request(actor=free.publisher, request=waiting, seen_hash="0" * 64)


def test_a_request_in_a_batch_that_is_gathered_leaves_it_and_one_in_a_fixed_one_does_not(free, waiting):
    batch = create_batch(actor=free.publisher, region=free.city, title="批", requests=[waiting])
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    rebase_request(actor=free.publisher, request=fresh(waiting), seen_hash=waiting.proposed_hash)
    assert (fresh(waiting).batch, batch.requests.count()) == (None, 0)
    other = review(free, propose(free, [amend(free.version("工伤认定"), phone="1")]))
    fixed = freeze_batch(actor=free.publisher, batch=_add(free, batch, other))
    _meanwhile(free, "工伤认定", note="其间公布")
    with pytest.raises(WrongState, match="送审稿已定"):
        rebase_request(actor=free.publisher, request=fresh(other), seen_hash=other.proposed_hash)
    assert fixed.requests.count() == 1


def _add(world, batch, request):
    from reviews.batches import add_to_batch

    return add_to_batch(actor=world.publisher, batch=fresh(batch), request=request)


def test_what_was_carried_can_still_be_corrected_but_not_left_out(free, waiting):
    """Its evidence names the change: the department writes into it, and takes the other one out."""
    _meanwhile(free, "劳务派遣经营许可", note="其间公布")
    rebase_request(actor=free.publisher, request=waiting, seen_hash=waiting.proposed_hash)
    decide(free.legality, waiting, "returned", "电话不全")
    returned, carried = fresh(waiting), fresh(waiting).changes.get(name="劳务派遣经营许可")
    given = {"actor": free.clerk, "request": returned, "reason": returned.reason, "seen_hash": returned.proposed_hash}
    with pytest.raises(RuleBroken, match="不能从申请中去掉"):
        replace_changes(**given, proposals=[add("甲")])
    with pytest.raises(RuleBroken, match="不能从申请中去掉"):
        remove_change(actor=free.clerk, request=returned, change=carried, seen_seal=carried.seal)
    version = carried.base_version
    content = carried.content.changed(supervision_phone="0710-3600009")
    mended = Proposal(kind=carried.kind, content=content, item=version.item, base_version=version)
    replace_changes(**given, proposals=[add("乙"), mended])
    (first, second) = fresh(waiting).changes.order_by("position")
    assert (first.pk, first.content.supervision_phone, second.name) == (carried.pk, "0710-3600009", "乙")
    assert fresh(waiting).proposed_hash == stored_hash(fresh(waiting))
