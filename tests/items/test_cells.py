"""Cells and values: what is written is read back; what offices wrote stays as written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingdan.errors import RuleBroken
from qingdan.items.cells import from_cell, read_bases, to_cell
from qingdan.items.content import make_content
from qingdan.items.elements import BY_KEY, ELEMENTS
from qingdan.items.numbered import is_flow, pair_duties

from .intake.books import all_real_rows

BASE = {"department_code": "D1", "department_name": "市局", "category": "01", "name": "取水许可"}
PIECES = st.sampled_from(
    ["1.", "2、", "（3）", "一、", "(二)", "\n", "\n\n", "→", "-->", "：", ":", "（承办：窗口；时限：5个工作日）", "（形式：原件）", "（公告）", "｜", "；",
     "受理", "审查", "决定", "《中华人民共和国水法》", "第三条", "第（二）项", " ", "　", "10.5元", "基本编码", "0012-3", "其他", "abc", "【法律】", "𠮷", "。"]
)  # fmt: skip
CELL = st.lists(PIECES, max_size=12).map("".join) | st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\n\t"), max_size=60
)


def put(element, value):
    return make_content({**BASE, element.attribute: value})


@pytest.mark.parametrize("key", [e.key for e in ELEMENTS if e.key not in ("major_name", "sub_name", "category", "duty_bases")])
@settings(max_examples=40, deadline=None)
@given(text=CELL)
def test_a_value_read_from_a_cell_survives_being_written(key, text):
    element = BY_KEY[key]
    try:
        value = from_cell(element, text, scheme="local")
        content = put(element, value)
    except RuleBroken:
        return
    value = getattr(content, element.attribute)  # NFC and NFKC as the content keeps it
    assert put(element, from_cell(element, to_cell(content, element, scheme="local"), scheme="local")) == content, value


@settings(max_examples=200, deadline=None)
@given(text=CELL)
def test_bases_keep_the_text_character_by_character(text):
    text = unicodedata.normalize("NFC", text)
    content = put(BY_KEY["setting_basis"], read_bases(text))
    assert to_cell(content, BY_KEY["setting_basis"]) == (text if text.strip() else "")


@settings(max_examples=200, deadline=None)
@given(duties=CELL, bases=CELL)
def test_duties_with_their_bases_survive_being_written(duties, bases):
    content = make_content({**BASE, "duties": pair_duties(duties, bases)})
    again = pair_duties(to_cell(content, BY_KEY["duties"]), to_cell(content, BY_KEY["duty_bases"]))
    assert again == content.duties


def test_every_real_basis_and_duty_comes_back_as_published():
    seen = 0
    for row in all_real_rows():
        seen += bool(row["legal_basis"])
        assert "".join(b.as_written for b in read_bases(row["legal_basis"])) == row["legal_basis"]
        duties = pair_duties(row["responsibility"], "")
        assert "\n".join(d.text for d in duties) == row["responsibility"]
    assert seen == 72


def test_bases_are_one_row_a_citation_and_unread_text_has_no_title():
    rows = read_bases(
        "1.《中华人民共和国水法》第七条\n2.《取水许可和水资源费征收管理条例》（国务院令第460号）第二条；按有关规定办理"
    )
    assert [(r.title, r.locator) for r in rows[:2]] == [
        ("中华人民共和国水法", "第七条"),
        ("取水许可和水资源费征收管理条例", "第二条"),
    ]
    assert rows[0].as_written == "1.《中华人民共和国水法》第七条\n"
    assert rows[1].as_written.startswith("2.《取水")
    assert rows[-1].title == ""


def test_duties_are_paired_by_number_with_their_bases():
    duties = pair_duties("1.受理责任：公示\n（1）一次告知\n2.审查责任\n3.决定责任", "1.《甲》第一条\n3.《乙》第二条\n9.《丙》")
    assert [(d.text, d.basis) for d in duties] == [
        ("1.受理责任：公示\n（1）一次告知", "1.《甲》第一条"),
        ("2.审查责任", ""),
        ("3.决定责任", "3.《乙》第二条"),
        ("", "9.《丙》"),
    ]


def test_a_flow_is_arrows_or_numbered_lines():
    flow = from_cell(BY_KEY["flow"], "受理 → 审查-->决定（公告）")
    assert [s.name for s in flow] == ["受理", "审查", "决定（公告）"]
    flow = from_cell(BY_KEY["flow"], "1.受理（承办：政务窗口；时限：1个工作日）：当场出具\n受理通知书\n2、审查")
    assert (flow[0].name, flow[0].office, flow[0].limit, flow[0].text) == ("受理", "政务窗口", "1个工作日", "当场出具\n受理通知书")
    assert flow[1].name == "审查"
    assert not is_flow("申请人向窗口提出申请，由工作人员受理后转交科室，审查合格的予以许可。")


def test_codes_carry_their_scheme_unless_it_is_the_default():
    codes = from_cell(BY_KEY["codes"], "００12-3；基本编码：000104002000", scheme="local")
    assert [(c.scheme, c.value) for c in codes] == [("local", "0012-3"), ("基本编码", "000104002000")]
    assert to_cell(put(BY_KEY["codes"], codes), BY_KEY["codes"], scheme="local") == "0012-3\n基本编码：000104002000"


def test_choices_and_flags_take_the_words_of_offices_and_refuse_others():
    assert from_cell(BY_KEY["initiation"], "依申请类") == "applied"
    assert from_cell(BY_KEY["charged"], "不收费") == "否"
    assert from_cell(BY_KEY["counted"], "√") is True and from_cell(BY_KEY["counted"], "") is True
    assert from_cell(BY_KEY["category"], "其他职权") == "10"
    for key in ("initiation", "charged", "counted", "category"):
        with pytest.raises(RuleBroken):
            from_cell(BY_KEY[key], "大概")
