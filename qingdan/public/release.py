"""The release: what pages are a function of beside the database. It changes by itself with the program, its libraries and the site's settings."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDERS = ("qingdan", "departments", "reviews", "budget", "templates", "fixtures")
LIBRARIES = "requirements.lock"
# What pages show of the settings: the head, the foot, links.
SETTINGS = (
    *("SITE_NAME", "SITE_OWNER", "SITE_IDENTIFIER", "SITE_RECORD", "SITE_CONTACT", "SITE_URL"),
    *("HOME_REGION", "LOG_ORIGIN", "STATIC_URL", "STORAGES", "DEBUG"),
)


@cache
def release() -> str:
    """Digest of the program as it stands on the disk when it is first asked for (``qingdan.wsgi`` asks at its start), and of its settings."""
    digest = hashlib.sha256(repr([getattr(settings, name) for name in SETTINGS]).encode())
    for path in sorted(_files(settings.BASE_DIR)):
        digest.update(f"\n{path.relative_to(settings.BASE_DIR)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> list[Path]:
    """What Python writes beside its modules comes and goes while processes start, and is no part of the program."""
    found = [
        path for folder in FOLDERS for path in (root / folder).rglob("*") if "__pycache__" not in path.parts and path.is_file()
    ]
    return [*found, root / LIBRARIES]
