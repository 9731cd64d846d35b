"""The list as Word and PDF: every public item with its name and code, nothing that is withheld."""

from __future__ import annotations

import io

import pytest

from qingdan.items.documents.lists import list_pdf, list_word
from qingdan.items.documents.sources import listed
from tests.paper.reading import bare, pdf_text, word_text

WRITERS = {"docx": (list_word, word_text), "pdf": (list_pdf, pdf_text)}


def made(form: str, edition, department=None) -> tuple[int, bytes]:
    to = io.BytesIO()
    count = WRITERS[form][0](edition=edition, department=department, to=to)
    return count, to.getvalue()


@pytest.mark.parametrize("form", WRITERS)
def test_it_holds_every_public_item_with_name_and_code(world, form):
    edition = world.edition(2)
    count, data = made(form, edition)
    text = WRITERS[form][1](data)
    items = list(listed(edition))
    assert count == len(items) > 8
    for item in items:
        assert bare(item.code) in text
        assert bare(item.content.name) in text
        assert bare(item.content.bases_text()) in text


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_withheld_by_law_is_in_no_paper(world, form):
    assert "专项保密检查" not in WRITERS[form][1](made(form, world.edition(2))[1])


@pytest.mark.parametrize("form", WRITERS)
def test_a_department_gets_its_own_items_only(world, form):
    _, data = made(form, world.edition(2), world.department("420600-SCJ"))
    text = WRITERS[form][1](data)
    assert "市市场监督管理局权责清单" in text
    assert "食品经营许可" in text
    assert "劳务派遣经营许可" not in text


@pytest.mark.parametrize("form", WRITERS)
def test_it_says_which_edition_it_is_how_it_counts_and_that_it_creates_no_power(world, form):
    edition = world.edition(2)
    text = WRITERS[form][1](made(form, edition)[1])
    for said in (edition.notice_no, f"{edition.effective_on.isoformat()}起生效", "有子项的计1大项", "清单不作为执法依据"):
        assert bare(said) in text


@pytest.mark.parametrize("form", WRITERS)
def test_an_edition_always_gives_the_same_bytes(world, form):
    edition = world.edition(1)
    assert made(form, edition) == made(form, edition)
