"""``sign_heads``: sign what was published and is not signed yet."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError

from qingdan.ledger.heads import SigningRefused, sign_heads
from qingdan.ledger.keys import KeyMissing


class Command(BaseCommand):
    help = (
        "签署尚未签署的日志头，并写入库外的日志头文件（LOG_HEAD_FILE）。公布之后会自动签署；签署未成时（密钥或文件不可用）用本命令补签。"
        "可以重复执行。公布日志与上次签署的或库外的日志头不一致时拒绝签署，并说明原因。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--new-head-file", action="store_true", help="库外的日志头文件遗失时重建；先执行 verify 确认证据完好")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档：新签署的日志条数")

    def handle(self, *args, new_head_file: bool, json: bool, **options):
        try:
            signed = [head.tree_size for head in sign_heads(new_head_file=new_head_file)]
        except (SigningRefused, KeyMissing) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(_as_json(signed) if json else _as_text(signed))


def _as_json(signed: list[int]) -> str:
    return json.dumps({"signed": signed})


def _as_text(signed: list[int]) -> str:
    return f"已签署 {len(signed)} 个日志头，到第 {signed[-1]} 条" if signed else "没有待签署的日志头"
