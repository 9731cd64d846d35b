"""ItemContent: canonical bytes, its inverse, and what it refuses with the office's word for the element."""

from __future__ import annotations

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given, settings
from pydantic import ValidationError

from qingdan.errors import RuleBroken
from qingdan.items.content import NAME_LIMIT, TEXT_LIMIT, ItemContent, make_content, read_content
from qingdan.items.elements import BY_KEY, ELEMENTS, label_of
from tests.items.contents import contents

LEAST = {"department_code": "420600-RSJ", "department_name": "市人力资源和社会保障局", "category": "01", "name": "劳务派遣经营许可"}


def sentence(**elements) -> str:
    """What the user reads of a refusal."""
    with pytest.raises(RuleBroken) as refusal:
        make_content({**LEAST, **elements})
    assert {violation.rule for violation in refusal.value.violations} == {"C01"}
    return str(refusal.value)


def test_it_leaves_out_of_the_bytes_what_is_empty():
    assert json.loads(make_content(LEAST).canonical) == {"schema": 1, **LEAST}


def test_it_leaves_empty_parts_of_a_row_out_too():
    content = make_content({**LEAST, "legal_bases": [{"as_written": "《劳动合同法》第五十七条"}]})
    assert json.loads(content.canonical)["legal_bases"] == [{"as_written": "《劳动合同法》第五十七条"}]


def test_it_writes_rfc_8785_bytes_and_hashes_them():
    content = make_content({**LEAST, "counted": False, "duties": [{"text": "1.受理\n2.审查"}]})
    assert content.canonical == rfc8785.dumps(json.loads(content.canonical))
    assert content.content_hash == hashlib.sha256(content.canonical).hexdigest()


@given(contents())
@settings(max_examples=60)
def test_it_is_read_back_as_it_was(content):
    again = read_content(content.canonical)
    assert again == content
    assert again.canonical == content.canonical


def test_it_has_the_same_bytes_however_the_elements_were_ordered():
    assert make_content(dict(reversed(LEAST.items()))).canonical == make_content(LEAST).canonical


def test_it_does_not_guess_at_a_newer_schema():
    with pytest.raises(ValueError, match="schema=2"):
        read_content(make_content(LEAST).canonical.replace(b'"schema":1', b'"schema":2'))


def test_it_cannot_be_changed_in_place():
    with pytest.raises(ValidationError):
        make_content(LEAST).name = "x"


def test_it_makes_another_value_when_changed_and_checks_it():
    content = make_content(LEAST)
    assert content.changed(name="劳务派遣许可").name == "劳务派遣许可"
    assert content.name == LEAST["name"]
    with pytest.raises(RuleBroken):
        content.changed(state="gone")


@pytest.mark.parametrize("element", [e for e in ELEMENTS if e.kind == "text" and e.key != "sub_name"], ids=lambda e: e.key)
def test_it_names_an_over_long_element_by_its_label(element):
    limit = {"Name": NAME_LIMIT, "Text": TEXT_LIMIT}[
        ItemContent.__annotations__[element.attribute].removeprefix("Annotated[").split(",")[0]
    ]
    said = sentence(**{element.attribute: "字" * (limit + 1)})
    assert f"{element.label}：超过 {limit} 字" in said
    make_content({**LEAST, element.attribute: "字" * limit})


def test_it_names_an_empty_name():
    assert sentence(name="") == "事项名称：未填写"


def test_it_names_everything_that_is_wrong_at_once():
    said = sentence(name="", state="gone", initiation="maybe", charged="也许")
    for label in ("事项名称", "事项状态", "依申请/依职权", "是否收费"):
        assert label in said


def test_it_names_what_is_missing():
    with pytest.raises(RuleBroken, match="部门代码：未填写"):
        make_content({key: value for key, value in LEAST.items() if key != "department_code"})


def test_it_refuses_an_element_that_nobody_knows():
    assert "不是本系统的要素" in sentence(colour="红")


def test_it_refuses_an_unknown_part_of_a_row():
    assert "法定依据" in sentence(legal_bases=[{"as_written": "x", "colour": "红"}])


def test_it_keeps_texts_composed():
    decomposed = "cafe\u0301"
    assert make_content({**LEAST, "note": decomposed}).note == "caf\u00e9"
    assert make_content({**LEAST, "duties": [{"text": decomposed}]}).duties[0].text == "caf\u00e9"


def test_it_does_not_narrow_the_width_of_texts_but_of_codes():
    content = make_content({**LEAST, "note": "（１）", "codes": [{"scheme": "local", "value": " ４２０６００ＸＫ０１ "}]})
    assert content.note == "（１）"
    assert content.codes[0].value == "420600XK01"


@pytest.mark.parametrize("element", ["name", "note", "powers"])
@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\u202e", "\uffff"], ids=ascii)
def test_it_refuses_characters_that_nobody_sees(element, character):
    assert sentence(**{element: f"甲{character}乙"}).startswith(f"{label_of(element)}：含有不可见的控制字符")


def test_it_refuses_them_in_codes_too():
    assert "事项编码" in sentence(codes=[{"scheme": "local", "value": "42\x000600"}])


def test_it_knows_one_kind_of_line_break():
    """A browser sends CR LF, a workbook LF: the same text must be the same bytes."""
    assert make_content({**LEAST, "note": "一\r\n二\r三\n\t四"}).note == "一\n二\n三\n\t四"


@pytest.mark.parametrize("element", ["name", "note", "powers"])
def test_it_refuses_half_a_surrogate_pair(element):
    assert sentence(**{element: "甲\ud83d"}) == f"{label_of(element)}：含有无法保存的字符（不完整的代理对），请删去重新输入"


def test_it_keeps_the_bases_of_each_use_apart_and_their_text_as_written():
    content = make_content(
        {**LEAST, "legal_bases": [{"as_written": "一、甲法\n"}, {"use": "charge", "as_written": "丙"}, {"as_written": "二、乙法"}]}
    )
    assert content.bases_text() == "一、甲法\n二、乙法"
    assert content.bases_text("charge") == "丙"


def test_it_calls_an_item_with_a_major_a_sub_item():
    assert not make_content(LEAST).is_sub_item
    assert make_content({**LEAST, "major_name": "大项"}).is_sub_item


def test_every_element_is_an_attribute_of_the_content():
    assert {element.attribute for element in ELEMENTS} <= set(ItemContent.model_fields)
    assert set(ItemContent.model_fields) - {element.attribute for element in ELEMENTS} == {"department_code"}


def test_labels_and_keys_are_used_once():
    assert len({element.label for element in ELEMENTS}) == len(ELEMENTS) == len(BY_KEY)
