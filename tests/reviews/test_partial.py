"""Decisions on single changes: what is ticked leaves the request, the others go on; warnings need a reason, what stops lets nobody pass."""

import pytest

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from reviews.deciding import decide_request
from reviews.manifests import stored_hash
from reviews.marks import mark_change, marks_of, words_of
from reviews.models import Change, ChangeMark, ChangeRequest, RequestSplit, Revision, Waiver
from reviews.proposals import Proposal
from reviews.waivers import warned_in
from reviews.words import Word
from tests.world import add, amend, decide, fresh, propose, reasons_for, review

RETURNED, REFUSED = "returned", "refused"


def test_what_is_ticked_leaves_and_the_others_go_on(world):
    version = world.version("劳务派遣经营许可")
    request = propose(world, [add("甲"), amend(version, note="改"), add("乙"), add("丙")])
    decide(world.compliance, request)
    words = {2: Word(REFUSED, "无依据"), 3: Word(RETURNED, "名称不规范", (("name", "与法律一致"),))}
    decision = decide(world.service, request, words=words)
    request = fresh(request)
    assert (request.state, [change.name for change in request.changes.order_by("position")]) == ("legality", ["甲", "丙"])
    assert request.proposed_hash == stored_hash(request)
    refused = RequestSplit.objects.get(decision=decision, outcome=REFUSED).target
    returned = RequestSplit.objects.get(decision=decision, outcome=RETURNED).target
    assert (refused.state, refused.changes.get().item_id, refused.changes.get().open) == ("refused", version.item_id, False)
    assert (returned.state, returned.changes.get().name, returned.changes.get().open) == ("returned", "乙", True)
    assert returned.proposed_hash == stored_hash(returned) and returned.number != request.number
    # What was seen is kept word for word, and each word on a single change with the hash of its content.
    assert [(word.position, word.outcome, word.opinion) for word in decision.words.all()] == [
        (2, REFUSED, "无依据"),
        (3, RETURNED, "名称不规范"),
    ]
    assert decision.proposed_hash == Revision.objects.get(request=request, number=1).proposed_hash
    first, last = RequestSplit.objects.filter(decision=decision).order_by("pk")
    assert (first.before_hash, last.after_hash) == (decision.proposed_hash, request.proposed_hash)


def test_a_refused_change_frees_its_item_for_another_request(world):
    version = world.version("劳务派遣经营许可")
    request = propose(world, [add("甲"), amend(version, note="改")])
    decide(world.compliance, request, words={2: Word(REFUSED, "无依据")})
    again = propose(world, [amend(version, note="再改")])
    assert again.changes.get().item_id == version.item_id


def test_one_opinion_serves_all_that_have_none_of_their_own(world):
    request = propose(world, [add("甲"), add("乙"), add("丙")])
    decision = decide(world.compliance, request, opinion="依据不足", words={1: Word(REFUSED), 2: Word(REFUSED, "重复")})
    assert [word.opinion for word in decision.words.all()] == ["依据不足", "重复"]


def test_a_whole_return_carries_the_marks_and_ends_what_was_refused(world):
    request = propose(world, [add("甲"), add("乙"), add("丙")])
    decide(
        world.compliance,
        request,
        RETURNED,
        "补正",
        words={1: Word(RETURNED, "", (("phone", "写区号"),)), 3: Word(REFUSED, "不属本部门")},
    )
    request = fresh(request)
    assert (request.state, request.changes.count()) == ("returned", 2)
    assert Change.objects.get(name="丙").request.state == "refused"
    assert [(field.position, field.element, field.note) for field in request.returned_fields.all()] == [(1, "phone", "写区号")]


@pytest.mark.parametrize(
    ("words", "opinion", "rule"),
    [
        ({9: Word(REFUSED, "无")}, "", "S03"),
        ({1: Word("passed", "好")}, "", "S04"),
        ({1: Word(REFUSED)}, " ", "S04"),
        ({1: Word(REFUSED, "无"), 2: Word(RETURNED, "无")}, "", "S05"),
        ({1: Word(RETURNED, "无", (("no_such", ""),))}, "", "S06"),
    ],
)
def test_it_refuses_words_that_do_not_fit_and_leaves_nothing_behind(world, words, opinion, rule):
    request = propose(world, [add("甲"), add("乙")])
    with pytest.raises(RuleBroken) as refused:
        decide(world.compliance, request, opinion=opinion, words=words)
    assert {violation.rule for violation in refused.value.violations} == {rule}
    assert not fresh(request).decisions.exists() and fresh(request).changes.count() == 2


def test_who_spoke_before_the_split_does_not_review_another_stage_of_what_left(world):
    request = review(world, propose(world, [add("甲"), add("乙")]), until="legality")
    decide(world.legality, request, words={2: Word(RETURNED, "改", (("name", ""),))})
    split = RequestSplit.objects.get(source=request).target
    ChangeRequest.objects.filter(pk=split.pk).update(state="legality")
    from departments.models import Posting

    Posting.objects.create(user=world.compliance.user, post="legality", region=world.city)
    with pytest.raises(NotAllowed, match="两个阶段"):
        decide(world.compliance, split)


