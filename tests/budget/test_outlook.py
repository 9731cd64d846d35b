"""目标监控: what is written of each goal at the end of a month stands on the monitoring form, and what was written before is kept."""

from __future__ import annotations

import pytest

from budget.models import Fund
from budget.pace.models import GoalOutlook
from budget.pace.monitoring import monitoring_of
from budget.pace.outlook import watch_goals
from qingdan.errors import RuleBroken
from qingdan.ledger.models import AuditEvent
from tests.budget.books import open_fund
from tests.budget.evaluation.years import filled
from tests.budget.pages import entered, text

UPDATES = "动态更新次数"


@pytest.fixture
def fund(world) -> Fund:
    return filled(world, "hubei").fund


def watch(world, fund: Fund, month: int = 7, name: str = UPDATES, **fields):
    return watch_goals(actor=world.fund_clerk, fund=fund, month=month, rows={name: fields})


def goal(fund: Fund, month: int) -> tuple[str, ...]:
    return next(row[4:] for row in monitoring_of(fund, month).goals if row[2] == UPDATES)


def test_the_newest_word_of_the_month_stands_on_the_form_and_the_older_is_kept(world, fund):
    watch(world, fund, done="6 次", expected="14 次", likelihood="certain")
    assert goal(fund, 7) == ("6 次", "14 次", "确定能", "")
    watch(world, fund, done="6 次", expected="12 次", likelihood="possible", remark="补录")
    assert goal(fund, 7) == ("6 次", "12 次", "有可能", "补录")
    assert goal(fund, 8)[1] == "", "each month is written of its own"
    assert [row.expected for row in GoalOutlook.objects.order_by("pk")] == ["14 次", "12 次"]
    events = AuditEvent.objects.filter(act="watch_goals", outcome="done").order_by("sequence")
    assert [each.before_hash for each in events] == ["", events[0].after_hash]
    assert "动态更新次数：6 次；12 次；有可能；补录" in events[1].detail


def test_what_says_the_same_is_not_written_again(world, fund):
    assert len(watch(world, fund, done="6 次")) == 1
    assert watch(world, fund, done=" 6 次 ") == []
    assert watch(world, fund, name="调整事项数", done="") == []


def test_month_indicator_and_a_goal_out_of_reach_are_refused_by_their_rules(world, fund):
    with pytest.raises(RuleBroken, match="月份：须为 1 至 12 月"):
        watch(world, fund, month=13, done="1")
    with pytest.raises(RuleBroken, match="别的指标：.*没有这项指标"):
        watch(world, fund, name="别的指标", done="1")
    with pytest.raises(RuleBroken, match="没有这项指标"):
        watch(world, open_fund(world, year=2018), done="1")
    with pytest.raises(RuleBroken, match="动态更新次数：预计完不成的"):
        watch(world, fund, likelihood="impossible")
    assert not GoalOutlook.objects.exists()


def test_all_goals_are_written_in_one_table_and_a_fault_keeps_what_was_typed(fund):
    clerk, address = entered("fund_clerk"), f"/admin/funds/{fund.pk}/monitoring/7/goals/"
    page = text(clerk.get(address))
    assert page.count('data-label="全年预计完成"') == 8
    at = [row[2] for row in monitoring_of(fund, 7).goals].index(UPDATES)
    faulty = clerk.post(address, {f"done-{at}": "<i>6", f"likelihood-{at}": "impossible"})
    assert faulty.status_code == 422 and "写明偏差原因和措施" in text(faulty) and 'value="&lt;i&gt;6"' in text(faulty)
    saved = clerk.post(address, {f"done-{at}": "<i>6", f"expected-{at}": "14 次"}, follow=True)
    assert "已保存，改动 1 项指标。" in text(saved) and "<td>&lt;i&gt;6</td><td>14 次</td>" in text(saved)
    assert "填写目标监控" in text(saved) and "填写目标监控" not in text(
        entered("fund_checker").get(f"/admin/funds/{fund.pk}/monitoring/")
    )
    assert entered("fund_checker").get(address).status_code == 403
    assert clerk.get(f"/admin/funds/{fund.pk}/monitoring/13/goals/").status_code == 404


def test_a_fund_without_goals_says_where_they_are_made(world):
    fund = open_fund(world)
    page = text(entered("fund_clerk").get(f"/admin/funds/{fund.pk}/monitoring/7/goals/"))
    assert "尚未填报绩效目标和指标" in page and f"/admin/funds/{fund.pk}/evaluation/" in page
