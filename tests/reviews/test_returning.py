"""How a returned request comes back: limited to what was marked, to the stage that returned it; anything else starts again."""

import datetime

import pytest

from departments.models import Posting
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from reviews.deciding import answer_revision, confirmations_open_to
from reviews.models import RequestSplit, Revision
from reviews.proposals import Proposal
from reviews.requests import replace_changes, submit_request
from reviews.returning import changed_since, comeback_of, fields_to_correct, first_field_to_correct
from reviews.route import awaited_confirmations, missing_parts, missing_parts_of
from reviews.words import Word
from tests.reviews.test_claims import colleague
from tests.world import add, decide, fresh, propose, review

PHONE = Word("returned", "", (("supervision_phone", "须写区号"),))


def returned_by_legality(world, words=None, proposals=None):
    request = review(world, propose(world, proposals or [add("甲"), add("乙")]), until="legality")
    decide(world.legality, request, "returned", "按标记补正", words=words if words is not None else {2: PHONE})
    return fresh(request)


def corrected(world, request, **changed):
    """The request with its change 乙 altered, through the act that a department uses."""
    proposals = [
        Proposal(
            kind=change.kind,
            content=change.content.changed(**changed) if change.name == "乙" else change.content,
            item=change.item,
            base_version=change.base_version,
        )
        for change in request.changes.order_by("position")
    ]
    replace_changes(
        actor=world.clerk, request=request, reason=request.reason, proposals=proposals, seen_hash=fresh(request).proposed_hash
    )
    return fresh(request)


def handed_in(world, request):
    request = fresh(request)
    return fresh(submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash))


def answer(actor, request, answer="confirmed", **more):
    request = fresh(request)
    return answer_revision(actor=actor, request=request, answer=answer, seen_hash=request.proposed_hash, **more)


def test_the_department_is_told_the_first_field_to_correct(world):
    request = returned_by_legality(
        world, {2: Word("returned", "", (("promised_time", "超法定时限"), ("name", "用全称"))), 1: Word("returned", "整项重写")}
    )
    assert [(field.position, field.element, field.note) for field in fields_to_correct(request)] == [
        (1, "", "整项重写"),
        (2, "name", "用全称"),
        (2, "promised_time", "超法定时限"),
    ]
    first = first_field_to_correct(request)
    assert (first.change.name, first.element, first.label) == ("甲", "", "整项")
    assert first_field_to_correct(propose(world, [add("丁")])) is None


def test_a_revision_of_the_marked_fields_goes_back_to_the_stage_that_returned_it(world):
    request = corrected(world, returned_by_legality(world), supervision_phone="0710-3600009")
    assert comeback_of(request).limited
    request = handed_in(world, request)
    assert (request.state, request.revision) == ("legality", 2)
    assert [rule.part for rule in awaited_confirmations(request)] == ["duty", "platform"]
    revision = Revision.objects.get(request=request, number=2)
    assert (revision.limited, revision.stage, revision.outside) == (True, "legality", "")


