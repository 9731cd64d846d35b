"""The door: what one edition is, what it refuses, and that the list of the past stays what it was."""

import datetime
import json

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils.timezone import localdate

from qingdan.errors import RuleBroken
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.manifests import item_root
from qingdan.items.models import Edition, EditionChange, EditionCount, EditionEntry, Item, ItemVersion
from qingdan.items.placing import EditionTerms, Placement
from qingdan.items.publishing import publish_edition
from qingdan.ledger.canonical import sha256_hex
from qingdan.ledger.models import LogEntry
from reviews.batches import create_batch
from tests.world import FIRST_DAY, SECOND_DAY, add, amend, content, decide_batch, fresh, propose, publish, review


def rules_of(refused) -> set[str]:
    return {violation.rule for violation in refused.value.violations}


def terms(world, **changed) -> EditionTerms:
    values = {
        "region": world.city,
        "kind": EditionKind.ADJUSTMENT,
        "notice_title": "通知",
        "notice_no": "襄政发〔2026〕1号",
        "decided_on": localdate(),
        "published_on": localdate(),
        "effective_on": localdate(),
    }
    return EditionTerms(**{**values, **changed})


def push(world, placements, **changed):
    with transaction.atomic():
        return publish_edition(actor=world.publisher, terms=terms(world, **changed), placements=placements)


def new(name, category="01", major="", **elements) -> Placement:
    return Placement(kind=ChangeKind.ADD, content=content("420600-RSJ", category, name, major, **elements))


def change(version, kind=ChangeKind.ELEMENTS, **elements) -> Placement:
    return Placement(kind=kind, content=version.content.changed(**elements), item=version.item, base_version_id=version.pk)


def names(edition) -> list[str]:
    return list(EditionEntry.objects.of(edition).values_list("version__name", flat=True))


def totals(edition) -> tuple[int, int]:
    counts = EditionCount.objects.filter(edition=edition)
    return sum(c.majors for c in counts), sum(c.items for c in counts)


def test_the_first_edition_counts_by_the_rule(world):
    # 8 unsplit counted + one 大项 split in two; the uncounted and the withheld item do not count.
    assert totals(world.edition(1)) == (9, 10)


def test_the_list_of_a_past_day_stays_what_it_was(world):
    assert Edition.objects.in_force(world.city, SECOND_DAY - datetime.timedelta(days=1)).number == 1
    assert Edition.objects.in_force(world.city, SECOND_DAY).number == 2
    assert Edition.objects.in_force(world.city, FIRST_DAY - datetime.timedelta(days=1)) is None
    assert "对用人单位遵守劳动保障法律的检查" in names(world.edition(1))
    assert "对用人单位遵守劳动保障法律的检查" not in names(world.edition(2))


def test_a_renamed_major_takes_its_sub_items_along_without_counting_them(world):
    edition = world.edition(2)
    assert edition.changed_count == 4
    followers = EditionChange.objects.filter(edition=edition, follows=True)
    assert {f.new_version.content.major_name for f in followers} == {"民办职业技能培训学校设立"}
    assert followers.count() == 2


def test_new_items_stand_last_in_their_group_and_old_places_are_kept(world):
    edition = push(world, [new("新许可"), new("新子项", major="民办职业技能培训学校设立")])
    listed = names(edition)
    kept = [name for name in listed if name in names(world.edition(2))]
    assert kept == names(world.edition(2))
    assert listed.index("新子项") == listed.index("民办职业培训学校变更审批") + 1
    assert listed.index("新许可") == listed.index("劳务派遣经营许可") + 1


