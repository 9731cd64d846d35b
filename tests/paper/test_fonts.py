"""Every character that we may have to print has a glyph in the font that goes with us."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from django.conf import settings

from qingdan.paper.pdf import font_paths

ROOT = Path(settings.BASE_DIR)
DATA = sorted(path for path in (ROOT / "fixtures").rglob("*") if path.suffix in {".csv", ".json", ".jsonl", ".md", ".txt"})
# Names of places and people in Hubei and beyond that common subsets lack, and marks that lists use.
RARE = "垸𬶋䶮鿏㙍堉磙湴塆垱堨咀㴔①⑩⑳ⅠⅢⅫ℃㎡‰〔〕〈〉《》【】—…·×÷≥≤±△○●□■★☆→↓"


def characters_of(font: Path) -> set[int]:
    """The code points of an OpenType font's cmap (formats 4 and 12)."""
    data = font.read_bytes()
    tables = {data[at : at + 4]: struct.unpack(">I", data[at + 8 : at + 12])[0] for at in range(12, 12 + 16 * struct.unpack(">H", data[4:6])[0], 16)}  # fmt: skip
    start = tables[b"cmap"]
    found: set[int] = set()
    for number in range(struct.unpack(">H", data[start + 2 : start + 4])[0]):
        at = start + struct.unpack(">I", data[start + 8 + 8 * number : start + 12 + 8 * number])[0]
        if struct.unpack(">H", data[at : at + 2])[0] == 12:
            for group in range(struct.unpack(">I", data[at + 12 : at + 16])[0]):
                first, last, _ = struct.unpack(">III", data[at + 16 + 12 * group : at + 28 + 12 * group])
                found.update(range(first, last + 1))
    return found


FONTS = sorted(path for folder in font_paths() for path in Path(folder).glob("*.otf"))


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
def test_every_character_of_the_data_has_a_glyph(font):
    held = characters_of(font)
    assert len(held) > 30_000
    used = set(RARE) | {character for path in DATA for character in path.read_text(encoding="utf-8", errors="ignore")}
    missing = {character for character in used if ord(character) not in held and character.isprintable()}
    assert not missing, f"no glyph in {font.name}: {sorted(missing)}"


def test_the_data_is_read():
    assert len(FONTS) == 2
    assert len({character for path in DATA for character in path.read_text(encoding="utf-8", errors="ignore")}) > 1_000
