"""续行: an edition that takes effect before a pending one; on its day the pending one stands on top of it, and nobody acts."""

import datetime
import json

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import localdate
from hypothesis import HealthCheck, given
from hypothesis import settings as trial
from hypothesis import strategies as st

from qingdan.errors import RuleBroken
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.placing import DepartmentPlacement, plain_profile
from qingdan.items.verifying import verify
from tests.items.test_publishing import change, names, new, push, rules_of, terms, totals
from tests.test_verify_bundle import export, said  # noqa: F401
from tests.world import fresh

SOON = localdate() + datetime.timedelta(days=30)
LATER = localdate() + datetime.timedelta(days=60)


def on(world, day) -> dict[str, dict]:
    """The list of a day: name → content as plain values."""
    edition = Edition.objects.in_force(world.city, day)
    entries = EditionEntry.objects.of(edition).select_related("version")
    return {entry.version.name: entry.version.content.model_dump() for entry in entries}


@pytest.fixture
def pending(world):
    """An edition of the future: a telephone is changed, an item comes, another goes."""
    phone, gone = world.version("劳务派遣经营许可"), world.version("收养登记")
    placements = [
        change(phone, supervision_phone="0710-9"),
        new("待生效的许可"),
        change(gone, ChangeKind.REPEAL, state="repealed"),
    ]
    return push(world, placements, effective_on=SOON, notice_no="襄政发〔2026〕2号")


def in_force(world, name):
    edition = Edition.objects.in_force(world.city, localdate())
    return EditionEntry.objects.select_related("version__item").get(edition=edition, version__name=name).version


def suspend(world, name, **changed):
    version = in_force(world, name)
    given = {"kind": EditionKind.SUSPENSION, "notice_no": "襄政发〔2026〕3号", **changed}
    return push(world, [change(version, ChangeKind.SUSPEND, state="suspended")], **given)


def test_it_builds_on_the_list_in_force_and_the_pending_one_comes_on_top_on_its_day(world, pending):
    urgent = suspend(world, "劳务派遣经营许可")
    today, then = on(world, localdate()), on(world, SOON)
    assert today["劳务派遣经营许可"]["state"] == "suspended"
    assert today["劳务派遣经营许可"]["supervision_phone"] != "0710-9"
    assert "待生效的许可" not in today and "收养登记" in today
    assert (then["劳务派遣经营许可"]["state"], then["劳务派遣经营许可"]["supervision_phone"]) == ("suspended", "0710-9")
    assert "待生效的许可" in then and "收养登记" not in then
    renewed = Edition.objects.newest(world.city)
    assert (renewed.kind, renewed.builds_on, renewed.number) == (EditionKind.RENEWAL, pending, urgent.number + 1)
    assert (urgent.builds_on.number, urgent.previous) == (2, pending)
    assert (renewed.notice_no, renewed.effective_on, renewed.changed_count) == ("襄政发〔2026〕2号", SOON, 0)
    assert totals(renewed)[1] == totals(pending)[1] - 1
    report = verify()
    assert report.exit_code == 0, report.findings


def test_the_day_alone_switches_and_the_next_adjustment_goes_on_counting(world, pending):
    number = pending.adjustment_no
    suspend(world, "劳务派遣经营许可")
    with time_machine.travel(datetime.datetime.combine(SOON, datetime.time(9)), tick=False):
        assert "待生效的许可" in names(Edition.objects.in_force(world.city, localdate()))
        phone = world.version("劳务派遣经营许可")
        following = push(
            world, [change(phone, ChangeKind.RESUME, state="in_use")], decided_on=SOON, published_on=SOON, effective_on=SOON
        )
    assert following.adjustment_no == number + 1
    assert verify().exit_code == 0


def test_what_neither_changed_keeps_its_version_and_what_both_changed_gets_one(world, pending):
    suspend(world, "劳务派遣经营许可")
    renewed = Edition.objects.newest(world.city)
    assert [c.item.code for c in renewed.changes.all()] == [world.item("劳务派遣经营许可").code]
    assert all(c.follows for c in renewed.changes.all())
    assert set(names(renewed)) == set(names(pending))


def test_what_both_changed_differently_is_refused_by_name(world, pending):
    version = in_force(world, "劳务派遣经营许可")
    before = Edition.objects.count()
    with pytest.raises(RuleBroken, match="监督电话") as refused:
        push(world, [change(version, supervision_phone="0710-8")])
    assert rules_of(refused) == {"P14"}
    assert Edition.objects.count() == before


def test_a_change_based_on_the_pending_version_must_wait_for_its_day(world, pending):
    version = world.version("劳务派遣经营许可")
    with pytest.raises(RuleBroken, match="尚未生效") as refused:
        push(world, [change(version, note="改")])
    assert rules_of(refused) == {"P05"}
    push(world, [change(version, note="改")], effective_on=SOON)


