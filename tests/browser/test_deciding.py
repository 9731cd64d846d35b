"""One reviewer goes through 200 changes in one sitting, by keys: marks are kept as he goes, and the list is never opened again."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, ROOT
from tests.browser.test_whole_way import import_roster, save, sign_in

pytestmark = pytest.mark.browser

COUNT = 200
RETURNED, REFUSED = {7, 150}, {42}
OFFICES = [("部门代码", "名称", "排序"), ("420600-SCJ", "市市场监督管理局", 1), ("420600-BB", "市委机构编制委员会办公室", 2)]
STAFF = [
    ("李文静", "市市场监督管理局", "经办人", "clerk"),
    ("王建国", "市市场监督管理局", "部门负责人", "head"),
    ("陈立", "市委机构编制委员会办公室", "编办审查", "compliance"),
]


def place(page: Page) -> int:
    """Which change the page shows."""
    return int(re.search(r"第 (\d+) 项", page.locator("h1").inner_text()).group(1))


def press_and_arrive(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_two_hundred_changes_in_one_sitting(site, people, tmp_path, assert_accessible):
    sysadmin = people("sysadmin")
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    import_roster(sysadmin, "/admin/offices/import/", save(tmp_path / "部门.xlsx", OFFICES))
    import_roster(sysadmin, "/admin/accounts/import/", save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *STAFF]))
    expect(sysadmin.locator(".slip")).to_have_count(len(STAFF))
    for slip in sysadmin.locator(".slip").all():
        sign_in(people(slip.locator("dd.code").inner_text().strip()), slip.locator("dd.code").inner_text().strip(), slip.locator("dd.secret").inner_text().strip())  # fmt: skip

    rows = [("序号", "权力类型", "事项名称", "设定依据")]
    rows += [(n, "行政处罚", f"对第{n}类违法行为的处罚", "《中华人民共和国公司法》第二百五十条") for n in range(1, COUNT + 1)]
    book = save(tmp_path / "权责清单.xlsx", rows)
    done = subprocess.run(
        [sys.executable, "manage.py", "import_list", str(book), "--department", "420600-SCJ", "--as", "clerk"],
        cwd=ROOT,
        env=site.environment | {"MODE": "local"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    head = people("head")
    head.goto("/admin/requests/")
    head.get_by_role("link", name=re.compile(r"\d{4}-\d+")).first.click()
    head.get_by_role("button", name="提交", exact=True).click()

    reviewer = people("compliance")
    reviewer.goto("/admin/requests/")
    reviewer.get_by_role("link", name=re.compile(r"\d{4}-\d+")).first.click()
    expect(reviewer.get_by_role("heading", name=f"调整内容 {COUNT} 项")).to_be_visible()
    expect(reviewer.locator("table.changes tbody tr")).to_have_count(COUNT)
    assert_accessible(reviewer)
    press_and_arrive(reviewer, "j")
    assert_accessible(reviewer)
    # Next and previous by key, without a mark.
    press_and_arrive(reviewer, "j")
    assert place(reviewer) == 2
    press_and_arrive(reviewer, "k")
    visited = []
    for number in range(1, COUNT + 1):
        assert place(reviewer) == number
        visited.append(reviewer.url)
        if number in RETURNED | REFUSED:
            reviewer.keyboard.press("x")
            reviewer.keyboard.type(f"第{number}项依据不足")
            with reviewer.expect_navigation():
                reviewer.get_by_role("button", name="退回补正" if number in RETURNED else "不予通过").click()
        else:
            press_and_arrive(reviewer, "p")
    assert all("/items/" in address for address in visited) and reviewer.url.endswith("#decide")
    decide = reviewer.locator("#decide")
    expect(decide.get_by_text(f"已标记 {COUNT} 项")).to_be_visible()
    expect(decide.get_by_text("第7项依据不足")).to_be_visible()

    # The browser is closed and opened again: nothing is lost.
    reviewer.reload()
    expect(decide.get_by_text("第150项依据不足")).to_be_visible()
    decide.get_by_label("通过", exact=True).check()
    decide.locator("summary").click()
    for box in decide.locator("textarea[name^=waive_]").all():
        box.fill("已逐项核对")
    decide.locator("ul.ticks input").first.check()
    decide.get_by_role("button", name="提交意见").click()
    expect(reviewer.get_by_role("heading", name=f"调整内容 {COUNT - 3} 项")).to_be_visible()
    expect(reviewer.locator(".decision").get_by_text("第42项依据不足")).to_be_visible()

    # What was returned waits for the department in a request of its own, and says what to correct.
    clerk = people("clerk", PHONE)
    clerk.goto("/admin/requests/?state=returned")
    clerk.get_by_role("link", name=re.compile(r"\d{4}-\d+-\d")).first.click()
    expect(clerk.get_by_role("heading", name="须补正 2 处")).to_be_visible()
    clerk.set_viewport_size(PHONE)
    assert_accessible(clerk)
