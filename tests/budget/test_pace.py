"""Plan and execution: shares to the 分, deviations that want a reason, forecast and carry-over, and their pages."""

import datetime
import re
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from budget.money import share_of
from budget.pace.charts import rate_bars
from budget.pace.deviations import explain_deviation, set_limit
from budget.pace.models import DeviationNote, LinePlan
from budget.pace.plan import even, set_plan
from budget.pace.progress import progress_of
from qingdan.errors import RuleBroken
from qingdan.ledger.models import AuditEvent
from tests.budget.books import add_line, adjust, enter, open_fund, reverse
from tests.budget.pages import entered, text


@pytest.fixture
def line(world):
    return add_line(world, open_fund(world), "办公费", "1000")


def own(*amounts: str) -> list[Decimal]:
    return [Decimal(each) for each in amounts] + [Decimal(0)] * (12 - len(amounts))


def plan(world, line, *amounts: str):
    return set_plan(actor=world.fund_clerk, fund=line.fund, months={line: own(*amounts) if amounts else None})


@given(st.integers(0, 10**12))
def test_even_months_are_whole_cents_that_add_up_to_the_budget_and_differ_by_one_cent_at_most(cents):
    months = even(Decimal(cents).scaleb(-2))
    assert sum(months) == Decimal(cents).scaleb(-2)
    assert max(months) - min(months) <= Decimal("0.01")


def test_a_share_is_rounded_half_up():
    assert [str(share_of(Decimal("0.06"), part, 12)) for part in (0, 1, 2, 3, 12)] == ["0.00", "0.01", "0.01", "0.02", "0.06"]


def test_rate_plan_deviation_forecast_and_carry_over_to_the_cent(world, line):
    entry = enter(world, line, "记-1", "300")
    reverse(world, enter(world, line, "记-2", "50"), "记-3", reversed_on=datetime.date(2019, 7, 1))
    row = progress_of(line.fund, 6).rows[0]
    assert (row.planned, row.spent, row.rate, row.planned_rate) == (500, 350, 35, 50)
    assert (row.deviation, row.is_off, row.forecast, row.carry_over) == (-15, True, 850, 150)
    july = progress_of(line.fund, 7)
    assert (july.total.spent, str(july.total.planned), str(july.total.rate)) == (300, "583.33", "30.00")
    assert [each.spent for each in july.months][4:7] == [350, 0, -50]
    assert (progress_of(line.fund, 12).total.forecast, progress_of(line.fund, 4).total.spent) == (entry.amount, 0)


def test_a_pace_of_its_own_is_twelve_months_that_make_up_the_budget(world, line):
    with pytest.raises(RuleBroken, match="各月合计 999.99 元，调整后预算 1,000.00 元，相差 -0.01 元"):
        plan(world, line, "999.99")
    (made,) = plan(world, line, "0", "400", "600")
    assert plan(world, line, "0", "400", "600") == []
    standing = progress_of(line.fund, 2).rows[0]
    assert (standing.planned, standing.own_pace, standing.is_unbalanced) == (400, True, False)
    assert AuditEvent.objects.get(act="set_plan", outcome="done").object_id == str(made.pk)
    adjust(world, line.fund, "10", to_line=line)
    assert [row.name for row in progress_of(line.fund, 2).unbalanced] == ["办公费"]
    plan(world, line)
    assert progress_of(line.fund, 12).rows[0].planned == 1010
    with pytest.raises(DatabaseError), transaction.atomic():
        LinePlan.objects.filter(pk=made.pk).update(amounts="")


def test_the_forecast_never_goes_beyond_the_budget(world, line):
    plan(world, line, *["0"] * 11, "1000")
    enter(world, line, "记-1", "900")
    total = progress_of(line.fund, 6).total
    assert (total.forecast, total.carry_over) == (1000, 0)


