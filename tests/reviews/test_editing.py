"""A draft is made change by change; what 合并, 拆分 and 划转 bring along goes through the stages and the door with its lineage."""

import datetime

import pytest

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import EditionChange, EditionCount, EditionEntry, ItemVersion
from qingdan.ledger.models import AuditEvent
from reviews.consents import answer_transfer
from reviews.editing import describe_request, open_draft, put_change, remove_change
from reviews.kind_terms import KEEP, KIND_RULES, PART, clean_terms
from reviews.models import Change, ChangeRequest
from reviews.proposals import Proposal
from reviews.requests import submit_request
from tests.world import add, amend, decide_batch, fresh, publish, review

PAPER = {"reason": "依法调整", "document": "襄办发〔2020〕9号"}


def rules_of(refusal) -> set[str]:
    return {violation.rule for violation in refusal.value.violations}


@pytest.fixture
def draft(world) -> ChangeRequest:
    return open_draft(actor=world.clerk, department=world.department(), reason="依法调整")


def of(version: ItemVersion, kind: str, *, terms=None, content=None, **others) -> Proposal:
    return Proposal(
        kind=kind,
        content=content or version.content,
        item=version.item,
        base_version=version,
        terms=terms or {},
        **others,
    )


def put(world, request, proposal, **others) -> Change:
    return put_change(actor=world.clerk, request=request, proposal=proposal, **others)


def publish_request(world, request):
    """Submit, both reviews, batch, meeting, publication: the edition that the request became."""
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=datetime.date(2020, 3, 1), effective_on=datetime.date(2020, 3, 2))  # fmt: skip
    submit_request(actor=world.head, request=request, seen_hash=fresh(request).proposed_hash)
    reviewed = review(world, fresh(request))
    batch = decide_batch(world, [reviewed], "逐项批次", held_on=datetime.date(2020, 5, 1))
    return publish(
        world, batch, "襄政发〔2020〕12号", published_on=datetime.date(2020, 5, 2), effective_on=datetime.date(2020, 5, 3)
    )


def totals(edition) -> tuple[int, int]:
    counts = EditionCount.objects.filter(edition=edition)
    return sum(c.majors for c in counts), sum(c.items for c in counts)


def entry(edition, name: str) -> EditionEntry:
    return EditionEntry.objects.select_related("item", "version__department").get(edition=edition, version__name=name)


def test_changes_are_put_in_amended_and_taken_out_and_the_hash_follows(world, draft):
    hashes = [draft.proposed_hash]
    first = put(world, draft, amend(world.version("劳务派遣经营许可"), supervision_phone="0710-1"))
    hashes.append(draft.proposed_hash)
    second = put(world, draft, add("新事项"))
    hashes.append(draft.proposed_hash)
    put(world, draft, amend(world.version("劳务派遣经营许可"), supervision_phone="0710-2"), change=first, seen_seal=first.seal)
    hashes.append(draft.proposed_hash)
    remove_change(actor=world.clerk, request=draft, change=second, seen_seal=second.seal)
    hashes.append(draft.proposed_hash)
    assert len(set(hashes)) == 5
    assert [c.content.supervision_phone for c in draft.changes.all()] == ["0710-2"]
    kept = (
        Change.history.filter(request=draft.pk).order_by("history_id").values_list("history_type", "history_change_reason", "name")
    )
    assert [row[:2] for row in kept] == [("+", "列入申请"), ("+", "列入申请"), ("~", "修改"), ("-", "从申请中去掉")]
    acts = AuditEvent.objects.filter(outcome="done", act__in=("open_draft", "put_change", "remove_change"))
    assert acts.count() == 5
    submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)
    assert fresh(draft).state == "compliance"


def test_two_editors_of_one_change_do_not_overwrite_each_other(world, draft):
    change = put(world, draft, add("甲"))
    seen = change.seal
    put(world, draft, add("甲", note="先到"), change=change, seen_seal=seen)
    with pytest.raises(WrongState):
        put(world, draft, add("甲", note="后到"), change=change, seen_seal=seen)
    with pytest.raises(WrongState):
        remove_change(actor=world.clerk, request=draft, change=change, seen_seal=seen)
    assert draft.changes.get().content.note == "先到"


def test_editing_one_change_leaves_another_editors_change_alone(world, draft):
    first, second = put(world, draft, add("甲")), put(world, draft, add("乙"))
    seen = first.seal
    put(world, draft, add("乙", note="改"), change=second, seen_seal=second.seal)
    put(world, draft, add("甲", note="也改"), change=first, seen_seal=seen)
    assert [c.content.note for c in draft.changes.order_by("position")] == ["也改", "改"]


