"""The item form by hand: a clerk adds, amends, splits, merges, transfers and repeals without a workbook; one of them by keyboard alone."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, ROOT
from tests.browser.test_bulk_edit import Hand
from tests.browser.test_whole_way import import_roster, save, sign_in

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS", "")
expect.set_options(timeout=15_000)
OURS, THEIRS, OFFICE = "市市场监督管理局", "市民政局", "市委机构编制委员会办公室"
DEPARTMENTS = [("420600-SCJ", OURS, 1), ("420600-MZJ", THEIRS, 2), ("420600-BB", OFFICE, 3)]
STAFF = [
    ("李文静", OURS, "经办人", "clerk"),
    ("王建国", OURS, "部门负责人", "head"),
    ("何田", THEIRS, "部门负责人", "receiver"),
    ("冯公", OFFICE, "审改办（汇总公布）", "publisher"),
]
LAW = "《中华人民共和国食品安全法》第三十五条 国家对食品生产经营实行许可制度。"
NAMES = [
    "食品生产许可",
    "食品经营许可",
    "食品小作坊许可",
    "特种设备使用登记",
    "计量标准器具核准",
    "药品零售企业许可",
    "婚介机构登记",
    "第三类医疗器械经营许可",
    "检验检测机构资质认定",
]
PAPER = "襄办发〔2024〕9号"


@pytest.fixture(scope="module")
def listed(site, browser, tmp_path_factory):
    """Nine permits in force, and four people who have chosen their passwords."""
    tmp_path = tmp_path_factory.mktemp("listed")
    opened = [browser.new_context(base_url=site.url, locale="zh-CN", viewport=DESKTOP) for _ in (None, *STAFF)]
    sysadmin, *others = [context.new_page() for context in opened]
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    import_roster(sysadmin, "/admin/offices/import/", save(tmp_path / "部门.xlsx", [("部门代码", "名称", "排序"), *DEPARTMENTS]))
    import_roster(sysadmin, "/admin/accounts/import/", save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *STAFF]))
    expect(sysadmin.locator(".slip")).to_have_count(len(STAFF))
    for slip, page in zip(sysadmin.locator(".slip").all(), others, strict=True):
        sign_in(page, slip.locator("dd.code").inner_text().strip(), slip.locator("dd.secret").inner_text().strip())
    for context in opened:
        context.close()
    rows = [("序号", "权力类型", "事项名称", "设定依据", "监督电话")]
    rows += [(number, "行政许可", name, LAW, "0710-3600001") for number, name in enumerate(NAMES, start=1)]
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


def shot(page: Page, name: str) -> None:
    """A picture of the page at both widths, where SCREENSHOTS names a folder."""
    for width, viewport in (("1280", DESKTOP), ("390", PHONE)):
        if SHOTS:
            page.set_viewport_size(viewport)
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(DESKTOP)


def find(page: Page, words: str) -> None:
    """The workbench's search; words that one item holds open its form."""
    page.goto("/admin/")
    page.get_by_label(f"查找{OURS}的事项").fill(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("调整：")


def choose(page: Page, kind: str) -> None:
    with page.expect_navigation():
        page.get_by_label("调整类型").select_option(label=kind)


def store(page: Page, *, into: str = "") -> None:
    if into:
        page.locator("#into").select_option(label=into)
    page.get_by_role("button", name="存入申请", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.name || document.activeElement.id || document.activeElement.textContent")


def tab_to(page: Page, name: str) -> None:
    """Tab on until the cursor stands in the field of that name."""
    for _ in range(120):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {name}; it stands at {focused(page)}")


def changes_on(page: Page) -> list[tuple[str, str]]:
    """(kind, name) of the changes on a request's page."""
    titles = [title.inner_text() for title in page.locator("article.change h3").all()]
    return [tuple(re.sub(r"^\d+\s+", "", title).split(maxsplit=1)) for title in titles]


def test_every_kind_through_the_form_alone(listed, people, assert_accessible):
    page, head, receiver = (people(name) for name in ("clerk", "head", "receiver"))
    for name, each in (("clerk", page), ("head", head), ("receiver", receiver)):
        Hand(each).log_in(name)

    # 新建调整申请, then one by one. 新增:
    page.goto("/admin/requests/new/")
    page.get_by_label("调整理由").fill("全面清理")
    page.get_by_label("依据文件").fill(PAPER)
    page.get_by_role("button", name="建立草稿，去选事项").click()
    assert_accessible(page)
    shot(page, "pick")
    page.get_by_role("link", name="新增或承接一个事项").click()
    page.get_by_label("权力类别").select_option(label="行政许可")
    page.get_by_label("事项名称").fill("食品摊贩登记")
    page.get_by_label("依申请/依职权").select_option(label="依申请")
    page.get_by_role("button", name="加一条：设定依据").click()
    page.keyboard.insert_text(LAW)
    # A column copied from a spreadsheet becomes rows.
    page.get_by_role("button", name="加一份：申请材料").click()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "申请表\\t原件\\n身份证\\t复印件\\n场所证明\\t原件\\n");
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    names = page.locator("[name=row-materials-name]")
    expect(names).to_have_count(3)
    names.last.press("Enter")
    expect(page.locator("[name=row-materials-name]")).to_have_count(4)
    page.keyboard.type("健康证")
    page.keyboard.press("Alt+ArrowUp")
    assert [each.input_value() for each in page.locator("[name=row-materials-name]").all()] == [
        "申请表",
        "身份证",
        "健康证",
        "场所证明",
    ]
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    assert_accessible(page)
    shot(page, "added")
    number = re.search(r"\d{4}-\d{4}", page.locator(".save-bar a").inner_text())[0]

    # 变更, by keyboard alone, from the workbench to the saved form.
    page.goto("/admin/")
    tab_to(page, "q")
    page.keyboard.type("特种设备")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/change/**")
    tab_to(page, "into")
    page.keyboard.type(number)
    tab_to(page, "el-supervision_phone")
    page.keyboard.press("Control+A")
    page.keyboard.type("0710-3600009")
    expect(page.locator("#f-el-supervision_phone [data-live]")).to_be_visible()
    expect(page.locator("#f-el-supervision_phone")).to_contain_text("0710-3600001")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    shot(page, "amended")

    # 拆分: the item ends, two new ones come; each is an entry of its own.
    into = f"{number} 全面清理（草稿）"
    find(page, "食品经营许可")
    choose(page, "拆分")
    page.get_by_label("拆分出的事项名称第 1 项").fill("食品销售许可")
    page.get_by_label("拆分出的事项名称第 2 项").fill("餐饮服务许可")
    store(page, into=into)
    page.get_by_role("link", name="餐饮服务许可").click()
    page.get_by_label("受理条件").fill("有与经营相适应的场所")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("餐饮服务许可")

    # 合并: one item takes another in.
    find(page, "食品生产许可")
    choose(page, "合并")
    page.get_by_label("并入的事项第 1 项").fill("食品小作坊许可")
    store(page, into=into)
    shot(page, "merged")

    # 划转, with the receiving department's word.
    find(page, "婚介机构登记")
    choose(page, "划转")
    page.get_by_label("划转给").select_option(label=THEIRS)
    store(page, into=into)
    receiver.goto("/admin/")
    receiver.get_by_role("link", name="查看并确认 婚介机构登记").click()
    assert_accessible(receiver)
    shot(receiver, "transfer")
    receiver.get_by_label("同意接收", exact=True).check()
    receiver.get_by_role("button", name="确认", exact=True).click()
    expect(receiver.locator(".messagelist")).to_contain_text("同意接收")

    # 取消.
    find(page, "计量标准器具核准")
    choose(page, "取消")
    page.locator("#reason").fill("法律修改，不再保留")
    store(page, into=into)
    page.get_by_role("link", name=f"回到申请 {number}").click()
    assert changes_on(page) == [
        ("新增", "食品摊贩登记"),
        ("变更其他要素", "特种设备使用登记"),
        ("拆分", "食品经营许可"),
        ("拆分", "食品销售许可"),
        ("拆分", "餐饮服务许可"),
        ("合并", "食品生产许可"),
        ("合并", "食品小作坊许可"),
        ("划转", "婚介机构登记"),
        ("取消", "计量标准器具核准"),
    ]
    assert_accessible(page)
    shot(page, "request")

    # One is taken out again; the head hands the rest in.
    page.locator("article.change", has_text="食品摊贩登记").get_by_role("button", name="从申请中去掉").click()
    expect(page.locator(".messagelist")).to_contain_text("去掉")
    head.goto(page.url)
    head.get_by_role("button", name="提交", exact=True).click()
    expect(head.locator(".turn")).to_contain_text("编办审查")


def test_a_telephone_in_eight_actions_and_a_killed_browser(listed, people, site, browser):
    clerk, head = Hand(people("clerk")), Hand(people("head"))
    clerk.log_in("clerk")
    entering = clerk.actions
    page = clerk.page
    clerk.fill(page.get_by_label(f"查找{OURS}的事项"), "药品零售")
    clerk.press(page.get_by_label(f"查找{OURS}的事项"), "Enter")
    clerk.fill(page.locator("#el-supervision_phone"), "0710-3611111")
    clerk.fill(page.locator("#reason"), "电话变更")
    clerk.button("存入申请")
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    number = re.search(r"\d{4}-\d{4}", page.locator(".save-bar a").inner_text())[0]
    head.log_in("head")
    head.click(head.page.get_by_role("link", name=f"核对并提交 {number}").first)
    head.button("提交")
    expect(head.page.locator(".turn")).to_contain_text("编办审查")
    assert clerk.actions + head.actions - 2 * entering <= 8

    # A browser that dies: what was typed ten seconds before is there in the next one.
    context = browser.new_context(base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESKTOP)
    dying = Hand(context.new_page())
    dying.log_in("clerk")
    find(dying.page, "医疗器械")
    began = datetime.datetime.now()
    dying.page.get_by_label("受理条件").fill("写到一半的受理条件")
    expect(dying.page.locator("[data-saved]")).to_contain_text("已自动保存", timeout=10_000)
    assert datetime.datetime.now() - began < datetime.timedelta(seconds=10)
    context.close()
    page.goto("/admin/")
    page.get_by_role("link", name="继续填写：第三类医疗器械经营许可").click()
    expect(page.get_by_label("受理条件")).to_have_value("写到一半的受理条件")
    expect(page.locator("[data-saved]")).to_contain_text("已恢复")

    # Leaving with something unkept asks first; a form that was kept does not.
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("受理条件").press_sequentially("再写")
    page.goto("/admin/")
    assert asked == ["beforeunload"]


def test_the_form_works_without_scripts(listed, site, browser):
    context = browser.new_context(base_url=site.url, locale="zh-CN", java_script_enabled=False, viewport=PHONE)
    hand = Hand(context.new_page())
    hand.log_in("clerk")
    page = hand.page
    page.get_by_label(f"查找{OURS}的事项").fill("检验检测")
    page.get_by_role("button", name="调整这个事项").click()
    page.get_by_role("button", name="加一份：申请材料").click()
    page.get_by_label("申请材料第 1 行：材料名称").fill("申请表")
    page.get_by_text("粘贴一列：申请材料").click()
    page.locator("[name=paste-materials]").fill("身份证\t复印件\n场所证明")
    page.get_by_role("button", name="成为各份：申请材料").click()
    page.get_by_role("button", name="申请材料第 3 行上移").click()
    page.get_by_role("button", name="删去申请材料第 1 行").click()
    expect(page.locator("[name=row-materials-name]")).to_have_count(2)
    page.get_by_label("调整类型").select_option(label="暂停")
    page.get_by_role("button", name="换成此类型").click()
    page.get_by_label("暂停到").fill("2030-12-31")
    page.locator("#reason").fill("设备检修")
    page.get_by_role("button", name="存入申请", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    context.close()
