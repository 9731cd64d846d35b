"""Two texts side by side: clauses aligned, then characters; the same every time, and never slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingdan.items.wording import parts_between


def marked(parts):
    return [text for text, differs in parts if differs]


def test_it_marks_the_characters_that_differ_inside_the_clause():
    old = "逾期不改正的，对用人单位处应缴社会保险费数额一倍以上三倍以下的罚款。"
    new = "逾期不改正的，对用人单位处应缴社会保险费数额二倍以上五倍以下的罚款。"
    left, right = parts_between(old, new)
    assert (marked(left), marked(right)) == (["一", "三"], ["二", "五"])


def test_an_inserted_clause_leaves_its_neighbours_unmarked():
    first, second, third = "（一）责令停业；", "（二）没收违法所得；", "（三）吊销许可证。"
    left, right = parts_between(first + third, first + second + third)
    assert marked(left) == [] and marked(right) == [second]


def test_clauses_are_paired_by_their_number_before_their_place():
    old = "1.立案责任：发现违法行为，决定是否立案。\n2.调查责任：指定专人负责，及时调查取证。\n3.审理责任：审理案件调查报告。"
    new = "1.立案责任：发现违法行为，予以审查，决定是否立案。\n2.告知责任：制发行政处罚告知书。\n3.审理责任：审理案件调查报告。"
    left, right = parts_between(old, new)
    assert "予以审查，" in marked(right)
    assert "审理责任" not in "".join(marked(left)) + "".join(marked(right))


def test_a_clause_that_is_another_one_is_gone_and_come_as_a_whole():
    left, right = parts_between("由市民政局审批。", "收取押金五百元，凭票退还。")
    assert marked(left) == ["由市民政局审批。"] and marked(right) == ["收取押金五百元，凭票退还。"]


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", "新"), ("旧", ""), ("同", "同")])
def test_an_empty_side_is_marked_whole(old, new):
    left, right = parts_between(old, new)
    assert marked(left) == ([old] if old and old != new else []) and marked(right) == ([new] if new and old != new else [])


texts = st.text(alphabet="第一二条款（）1.、。；\n甲乙丙丁", max_size=200)


@given(old=texts, new=texts)
def test_the_parts_give_both_texts_back_and_are_the_same_again(old, new):
    left, right = parts_between(old, new)
    assert "".join(text for text, _ in left) == old and "".join(text for text, _ in right) == new
    assert "".join(t for t, d in left if not d) == "".join(t for t, d in right if not d)
    assert parts_between(old, new) == (left, right)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲乙" * 10_000, "乙丙" * 10_000),
        ("".join(f"第{n}条 内容{n}甲；" for n in range(1_500)), "".join(f"第{n}条 内容{n}乙；" for n in range(1_500))),
        ("".join(f"甲{n}。" for n in range(380)), "".join(f"乙{n}。" for n in range(380, 0, -1))),
        ("".join(chr(0x4E00 + n * 7 % 4000) for n in range(4_900)), "".join(chr(0x4E00 + n * 11 % 4000) for n in range(4_900))),
    ],
)
def test_no_pair_of_texts_keeps_a_page_waiting(old, new):
    began = time.process_time()
    left, right = parts_between(old, new)
    assert "".join(text for text, _ in left) == old and "".join(text for text, _ in right) == new
    assert time.process_time() - began < 3
