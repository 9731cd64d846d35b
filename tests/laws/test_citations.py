"""The citation grammar: what domain texts say, as values written by hand; nothing is lost on the way."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingdan.laws.citations import (
    Citation,
    find_document,
    from_chinese_number,
    infer_rank,
    is_local,
    normalise_title,
    parse,
    short_title,
    to_chinese_number,
)

REAL_BASES = Path(__file__).with_name("real_bases.csv")


def only(text: str) -> Citation:
    parsed = parse(text)
    assert len(parsed.citations) == 1, parsed
    assert parsed.unread == ()
    return parsed.citations[0]


def keys(text: str) -> list[str]:
    return [place.key for place in only(text).places]


def real_rows() -> list[dict[str, str]]:
    with REAL_BASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The examples of the field, one test each.


def test_it_reads_a_nested_note_a_colon_before_the_paragraph_and_unmarked_statute_text():
    text = (
        "【法律】《中华人民共和国公路法》(1997年7月3日公布,2004年8月28日中华人民共和国主席令[2004]第19号"
        "第二次修正 )第五十条:第一款  超过公路、公路桥梁限载标准的车辆，不得行驶。"
    )
    citation = only(text)
    assert citation.title == "中华人民共和国公路法"
    assert citation.doc_no == "主席令2004年第19号"
    assert citation.locators == ("第五十条第一款",)
    assert citation.rank == "法律"
    assert citation.rank_given
    assert citation.note.startswith("1997年7月3日公布")
    assert citation.quote == "超过公路、公路桥梁限载标准的车辆，不得行驶。"
    assert text[citation.start : citation.end].startswith("《中华人民共和国公路法》")
    assert text[citation.start : citation.end].endswith("第五十条:第一款")


def test_it_reads_two_articles_with_their_text_and_only_a_space_between():
    citation = only(
        "1【行政法规】《居住证暂行条例》（国务院令第663号） 第二条公民离开常住户口所在地，符合第八条规定的，"
        "可以申领。 第八条公安机关应当自受理之日起15日内制作发放居住证。"
    )
    assert citation.title == "居住证暂行条例"
    assert citation.doc_no == "国务院令第663号"
    assert citation.locators == ("第二条", "第八条")
    assert citation.rank == "行政法规"
    assert citation.quote == (
        "公民离开常住户口所在地，符合第八条规定的，可以申领。\n公安机关应当自受理之日起15日内制作发放居住证。"
    )


def test_a_mark_of_rank_is_a_heading_and_numbering_restarts():
    parsed = parse(
        "【法律】\n1.《土地管理法》（2019年修正）第七十七条\n2.《城乡规划法》第三条\n"
        "【行政法规】\n1.《土地管理法实施条例》（2021年修订）第五十七条"
    )
    assert [(c.title, c.rank, c.rank_given, c.note, c.locators) for c in parsed.citations] == [
        ("土地管理法", "法律", True, "2019年修正", ("第七十七条",)),
        ("城乡规划法", "法律", True, "", ("第三条",)),
        ("土地管理法实施条例", "行政法规", True, "2021年修订", ("第五十七条",)),
    ]
    assert parsed.unread == ()


def test_it_reads_nested_brackets_of_both_kinds_and_citations_joined_by_nothing():
    parsed = parse(
        "《浙江省实施〈中华人民共和国节约能源法〉办法》"
        "《浙江省发展改革委关于印发<浙江省固定资产投资项目节能审查办法>的通知》（浙发改能源〔2019〕532号）"
    )
    first, second = parsed.citations
    assert first.title == "浙江省实施〈中华人民共和国节约能源法〉办法"
    assert first.rank == "地方性法规"
    assert second.title == "浙江省发展改革委关于印发<浙江省固定资产投资项目节能审查办法>的通知"
    assert second.doc_no == "浙发改能源〔2019〕532号"
    assert second.rank == "规范性文件"
    assert parsed.unread == ()


def test_it_reads_full_brackets_inside_full_brackets():
    assert only("《上海市实施《中华人民共和国教师法》办法》第五条").title == "上海市实施《中华人民共和国教师法》办法"


def test_it_reads_an_amendment_decision_without_an_article():
    citation = only("《全国人大常委会关于修改<中华人民共和国节约能源法>等六部法律的决定》")
    assert citation.title == "全国人大常委会关于修改<中华人民共和国节约能源法>等六部法律的决定"
    assert citation.locators == ()
    assert citation.doc_no == ""
    assert citation.rank == "法律"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("鄂政办发〔20152号", "鄂政办发〔2015〕2号"),
        ("鄂办发〔201523号", "鄂办发〔2015〕23号"),
        ("定审改办发〔201711号", "定审改办发〔2017〕11号"),
    ],
)
def test_it_repairs_a_lost_bracket_and_says_so(written, meant):
    citation = only(written)
    assert citation.doc_no == meant
    assert citation.repaired
    assert only(f"《某通知》（{written}）").repaired
    assert not only(meant).repaired


def test_it_reads_a_short_title_after_a_word_of_introduction():
    citation = only("根据《全民健身法》")
    assert citation.title == "全民健身法"
    assert citation.locators == ()


def test_it_keeps_censored_characters():
    citation = only("《公路安全保护条例》(***令第593号)第六十四条")
    assert citation.doc_no == "***令第593号"
    assert citation.note == "***令第593号"
    assert citation.rank == "行政法规"


@pytest.mark.parametrize(
    "rank",
    [
        "法律",
        "行政法规",
        "地方性法规",
        "部门规章",
        "司法解释",
        "地方政府规章",
        "规章",
        "规范性文件",
        "国务院决定",
        "党内法规",
        "三定规定",
    ],
)
def test_it_takes_the_rank_from_every_mark_seen(rank):
    citation = only(f"【{rank}】《某某规定》第三条")
    assert citation.rank == rank
    assert citation.rank_given


# Places in an act.


def test_it_reads_an_inserted_article_in_all_spellings():
    for text in ("第一百二十条之一", "第120条之1", "第120条之一", "第１２０条 之一"):
        citation = only(f"《刑法》{text}")
        assert citation.locators == ("第一百二十条之一",)
        assert citation.places[0].article_key == "120-1"


def test_it_reads_an_item_in_both_spellings():
    assert only("《公路法》第七十六条第三项").canonical == only("《公路法》第76条第（三）项").canonical
    assert only("《公路法》第七十六条第(三)项").locators == ("第七十六条第（三）项",)


def test_it_gives_a_key_to_each_place():
    assert keys("《A法》第一百二十条之一第一款第（三）项第2目") == ["120-1/1/3/2"]
    assert keys("《A法》第七十六条第三项") == ["76/0/3"]
    assert keys("《A决定》附件2第17项") == ["annex-2/0/0/17"]
    assert keys("《A决定》附件") == ["annex"]
    assert keys("《A决定》第75项") == ["0/0/75"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("第十条至第十二条", ["10", "11", "12"]),
        ("第10-12条", ["10", "11", "12"]),
        ("第十至十二条", ["10", "11", "12"]),
        ("第五条第一款、第二款", ["5/1", "5/2"]),
        ("第五条第一、二款", ["5/1", "5/2"]),
        ("第五条第(一)(三)项", ["5/0/1", "5/0/3"]),
        ("第五条第（一）项、（二）项", ["5/0/1", "5/0/2"]),
        ("第五条第（一）、（三）至（五）项", ["5/0/1", "5/0/3", "5/0/4", "5/0/5"]),
        ("第十条、第十二条", ["10", "12"]),
        ("第五条；第七条", ["5", "7"]),
        ("第五、七条", ["5", "7"]),
        ("第五条第一款第（二）项、第三款、第八条", ["5/1/2", "5/3", "8"]),
        ("第32条", ["32"]),
        ("22条第1款", ["22/1"]),
        ("第三章第五条", ["5"]),
        ("第一百二十条之一至第一百二十条之三", ["120-1", "120-2", "120-3"]),
        ("第六条（三）", ["6/0/3"]),
    ],
)
def test_it_reads_lists_and_ranges(written, expected):
    assert keys(f"《A法》{written}") == expected


@pytest.mark.parametrize("written", ["至第九十九条", "至第一条", "至第三款"])
def test_it_leaves_a_range_that_it_may_not_expand_as_unread(written):
    parsed = parse(f"《A法》第二条{written}；《B法》第三条")
    assert [c.locators for c in parsed.citations] == [("第二条",), ("第三条",)]
    assert [text.rstrip("；") for text in parsed.unread] == [written]


def test_it_expands_fifty_articles_and_no_more():
    assert len(only("《A法》第一条至第五十条").places) == 50
    assert parse("《A法》第一条至第五十一条").unread == ("至第五十一条",)


def test_a_malformed_number_is_unread():
    parsed = parse("《A法》第十十条")
    assert parsed.citations[0].locators == ()
    assert parsed.unread == ("第十十条",)


# Numbers of documents.


@pytest.mark.parametrize(
    "spelling",
    [
        "国发〔2015〕57号",
        "国发[2015]57号",
        "国发［2015］57号",
        "国发【2015】第57号",
        "国发（2015）57号",
        "国发〔２０１５〕０５７号",
    ],
)
def test_a_document_number_has_one_spelling(spelling):
    assert only(f"《某通知》（{spelling}）第三条").canonical == "《某通知》（国发〔2015〕57号）第三条"
    assert only(f"《某通知》{spelling}第三条").canonical == "《某通知》（国发〔2015〕57号）第三条"
    assert only(f"{spelling}《某通知》第三条").canonical == "《某通知》（国发〔2015〕57号）第三条"
    assert only(f"{spelling}第三条").canonical == "国发〔2015〕57号第三条"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("国家发展和改革委员会令第44号", "国家发展改革委令2016年第44号"),
        ("中华人民共和国国务院令第412号", "国务院令412号"),
        ("国务院令2014年第649号", "国务院令第649号"),
        ("国务院第681号令", "国务院令第六百八十一号"),
        ("国务院、中央军委令第608号", "中华人民共和国国务院、中华人民共和国中央军事委员会令第608号"),
        ("主席令第七十四号", "《中华人民共和国主席令》第74号"),
        ("河北省人民政府令[2008]第3号", "河北省政府令2008年第3号"),
    ],
)
def test_an_order_in_two_spellings_is_one_document(one, other):
    assert only(f"《A办法》（{one}）").canonical == only(f"《A办法》({other})").canonical


def test_the_year_stays_where_an_issuer_numbers_its_orders_by_year():
    assert only("《A规定》（农业部令2004年第38号）").doc_no == "农业部令2004年第38号"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1998年3月6日国家教委令第27号", "国家教育委员会令第27号"),
        ("2015年3月1日日照市人民政府令第5号", "日照市人民政府令第5号"),
        ("2004年修正,农业部令2004年第38号", "农业部令2004年第38号"),
        ("自公布之日起施行", None),
        ("〔2006〕28号", "〔2006〕28号"),
    ],
)
def test_it_cuts_dates_and_verbs_before_an_issuer(written, expected):
    found = find_document(written)
    assert (found.text if found else None) == expected


# What belongs to what.


def test_an_article_inside_quoted_text_is_not_cited():
    citation = only("《公路法》第五十条：车辆违反本法第八条规定的，依照第九条处罚；第十条规定的除外。")
    assert citation.locators == ("第五十条",)


def test_an_act_named_in_quoted_text_is_not_cited():
    text = "《公路法》第五十条 有下列行为的：\n（一）违反《公路安全保护条例》的；\n（二）提交《申请表》的。"
    assert only(text).title == "公路法"


def test_quoted_text_ends_where_the_next_citation_begins():
    parsed = parse("《公路法》第五十条规定：“不得行驶。”《公路安全保护条例》第三条：管理。\n2.《湖北省公路条例》第五条")
    assert [(c.title, c.quote) for c in parsed.citations] == [
        ("公路法", "“不得行驶。”"),
        ("公路安全保护条例", "管理。"),
        ("湖北省公路条例", ""),
    ]


def test_text_without_a_place_before_it_is_unread():
    parsed = parse("按照市里要求；《公路法》第五十条；另外口头要求")
    assert [c.title for c in parsed.citations] == ["公路法"]
    assert parsed.unread == ("按照市里要求", "另外口头要求")
    assert parse("《全民健身条例》大家都知道").unread == ("大家都知道",)


def test_a_text_without_any_citation_is_unread_as_it_stands():
    assert parse("公路法第五十条").unread == ("公路法第五十条",)
    assert parse("《》第五条").unread == ("《》第五条",)


def test_spaces_and_separators_alone_are_neither_citation_nor_unread():
    parsed = parse(" ；\n")
    assert parsed.citations == ()
    assert parsed.unread == ()
    assert [segment.text for segment in parsed.segments] == [" ；\n"]
    assert parse("").segments == ()


def test_a_mark_of_rank_with_nothing_after_it_is_unread():
    assert parse("《A法》；【法律】").unread == ("【法律】",)


def test_each_citation_owns_its_mark_its_quote_and_the_separator_after_it():
    parsed = parse("【法律】《A法》第一条；1.《B法》第二条：某文。")
    assert [(segment.text, segment.citation) for segment in parsed.segments] == [
        ("【法律】《A法》第一条；", 0),
        ("1.《B法》第二条：某文。", 1),
    ]


def test_it_reads_the_body_named_before_a_title():
    citation = only("财政部、国家税务总局《印花税暂行条例施行细则》(1988.10)第三十二条")
    assert citation.issuer == "财政部、国家税务总局"
    assert citation.start == 0


def test_a_rank_carried_over_does_not_override_what_a_title_says():
    parsed = parse("【法律】《税收征收管理法》第三条；《税收征收管理办法》第四条")
    assert [(c.rank, c.rank_given) for c in parsed.citations] == [("法律", True), ("规章", False)]


# Ranks and titles.


@pytest.mark.parametrize(
    ("title", "doc_no", "expected"),
    [
        ("中华人民共和国公路法", "", "法律"),
        ("刑法修正案（十一）", "", "法律"),
        ("民法典", "", "法律"),
        ("中华人民共和国宪法", "", "宪法"),
        ("城市道路管理条例", "", "行政法规"),
        ("武汉市市容环境卫生管理条例", "", "地方性法规"),
        ("湖北省消防条例", "", "地方性法规"),
        ("社会救助暂行办法", "国务院令第649号", "行政法规"),
        ("旅馆业治安管理办法", "", "规章"),
        ("排污许可管理办法(试行)", "", "规章"),
        ("某某实施办法", "鄂政发〔2020〕1号", "规范性文件"),
        ("国务院对确需保留的行政审批项目设定行政许可的决定", "国务院令第412号", "国务院决定"),
        ("关于加强管理工作的通知", "", "规范性文件"),
        ("计算方法", "", ""),
    ],
)
def test_it_infers_a_rank_from_title_and_number(title, doc_no, expected):
    assert infer_rank(title, doc_no) == expected


def test_a_city_is_a_place_and_a_city_street_is_not():
    assert is_local("武汉市城乡规划条例")
    assert not is_local("城市市容和环境卫生管理条例")
    assert not is_local("农产品批发市场管理办法")


def test_a_title_has_a_short_and_a_normal_form():
    assert short_title("中华人民共和国公路法") == "公路法"
    assert short_title("公路法") == "公路法"
    forms = [
        "天津市实施〈水法〉办法（试行）",
        "天津市实施<水法>办法(试行)",
        "天津市 实施《水法》办法（试行）",
    ]
    assert {normalise_title(form) for form in forms} == {"天津市实施〈水法〉办法(试行)"}


# Numbers.


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "零"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (120, "一百二十"),
     (1010, "一千零一十"), (10_005, "一万零五"), (100_000, "十万")],
)  # fmt: skip
def test_it_writes_numbers_as_statutes_do(number, text):
    assert to_chinese_number(number) == text
    assert from_chinese_number(text) == number


@pytest.mark.parametrize("text", ["", "十十", "百", "一百二", "二〇两", "一十百", "第", "一零" * 9])
def test_it_refuses_what_is_not_one_number(text):
    with pytest.raises(ValueError):
        from_chinese_number(text)


def test_it_reads_years_and_arabic_digits():
    assert from_chinese_number("二〇一五") == 2015
    assert from_chinese_number("３２") == 32
    with pytest.raises(ValueError):
        to_chinese_number(-1)


@given(st.integers(0, 99_999_999))
def test_a_number_written_is_read_again(number):
    assert from_chinese_number(to_chinese_number(number)) == number


# Real rows.


@pytest.mark.parametrize("row", real_rows(), ids=lambda row: row["source"] + row["legal_basis"][:20])
def test_it_reads_a_published_basis(row):
    parsed = parse(row["legal_basis"])
    assert [c.title for c in parsed.citations] == row["titles"].split(";")
    assert [c.doc_no for c in parsed.citations] == row["doc_numbers"].split(";")
    assert ["、".join(c.locators) for c in parsed.citations] == row["locators"].split(";")
    assert parsed.unread == ()


def test_there_are_72_published_bases():
    assert len(real_rows()) == 72
