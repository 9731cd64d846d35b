"""Two finance people and one fund: ten vouchers by the keyboard alone, checked by the second person, reconciled, the month closed."""

from __future__ import annotations

import datetime
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_whole_way import import_roster, save, sign_in

pytestmark = pytest.mark.browser

OFFICE = "市委机构编制委员会办公室"
STAFF = [("卫芳", OFFICE, "财务经办", "fund_clerk"), ("蒋平", OFFICE, "财务复核", "fund_checker")]
LINES = [("办公费", ["30201 办公费"], "9100"), ("水电费", ["30205 水费", "30206 电费"], "5,100.00")]
YEAR = datetime.date.today().year - 1


# Keys that are no text, and clicks: what the hands do besides typing the figures.
ACTIONS = Counter()


def act(page: Page, key: str, who: str) -> None:
    page.keyboard.press(key)
    ACTIONS[who] += 1


def tab_to(page: Page, name: str) -> None:
    """Tab on until the cursor stands in the field (a date has a stop for each of its parts)."""
    for _ in range(8):
        if page.evaluate("document.activeElement.name") == name:
            return
        act(page, "Tab", "entry")
    pytest.fail(f"Tab does not reach {name}")


def type_row(page: Page, voucher: str, amount: str) -> None:
    """One row from the voucher, where the cursor is, to the Enter that keeps it."""
    assert page.evaluate("document.activeElement.name") == "voucher"
    page.keyboard.type(voucher)
    tab_to(page, "amount")
    page.keyboard.type(amount)
    tab_to(page, "payee")
    page.keyboard.type("甲印务公司")
    tab_to(page, "purpose")
    page.keyboard.type("编印清单")
    act(page, "Enter", "entry")


def click(target, who: str) -> None:
    target.click()
    ACTIONS[who] += 1


def shoot(page: Page, name: str) -> None:
    """Both widths, where SHOTS names a folder to look at."""
    if SHOTS := os.environ.get("SHOTS"):
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            page.screenshot(path=Path(SHOTS) / f"{name}-{viewport['width']}.png", full_page=True)
        page.set_viewport_size(DESKTOP)


