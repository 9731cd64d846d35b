"""``list_endpoints``: every address of the site, its methods and who may open it."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand

from qingdan.policies import POLICIES, endpoints


class Command(BaseCommand):
    help = "列出全部地址：名称、路径、可用的方法、谁可以打开（策略名）。策略名：public 公开；staff 任一在任岗位；posts:… 其中岗位之一；permission:… 按岗位权限表。"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档：{name, pattern, methods, policy} 的数组")

    def handle(self, *args, **options):
        rows = [
            {"name": name, "pattern": f"/{route}", "methods": list(POLICIES[name].allowed_methods), "policy": POLICIES[name].name}
            for name, route, _ in endpoints()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"{row['policy']:<40} {','.join(row['methods']):<14} {row['pattern']}  {row['name']}")
