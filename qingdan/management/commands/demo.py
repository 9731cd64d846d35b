"""``demo``: the demo world, built once."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError

from budget import demo as money
from departments.posts import Post
from qingdan.errors import Refusal
from reviews.demo import people
from reviews.demo.world import SCALES, world


class Command(BaseCommand):
    help = (
        "在空库中建立演示数据；已经建立的不再重建，只再说明一次。仅限 MODE=local。"
        "demo：真实事项和流程的每个状态；city：44 个部门，2,932 大项、3,928 项；"
        "report：city 为首次公布，再经 14 次动态调整到 2019 年的 42 个部门、3,903 项。"
        "各规模都带 2019 年专项资金的决算和一个演示年度。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--scale", choices=SCALES, default="demo", help="规模，默认 demo")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档：区划、账号、各状态的对象、数量")

    def handle(self, *args, scale: str, json: bool, **options):
        try:
            told = world(scale)
            money.build_funds(clerk=people.actor(Post.FUND_CLERK), checker=people.actor(Post.FUND_CHECKER))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        told["objects"]["fund"] = money.told()
        self.stdout.write(_as_json(told) if json else _as_text(told))


def _as_json(told: dict) -> str:
    return json.dumps(told, ensure_ascii=False)


def _as_text(told: dict) -> str:
    counts = told["counts"]
    lines = [
        f"演示数据（{told['scale']}）：{counts['departments']} 个部门，{counts['majors']} 大项，{counts['items']} 项，"
        f"{counts['adjustments']} 次动态调整，调整事项 {counts['adjusted']} 项",
        "演示账号：",
    ]
    for post, account in told["accounts"].items():
        lines.append(f"  {Post(post).label} {account['name']}：{account['username']} / {account['password'] or '（已修改）'}")
    return "\n".join(lines)
