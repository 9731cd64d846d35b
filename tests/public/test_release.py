"""The release: kept pages and ETags change by themselves with the program and with the site's own words."""

import shutil

import pytest

from qingdan.public.release import FOLDERS, LIBRARIES, release

now = release.__wrapped__


@pytest.fixture
def program(settings, tmp_path):
    """A small program in place of the real one."""
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
    (tmp_path / "templates" / "home.html").write_text("甲", encoding="utf-8")
    shutil.copy(settings.BASE_DIR / LIBRARIES, tmp_path / LIBRARIES)
    settings.BASE_DIR = tmp_path
    return tmp_path


def test_it_stays_the_same_while_nothing_changes(program):
    before = now()
    (program / "qingdan" / "__pycache__").mkdir()
    for name in ("module.cpython-311.pyc", "module.cpython-311.pyc.140312"):  # the second is one that is being written
        (program / "qingdan" / "__pycache__" / name).write_bytes(b"compiled")
    assert now() == before


@pytest.mark.parametrize("path", ["templates/home.html", "qingdan/public.css", "fixtures/terms.csv", "budget/views.py", LIBRARIES])
def test_it_changes_with_what_a_page_is_made_of(program, path):
    before = now()
    (program / path).write_text("乙", encoding="utf-8")
    assert now() != before


@pytest.mark.parametrize("name", ["SITE_NAME", "SITE_OWNER", "SITE_CONTACT", "HOME_REGION"])
def test_it_changes_with_the_words_of_the_foot(settings, name):
    before = now()
    setattr(settings, name, "另一个")
    assert now() != before
