"""One item, as a citizen reads it: now, on a day, after it has gone."""

from __future__ import annotations

import datetime
import re

import pytest

from qingdan.items.kinds import ChangeKind
from tests.public.office import links_of, text_of
from tests.world import basis, content

FULL = {
    "codes": [{"scheme": "hubei16", "value": "4206000010100500"}],
    "sub_kind": "",
    "initiation": "applied",
    "legal_bases": [
        {"use": "setting", "rank": "法律", "title": "中华人民共和国食品安全法", "locator": "第三十五条", "as_written": "【法律】《中华人民共和国食品安全法》第三十五条"},
        {"use": "implementing", "title": "食品经营许可管理办法", "doc_no": "国家食品药品监督管理总局令第17号", "locator": "第二条", "as_written": "《食品经营许可管理办法》（国家食品药品监督管理总局令第17号）第二条 在境内从事食品销售，应当取得许可。"},
        {"use": "setting", "as_written": "其他有关规定"},
    ],
    "implementing_body": "襄阳市市场监督管理局",
    "service_objects": "食品经营者",
    "flow": [{"name": "受理", "office": "窗口", "limit": "1个工作日", "text": "收件审查"}, {"name": "决定", "office": "许可科"}],
    "duties": [{"text": "1.受理责任：公示材料", "basis": "1.《行政许可法》第三十条"}, {"text": "2.送达责任", "basis": ""}],
    "materials": [{"name": "申请书", "form": "原件1份", "note": "窗口领取"}],
    "risk_points": [{"stage": "审查", "form": "超时", "grade": "二级", "measure": "限时提醒", "responsible": "科长"}],
    "address": "檀溪路1号", "hours": "工作日9:00-17:00", "phone": "0710-3600010", "online_url": "https://zwfw.example.gov.cn/item?a=1&b=2",
    "supervision_phone": "12345", "remedies": "行政复议、行政诉讼", "legal_time": "20个工作日", "charged": "否", "note": "以窗口为准",
}  # fmt: skip


@pytest.fixture
def full(office, code_of):
    """An item with every kind of element, by its code."""
    office.publish(office.add(content("420600-SCJ", "01", "食品生产许可", **FULL)))
    return code_of("食品生产许可")


def test_it_says_in_one_sentence_who_does_what_on_which_basis(world, client, full):
    text = text_of(client.get(f"/items/{full}/"))
    assert (
        "由襄阳市市场监督管理局依据《中华人民共和国食品安全法》第三十五条等 2 条依据对食品经营者实施的行政许可事项，依申请办理。"
        in text
    )


def test_it_answers_first_where_how_and_to_whom(world, client, full):
    response = client.get(f"/items/{full}/")
    assert (
        "去哪办 檀溪路1号 工作日9:00-17:00 打电话 0710-3600010 网上办理 https://zwfw.example.gov.cn/item?a=1&b=2"
        " 由谁决定 襄阳市市场监督管理局 对处理不满怎么办 12345 行政复议、行政诉讼 说明 本页不是申请表" in text_of(response)
    )
    assert {"tel:07103600010", "tel:12345"} <= set(links_of(response))
    assert FULL["online_url"] in links_of(response)


def test_it_follows_only_addresses_of_the_web(world, client, office, code_of):
    office.publish(office.change("食品经营许可", online_url="javascript:alert(1)"))
    response = client.get(f"/items/{code_of('食品经营许可')}/")
    assert "javascript:alert(1)" in text_of(response)
    assert not [link for link in links_of(response) if link.startswith("javascript")]


def test_it_shows_every_filled_element_under_its_section(world, client, full):
    text = text_of(client.get(f"/items/{full}/"))
    for words in (
        "事项编码 4206000010100500 湖北省行政权力事项编码（16位）",
        "实施主体 襄阳市市场监督管理局",
        "受理 · 窗口 · 1个工作日 收件审查 决定 · 许可科",
        "责任事项 责任事项依据 1.受理责任：公示材料 1.《行政许可法》 第三十条 2.送达责任 —",
        "申请材料 申请书（原件1份） 窗口领取",
        "审查 超时 二级 限时提醒 科长",
        "法定办结时限 20个工作日",
        "是否收费 否",
        "备注 以窗口为准",
    ):
        assert words in text, words
    questions = re.findall(r"<h2>(.*?)</h2>", client.get(f"/items/{full}/").content.decode())
    assert questions == [
        "这是什么事",
        "由谁办",
        "依据哪部法律",
        "怎么办",
        "要多久",
        "收不收费",
        "要带什么",
        "要跑几次、去哪里",
        "怎样投诉、申诉",
        "谁来负责、怎样追责",
        "编码、类别和备注",
    ]


