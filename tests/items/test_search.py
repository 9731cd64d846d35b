"""Normalising and marking: the same on both sides, and stable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qingdan.items.content import make_content
from qingdan.items.search import marked, normalise, parts_of, passage, search_text_of
from tests.items.contents import contents, texts

ANY_TEXT = st.text(max_size=40) | texts


@given(ANY_TEXT)
def test_normalising_again_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT, st.data())
def test_a_piece_of_a_normalised_text_is_normalised(text, data):
    normal = normalise(text)
    start = data.draw(st.integers(0, len(normal)))
    piece = normal[start : data.draw(st.integers(start, len(normal)))]
    assert normalise(piece) == piece


@given(ANY_TEXT, st.text(max_size=3) | texts)
def test_marking_keeps_every_character(text, needle):
    pieces = marked(text, normalise(needle))
    assert "".join(piece for piece, _ in pieces) == text


@given(ANY_TEXT, st.data())
def test_what_is_marked_holds_the_needle(text, data):
    normal = normalise(text)
    if not normal:
        return
    start = data.draw(st.integers(0, len(normal) - 1))
    needle = normal[start : data.draw(st.integers(start + 1, len(normal)))]
    hits = [piece for piece, hit in marked(text, needle) if hit]
    assert all(needle in normalise(hit) for hit in hits)


def test_every_hit_is_marked_as_written():
    assert marked("《Ａ》与a", "a") == [("《", False), ("Ａ", True), ("》与", False), ("a", True)]
    assert marked("面积㎡", "m2") == [("面积", False), ("㎡", True)]
    assert marked("没有", "有的") == [("没有", False)]


@given(contents())
def test_each_line_of_the_search_text_is_one_whole_field(content):
    text = search_text_of(content, "420600-00001")
    assert text.startswith("\n")
    assert text.endswith("\n")
    called, rest = parts_of(text)
    assert called[0] == normalise(content.name) or not normalise(content.name)
    assert called[-1] == "420600-00001"
    assert all(normalise(line) == line != "" for line in (*called, *rest))


def test_a_passage_tells_the_field_and_cuts_long_texts():
    content = make_content(
        {
            "department_code": "a",
            "department_name": "b",
            "category": "01",
            "name": "某事项",
            "duties": [{"text": "前" * 100 + "受理" + "后" * 100, "basis": ""}],
        }
    )
    label, pieces = passage(content, "x", "受理")
    assert label == "责任事项"
    assert pieces == [("…" + "前" * 40, False), ("受理", True), ("后" * 40 + "…", False)]
    assert passage(content, "x", "没有") is None
