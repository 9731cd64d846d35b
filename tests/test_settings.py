"""The settings in production: what is missing or weak stops the start with a sentence that says what to set."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "DATABASE_URL": "postgres://qingdan@127.0.0.1:5432/qingdan",
    "ALLOWED_HOSTS": "qingdan.example",
}
OURS = {*GOOD, "VAR_DIR", "MEDIA_ROOT", "STATIC_ROOT", "STATIC_STORAGE", "STATEMENT_SECONDS", "DEBUG", "DJANGO_SETTINGS_MODULE"}


def manage(*arguments: str, seconds: int = 60, **changes: str | None) -> subprocess.CompletedProcess:
    """``manage.py`` in a process of its own, with production's variables changed as told (None: not set)."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def test_production_passes_the_deployment_check_without_a_warning(tmp_path):
    done = manage("check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "未设置 SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY 太弱"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "SECRET_KEY 太弱"),
        ({"DATABASE_URL": None}, "未设置 DATABASE_URL"),
        ({"ALLOWED_HOSTS": None}, "未设置 ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "未设置 ALLOWED_HOSTS"),
        ({"DEBUG": "1"}, "DEBUG 在 production 下必须关闭"),
        ({"MODE": "staging"}, "MODE='staging' 无效"),
    ],
    ids=str,
)
def test_production_does_not_start_without_what_it_needs_and_says_what(tmp_path, changes, sentence):
    done = manage("check", VAR_DIR=str(tmp_path), **changes)
    assert done.returncode != 0
    assert sentence in done.stderr.splitlines()[-1]


def test_production_is_the_mode_when_none_is_named(tmp_path):
    done = manage("check", VAR_DIR=str(tmp_path), MODE=None, SECRET_KEY=None)
    assert "未设置 SECRET_KEY" in done.stderr
