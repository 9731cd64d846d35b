"""``create_first_admins``: the three administrators of an empty installation."""

from __future__ import annotations

import json as json_format

from django.core.management.base import BaseCommand, CommandError

from departments.first_admins import create_first_admins
from qingdan.errors import WrongState


class Command(BaseCommand):
    help = "建立系统、安全、审计三位管理员，并各给一个一次性密码（只显示这一次）。系统中已有任何账号时拒绝。"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 文档：登录名、岗位、一次性密码")

    def handle(self, *args, json: bool, **options):
        try:
            made = create_first_admins()
        except WrongState as refusal:
            raise CommandError(str(refusal)) from None
        if json:
            rows = [{"username": user.username, "post": str(post), "password": password} for user, post, password in made]
            self.stdout.write(json_format.dumps({"accounts": rows}, ensure_ascii=False))
            return
        self.stdout.write("已建立三位管理员。一次性密码只显示这一次，首次登录须修改：")
        for user, post, password in made:
            self.stdout.write(f"  {post.label}  登录名 {user.username}  一次性密码 {password}")
