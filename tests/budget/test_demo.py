"""The demo's money: 2019 as the report has it, nothing filled in; the page shows its figures and its two traps."""

import pytest
from django.test import Client

from budget import demo
from budget.execution import book_of
from budget.models import Fund
from budget.money import wan_text
from budget.warnings import warnings_of
from tests.budget.pages import entered, text


@pytest.fixture
def fund(world) -> Fund:
    demo.build_funds(clerk=world.fund_clerk, checker=world.fund_checker)
    return Fund.objects.get(year=2019)


def test_2019_is_exactly_what_the_report_says_and_no_more(fund):
    book = book_of(fund)
    assert wan_text(book.total.spent) == "4.46"
    office, services = book.groups
    assert [wan_text(group.figures.spent) for group in (office, services)] == ["0.91", "3.55"]
    parts = {row.line.name: wan_text(row.figures.spent) for row in services.rows}
    assert parts == {"差旅费": "0.26", "印刷费": "0.60", "维修（护）费": "0.55", "水电费": "0.51", "设备购置等其他": "1.63"}
    assert book.rounding_rests() == []
    assert (book.total.original, book.total.adjusted, book.total.rest, book.total.rate) == (None, None, None, None)
    assert [(warning.rule, warning.line) for warning in warnings_of(book)] == [("W01", "办公费"), ("W02", "设备购置等其他")]


def test_the_page_shows_the_figures_the_parts_and_both_warnings(fund):
    page = text(entered("auditor").get(f"/admin/funds/{fund.pk}/"))
    for shown in (
        "4.46",
        "0.91",
        "3.55",
        "0.26",
        "0.60",
        "0.55",
        "0.51",
        "1.63",
        "30205 水费 + 30206 电费",
        "提醒 W01",
        "提醒 W02",
    ):
        assert shown in page, shown
    assert "执行率 <b>无数据</b>" in page
    assert "尾差" not in page
    yuan = text(entered("auditor").get(f"/admin/funds/{fund.pk}/?unit=yuan"))
    assert "44,600.00" in yuan and "35,500.00" in yuan


def test_the_public_reads_the_accounts_of_2019_and_nothing_of_the_made_up_year(fund):
    page = text(Client().get("/money/2019/"))
    for shown in ("4.46 万元", "44,600.00 元", "0.91 万元", "0.51 万元", "30205 水费 + 30206 电费", "本年度已关账"):
        assert shown in page, shown
    assert "尾差" not in page and "绩效自评" not in page
    assert Client().get("/money/2020/").status_code == 404


def test_a_second_call_changes_nothing(fund, world):
    told = demo.told()
    demo.build_funds(clerk=world.fund_clerk, checker=world.fund_checker)
    assert demo.told() == told
    assert told["closed"] == [fund.pk] and len(told["open"]) == 1
