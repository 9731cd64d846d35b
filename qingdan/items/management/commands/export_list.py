"""``export_list``: the published list as a file, public items only."""

from __future__ import annotations

import argparse
import datetime
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from departments.models import Department, Region
from qingdan.items.documents.lists import list_pdf, list_word
from qingdan.items.models import Edition
from qingdan.items.spreadsheets.published import list_csv, list_workbook
from qingdan.paper.pdf import NotSet

FORMATS = {"xlsx": list_workbook, "csv": list_csv, "docx": list_word, "pdf": list_pdf}


class Command(BaseCommand):
    help = (
        "导出已公布的清单（不含依法不予公开的事项）：默认为今天有效的版本，--on 为某日有效的版本，--edition 为指定版本序号。"
        "导出的 xlsx 可用 import_list 原样读回。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--region", required=True, metavar="CODE", help="行政区划代码，例如 420600")
        parser.add_argument("--department", metavar="CODE", help="部门代码；不写则导出全部部门")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="该日有效的清单")
        which.add_argument("--edition", type=int, metavar="N", help="公布版本序号")
        parser.add_argument(
            "--format", required=True, type=_format, metavar="{xlsx,csv,docx,pdf}", help="文件格式：xlsx、csv（UTF-8）、docx 或 pdf"
        )
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="写入的文件；已有的文件会被替换")

    def handle(self, *args, region, department, on, edition, format, out: Path, **options):
        place = Region.objects.filter(code=region).first()
        if place is None:
            raise CommandError(f"没有代码为 {region} 的行政区划")
        part = _department(place, department) if department else None
        chosen = _edition(place, on, edition)
        try:
            count = _replace(out, lambda file: FORMATS[format](edition=chosen, department=part, to=file))
        except OSError as error:
            raise CommandError(f"无法写入 {out}：{error.strerror}") from None
        except NotSet as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"已导出 {place.name}{part.name if part else ''} {chosen.title}（{chosen.notice_no}）{count} 项：{out}")


def _format(text: str) -> str:
    if text not in FORMATS:
        raise argparse.ArgumentTypeError(f"不支持的格式 {text}；可用的格式：{'、'.join(FORMATS)}")
    return text


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期 {text} 不对，请写作 2019-12-01") from None


def _department(region: Region, code: str) -> Department:
    found = Department.objects.filter(region=region, code=code).first()
    if found is None:
        raise CommandError(f"{region.name}没有代码为 {code} 的部门")
    return found


def _edition(region: Region, day: datetime.date | None, number: int | None) -> Edition:
    if number is not None:
        found = Edition.objects.of(region).filter(number=number).first()
        why = f"{region.name}没有序号为 {number} 的公布版本"
    else:
        day = day or timezone.localdate()
        found = Edition.objects.in_force(region, day)
        why = f"{region.name}在 {day.isoformat()} 没有有效的清单"
    if found is None:
        raise CommandError(why)
    return found


def _replace(out: Path, write) -> int:
    """Write beside the file and rename: a reader sees the old file or the whole new one."""
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        try:
            count = write(file)
            file.flush()
            os.chmod(file.name, 0o644)
            os.replace(file.name, out)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return count
