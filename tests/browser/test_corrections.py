"""纠错 without JavaScript: a wrong telephone is reported, answered, corrected and published; the reader reads it with his number."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, ROOT
from tests.browser.test_bulk_edit import shot
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

ITEM = "劳务派遣经营许可"
WRONG, RIGHT = "0710-3600002", "0710-3611111"
CONTACT = "张大妈 13871234567"


@pytest.fixture
def behind(site):
    """``behind("publish")``: one step of ``tests.browser.reporting`` in the site's installation; what it printed."""

    def run(*step: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.reporting", *step],
            cwd=ROOT,
            env=site.environment | {"MODE": "local"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


@pytest.fixture
def plainly(browser, site):
    """``plainly(viewport)``: a page of a browser of its own, without JavaScript."""
    contexts = []

    def page(viewport=DESKTOP) -> Page:
        contexts.append(
            browser.new_context(
                base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=False, viewport=viewport
            )
        )
        contexts[-1].set_default_timeout(15_000)
        return contexts[-1].new_page()

    yield page
    for context in contexts:
        context.close()


def log_in(page: Page, username: str) -> Page:
    page.goto("/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    expect(page.get_by_role("heading", name="工作台", exact=True)).to_be_visible()
    return page


def ask(page: Page, number: str) -> None:
    page.goto("/reports/")
    page.get_by_label("查询号").fill(number)
    page.get_by_role("button", name="查询", exact=True).click()


def test_a_wrong_telephone_from_the_reader_to_the_edition(site, behind, plainly, people, assert_accessible):
    behind("build")
    seen = []

    # The reader finds the item, reports, and writes down the number.
    reader = plainly(PHONE)
    reader.goto("/items/?q=" + ITEM)
    reader.get_by_role("link", name=ITEM, exact=True).first.click()
    expect(reader.get_by_text(WRONG).first).to_be_visible()
    item = reader.url.split("?")[0]
    reader.get_by_role("link", name="纠错").click()
    shot(reader, "report-form")
    reader.get_by_label("哪里有误").select_option(label="电话")
    reader.get_by_label("哪里不对，应当是什么").fill(f"监督电话打不通，应当是 {RIGHT}")
    reader.get_by_label("电话或邮箱（可不填）").fill(CONTACT)
    reader.get_by_role("button", name="提交纠错").click()
    expect(reader.get_by_role("heading", name="纠错已收到")).to_be_visible()
    number = reader.locator(".receipt").inner_text().strip()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", number) and number not in reader.url
    assert reader.context.cookies() == []
    shot(reader, "report-sent")
    seen.append(reader.content())
    ask(reader, number)
    expect(reader.get_by_text("待答复").first).to_be_visible()
    shot(reader, "report-waiting")

    # The department sees it on the workbench, answers, and stands in the item's form of a new draft.
    clerk = log_in(plainly(), "clerk")
    expect(clerk.get_by_role("heading", name="读者纠错 · 1 件")).to_be_visible()
    shot(clerk, "report-workbench")
    clerk.get_by_role("link", name="第1号", exact=True).click()
    seen.append(clerk.content())
    shot(clerk, "report-desk")
    clerk.get_by_label(re.compile("已更正拟办：属实")).check()
    clerk.get_by_label("答复内容").fill(f"已核对，监督电话改为 {RIGHT}")
    clerk.get_by_role("button", name="答复", exact=True).click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("调整：")
    clerk.locator("[name=el-supervision_phone]").fill(RIGHT)
    clerk.get_by_role("button", name="保存", exact=True).click()
    expect(clerk.locator(".messagelist")).to_contain_text("已保存")
    head = log_in(plainly(), "head")
    head.goto("/admin/reports/1/")
    head.get_by_role("row", name="调整申请").get_by_role("link").click()
    expect(head.get_by_text("据以提出的读者纠错 1 件")).to_be_visible()
    shot(head, "report-request")
    head.get_by_role("button", name="提交", exact=True).click()
    expect(head.locator(".turn")).to_contain_text("编办审查")
    ask(reader, number)
    expect(reader.get_by_text("正在按程序调整清单")).to_be_visible()
    office = log_in(plainly(), "compliance")
    office.goto("/admin/reports/?show=all")
    expect(office.get_by_role("row", name=ITEM)).to_contain_text("已更正拟办")
    shot(office, "report-list")
    seen.append(office.content())

    # Published: the edition names the report, the number names the edition, the item has the right telephone.
    (edition,) = behind("publish")
    ask(reader, number)
    expect(reader.get_by_text(f"已核对，监督电话改为 {RIGHT}")).to_be_visible()
    shot(reader, "report-answered")
    seen.append(reader.content())
    reader.get_by_role("link", name=re.compile("动态调整$")).first.click()
    assert reader.url.endswith(f"/editions/{edition}/")
    expect(reader.get_by_text("采纳的读者纠错（1 件）")).to_be_visible()
    shot(reader, "report-edition")
    seen.append(reader.content())
    reader.goto(item)
    expect(reader.get_by_text(RIGHT).first).to_be_visible()
    head.goto("/admin/reports/1/")
    expect(head.get_by_text("已更正", exact=True).first).to_be_visible()
    seen.append(head.content())

    # The contact: on no page, in no log, in one table; the department has to ask for it; after 90 days it is gone.
    head.get_by_role("button", name="查看联系方式").click()
    expect(head.get_by_text(CONTACT)).to_be_visible()
    shot(head, "report-contact")
    assert not [page for page in seen if "13871234567" in page]
    assert "13871234567" not in site.log.read_text()
    assert behind("scan", "13871234567", "张大妈") == ["reviews_reportcontact"]
    assert behind("erase", "89") == ["0"] and behind("erase", "90") == ["1"]
    assert behind("scan", "13871234567", "张大妈") == []

    # For everyone, on desk and phone, in both modes.
    for name in ("citizen", "elder"):
        page = people(name)
        page.goto("/")
        if name == "elder":
            page.get_by_role("button", name="长辈版").click()
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            page.goto(f"{item}report/")
            assert_accessible(page)
            if viewport == PHONE and name == "elder":
                shot(page, "report-elder")
            ask(page, number)
            expect(page.get_by_text("已更正", exact=True)).to_be_visible()
            assert_accessible(page)
            ask(page, "0000-0000-0000-0000")
            expect(page.get_by_text("没有这个查询号")).to_be_visible()
            assert_accessible(page)
    staff = log_in(people("staff"), "publisher")
    for viewport in (DESKTOP, PHONE):
        staff.set_viewport_size(viewport)
        for address in ("/admin/reports/", "/admin/reports/?show=all", "/admin/reports/1/"):
            staff.goto(address)
            assert_accessible(staff)
    shot(staff, "report-redaction")
