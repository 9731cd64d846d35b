"""``export_archive``: the package of a published batch for the archive."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from qingdan.errors import WrongState
from qingdan.paper.keeping import KeptFileChanged
from qingdan.paper.pdf import NotSet
from reviews.archiving import make_archive
from reviews.models import Batch


class Command(BaseCommand):
    help = (
        "把一个已公布的调整批次归档为一个压缩包：申请、审查意见、送审稿、会议和公布文件、备案报告、证据包，"
        "以及列出每个文件 SHA-256 的目录。内容不变，压缩包逐字节相同。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--batch", required=True, type=int, metavar="ID", help="调整批次的编号（批次页面地址中的数字）")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="写入的 .zip 文件；已有的文件会被替换")

    def handle(self, *args, batch: int, out: Path, **options):
        found = Batch.objects.select_related("region", "edition__region", "meeting", "created_by").filter(pk=batch).first()
        if found is None:
            raise CommandError(f"没有编号为 {batch} 的调整批次")
        try:
            file = make_archive(found)
            shutil.copyfile(file.path, out)
        except (WrongState, NotSet, KeptFileChanged) as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"无法写入 {out}：{error.strerror or error}") from None
        self.stdout.write(f"已归档“{found.title}”：{out}（{file.size:,} 字节，SHA-256 {file.sha256}）")