def test_silence_is_no_consent(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    decide(world.legality, request)
    assert fresh(request).state == "legality" and not missing_parts(fresh(request))
    answer(world.compliance, request)
    assert fresh(request).state == "legality"
    answer(world.service, request)
    assert fresh(request).state == "awaiting"


def test_confirmations_first_and_legality_last_lead_to_the_same(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    answer(world.service, request)
    answer(world.compliance, request)
    assert fresh(request).state == "legality"
    decide(world.legality, request)
    assert fresh(request).state == "awaiting"


def test_who_confirms_sees_just_the_difference(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    found = changed_since(request, 1)
    assert [(change.name, old.supervision_phone, change.content.supervision_phone) for change, old in found] == [
        ("乙", "", "0710-3600009")
    ]


def test_reviewing_again_takes_it_back_to_compliance_and_keeps_the_other_words(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    decide(world.legality, request)
    answer(world.service, request)
    with pytest.raises(RuleBroken, match="意见"):
        answer(world.compliance, request, "reopened")
    answer(world.compliance, request, "reopened", opinion="电话不是本部门的")
    assert fresh(request).state == "compliance"
    assert [rule.part for rule in missing_parts(fresh(request))] == ["duty"]
    decide(world.compliance, request)
    assert fresh(request).state == "awaiting"


def test_within_one_stage_the_other_part_confirms_or_simply_decides(world):
    request = propose(world, [add("甲"), add("乙")])
    decide(world.compliance, request)
    decide(world.service, request, "returned", "补正", words={2: PHONE})
    request = handed_in(world, corrected(world, fresh(request), supervision_phone="0710-3600009"))
    assert request.state == "compliance"
    assert [rule.part for rule in awaited_confirmations(request)] == ["duty"]
    decide(world.service, request)
    assert fresh(request).state == "compliance"
    answer(world.compliance, request)
    assert fresh(request).state == "legality"


@pytest.mark.parametrize(
    ("changed", "outside"),
    [
        ({"supervision_phone": "0710-3600009", "conditions": "另加条件"}, "第 2 项 乙：受理条件"),
        ({"note": "备注"}, "第 2 项 乙：备注"),
    ],
)
def test_any_other_revision_starts_again_and_says_which_fields_are_outside(world, changed, outside):
    request = corrected(world, returned_by_legality(world), **changed)
    comeback = comeback_of(request)
    assert not comeback.limited
    assert [str(each).split("：")[0] for each in comeback.outside] == [outside.split("：")[0]]
    request = handed_in(world, request)
    assert (request.state, request.revision) == ("compliance", 2)
    assert not awaited_confirmations(request)
    assert Revision.objects.get(request=request, number=2).outside == str(comeback.outside[0])
    assert "重新从合规审查开始" in request.history.first().history_change_reason


def test_another_reason_or_another_item_is_outside_too(world):
    request = returned_by_legality(world)
    proposals = [Proposal(kind=change.kind, content=change.content) for change in request.changes.order_by("position")]
    replace_changes(
        actor=world.clerk,
        request=request,
        reason="另一理由",
        proposals=[*proposals, add("丙")],
        seen_hash=request.proposed_hash,
    )
    assert [str(each) for each in comeback_of(fresh(request)).outside] == ["申请：调整理由", "第 3 项 丙：新增的一项"]


def test_a_change_taken_out_is_outside_unless_the_whole_of_it_was_marked(world):
    for word, limited in ((PHONE, False), (Word("returned", "删去"), True)):
        request = returned_by_legality(world, {2: word})
        kept = request.changes.get(position=1)
        replace_changes(
            actor=world.clerk,
            request=request,
            reason=request.reason,
            proposals=[Proposal(kind=kept.kind, content=kept.content)],
            seen_hash=request.proposed_hash,
        )
        assert comeback_of(fresh(request)).limited is limited


def test_a_return_without_marks_always_starts_again(world):
    request = returned_by_legality(world, {})
    assert not comeback_of(request).limited and comeback_of(request).outside == ()
    assert handed_in(world, request).state == "compliance"


def test_what_was_split_off_comes_back_to_legality_as_well(world):
    request = review(world, propose(world, [add("甲"), add("乙")]), until="legality")
    decide(world.legality, request, words={2: PHONE})
    assert fresh(request).state == "awaiting"
    split = RequestSplit.objects.get(source=request).target
    assert first_field_to_correct(split).element == "supervision_phone"
    split = handed_in(world, corrected(world, split, supervision_phone="0710-3600009"))
    assert split.state == "legality"
    answer(world.compliance, split)
    answer(world.service, split)
    decide(world.legality, split)
    assert fresh(split).state == "awaiting"


def test_a_second_return_still_asks_those_who_have_not_yet_confirmed(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    answer(world.compliance, request)
    decide(world.legality, request, "returned", "再改", words={2: PHONE})
    request = handed_in(world, corrected(world, fresh(request), supervision_phone="0710-3600010"))
    assert [rule.part for rule in awaited_confirmations(request)] == ["duty", "platform"]


def test_only_the_parts_that_are_asked_answer_and_once(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    for stranger in (world.legality, world.head, world.council):
        with pytest.raises(NotAllowed):
            answer(stranger, request)
    answer(world.compliance, request)
    with pytest.raises(WrongState):
        answer(world.compliance, request)
    assert confirmations_open_to(world.compliance, fresh(request)) == []
    Posting.objects.create(user=world.legality.user, post="service", region=world.city)
    with pytest.raises(NotAllowed, match="两个阶段"):
        answer(world.legality, request)


def test_nobody_is_asked_where_nothing_was_limited(world):
    request = propose(world, [add("甲")])
    with pytest.raises(WrongState):
        answer(world.compliance, request)
    assert fresh(request).state == "compliance"


def test_lists_see_the_awaited_confirmations_as_turns(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    other = propose(world, [add("别的")])
    parts = {key: [rule.part for rule in rules] for key, rules in missing_parts_of([request, fresh(other)]).items()}
    assert parts == {request.pk: ["legality", "duty", "platform"], other.pk: ["duty", "platform"]}


def test_what_a_return_refused_is_no_correction_of_the_department(world):
    """1 is refused by the same decision and leaves: the marked telephone of 2 is all that was corrected."""
    request = returned_by_legality(world, {1: Word("refused", "无依据"), 2: PHONE})
    request = handed_in(world, corrected(world, request, supervision_phone="0710-3600009"))
    assert (request.state, Revision.objects.get(request=request, number=2).limited) == ("legality", True)


def test_who_passes_the_rest_afterwards_has_no_word_to_confirm_of_what_was_split_off(world):
    request = propose(world, [add("甲"), add("乙")])
    decide(world.compliance, request, words={2: Word("returned", "电话不全", (("supervision_phone", "写区号"),))})
    decide(world.service, request)
    back = handed_in(world, corrected(world, RequestSplit.objects.get(source=request).target, supervision_phone="0710-3600009"))
    assert (back.state, awaited_confirmations(back)) == ("compliance", [])
    assert [rule.part for rule in missing_parts(back)] == ["duty", "platform"]


def test_new_items_that_were_split_off_are_known_again_by_name(world):
    """Both were second and third; alone they are first and second, and both telephones are corrected."""
    request = propose(world, [add("甲"), add("乙"), add("丙")])
    decide(world.compliance, request, words={2: PHONE, 3: PHONE})
    back = RequestSplit.objects.get(source=request).target
    proposals = [
        Proposal(kind=change.kind, content=change.content.changed(supervision_phone=f"0710-360000{change.position}"))
        for change in back.changes.order_by("position")
    ]
    replace_changes(actor=world.clerk, request=back, reason=back.reason, proposals=proposals, seen_hash=back.proposed_hash)
    assert comeback_of(fresh(back)).limited


def test_who_confirmed_an_earlier_word_decides_in_no_other_stage(world):
    request = handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))
    both = colleague(world, "two_stages")
    Posting.objects.create(user=both.user, post="legality", region=world.city, from_on=datetime.date(2016, 1, 1))
    answer(both, request)
    with pytest.raises(NotAllowed, match="两个阶段"):
        decide(both, request)
