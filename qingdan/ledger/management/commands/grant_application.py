"""``grant_application ROLE``: what the application's own database role may do; evidence it can only add to and read."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from qingdan.ledger import append_only


class Command(BaseCommand):
    help = (
        "PostgreSQL：以建表的迁移账号执行，给应用账号授权：一般的表可读、写、删行；证据表只能读和追加，不能修改、删除、清空；不能改表结构和触发器。"
        "每次 migrate 之后执行一次，可以重复执行。账号由 deploy/roles.sql 建立。"
    )

    def add_arguments(self, parser):
        parser.add_argument("role", metavar="ROLE", help="应用账号，如 qingdan_app")

    def handle(self, *args, role: str, **options):
        if connection.vendor != "postgresql":
            raise CommandError("只用于 PostgreSQL：SQLite 没有账号之分")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = %s OR rolname = current_user", [role])
            found = dict(cursor.fetchall())
            if role not in found:
                raise CommandError(f"没有账号 {role}：请先执行 deploy/roles.sql")
            if found[role]:
                raise CommandError(f"{role} 是超级用户，授权对它不起作用：请另建普通账号")
            tables = set(connection.introspection.table_names(cursor))
            evidence = append_only.registered() & tables
            for statement in statements(connection.ops.quote_name(role), sorted(evidence), sorted(tables - evidence)):
                cursor.execute(statement)
        self.stdout.write(f"{role}：{len(tables) - len(evidence)} 张表可读写，{len(evidence)} 张证据表只能读和追加")


def statements(role: str, evidence: list[str], others: list[str]) -> list[str]:
    """The whole grant, from nothing: what an earlier version of us granted does not stay."""
    quote = connection.ops.quote_name
    made = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}, PUBLIC",
        f"REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    for table in others:
        rights = "SELECT" if table == "django_migrations" else "SELECT, INSERT, UPDATE, DELETE"
        made.append(f"GRANT {rights} ON {quote(table)} TO {role}")
    return made + [f"GRANT SELECT, INSERT ON {quote(table)} TO {role}" for table in evidence]