def test_accounts_without_a_budget_have_no_plan_and_say_so(world):
    line = add_line(world, open_fund(world, accounts_only=True), "办公费", None)
    enter(world, line, "记-1", "5")
    total = progress_of(line.fund, 12).total
    assert (total.rate, total.deviation, total.forecast, total.carry_over, total.is_off) == (None, None, None, None, False)
    with pytest.raises(RuleBroken, match="只有决算数"):
        plan(world, line, "5")
    page = text(entered("fund_clerk").get(f"/admin/funds/{line.fund_id}/execution/"))
    assert "无数据" in page and "须说明" not in page


def test_a_deviation_beyond_the_limit_wants_a_reason_and_a_measure_and_again_when_the_figures_change(world, line):
    def explain(**fields):
        fields = {"month": 6, "line": line, "reason": "印刷推迟", "measure": "三季度付款", **fields}
        return explain_deviation(actor=world.fund_clerk, fund=line.fund, **fields)

    with pytest.raises(RuleBroken, match="未填写"):
        explain(measure=" ")
    enter(world, line, "记-1", "400")
    with pytest.raises(RuleBroken, match="没有超过 10 个百分点"):
        explain()
    set_limit(actor=world.fund_checker, fund=line.fund, points=9)
    note = explain()
    assert (note.planned, note.spent) == (500, 400)
    assert "偏差 -10.00 个百分点" in AuditEvent.objects.get(act="explain_deviation", outcome="done").detail
    assert [row.name for row in progress_of(line.fund, 6).unexplained] == ["合计"]
    explain(line=None)
    assert progress_of(line.fund, 6).unexplained == []
    enter(world, line, "记-2", "1")
    assert [row.name for row in progress_of(line.fund, 6).unexplained] == ["办公费", "合计"]
    assert DeviationNote.objects.filter(fund=line.fund).count() == 2


def test_the_pages_plan_show_and_explain(world, line, django_assert_max_num_queries):
    other = add_line(world, line.fund, "差旅费", "120", "30211")
    clerk, checker = entered("fund_clerk"), entered("fund_checker")
    address = f"/admin/funds/{line.fund_id}/"
    refused = clerk.post(f"{address}plan/", {f"p{line.pk}_1": "<b>", f"p{other.pk}_1": "5"})
    assert refused.status_code == 422 and "“&lt;b&gt;”不是金额" in text(refused) and 'value="5"' in text(refused)
    assert "相差 -995.00 元" in text(clerk.post(f"{address}plan/", {f"p{line.pk}_1": "5"}))
    assert LinePlan.objects.count() == 0
    assert "改动 1 行" in text(clerk.post(f"{address}plan/", {f"p{line.pk}_1": "1,000"}, follow=True))
    page = text(clerk.get(f"{address}execution/?month=6&unit=yuan"))
    assert page.count("须说明</span>") == 3 and "办公费" in page and 'class="chart"' in page
    explained = {"line": line.pk, "reason": "<i>缓办", "measure": "补办"}
    assert clerk.post(f"{address}execution/6/explain/", {"line": line.pk}).status_code == 422
    page = text(clerk.post(f"{address}execution/6/explain/", explained, follow=True))
    assert "&lt;i&gt;缓办" in page and "已说明" in page
    assert checker.post(f"{address}execution/limit/", {"points": "0"}).status_code == 422
    page = text(checker.post(f"{address}execution/limit/", {"points": "100"}, follow=True))
    assert "偏差界限 100 个百分点" in page and "须说明</span>" not in page
    with django_assert_max_num_queries(40):
        clerk.get(f"{address}execution/")


def test_a_bar_with_its_longest_figures_stays_inside_the_picture():
    drawn = rate_bars([("办公费", Decimal("100.00"), Decimal("100.00")), ("差旅费", None, None)], "执行率")
    assert "100.00%，计划 100.00%" in drawn and ">无数据<" in drawn
    (x, words) = re.findall(r'<text x="(\d+)" y="\d+">([^<]+)</text>', drawn)[0]
    # 13 px: a Chinese character is as wide as high, a figure about six tenths of it.
    assert int(x) + sum(13 if each > "\u2e7f" else 9 for each in words) <= 860
