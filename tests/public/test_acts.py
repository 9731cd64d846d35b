"""The page of an act: linked from every citation; how it stands, its texts, the articles held, the items that cite it, by key."""

from __future__ import annotations

import datetime
from urllib.parse import quote

import pytest
from django.utils import timezone

from qingdan.items.listing import mentioning
from qingdan.items.models import Edition
from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion, Article
from qingdan.public.citing import pieces
from qingdan.public.links import Links
from tests.public.office import links_of, text_of
from tests.world import basis, content

TITLE = "中华人民共和国殡葬管理法"


def address(title: str, **asked) -> str:
    return f"/laws/{quote(title, safe='')}/" + ("?" + "&".join(f"{k}={v}" for k, v in asked.items()) if asked else "")


def test_the_pieces_of_a_text_are_the_text():
    links = Links("420600")
    for text in (
        "",
        "《",
        "》《",
        "依《甲〈乙〉丙》第一条和《丁《戊》己》",
        "《甲/乙办法》",
        "《" + "长" * 400 + "》",
        "《甲\n乙法》",
    ):
        assert "".join(piece for piece, _ in pieces(text, links)) == text
    assert [address for _, address in pieces("《甲/乙办法》第一条", links)] == ["", ""]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Index files of this test alone."""
    settings.SEARCH_DIR = tmp_path


@pytest.fixture
def act(world):
    """An act amended once, repealed in 2030, with two confirmed articles, one that waits and one that was refused."""
    act = Act.objects.create(
        title=TITLE, normal_title=matching_title(TITLE), short_titles="殡葬法\n旧殡葬条例", kind="法律", issuer="全国人大常委会"
    )
    old = ActVersion.objects.create(
        act=act,
        promulgated_on=datetime.date(2010, 1, 1),
        effective_on=datetime.date(2010, 5, 1),
        status="amended",
        doc_no="主席令第1号",
    )
    new = ActVersion.objects.create(
        act=act, promulgated_on=datetime.date(2018, 1, 1), effective_on=datetime.date(2018, 5, 1), doc_no="主席令第2号"
    )
    entered = {"source": "国务院公报", "source_on": datetime.date(2018, 2, 1), "entered_by": "a", "entered_by_name": "甲"}
    for version, key, text, state in [
        (new, "10", "第十条的文字", "confirmed"),
        (new, "2", "第二条的文字", "confirmed"),
        (new, "3", "还没有确认的文字", "pending"),
        (new, "4", "已经退回的文字", "refused"),
        (old, "2", "旧的第二条", "confirmed"),
    ]:
        Article.objects.create(version=version, key=key, text=text, state=state, entered_at=timezone.now(), **entered)
    return act


@pytest.fixture
def cited(office):
    """45 items, every other of which cites the act (by one of three names); the others name an act whose title contains its title."""
    names = [f"《{TITLE}》第二条", "《殡葬管理法》第十条", "《旧殡葬条例》第三条"]
    other = "《湖北省殡葬管理法实施细则》第一条"
    contents = [
        content("420600-MZJ", "07", f"殡葬第{n:02d}号", legal_bases=[basis(names[n // 2 % 3] if n % 2 == 0 else other)])
        for n in range(88)
    ]
    hidden = content(
        "420600-MZJ",
        "07",
        "殡葬秘密",
        legal_bases=[basis(names[0])],
        not_public=True,
        not_public_reason="依法",
        not_public_basis="条例",
    )
    office.publish(*map(office.add, [*contents, hidden]))
    return [each.name for each in contents[::2]]


def items_on(response) -> list[str]:
    return [link for link in links_of(response) if link.startswith("/items/420600-")]


def test_every_citation_of_an_item_links_to_the_act(world, client, office, code_of):
    duty = {"text": "1.受理责任", "basis": "1.《行政许可法》第三十条；《湖北省实施〈中华人民共和国水法〉办法》第二条"}
    read = {
        "use": "setting",
        "title": "中华人民共和国食品安全法",
        "locator": "第三十五条",
        "as_written": "《中华人民共和国食品安全法》第三十五条",
    }
    office.publish(
        office.add(content("420600-SCJ", "01", "食品生产许可", legal_bases=[read, basis("依《某<b>办法》，《 》")], duties=[duty]))
    )
    response = client.get(f"/items/{code_of('食品生产许可')}/?on=2021-06-01")
    links = links_of(response)
    for title in ("食品安全法", "行政许可法", "湖北省实施〈中华人民共和国水法〉办法"):
        assert address(title, on="2021-06-01") in links, title
    assert "依《某<b>办法》 ，《 》" in text_of(response)
    assert "<b>办法" not in response.content.decode()
    for link in links:
        if link.startswith("/laws/"):
            assert client.get(link).status_code == 200, link


def test_it_says_how_the_act_stands_on_the_day_and_shows_its_texts(world, client, act):
    text = text_of(client.get(address("殡葬管理法")))
    assert f"{TITLE} 法律 有效" in text
    assert "现行文本 2018-01-01 公布或修改" in text
    assert "2018年1月1日公布或修改 有效主席令第2号" in text
    assert "2010年1月1日公布或修改 已被修改主席令第1号" in text
    assert "现行文本 2010-01-01 公布或修改" in text_of(client.get(address("殡葬管理法", on="2017-01-01")))
    ActVersion.objects.filter(act=act, doc_no="主席令第2号").update(status="repealed", changed_by="国务院令第9号")
    assert "已废止/失效" in text_of(client.get(address("殡葬管理法")))


def test_it_shows_the_confirmed_articles_of_that_text_in_their_order(world, client, act):
    text = text_of(client.get(address("殡葬管理法")))
    assert text.index("第二条的文字") < text.index("第十条的文字")
    for hidden in ("还没有确认的文字", "已经退回的文字", "旧的第二条", "甲"):
        assert hidden not in text
    assert "来源：国务院公报（2018年2月1日）" in text
    assert "旧的第二条" in text_of(client.get(address("殡葬管理法", on="2017-01-01")))


def test_it_lists_by_key_exactly_the_items_that_cite_it(world, client, act, cited):
    names, page = [], address("殡葬管理法")
    for _ in range(5):
        response = client.get(page)
        names += items_on(response)
        following = [link for link in links_of(response) if "after=" in link]
        if not following:
            break
        page = following[0]
    codes = [f"/items/{world.item(name).code}/" for name in cited]
    assert names == codes
    assert "殡葬秘密" not in text_of(client.get(address("殡葬管理法")))
    # Before the edition nothing cited it.
    assert "清单里没有引用它的事项" in text_of(client.get(address("殡葬管理法", on="2020-01-01")))


def test_the_places_are_the_same_without_an_index(world, act, cited, settings):
    edition = Edition.objects.newest(world.city)
    indexed = mentioning(edition, ["殡葬管理法", "旧殡葬条例"], 0, 1000)
    settings.SEARCH_BUILD_AT_ONCE, settings.SEARCH_DIR = 0, settings.SEARCH_DIR / "none"
    assert mentioning(edition, ["殡葬管理法", "旧殡葬条例"], 0, 1000) == indexed
    assert len(indexed) == 88


def test_another_name_of_the_act_leads_to_it(world, client, act):
    assert client.get(address("殡葬法"))["Location"] == address("殡葬管理法")
    assert client.get(address(TITLE))["Location"] == address("殡葬管理法")


def test_an_act_that_the_library_lacks_has_a_page_where_an_item_cites_it(world, client, office):
    office.publish(office.add(content("420600-MZJ", "07", "某种确认", legal_bases=[basis("《某市自己的办法》第三条")])))
    text = text_of(client.get(address("某市自己的办法")))
    assert "法律库没有收录这个名称" in text
    assert "某种确认 市民政局" in text
    missing = client.get(address("没有这样的条例"))
    assert missing.status_code == 404
    assert "法律库没有收录《没有这样的条例》" in text_of(missing)


@pytest.mark.parametrize("asked", ["after=x", "after=-1", "article=1.0", "after=99999999999999999999"])
def test_a_place_that_is_none_is_told(world, client, act, asked):
    assert client.get(f"{address('殡葬管理法')}?{asked}").status_code == 404


def test_hostile_titles(world, client):
    for title in ("x" * 400, "%00", "..%2f..", "《》", " "):
        assert client.get(f"/laws/{title}/").status_code in (301, 404), title


def test_the_sitemap_has_the_acts_that_the_list_names(world, client, act, cited):
    Act.objects.create(title="没有人引用的条例", normal_title="没有人引用的条例", kind="行政法规")
    body = client.get("/sitemap.xml").content.decode()
    assert address("殡葬管理法") in body
    assert quote("没有人引用的条例") not in body


def test_its_queries_do_not_grow(world, client, act, cited, count_queries):
    client.get(address("殡葬管理法"))
    with count_queries("public.act"):
        client.get(address("殡葬管理法"))
