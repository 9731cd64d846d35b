"""Many items at once, counted by the hand: a renamed act in thirty items, one telephone on forty, from log-in to submitted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, ROOT
from tests.browser.test_whole_way import PASSWORD, import_roster, save, sign_in

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS", "")
DEPARTMENTS = [("420600-SCJ", "市市场监督管理局", 1), ("420600-BB", "市委机构编制委员会办公室", 2)]
STAFF = [
    ("李文静", "市市场监督管理局", "经办人", "clerk"),
    ("王建国", "市市场监督管理局", "部门负责人", "head"),
    ("冯公", "市委机构编制委员会办公室", "审改办（汇总公布）", "publisher"),
]
OLD, NEW = "无证无照经营查处办法", "无照经营监督管理条例"


class Hand:
    """One person at one page; every field filled, key pressed and thing clicked counts."""

    def __init__(self, page: Page):
        self.page, self.actions = page, 0

    def fill(self, field: Locator, text: str) -> None:
        self.actions += 1
        field.fill(text)

    def press(self, field: Locator, key: str) -> None:
        self.actions += 1
        field.press(key)

    def click(self, thing: Locator) -> None:
        self.actions += 1
        thing.click()

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def log_in(self, username: str) -> None:
        self.page.goto("/admin/")
        if self.page.get_by_role("button", name="退出").count():
            self.page.get_by_role("button", name="退出").first.click()
            self.page.goto("/admin/")
        self.fill(self.page.locator("input[name=username]"), username)
        self.fill(self.page.locator("input[name=password]"), PASSWORD)
        self.press(self.page.locator("input[name=password]"), "Enter")
        expect(self.page.get_by_role("heading", name="工作台")).to_be_visible()


def shot(page: Page, name: str) -> None:
    """A picture of the page at both widths, where SCREENSHOTS names a folder."""
    for width, viewport in (("1280", DESKTOP), ("390", PHONE)):
        if SHOTS:
            page.set_viewport_size(viewport)
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(DESKTOP)


def submitted(head: Hand) -> None:
    """The head opens the draft that waits on his workbench and hands it in."""
    head.log_in("head")
    head.click(head.page.get_by_role("link", name=re.compile("^核对并提交")).first)
    head.button("提交")
    expect(head.page.locator(".turn")).to_contain_text("编办审查")


@pytest.fixture
def listed(site, people, tmp_path):
    """Forty-two items in force: thirty rest on the old act, two on another; all with the old telephone but the last two."""
    sysadmin = people("sysadmin")
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    import_roster(sysadmin, "/admin/offices/import/", save(tmp_path / "部门.xlsx", [("部门代码", "名称", "排序"), *DEPARTMENTS]))
    import_roster(sysadmin, "/admin/accounts/import/", save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *STAFF]))
    expect(sysadmin.locator(".slip")).to_have_count(len(STAFF))
    for slip in sysadmin.locator(".slip").all():
        username = slip.locator("dd.code").inner_text().strip()
        sign_in(people(username), username, slip.locator("dd.secret").inner_text().strip())
    rows = [("序号", "权力类型", "事项名称", "设定依据", "监督电话")]
    for n in range(1, 43):
        law = f"《{OLD}》（国务院令第684号）第{n}条" if n <= 30 else f"《中华人民共和国广告法》第{n}条"
        rows.append((n, "行政处罚", f"对第{n}种无照经营行为的处罚", law, "0710-3600001" if n <= 40 else "0710-3600009"))
    done = subprocess.run(
        [sys.executable, "manage.py", "import_list", str(save(tmp_path / "清单.xlsx", rows)), "--department", "420600-SCJ"]
        + ["--as", "publisher", "--baseline", "--notice", "襄政发〔2024〕1号", "--decided-on", "2024-01-10"]
        + ["--effective-on", "2024-02-01"],
        cwd=ROOT,
        env=site.environment | {"MODE": "local"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_renamed_act_in_thirty_items_and_a_telephone_on_forty(listed, people, assert_accessible):
    clerk, head = Hand(people("clerk")), Hand(people("head"))
    page = clerk.page

    # A renamed act, from the clerk's log-in to the head's submission, with both telephones untouched.
    clerk.log_in("clerk")
    clerk.click(page.get_by_role("link", name="批量修改"))
    shot(page, "bulk")
    assert_accessible(page)
    clerk.click(page.get_by_role("link", name=f"《{OLD}》"))
    expect(page.get_by_role("heading", name=re.compile("现行事项 30 项"))).to_be_visible()
    clerk.fill(page.get_by_label("新法律"), NEW)
    clerk.fill(page.get_by_label(re.compile("^新文号")), "国务院令第799号")
    clerk.button("预览换法律")
    expect(page.get_by_role("heading", name="将改 30 项")).to_be_visible()
    first = page.locator("article.change").first
    expect(first.locator("td[data-side='原'] del").first).to_be_visible()
    expect(first.locator("td[data-side='新']")).to_contain_text("监督管理条例》（国务院令第〔新增〕799号）第1条")
    shot(page, "bulk-act-preview")
    assert_accessible(page)
    clerk.button("建立申请草稿")
    expect(page.get_by_text("调整内容 30 项")).to_be_visible()
    submitted(head)
    total = clerk.actions + head.actions
    assert total <= 15, total

    # One telephone on forty items; the thirty in review are named and left out until their request ends.
    clerk.page.goto("/admin/bulk/")
    clerk.fill(page.get_by_label("改为"), "0710-3600009")
    clerk.button("预览改要素")
    expect(page.get_by_role("heading", name="另有申请在办 30 项")).to_be_visible()
    expect(page.get_by_role("heading", name="将改 10 项")).to_be_visible()
    page.goto(head.page.url)
    page.get_by_text("撤回", exact=True).first.click()
    page.locator("#withdraw-opinion, [name=opinion]").last.fill("并入下一次调整")
    page.get_by_role("button", name="撤回本申请").click()
    clerk, head = Hand(page), Hand(head.page)
    clerk.log_in("clerk")
    clerk.click(page.get_by_role("link", name="批量修改"))
    clerk.fill(page.get_by_label("改为"), "0710-3600009")
    clerk.button("预览改要素")
    expect(page.get_by_role("heading", name="将改 40 项")).to_be_visible()
    expect(page.get_by_text("不变 2 项", exact=True)).to_be_visible()
    expect(page.locator("article.change").first.locator("td[data-side='新'] ins")).to_have_text("〔新增〕9")
    shot(page, "bulk-phone-preview")
    clerk.button("建立申请草稿")
    expect(page.get_by_text("调整内容 40 项")).to_be_visible()
    submitted(head)
    assert clerk.actions + head.actions <= 15
