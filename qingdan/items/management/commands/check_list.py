"""``check_list``: every numbered rule over the published list of a region (contract 2)."""

from __future__ import annotations

import json
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from departments.models import Region
from qingdan.items.checks import ITEM_RULES
from qingdan.items.checks.published import findings_of_edition
from qingdan.items.models import Edition


class Command(BaseCommand):
    help = "用全部编号规则校验一个地区现行公布的清单（含待生效），逐条列出发现的问题。只读，不改动任何数据。"

    def add_arguments(self, parser):
        parser.add_argument("--region", required=True, metavar="代码", help="行政区划代码，如 420600")
        parser.add_argument(
            "--json",
            action="store_true",
            help="只输出一个 JSON 文档：{findings: [{rule, severity, item, name, department, element, message}], rules: [{rule, severity, sentence, source, findings}], edition}",
        )

    def handle(self, *args, **options):
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"没有代码为 {options['region']} 的行政区划")
        edition = Edition.objects.light().newest(region)
        if edition is None:
            raise CommandError(f"{region.name}尚未公布清单")
        found = list(findings_of_edition(edition))
        counts = Counter(finding.rule.number for _, finding in found)
        if options["json"]:
            self.stdout.write(json.dumps(self._document(edition, found, counts), ensure_ascii=False, indent=1))
            return
        for entry, finding in found:
            self.stdout.write(
                f"{finding.rule.number} {finding.rule.severity.label} {entry.key} {entry.department_name}“{entry.whole_name}” {finding.message}"
            )
        self.stdout.write("")
        for rule in ITEM_RULES:
            self.stdout.write(f"{rule.number} {rule.severity.label} {counts[rule.number]:>6}  {rule.sentence}")

    def _document(self, edition: Edition, found: list, counts: Counter) -> dict:
        return {
            "findings": [
                {
                    "rule": finding.rule.number,
                    "severity": finding.rule.severity.value,
                    "item": entry.key,
                    "name": entry.whole_name,
                    "department": entry.department,
                    "element": finding.element,
                    "message": finding.message,
                }
                for entry, finding in found
            ],
            "rules": [
                {
                    "rule": rule.number,
                    "severity": rule.severity.value,
                    "sentence": rule.sentence,
                    "source": rule.source,
                    "findings": counts[rule.number],
                }
                for rule in ITEM_RULES
            ],
            "edition": {"region": edition.region.code, "number": edition.number, "notice": edition.notice_no},
        }
