"""``restore FILE``: put a backup back, verified, never as a second history."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from qingdan.ledger.heads import SigningRefused
from qingdan.management.backups import BackupRefused, restore_backup
from qingdan.management.commands.backup import as_json, as_text


class Command(BaseCommand):
    help = (
        "核对备份文件的每个哈希，由证据重新核对其中的全部公布版本（同 verify），与库外的日志头比对，都没有问题才放到 DATABASE_URL 所指的位置。"
        "库外的日志头比备份新、或与备份分叉时拒绝：恢复后再公布会形成两部历史。恢复前先停止网站和 run_worker，恢复后清空 KEPT_DIR。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="backup 写出的文件")
        parser.add_argument(
            "--older", action="store_true", help="没有更新的备份时：允许恢复比库外日志头旧的备份；补回所缺之前不能再签署"
        )
        parser.add_argument(
            "--replace", action="store_true", help="SQLite：已有的数据库改名保留，由备份取代；PostgreSQL 须指向空库"
        )
        parser.add_argument("--head", type=Path, metavar="FILE", help="留存在别处的日志头；默认为 LOG_HEAD_FILE")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档")

    def handle(self, *args, file: Path, older: bool, replace: bool, head: Path | None, json: bool, **options):
        try:
            kept = restore_backup(file, older=older, replace=replace, head_path=head)
        except (BackupRefused, SigningRefused, OSError) as refused:
            raise CommandError(f"没有恢复：{refused}") from None
        self.stdout.write(as_json(kept) if json else f"已恢复，核对无误：{as_text(kept)}")