def test_the_manifest_is_what_was_published(world):
    edition = world.edition(2)
    manifest = json.loads(bytes(edition.manifest))
    assert sha256_hex(bytes(edition.manifest)) == edition.manifest_hash
    assert manifest["previous"] == world.edition(1).manifest_hash
    public = EditionEntry.objects.of(edition).public().values_list("item__code", "version__number", "version__content_hash")
    assert manifest["items"] == [list(row) for row in public]
    assert manifest["item_root"] == item_root(manifest["items"])
    assert sum(majors for majors, _ in manifest["totals"].values()) == totals(edition)[0]
    assert edition.manifest_hash.encode() in bytes(LogEntry.objects.get(index=edition.log_index).leaf)
    for version in ItemVersion.objects.filter(edition=edition):
        assert sha256_hex(bytes(version.content_bytes)) == version.content_hash == version.content.content_hash


def test_withheld_items_leave_no_trace_in_the_manifest(world):
    hidden = world.version("专项保密检查")
    manifest = bytes(world.edition(2).manifest).decode()
    assert hidden.item.code not in manifest
    assert hidden.content_hash not in manifest
    assert "专项保密检查" not in manifest


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"kind": EditionKind.BASELINE}, "P01"),
        ({"notice_no": " "}, "P02"),
        ({"effective_on": localdate() - datetime.timedelta(days=1), "decided_on": localdate() - datetime.timedelta(days=2)}, "P03"),
        ({"effective_on": localdate(), "decided_on": localdate() + datetime.timedelta(days=1)}, "P03"),
        ({"effective_on": SECOND_DAY - datetime.timedelta(days=1), "decided_on": SECOND_DAY - datetime.timedelta(days=9), "entered_afterwards": True}, "P03"),
    ],
)  # fmt: skip
def test_it_refuses_terms_that_cannot_be(world, changed, rule):
    before = Edition.objects.count()
    with pytest.raises(RuleBroken) as refused:
        push(world, [new("甲")], **changed)
    assert rule in rules_of(refused)
    assert Edition.objects.count() == before


def test_it_refuses_an_edition_without_changes(world):
    with pytest.raises(RuleBroken) as refused:
        push(world, [])
    assert rules_of(refused) == {"P04"}


def test_it_refuses_a_change_whose_base_was_published_over(world):
    old = ItemVersion.objects.get(name="劳务派遣经营许可", number=1)
    with pytest.raises(RuleBroken, match="第2版") as refused:
        push(world, [change(old, note="旧版上的修改")])
    assert rules_of(refused) == {"P05"}


def test_it_refuses_one_item_changed_twice(world):
    version = world.version("收养登记")
    with pytest.raises(RuleBroken) as refused:
        push(world, [change(version, note="一"), change(version, note="二")])
    assert rules_of(refused) == {"P06"}


def test_it_refuses_a_sub_item_without_its_major(world):
    with pytest.raises(RuleBroken) as refused:
        push(world, [new("孤儿", major="没有的大项")])
    assert rules_of(refused) == {"P08"}


def test_it_refuses_to_end_a_major_that_still_has_sub_items(world):
    version = world.version("民办职业技能培训学校设立")
    with pytest.raises(RuleBroken) as refused:
        push(world, [change(version, ChangeKind.REPEAL, state="repealed")])
    assert rules_of(refused) == {"P09"}


def test_it_refuses_a_second_item_of_the_same_name_in_the_same_place(world):
    with pytest.raises(RuleBroken) as refused:
        push(world, [new("劳务派遣经营许可")])
    assert rules_of(refused) == {"P10"}


def test_several_broken_rules_are_all_reported(world):
    with pytest.raises(RuleBroken) as refused:
        push(world, [new("劳务派遣经营许可"), new("孤儿", major="没有的大项")])
    assert rules_of(refused) == {"P08", "P10"}


def test_a_new_major_may_come_with_its_sub_items_in_any_order(world):
    edition = push(world, [new("乙子项", "07", "乙"), new("乙", "07")])
    sub = ItemVersion.objects.get(name="乙子项")
    assert sub.parent == Item.objects.get(versions__name="乙")
    assert totals(edition) == (totals(world.edition(2))[0] + 1, totals(world.edition(2))[1] + 1)


