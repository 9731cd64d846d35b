"""机构改革 in one act: department, people and items move together; nothing is orphaned; the past keeps its names."""

import datetime

import pytest
from django.utils.timezone import localdate

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.models import Edition, EditionChange, EditionEntry
from qingdan.items.verifying import verify
from reviews.models import Reform
from reviews.rebasing import conflicts_of
from reviews.reforming import carry_out_reform, decline_reform, propose_reform, withdraw_reform
from tests.world import add, amend, fresh, propose, publish, review

GIVEN = {
    "reason": "襄阳市机构改革方案",
    "meeting": "市政府第90次常务会议",
    "decided_on": localdate(),
    "notice_title": "关于机构改革涉及权责事项划转的通知",
    "notice_no": "襄政发〔2026〕60号",
}


def merge(world, department="420600-MZJ", into="420600-RSJ", **changed) -> Reform:
    given = {"kind": "merge", "department": world.department(department), "into": world.department(into), **GIVEN, **changed}
    return propose_reform(actor=world.publisher, region=world.city, **given)


def rename(world, name="市人力资源保障局", **changed) -> Reform:
    given = {"kind": "rename", "department": world.department(), "new_name": name, **GIVEN, **changed}
    return propose_reform(actor=world.publisher, region=world.city, **given)


def settle_batch(world):
    """Nothing decided is left waiting."""
    day = datetime.date(2020, 3, 1)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=day)


def of(edition, code) -> list:
    entries = EditionEntry.objects.of(edition).filter(version__department__code=code).select_related("version")
    return [entry.version for entry in entries]


def test_a_merger_moves_every_item_and_ends_the_department(committed_world):
    world, _ = committed_world
    settle_batch(world)
    before = of(Edition.objects.newest(world.city), "420600-MZJ")
    edition = carry_out_reform(actor=world.compliance, reform=merge(world))
    moved = EditionChange.objects.filter(edition=edition, kind="transfer")
    assert {change.old_version.name for change in moved} == {version.name for version in before}
    assert edition.changed_count == len(before) and not of(edition, "420600-MZJ")
    assert all(change.new_version.department_name == world.department().name for change in moved)
    ended = world.department("420600-MZJ")
    assert (ended.abolished_on, ended.successor) == (localdate(), world.department())
    assert [version.department_name for version in of(world.edition(2), "420600-MZJ")] == [v.department_name for v in before]
    assert verify().exit_code == 0


def test_a_rename_is_followed_by_the_items_and_counts_none(committed_world):
    world, _ = committed_world
    settle_batch(world)
    held = len(of(Edition.objects.newest(world.city), "420600-RSJ"))
    edition = carry_out_reform(actor=world.compliance, reform=rename(world))
    assert edition.changed_count == 0
    assert edition.changes.filter(follows=True).count() == held
    assert {version.department_name for version in of(edition, "420600-RSJ")} == {"市人力资源保障局"}
    assert {version.department_name for version in of(world.edition(2), "420600-RSJ")} == {"市人力资源和社会保障局"}
    assert world.department().name == "市人力资源保障局"
    assert verify().exit_code == 0


def test_a_request_that_waits_is_carried_over_to_the_successor_or_the_name(committed_world):
    world, _ = committed_world
    settle_batch(world)
    request = review(world, propose(world, [amend(world.version("劳务派遣经营许可"), phone="0710-5")]))
    carry_out_reform(actor=world.compliance, reform=rename(world))
    (conflict,) = conflicts_of(request.changes.all())
    assert conflict.can_carry and conflict.proposed == ("咨询电话",)


def test_decided_requests_and_pending_editions_come_first(committed_world):
    world, _ = committed_world
    reform = rename(world)
    with pytest.raises(WrongState, match="已列入批次"):
        carry_out_reform(actor=world.compliance, reform=reform)
    day = datetime.date(2020, 3, 1)
    soon = localdate() + datetime.timedelta(days=9)
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=day, effective_on=soon)
    with pytest.raises(WrongState, match="尚未生效"):
        carry_out_reform(actor=world.compliance, reform=reform)
    assert fresh(reform).state == "proposed" and world.department().name == "市人力资源和社会保障局"


def test_a_failing_publication_leaves_the_department_as_it_was(committed_world):
    world, _ = committed_world
    settle_batch(world)
    twin = review(world, propose(world, [add("收养登记", category="07")]))
    from tests.world import decide_batch

    publish(
        world,
        decide_batch(world, [twin], "同名", held_on=localdate()),
        "襄政发〔2026〕61号",
        published_on=localdate(),
        effective_on=localdate(),
    )
    reform = merge(world)
    with pytest.raises(RuleBroken, match="同名"):
        carry_out_reform(actor=world.compliance, reform=reform)
    assert world.department("420600-MZJ").abolished_on is None and fresh(reform).state == "proposed"


def test_only_the_two_offices_take_part_and_never_one_person(world):
    with pytest.raises(NotAllowed):
        propose_reform(
            actor=world.system_admin, region=world.city, kind="rename", department=world.department(), new_name="新", **GIVEN
        )
    reform = rename(world)
    with pytest.raises(NotAllowed):
        decline_reform(actor=world.legality, reform=reform, opinion="不")
    with pytest.raises(NotAllowed) as stranger:
        decline_reform(actor=world.county_compliance, reform=reform, opinion="不")
    assert stranger.value.status == 404
    decline_reform(actor=world.compliance, reform=reform, opinion="三定规定未印发")
    with pytest.raises(WrongState):
        withdraw_reform(actor=world.publisher, reform=fresh(reform))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"reason": " "}, "G01"),
        ({"decided_on": localdate() + datetime.timedelta(days=2)}, "G02"),
        ({"into": "420600-MZJ"}, "G03"),
        ({"into": "420602-MZJ"}, "G03"),
        ({"department": "420602-MZJ"}, "G03"),
    ],
)
def test_a_faulty_merger_is_refused_by_field(world, changed, rule):
    with pytest.raises(RuleBroken) as refused:
        merge(world, **changed)
    assert rule in {each.rule for each in refused.value.violations}


@pytest.mark.parametrize(("name", "rule"), [("", "G03"), ("市人力资源和社会保障局", "G03"), ("市民政局", "D03")])
def test_a_name_must_be_new(world, name, rule):
    with pytest.raises(RuleBroken) as refused:
        rename(world, name)
    assert {each.rule for each in refused.value.violations} == {rule}
