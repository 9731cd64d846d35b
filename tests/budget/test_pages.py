"""The money screens: what they show, what Enter does, how a refusal comes back."""

import re

import pytest
from django.utils import timezone

from budget.models import BudgetAdjustment, BudgetLine, EconomicClass, Expenditure, Fund
from tests.budget.books import add_line, check, classes, close_months, enter, open_fund, reverse
from tests.budget.pages import entered, text


@pytest.fixture
def fund(world) -> Fund:
    return open_fund(world)


@pytest.fixture
def line(world, fund) -> BudgetLine:
    return add_line(world, fund, "办公费", "1000")


@pytest.fixture
def clerk(world):
    return entered("fund_clerk")


@pytest.fixture
def checker(world):
    return entered("fund_checker")


def row(line, **fields) -> dict:
    given = {"voucher": "记-1", "spent_on": "2019-05-06", "line": line.pk, "amount": "１,２３４.５"}
    return {**given, "payee": "甲", "purpose": "乙", **fields}


def test_an_empty_office_is_told_what_comes_next(clerk, checker):
    assert "建立第一项" in text(clerk.get("/admin/funds/"))
    assert "财务经办建立后会列在这里" in text(checker.get("/admin/funds/"))
    assert "没有登记中的专项资金" in text(clerk.get("/admin/"))
    assert "2018 年没有专项资金" in text(clerk.get("/admin/funds/?year=2018"))


def test_a_fund_is_opened_and_gets_its_lines_one_after_the_other(world, clerk):
    form = {"department": world.department().pk, "year": 2019, "name": "行政审批制度改革", "source": "市财政局拨付"}
    answer = clerk.post("/admin/funds/new/", form)
    fund = Fund.objects.get()
    assert answer.url == f"/admin/funds/{fund.pk}/lines/"
    assert "还没有预算行" in text(clerk.get(f"/admin/funds/{fund.pk}/"))
    utilities = [each.pk for each in classes("30205", "30206")]
    assert clerk.post(answer.url, {"name": "水电费", "classes": utilities, "original": "5,100元"}).url == answer.url
    assert "30205 水费 + 30206 电费" in text(clerk.get(answer.url))
    refused = clerk.post(answer.url, {"name": "水电费", "classes": utilities, "original": "一千"})
    assert refused.status_code == 422 and "“一千”不是金额" in text(refused)
    again = clerk.post("/admin/funds/new/", form)
    assert again.status_code == 422 and "已有“行政审批制度改革”" in text(again)


def test_a_foreign_department_is_not_offered_to_a_new_fund(world, clerk):
    form = {"department": world.department("420600-SCJ").pk, "year": 2019, "name": "甲", "source": "乙"}
    assert clerk.post("/admin/funds/new/", form).status_code == 422
    assert not Fund.objects.exists()


def test_an_unverified_class_is_marked_wherever_it_is_shown(world, clerk, fund):
    add_line(world, fund, "维修费", "1", "30213")
    assert "30213 维修（护）费（未核实）" in text(clerk.get(f"/admin/funds/{fund.pk}/"))
    EconomicClass.objects.filter(code="30213").update(verified=True)
    assert "（未核实）" not in text(clerk.get(f"/admin/funds/{fund.pk}/"))


def test_a_kept_row_brings_the_next_one_with_its_date_and_line_and_the_cursor_in_the_voucher(clerk, line):
    address = f"/admin/funds/{line.fund_id}/entry/"
    answer = clerk.post(address, row(line, amount="９００.５"), follow=True)
    page = text(answer)
    assert "已登记 记-1 900.50 元。“办公费”还剩 99.50 元。" in page
    assert answer.redirect_chain[0][0] == f"{address}?line={line.pk}&on=2019-05-06"
    assert 'value="2019-05-06"' in page and re.search(rf'<option value="{line.pk}" selected>办公费（余 99.50）', page)
    assert re.search(r'<input[^>]*name="voucher"[^>]*autofocus', page)


def test_a_refused_row_comes_back_as_typed_with_the_fault_at_its_field(clerk, line):
    page = clerk.post(f"/admin/funds/{line.fund_id}/entry/", row(line))
    assert page.status_code == 422
    assert "“办公费”还剩 1,000.00 元，超出 234.50 元；先办预算调整" in text(page)
    assert 'value="１,２３４.５"' in text(page)
    assert re.search(r'<input[^>]*name="amount"[^>]*autofocus', text(page))
    assert not Expenditure.objects.exists()


@pytest.mark.parametrize("query", ["line=x&on=2019-13-45", "line=99999999999999999999&on=", "line=１&on=x", "line=-1"])
def test_a_strange_address_of_the_entry_page_is_just_an_empty_row(clerk, line, query):
    assert clerk.get(f"/admin/funds/{line.fund_id}/entry/?{query}").status_code == 200


def test_text_that_people_enter_is_shown_as_text(clerk, line):
    clerk.post(f"/admin/funds/{line.fund_id}/entry/", row(line, amount="1", payee="<script>x</script>"))
    page = text(clerk.get(f"/admin/funds/{line.fund_id}/spending/"))
    assert "&lt;script&gt;" in page and "<script>x" not in page