def test_a_merged_item_points_at_its_successor(world):
    into, gone = world.version("食品经营许可"), world.version("工伤认定")
    placement = Placement(
        kind=ChangeKind.MERGE,
        content=gone.content.changed(state="repealed"),
        item=gone.item,
        base_version_id=gone.pk,
        merged_into=into.item,
    )
    push(world, [placement])
    assert fresh(gone.item).merged_into == into.item


PUBLISHED = {Edition: "notice_no", ItemVersion: "name", EditionEntry: "position", EditionCount: "items", EditionChange: "position"}


@pytest.mark.parametrize("table", PUBLISHED)
def test_the_database_refuses_to_change_or_delete_what_was_published(world, table):
    name, column = table._meta.db_table, PUBLISHED[table]
    for statement in (f"DELETE FROM {name}", f"UPDATE {name} SET {column} = {column}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_conflict_is_found_when_the_batch_is_made_and_never_after_the_meeting(world):
    # Two requests for the same new name: each is fine alone, together they cannot be one list.
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕8号",
        published_on=datetime.date(2020, 3, 1),
        effective_on=datetime.date(2020, 3, 2),
    )
    first, other = (review(world, propose(world, [add("同名事项")])) for _ in range(2))
    with pytest.raises(RuleBroken, match="同名"):
        create_batch(actor=world.publisher, region=world.city, title="冲突批次", requests=[fresh(first), fresh(other)])
    assert fresh(first).state == fresh(other).state == "awaiting"


def test_the_edition_is_the_submission_less_what_the_meeting_refused(world):
    batch = world.batch("decided")
    edition = publish(
        world, batch, "襄政发〔2020〕8号", published_on=datetime.date(2020, 3, 1), effective_on=datetime.date(2020, 3, 2)
    )
    assert "状态样本·待公布" in names(edition)
    assert "状态样本·例外" not in names(edition)
    request = fresh(batch).requests.get()
    assert request.state == "published"
    assert {c.name: c.outcome for c in request.changes.all()} == {"状态样本·待公布": "agreed", "状态样本·例外": "refused"}
    assert not request.changes.filter(open=True).exists()


def test_a_pending_edition_switches_by_the_day_alone(world):
    version = world.version("收养登记")
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕8号",
        published_on=datetime.date(2020, 3, 1),
        effective_on=datetime.date(2020, 3, 2),
    )
    request = review(world, propose_from_mzj(world, amend(version, note="待生效")))
    batch = decide_batch(world, [request], "待生效批次", held_on=localdate())
    later = localdate() + datetime.timedelta(days=30)
    edition = publish(world, batch, "襄政发〔2026〕2号", published_on=localdate(), effective_on=later)
    assert Edition.objects.in_force(world.city, localdate()).number == edition.number - 1
    assert Edition.objects.in_force(world.city, later) == edition
    assert list(Edition.objects.pending(world.city, localdate())) == [edition]


def propose_from_mzj(world, proposal):
    """A clerk and a head of 市民政局, made for this test."""
    from departments.models import Posting, User
    from departments.people import Actor
    from reviews.requests import create_request, submit_request

    people = {}
    for post in ("clerk", "head"):
        people[post] = User.objects.create_user(f"mzj_{post}", "民政", None)
        Posting.objects.create(
            user=people[post], post=post, department=world.department("420600-MZJ"), from_on=datetime.date(2016, 1, 1)
        )
    request = create_request(
        actor=Actor(people["clerk"]), department=world.department("420600-MZJ"), reason="调整", proposals=[proposal]
    )
    return submit_request(actor=Actor(people["head"]), request=request, seen_hash=request.proposed_hash)


def test_a_clock_that_went_back_does_not_reorder_what_was_recorded(world):
    before = world.edition(2).recorded_at
    with time_machine.travel(before - datetime.timedelta(hours=3)):
        edition = push(world, [new("甲")], effective_on=localdate() + datetime.timedelta(days=9))
    assert edition.recorded_at >= before
    assert json.loads(bytes(edition.manifest))["recorded_at"] == edition.recorded_at.isoformat(timespec="microseconds")
    assert LogEntry.objects.get(index=edition.log_index).recorded_at == edition.recorded_at
