"""Files that are made once: the same key gives the same file, whatever would be made today."""

from __future__ import annotations

import hashlib

import pytest
from django.db import DatabaseError, transaction

from qingdan.paper.keeping import KeptFileChanged, keep, kept
from qingdan.paper.models import KeptFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def writing(data: bytes):
    return lambda file: file.write(data)


def test_it_keeps_what_was_made_with_its_size_and_hash():
    file = keep("edition/420600/1/list.pdf", "清单.pdf", writing(b"first"))
    assert (file.size, file.sha256) == (5, hashlib.sha256(b"first").hexdigest())
    assert file.path.read_bytes() == b"first"
    assert file.path.suffix == ".pdf"
    assert kept("edition/420600/1/list.pdf") == file


def test_a_file_that_was_made_is_never_made_again():
    first = keep("key", "清单.pdf", writing(b"first"))
    assert keep("key", "清单.pdf", writing(b"a new template")) == first
    assert first.path.read_bytes() == b"first"


def test_a_file_lost_from_the_disk_is_made_again_as_it_was():
    file = keep("key", "清单.pdf", writing(b"first"))
    file.path.unlink()
    assert kept("key") is None
    assert keep("key", "清单.pdf", writing(b"first")).path.read_bytes() == b"first"


def test_a_lost_file_that_would_come_out_otherwise_is_an_error_that_says_where_it_belongs():
    file = keep("key", "清单.pdf", writing(b"first"))
    file.path.unlink()
    with pytest.raises(KeptFileChanged, match=file.sha256):
        keep("key", "清单.pdf", writing(b"second"))
    assert not file.path.exists()


def test_nothing_half_made_is_left_behind(tmp_path):
    def failing(file):
        file.write(b"half")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        keep("key", "清单.pdf", failing)
    assert not KeptFile.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_database_keeps_the_row_as_it_is():
    file = keep("key", "清单.pdf", writing(b"first"))
    with pytest.raises(DatabaseError), transaction.atomic():
        KeptFile.objects.filter(pk=file.pk).update(sha256="0" * 64)