def test_ten_vouchers_by_keyboard_alone_then_checked_reconciled_and_the_month_closed(site, people, tmp_path, assert_accessible):
    sysadmin = people("sysadmin")
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    offices = save(tmp_path / "部门.xlsx", [("部门代码", "名称", "排序"), ("420600-BB", OFFICE, 1)])
    import_roster(sysadmin, "/admin/offices/import/", offices)
    roster = save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *STAFF])
    import_roster(sysadmin, "/admin/accounts/import/", roster)
    expect(sysadmin.locator(".slip")).to_have_count(2)
    for slip in sysadmin.locator(".slip").all():
        username = slip.locator("dd.code").inner_text().strip()
        sign_in(people(username), username, slip.locator("dd.secret").inner_text().strip())

    clerk = people("fund_clerk")
    clerk.get_by_role("link", name="建立资金").click()
    clerk.get_by_label("年度").fill(str(YEAR))
    clerk.get_by_label("资金名称").fill("行政审批制度改革")
    clerk.get_by_label("资金来源").fill("市财政局拨付")
    clerk.get_by_role("button", name="建立").click()
    for name, classes, original in LINES:
        clerk.get_by_role("textbox", name="预算行").fill(name)
        clerk.get_by_label("支出经济分类").select_option(label=classes)
        clerk.get_by_label("年初预算").fill(original)
        clerk.get_by_role("button", name="增加这一行").click()
        expect(clerk.get_by_text(f"已增加“{name}”")).to_be_visible()
    clerk.get_by_role("link", name="完成，回到资金").click()
    clerk.get_by_role("link", name="登记支出").click()

    for number in range(1, 11):
        type_row(clerk, f"记-{number}", "800.50")
        expect(clerk.get_by_text(f"已登记 记-{number} 800.50 元")).to_be_visible()
    expect(clerk.get_by_text("“办公费”还剩 1,095.00 元")).to_be_visible()
    # Ten rows: on each four fields are passed or typed in and one Enter keeps it; the date (three stops) and the line stay as they were.
    per_row = ACTIONS["entry"] / 10
    assert per_row <= 9, ACTIONS
    shoot(clerk, "money-entry")
    assert_accessible(clerk)
    type_row(clerk, "记-11", "1095.01")
    expect(clerk.get_by_text("超出 0.01 元；先办预算调整")).to_be_visible()
    assert clerk.evaluate("document.activeElement.name") == "amount"

    checker = people("fund_checker")
    checker.goto("/admin/")
    click(checker.get_by_role("link", name="复核", exact=True), "check")
    for box in checker.get_by_role("checkbox").all():
        box.check()
        ACTIONS["check"] += 1
    click(checker.get_by_role("button", name="复核勾选的支出"), "check")
    expect(checker.get_by_text("已复核 10 笔")).to_be_visible()
    checker.get_by_role("link", name="回到资金").click()
    for viewport in (DESKTOP, PHONE):
        checker.set_viewport_size(viewport)
        assert_accessible(checker)
    checker.set_viewport_size(DESKTOP)

    clerk.get_by_role("link", name=re.compile("行政审批制度改革")).first.click()
    click(clerk.get_by_role("link", name="对账与月结"), "month")
    click(clerk.get_by_role("link", name="12 月", exact=True), "month")
    clerk.get_by_label("账簿支出合计").fill("8005.00")
    click(clerk.get_by_role("button", name="记下对账结果"), "month")
    expect(clerk.get_by_text("12 月已对账，差额 0.00 元")).to_be_visible()
    click(checker.get_by_role("link", name="对账与月结"), "month")
    click(checker.get_by_role("link", name="12 月", exact=True), "month")
    click(checker.get_by_role("button", name="结账", exact=True), "month")
    expect(checker.get_by_text("12 月已结账，不再登记、冲销和导入")).to_be_visible()
    shoot(checker, "money-months")
    assert ACTIONS["month"] <= 6 and ACTIONS["check"] <= 12, ACTIONS
    clerk.goto(clerk.url)
    expect(clerk.get_by_text("结账，不再登记、冲销和导入")).to_be_visible()

    # The year is not closed over the other eleven.
    checker.get_by_role("link", name="回到资金").click()
    checker.get_by_role("link", name="关账", exact=True).click()
    expect(checker.get_by_text("1、2、3、4、5、6、7、8、9、10、11 月还没有月结")).to_be_visible()

    clerk.get_by_role("link", name=re.compile("行政审批制度改革")).first.click()
    for name, heading in (
        ("执行进度", "各月计划与支出"),
        ("运行监控表", "二、绩效目标完成"),
        ("三年对比", ""),
        ("向社会公开", "公众看到的内容"),
    ):
        clerk.get_by_role("link", name=name, exact=True).click()
        if heading:
            expect(clerk.get_by_role("heading", name=heading)).to_be_visible()
        shoot(clerk, f"money-{name}")
        for viewport in (DESKTOP, PHONE):
            clerk.set_viewport_size(viewport)
            assert_accessible(clerk)
        clerk.set_viewport_size(DESKTOP)
        if name == "三年对比":
            clerk.get_by_role("link", name="下年度预算建议").click()
            shoot(clerk, "money-proposal")
            assert_accessible(clerk)
        clerk.get_by_role("link", name=re.compile("^[0-9]{4}年行政审批制度改革$")).first.click()
    checker.get_by_role("link", name=re.compile("^[0-9]{4}年行政审批制度改革$")).first.click()
    checker.get_by_role("link", name="向社会公开", exact=True).click()
    checker.get_by_role("button", name="公开", exact=True).click()
    expect(checker.get_by_text("已公开，公众看到的与下表相同")).to_be_visible()
