"""The monitoring form and its paper, three years side by side, next year's proposal by its formula."""

import datetime
import io
from decimal import Decimal

import docx
import pytest

from budget.pace.deviations import explain_deviation
from budget.pace.formula import FormulaFault, reckon
from budget.pace.models import LineProposal
from budget.pace.monitoring import monitoring_of, monitoring_paper
from budget.pace.proposal import BY_PRINTS, MEAN, Inputs, propose_budget, suggest
from budget.pace.years import years_of
from qingdan.errors import RuleBroken
from qingdan.ledger.models import AuditEvent
from qingdan.paper.word import write_word
from tests.budget.books import add_line, enter, open_fund
from tests.budget.evaluation.years import filled
from tests.budget.pages import entered, text

NAMES = {"三年平均": Decimal("1000.00"), "计划印数": Decimal(300), "本年印数": Decimal(200), "上年支出": None}


@pytest.mark.parametrize(
    ("formula", "amount"),
    [
        ("三年平均", "1000.00"),
        ("三年平均 × 计划印数 ÷ 本年印数", "1500.00"),
        ("三年平均*(1+0.05)-50", "1000.00"),
        ("１００＋２×３", "106.00"),
        ("10÷3", "3.33"),
        ("0.005", "0.01"),
        ("--5", "5.00"),
    ],
)
def test_a_formula_is_reckoned_exactly(formula, amount):
    assert str(reckon(formula, NAMES)) == amount


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("", "填写公式"),
        ("三年平均 ÷ (本年印数 − 200)", "除数是 0"),
        ("上年支出", "“上年支出”无数据"),
        ("明年支出", "不认识“明年支出”"),
        ("1 2", "“2”前面缺运算符号"),
        ("(1", "少一个右括号"),
        ("1 +", "公式不完整"),
        ("0-1", "结果小于 0"),
        ("__import__('os')", "读不懂"),
        ("1**9", "公式不完整"),
        ("999999999999×999999999999", "结果太大"),
        ("(" * 190 + "1", "公式太长|少一个右括号"),
    ],
)
def test_what_is_no_formula_says_why(formula, sentence):
    with pytest.raises(FormulaFault, match=sentence):
        reckon(formula, NAMES)


@pytest.fixture
def three(world):
    """Printing in 2017 (accounts), none in 2018, 2019 with a budget."""
    first = open_fund(world, "行政审批制度改革（补录）", year=2017, accounts_only=True)
    enter(world, add_line(world, first, "印刷费", None, "30202"), "记-1", "400", spent_on=datetime.date(2017, 5, 6))
    open_fund(world, "别的资金", year=2018)
    fund = open_fund(world)
    enter(world, add_line(world, fund, "印刷费", "1000", "30202"), "记-1", "600.01")
    enter(world, add_line(world, fund, "办公费", "500"), "记-2", "100")
    return fund


def test_three_years_stand_side_by_side_by_name_and_missing_ones_are_no_data(three):
    years = years_of(three)
    assert years.years == (2017, 2018, 2019)
    assert [str(each.name) if each else None for each in years.funds] == ["行政审批制度改革（补录）", None, "行政审批制度改革"]
    assert years.spent("印刷费") == (400, None, Decimal("600.01"))
    assert years.spent("办公费") == (None, None, 100)
    page = text(entered("auditor").get(f"/admin/funds/{three.pk}/years/?unit=yuan"))
    assert "600.01" in page and "无数据" in page


def test_a_proposal_follows_its_formula_with_the_inputs_and_is_kept_with_them(world, three):
    printing = three.lines.get(name="印刷费")
    by_line = {each.line: each for each in suggest(three, Inputs(prints=100, next_prints=150), {})}
    # (400 + 600.01) ÷ 2 = 500.005, half up, × 150 ÷ 100
    assert (by_line[printing].formula, str(by_line[printing].amount)) == (BY_PRINTS, "750.02")
    assert by_line[three.lines.get(name="办公费")].formula == MEAN
    with pytest.raises(RuleBroken, match="“上年支出”无数据"):
        propose_budget(actor=world.fund_clerk, fund=three, inputs=Inputs(), formulas={printing.pk: "上年支出"})
    clerk, address = entered("fund_clerk"), f"/admin/funds/{three.pk}/proposal/"
    given = {"rounds": 2, "next_rounds": 3, "prints": 100, "next_prints": 150, f"f{printing.pk}": "前年支出 × 2"}
    page = clerk.post(address, given)
    assert page.status_code == 200 and "800.00" in text(page) and not LineProposal.objects.exists()
    assert clerk.post(address, {**given, f"f{printing.pk}": "<b>", "keep": "1"}).status_code == 422
    assert clerk.post(address, {**given, "prints": "x"}).status_code == 422
    assert "已保存 2020 年预算建议，2 行" in text(clerk.post(address, {**given, "keep": "1"}, follow=True))
    kept = LineProposal.objects.get(line=printing)
    assert (kept.formula, kept.amount, kept.prints) == ("前年支出 × 2", 800, 100)
    assert "= 前年支出 × 2" in AuditEvent.objects.filter(act="propose_budget", object_id=str(kept.pk)).get().detail
    assert 'value="前年支出 × 2"' in text(clerk.get(address))


def test_the_monitoring_form_says_the_same_on_the_page_and_in_word(world, three):
    explain_deviation(
        actor=world.fund_clerk, fund=three, month=7, line=three.lines.get(name="办公费"), reason="缓购", measure="九月补办"
    )
    form = monitoring_of(three, 7)
    assert form.money[0] == ("年度资金总额", "0.15", "0.15", "0.07", "46.67%", "0.13", "0.02")
    assert [row[0] for row in form.money] == ["年度资金总额", "印刷费", "办公费"]
    assert form.said[0] == "办公费：缓购；九月补办"
    written = io.BytesIO()
    write_word(monitoring_paper(form, datetime.date(2019, 8, 1)), written)
    document = docx.Document(io.BytesIO(written.getvalue()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert all(each in cells for row in form.money for each in row)
    page = text(entered("fund_checker").get(f"/admin/funds/{three.pk}/monitoring/?month=7"))
    assert all(f">{each}<" in page for row in form.money for each in row) and "办公费：缓购；九月补办" in page
    answer = entered("clerk").get(f"/admin/funds/{three.pk}/monitoring.docx?month=7")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert entered("clerk").get(f"/admin/funds/{three.pk}/monitoring.exe").status_code == 404


def test_the_goals_of_the_monitoring_form_are_the_indicators_of_the_self_evaluation(world):
    fund = filled(world, "hubei").fund
    form = monitoring_of(fund, 12)
    by_name = {goal[2]: goal for goal in form.goals}
    assert {goal[4:] for goal in monitoring_of(fund, 7).goals} == {("", "", "", "")}, "what came of it in December is not July's"
    assert len(by_name) == 8 and "14" in by_name["动态更新次数"][3] and "15" in by_name["动态更新次数"][4]
    words = [run[0] for block in monitoring_paper(form, datetime.date(2019, 8, 1)).parts[0].blocks if hasattr(block, "rows")
             for row in block.rows for each in row for run in each.runs]  # fmt: skip
    assert "动态更新次数" in words
