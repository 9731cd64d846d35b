"""Print the numbered rules as docs/rules.md shows them; ``--write`` writes it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from reviews.rule_table import document

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "rules.md"


class Command(BaseCommand):
    help = "打印全部编号规则的表；--write 写入 docs/rules.md"

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true", help="写入 docs/rules.md")

    def handle(self, *, write: bool, **options):
        if write:
            DOCUMENT.write_text(document(), encoding="utf-8")
        else:
            self.stdout.write(document())
