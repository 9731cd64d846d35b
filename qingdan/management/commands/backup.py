"""``backup FILE``: the whole installation as of one moment, in one file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from qingdan.management.backups import BackupRefused, Kept, write_backup


class Command(BaseCommand):
    help = (
        "把数据库、上传和生成的文件（MEDIA_ROOT）、库外的日志头写成一个备份文件，附每个文件的 SHA-256；网站照常服务。"
        "签名密钥不在其中，须另行保管。PostgreSQL 用 pg_dump。不覆盖已有的文件；没有写完的不会留下。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="备份文件，如 /backup/qingdan-20260101.tar")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档")

    def handle(self, *args, file: Path, json: bool, **options):
        try:
            kept = write_backup(file)
        except (BackupRefused, OSError) as refused:
            raise CommandError(f"没有备份：{refused}") from None
        self.stdout.write(as_json(kept) if json else f"已备份到 {file}：{as_text(kept)}")


def as_json(kept: Kept) -> str:
    return json.dumps(asdict(kept))


def as_text(kept: Kept) -> str:
    return (
        f"数据库 {kept.database_bytes:,} 字节，文件 {kept.files} 个，公布日志 {kept.log_entries} 条，"
        f"{f'日志头到第 {kept.head_size} 条' if kept.head_size else '尚无日志头'}"
    )
