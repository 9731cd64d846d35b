"""The editions: the list of them, one as a document, and what it changed."""

from __future__ import annotations

import datetime

from qingdan.items.kinds import EditionKind
from tests.public.office import links_of, text_of
from tests.public.test_version import difference_rows
from tests.world import content


def test_it_lists_every_edition_newest_first(world, client):
    text = text_of(client.get("/editions/"))
    first = text.index("第1次动态调整 现行")
    assert first < text.index("首次公布 事后录入")
    assert "关于公布权责清单动态调整的通知襄政发〔2019〕30号 2019-11-10 2019-11-20 2019-12-01 4" in text
    assert "襄政发〔2016〕12号 2016-04-11 2016-04-15 2016-05-01 —" in text


def test_one_that_waits_for_its_day_says_so(world, client, office):
    office.publish(office.change("收养登记", phone="0710-1"), on=datetime.date.today() + datetime.timedelta(days=30))
    text = text_of(client.get("/editions/"))
    assert "第2次动态调整 待生效" in text
    assert "第1次动态调整 现行" in text
    assert "待生效" in text_of(client.get("/editions/3/"))


def test_an_edition_is_a_document_with_totals_before_and_after(world, client):
    page = client.get("/editions/2/")
    text = text_of(page)
    assert "襄政发〔2019〕30号" in text
    assert "2019年12月1日起" in text
    assert "调整前（首次公布 ） 9 10 调整后 9 10" in text
    assert "调整事项 4 项" in text
    for kind in ("新增 1", "取消 1", "变更名称 1", "变更其他要素 1", "变更其他要素 随动 2"):
        assert kind in text
    assert world.edition(2).manifest_hash in text
    assert {"/editions/2/changes/", "/editions/1/", "/?on=2019-12-01"} <= set(links_of(page))


def test_a_first_edition_says_when_it_was_entered(world, client):
    page = client.get("/editions/1/")
    text = text_of(page)
    assert "事后录入：公布在先，录入本系统在后" in text
    assert "至 2019年11月30日" in text
    assert "首次公布 9 10" in text
    assert "/editions/2/" in links_of(page)


def test_an_edition_that_was_overtaken_on_its_own_day_offers_no_list(world, client, office):
    office.publish(office.change("收养登记", phone="0710-1"))
    office.publish(office.change("收养登记", phone="0710-2"), kind=EditionKind.CORRECTION)
    assert "看这个版本的清单" not in text_of(client.get("/editions/3/"))
    assert "看这个版本的清单" in text_of(client.get("/editions/4/"))
    assert "更正" in text_of(client.get("/editions/4/"))


def test_the_changes_show_old_beside_new(world, client):
    page = client.get("/editions/2/changes/")
    rows = difference_rows(page)
    assert ["监督电话〔变更〕", "0710-3600001", "0710-3600002"] in rows
    assert ["事项名称〔变更〕", "民办职业培训学校设立", "民办职业技能培训学校设立"] in rows
    assert ["事项名称〔删除〕", "〔删除〕对用人单位遵守劳动保障法律的检查", "—"] in rows
    assert ["事项名称〔新增〕", "—", "〔新增〕工伤认定"] in rows
    assert ["设定依据〔新增〕", "—", "〔新增〕《工伤保险条例》第十七条"] in rows
    text = text_of(page)
    assert "理由：检查事项整合 · 依据文件：鄂政发〔2019〕20号" in text
    assert "随动" in text
    assert "共 6 条" in text


def test_many_changes_stand_on_several_pages(world, client, office):
    office.publish(*(office.add(content("420600-MZJ", "07", f"确认第{n:02d}号")) for n in range(45)))
    pages = [text_of(client.get(f"/editions/3/changes/?page={n}")) for n in (1, 2, 3)]
    names = [f"确认第{n:02d}号" for n in range(45)]
    assert [sum(name in page for page in pages) for name in names] == [1] * 45
    assert "第 3 / 3 页" in pages[2]
    for page in ("4", "0", "x"):
        assert client.get(f"/editions/3/changes/?page={page}").status_code == 404


def test_withheld_changes_are_neither_shown_nor_counted(world, client, office):
    hidden = {"not_public": True, "not_public_reason": "依法", "not_public_basis": "条例"}
    office.publish(
        office.add(content("420600-MZJ", "06", "秘密检查", **hidden)), office.add(content("420600-MZJ", "07", "公开确认"))
    )
    assert "秘密检查" not in text_of(client.get("/editions/3/changes/"))
    assert "共 1 条" in text_of(client.get("/editions/3/changes/"))
    assert "新增 1" in text_of(client.get("/editions/3/"))


def test_departments_that_say_something_new_are_named(world, client, office):
    office.publish(departments=(office.say("420600-SCJ", main_duties=("负责市场综合监督管理。",)),))
    page = client.get("/editions/3/")
    assert "部门职责有更新的部门 市市场监督管理局" in text_of(page)
    assert "/departments/420600-SCJ/?on=2021-03-01" in links_of(page)


def test_an_edition_that_is_none_is_not_found(world, client):
    for number in ("0", "9", "99999999999999999999999"):
        assert client.get(f"/editions/{number}/").status_code == 404
        assert client.get(f"/editions/{number}/changes/").status_code == 404


def test_a_region_without_editions_says_so(world, client):
    assert "还没有公布" in text_of(client.get("/regions/420602/editions/"))
    assert client.get("/regions/420602/editions/1/").status_code == 404


def test_its_queries_do_not_grow(world, client, count_queries):
    addresses = {"public.editions": "/editions/", "public.edition": "/editions/2/", "public.changes": "/editions/2/changes/"}
    for name, address in addresses.items():
        with count_queries(name):
            client.get(address)
