"""Print the state diagrams of requests and batches; ``--write`` puts them into reviews/README.md."""

from pathlib import Path

from django.core.management.base import BaseCommand

from reviews.diagram import section

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- 以下由 manage.py state_diagram --write 生成 -->", "<!-- 生成部分到此为止 -->"


class Command(BaseCommand):
    help = "打印调整申请和调整批次的状态图；--write 写入 reviews/README.md"

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true", help="写入 reviews/README.md")

    def handle(self, *, write: bool, **options):
        if not write:
            self.stdout.write(section())
            return
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        README.write_text(f"{before}{BEGIN}\n\n{section()}\n\n{END}{after}", encoding="utf-8")
