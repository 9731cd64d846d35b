"""A Word file opened by LibreOffice, as an office would: what it prints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice: apt-get install libreoffice-writer-nogui")


def printed(word: bytes, folder: Path) -> bytes:
    """The PDF that LibreOffice prints of a .docx."""
    source = folder / "paper.docx"
    source.write_bytes(word)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (folder / "paper.pdf").exists(), done.stdout + done.stderr
    return (folder / "paper.pdf").read_bytes()


def fonts_named(word: bytes) -> set[str]:
    """The fonts that a .docx asks for, for Chinese text."""
    import io
    import re
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(word)) as file:
        return {font for name in file.namelist() if name.endswith(".xml") for font in re.findall(r'w:eastAsia="([^"]+)"', file.read(name).decode())}  # fmt: skip
