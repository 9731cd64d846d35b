"""What no page may load and no commit may forget: foreign hosts, missing migrations."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
SHOWN = sorted(
    path.relative_to(ROOT)
    for folder in ("templates", "qingdan", "departments", "reviews", "budget")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".html", ".css", ".js", ".svg", ".xml", ".txt"}
    and {"templates", "static"} & set(path.relative_to(ROOT).parts)
)
# Names of XML vocabularies: nothing is fetched from them.
NAMESPACES = ("http://www.w3.org/", "http://www.sitemaps.org/")


@pytest.mark.parametrize("path", SHOWN, ids=str)
def test_no_page_names_a_foreign_host(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    addresses = re.findall(r"""(?:https?:)?//[A-Za-z0-9.-]+\.[A-Za-z]{2,}[^\s"'<>)]*""", text)
    assert not [address for address in addresses if not address.startswith(NAMESPACES)]


@pytest.mark.parametrize("path", [path for path in SHOWN if path.suffix == ".html"], ids=str)
def test_no_page_carries_inline_code(path):
    """The content policy forbids it, so it would silently not work."""
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not [tag for tag in re.findall(r"<script\b[^>]*>", text) if "src=" not in tag and "application/json" not in tag]


def test_migrations_are_up_to_date(db):
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())
