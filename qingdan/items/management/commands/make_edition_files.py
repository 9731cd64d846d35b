"""``make_edition_files``: make the files of an edition now, without waiting for the worker."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from qingdan.items.documents.editions import edition_files, make_edition_file
from qingdan.items.models import Edition
from qingdan.paper.keeping import KeptFileChanged
from qingdan.paper.pdf import NotSet


class Command(BaseCommand):
    help = (
        "立即生成一个公布版本的全部下载文件（清单、权力清单、责任清单、基本信息表、运行流程图）。"
        "已生成的不再生成，也不会改变；通常由 run_worker 在公布后完成。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--region", required=True, metavar="CODE", help="行政区划代码，例如 420600")
        parser.add_argument("--edition", required=True, type=int, metavar="N", help="公布版本序号")
        parser.add_argument("--whole-only", action="store_true", help="只生成整份清单的文件，不分部门")

    def handle(self, *args, region: str, edition: int, whole_only: bool, **options):
        found = Edition.objects.select_related("region").light().filter(region__code=region, number=edition).first()
        if found is None:
            raise CommandError(f"{region} 没有序号为 {edition} 的公布版本")
        made = 0
        for each in edition_files(found):
            if whole_only and each.department is not None:
                continue
            try:
                file = make_edition_file(found, each.kind.key, each.department)
            except (NotSet, KeptFileChanged) as fault:
                raise CommandError(str(fault)) from None
            except OSError as error:
                raise CommandError(f"无法写入文件：{error.strerror or error}") from None
            made += 1
            self.stdout.write(f"{file.sha256}  {file.size:>10,}  {file.name}")
        self.stdout.write(f"{found.region.name} {found.title}（{found.notice_no}）共 {made} 个文件")
