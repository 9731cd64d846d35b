"""The list and its filters, as a citizen narrows it."""

from __future__ import annotations

import re
from itertools import product

import pytest

from tests.public.office import links_of, text_of
from tests.world import content

ALL = ["民办职业技能培训学校设立", "民办职业培训学校设立审批", "民办职业培训学校变更审批", "劳务派遣经营许可", "对用人单位不办理社会保险登记的处罚", "工伤认定", "集体合同审查", "食品经营许可", "对无照经营的处罚", "对虚假广告的处罚", "最低生活保障金的给付", "收养登记"]  # fmt: skip


def names_on(response) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", name)
        for name in re.findall(r'<h2>\s*<a href="/items/[^"]*">(.*?)</a>\s*</h2>', response.content.decode())
    ]


def every_page(client, address: str) -> list[str]:
    """The names of all pages, each followed by its link to the next."""
    names, number = [], 1
    while True:
        response = client.get(address)
        names += names_on(response)
        number += 1
        following = [link for link in links_of(response) if re.search(rf"[?&]page={number}\b", link)]
        if not following:
            return names
        address = following[0]


@pytest.fixture
def long_list(office):
    """45 more items of 市民政局, half of them 依职权, in two categories, with a withheld one among them."""
    more = [
        content("420600-MZJ", "02" if n % 2 else "07", f"殡葬事项第{n:02d}号", initiation="ex_officio" if n % 3 else "applied")
        for n in range(45)
    ]
    hidden = content("420600-MZJ", "07", "殡葬事项秘密", not_public=True, not_public_reason="依法", not_public_basis="条例")
    office.publish(*map(office.add, [*more[:20], hidden, *more[20:]]))
    return more


def test_it_lists_every_public_entry_in_official_order(world, client):
    response = client.get("/items/")
    assert names_on(response) == ALL
    assert "9 大项 / 10 项" in text_of(response)
    assert "清单共 12 条" in text_of(response)


def test_it_pages_through_the_whole_list_once(world, client, long_list, listed):
    names = every_page(client, "/items/")
    assert names == listed(3)
    assert len(names) == len(set(names)) == 57
    assert "殡葬事项秘密" not in names


def test_every_combination_of_filters_shows_exactly_what_fits(world, client, long_list):
    everything = {each.name: each for each in long_list}
    for category, initiation in product(("", "02", "07"), ("", "applied", "ex_officio")):
        fitting = {
            name for name, each in everything.items() if category in ("", each.category) and initiation in ("", each.initiation)
        }
        shown = every_page(client, f"/items/?q=殡葬&department=420600-MZJ&category={category}&initiation={initiation}")
        assert sorted(shown) == sorted(fitting), (category, initiation)
        browsed = every_page(client, f"/items/?department=420600-MZJ&category={category}&initiation={initiation}")
        assert {name for name in browsed if name.startswith("殡葬")} == fitting


def test_an_item_without_a_way_of_its_own_has_its_categorys(world, client, office):
    office.publish(office.add(content("420600-MZJ", "02", "无名处罚")), office.add(content("420600-MZJ", "07", "无名确认")))
    assert "无名处罚" in names_on(client.get("/items/?initiation=ex_officio"))
    assert "无名确认" in names_on(client.get("/items/?initiation=applied"))
    assert names_on(client.get("/items/?q=无名&initiation=applied")) == ["无名确认"]


def test_paging_keeps_the_filters_and_the_day(world, client, long_list):
    links = links_of(client.get("/items/?q=殡葬&category=07&department=420600-MZJ&on=2021-06-01"))
    following = next(link for link in links if "page=2" in link)
    for part in ("q=%E6%AE%A1%E8%91%AC", "category=07", "department=420600-MZJ", "on=2021-06-01"):
        assert part in following


def test_each_filter_stands_as_a_chip_that_takes_it_away(world, client):
    response = client.get("/items/?category=02&department=420600-SCJ&q=处罚")
    text = text_of(response)
    assert "去掉筛选条件：含“处罚” × 去掉筛选条件：行政处罚 × 去掉筛选条件：市市场监督管理局 ×" in text
    assert "/items/?q=%E5%A4%84%E7%BD%9A&department=420600-SCJ" in links_of(response)