def test_the_budget_is_adjusted_on_its_page(world, clerk, fund, line):
    form = {"to_line": line.pk, "amount": "10", "decided_on": "2019-06-01", "document": "甲", "reason": "乙"}
    address = f"/admin/funds/{fund.pk}/adjust/"
    assert clerk.post(address, form).url == f"/admin/funds/{fund.pk}/"
    page = text(clerk.get(f"/admin/funds/{fund.pk}/?unit=yuan"))
    assert "预算调整 1 次" in page and "1,010.00" in page
    refused = clerk.post(address, {**form, "to_line": "", "from_line": line.pk, "amount": "2000"})
    assert refused.status_code == 422 and "最多调出 1,010.00 元" in text(refused)
    assert BudgetAdjustment.objects.count() == 1


def test_the_checker_ticks_and_checks_and_is_told_what_was_refused(world, checker, line):
    one, two = enter(world, line, "记-1", "1"), enter(world, line, "记-2", "2")
    address = f"/admin/funds/{line.fund_id}/"
    assert "2 笔待复核" in text(checker.get("/admin/"))
    assert "复核 记-1" in text(checker.get(f"{address}spending/?state=unchecked"))
    answer = checker.post(f"{address}check/", {"entries": [one.pk]}, follow=True)
    assert "已复核 1 笔" in text(answer)
    answer = checker.post(f"{address}check/", {"entries": [one.pk, two.pk, "x", "9" * 30]}, follow=True)
    assert "已复核 1 笔" in text(answer) and "记-1 已复核" in text(answer)
    assert "没有勾选支出" in text(checker.post(f"{address}check/", {}, follow=True))


def test_an_entry_of_another_fund_is_not_checked_by_a_forged_number(world, checker, line):
    other = enter(world, add_line(world, open_fund(world, "别的"), "办公费", "9"), "记-1", "1")
    checker.post(f"/admin/funds/{line.fund_id}/check/", {"entries": [other.pk]})
    assert Expenditure.objects.get(pk=other.pk).checked_at is None


def test_a_reversal_shows_what_it_does_and_afterwards_both_rows_say_so(world, clerk, line):
    entry = enter(world, line, "记-1", "60")
    address = f"/admin/funds/{line.fund_id}/reverse/{entry.pk}/"
    assert "支出减少 60.00 元" in text(clerk.get(address))
    form = {"voucher": "记-2", "reversed_on": "2019-05-07", "reason": "科目记错"}
    page = text(clerk.post(address, form, follow=True))
    assert "已由 记-2 冲销" in page and "冲销 记-1" in page and "−60.00" in page
    assert clerk.post(address, {**form, "voucher": "记-3"}).status_code == 409
    assert f"/reverse/{entry.pk}/" not in page


def test_a_year_is_closed_by_its_typed_number_and_opened_again_with_a_reason(world, clerk, checker, line):
    fund, entry = line.fund, enter(world, line, "记-1", "60")
    address = f"/admin/funds/{fund.pk}/"
    refused = checker.post(f"{address}close/", {"typed": "2019"})
    assert refused.status_code == 409 and "还有 1 笔支出没有复核" in text(refused)
    check(world, entry)
    waiting = checker.post(f"{address}close/", {"typed": "2019"})
    assert waiting.status_code == 409 and "11、12 月还没有月结" in text(waiting)
    close_months(world, fund)
    assert "与年度 2019 不一致" in text(checker.post(f"{address}close/", {"typed": "2020"}))
    assert "已关账" in text(checker.post(f"{address}close/", {"typed": "2019"}, follow=True))
    late = clerk.post(f"{address}entry/", row(line, voucher="记-2", amount="1"))
    assert late.status_code == 409 and "已关账" in text(late)
    assert clerk.get(f"{address}entry/").status_code == 409
    assert checker.post(f"{address}reopen/", {"reason": ""}).status_code == 422
    assert "重新打开：补记" in text(checker.post(f"{address}reopen/", {"reason": "补记"}, follow=True))


def test_the_page_prints_the_rounding_rest_and_only_in_ten_thousands(world, clerk, fund):
    for number in range(3):
        add_line(world, fund, f"行{number}", "50")
    page = text(clerk.get(f"/admin/funds/{fund.pk}/"))
    assert "尾差：合计的年初预算 -0.01 万元" in page
    assert "尾差" not in text(clerk.get(f"/admin/funds/{fund.pk}/?unit=yuan"))


def test_the_list_shows_totals_and_asks_as_often_for_one_fund_as_for_many(world, clerk, line, django_assert_max_num_queries):
    enter(world, line, "记-1", "60")
    reverse(world, enter(world, line, "记-2", "40"), "记-3")
    page = text(clerk.get("/admin/funds/?unit=yuan"))
    assert "60.00" in page and "6.00%" in page
    for number in range(5):
        add_line(world, open_fund(world, f"别的{number}"), "办公费", "1")
    with django_assert_max_num_queries(16):
        clerk.get("/admin/funds/")
    with django_assert_max_num_queries(22):
        clerk.get(f"/admin/funds/{line.fund_id}/")


def test_the_entry_page_of_this_year_begins_with_today(world, clerk):
    today = timezone.localdate()
    fund = open_fund(world, year=today.year)
    add_line(world, fund, "办公费", "1")
    assert f'value="{today}"' in text(clerk.get(f"/admin/funds/{fund.pk}/entry/"))
