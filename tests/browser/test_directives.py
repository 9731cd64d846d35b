"""From above, counted by the hand: a decision of twelve lines by table, its tasks, answers by request and by 不涉及, one late and urged.

Then on to the end: one batch is decided and published, 备案审查 faults an item, which is suspended at once and repealed by the next
edition, which waits for its day.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.test_bulk_edit import Hand, shot
from tests.browser.test_whole_way import PASSWORD, import_roster, pass_request, save, sign_in

pytestmark = pytest.mark.browser

CITY_OFFICES = ["市发展和改革委员会", "市教育局", "市科学技术局", "市公安局", "市民政局", "市司法局", "市财政局", "市水利和湖泊局"]
COUNTY_OFFICES = [("襄城区民政局", "420602"), ("枣阳市民政局", "420683")]
# username of the head → department
HEADS = {f"head{n}": name for n, name in enumerate([*CITY_OFFICES, *(name for name, _ in COUNTY_OFFICES)], start=1)}
BY_REQUEST, BY_WORD = 5, 2
HEADER = ("类型", "内容", "责任部门", "下放至", "答复期限")


def lines_of_the_decision() -> list[tuple]:
    """Twelve lines to eight departments and two counties; the last one was due long ago."""
    rows = [("取消", f"取消事项第{n}号", office, "", "") for n, office in enumerate(CITY_OFFICES[:4], start=1)]
    rows += [("下放", "收养登记", "市民政局", "襄城区、枣阳市", "")]
    rows += [("调整", f"调整事项第{n}号", office, "", "") for n, office in enumerate(CITY_OFFICES[5:7], start=1)]
    rows += [("承接", f"承接事项第{n}号", office, "", "") for n, office in enumerate(CITY_OFFICES[:4], start=1)]
    return [*rows, ("取消", "河道采砂许可", "市水利和湖泊局", "", "2020-04-01")]


@pytest.fixture
def offices(site, people, tmp_path):
    """Departments with a head each, 审改办 and 编办, and a first list of ten items in force."""
    sysadmin = people("sysadmin")
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    rows = [(f"D{n:02d}", name, "420600", n) for n, name in enumerate(CITY_OFFICES, start=1)]
    rows += [(f"D{n:02d}", name, region, n) for n, (name, region) in enumerate(COUNTY_OFFICES, start=21)]
    rows.append(("D99", "市委机构编制委员会办公室", "420600", 99))
    import_roster(
        sysadmin, "/admin/offices/import/", save(tmp_path / "部门.xlsx", [("部门代码", "名称", "行政区划", "排序"), *rows])
    )
    staff = [(f"负责人{username}", office, "部门负责人", username) for username, office in HEADS.items()]
    staff += [(f"经办人{n}", office, "经办人", f"clerk{n}") for n, office in enumerate(CITY_OFFICES[:BY_REQUEST], start=1)]
    staff += [
        ("吴法", "市司法局", "司法审查", "legality"),
        ("孔备", "市司法局", "司法审查", "examiner"),
        ("郑政", "市委机构编制委员会办公室", "政府办（常务会记录）", "council"),
        ("冯公", "市委机构编制委员会办公室", "审改办（汇总公布）", "publisher"),
        ("陈立", "市委机构编制委员会办公室", "编办审查", "compliance"),
    ]
    import_roster(sysadmin, "/admin/accounts/import/", save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *staff]))
    expect(sysadmin.locator(".slip")).to_have_count(len(staff))
    slips = {
        slip.locator("dd.code").inner_text().strip(): slip.locator("dd.secret").inner_text().strip()
        for slip in sysadmin.locator(".slip").all()
    }
    for username, one_time in slips.items():
        sign_in(people(username), username, one_time)
    rows = [("序号", "实施部门", "权力类型", "事项名称", "监督电话")]
    rows += [(n, office, "行政检查", f"{office[1:]}监督检查", "0710-3600001") for n, office in enumerate(CITY_OFFICES, start=1)]
    done = subprocess.run(
        [sys.executable, "manage.py", "import_list", str(save(tmp_path / "清单.xlsx", rows)), "--region", "420600"]
        + ["--as", "publisher", "--baseline", "--notice", "襄政发〔2019〕1号", "--decided-on", "2019-01-10"]
        + ["--effective-on", "2019-02-01"],
        cwd=ROOT,
        env=site.environment | {"MODE": "local"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_decision_from_above_goes_down_and_its_page_shows_each_line(offices, people, tmp_path, assert_accessible):
    # 审改办 enters the decision from a table: read first, written when confirmed.
    page = people("publisher")
    page.goto("/admin/directives/new/")
    shot(page, "directive-new")
    assert_accessible(page)
    page.get_by_label("发文机关").fill("湖北省人民政府")
    page.get_by_label("发文层级").select_option("province")
    page.get_by_label("文号").fill("鄂政发〔2020〕5号")
    page.get_by_label("标题").fill("关于取消和下放一批行政权力事项的决定")
    page.get_by_label("成文日期").fill("2020-03-02")
    page.set_input_files("input[type=file]", save(tmp_path / "事项.xlsx", [HEADER, *lines_of_the_decision()]))
    page.get_by_role("button", name="登记，或先看读入结果").click()
    expect(page.get_by_text("读入 12 行 · 未读入 0 行 · 将交办 14 个任务")).to_be_visible()
    shot(page, "directive-preview")
    assert_accessible(page)
    page.get_by_role("button", name="登记并交办这 12 项").click()
    expect(page.get_by_text("0 / 12 项已有结果")).to_be_visible()
    decision = page.url

    # Two answer 不涉及, each in at most five actions from the log-in.
    for username in list(HEADS)[BY_REQUEST : BY_REQUEST + BY_WORD]:
        hand = Hand(people(username))
        hand.log_in(username)
        shot(hand.page, "directive-workbench")
        assert_accessible(hand.page)
        before = hand.actions
        hand.fill(hand.page.get_by_placeholder("不涉及的理由").first, "我局没有这项职权")
        hand.click(hand.page.get_by_role("button", name="不涉及", exact=True).first)
        expect(hand.page.get_by_text("已答复不涉及。")).to_be_visible()
        assert before == 3 and hand.actions <= 5, hand.actions

    # Five answer by a request made of their workbook, for all their lines of the decision at once.
    for n, username in enumerate(list(HEADS)[:BY_REQUEST], start=1):
        answerer = people(f"clerk{n}")
        answerer.goto("/admin/")
        answerer.get_by_role("link", name=re.compile("^答复 ")).first.click()
        if n == 1:
            shot(answerer, "directive-task")
            assert_accessible(answerer)
        answerer.get_by_role("link", name="导入工作簿，提出新的申请").click()
        office = HEADS[username]
        rows = [("实施部门", "权力类型", "事项名称", "监督电话"), (office, "行政检查", f"{office[1:]}监督检查", f"0710-360001{n}")]
        answerer.set_input_files("input[type=file]", save(tmp_path / f"{office}.xlsx", rows))
        answerer.get_by_role("button", name="上传并读取").click()
        answerer.get_by_label("调整理由").fill("落实省政府决定")
        for box in answerer.locator("input[name=tasks]").all():
            box.check()
        answerer.get_by_role("button", name=re.compile("建立申请")).click()
        expect(answerer.get_by_text("答复的上级决定事项")).to_be_visible()

    # The late one is urged twice; then the 编办 sees it on its workbench.
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="逾期未答复 · 1 件")).to_be_visible()
    for number in (1, 2):
        page.goto("/admin/")
        page.get_by_role("link", name=re.compile("^催办 ")).first.click()
        page.get_by_role("link", name="催办", exact=True).click()
        page.get_by_role("button", name="催办", exact=True).click()
        expect(page.get_by_text(f"第 {number} 次催办")).to_be_visible()
    shot(page, "directive-urge")
    assert_accessible(page)
    watcher = people("compliance")
    watcher.goto("/admin/")
    expect(watcher.get_by_role("heading", name="两次催办未办 · 1 件")).to_be_visible()

    # The page of the decision: every line with its state, the city's 下放 beside what the counties take over.
    page.goto(decision)
    shot(page, "directive")
    assert_accessible(page)
    expect(page.locator("section.change")).to_have_count(12)
    ends = [chip.inner_text() for chip in page.locator("section.change h3 .chip:last-of-type").all()]
    assert sorted(ends) == sorted(["在办"] * 8 + ["未答复"] + ["不涉及"] * 2 + ["逾期"]), ends
    handed_down = page.locator("section.change", has_text="收养登记")
    expect(handed_down.locator("tbody tr")).to_have_count(3)
    expect(handed_down.get_by_text("承接", exact=True)).to_have_count(2)
    expect(page.get_by_text("2 / 12 项已有结果")).to_be_visible()
    page.get_by_role("link", name="逾期 1").click()
    expect(page.locator("section.change")).to_have_count(1)
    went_to_the_end(people, decision, assert_accessible)


def went_to_the_end(people, decision: str, assert_accessible) -> None:
    """From the answers to the edition that repeals what was faulted."""
    # The heads hand in; the late one and the counties say that it does not concern them.
    for n in range(1, BY_REQUEST + 1):
        hand_in(people(f"head{n}"))
    for username in ("head8", "head9", "head10"):
        page = people(username)
        page.goto("/admin/")
        page.get_by_placeholder("不涉及的理由").first.fill("没有这项职权")
        page.get_by_role("button", name="不涉及", exact=True).first.click()
        expect(page.get_by_text("已答复不涉及。")).to_be_visible()

    # The reviews; 司法 asks about one element, the clerk answers, 司法 is content.
    for _ in range(BY_REQUEST):
        pass_request(people("compliance"), "职责符合")
    legality = people("legality")
    legality.goto("/admin/requests/?state=legality")
    legality.get_by_role("row", name=CITY_OFFICES[0]).get_by_role("link", name=re.compile(r"^\d{4}-\d+")).click()
    asked = legality.url
    legality.get_by_role("link", name="批注 监督电话").click()
    legality.get_by_label("内容").fill("是否设有值班？")
    legality.get_by_role("button", name="发表").click()
    clerk = people("clerk1")
    clerk.goto(asked)
    thread = clerk.locator(".thread").first
    thread.locator("summary").click()
    thread.get_by_label("答复").fill("工作日值班")
    thread.get_by_role("button", name="答复").click()
    legality.goto(asked)
    legality.locator(".thread summary").first.click()
    legality.get_by_role("button", name="标为已解决").click()
    expect(legality.locator(".thread").first).to_contain_text("已解决")
    for _ in range(BY_REQUEST):
        pass_request(legality, "依据合法有效")

    # One batch: gathered, frozen, decided, published. Every line has its end.
    gathered_and_decided(people, "2026年第一批动态调整", "市政府第12次常务会议", "2026-05-06")
    publish(people, "襄政发〔2026〕30号")
    publisher = people("publisher")
    publisher.goto(decision)
    expect(publisher.get_by_text("12 / 12 项已有结果")).to_be_visible()
    shot(publisher, "directive-ended")
    assert_accessible(publisher)

    # 备案审查 by another person than the reviewer faults one item; it is suspended at once by two people.
    citizen = people("citizen")
    citizen.goto("/items/?q=教育局监督检查")
    citizen.get_by_role("link", name="教育局监督检查", exact=True).first.click()
    item = citizen.url.split("?")[0]
    code = re.search(r"/items/([^/]+)/", item)[1]
    publisher.goto("/admin/filings/")
    publisher.get_by_role("link", name="第1次动态调整").click()
    filing = publisher.url
    for label, text in (("备案报告文号", "襄备〔2026〕1号"), ("备案报告", "报告"), ("起草说明", "说明"), ("制定依据", "依据")):
        publisher.get_by_label(label, exact=True).fill(text)
    publisher.get_by_role("button", name="报送备案").click()
    legality.goto(filing)
    legality.get_by_label("备案登记号").fill("B2026-1")
    legality.get_by_role("button", name="登记", exact=True).click()
    examiner = people("examiner")
    examiner.goto(filing)
    examiner.get_by_label("审查建议").check()
    result = examiner.locator("form", has=examiner.get_by_role("button", name="记录审查结果"))
    result.get_by_label("文号", exact=True).fill("襄司备〔2026〕1号")
    examiner.get_by_label(re.compile("^意见")).fill("没有法律法规依据，建议取消")
    examiner.get_by_label("第 1 行：清单编码").fill(code)
    examiner.get_by_label("第 1 行：性质").select_option("substantive")
    examiner.get_by_label("第 1 行：问题").fill("没有依据")
    assert_accessible(examiner)
    examiner.get_by_role("button", name="记录审查结果").click()
    expect(examiner.get_by_text("整改申请")).to_be_visible()
    publisher.goto(filing)
    publisher.get_by_role("link", name="紧急暂停", exact=True).click()
    for label, text in (
        ("理由", "备案审查建议取消"),
        ("公布文件标题", "关于暂停一项权责事项的通知"),
        ("公布文号", "襄审改发〔2026〕1号"),
    ):
        publisher.get_by_label(label, exact=True).fill(text)
    publisher.get_by_role("button", name="提出紧急暂停").click()
    legality.goto(publisher.url)
    legality.get_by_label("您的登录密码").fill(PASSWORD)
    legality.get_by_role("button", name="同意并公布").click()
    expect(legality.locator("h1 .chip")).to_have_text("已公布")
    citizen.goto(item)
    expect(citizen.get_by_text("暂停").first).to_be_visible()
    assert_accessible(citizen)

    # The department repeals it in the request that the fault opened; the next edition says 待生效 until its day.
    clerk = people("clerk2")
    clerk.goto("/admin/requests/?state=draft")
    clerk.get_by_role("link", name=re.compile(r"^\d{4}-\d+")).first.click()
    clerk.get_by_role("link", name=re.compile("^修改 ?：")).first.click()
    with clerk.expect_navigation():
        clerk.get_by_label("调整类型").select_option(label="取消")
    clerk.locator("#reason").fill("没有依据")
    clerk.locator("#document").fill("襄司备〔2026〕1号")
    clerk.get_by_role("button", name="保存", exact=True).click()
    expect(clerk.locator(".messagelist")).to_contain_text("已保存")
    hand_in(people("head2"))
    pass_request(people("compliance"), "职责符合取消")
    pass_request(legality, "依法取消")
    today, tomorrow = (day_after(citizen, days) for days in (0, 1))
    gathered_and_decided(people, "2026年第二批动态调整", "市政府第13次常务会议", today)
    publish(people, "襄政发〔2026〕31号", effective_on=tomorrow)
    citizen.goto(item)
    expect(citizen.locator("p.notice", has_text="待生效")).to_contain_text("取消")
    assert_accessible(citizen)
    citizen.goto("/items/?q=教育局监督检查")
    expect(citizen.get_by_role("link", name="教育局监督检查", exact=True).first).to_be_visible()
    citizen.goto(f"/items/?q=教育局监督检查&on={tomorrow}")
    expect(citizen.get_by_text("没有找到“教育局监督检查”")).to_be_visible()


def day_after(page: Page, days: int) -> str:
    return page.evaluate(
        "days => new Date(Date.now() + days * 86400000).toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})", days
    )


def hand_in(page: Page) -> None:
    """The head opens the draft that waits on his workbench and hands it in."""
    page.goto("/admin/")
    page.get_by_role("link", name=re.compile("^核对并提交")).first.click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".turn")).to_contain_text("编办审查")


def gathered_and_decided(people, name: str, meeting: str, held_on: str) -> None:
    """审改办 gathers all that waits and freezes it; 政府办 records that the meeting agreed."""
    publisher, council = people("publisher"), people("council")
    publisher.goto("/admin/batches/")
    publisher.get_by_label("批次名称").fill(name)
    publisher.get_by_role("button", name="汇总成批").click()
    publisher.get_by_role("button", name="确定送审稿").click()
    expect(publisher.get_by_text("送审稿哈希")).to_be_visible()
    council.goto(publisher.url)
    council.get_by_role("link", name="记录审议结果").click()
    council.get_by_label("会议名称").fill(meeting)
    council.get_by_label("召开日期").fill(held_on)
    council.get_by_label("审议通过").check()
    council.get_by_role("button", name="记录审议结果").click()
    expect(council.get_by_text(meeting).first).to_be_visible()


def publish(people, number: str, effective_on: str = "") -> None:
    publisher = people("publisher")
    publisher.reload()
    publisher.get_by_role("link", name="公布", exact=True).click()
    publisher.get_by_label("公布文件标题").fill("关于公布权责清单动态调整的通知")
    publisher.get_by_label("公布文号").fill(number)
    if effective_on:
        publisher.get_by_label("生效日期").fill(effective_on)
    publisher.get_by_label("您的登录密码").fill(PASSWORD)
    publisher.get_by_role("button", name="公布", exact=True).click()
    expect(publisher.get_by_text(number).first).to_be_visible()
