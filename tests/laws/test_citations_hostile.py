"""The citation grammar loses nothing, whatever comes: messy, hostile and canonical texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingdan.laws.citations import Citation, Locator, parse

HOSTILE_SIZE = 100_000


def only(text: str) -> Citation:
    parsed = parse(text)
    assert len(parsed.citations) == 1, parsed
    assert parsed.unread == ()
    return parsed.citations[0]


def joined(text: str) -> str:
    return "".join(segment.text for segment in parse(text).segments)


PIECES = st.sampled_from([
    "《", "》", "〈", "〉", "<", ">", "（", "）", "(", ")", "【", "】", "〔", "〕", "[", "]",
    "第", "条", "款", "项", "目", "之", "一", "十", "百", "3", "20", "2015", "号", "令", "国务院", "至",
    "、", "；", ";", "，", "。", "：", " ", "\n", "\u3000", "附件", "公路法", "条例", "办法", "的规定",
    "根据", "和", "财政部", "法律", "1.", "(二)", "\0", "\ud800", "《公路法》", "第五条", "第（一）项",
    "国发〔2015〕1号", "〔20152号", "【行政法规】", "公民", "“", "”", "*",
])  # fmt: skip
MESSY = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=80))


@given(MESSY)
@settings(max_examples=400, deadline=None)
def test_the_segments_joined_are_the_text(text):
    parsed = parse(text)
    assert "".join(segment.text for segment in parsed.segments) == text
    assert parse("".join(segment.text for segment in parsed.segments)) == parsed


@given(MESSY)
@settings(max_examples=400, deadline=None)
def test_every_segment_has_one_owner_and_every_citation_one_segment(text):
    parsed = parse(text)
    owners = [segment.citation for segment in parsed.segments if segment.citation is not None]
    assert owners == list(range(len(parsed.citations)))
    assert [segment.text for segment in parsed.segments if segment.unread] == list(parsed.unread)
    for segment in parsed.segments:
        assert segment.text == text[segment.start : segment.end]
        assert not (segment.unread and segment.citation is not None)
        if segment.citation is not None:
            citation = parsed.citations[segment.citation]
            assert segment.start <= citation.start < citation.end <= segment.end


PLACES = st.builds(
    Locator,
    article=st.integers(1, 1300),
    inserted=st.none() | st.integers(1, 9),
    paragraph=st.none() | st.integers(1, 12),
    item=st.none() | st.integers(1, 30),
)
TITLES = st.sampled_from(["公路法", "中华人民共和国水法", "天津市实施〈水法〉办法", "排污许可管理办法(试行)"])
NUMBERS = st.sampled_from(["", "（国务院令第593号）", "（鄂政发〔2016〕1号）", "（农业部令2004年第38号）"])


@given(TITLES, NUMBERS, st.lists(PLACES, max_size=5, unique=True))
@settings(deadline=None)
def test_a_canonical_form_reads_as_itself(title, number, places):
    text = f"《{title}》{number}" + "、".join(place.text for place in places)
    citation = only(text)
    assert citation.places == tuple(places)
    assert citation.canonical == text
    assert only(citation.canonical).canonical == citation.canonical


@pytest.mark.parametrize(
    "unit",
    ["《", "》", "第", "（", "【", "〔", "号", "令", "一", "9", " ", "\n", "\0", "\ud800", "《a", "(2015"],
)
def test_a_hostile_text_of_one_sign_is_unread_or_blank(unit):
    text = unit * (HOSTILE_SIZE // len(unit))
    parsed = parse(text)
    assert parsed.citations == ()
    assert parsed.unread == (() if unit.isspace() else (text,))


@pytest.mark.parametrize(
    "unit",
    [
        "第",
        "（",
        "第1",
        "第1条x ",
        "第1条、",
        "《a》（",
        "x《",
        "国务院令第1号",
        "第一、",
        "第（一）",
        "1.",
        "和",
    ],
)
def test_a_hostile_tail_after_a_citation_loses_nothing(unit):
    text = "《公路法》第五条 " + unit * (HOSTILE_SIZE // len(unit))
    parsed = parse(text)
    assert parsed.citations[0].title == "公路法"
    assert "".join(segment.text for segment in parsed.segments) == text


def test_nesting_beyond_any_real_title_is_cut_and_kept():
    text = "《" * 50_000 + "a" + "》" * 50_000
    parsed = parse(text)
    assert parsed.citations[0].title == "《《a》》"
    assert joined(text) == text


def test_repeated_wide_ranges_stop_expanding():
    text = "《A法》" + "第一条至第五十条、" * 5000
    parsed = parse(text)
    assert len(parsed.citations[0].places) <= 500
    assert parsed.unread
    assert joined(text) == text