def test_strangers_colleagues_and_the_wrong_moment_are_refused(world, draft):
    with pytest.raises(NotAllowed) as refused:
        put_change(actor=world.outsider, request=draft, proposal=add("甲"))
    assert refused.value.status == 404
    under_review = world.request("compliance")
    with pytest.raises(NotAllowed) as refused:
        put_change(actor=world.compliance, request=under_review, proposal=add("甲"))
    assert refused.value.status == 403
    with pytest.raises(WrongState):
        put_change(actor=world.clerk, request=under_review, proposal=add("甲"))
    foreign = world.version("食品经营许可")
    with pytest.raises(RuleBroken) as refused:
        put(world, draft, amend(foreign, note="越权"))
    assert rules_of(refused) == {"Q03"}
    with pytest.raises(NotAllowed):
        open_draft(actor=world.outsider, department=world.department(), reason="试")


def test_an_item_stands_once_in_a_request_and_in_one_open_request(world, draft):
    version = world.version("劳务派遣经营许可")
    put(world, draft, amend(version, note="一"))
    with pytest.raises(RuleBroken) as refused:
        put(world, draft, amend(version, note="二"))
    assert rules_of(refused) == {"Q06"}
    other = open_draft(actor=world.clerk, department=world.department(), reason="另一件")
    with pytest.raises(RuleBroken) as refused:
        put(world, other, amend(version, note="三"))
    assert draft.number in str(refused.value)


def test_an_empty_draft_or_a_change_of_nothing_is_not_submitted(world, draft):
    with pytest.raises(RuleBroken) as refused:
        submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)
    assert rules_of(refused) == {"Q02"}
    put(world, draft, of(world.version("劳务派遣经营许可"), ChangeKind.ELEMENTS))
    with pytest.raises(RuleBroken) as refused:
        submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)
    assert rules_of(refused) == {"Q12"}


def test_the_reason_is_written_anew_and_binds(world, draft):
    seen = draft.proposed_hash
    describe_request(actor=world.clerk, request=draft, reason="另一理由", document="鄂政发〔2020〕1号", seen_hash=seen)
    assert fresh(draft).proposed_hash != seen
    with pytest.raises(WrongState):
        describe_request(actor=world.clerk, request=draft, reason="再改", seen_hash=seen)
    with pytest.raises(RuleBroken):
        describe_request(actor=world.clerk, request=draft, reason=" ", seen_hash=draft.proposed_hash)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (ChangeKind.TAKE_OVER, "承接自"),
        (ChangeKind.DELEGATE, "下放到"),
        (ChangeKind.ENTRUST, "受委托机关或者组织"),
        (ChangeKind.MERGE, "并入的事项"),
        (ChangeKind.TRANSFER, "划转给"),
        (ChangeKind.CORRECT, "原文错在哪里"),
    ],
)
def test_each_kind_asks_for_what_it_needs(world, draft, kind, missing):
    new = KIND_RULES[kind].starts == "new"
    version = world.version("劳务派遣经营许可")
    proposal = Proposal(kind=kind, content=add("甲").content, **PAPER) if new else of(version, kind, **PAPER)
    with pytest.raises(RuleBroken) as refused:
        put(world, draft, proposal)
    assert "Q10" in rules_of(refused)
    assert missing in {violation.where for violation in refused.value.violations}


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"to_level": "月球"}, "下放到"),
        ({"to_level": ["乡镇（街道）"]}, "下放到"),
        ({"to_level": "乡镇（街道）", "to_regions": "420602"}, "承接的地区"),
        ({"to_level": "乡镇（街道）", "extent": "x" * 400}, "范围"),
    ],
)
def test_answers_that_are_none_are_named(given, label):
    _kept, wrong = clean_terms(ChangeKind.DELEGATE, given, new=False)
    assert [violation.where for violation in wrong] == [label]


