"""What the public reads of a fund: nothing unless the office says so, then what was frozen at the act, until it is withdrawn."""

import pytest
from django.test import Client

from budget.evaluation import submitting
from budget.pace.disclosure import disclose_fund, withdraw_fund
from budget.pace.models import Disclosure
from qingdan.errors import RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from tests.budget.books import add_line, adjust, check, enter, open_fund
from tests.budget.evaluation.years import filled
from tests.budget.pages import entered, text


@pytest.fixture
def fund(world):
    fund = open_fund(world)
    for name, original, spent, codes in (
        ("清单印刷", "20000", "12345.67", ("30202",)),
        ("汇编印刷", "10000", "4", ("30202",)),
        ("水电费", "5000", "50", ("30205", "30206")),
    ):
        check(world, enter(world, add_line(world, fund, name, original, *codes), f"记-{name}", spent))
    return fund


def read(address: str = "/money/2019/") -> str:
    answer = Client().get(address)
    assert not answer.cookies and "sessionid" not in answer.headers.get("Vary", "")
    return text(answer)


def test_nothing_is_public_until_the_office_says_so(world, fund):
    assert "还没有公开的专项资金" in read("/money/")
    assert Client().get("/money/2019/").status_code == 404
    assert "专项资金</a>" in read("/")


def test_the_public_reads_budget_and_execution_by_class_in_wan_and_yuan_and_no_voucher(world, fund):
    disclose_fund(actor=world.fund_checker, fund=fund)
    page = read()
    for figure in ("30202 印刷费", "3.00 万元", "30,000.00 元", "1.23 万元", "12,349.67 元", "41.17%", "30205 水费 + 30206 电费"):
        assert figure in page, figure
    assert "记-" not in page and "某文印社" not in page and "清单印刷" not in page
    assert "1.24 万元（12,399.67 元）" in read("/money/")
    assert "尾差：调整后预算" not in page and "尾差：支出" not in page


def test_what_is_read_stays_as_it_was_disclosed_until_it_is_disclosed_again(world, fund):
    first = disclose_fund(actor=world.fund_checker, fund=fund)
    with pytest.raises(WrongState, match="已按现在的数公开"):
        disclose_fund(actor=world.fund_checker, fund=fund)
    adjust(world, fund, "500", to_line=fund.lines.get(name="水电费"))
    before = read()
    assert "5,500.00 元" not in before
    assert "公开后账有变化" in text(entered("clerk").get(f"/admin/funds/{fund.pk}/disclosure/"))
    disclose_fund(actor=world.fund_checker, fund=fund)
    assert "5,500.00 元" in read()
    assert AuditEvent.objects.filter(act="disclose_fund", outcome="done").count() == 2
    assert Disclosure.objects.get(pk=first.pk).content


def test_a_new_disclosure_is_a_new_page_for_whoever_asks_with_the_old_tag(world, fund):
    disclose_fund(actor=world.fund_checker, fund=fund)
    tag = Client().get("/money/2019/")["ETag"]
    assert Client().get("/money/2019/", headers={"if-none-match": tag}).status_code == 304
    withdraw_fund(actor=world.fund_checker, fund=fund, reason="数有误")
    assert Client().get("/money/2019/", headers={"if-none-match": tag}).status_code == 404


def test_it_is_shown_and_withdrawn_on_its_page_with_a_reason(world, fund):
    checker, address = entered("fund_checker"), f"/admin/funds/{fund.pk}/disclosure/"
    assert "公众看不到这项资金" in text(checker.get(address))
    assert "已公开，公众看到的与下表相同" in text(checker.post(f"{address}show/", follow=True))
    assert checker.post(f"{address}show/").status_code == 409
    assert checker.post(f"{address}withdraw/", {"reason": " "}).status_code == 422
    assert "撤下，&lt;b&gt;有误" in text(checker.post(f"{address}withdraw/", {"reason": "<b>有误"}, follow=True))
    with pytest.raises(WrongState, match="没有公开"):
        withdraw_fund(actor=world.fund_checker, fund=fund, reason="又撤")
    assert entered("fund_clerk").post(f"{address}show/").status_code == 403


def test_a_fund_without_lines_has_nothing_to_show(world):
    with pytest.raises(RuleBroken, match="还没有预算行"):
        disclose_fund(actor=world.fund_checker, fund=open_fund(world))


def test_the_self_evaluation_is_read_once_it_is_confirmed_and_the_fund_disclosed_again(world):
    evaluation = filled(world, "hubei")
    fund = evaluation.fund
    submitting.submit_evaluation(actor=world.fund_clerk, evaluation=evaluation)
    disclose_fund(actor=world.fund_checker, fund=fund)
    assert "绩效自评" not in read(f"/money/{fund.year}/")
    submitting.confirm_evaluation(actor=world.fund_checker, evaluation=evaluation)
    assert "公开后账有变化" in text(entered("clerk").get(f"/admin/funds/{fund.pk}/disclosure/"))
    disclose_fund(actor=world.fund_checker, fund=fund)
    assert "82.18 分，良" in read(f"/money/{fund.year}/")


def test_accounts_without_a_budget_are_read_as_such(world):
    fund = open_fund(world, accounts_only=True)
    enter(world, add_line(world, fund, "办公费", None), "记-1", "9100")
    disclose_fund(actor=world.fund_checker, fund=fund)
    page = read()
    assert "0.91 万元" in page and page.count("无数据") == 6
