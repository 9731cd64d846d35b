"""Make a file once, keep it by its hash, find it again by its key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from django.conf import settings

from qingdan.paper.models import KeptFile

# Raised whenever a template changes what new files look like. Files that are kept stay as they were made.
TEMPLATE = 1


class KeptFileChanged(Exception):
    """The kept file is gone from the disk and what would be made now is not what it was; restore it from the backup."""


def kept(key: str) -> KeptFile | None:
    """The file of ``key`` if it was made and is there."""
    found = KeptFile.objects.filter(key=key).first()
    return found if found is not None and found.path.exists() else None


def keep(key: str, name: str, make: Callable[[BinaryIO], object]) -> KeptFile:
    """The file of ``key``: the one that was made, or made now by ``make`` and kept for good.

    A file that is gone from the disk is made again where the same bytes come of it. Raises KeptFileChanged where they do not, OSError,
    and what ``make`` raises. Call it outside of a transaction: it writes to the disk, and long files take their time.
    """
    found = KeptFile.objects.filter(key=key).first()
    if found is not None and found.path.exists():
        return found
    folder = Path(settings.MEDIA_ROOT) / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".making-", delete=False) as file:
        try:
            make(file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.seek(0, os.SEEK_END)
            if found is not None and found.sha256 != sha256:
                raise KeptFileChanged(f"文件“{found.name}”已不在磁盘上，且无法按原样重新生成；请从备份中恢复 {found.path}")
            if found is None:
                values = {"name": name, "size": size, "sha256": sha256, "template": TEMPLATE}
                found, _ = KeptFile.objects.get_or_create(key=key, defaults=values)
            if found.sha256 != sha256:  # another process was first with other bytes: its file stands
                return found
            found.path.parent.mkdir(parents=True, exist_ok=True)
            os.chmod(file.name, 0o640)
            os.replace(file.name, found.path)
        finally:
            Path(file.name).unlink(missing_ok=True)
    return found
