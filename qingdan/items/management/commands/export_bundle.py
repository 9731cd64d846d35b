"""``export_bundle``: the evidence of one edition, for a stranger to check."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from qingdan.items.models import Edition
from qingdan.items.proofs import NotSigned, write_bundle


class Command(BaseCommand):
    help = (
        "把一个公布版本的证据写成一个目录：版本清单、全部公开事项和部门的内容、公布日志的各条哈希、签了名的日志头和公钥。"
        "拿到的人用 tools/verify_bundle.py（只需 Python，不联网）自行核验。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--region", required=True, metavar="CODE", help="行政区划代码，例如 420600")
        parser.add_argument("--edition", required=True, type=int, metavar="N", help="公布版本序号")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="写入的目录；没有则新建，已有的须是空的")

    def handle(self, *args, region: str, edition: int, out: Path, **options):
        found = Edition.objects.select_related("region").filter(region__code=region, number=edition).first()
        if found is None:
            raise CommandError(f"{region} 没有序号为 {edition} 的公布版本")
        try:
            count = write_bundle(found, out)
        except NotSigned as refused:
            raise CommandError(str(refused)) from None
        except OSError as error:
            raise CommandError(f"无法写入 {out}：{error.strerror or error}") from None
        self.stdout.write(f"已写出 {found.region.name} {found.title}（{found.notice_no}）的证据包，公开事项 {count} 条：{out}")
        self.stdout.write(f"核验：python3 tools/verify_bundle.py {out}")
