"""A backup is one file that can be proven: the database as it was at one moment, what was uploaded, the head kept outside, and their hashes.

The signing key is never in it. What is restored is verified before it takes its place, and refused where the head kept outside says
that more, or something else, is already out in the world: such a database would begin a second history.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from qingdan.ledger import keys, notes
from qingdan.ledger.heads import SigningRefused, read_head_file, write_head_file
from qingdan.ledger.merkle import leaf_hash, tree_root

FORMAT = 1
DATABASE, HEAD, MANIFEST, MEDIA = "database", "log.head", "manifest.json", "media/"
_MEMBER = re.compile(r"media/(?!\.)[^/\\\0]+(/(?!\.)[^/\\\0]+)*|database|log\.head|manifest\.json")


class BackupRefused(Exception):
    """Nothing was written, or put back as it was; the message says why, and the way out."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup holds: bytes of the database copy, number of files, log entries when it began, and its head's size (0: none)."""

    made_at: str
    vendor: str
    database_bytes: int
    files: int
    log_entries: int
    head_size: int


# -- writing -----------------------------------------------------------------------------------------------------------------------


def write_backup(target: Path) -> Kept:
    """Write a backup into ``target`` while the site serves; old or new, whole. Raises BackupRefused, OSError."""
    if target.exists():
        raise BackupRefused(f"{target} 已存在：请换一个文件名，备份不覆盖已有的文件")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        # The head first, the database next, the files last: a head is of a log that is there, a row's file lies there before the row.
        head = _outside()
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE
            log_entries = _count_leaves()
            _copy_database(copy)
            with tarfile.open(draft, "w") as archive:
                entries = [_add_database(archive, copy)]
                if head is not None:
                    entries.append(_add_bytes(archive, HEAD, head.note.encode()))
                entries += [_add_bytes(archive, MEDIA + name, path.read_bytes()) for name, path in _uploaded()]
                kept = Kept(
                    made_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                    vendor=connection.vendor,
                    database_bytes=entries[0]["size"],
                    files=sum(each["path"].startswith(MEDIA) for each in entries),
                    log_entries=log_entries,
                    head_size=head.size if head else 0,
                )
                about = {name: getattr(kept, name) for name in Kept.__slots__}
                manifest = {"format": FORMAT, **about, "entries": entries}
                _add_bytes(archive, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _outside() -> notes.Head | None:
    try:
        return read_head_file(keys.head_file())
    except (SigningRefused, keys.KeyMissing) as refused:
        raise BackupRefused(str(refused)) from None


def _copy_database(copy: Path) -> None:
    """The whole database as of one moment, whatever is being written."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            connection.connection.backup(target)
        return
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}"])


def _run(command: list[str]) -> None:
    """One of PostgreSQL's own tools, told by its environment where the database is."""
    told = connection.settings_dict
    env = {"PGHOST": told["HOST"], "PGPORT": str(told["PORT"] or 5432), "PGUSER": told["USER"], "PGDATABASE": told["NAME"]}
    env |= {"PGPASSWORD": told["PASSWORD"]} if told["PASSWORD"] else {}
    try:
        done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupRefused(f"没有找到 {command[0]}：请安装与数据库版本相同的 postgresql-client") from None
    if done.returncode:
        raise BackupRefused(f"{command[0]} 没有完成：{done.stderr.strip()[-500:]}")


def _uploaded() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        name = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and _MEMBER.fullmatch(MEDIA + name):
            yield name, path


def _add_database(archive: tarfile.TarFile, path: Path) -> dict:
    info = tarfile.TarInfo(DATABASE)
    info.size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        archive.addfile(info, file)
    return {"path": DATABASE, "size": info.size, "sha256": digest}


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> dict:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))
    return {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


# -- reading back ------------------------------------------------------------------------------------------------------------------


def restore_backup(source: Path, *, older: bool = False, replace: bool = False, head_path: Path | None = None) -> Kept:
    """Put a backup in the place of the database that the settings name. Raises BackupRefused, OSError.

    ``older``: also where the head kept outside is ahead of it (nothing can be signed until what is missing is found). ``replace``: set
    an existing SQLite database aside. ``head_path``: the head kept outside, where it is not LOG_HEAD_FILE.
    """
    outside_path = head_path or _head_file()
    place = Path(connection.settings_dict["NAME"]).parent if connection.vendor == "sqlite" else Path(tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=".restore-") as folder:
        kept, names = _unpack(source, Path(folder))
        if kept.vendor != connection.vendor:
            raise BackupRefused(f"备份取自 {kept.vendor}，DATABASE_URL 指向 {connection.vendor}：请改用同一种数据库")
        put = _put_sqlite if connection.vendor == "sqlite" else _put_postgresql
        with put(Path(folder) / DATABASE, replace) as (leaves, url):
            _check_no_fork(leaves, outside_path, older)
            _verify(url, Path(folder) / HEAD)
            _put_files(Path(folder), names)
        head = Path(folder) / HEAD
        outside = read_head_file(outside_path)
        if head.exists() and (outside is None or outside.size < kept.head_size):
            write_head_file(outside_path, head.read_text(encoding="utf-8"))
    # They are pages of the database before; where other machines keep some, docs/operations.md says so.
    shutil.rmtree(settings.KEPT_DIR, ignore_errors=True)
    return kept


def _head_file() -> Path:
    try:
        return keys.head_file()
    except keys.KeyMissing as missing:
        raise BackupRefused(str(missing)) from None


def _unpack(source: Path, folder: Path) -> tuple[Kept, list[str]]:
    """Every file of the archive in ``folder``, each with the size and hash that the manifest says; and the names of uploaded files."""
    found: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                if (
                    not member.isreg()
                    or not _MEMBER.fullmatch(member.name)
                    or ".." in member.name.split("/")
                    or member.name in found
                ):
                    raise BackupRefused(f"{source} 里有不认识的内容 {member.name!r}：不是本系统的备份，或被改动过")
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    shutil.copyfileobj(archive.extractfile(member), file)
                with path.open("rb") as file:
                    found[member.name] = (path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
        manifest = json.loads((folder / MANIFEST).read_bytes())
        said = {each["path"]: (each["size"], each["sha256"]) for each in manifest["entries"]}
        kept = Kept(**{name: manifest[name] for name in Kept.__slots__})
        known = manifest["format"] == FORMAT and kept.vendor in ("sqlite", "postgresql")
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError, FileNotFoundError) as error:
        raise BackupRefused(f"{source} 读不了（{type(error).__name__}）：不是本系统的备份，或已损坏；请用另一份备份") from None
    found.pop(MANIFEST)
    if not known or said != found or DATABASE not in found:
        wrong = sorted(name for name in said.keys() | found.keys() if said.get(name) != found.get(name))
        raise BackupRefused(f"{source} 的内容与其清单不符（{'、'.join(wrong[:3]) or '格式'}）：已损坏或被改动过；请用另一份备份")
    return kept, sorted(name for name in found if name.startswith(MEDIA))


@contextmanager
def _put_sqlite(copy: Path, replace: bool) -> Iterator[tuple[list[bytes], str]]:
    """The copy beside the database; takes its place when everything inside went well."""
    target = Path(connection.settings_dict["NAME"])
    in_use = target.exists() and target.stat().st_size > 0
    if in_use and not replace:
        raise BackupRefused(f"{target} 已有数据库：请先停止网站和 run_worker，再加 --replace（原来的数据库改名保留）")
    try:
        with closing(sqlite3.connect(copy)) as opened:
            said = [row[0] for row in opened.execute("PRAGMA integrity_check")] + list(opened.execute("PRAGMA foreign_key_check"))
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        raise BackupRefused(f"备份里的数据库已损坏（{said[0]}）：请用另一份备份")
    yield _leaves_of(copy), f"sqlite:///{copy}"
    connection.close()
    if in_use:
        aside = target.with_name(f"{target.name}.{datetime.datetime.now():%Y%m%d%H%M%S}.old")
        target.rename(aside)
    for suffix in ("-journal", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    copy.replace(target)


@contextmanager
def _put_postgresql(copy: Path, replace: bool) -> Iterator[tuple[list[bytes], str]]:
    """The dump in the empty database that DATABASE_URL names; emptied again if anything inside fails."""
    if connection.introspection.table_names():
        raise BackupRefused(f"数据库 {connection.settings_dict['NAME']} 不是空的：请新建一个空库，把 DATABASE_URL 指向它再恢复")
    try:
        _run(["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={connection.settings_dict['NAME']}", str(copy)])  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute('SELECT leaf FROM ledger_logentry ORDER BY "index"')
            leaves = [leaf_hash(bytes(leaf)) for (leaf,) in cursor.fetchall()]
        yield leaves, ""
    except BaseException:
        with suppress(Exception), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        raise


def _leaves_of(copy: Path) -> list[bytes]:
    with closing(sqlite3.connect(copy)) as opened:
        return [leaf_hash(bytes(leaf)) for (leaf,) in opened.execute('SELECT leaf FROM ledger_logentry ORDER BY "index"')]


def _count_leaves() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_logentry")
        return cursor.fetchone()[0]


def _check_no_fork(leaves: list[bytes], outside_path: Path, older: bool) -> None:
    """The head kept outside must be of the same history, and (unless ``older``) no further than the backup."""
    try:
        outside = read_head_file(outside_path)
    except SigningRefused as refused:
        raise BackupRefused(str(refused)) from None
    if outside is None:
        return
    if outside.size > len(leaves):
        if older:
            return
        raise BackupRefused(
            f"备份的公布日志只有 {len(leaves)} 条，库外的日志头 {outside_path} 已到第 {outside.size} 条：这是旧备份，恢复后再公布会形成两部历史。"
            "请用较新的备份；确实没有时加 --older，恢复后可以查看，但在补回所缺的公布之前不能再签署"
        )
    if tree_root(leaves[: outside.size]) != outside.root:
        raise BackupRefused(f"备份的公布日志与库外的日志头 {outside_path} 分叉：这是两部不同的历史，不能恢复。请查明备份的来源")


def _verify(url: str, head: Path) -> None:
    """Everything recomputed from the evidence, in a process that knows this database only."""
    # The keys of this process, wherever its settings found them.
    own = {"VAR_DIR": str(settings.VAR_DIR), "LOG_HEAD_FILE": str(head), "DATABASE_URL": url or _present_url()}
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "verify", "--json"]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True)
    if done.returncode == 0:
        return
    try:
        report = json.loads(done.stdout)
        said = [each["message"] + each["edition"] for each in report["findings"]] + report["unchecked"]
    except ValueError:
        said = [done.stderr.strip()[-300:]]
    raise BackupRefused(f"备份没有通过核对（{said[0] if said else done.returncode}）：没有恢复。请用另一份备份")


def _present_url() -> str:
    """DATABASE_URL of the connection as it is now."""
    from urllib.parse import quote

    told = connection.settings_dict
    password = f":{quote(told['PASSWORD'], safe='')}" if told["PASSWORD"] else ""
    return f"postgres://{quote(told['USER'], safe='')}{password}@{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"


def _put_files(folder: Path, names: list[str]) -> None:
    """Uploaded files at their places; each old or new, whole."""
    for name in names:
        target = Path(settings.MEDIA_ROOT) / name.removeprefix(MEDIA)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(folder / name, draft)
        draft.replace(target)