def test_a_merger_into_a_new_item_ends_its_sources_and_points_them_at_it(world, draft):
    first, second = world.version("劳务派遣经营许可"), world.version("工伤认定")
    content = first.content.changed(name="劳务和工伤综合许可", codes=())
    proposal = Proposal(kind=ChangeKind.MERGE, content=content, terms={"sources": [first.item.code, second.name]}, **PAPER)
    lead = put(world, draft, proposal)
    assert lead.terms == {"sources": [first.item.code, second.item.code]}
    assert [(c.name, c.ends) for c in draft.changes.order_by("position")] == [
        ("劳务和工伤综合许可", False),
        ("劳务派遣经营许可", True),
        ("工伤认定", True),
    ]
    before = totals(world.edition(2))
    edition = publish_request(world, draft)
    made = entry(edition, "劳务和工伤综合许可").item
    assert {fresh(first.item).merged_into, fresh(second.item).merged_into} == {made}
    assert not EditionEntry.objects.filter(edition=edition, item__in=[first.item, second.item]).exists()
    assert totals(edition) == (before[0] + 1 - 1, before[1] + 1 - 1)  # one came with the batch before, two became one
    assert set(EditionChange.objects.filter(edition=edition, follows=False).values_list("kind", flat=True)) == {"merge"}


def test_a_merger_into_one_of_them_keeps_its_code(world, draft, client):
    kept, gone = world.version("劳务派遣经营许可"), world.version("工伤认定")
    put(
        world,
        draft,
        of(kept, ChangeKind.MERGE, terms={"sources": [gone.item.code]}, content=kept.content.changed(note="合并后"), **PAPER),
    )
    edition = publish_request(world, draft)
    assert fresh(gone.item).merged_into == kept.item
    assert entry(edition, kept.name).item == kept.item
    assert client.get(f"/items/{gone.item.code}/")["Location"] == f"/items/{kept.item.code}/"
    page = client.get(f"/items/{kept.item.code}/").content.decode()
    assert "合并自" in page and "工伤认定" in page


def test_a_merger_is_amended_as_a_whole_and_undone_as_a_whole(world, draft):
    kept, gone, other = world.version("劳务派遣经营许可"), world.version("工伤认定"), world.version("集体合同审查")
    lead = put(world, draft, of(kept, ChangeKind.MERGE, terms={"sources": [gone.item.code]}, **PAPER))
    source = draft.changes.get(item=gone.item)
    with pytest.raises(RuleBroken):
        put(world, draft, amend(gone, note="单独改"), change=source, seen_seal=source.seal)
    with pytest.raises(RuleBroken):
        remove_change(actor=world.clerk, request=draft, change=source, seen_seal=source.seal)
    lead = put(
        world, draft, of(kept, ChangeKind.MERGE, terms={"sources": [other.item.code]}, **PAPER), change=lead, seen_seal=lead.seal
    )
    assert set(draft.changes.values_list("name", flat=True)) == {kept.name, other.name}
    remove_change(actor=world.clerk, request=draft, change=fresh(lead), seen_seal=fresh(lead).seal)
    assert not draft.changes.exists()


def test_a_source_that_is_nobodys_own_is_named(world, draft):
    kept = world.version("劳务派遣经营许可")
    with pytest.raises(RuleBroken) as refused:
        put(world, draft, of(kept, ChangeKind.MERGE, terms={"sources": ["食品经营许可", "没有的"]}, **PAPER))
    assert [v.message for v in refused.value.violations] == [
        "“食品经营许可”不是本部门的现行事项",
        "“没有的”不是本部门的现行事项",
    ]
    with pytest.raises(RuleBroken):
        put(world, draft, of(kept, ChangeKind.MERGE, terms={"sources": [kept.item.code]}, **PAPER))
    assert not draft.changes.exists()


def test_a_split_makes_its_parts_and_they_name_where_they_came_from(world, draft, client):
    whole = world.version("劳务派遣经营许可")
    ended = whole.content.changed(state="repealed")
    lead = put(world, draft, of(whole, ChangeKind.SPLIT, content=ended, terms={"parts": ["派遣许可新设", "派遣许可变更"]}))
    assert lead.terms == {}
    parts = list(draft.changes.filter(item=None).order_by("position"))
    assert [(part.name, part.terms, part.content.codes) for part in parts] == [
        ("派遣许可新设", {"split_from": whole.item.code}, ()),
        ("派遣许可变更", {"split_from": whole.item.code}, ()),
    ]
    part = parts[0]
    content = part.content.changed(conditions="新设条件")
    put(world, draft, Proposal(kind=ChangeKind.SPLIT, content=content, terms=part.terms), change=part, seen_seal=part.seal)
    edition = publish_request(world, draft)
    made = [entry(edition, name).item for name in ("派遣许可新设", "派遣许可变更")]
    assert {item.split_from for item in made} == {whole.item}
    assert entry(edition, "派遣许可新设").version.content.conditions == "新设条件"
    old = client.get(f"/items/{whole.item.code}/").content.decode()
    assert "拆分为其他事项" in old and "派遣许可新设" in old and "派遣许可变更" in old
    assert "拆分自" in client.get(f"/items/{made[0].code}/").content.decode()


