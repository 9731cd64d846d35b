"""``load_working_days``: the holidays and worked weekends that the installed library knows, into the table of the calendar."""

from __future__ import annotations

import json as json_format

from django.core.management.base import BaseCommand
from django.utils import timezone

from departments.working_days import Calendar, add_known_days, contradicted_days


class Command(BaseCommand):
    help = (
        "把 chinesecalendar 库中已有的节假日和调休上班日补入工作日历。重复执行只补缺少的日子，不改动已有的行；"
        "与库不一致的日子逐行列出，由系统管理员在“工作日历”中核对。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档：新增的行数、不一致的日子、没有安排的年份")

    def handle(self, *args, json: bool, **options):
        added = add_known_days()
        apart = [(ours.date.isoformat(), ours.get_kind_display(), known.get_kind_display()) for ours, known in contradicted_days()]
        calendar, today = Calendar(), timezone.localdate()
        estimated = [
            year
            for year in (today.year, today.year + 1)
            if calendar.is_estimated(today.replace(year=year, day=1), today.replace(year=year, day=1))
        ]
        if json:
            found = {"added": added, "contradicted": apart, "estimated_years": estimated}
            self.stdout.write(json_format.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(f"已补入 {added} 天")
        for day, ours, known in apart:
            self.stdout.write(f"{day}：表中为“{ours}”，库中为“{known}”，未改动")
        for year in estimated:
            self.stdout.write(f"{year} 年还没有完整的安排，期限显示为预估")
