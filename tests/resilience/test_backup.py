"""Backups are taken while the site writes, restored only after they are proven, and never into a second history."""

from __future__ import annotations

import random
import shutil
import tarfile
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from qingdan.items.models import Edition
from qingdan.items.verifying import verify
from qingdan.ledger import heads, keys
from qingdan.ledger.models import AuditEvent, LogEntry, SignedHead
from qingdan.management.backups import _unpack, write_backup
from tests.databases import head_file, switch_to
from tests.public.office import Office
from tests.resilience import acts
from tests.resilience.faults import digest, fork, kill_after
from tests.resilience.invariants import hold
from tests.soaking import record, trials
from tests.world import World, content

pytestmark = pytest.mark.soak


@pytest.fixture
def media(settings, tmp_path) -> Path:
    """What was uploaded: a folder with two files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "papers" / "ab").mkdir(parents=True)
    (settings.MEDIA_ROOT / "papers" / "ab" / "list.pdf").write_bytes(b"%PDF-1.7 a paper")
    (settings.MEDIA_ROOT / "scan.bin").write_bytes(bytes(range(256)) * 40)
    return settings.MEDIA_ROOT


def keep_head_outside(settings, path: Path, database: str) -> None:
    """The head lies where every machine finds it."""
    shutil.copyfile(head_file(database), path)
    head_file(database).unlink()
    settings.LOG_HEAD_FILE = str(path)


@contextmanager
def elsewhere(databases, settings, media: Path):
    """Another machine: an empty place for the database and the files. The head kept outside is where ``settings.LOG_HEAD_FILE`` says."""
    here, name = connection.settings_dict["NAME"], databases.store.name("restored")
    settings.MEDIA_ROOT = media.with_name("restored-media")
    try:
        if connection.vendor == "sqlite":
            databases.store.drop(name)
        else:
            databases.store.create(name)
        switch_to(name)
        yield
    finally:
        switch_to(here)
        databases.store.drop(name)
        if not settings.LOG_HEAD_FILE:
            head_file(name).unlink(missing_ok=True)
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        settings.MEDIA_ROOT = media


def restore(path: Path, *options: str) -> None:
    call_command("restore", str(path), *options, verbosity=0)


def publish_one(number: int) -> None:
    """One more edition of the county, straight through the door."""
    office = Office(World())
    kind = "adjustment" if Edition.objects.filter(region__code=acts.COUNTY).exists() else "baseline"
    office.publish(office.add(content(acts.COUNTY_DEPARTMENT, "05", f"备份样本{number}")), region=acts.COUNTY, kind=kind)


@contextmanager
def write_load():
    """Editions are published without a pause while something else is done; yields the number of them as a list that grows."""
    stop, published, failed = threading.Event(), [], []

    def work() -> None:
        try:
            while not stop.is_set():
                publish_one(len(published))
                published.append(LogEntry.objects.count())
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield published
    finally:
        stop.set()
        thread.join(60)
    assert not failed, failed


def test_backups_taken_under_write_load_are_restored_and_verify(sixty, databases, settings, media, tmp_path):
    wanted, found = trials(10), []
    with sixty() as database:
        keep_head_outside(settings, tmp_path / "head", database.name)
        with write_load() as published:
            while not published:
                pass
            for number in range(wanted):
                before = len(published)
                call_command("backup", str(tmp_path / f"{number}.tar"), verbosity=0)
                found.append(len(published) - before)
        for number in range(wanted):
            with elsewhere(databases, settings, media):
                restore(tmp_path / f"{number}.tar", "--older")  # the site went on publishing meanwhile
                hold_older()
                assert (settings.MEDIA_ROOT / "papers/ab/list.pdf").read_bytes() == b"%PDF-1.7 a paper"
                assert (settings.MEDIA_ROOT / "scan.bin").stat().st_size == 10_240
        assert len(published) >= wanted // 2
        hold()
    record("backup under write load", restored=wanted, editions_published_meanwhile=len(published), while_copying=sum(found))


def hold_older() -> None:
    """The restored database is sound up to where it goes: against the newest of its own heads."""
    report = verify(head_path=own_head())
    assert (report.findings, report.unchecked) == ([], [])


def own_head() -> Path:
    path = Path(f"{keys.head_file()}.own")
    path.write_text(SignedHead.objects.order_by("-tree_size").first().note, encoding="utf-8")
    return path


def test_what_was_restored_is_the_same_and_goes_on(sixty, databases, settings, media, tmp_path, client):
    with sixty() as database:
        keep_head_outside(settings, tmp_path / "head", database.name)
        call_command("backup", str(tmp_path / "a.tar"), verbosity=0)
        events, editions = AuditEvent.objects.count(), Edition.objects.count()
        settings.KEPT_DIR = tmp_path / "kept"
        (settings.KEPT_DIR / "a generation").mkdir(parents=True)
        with elsewhere(databases, settings, media):
            restore(tmp_path / "a.tar")
            assert not settings.KEPT_DIR.exists()
            assert (AuditEvent.objects.count(), Edition.objects.count()) == (events, editions)
            hold()
            acts.publishing().do()
            hold()
            assert LogEntry.objects.count() == SignedHead.objects.count()
            assert client.get("/").status_code == 200


def test_an_old_backup_that_would_publish_again_is_refused(sixty, databases, settings, media, tmp_path):
    with sixty() as database:
        keep_head_outside(settings, tmp_path / "head", database.name)
        call_command("backup", str(tmp_path / "old.tar"), verbosity=0)
        publish_one(1)  # out in the world, and not in the backup
        newest = (tmp_path / "head").read_text(encoding="utf-8")
        with elsewhere(databases, settings, media):
            with pytest.raises(CommandError, match="这是旧备份"):
                restore(tmp_path / "old.tar")
            assert nothing_was_put(settings)
            restore(tmp_path / "old.tar", "--older")
            publish_one(2)  # another one in its place: published, but never signed
            assert LogEntry.objects.count() == SignedHead.objects.count() + 1
            with pytest.raises(heads.SigningRefused, match="两部不同的历史"):
                heads.sign_heads()
            assert (tmp_path / "head").read_text(encoding="utf-8") == newest
            assert verify().exit_code == 1
            call_command("backup", str(tmp_path / "fork.tar"), verbosity=0)
        with elsewhere(databases, settings, media):
            for options in ((), ("--older",)):
                with pytest.raises(CommandError, match="分叉"):
                    restore(tmp_path / "fork.tar", *options)
            assert nothing_was_put(settings)


def nothing_was_put(settings) -> bool:
    name = connection.settings_dict["NAME"]
    empty = not Path(name).exists() if connection.vendor == "sqlite" else not connection.introspection.table_names()
    return empty and not Path(settings.MEDIA_ROOT).exists()


def test_a_damaged_or_foreign_file_is_refused_and_nothing_is_put(sixty, databases, settings, media, tmp_path):
    with sixty():
        good = tmp_path / "good.tar"
        call_command("backup", str(good), verbosity=0)
        with pytest.raises(CommandError, match="已存在"):
            call_command("backup", str(good), verbosity=0)
        data, chance, bad = good.read_bytes(), random.Random(6), tmp_path / "bad.tar"
        with elsewhere(databases, settings, media):
            with tarfile.open(good) as archive:
                places = [
                    member.offset_data + chance.randrange(member.size) for member in archive if member.name != "manifest.json"
                ]
            for at in places:
                changed = bytearray(data)
                changed[at] ^= 1 << chance.randrange(8)
                bad.write_bytes(changed)
                with pytest.raises(CommandError, match="没有恢复"):
                    restore(bad)
            for content in (b"", data[: len(data) // 2], data[:512], b"x" * 4096):
                bad.write_bytes(content)
                with pytest.raises(CommandError, match="没有恢复"):
                    restore(bad)
            outsider = tmp_path / "outsider"
            outsider.write_text("x")
            for name in ("../../escaped", "/tmp/escaped", "media/../../escaped", "more"):
                with tarfile.open(bad, "w") as archive:
                    archive.add(outsider, arcname=name)
                with pytest.raises(CommandError, match="不认识的内容|读不了"):
                    restore(bad)
            assert nothing_was_put(settings)


def test_a_tampered_database_in_a_backup_is_refused(sixty, databases, settings, media, tmp_path):
    from tests.ledger.test_append_only import drop_triggers, execute

    with sixty():
        drop_triggers("items_itemversion")
        execute("UPDATE items_itemversion SET name = '改过的名称' WHERE id = (SELECT min(id) FROM items_itemversion)")
        call_command("backup", str(tmp_path / "a.tar"), verbosity=0)
        with elsewhere(databases, settings, media):
            with pytest.raises(CommandError, match="没有通过核对"):
                restore(tmp_path / "a.tar")
            assert nothing_was_put(settings)


def test_a_database_in_use_is_not_written_over(sixty, settings, media, tmp_path):
    with sixty():
        call_command("backup", str(tmp_path / "a.tar"), verbosity=0)
        before = AuditEvent.objects.count()
        with pytest.raises(CommandError, match="已有数据库|不是空的"):
            restore(tmp_path / "a.tar")
        assert AuditEvent.objects.count() == before
        if connection.vendor == "sqlite":
            restore(tmp_path / "a.tar", "--replace")
            name = Path(connection.settings_dict["NAME"])
            (aside,) = name.parent.glob(f"{name.name}.*.old")
            aside.unlink()
            hold()


def test_a_backup_that_is_killed_leaves_none_or_a_whole_one(sixty, settings, media, tmp_path):
    """C01 of backing up: never half a file under the name that was asked for, and the database is as it was."""
    chance, whole = random.Random(4), 0
    with sixty():
        before = digest()
        for number in range(trials(20)):
            target = tmp_path / f"{number}.tar"
            child = fork(lambda target=target: str(write_backup(target).log_entries))
            said = kill_after(child, chance.uniform(0, 0.15))
            assert target.exists() or not said
            if target.exists():
                whole += 1
                with tempfile.TemporaryDirectory() as folder:
                    _unpack(target, Path(folder))
        assert digest() == before
    record("kills of a backup", kills=trials(20), whole=whole, half=0)
