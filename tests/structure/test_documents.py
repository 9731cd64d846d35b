"""The operations manual names every setting and every library."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MANUAL = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "qingdan" / "settings.py").read_text(encoding="utf-8")
VARIABLES = sorted(set(re.findall(r"""(?:env\.\w+|required)\(\s*["']([A-Z_]+)["']""", SETTINGS)))
LIBRARIES = [
    re.split(r"[=\[]", line)[0]
    for name in ("requirements.in", "requirements-dev.in")
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    if re.match(r"[A-Za-z]", line)
]


@pytest.mark.parametrize("name", VARIABLES)
def test_the_manual_explains_every_environment_variable(name):
    assert f"`{name}`" in MANUAL


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_manual_says_why_each_library_is_used(name):
    assert re.search(rf"\b{re.escape(name)}\b", MANUAL)


def test_the_readme_holds_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run " in readme
    assert "make test " in readme
