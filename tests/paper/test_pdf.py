"""PDF files: what is written is read back; no text becomes markup; only our templates and fonts are read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from qingdan.paper import pdf
from qingdan.paper.blocks import Document, Part, Table, cell
from qingdan.paper.pdf import NotSet, write_pdf
from tests.paper.reading import bare, pages_of, pdf_text, word_text
from tests.paper.samples import DAY, HOSTILE, paper
from tests.paper.test_word import made as word_made

TEMPLATES = Path(pdf.__file__).parent / "typst"


def made(document: Document) -> bytes:
    to = io.BytesIO()
    write_pdf(document, to)
    return to.getvalue()


@pytest.fixture(scope="module")
def sample() -> bytes:
    return made(paper(landscape=True))


def test_it_holds_every_text_as_it_was_given(sample):
    text = pdf_text(sample)
    for said in (
        "襄阳市人民政府文件",
        HOSTILE,
        "对用人单位拒不不办理登记的处罚",
        "意见：同意",
        "受理窗口；5个工作日收件",
        "审批科",
        "送审稿哈希0f1e2d",
    ):
        assert bare(said) in text


def test_it_says_what_the_word_file_says(sample):
    words = sorted(word_text(word_made(paper(landscape=True))).replace("↓", ""))
    printed = sorted(pdf_text(sample).replace("送审稿哈希0f1e2d", ""))
    numbers = [f"—{page}—" for page in range(1, pages_of(sample) + 1)]
    assert printed == sorted([*words, *"".join(numbers)])


def test_pages_are_a4_and_the_second_part_lies_on_its_side(sample):
    sizes = [
        (round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in PdfReader(io.BytesIO(sample)).pages
    ]
    assert sizes[0] == (595, 842)
    assert sizes[-1] == (842, 595)


def test_its_fonts_are_ours_and_stand_in_the_file(sample):
    fonts = PdfReader(io.BytesIO(sample)).pages[0]["/Resources"]["/Font"].values()
    names = {str(font.get_object()["/BaseFont"]) for font in fonts}
    assert names
    assert all("Noto" in name and "+" in name for name in names)


def test_the_same_paper_gives_the_same_bytes(sample):
    assert made(paper(landscape=True)) == sample


def test_a_font_that_is_not_there_is_named(settings):
    settings.PDF_FONTS = {**settings.PDF_FONTS, "body": "方正仿宋"}
    with pytest.raises(NotSet, match="方正仿宋"):
        made(paper())


def test_a_long_paper_is_set_in_volumes_and_numbered_through(monkeypatch):
    table = Table((1, 4), tuple((cell(str(n)), cell(f"第{n}个事项的名称")) for n in range(1, 101)), head=("序号", "名称"))
    whole = made(Document("题", (Part((table,)),), DAY))
    monkeypatch.setattr(pdf, "_VOLUME", 20)
    cut = made(Document("题", (Part((table,)),), DAY))
    text = pdf_text(cut)
    assert all(f"第{n}个事项的名称" in text for n in range(1, 101))
    assert pages_of(cut) == 5 > pages_of(whole)  # five volumes of twenty rows
    assert made(Document("题", (Part((table,)),), DAY)) == cut
    assert all(f"—{page}—" in text for page in range(1, pages_of(cut) + 1))


def test_a_long_code_may_break_and_still_reads_as_one(sample):
    code = "11450721MB155808114000104002000"
    assert code in pdf_text(made(Document("题", (Part((Table((1, 9), ((cell(code), cell("名称")),)),)),), DAY)))


def test_templates_fetch_nothing_and_take_no_text_as_markup():
    for template in TEMPLATES.glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert "@preview" not in source
        assert "eval(" not in source
        assert not [word for word in ("#import", "#include", "read(", "plugin(") if word in source]
