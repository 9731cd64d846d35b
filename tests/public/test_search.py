"""Search: everything that holds the words, and nothing else, whatever they are."""

from __future__ import annotations

import random
import re

import pytest

from qingdan.items.index import asking, building
from qingdan.items.index.asking import forget_open_files, index_of
from qingdan.items.index.building import build, path_of
from qingdan.items.index.grams import phrase_of
from qingdan.items.listing import Choice, scan, search
from qingdan.items.models import EditionEntry, MissedWord
from qingdan.items.search import normalise
from tests.public.office import links_of, text_of
from tests.public.test_items import every_page, names_on
from tests.world import basis, content

NASTY = [
    content(
        "420600-MZJ", "01", "100%纯羊毛_标识（甲类）许可", legal_bases=[basis("《纺织品_标识办法》（国办发〔2015〕57号）第3条")]
    ),
    content("420600-MZJ", "01", "ＡＢＣ－１２３　全角许可", legal_bases=[basis("【法律】《某法》［2006］28号\n第一款　第(二)项")]),
    content("420600-MZJ", "01", "C:\\路径\\许可\\%", duties=[{"text": "1.受理责任：“引号”与'撇号'", "basis": "1.《甲〈乙〉丙》"}]),
    content("420600-MZJ", "01", "1000纯羊毛X标识许可"),
    content("420600-MZJ", "02", "Straße与ﬁn及㎡许可", codes=[{"scheme": "hubei16", "value": "4206000110200100"}]),
    content("420600-MZJ", "02", "á é ñ 与 👍🏽 许可", legal_bases=[basis("前一条"), basis("后一条")]),
    content("420600-MZJ", "02", "𬶋𬶍渔业许可"),
]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Index files of this test alone."""
    settings.SEARCH_DIR = tmp_path


@pytest.fixture
def city(office):
    office.publish(*map(office.add, NASTY))
    return office


def texts_of(edition) -> dict[str, list[str]]:
    """Name → every searchable field normalised, read from the contents themselves and not from what the search reads."""
    found = {}
    for entry in EditionEntry.objects.of(edition).public().select_related("version", "item"):
        each = entry.version.content
        fields = [each.name, each.major_name, entry.item.code, *(code.value for code in each.codes)]
        fields += [row.as_written for row in each.legal_bases]
        fields += [part for duty in each.duties for part in (duty.text, duty.basis)]
        found[each.name] = [normalise(field) for field in fields if field]
    return found


def test_it_finds_all_and_only_what_holds_the_words_for_1_to_20_characters(world, client, city):
    texts = texts_of(world.edition(3))
    dice = random.Random(2016)
    fields = [field for each in texts.values() for field in each]
    for length in range(1, 21):
        long_enough = [field for field in fields if len(field) >= length]
        for field in dice.sample(long_enough, min(4, len(long_enough))):
            start = dice.randrange(len(field) - length + 1)
            needle = field[start : start + length]
            wanted = {name for name, own in texts.items() if any(needle in each for each in own)}
            assert set(every_page(client, f"/items/?q={_quoted(needle)}")) == wanted, needle


@pytest.mark.parametrize("query", ["%", "_", "\\", "%纯", "羊毛_标", "100%", "\\许可\\%", "'", "“引号”", "；--", "*", "?"])
def test_wildcards_and_quotes_are_plain_characters(world, client, city, query):
    wanted = {name for name, own in texts_of(world.edition(3)).items() if any(normalise(query) in each for each in own)}
    assert set(names_on(client.get("/items/", {"q": query}))) == wanted
    assert len(wanted) < 15


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("abc-123全角", "ＡＢＣ－１２３　全角许可"),
        ("ＡＢＣ－１２３", "ＡＢＣ－１２３　全角许可"),
        ("国办发[2015]57号", "100%纯羊毛_标识（甲类）许可"),
        ("国办发〔２０１５〕５７号", "100%纯羊毛_标识（甲类）许可"),
        ("羊 毛＿标 识(甲类)", "100%纯羊毛_标识（甲类）许可"),
        ("某法2006", "ＡＢＣ－１２３　全角许可"),
        ("28号第一款第（二）项", "ＡＢＣ－１２３　全角许可"),
        ("STRASSE", "Straße与ﬁn及㎡许可"),
        ("FIN", "Straße与ﬁn及㎡许可"),
        ("M2", "Straße与ﬁn及㎡许可"),
        ("甲乙丙", "C:\\路径\\许可\\%"),
        ("𬶍渔", "𬶋𬶍渔业许可"),
    ],
)
def test_width_case_brackets_and_spaces_do_not_matter(world, client, city, query, name):
    assert names_on(client.get("/items/", {"q": query})) == [name]


def test_no_hit_crosses_fields(world, client, city):
    assert names_on(client.get("/items/?q=前一条后一条")) == []
    assert names_on(client.get("/items/?q=后一条")) == ["á é ñ 与 👍🏽 许可"]


def test_a_code_or_a_whole_name_comes_first(world, client, office):
    office.publish(
        office.add(content("420600-RSJ", "01", "甲许可证年检", legal_bases=[basis("参见乙-77")])),
        office.add(content("420600-MZJ", "01", "甲许可证", codes=[{"scheme": "hubei16", "value": "乙-77"}])),
    )
    assert names_on(client.get("/items/?q=甲许可证")) == ["甲许可证", "甲许可证年检"]
    assert names_on(client.get("/items/?q=乙-77")) == ["甲许可证", "甲许可证年检"]
    own = world.item("甲许可证").code
    assert names_on(client.get(f"/items/?q={own}")) == ["甲许可证"]


def test_it_marks_the_hit_in_the_text_as_it_was_written(world, client, city):
    body = client.get("/items/", {"q": "abc-12"}).content.decode()
    assert "<mark>ＡＢＣ－１２</mark>３　全角许可" in body
    body = client.get("/items/", {"q": "国办发[2015]57"}).content.decode()
    assert "<mark>国办发〔2015〕57</mark>号" in body


def test_a_hit_deep_in_the_duties_is_shown_where_it_stands(world, client):
    response = client.get("/items/?q=决定是否立案")
    assert names_on(response) == ["对用人单位不办理社会保险登记的处罚"]
    assert "责任事项：1.立案责任：发现违法行为，予以审查，决定是否立案" in text_of(response)
    assert "<mark>决定是否立案</mark>" in response.content.decode()


def test_what_is_searched_is_escaped_on_the_page(world, client):
    query = '"><script>alert(1)</script>'
    body = client.get("/items/", {"q": query}).content.decode()
    assert "<script" not in body


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("处\x00罚", "空字符"),
        ("字" * 101, "搜索词有 101 字，最多 100 字"),
        ("《》〔〕", "只有括号或空格"),
        ("\u200b", "只有括号或空格"),
    ],
)
def test_what_cannot_be_asked_is_told_in_words(world, client, query, words):
    response = client.get("/items/", {"q": query})
    assert response.status_code == 400
    assert words in text_of(response)


def test_a_hundred_characters_can_be_asked(world, client):
    assert client.get("/items/", {"q": "字" * 100}).status_code == 200


def test_withheld_items_are_not_found(world, client):
    for query in ("专项保密检查", "政府信息公开条例"):
        response = client.get("/items/", {"q": query, "on": "2016-06-01"})
        assert names_on(response) == []
        assert "专项保密" not in text_of(response).replace(f"“{query}”", "")
        assert "行政许可 0" not in text_of(response)


def test_what_has_left_the_list_is_still_found_by_name(world, client):
    response = client.get("/items/?q=遵守劳动保障法律")
    assert "没有找到“遵守劳动保障法律”" in text_of(response)
    assert "已不在清单内的事项 对用人单位遵守劳动保障法律的检查 2019年12月1日取消" in text_of(response)
    assert "已不在清单内的事项" not in text_of(client.get("/items/?q=遵守劳动保障法律&on=2019-11-30"))


@pytest.mark.parametrize("query", ["许", "许可", "处罚", "社会保险", "420600", "第", "食品经营许可", "某法", "á", "(", "𬶋"])
@pytest.mark.parametrize(
    "choice", [Choice(), Choice(category="02"), Choice(initiation="applied"), Choice(state="in_use", category="01")], ids=str
)
def test_the_index_and_a_scan_of_the_database_give_the_same_order_and_counts(world, city, query, choice, monkeypatch):
    edition, needle = world.edition(3), normalise(query)
    by_index, by_scan = search(edition, needle, choice), scan(edition, needle, choice)
    assert dict(by_index.counts) == dict(by_scan.counts)
    monkeypatch.setattr(asking, "MANY", 0)
    assert dict(search(edition, needle, choice).counts) == dict(by_scan.counts)
    assert by_index.places(0, 100) == by_scan.places(0, 100)
    for size in (1, 3):
        pages = [by_index.places(start, start + size) for start in range(0, by_index.total, size)]
        assert [place for page in pages for place in page] == by_scan.places(0, 100)


@pytest.mark.parametrize("query", ["许", "许可", "食品经营许可", "没有"])
def test_counts_that_are_kept_for_common_words_equal_a_scan(world, city, query, monkeypatch):
    monkeypatch.setattr(building, "MANY", 1)
    edition = world.edition(3)
    assert dict(search(edition, query).counts) == dict(scan(edition, query).counts)
    assert bool(index_of(edition).kept_counts(phrase_of(query))) == (query == "许可")


def test_an_index_that_is_not_whole_is_made_again(world, city):
    edition = world.edition(3)
    wanted = search(edition, "许可").places(0, 100)
    path_of(edition).write_bytes(b"SQLite format 3\x00 and then nothing")
    forget_open_files()
    assert search(edition, "许可").places(0, 100) == wanted  # by a scan
    assert search(edition, "许可").places(0, 100) == wanted  # by the new file
    assert path_of(edition).stat().st_size > 4096


def test_a_large_list_is_scanned_until_its_index_is_made(world, city, settings):
    settings.SEARCH_BUILD_AT_ONCE = 3
    edition = world.edition(3)
    found = search(edition, "许可")
    assert not path_of(edition).exists()
    build(edition)
    assert search(edition, "许可").places(0, 100) == found.places(0, 100)


def test_only_the_last_indexes_are_kept(world, city, settings):
    settings.SEARCH_KEEP = 2
    for number in (1, 2, 3):
        build(world.edition(number))
    kept = [number for number in (1, 2, 3) if path_of(world.edition(number)).exists()]
    assert len(kept) == 2
    assert 3 in kept


def test_a_common_word_for_an_official_term_is_understood(world, client):
    page = text_of(client.get("/items/?q=低保"))
    assert "您是否要找：最低生活保障" in page
    assert "最低生活保障金的给付" in page  # nothing is called 低保, so what it means is shown


def test_what_nobody_finds_is_kept_as_a_word_only(world, client):
    for _ in range(2):
        client.get("/items/?q=火星移民签证zzz", headers={"User-Agent": "x"})
    client.get("/items/?q=%E5%AD%97" + "x" * 60)
    assert list(MissedWord.objects.values_list("word", "times")) == [("火星移民签证zzz", 2)]


def test_other_regions_that_hold_the_words_are_named_with_their_number(world, client, office):
    office.publish(office.add(content("420683-MZJ", "07", "收养登记")), region="420683", kind="baseline")
    response = client.get("/items/?q=收养登记")
    assert "其他地区也有：枣阳市 1 条" in text_of(response)
    assert "/regions/420683/items/?q=%E6%94%B6%E5%85%BB%E7%99%BB%E8%AE%B0" in links_of(response)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def test_the_search_words_stay_in_the_box(world, client):
    body = client.get("/items/?q=社会保险").content.decode()
    assert len(re.findall(r'<input[^>]*name="q"[^>]*value="社会保险"', body)) == 2


def test_a_withheld_item_that_left_the_list_is_not_told_of_either(world, client, office):
    office.publish(office.end("专项保密检查"))
    assert "保密检查" not in text_of(client.get("/items/?q=专项保密检查")).replace("“专项保密检查”", "")
    assert "已不在清单内的事项" not in text_of(client.get("/items/?q=专项保密检查"))
    assert client.get(f"/items/{world.item('专项保密检查').code}/").status_code == 404