def test_what_the_pending_one_ends_stays_ended(world, pending):
    suspend(world, "收养登记")
    assert on(world, localdate())["收养登记"]["state"] == "suspended"
    assert "收养登记" not in on(world, SOON)
    assert verify().exit_code == 0


def test_an_item_that_both_would_add_is_refused(world, pending):
    with pytest.raises(RuleBroken) as refused:
        push(world, [new("待生效的许可")])
    assert rules_of(refused) == {"P10"}


def test_two_pending_editions_are_both_issued_again_in_their_order(world, pending):
    last = push(world, [new("更晚的许可")], effective_on=LATER, notice_no="襄政发〔2026〕4号")
    suspend(world, "工伤认定")
    kinds = list(Edition.objects.of(world.city).order_by("number").values_list("kind", "effective_on"))[-3:]
    assert kinds == [("suspension", localdate()), ("renewal", SOON), ("renewal", LATER)]
    assert all(on(world, day)["工伤认定"]["state"] == "suspended" for day in (localdate(), SOON, LATER))
    assert "更晚的许可" not in on(world, SOON) and "更晚的许可" in on(world, LATER)
    assert Edition.objects.newest(world.city).builds_on == last
    suspend(world, "最低生活保障金的给付", notice_no="襄政发〔2026〕5号")
    assert on(world, LATER)["最低生活保障金的给付"]["state"] == on(world, LATER)["工伤认定"]["state"] == "suspended"
    assert verify().exit_code == 0


def test_a_department_that_the_pending_one_renames_keeps_both_what_came_and_its_name(world, pending):
    department = world.department()
    renamed = plain_profile(department).model_copy(update={"name": "市人社局（新）"})
    with transaction.atomic():
        from qingdan.items.publishing import publish_edition

        publish_edition(
            actor=world.publisher,
            terms=terms(world, effective_on=LATER, notice_no="襄政发〔2026〕6号"),
            placements=[],
            departments=[DepartmentPlacement(department=department, content=renamed)],
        )
    push(world, [new("其间新增")], notice_no="襄政发〔2026〕7号")
    assert on(world, localdate())["其间新增"]["department_name"] == department.name
    assert on(world, LATER)["其间新增"]["department_name"] == "市人社局（新）"
    assert verify().exit_code == 0


def test_what_is_entered_afterwards_never_goes_before_a_pending_edition(world, pending):
    with pytest.raises(RuleBroken) as refused:
        push(world, [new("补录")], kind=EditionKind.BACKFILL, entered_afterwards=True)
    assert rules_of(refused) == {"P03"}


def test_the_evidence_names_what_each_list_builds_on_and_a_stranger_can_check_it(world, pending, tmp_path, said, settings):  # noqa: F811
    settings.LOG_HEAD_FILE = str(tmp_path / "head")
    urgent = suspend(world, "劳务派遣经营许可")
    renewed = Edition.objects.newest(world.city)
    assert json.loads(bytes(fresh(urgent).manifest))["builds_on"] == world.edition(2).manifest_hash
    assert json.loads(bytes(renewed.manifest))["builds_on"] == pending.manifest_hash
    assert "builds_on" not in json.loads(bytes(pending.manifest))
    call_command("sign_heads", "--new-head-file", verbosity=0)
    newer, older = export(renewed.number, tmp_path), export(pending.number, tmp_path)
    code, text = said(newer, "--with", older)
    assert code == 0 and "所依据的公布版本" in text


CITY_ITEMS = ["劳务派遣经营许可", "工伤认定", "最低生活保障金的给付", "食品经营许可", "对无照经营的处罚"]


@trial(max_examples=6, suppress_health_check=list(HealthCheck))
@given(
    planned=st.dictionaries(st.sampled_from(CITY_ITEMS), st.sampled_from(["phone", "hours", "address"]), min_size=1, max_size=5),
    urgent=st.dictionaries(st.sampled_from(CITY_ITEMS), st.sampled_from(["note", "visits"]), min_size=1, max_size=5),
)
def test_on_its_day_the_list_holds_what_either_edition_changed(world, planned, urgent):
    with transaction.atomic():
        before = on(world, localdate())
        push(world, [change(world.version(name), **{field: "计划"}) for name, field in planned.items()], effective_on=SOON)
        push(world, [change(in_force(world, name), **{field: "先行"}) for name, field in urgent.items()])
        expected = {name: dict(values) for name, values in before.items()}
        for name, field in urgent.items():
            expected[name][field] = "先行"
        assert on(world, localdate()) == expected
        for name, field in planned.items():
            expected[name][field] = "计划"
        assert on(world, SOON) == expected
        transaction.set_rollback(True)