# -- marks ---------------------------------------------------------------------------------------------------------------------------


def mark(world, request, position=1, word="returned", **more):
    request = fresh(request)
    return mark_change(
        actor=more.pop("actor", world.compliance),
        request=request,
        position=position,
        word=word,
        seen_hash=request.proposed_hash,
        **more,
    )


def test_marks_are_kept_as_one_goes_and_the_last_one_counts(world):
    request = propose(world, [add("甲"), add("乙")])
    mark(world, request, 1, "returned", opinion="先退", fields=[("phone", "区号")])
    mark(world, request, 1, "passed")
    mark(world, request, 2, "refused", opinion="无依据")
    kept = marks_of(world.compliance.user, fresh(request))
    assert {position: each.word for position, each in kept.items()} == {1: "passed", 2: "refused"}
    assert words_of(kept) == {2: Word("refused", "无依据")}
    assert ChangeMark.objects.filter(request=request).count() == 3
    # They are one's own, and are not yet a decision.
    assert marks_of(world.service.user, request) == {} and fresh(request).state == "compliance"


def test_marks_do_not_outlive_what_was_seen(world):
    request = propose(world, [add("甲"), add("乙")])
    mark(world, request, 2, "refused", opinion="无依据")
    ChangeRequest.objects.filter(pk=request.pk).update(proposed_hash="f" * 64)
    assert marks_of(world.compliance.user, fresh(request)) == {}


@pytest.mark.parametrize("name", ["clerk", "legality", "council", "county_compliance"])
def test_only_who_may_decide_now_may_mark(world, name):
    request = propose(world, [add("甲")])
    with pytest.raises(NotAllowed):
        mark(world, request, actor=getattr(world, name))
    assert not ChangeMark.objects.filter(request=request).exists()


def test_after_the_decision_marks_are_over(world):
    request = propose(world, [add("甲")])
    decide(world.compliance, request)
    with pytest.raises(WrongState):
        mark(world, request)


# -- warnings and what stops -----------------------------------------------------------------------------------------------------------


def test_a_warning_is_passed_with_a_written_reason_once_for_all_its_places(world):
    request = propose(world, [add("甲"), add("乙")])
    with pytest.raises(RuleBroken) as refused:
        decide(world.compliance, request, reasons={})
    asked = {violation.message.split(" ")[0] for violation in refused.value.violations}
    assert {violation.rule for violation in refused.value.violations} == {"S07"} and asked == set(reasons_for(request))
    decision = decide(world.compliance, request)
    kept = Waiver.objects.filter(decision=decision)
    assert {waiver.rule for waiver in kept} == asked and all(waiver.reason and waiver.places for waiver in kept)
    # The other part need not say it again.
    decide(world.service, request, reasons={})
    assert fresh(request).state == "legality"


def test_returning_asks_for_no_reason(world):
    request = propose(world, [add("甲")])
    decide(world.compliance, request, RETURNED, "改", reasons={})
    assert fresh(request).state == "returned"


def test_a_rule_that_stops_now_lets_nobody_pass(world):
    version = world.version("劳务派遣经营许可")
    request = propose(
        world,
        [Proposal(kind=ChangeKind.REPEAL, content=version.content.changed(state="repealed"), item=version.item, base_version=version, reason="废止", document="国发〔2019〕6号")],
    )  # fmt: skip
    Change.objects.filter(request=request).update(document="")
    with pytest.raises(RuleBroken, match="R40"):
        decide_request(actor=world.compliance, request=request, outcome="passed", seen_hash=request.proposed_hash)
    assert fresh(request).state == "compliance" and not request.decisions.exists()
    decide(world.compliance, request, RETURNED, "补文件")


def test_what_is_left_after_the_ticked_ones_is_what_the_rules_see(world):
    """大项 refused, its sub-item passed: the rules look at the rest, not at what was seen before."""
    version = world.version("劳务派遣经营许可")
    repeal = Proposal(kind=ChangeKind.REPEAL, content=version.content.changed(state="repealed"), item=version.item, base_version=version, reason="废止", document="国发〔2019〕6号")  # fmt: skip
    request = propose(world, [add("甲"), repeal])
    Change.objects.filter(request=request, position=2).update(document="")
    decide(world.compliance, request, words={2: Word(REFUSED, "没有文件")})
    assert fresh(request).state == "compliance" and request.decisions.count() == 1


def test_the_submissions_warnings_are_read_back_by_rule():
    assert [(each.number, each.places) for each in warned_in("R05 2 处、R25 12 处")] == [("R05", 2), ("R25", 12)]
    assert warned_in("") == [] and warned_in("旧话 x 处、R05") == []
