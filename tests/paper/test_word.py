"""Word files: what is written is read back, in the fonts that offices have, on the page that GB/T 9704 wants."""

from __future__ import annotations

import io
import tracemalloc

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Emu, Mm

from qingdan.paper.blocks import Document, Part, Table, cell
from qingdan.paper.word import write_word
from tests.paper.reading import bare, word_text
from tests.paper.samples import DAY, HOSTILE, paper


def made(document: Document) -> bytes:
    to = io.BytesIO()
    write_word(document, to)
    return to.getvalue()


@pytest.fixture(scope="module")
def opened():
    return docx.Document(io.BytesIO(made(paper(landscape=True))))


def test_it_holds_every_text_as_it_was_given():
    text = word_text(made(paper()))
    for said in (
        "襄阳市人民政府文件",
        HOSTILE,
        "对用人单位拒不不办理登记的处罚",
        "意见：同意",
        "受理窗口；5个工作日收件",
        "审批科",
    ):
        assert bare(said) in text


def test_chinese_text_has_its_own_font_in_every_style(opened):
    """w:rFonts without w:eastAsia leaves Chinese text in whatever the computer likes."""
    wanted = {
        "body": "仿宋_GB2312",
        "title": "方正小标宋简体",
        "heading": "黑体",
        "subheading": "楷体_GB2312",
        "cell": "仿宋_GB2312",
    }
    for name, font in wanted.items():
        fonts = opened.styles[name].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) == font


def test_the_fonts_are_a_setting(settings):
    settings.WORD_FONTS = {**settings.WORD_FONTS, "body": "某某仿宋"}
    fonts = docx.Document(io.BytesIO(made(paper()))).styles["body"].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == "某某仿宋"


def test_the_page_is_that_of_an_official_document(opened):
    first, second = opened.sections
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    assert [round(margin.mm) for margin in (first.top_margin, first.left_margin)] == [37, 28]
    assert round(Emu(first.page_width - first.left_margin - first.right_margin).mm) == 156
    assert second.page_width > second.page_height


def test_what_is_new_is_underlined_and_what_is_gone_struck_out(opened):
    runs = {run.text: run for run in opened.tables[0].rows[1].cells[1].paragraphs[0].runs}
    assert runs["不"].underline is True
    assert runs["拒不"].font.strike is True
    assert not runs["对用人单位"].underline


def test_a_place_to_stamp_is_as_tall_as_asked_and_headings_are_repeated(opened):
    rows = opened.tables[0].rows
    assert rows[2].height >= Mm(29)
    assert rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_odd_and_even_pages_are_numbered_and_say_what_they_belong_to(opened):
    section = opened.sections[0]
    for footer in (section.footer, section.even_page_footer):
        xml = footer._element.xml
        assert "PAGE" in xml
        assert "送审稿哈希 0f1e2d" in xml


def test_the_same_paper_gives_the_same_bytes():
    assert made(paper()) == made(paper())


def test_characters_that_no_document_can_hold_are_left_out():
    row = (cell("甲\x0b乙\ud800丙\x00"),)
    assert word_text(made(Document("题", (Part((Table((1,), (row,)),)),), DAY))) == "甲乙丙"


def test_a_long_table_costs_no_more_memory_than_a_short_one(tmp_path):
    def peak(rows: int) -> int:
        table = Table((1, 3), ((cell(str(n)), cell("对用人单位不办理社会保险登记的处罚" * 8)) for n in range(rows)))
        tracemalloc.start()
        with (tmp_path / "a.docx").open("wb") as file:
            write_word(Document("题", (Part((table,)),), DAY), file)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert peak(3_000) < peak(10) + 2_000_000
