"""The whole way, as the offices walk it: accounts, a list, its amendment, two reviews, a batch, the meeting, the public page.

Everything is done through pages and the operator's command; every person has a browser of his own.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, ROOT

pytestmark = pytest.mark.browser

PASSWORD = "Qing-Dan-2024!"
DEPARTMENTS = [
    ("420600-SCJ", "市市场监督管理局", 1),
    ("420600-MZJ", "市民政局", 2),
    ("420600-SFJ", "市司法局", 3),
    ("420600-ZWJ", "市政务服务和大数据管理局", 4),
    ("420600-ZFB", "市人民政府办公室", 5),
    ("420600-BB", "市委机构编制委员会办公室", 6),
]
# name, department, post, username
STAFF = [
    ("李文静", "市市场监督管理局", "经办人", "clerk"),
    ("王建国", "市市场监督管理局", "部门负责人", "head"),
    ("陈立", "市委机构编制委员会办公室", "编办审查", "compliance"),
    ("周婷", "市政务服务和大数据管理局", "政务服务审查", "service"),
    ("吴法", "市司法局", "司法审查", "legality"),
    ("郑重", "市人民政府办公室", "政府办（常务会记录）", "council"),
    ("冯公", "市委机构编制委员会办公室", "审改办（汇总公布）", "publisher"),
    ("何田", "市民政局", "经办人", "outsider"),
]
BASES = {
    "食品生产许可": "《中华人民共和国食品安全法》第三十五条 国家对食品生产经营实行许可制度。",
    "特种设备使用登记": "《中华人民共和国特种设备安全法》第三十三条",
    "计量标准器具核准": "《中华人民共和国计量法》第六条、第七条、第八条",
    "药品零售企业许可": "《中华人民共和国药品管理法》第五十一条",
    "第三类医疗器械经营许可": "《医疗器械监督管理条例》（国务院令第739号）第四十二条",
    "食品小作坊许可": "《中华人民共和国食品安全法》第三十六条第三款",
}
PENALTIES = "《中华人民共和国公司法》第二百五十条"


def real_names() -> list[tuple[str, str]]:
    """(category, name) of the real rows that one market supervision bureau published (source S42)."""
    with (ROOT / "fixtures/real/items_sample.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["category"], row["major_item"]) for row in csv.DictReader(file) if row["source"] == "S42"]


def save(path, rows):
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def sign_in(page: Page, username: str, one_time: str) -> None:
    """First log-in: the one-time password, then the person's own."""
    page.goto("/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", one_time)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/password_change/**")
    page.fill("input[name=present_password]", one_time)
    page.fill("input[name=new_password]", PASSWORD)
    page.fill("input[name=new_password_again]", PASSWORD)
    page.press("input[name=new_password_again]", "Enter")
    expect(page.get_by_role("link", name="退出").or_(page.get_by_role("button", name="退出"))).to_be_visible()


def import_roster(page: Page, address: str, path) -> None:
    page.goto(address)
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="读取").click()
    page.get_by_role("button", name="导入这").click()


def passwords_on(page: Page) -> dict[str, str]:
    slips = page.locator(".slip")
    expect(slips).to_have_count(len(STAFF))
    return {slip.locator("dd.code").inner_text().strip(): slip.locator("dd.secret").inner_text().strip() for slip in slips.all()}


def open_request(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name=re.compile(r"^审查 \d{4}-\d+")).first.click()
    expect(page.get_by_role("heading", name="调整申请")).to_be_visible()


def pass_request(page: Page, opinion: str) -> None:
    open_request(page)
    page.locator("#decide").get_by_label("通过", exact=True).check()
    page.locator("#decide textarea[name=opinion]").fill(opinion)
    if page.locator("#decide summary").count():
        page.locator("#decide summary").click()
    for reason in page.locator("#decide textarea[name^=waive_]").all():
        reason.fill("已与部门核对")
    page.get_by_role("button", name="提交意见").click()
    expect(page.locator(".decision", has_text=opinion)).to_be_visible()


def test_a_workbook_goes_from_the_department_to_the_citizens_page(site, people, tmp_path, assert_accessible):
    # 系统管理员: departments, accounts, one-time passwords.
    sysadmin = people("sysadmin")
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    offices = save(tmp_path / "部门.xlsx", [("部门代码", "名称", "排序"), *DEPARTMENTS])
    import_roster(sysadmin, "/admin/offices/import/", offices)
    expect(sysadmin.get_by_text("市市场监督管理局").first).to_be_visible()
    roster = save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *STAFF])
    import_roster(sysadmin, "/admin/accounts/import/", roster)
    one_time = passwords_on(sysadmin)
    assert set(one_time) == {username for *_, username in STAFF}
    for username, password in one_time.items():
        sign_in(people(username), username, password)

    # The operator enters the list that was in force before: version 1.
    names = real_names()
    first = [("序号", "权力类型", "事项名称", "设定依据", "监督电话")]
    first += [
        (number, category, name, PENALTIES if category == "行政处罚" else BASES.get(name, ""), "0710-3600001")
        for number, (category, name) in enumerate(names[:22], start=1)
    ]
    baseline = save(tmp_path / "市市场监督管理局权责清单.xlsx", first)
    done = subprocess.run(
        [sys.executable, "manage.py", "import_list", str(baseline), "--department", "420600-SCJ", "--as", "publisher", "--baseline"]
        + ["--notice", "襄政发〔2024〕1号", "--decided-on", "2024-01-10", "--effective-on", "2024-02-01"],
        cwd=ROOT,
        env=site.environment | {"MODE": "local"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    citizen = people("citizen")
    citizen.goto("/")
    expect(citizen.get_by_text("22 大项 / 22 项").first).to_be_visible()

    # 经办人: a workbook with six amendments, new items and four faults.
    amended = [
        "食品生产许可",
        "特种设备使用登记",
        "计量标准器具核准",
        "药品零售企业许可",
        "第三类医疗器械经营许可",
        "食品小作坊许可",
    ]
    rows = [("2024年权责事项调整表", None, None, None, None), ("序号", "权力类型", "事项名称", "设定依据", "监督电话")]
    for number, (category, name) in enumerate(names, start=1):
        phone = "0710-3699999" if name in amended else "0710-3600001"
        rows.append((number, category, name, PENALTIES if category == "行政处罚" else BASES.get(name, ""), phone))
    rows.append((26, "行政处罚", "对无照经营行为的处罚", "", ""))  # no basis
    rows.append((27, "行政恩惠", "不存在的类别", "", ""))  # unknown category
    rows.append((28, "行政许可", "=1+1", "", ""))  # a formula for a name
    rows.append((29, "行政许可", None, "《中华人民共和国食品安全法》第三十五条", "0710-3600001"))  # no name
    workbook = save(tmp_path / "2024年调整.xlsx", rows)
    clerk = people("clerk")
    clerk.goto("/admin/uploads/")
    clerk.set_input_files("input[type=file]", workbook)
    clerk.get_by_role("button", name="上传并读取").click()
    expect(clerk.get_by_text("有 4 行未读入")).to_be_visible()
    clerk.get_by_role("link", name="看每行的原因").click()
    for address, sentence in (("28", "依据"), ("29", "行政恩惠"), ("30", "公式"), ("31", "名称")):
        expect(clerk.locator("tr", has_text=address).filter(has_text=sentence).first).to_be_visible()
    clerk.get_by_role("link", name="将要调整").click()
    expect(clerk.get_by_role("heading", name="将要调整 9 项")).to_be_visible()
    changed = clerk.locator("article.change", has_text="食品生产许可")
    expect(changed.locator("td[data-side='原']")).to_contain_text("00001")
    expect(changed.locator("td[data-side='新']")).to_contain_text("99999")
    clerk.get_by_label("调整理由").fill("监督电话变更，补充三项行政处罚")
    clerk.get_by_label("依据文件").fill("襄市监发〔2024〕7号")
    clerk.get_by_role("button", name="建立申请草稿").click()
    expect(clerk.get_by_role("heading", name="调整申请")).to_be_visible()
    expect(clerk.get_by_role("button", name="提交", exact=True)).to_have_count(0)
    address = clerk.url

    # A clerk of another department does not even learn of it.
    stranger = people("outsider")
    assert stranger.goto(address).status == 404

    # 部门负责人 submits; 编办 and 政务服务 pass their parts; 司法 passes.
    head = people("head")
    head.goto(address)
    head.get_by_role("button", name="提交", exact=True).click()
    expect(head.locator(".turn")).to_contain_text("编办审查")
    pass_request(people("compliance"), "职责符合三定规定")
    pass_request(people("service"), "与平台事项一致")
    pass_request(people("legality"), "依据合法有效")

    # 审改办 gathers and freezes; 政府办 records the meeting; 审改办 publishes.
    publisher = people("publisher")
    publisher.goto("/admin/batches/")
    publisher.get_by_label("批次名称").fill("2024年第一批动态调整")
    publisher.get_by_role("button", name="汇总成批").click()
    publisher.get_by_role("button", name="确定送审稿").click()
    expect(publisher.get_by_text("送审稿哈希")).to_be_visible()
    council = people("council")
    council.goto(publisher.url)
    council.get_by_role("link", name="记录审议结果").click()
    council.get_by_label("会议名称").fill("市政府第12次常务会议")
    council.get_by_label("召开日期").fill("2024-05-06")
    council.get_by_label("审议通过").check()
    council.get_by_role("button", name="记录审议结果").click()
    expect(council.get_by_text("市政府第12次常务会议").first).to_be_visible()
    publisher.reload()
    publisher.get_by_role("link", name="公布", exact=True).click()
    expect(publisher.get_by_role("row", name="大项")).to_contain_text("25")
    publisher.get_by_label("公布文件标题").fill("关于公布权责清单2024年第一批动态调整的通知")
    publisher.get_by_label("公布文号").fill("襄政发〔2024〕9号")
    effective_on = publisher.get_by_label("生效日期").input_value()
    publisher.get_by_label("您的登录密码").fill(PASSWORD)
    publisher.get_by_role("button", name="公布", exact=True).click()
    expect(publisher.get_by_text("第1次动态调整").first).to_be_visible()

    # The citizen: version 2 today, version 1 the day before, old beside new on the edition's page.
    citizen.goto("/")
    expect(citizen.get_by_text("25 大项 / 25 项").first).to_be_visible()
    citizen.get_by_role("searchbox").or_(citizen.locator("input[name=q]")).first.fill("食品生产许可")
    citizen.keyboard.press("Enter")
    citizen.get_by_role("link", name="食品生产许可", exact=True).first.click()
    expect(citizen.get_by_role("heading", name="食品生产许可")).to_be_visible()
    expect(citizen.get_by_text("0710-3699999").first).to_be_visible()
    expect(citizen.get_by_text("第 2 版").first).to_be_visible()
    item = citizen.url.split("?")[0]
    day_before = citizen.evaluate("day => new Date(new Date(day) - 86400000).toISOString().slice(0, 10)", effective_on)
    citizen.goto(f"{item}?on={day_before}")
    expect(citizen.get_by_text("您正在查看").first).to_be_visible()
    expect(citizen.get_by_text("0710-3600001").first).to_be_visible()
    expect(citizen.get_by_text("0710-3699999")).to_have_count(0)
    citizen.goto("/editions/2/changes/")
    row = citizen.locator("tr", has_text="监督电话").first
    expect(row.locator("td.old")).to_contain_text("0710-3600001")
    expect(row.locator("td.new")).to_contain_text("0710-3699999")
    expect(citizen.get_by_text("对公司的发起人、股东虚假出资行为的处罚").first).to_be_visible()

    # Every page of the way is readable for everyone, on desk and phone.
    clerk.goto("/admin/profiles/420600-SCJ/")
    for page in (sysadmin, clerk, head, publisher, council):
        assert_accessible(page)
    for viewport in (DESKTOP, PHONE):
        citizen.set_viewport_size(viewport)
        for shown in (
            "/",
            "/items/?q=许可",
            item,
            "/departments/420600-SCJ/",
            "/editions/",
            "/editions/2/",
            "/editions/2/changes/",
        ):
            citizen.goto(shown)
            assert_accessible(citizen)