def test_counts_beside_the_categories_are_those_of_the_other_filters(world, client, long_list):
    text = text_of(client.get("/items/?q=殡葬&category=07"))
    assert "类别 行政许可 0 行政处罚 22 行政强制 0" in text
    assert "行政确认 23" in text
    assert "找到 23 条" in text


def test_under_a_filter_both_counts_are_the_kept_ones(world, client):
    assert "2 大项 / 3 项，清单共 4 条" in text_of(client.get("/items/?category=01&department=420600-RSJ"))


@pytest.mark.parametrize("page", ["0", "2", "-1", "1.0", "x", "９", "99999999999999999999999999"])
def test_a_page_that_is_none_says_how_many_there_are(world, client, page):
    response = client.get("/items/", {"page": page})
    assert response.status_code == 404
    assert "这个列表共 1 页" in text_of(response)
    assert "/items/" in links_of(response)


def test_on_a_day_the_list_of_that_day(world, client):
    before, after = names_on(client.get("/items/?on=2019-11-30")), names_on(client.get("/items/?on=2019-12-01"))
    assert "对用人单位遵守劳动保障法律的检查" in before
    assert "对用人单位遵守劳动保障法律的检查" not in after
    assert "工伤认定" not in before
    assert "民办职业培训学校设立" in before
    assert "民办职业技能培训学校设立" in after


def test_a_sub_item_names_its_major(world, client):
    assert "属于大项“民办职业技能培训学校设立”" in text_of(client.get("/items/?q=变更审批"))
    assert "属于大项“民办职业培训学校设立”" in text_of(client.get("/items/?q=变更审批&on=2016-06-01"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("category=99", "没有代码为“99”的权力类别"),
        ("department=nobody", "没有代码为“nobody”的部门"),
        ("initiation=both", "只有依申请和依职权"),
    ],
)
def test_a_filter_that_is_none_is_told_in_words(world, client, query, words):
    response = client.get(f"/items/?{query}")
    assert response.status_code == 404
    assert words in text_of(response)


def test_empty_and_unknown_parameters(world, client):
    assert names_on(client.get("/items/?q=&category=&department=&initiation=&page=&on=")) == ALL
    assert client.get("/items/?q=许可&utm_source=a&category=01")["Location"] == "/items/?q=%E8%AE%B8%E5%8F%AF&category=01"
    assert client.get("/items/?category=01&category=02")["Location"] == "/items/?category=02"


def test_another_region_is_asked_in_its_own_tree(world, client):
    response = client.get("/items/?q=登记&region=420602&on=2021-01-01")
    assert response["Location"] == "/regions/420602/items/?q=%E7%99%BB%E8%AE%B0&on=2021-01-01"
    assert client.get("/regions/420602/items/?region=420600")["Location"] == "/items/"
    assert client.get("/items/?region=")["Location"] == "/items/"


def test_nothing_found_offers_three_things_that_find_something(world, client):
    response = client.get("/items/?q=食品流通许可&category=02")
    assert "没有找到“食品流通许可”" in text_of(response)
    body = response.content.decode()
    offered = re.findall(r'<ul class="ways">(.*?)</ul>', body, flags=re.S)[0]
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'href="([^"]+)"', offered)]
    assert len(addresses) == 3
    for address in addresses:
        assert names_on(client.get(address)), address


def test_nothing_found_under_filters_alone_offers_the_whole_list(world, client):
    response = client.get("/items/?category=03")
    assert "没有找到符合条件的事项" in text_of(response)
    assert "/items/" in links_of(response)


def test_its_queries_do_not_grow(world, client, long_list, count_queries):
    addresses = {
        "public.items": "/items/",
        "public.items.filtered": "/items/?category=07&page=2",
        "public.items.search": "/items/?q=殡葬",
    }
    for name, address in addresses.items():
        client.get(address)
        with count_queries(name):
            client.get(address)
