"""``verify``: recompute everything from the evidence."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from qingdan.items.verifying import verify
from qingdan.ledger.verifying import Report


class Command(BaseCommand):
    help = (
        "由证据重新计算并核对全部公布版本：公布日志、日志头及签名、库外的日志头、版本清单、每个事项版本的内容和哈希、计数、调整内容、"
        "审计记录、触发器。退出码：0 完好；1 被改动过（逐条说明哪个公布版本、哪个事项）；2 没有条件核对（说明原因）。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--head", type=Path, metavar="FILE", help="与这个留存在库外的日志头核对；默认为 LOG_HEAD_FILE")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档")

    def handle(self, *args, head: Path | None, json: bool, **options):
        try:
            if head is not None and not head.exists():
                raise FileNotFoundError(f"没有找到 {head}")
            report = verify(head_path=head)
        except (DatabaseError, OSError) as error:
            report = Report(unchecked=[f"数据库或文件读不了：{error}"])
        self.stdout.write(_as_json(report) if json else _as_text(report))
        if report.exit_code:
            sys.exit(report.exit_code)


def _as_json(report: Report) -> str:
    verdict = ("sound", "tampered", "unchecked")[report.exit_code]
    return json.dumps({"verdict": verdict, **asdict(report)}, ensure_ascii=False)


def _as_text(report: Report) -> str:
    figures = report.figures
    lines = [
        f"公布版本 {figures.get('editions', 0)} 个，事项版本 {figures.get('versions', 0)} 个，公布日志 {figures.get('log_entries', 0)} 条，"
        f"已签日志头 {figures.get('signed_heads', 0)} 个，审计记录 {figures.get('audit_events', 0)} 条"
    ]
    for each in report.findings:
        lines.append(" ".join(filter(None, [f"[{each.rule}]", each.edition, each.item, each.message])))
    lines += [f"未能核对：{each}" for each in report.unchecked]
    if figures.get("unsigned"):
        lines.append(f"已公布·待签 {figures['unsigned']} 个：执行 sign_heads 补签")
    lines.append(("结论：完好", "结论：被改动过", "结论：没有条件完全核对")[report.exit_code])
    return "\n".join(lines)
