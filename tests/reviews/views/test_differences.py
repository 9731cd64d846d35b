"""Old beside new: what differs is marked, what does not is told apart, and no text keeps the page waiting."""

import time

from hypothesis import given
from hypothesis import strategies as st

from reviews.views.differences import parts_between, rows_between


def joined(parts) -> str:
    return "".join(text for text, _ in parts)


def marked(parts) -> list[str]:
    return [text for text, differs in parts if differs]


@given(st.text(alphabet="甲乙。；\n", max_size=40), st.text(alphabet="甲乙。；\n", max_size=40))
def test_the_parts_give_both_texts_back_and_mark_something_just_where_they_differ(old, new):
    left, right = parts_between(old, new)
    assert (joined(left), joined(right)) == (old, new)
    if old and new:
        assert bool(marked(left) or marked(right)) == (old != new)
    unmarked = ["".join(text for text, differs in side if not differs) for side in (left, right)]
    assert unmarked[0] == unmarked[1]


def test_it_marks_the_changed_words_of_two_sentences_apart():
    left, right = parts_between(
        "第一条不变。罚款一千元。第三条不变。罚款五千元。", "第一条不变。罚款二千元。第三条不变。罚款六千元。"
    )
    assert (marked(left), marked(right)) == (["一", "五"], ["二", "六"])


def test_an_empty_side_is_all_new_or_all_gone():
    assert parts_between("", "新") == ([], [("新", True)])
    assert parts_between("旧", "") == ([("旧", True)], [])


def test_rows_tell_new_gone_and_changed_apart_and_leave_out_what_is_empty():
    rows, unchanged = rows_between({"甲": "1", "乙": "2", "丁": "4"}, {"甲": "1", "乙": "", "丙": "3", "丁": "5", "戊": ""})
    assert [(row.label, row.mark) for row in rows] == [("乙", "删除"), ("丙", "新增"), ("丁", "变更")]
    assert unchanged == [("甲", "1")]


def test_the_longest_texts_take_no_time():
    old, new = "甲。" * 10_000, "乙。" * 10_000
    start = time.process_time()
    parts_between(old, new)
    parts_between("甲" * 20_000, "甲" * 9_999 + "乙" + "甲" * 10_000)
    parts_between("".join(f"{n}。" for n in range(400)), "".join(f"{n}；" for n in range(400)))
    assert time.process_time() - start < 1