def test_a_split_that_keeps_the_item_needs_one_part_and_one_that_ends_it_two(world, draft):
    whole = world.version("劳务派遣经营许可")
    ended = whole.content.changed(state="repealed")
    lead = put(world, draft, of(whole, ChangeKind.SPLIT, content=ended, terms={"parts": ["独此一项"]}))
    with pytest.raises(RuleBroken) as refused:
        submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)
    assert rules_of(refused) == {"Q12"}
    put(world, draft, of(whole, ChangeKind.SPLIT, terms={"source": KEEP}), change=lead, seen_seal=lead.seal)
    edition = publish_request(world, draft)
    assert entry(edition, "劳务派遣经营许可").item == entry(edition, "独此一项").item.split_from


def transfer(world, draft) -> Change:
    version = world.version("劳务派遣经营许可")
    content = version.content.changed(department_code="420600-SCJ", department_name="市市场监督管理局")
    return put(world, draft, of(version, ChangeKind.TRANSFER, content=content, terms={"to_department": "420600-SCJ"}))


def test_a_transfer_waits_for_the_receiving_heads_word_on_what_he_saw(world, draft, client):
    change = transfer(world, draft)
    with pytest.raises(RuleBroken) as refused:
        submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)
    assert rules_of(refused) == {"Q11"}
    answer_transfer(actor=world.other_head, change=fresh(change), outcome="agreed", seen_seal=change.seal)
    content = change.content.changed(note="其后又改")
    proposal = of(change.base_version, ChangeKind.TRANSFER, content=content, terms=change.terms)
    change = put(world, draft, proposal, change=change, seen_seal=change.seal)
    with pytest.raises(RuleBroken):
        submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)
    answer_transfer(actor=world.other_head, change=fresh(change), outcome="agreed", seen_seal=change.seal)
    before = {c.department.code: c.items for c in EditionCount.objects.filter(edition=world.edition(2), category="01")}
    edition = publish_request(world, draft)
    moved = entry(edition, "劳务派遣经营许可")
    assert moved.version.department.code == "420600-SCJ"
    after = {c.department.code: c.items for c in EditionCount.objects.filter(edition=edition, category="01")}
    assert after["420600-SCJ"] == before["420600-SCJ"] + 1
    page = client.get(f"/items/{moved.item.code}/").content.decode()
    assert "市市场监督管理局" in page and "划转" in page


def test_who_may_answer_a_transfer(world, draft):
    change = transfer(world, draft)
    for person, status in ((world.head, 404), (world.outsider, 403), (world.legality, 404)):
        with pytest.raises(NotAllowed) as refused:
            answer_transfer(actor=person, change=fresh(change), outcome="agreed", seen_seal=change.seal)
        assert refused.value.status == status
    with pytest.raises(RuleBroken):
        answer_transfer(actor=world.other_head, change=fresh(change), outcome="refused", seen_seal=change.seal)
    with pytest.raises(WrongState):
        answer_transfer(actor=world.other_head, change=fresh(change), outcome="agreed", seen_seal="0" * 64)
    answer_transfer(actor=world.other_head, change=fresh(change), outcome="refused", opinion="人员未定", seen_seal=change.seal)
    with pytest.raises(RuleBroken, match="人员未定"):
        submit_request(actor=world.head, request=fresh(draft), seen_hash=draft.proposed_hash)


def test_a_transfer_goes_to_another_department_of_the_region(world, draft):
    version = world.version("劳务派遣经营许可")
    for code in ("420600-RSJ", "420602-MZJ", "没有"):
        content = version.content.changed(department_code=code)
        with pytest.raises(RuleBroken) as refused:
            put(world, draft, of(version, ChangeKind.TRANSFER, content=content, terms={"to_department": code}))
        assert "Q10" in rules_of(refused)


def test_a_partly_repealed_item_stays_with_what_is_left(world, draft):
    version = world.version("劳务派遣经营许可")
    content = version.content.changed(exercise_content="只保留变更许可")
    put(world, draft, of(version, ChangeKind.REPEAL, content=content, terms={"extent": PART}, **PAPER))
    edition = publish_request(world, draft)
    assert entry(edition, "劳务派遣经营许可").version.content.exercise_content == "只保留变更许可"
