"""A remark on one element, as two offices exchange it: 司法 raises it beside the field, the clerk answers, 司法 settles it and passes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_whole_way import BASES, DEPARTMENTS, import_roster, pass_request, save, sign_in

pytestmark = pytest.mark.browser

STAFF = [
    ("李文静", "市市场监督管理局", "经办人", "clerk"),
    ("王建国", "市市场监督管理局", "部门负责人", "head"),
    ("陈立", "市委机构编制委员会办公室", "编办审查", "compliance"),
    ("周婷", "市政务服务和大数据管理局", "政务服务审查", "service"),
    ("吴法", "市司法局", "司法审查", "legality"),
    ("孙丽", "市民政局", "部门负责人", "other_head"),
]
REMARK = "第三十五条第一款与第二款须分列，请核对现行文本"


def set_up(site, people, tmp_path) -> None:
    """Departments and accounts by 系统管理员; everyone has a password of his own."""
    sysadmin = people("sysadmin")
    sign_in(sysadmin, "sysadmin", site.one_time_passwords["sysadmin"])
    import_roster(sysadmin, "/admin/offices/import/", save(tmp_path / "部门.xlsx", [("部门代码", "名称", "排序"), *DEPARTMENTS]))
    expect(sysadmin.get_by_text("市市场监督管理局").first).to_be_visible()
    import_roster(sysadmin, "/admin/accounts/import/", save(tmp_path / "人员.xlsx", [("姓名", "部门", "岗位", "登录名"), *STAFF]))
    slips = sysadmin.locator(".slip")
    expect(slips).to_have_count(len(STAFF))
    for slip in slips.all():
        username = slip.locator("dd.code").inner_text().strip()
        sign_in(people(username), username, slip.locator("dd.secret").inner_text().strip())


def submitted(people, tmp_path) -> str:
    """The address of a request with two new items that clerk and head handed in."""
    rows = [("序号", "权力类型", "事项名称", "设定依据", "监督电话")]
    names = ["食品生产许可", "计量标准器具核准"]
    rows += [(number, "行政许可", name, BASES[name], "0710-3600001") for number, name in enumerate(names, start=1)]
    clerk = people("clerk")
    clerk.goto("/admin/uploads/")
    clerk.set_input_files("input[type=file]", save(tmp_path / "新增.xlsx", rows))
    clerk.get_by_role("button", name="上传并读取").click()
    clerk.get_by_label("调整理由").fill("新增两项许可")
    clerk.get_by_label("依据文件").fill("襄市监发〔2024〕8号")
    clerk.get_by_role("button", name="建立申请草稿").click()
    expect(clerk.get_by_role("heading", name="调整申请")).to_be_visible()
    head = people("head")
    head.goto(clerk.url)
    head.get_by_role("button", name="提交", exact=True).click()
    expect(head.locator(".turn")).to_contain_text("编办审查")
    return clerk.url


def article(page: Page):
    return page.locator("article.change", has_text="食品生产许可")


def test_a_remark_on_an_element_is_answered_and_settled(site, people, tmp_path, assert_accessible):
    set_up(site, people, tmp_path)
    address = submitted(people, tmp_path)
    pass_request(people("compliance"), "职责符合")
    pass_request(people("service"), "与平台一致")

    # 司法: from the element to the remark and back to the element.
    legality = people("legality")
    legality.goto(address)
    article(legality).get_by_role("link", name="批注 设定依据").click()
    expect(legality.get_by_role("heading", name="发表意见")).to_be_visible()
    expect(legality.locator("table.difference")).to_contain_text("第三十五条")
    legality.get_by_label("内容").fill(REMARK)
    assert_accessible(legality)
    legality.get_by_role("button", name="发表").click()
    row = article(legality).locator("tr.threads")
    expect(row).to_contain_text(REMARK)
    expect(row).to_contain_text("未解决")
    expect(legality.locator(".turn")).to_contain_text("未解决意见 1 条")

    # The clerk finds it on the workbench, answers beside the element and attaches a paper to that item.
    clerk = people("clerk")
    clerk.goto("/admin/")
    clerk.get_by_role("link", name=re.compile("^答复 .*食品生产许可")).click()
    expect(clerk.get_by_text(REMARK)).to_be_visible()
    clerk.goto(address)
    thread = article(clerk).locator(".thread")
    thread.locator("summary").click()
    expect(thread.get_by_role("button", name="标为已解决")).to_have_count(0)
    thread.get_by_label("答复").fill("已核对，分列为两条")
    thread.get_by_role("button", name="答复").click()
    expect(article(clerk).locator(".thread")).to_contain_text("已核对，分列为两条")
    article(clerk).get_by_role("link", name="为本项附文件").click()
    paper = tmp_path / "条文.pdf"
    paper.write_bytes(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")
    clerk.set_input_files("input[type=file]", paper)
    clerk.get_by_role("button", name="上传", exact=True).click()
    expect(clerk.get_by_role("row", name="条文.pdf")).to_contain_text("食品生产许可")
    assert_accessible(clerk)
    page_with_script = tmp_path / "条文.html.pdf"
    page_with_script.write_bytes(b"<html><script>alert(1)</script></html>")
    clerk.set_input_files("input[type=file]", page_with_script)
    clerk.get_by_role("button", name="上传", exact=True).click()
    expect(clerk.locator(".field-faulty")).to_contain_text("文件内容是网页")

    # 司法 downloads the paper, settles the remark by keyboard alone, passes.
    legality.goto(address)
    with legality.expect_download() as download:
        legality.get_by_role("link", name="条文.pdf").first.click()
    assert download.value.suggested_filename == "条文.pdf"
    summary = article(legality).locator(".thread summary")
    summary.focus()
    for key in ("Enter", "Tab", "Tab", "Tab", "Enter"):
        legality.keyboard.press(key)
    expect(article(legality).locator(".thread")).to_contain_text("已解决")
    expect(legality.locator(".turn")).not_to_contain_text("未解决意见")
    pass_request(legality, "依据合法有效")

    # The whole life, for everyone who worked on it, on desk and phone; not for a department that did not.
    for viewport in (DESKTOP, PHONE):
        clerk.set_viewport_size(viewport)
        for part, word in (
            ("", "审查意见"),
            ("comments/", REMARK),
            ("attachments/", "条文.pdf"),
            ("life/", "意见标为已解决"),
            ("trail/", "列入"),
            ("opinions/", "征求"),
        ):
            clerk.goto(address + part)
            expect(clerk.get_by_text(word).first).to_be_visible()
            assert_accessible(clerk)
    clerk.goto(address + "life/")
    words = clerk.locator("table.life tbody th").all_inner_texts()
    assert [word for word in words if word in ("提出意见", "答复意见", "附上文件", "意见标为已解决")] == [
        "提出意见",
        "答复意见",
        "附上文件",
        "意见标为已解决",
    ]
    stranger = people("other_head")
    for part in ("", "comments/", "attachments/", "life/", "trail/"):
        assert stranger.goto(address + part).status == 404
