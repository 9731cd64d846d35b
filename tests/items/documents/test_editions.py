"""The files of an edition: made once, kept for good, each told with size and hash; ordered at publication, made by the worker."""

from __future__ import annotations

import hashlib
import io

import pytest
from django.core.management import call_command
from django.test import override_settings

from qingdan.items.documents import editions
from qingdan.items.documents.editions import (
    KINDS,
    edition_file,
    edition_files,
    make_edition_file,
    order_edition_files,
)
from qingdan.items.documents.sources import listed
from qingdan.outbox.models import OutboxEntry
from qingdan.outbox.queue import deliver_next
from qingdan.paper.models import KeptFile
from tests.paper.reading import bare, pdf_text, word_text


@pytest.fixture(autouse=True)
def media(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_told_with_its_size_and_hash_and_never_made_twice(world, kind):
    edition, department = world.edition(2), world.department()
    assert edition_file(edition, kind, department) is None
    made = make_edition_file(edition, kind, department)
    data = made.path.read_bytes()
    assert (made.size, made.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert made.name.startswith("市人力资源和社会保障局")
    assert edition_file(edition, kind, department) == make_edition_file(edition, kind, department) == made
    assert KeptFile.objects.count() == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.endswith((".docx", ".pdf"))])
def test_every_paper_of_a_department_holds_its_public_items_with_name_and_code(world, kind):
    edition, department = world.edition(2), world.department()
    data = make_edition_file(edition, kind, department).path.read_bytes()
    text = word_text(data) if kind.endswith("docx") else pdf_text(data)
    items = list(listed(edition, department))
    assert len(items) > 4
    for item in items:
        assert bare(item.code) in text
        assert bare(item.content.name) in text
    assert "专项保密检查" not in text


def test_the_sheet_of_an_item_says_what_is_not_filled_in(world):
    text = word_text(make_edition_file(world.edition(2), "sheets.docx", world.department()).path.read_bytes())
    assert "救济渠道（未填报）" in text
    assert "依法不予公开" not in text.replace("依法不予公开、暂停和不计入总数的不在其中", "")


def test_it_lists_every_file_whole_ones_first_made_or_not(world):
    edition = world.edition(2)
    made = make_edition_file(edition, "list.csv")
    files = edition_files(edition)
    whole = [each for each in files if each.department is None]
    assert files[: len(whole)] == whole
    assert [each.kind.key for each in whole] == [key for key, kind in KINDS.items() if kind.whole]
    assert len(files) == len(whole) + 3 * len(KINDS)
    assert [each.file for each in files if each.file] == [made]
    assert {each.name for each in files if each.department} == {"市人力资源和社会保障局", "市市场监督管理局", "市民政局"}


def test_the_number_of_queries_does_not_grow_with_the_departments(world, django_assert_num_queries):
    edition = world.edition(2)
    with django_assert_num_queries(5):
        edition_files(edition)
    with django_assert_num_queries(5):
        edition_files(edition, world.department())


def test_publication_orders_the_files_and_the_worker_makes_them(world):
    """The world's first edition was published by the act, which makes nothing itself; its second one is a demo, whose files nobody waits for."""
    assert not OutboxEntry.objects.filter(key__startswith="paper:edition/420600/2/").exists()
    waiting = OutboxEntry.objects.filter(kind="paper", key__startswith="paper:edition/420600/1/")
    assert waiting.count() == len(edition_files(world.edition(1)))
    assert not KeptFile.objects.exists()
    OutboxEntry.objects.exclude(key="paper:edition/420600/1/whole/list.csv").delete()
    assert deliver_next()
    assert edition_file(world.edition(1), "list.csv").size > 1_000
    assert not deliver_next()


def test_an_order_that_failed_says_why_and_is_tried_again(world, monkeypatch):
    edition = world.edition(1)
    OutboxEntry.objects.exclude(key="paper:edition/420600/1/whole/list.pdf").delete()

    def failing(*args, **kwargs):
        raise OSError("磁盘已满")

    monkeypatch.setattr(editions, "keep", failing)
    assert deliver_next()
    each = next(each for each in edition_files(edition) if each.kind.key == "list.pdf" and each.department is None)
    assert each.file is None
    assert each.progress.ordered
    assert "磁盘已满" in each.progress.fault


def test_ordering_again_changes_nothing(world):
    before = OutboxEntry.objects.count()
    order_edition_files(world.edition(1))
    assert OutboxEntry.objects.count() == before


def test_the_command_makes_what_is_missing_and_prints_the_hashes(world):
    said = io.StringIO()
    call_command("make_edition_files", "--region", "420600", "--edition", "1", "--whole-only", stdout=said)
    assert f"共 {sum(kind.whole for kind in KINDS.values())} 个文件" in said.getvalue()
    assert edition_file(world.edition(1), "list.pdf").sha256 in said.getvalue()
