"""Rules over changes, and what findings do to a request: what stops refuses submission, warnings stay with it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from qingdan.errors import RuleBroken
from qingdan.items.checks.rule import Surroundings, run
from qingdan.items.kinds import ChangeKind
from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion
from qingdan.ledger.models import AuditEvent
from reviews.checks import ALL_RULES, CHANGE_RULES, Proposed, check_request, findings_of
from reviews.proposals import Proposal
from reviews.requests import submit_request
from reviews.rule_table import document
from tests.world import add, amend, basis, content, fresh, propose

NOTICE = "《关于加强管理的通知》（鄂政办发〔2015〕2号）"
LAW = basis("《中华人民共和国社会保险法》第八十四条")
BASE = content("420600-RSJ", "02", "对不办理登记的处罚", legal_bases=[LAW], powers="处罚")
ENDED = BASE.changed(state="repealed")
# rule → (what passes, what is found)
CASES = {
    "R40": [
        (Proposed(ChangeKind.REPEAL, ENDED, BASE, "鄂政发〔2019〕20号"), Proposed(ChangeKind.REPEAL, ENDED, BASE, " ")),
        (Proposed(ChangeKind.ADD, BASE), Proposed(ChangeKind.TAKE_OVER, BASE)),
        (Proposed(ChangeKind.ELEMENTS, BASE, BASE), Proposed(ChangeKind.DELEGATE, ENDED, BASE)),
    ],
    "R41": [
        (Proposed(ChangeKind.ADD, BASE), Proposed(ChangeKind.ADD, BASE.changed(legal_bases=()))),
        (Proposed(ChangeKind.ELEMENTS, BASE.changed(legal_bases=())), Proposed(ChangeKind.BASIS, BASE.changed(legal_bases=[basis("有关规定")]), BASE)),
    ],
    "R42": [
        (Proposed(ChangeKind.RENAME, BASE.changed(name="新名"), BASE), Proposed(ChangeKind.RENAME, BASE.changed(powers="检查"), BASE)),
        (Proposed(ChangeKind.BASIS, BASE.changed(legal_bases=()), BASE), Proposed(ChangeKind.BASIS, BASE, BASE)),
        (Proposed(ChangeKind.RECATEGORISE, BASE.changed(category="06"), BASE), Proposed(ChangeKind.RECATEGORISE, BASE, BASE)),
        (Proposed(ChangeKind.ELEMENTS, BASE.changed(powers="检查"), BASE), Proposed(ChangeKind.ELEMENTS, BASE.changed(name="新名"), BASE)),
    ],
    "R43": [
        (Proposed(ChangeKind.CORRECT, BASE.changed(name="对未办理登记的处罚"), BASE), Proposed(ChangeKind.CORRECT, BASE.changed(powers="检查"), BASE)),
        (Proposed(ChangeKind.ELEMENTS, BASE.changed(powers="检查"), BASE), Proposed(ChangeKind.CORRECT, BASE.changed(legal_bases=[basis(NOTICE)]), BASE)),
    ],
    "R44": [
        (Proposed(ChangeKind.REPEAL, ENDED, BASE, "文件"), Proposed(ChangeKind.REPEAL, ENDED, BASE, "文件", left=("子项一",))),
        (Proposed(ChangeKind.ELEMENTS, BASE, BASE, left=("子项一",)), Proposed(ChangeKind.MERGE, ENDED, BASE, "文件", left=("子项一",))),
    ],
}  # fmt: skip


def numbers(proposed: Proposed) -> set[str]:
    return {finding.rule.number for finding in run(CHANGE_RULES, proposed, Surroundings(day=None))}


@pytest.mark.parametrize(
    ("number", "passes", "fails"),
    [(number, *pair) for number, pairs in CASES.items() for pair in pairs],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_rule_passes_what_keeps_it_and_finds_what_breaks_it(number, passes, fails):
    assert number not in numbers(passes)
    assert number in numbers(fails)


def test_every_change_rule_has_a_case_and_no_number_is_used_twice():
    assert [rule.number for rule in CHANGE_RULES] == sorted(CASES)
    assert len({rule.number for rule in ALL_RULES}) == len(ALL_RULES) >= 15


def test_the_document_is_the_one_that_the_rules_print():
    committed = (Path(settings.BASE_DIR) / "docs" / "rules.md").read_text(encoding="utf-8")
    assert committed == document(), "run: manage.py rule_table --write"


def found(request) -> dict[str, set[str]]:
    changes = list(request.changes.select_related("item", "base_version"))
    return {change.name: {each.rule.number for each in findings_of(request, changes)[change.pk]} for change in changes}


# --- submission -----------------------------------------------------------------------------------------------------------------


def test_what_stops_refuses_the_submission_and_names_every_rule_and_item(world):
    row = propose(
        world,
        [
            add("只凭通知的处罚", category="02", initiation_reason="依申请", legal_bases=[basis(NOTICE)], charged="是"),
            add("承诺过长的许可", legal_bases=[LAW], legal_time="5个工作日", promised_time="6个工作日"),
        ],
        submit=False,
    )
    with pytest.raises(RuleBroken) as refusal:
        submit_request(actor=world.head, request=row, seen_hash=row.proposed_hash)
    broken = {(each.rule, each.where) for each in refusal.value.violations}
    assert {("R03", "只凭通知的处罚"), ("R15", "只凭通知的处罚"), ("R10", "承诺过长的许可")} <= broken
    assert "R03 行政处罚不得只以规范性文件为依据" in str(refusal.value)
    assert fresh(row).state == "draft"


def test_warnings_do_not_stop_and_are_kept_with_the_submission(world):
    row = propose(world, [add("甲", powers="由***规定"), add("乙")])
    assert row.state == "compliance"
    kept = row.history.order_by("-history_id").first().history_change_reason
    assert kept.startswith("提交；自动校验提醒 R25 2 处、R26 1 处、R41 2 处")
    event = AuditEvent.objects.filter(act="submit_request").order_by("-pk").first()
    assert "R26 1 处" in event.detail


def test_a_repealed_act_is_found_in_the_library(world):
    title = "中华人民共和国合同法"
    act = Act.objects.create(title=title, normal_title=matching_title(title), kind="法律")
    ActVersion.objects.create(act=act, status=ActVersion.Status.REPEALED)
    row = propose(world, [add("甲", legal_bases=[basis(f"《{title}》第五条")])], submit=False)
    assert "R05" in found(row)["甲"]


def test_an_item_is_compared_with_the_list_as_the_request_leaves_it(world):
    version = world.version("食品经营许可")
    renamed = amend(version, ChangeKind.RENAME, name="食品生产经营许可")
    new = add("食品经营许可", "420600-SCJ", legal_bases=[LAW])
    alone = propose(world, [new], clerk="outsider", head="other_head", submit=False)
    assert "R29" in found(alone)["食品经营许可"]
    together = propose(world, [renamed, new], clerk="outsider", head="other_head", submit=False)
    assert "R29" not in found(together)["食品经营许可"]
    twice = propose(
        world, [add("新事项", "420600-SCJ"), add("新事项", "420600-SCJ")], clerk="outsider", head="other_head", submit=False
    )
    assert check_request(twice)[0][0].rule == "R29"
    assert "本申请第 2 项" in check_request(twice)[0][0].message


def test_the_same_name_in_another_department_only_warns_and_never_tells_of_a_withheld_item(world):
    row = propose(world, [add("食品经营许可"), add("专项保密检查", "420600-RSJ", "06", initiation_reason="依申请")])
    assert "R30" in found(row)["食品经营许可"] and row.state == "compliance"
    assert not {"R29", "R30", "R32"} & found(row)["专项保密检查"]


def test_repealing_a_major_names_the_sub_items_that_would_remain(world):
    major = world.version("民办职业技能培训学校设立")
    ends = amend(major, ChangeKind.REPEAL, state="repealed")
    proposal = Proposal(kind=ends.kind, content=ends.content, item=ends.item, base_version=ends.base_version, reason="整合", document="襄政发〔2020〕1号")  # fmt: skip
    row = propose(world, [proposal], submit=False)
    assert "R44" in found(row)[major.name]
    assert "R25" not in found(row)[major.name]


# --- the page and the command ---------------------------------------------------------------------------------------------------


def page_of(client, row) -> str:
    return client.get(reverse("admin:request", args=[row.pk])).content.decode()


@pytest.fixture
def head(world, client):
    client.force_login(world.head.user)
    return client


def test_the_page_shows_each_finding_with_its_sentence_and_source(world, head):
    row = propose(world, [add("只凭通知的许可", legal_bases=[basis(NOTICE)])], submit=False)
    shown = page_of(head, row)
    assert "1 项阻断" in shown and "改正后才能提交" in shown
    assert "行政许可不得只以规范性文件为设定依据" in shown and "行政许可法第十四条" in shown
    response = head.post(reverse("admin:request_submit", args=[row.pk]), {"seen_hash": row.proposed_hash})
    assert response.status_code == 422 and "R01 行政许可不得只以规范性文件为设定依据" in response.content.decode()


def test_the_page_keeps_the_warnings_of_the_submission(world, head):
    row = propose(world, [add("甲")])
    assert "提交时提醒" in page_of(head, row) and "R25 1 处" in page_of(head, row)
    assert "提交时提醒" not in page_of(head, propose(world, [add("乙")], submit=False))


def test_the_page_asks_as_much_for_forty_changes_as_for_one(world, head):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(count: int) -> int:
        row = propose(world, [add(f"事项{count}之{n}", legal_bases=[LAW]) for n in range(count)], submit=False)
        page_of(head, row)
        with CaptureQueriesContext(connection) as captured:
            page_of(head, row)
        return len(captured)

    assert queries(1) == queries(40)


def test_check_list_prints_one_document_with_findings_and_rules(world):
    out = StringIO()
    call_command("check_list", "--region", "420600", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert set(said) == {"findings", "rules", "edition"}
    assert {"rule", "severity", "item", "message"} <= set(said["findings"][0])
    assert sum(rule["findings"] for rule in said["rules"]) == len(said["findings"]) > 0
    counted = {rule["rule"]: rule["findings"] for rule in said["rules"]}
    assert counted["R34"] == 1 and counted["R25"] > 0 and set(counted) == {f"R{n:02d}" for n in range(1, 35)}
    assert "专项保密检查" not in out.getvalue()


def test_check_list_says_in_words_what_it_found(world):
    out = StringIO()
    call_command("check_list", "--region", "420600", stdout=out)
    assert "R34 提醒" in out.getvalue() and "民办职业培训学校变更审批" in out.getvalue()


@pytest.mark.parametrize(("region", "said"), [("000000", "没有代码为 000000 的行政区划"), ("420602", "尚未公布清单")])
def test_check_list_refuses_a_region_without_a_list(world, region, said):
    with pytest.raises(CommandError, match=said):
        call_command("check_list", "--region", region)