def test_each_basis_is_a_row_and_what_could_not_be_read_says_so(world, client, full):
    text = text_of(client.get(f"/items/{full}/"))
    assert "设定依据 《中华人民共和国食品安全法》 第三十五条 法律 其他有关规定 未识别" in text
    assert "实施依据 《食品经营许可管理办法》 （国家食品药品监督管理总局令第17号） 第二条" in text
    assert "在境内从事食品销售，应当取得许可。" in text
    assert "【法律】" not in text


def test_what_is_required_and_empty_is_shown_as_missing_the_rest_folded(world, client, code_of):
    body = text_of(client.get(f"/items/{code_of('劳务派遣经营许可')}/"))
    assert "设定依据 未填报" in body
    assert "受理条件 未填报" in body
    folded = body.split("未填报的要素")[1]
    assert "特别程序" in folded
    assert "强制种类" not in folded
    assert "不予公开" not in body


def test_an_item_exercised_ex_officio_is_not_asked_for_application_elements(world, client, code_of):
    folded = text_of(client.get(f"/items/{code_of('对虚假广告的处罚')}/")).split("未填报的要素")[1]
    assert "申请材料" not in folded


def test_a_major_lists_its_sub_items_and_each_of_them_its_major(world, client, code_of):
    major, sub = code_of("民办职业技能培训学校设立"), code_of("民办职业培训学校设立审批")
    page = client.get(f"/items/{major}/")
    assert "子项（2 项） 民办职业培训学校设立审批 民办职业培训学校变更审批" in text_of(page)
    assert f"/items/{sub}/" in links_of(page)
    page = client.get(f"/items/{sub}/")
    assert "所属大项 民办职业技能培训学校设立" in text_of(page)
    assert f"/items/{major}/" in links_of(page)


def test_it_leads_to_its_neighbours_past_a_withheld_one(world, client, code_of):
    text = text_of(client.get(f"/items/{code_of('对用人单位遵守劳动保障法律的检查')}/?on=2016-06-01"))
    assert "上一个：对用人单位不办理社会保险登记的处罚" in text
    assert "下一个：集体合同审查" in text
    assert "上一个" not in text_of(client.get(f"/items/{code_of('民办职业技能培训学校设立')}/"))


