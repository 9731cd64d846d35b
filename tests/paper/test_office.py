"""Word files open in LibreOffice: nothing is repaired away, and Chinese text is shown by a Chinese font."""

from __future__ import annotations

import io

from pypdf import PdfReader

from tests.paper.office import needs_libreoffice, printed
from tests.paper.reading import bare, pdf_text
from tests.paper.samples import HOSTILE, paper
from tests.paper.test_word import made


@needs_libreoffice
def test_a_word_file_opens_in_libreoffice_and_shows_all_of_its_text(tmp_path):
    shown = printed(made(paper(landscape=True)), tmp_path)
    text = pdf_text(shown)
    for said in (
        "襄阳市人民政府文件",
        HOSTILE,
        "对用人单位拒不不办理登记的处罚",
        "意见：同意",
        "受理窗口；5个工作日收件",
        "送审稿哈希0f1e2d",
    ):
        assert bare(said) in text
    assert "—1—" in text


@needs_libreoffice
def test_chinese_text_is_drawn_by_a_chinese_font(tmp_path):
    """仿宋_GB2312 and 小标宋 are not on this machine: what stands in must still hold the characters, in the form used in China."""
    pages = PdfReader(io.BytesIO(printed(made(paper()), tmp_path))).pages
    names = {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}
    assert [name for name in names if "CJK" in name or "Song" in name or "SC" in name], names
