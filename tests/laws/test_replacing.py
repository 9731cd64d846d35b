"""One act in place of another: what is replaced, what stays character by character, what is pointed out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingdan.laws.citations import parse
from qingdan.laws.citations.locators import Locator
from qingdan.laws.citations.replacing import Cited, Successor, article_key, article_name, passage, read_cited, replace_act

ROADS = Cited("公路法")
NEW = Successor("新公路法", "主席令第9号", {"50": "55"}, {"55": "新条文。"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("《中华人民共和国公路法》第三条", "《新公路法》（主席令第9号）第三条"),
        ("1.《公路法》（2017年修正）第五十条第二款、第六十条 2.《公路法实施条例》第三条", "1.《新公路法》（主席令第9号）第五十五条第二款、第六十条 2.《公路法实施条例》第三条"),
        ("【法律】《中华人民共和国公路法》(1997年公布,2004年8月28日主席令[2004]第19号第二次修正 )第五十条:超限的…", "【法律】《新公路法》（主席令第9号）第五十五条:新条文。"),
        ("交通部《公路法》（交通部令2004年第9号）第五十条规定", "交通部《新公路法》（主席令第9号）第五十五条规定"),
        ("《公路法》第五十条第（三）项", "《新公路法》（主席令第9号）第五十五条第（三）项"),
        ("《甲法》第一条；《公路法》", "《甲法》第一条；《新公路法》（主席令第9号）"),
        ("《公路法》第五十条之一", "《新公路法》（主席令第9号）第五十条之一"),
        ("有关规定", "有关规定"),
    ],
)  # fmt: skip
def test_the_citation_changes_and_all_else_stays(before, after):
    assert replace_act(before, ROADS, NEW).text == after


def test_an_act_of_a_longer_or_inner_name_is_another_act():
    text = "《湖北省实施〈中华人民共和国公路法〉办法》第五十条、《公路法实施条例》"
    assert replace_act(text, ROADS, NEW) == replace_act("", ROADS, NEW).__class__(text)


def test_a_document_known_by_its_number_gets_the_new_title():
    old = read_cited("国发[2015]57号")
    done = replace_act("国发〔2015〕57号附件第3项", old, Successor("关于取消一批事项的决定", "国发〔2019〕6号"))
    assert done.text == "《关于取消一批事项的决定》（国发〔2019〕6号）附件第3项"


def test_an_empty_number_takes_the_old_one_away():
    done = replace_act(
        "《无证无照经营查处办法》（国务院令第684号）第十三条", read_cited("国务院令第684号"), Successor("无照经营条例")
    )
    assert (done.text, done.count) == ("《无照经营条例》第十三条", 1)


def test_articles_written_together_stay_and_are_pointed_out():
    done = replace_act("《公路法》第五十、五十一条", ROADS, NEW)
    assert done.text == "《新公路法》（主席令第9号）第五十、五十一条"
    assert done.left == ("第五十五条没有写入：原文把几条连写，请逐条核对",)


def test_a_quote_of_several_articles_stays_and_is_pointed_out():
    text = "《公路法》第五十条 超限的不得行驶。 第五十一条 违者处罚。"
    done = replace_act(text, ROADS, NEW)
    assert "超限的不得行驶。" in done.text and done.left == ("引用了多条的原文，没有替换，请逐条核对",)


@pytest.mark.parametrize(
    ("text", "key"),
    [("120-1", "120-1"), ("第一百二十条之一", "120-1"), ("120条之1", "120-1"), ("十二条", "12"), ("三十五", "35"), (" 120 ", "120"), ("第五条第一款", "5"), ("x", ""), ("", ""), ("0", ""), ("第五条、第六条", "")],
)  # fmt: skip
def test_an_article_is_read_however_it_is_typed(text, key):
    assert article_key(text) == key
    assert not key or article_key(article_name(key)) == key


ARTICLE = "设立公司应当申请。\n有下列情形之一的：\n（一）未登记的；\n（二）停业的。\n逾期的处罚。"


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (Locator(5), ARTICLE),
        (Locator(5, paragraph=1), "设立公司应当申请。"),
        (Locator(5, paragraph=2), "有下列情形之一的：\n（一）未登记的；\n（二）停业的。"),
        (Locator(5, paragraph=2, item=2), "（二）停业的。"),
        (Locator(5, item=1), "（一）未登记的；"),
        (Locator(5, paragraph=3), "逾期的处罚。"),
        (Locator(5, paragraph=9), ARTICLE),
    ],
)
def test_a_place_names_its_part_of_the_article(place, part):
    assert passage(ARTICLE, place) == part


_PIECES = st.sampled_from(
    ["《公路法》", "《中华人民共和国公路法》", "（2017年修正）", "第五十条", "第一款", "第（三）项", "、", "；", "\n", "1.", "【法律】", "原文。", "国务院令第684号", "《乙法》", "《", "》", "（", "第", "条"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_whatever_the_text_no_citation_of_the_old_act_is_left_unsaid(text):
    done = replace_act(text, ROADS, NEW)
    before = sum(ROADS.found_in(each) for each in parse(text).citations)
    assert done.count + sum("没有替换" in each and "标题" in each for each in done.left) <= before
    assert (done.count > 0) == (done.text != text)
