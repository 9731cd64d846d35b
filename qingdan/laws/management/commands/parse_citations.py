"""``parse_citations``: one 设定依据 a line in, its citations out; needs no database."""

from __future__ import annotations

import json as json_format
import sys

from django.core.management.base import BaseCommand

from qingdan.laws.citations import ParsedBasis, parse

# Characters that some readers take for the end of a line; JSON leaves them as they are.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class Command(BaseCommand):
    help = "从标准输入逐行读设定依据（UTF-8，一行一条），逐行输出其中的引文；读不懂的文字列为“未识别”，不会丢弃。"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="每行输出一个 JSON：text、citations、unread")

    def handle(self, *args, json: bool, **options):
        for line in sys.stdin.buffer:
            text = line.decode("utf-8-sig", errors="replace").rstrip("\r\n")
            read = parse(text)
            self.stdout.write(as_json(read) if json else as_text(read))


def as_json(read: ParsedBasis) -> str:
    """One line of JSON, as docs promise it: ``{"text","citations":[{title,doc_no,locators[],canonical}],"unread":[…]}``."""
    citations = [
        {"title": each.title, "doc_no": each.doc_no, "locators": list(each.locators), "canonical": each.canonical}
        for each in read.citations
    ]
    line = json_format.dumps({"text": read.text, "citations": citations, "unread": list(read.unread)}, ensure_ascii=False)
    return line.translate(_LINE_ENDS)


def as_text(read: ParsedBasis) -> str:
    lines = [read.text or "（空行）"]
    lines += [f"  引文  {each.canonical}" for each in read.citations]
    lines += [f"  未识别  {part}" for part in read.unread]
    return "\n".join(lines)