def test_its_versions_stand_beside_it_with_edition_kind_and_comparison(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    page = client.get(f"/items/{code}/")
    text = text_of(page)
    assert "第 2 版 变更其他要素 正在看2019年12月1日起第1次动态调整" in text
    assert "第 1 版 新增2016年5月1日起首次公布 事后录入" in text
    assert {f"/items/{code}/v/1/", f"/items/{code}/compare/1/2/", "/editions/2/"} <= set(links_of(page))


def test_on_the_day_before_and_after_a_change(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    assert "0710-3600001" in text_of(client.get(f"/items/{code}/?on=2019-11-30"))
    assert "0710-3600002" not in text_of(client.get(f"/items/{code}/?on=2019-11-30"))
    assert "0710-3600002" in text_of(client.get(f"/items/{code}/?on=2019-12-01"))


def test_a_version_made_by_a_renamed_major_says_that_it_only_followed(world, client, code_of):
    assert "随动" in text_of(client.get(f"/items/{code_of('民办职业培训学校变更审批')}/"))


def test_a_change_that_waits_for_its_day_is_announced(world, client, office, code_of):
    day = datetime.date.today() + datetime.timedelta(days=30)
    office.publish(office.change("收养登记", phone="0710-1"), on=day)
    code = code_of("收养登记")
    page = client.get(f"/items/{code}/")
    assert "待生效 第2次动态调整" in text_of(page)
    assert f"/items/{code}/v/2/" in links_of(page)
    assert "0710-1" not in text_of(page)
    assert "0710-1" in text_of(client.get(f"/items/{code}/?on={day}"))


def test_a_suspended_item_says_so_and_is_not_counted(world, client, office, code_of):
    office.publish(office.change("收养登记", ChangeKind.SUSPEND, state="suspended"))
    assert "行政确认 暂停" in text_of(client.get(f"/items/{code_of('收养登记')}/"))
    assert "8 大项 / 9 项" in text_of(client.get("/"))


def test_a_repealed_item_keeps_its_page_with_reason_and_document(world, client, code_of):
    code = code_of("对用人单位遵守劳动保障法律的检查")
    page = client.get(f"/items/{code}/")
    assert page.status_code == 200
    text = text_of(page)
    assert "本事项已于 2019年12月1日取消。" in text
    assert "理由：检查事项整合。依据文件：鄂政发〔2019〕20号。" in text
    assert "关于公布权责清单动态调整的通知（襄政发〔2019〕30号）" in text
    assert "/editions/2/" in links_of(page)
    assert "本事项已于" not in text_of(client.get(f"/items/{code}/?on=2019-11-30"))


def test_a_merged_item_redirects_but_for_days_when_it_was_in_force(world, client, office, code_of):
    gone, stays = code_of("对无照经营的处罚"), code_of("对虚假广告的处罚")
    office.publish(office.end("对无照经营的处罚", ChangeKind.MERGE, into="对虚假广告的处罚", reason="合并"))
    response = client.get(f"/items/{gone}/")
    assert (response.status_code, response["Location"]) == (301, f"/items/{stays}/")
    assert client.get(f"/items/{gone}/?on=2021-03-01")["Location"] == f"/items/{stays}/?on=2021-03-01"
    before = client.get(f"/items/{gone}/?on=2021-02-28")
    assert before.status_code == 200
    assert "对无照经营的处罚" in text_of(before)


def test_a_merger_that_waits_for_its_day_does_not_redirect_yet(world, client, office, code_of):
    day = datetime.date.today() + datetime.timedelta(days=30)
    gone = code_of("对无照经营的处罚")
    office.publish(office.end("对无照经营的处罚", ChangeKind.MERGE, into="对虚假广告的处罚"), on=day)
    page = client.get(f"/items/{gone}/")
    assert page.status_code == 200
    assert "合并本事项" in text_of(page)


def test_a_merger_into_a_withheld_item_tells_nothing_of_it(world, client, office, code_of):
    gone = code_of("对无照经营的处罚")
    office.publish(office.end("对无照经营的处罚", ChangeKind.MERGE, into="专项保密检查"))
    page = client.get(f"/items/{gone}/")
    assert page.status_code == 200
    assert "已于 2021年3月1日合并到其他事项" in text_of(page)
    assert "专项保密检查" not in text_of(page)


def test_before_it_was_listed_it_says_so_and_when_it_came(world, client, code_of):
    code = code_of("工伤认定")
    page = client.get(f"/items/{code}/?on=2019-11-30")
    assert page.status_code == 200
    assert "2019年11月30日，本事项尚未列入清单。 自 2019年12月1日起列入" in text_of(page).replace("。自", "。 自")
    assert f"/items/{code}/?on=2019-12-01" in links_of(page)
    assert "2015年1月1日，本事项尚未列入清单" in text_of(client.get(f"/items/{code}/?on=2015-01-01"))


def test_a_withheld_item_is_nowhere(world, client, code_of):
    code = code_of("专项保密检查")
    never = client.get("/items/420600-99999/")
    for address in (f"/items/{code}/", f"/items/{code}/?on=2016-06-01", f"/items/{code}/v/1/", f"/items/{code}/compare/1/1/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "保密" not in text_of(response)
    assert text_of(client.get(f"/items/{code}/")).replace(code, "420600-99999") == text_of(never)


def test_an_item_withheld_later_leaves_the_list_and_its_new_version_is_nowhere(world, client, office, code_of):
    code = code_of("收养登记")
    hidden = {"not_public": True, "not_public_reason": "依法", "not_public_basis": "条例", "phone": "0710-9999"}
    office.publish(office.change("收养登记", **hidden))
    assert client.get(f"/items/{code}/").status_code == 404
    assert client.get(f"/items/{code}/v/2/").status_code == 404
    assert "收养登记" not in text_of(client.get("/items/"))
    assert "收养登记" not in text_of(client.get("/editions/3/changes/"))


def test_an_official_code_leads_to_the_item_with_the_day(world, client, code_of):
    response = client.get("/items/420600-001-XK-001-00/?on=2016-06-01")
    assert (response.status_code, response["Location"]) == (301, f"/items/{code_of('劳务派遣经营许可')}/?on=2016-06-01")
    assert client.get("/items/４２０６００-001-XK-001-00/")["Location"] == f"/items/{code_of('劳务派遣经营许可')}/"


def test_an_official_code_of_several_regions_lets_the_reader_choose(world, client, office):
    code = {"codes": [{"scheme": "basic", "value": "000107001000"}]}
    office.publish(office.add(content("420602-MZJ", "07", "区收养登记", **code)), region="420602", kind="baseline")
    office.publish(office.add(content("420683-MZJ", "07", "枣阳收养登记", **code)), region="420683", kind="baseline")
    page = client.get("/items/000107001000/")
    assert page.status_code == 200
    assert "对应 2 个事项" in text_of(page)
    assert {"/regions/420602/items/420602-00001/", "/regions/420683/items/420683-00001/"} <= set(links_of(page))
    assert client.get("/regions/420602/items/000107001000/")["Location"] == "/regions/420602/items/420602-00001/"


def test_the_official_code_of_a_withheld_item_leads_nowhere(world, client, office):
    hidden = {"not_public": True, "not_public_reason": "依法", "not_public_basis": "条例"}
    office.publish(office.add(content("420600-MZJ", "06", "秘密检查", codes=[{"scheme": "basic", "value": "XYZ-1"}], **hidden)))
    assert client.get("/items/XYZ-1/").status_code == 404


def test_an_item_of_another_region_stands_in_that_regions_tree(world, client, office):
    office.publish(office.add(content("420602-MZJ", "07", "区收养登记")), region="420602", kind="baseline")
    response = client.get("/items/420602-00001/?on=2022-01-01")
    assert (response.status_code, response["Location"]) == (301, "/regions/420602/items/420602-00001/?on=2022-01-01")
    page = client.get(response["Location"])
    assert "区收养登记" in text_of(page)
    assert "2021年3月1日起有效" in text_of(page)
    assert client.get("/items/420602-00001/v/1/")["Location"] == "/regions/420602/items/420602-00001/v/1/"


def test_demo_items_are_marked(world, client, office, code_of):
    office.publish(office.add(content("420600-MZJ", "07", "演示确认", demo=True)))
    assert "行政确认 演示数据" in text_of(client.get(f"/items/{code_of('演示确认')}/")).replace("行政确认演示", "行政确认 演示")


def test_an_item_that_comes_back_as_a_new_one_leaves_the_old_address_to_the_past(world, client, office, code_of):
    name = "对用人单位遵守劳动保障法律的检查"
    old = code_of(name)
    office.publish(office.add(content("420600-RSJ", "06", name)))
    new = office.version(name).item.code
    assert new != old
    assert "本事项已于" in text_of(client.get(f"/items/{old}/"))
    assert "本事项已于" not in text_of(client.get(f"/items/{new}/"))


@pytest.mark.parametrize("code", ["420600-99999", "x" * 300, "%00", "..", "420600-00001%0a", "'", "《》"])
def test_what_is_no_code_is_not_found(world, client, code):
    assert client.get(f"/items/{code}/").status_code == 404


def test_the_longest_texts_and_markup_are_text(world, client, office, code_of):
    name = "对" + "甲乙丙丁" * 120 + "<b>的处罚</b>"
    office.publish(office.add(content("420600-MZJ", "02", name, legal_bases=[basis("<script>alert(1)</script>")], note="<i>")))
    body = client.get(f"/items/{code_of(name)}/").content.decode()
    assert "<script" not in body
    assert "&lt;script&gt;alert(1)" in body
    assert "<b>的处罚" not in body


def test_its_queries_do_not_grow(world, client, code_of, count_queries):
    for name, item in {"public.item": "劳务派遣经营许可", "public.item.major": "民办职业技能培训学校设立"}.items():
        address = f"/items/{code_of(item)}/"
        client.get(address)
        with count_queries(name):
            client.get(address)
