"""归档: everything of a published batch in one zip, each file with its hash in the index, the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import override_settings

from qingdan.errors import WrongState
from reviews.archiving import INDEX, archive_progress, make_archive, write_archive
from reviews.models import Attachment
from tests.paper.reading import word_text


@pytest.fixture(autouse=True)
def media(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        yield


@pytest.fixture
def batch(world):
    return world.batch("published")


@pytest.fixture
def package(batch):
    to = io.BytesIO()
    count = write_archive(batch, to)
    return count, ZipFile(to)


def test_the_index_names_every_file_with_its_true_hash(package):
    count, files = package
    rows = list(csv.DictReader(io.StringIO(files.read(INDEX).decode("utf-8-sig"))))
    assert count == len(rows) == len(files.namelist()) - 1
    assert {row["文件"] for row in rows} == set(files.namelist()) - {INDEX}
    for row in rows:
        data = files.read(row["文件"])
        assert (row["字节数"], row["SHA-256"]) == (str(len(data)), hashlib.sha256(data).hexdigest())


def test_it_holds_requests_opinions_submission_decision_notice_filing_and_evidence(package, batch):
    names = package[1].namelist()
    number = batch.requests.get().number
    for start in (
        f"01 申请/{number}/权责事项调整申请表",
        f"01 申请/{number}/内容.json",
        f"02 审查意见/{number}/合规性审查意见",
        f"02 审查意见/{number}/合法性审查意见书",
        "03 送审稿/送审稿_",
        "03 送审稿/送审稿.json",
        "04 会议/会议议题材料",
        "04 会议/审议结果.json",
        "05 公布/公布通知",
        "05 公布/襄阳市权责清单",
        "06 备案/备案报告",
        "07 证据/manifest.json",
    ):
        assert [name for name in names if name.startswith(start)], start


def test_the_submission_inside_hashes_to_what_the_meeting_decided_on(package, batch):
    _count, files = package
    assert hashlib.sha256(files.read("03 送审稿/送审稿.json")).hexdigest() == batch.submission_hash
    paper = next(name for name in files.namelist() if name.startswith("03 送审稿/送审稿_") and name.endswith("docx"))
    assert batch.submission_hash in word_text(files.read(paper))


def test_the_evidence_inside_is_sound_for_whoever_checks_it(package, tmp_path):
    package[1].extractall(tmp_path / "out")
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "tools" / "verify_bundle.py"), str(tmp_path / "out" / "07 证据")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_content_gives_the_same_bytes(package, batch):
    again = io.BytesIO()
    write_archive(batch, again)
    assert again.getvalue() == package[1].fp.getvalue()


def test_what_is_attached_later_makes_another_package_with_it(world, batch):
    first = make_archive(batch)
    assert archive_progress(batch).file == first
    data = b"%PDF-1.7 minutes"
    attachment = Attachment(
        owner_type="reviews.batch",
        owner_id=batch.pk,
        kind=Attachment.Kind.MINUTES,
        file_name="会议纪要.pdf",
        media_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        person=world.council.user,
        post="council",
    )
    attachment.file.save("minutes.pdf", ContentFile(data), save=False)
    attachment.save()
    assert archive_progress(batch).file is None
    second = make_archive(batch)
    assert second.sha256 != first.sha256
    assert first.path.exists()
    with ZipFile(second.path) as files:
        name = next(name for name in files.namelist() if name.endswith("会议纪要.pdf"))
        assert files.read(name) == data


def test_nothing_is_archived_before_publication(world):
    with pytest.raises(WrongState, match="公布后才能归档"):
        make_archive(world.batch("decided"))


def test_the_command_writes_the_package_and_says_its_hash(batch, tmp_path):
    said = io.StringIO()
    call_command("export_archive", "--batch", str(batch.pk), "--out", str(tmp_path / "a.zip"), stdout=said)
    assert hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest() in said.getvalue()


def test_the_command_says_what_is_wrong(world, tmp_path):
    with pytest.raises(CommandError, match="没有编号为 999 的调整批次"):
        call_command("export_archive", "--batch", "999", "--out", str(tmp_path / "a.zip"))
    with pytest.raises(CommandError, match="公布后才能归档"):
        call_command("export_archive", "--batch", str(world.batch("decided").pk), "--out", str(tmp_path / "a.zip"))
