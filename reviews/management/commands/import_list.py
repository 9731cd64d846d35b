"""Read one published list (.xlsx, .xls, .docx, .csv) and turn it into draft requests, a first edition, or a past edition."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from departments.models import Department, Region, User
from departments.people import Actor
from qingdan.errors import Refusal
from qingdan.items.intake.categories import parse_category_cell
from qingdan.items.intake.preflight import UnreadableFile
from qingdan.items.intake.reading import Reading, ReadRow, RefusedRow, read_list
from qingdan.items.models import Category
from qingdan.laws.citations import parse
from reviews.lists import departments_of, known_departments, past_terms, publish_list
from reviews.matching import compare, proposals_of
from reviews.models import ChangeRequest
from reviews.requests import create_request

ALL_IN, SOME_REFUSED, UNREADABLE = 0, 1, 2


class Command(BaseCommand):
    help = (
        "读取一个已公布的清单文件（.xlsx、.xls、.docx、.csv，按内容识别）。默认按部门生成调整申请草稿；--baseline 作为首次公布入库；"
        "--backfill 补录其后的历史版本。退出码：0 全部读入，1 有未读入的行（除非 --accept-partial，否则什么也不写入），2 文件无法读取。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="清单文件")
        parser.add_argument("--region", default=settings.HOME_REGION, help="行政区划代码（默认本站地区）")
        parser.add_argument("--department", help="部门代码：文件未写明部门的行归它")
        parser.add_argument("--category", help="权力类别名称：文件未写明类别的行归它")
        parser.add_argument("--dry-run", action="store_true", help="只读取，不写入")
        parser.add_argument("--include-hidden", action="store_true", help="也读取隐藏的工作表、行和列")
        parser.add_argument("--accept-partial", action="store_true", help="有未读入的行时，仍写入其余各行")
        parser.add_argument("--create-departments", action="store_true", help="随基线或补录建立库中没有的部门")
        parser.add_argument("--as", dest="username", help="以谁的名义办理（写入时必填）")
        parser.add_argument("--reason", default="导入部门清单", help="调整理由")
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--baseline", action="store_true", help="作为本地区的首次公布（仅当尚无公布版本）")
        kind.add_argument("--backfill", action="store_true", help="补录下一个历史版本（整份清单）")
        parser.add_argument("--notice", help="公布文号")
        parser.add_argument("--notice-title", default="关于公布权责清单的通知", help="公布文件标题")
        parser.add_argument("--meeting", default="", help="审议会议")
        parser.add_argument("--decided-on", type=datetime.date.fromisoformat, help="审议日期 YYYY-MM-DD")
        parser.add_argument("--published-on", type=datetime.date.fromisoformat, help="公布日期（默认同审议日期）")
        parser.add_argument("--effective-on", type=datetime.date.fromisoformat, help="生效日期 YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", dest="as_json", help="只向标准输出写一个 JSON 文档")

    def handle(self, *, file: Path, as_json: bool, **options) -> None:
        past = options["baseline"] or options["backfill"]
        if past and not (options["notice"] and options["decided_on"] and options["effective_on"]):
            raise CommandError("基线和补录须写明 --notice、--decided-on 和 --effective-on", returncode=UNREADABLE)
        if options["create_departments"] and not past and not options["dry_run"]:
            raise CommandError("--create-departments 只能与 --baseline 或 --backfill 一起使用", returncode=UNREADABLE)
        region = self._region(options["region"])
        fallback = self._department(region, options["department"])
        reading = self._read(file, fallback, options["category"], options["include_hidden"])
        known = known_departments(region)
        where = departments_of(reading.items, known, fallback)
        refused = list(reading.refused)
        unknown = (
            []
            if options["dry_run"] or options["create_departments"]
            else [row for row in reading.items if where[row.department] is None]
        )
        refused += [
            RefusedRow(r.sheet, r.row, "", "L01", f"没有“{r.department or '（未写明）'}”这个部门；请先建立，或用 --department 指明")
            for r in unknown
        ]
        rows = [row for row in reading.items if row not in unknown] if unknown else list(reading.items)
        written: dict[str, object] = {}
        if not options["dry_run"] and (not refused or options["accept_partial"]):
            refused_by_list, written = self._write(region, rows, where, fallback, past, options)
            refused += refused_by_list
            lost = {(row.sheet, row.row) for row in refused_by_list}
            rows = [row for row in rows if (row.sheet, row.row) not in lost]
        report = {
            "refused": [
                {"sheet": row.sheet, "row": row.row, "column": row.column, "code": row.code, "message": row.message}
                for row in refused
            ],
            "ignored": [{"sheet": row.sheet, "row": row.row, "why": row.why} for row in reading.ignored],
            "counts": {"items": len(rows), "refused": len(refused), "ignored": len(reading.ignored)},
            **({"written": written} if written else {}),
        }
        if as_json:
            self.stdout.write(json.dumps({"items": _items(rows, where), **report}, ensure_ascii=False))
        else:
            self._say(report)
        if refused:
            raise SystemExit(SOME_REFUSED)

    def _region(self, code: str) -> Region:
        try:
            return Region.objects.get(code=code)
        except Region.DoesNotExist:
            raise CommandError(f"没有代码为 {code} 的行政区划；先运行 load_reference", returncode=UNREADABLE) from None

    def _department(self, region: Region, code: str | None) -> Department | None:
        if not code:
            return None
        try:
            return Department.objects.get(region=region, code=code)
        except Department.DoesNotExist:
            raise CommandError(f"{region}没有代码为 {code} 的部门", returncode=UNREADABLE) from None

    def _read(self, file: Path, fallback: Department | None, category: str | None, include_hidden: bool) -> Reading:
        if category and parse_category_cell(category) is None:
            raise CommandError(f"--category “{category[:30]}”不在十类之内；请写行政许可等类别名称", returncode=UNREADABLE)
        try:
            return read_list(
                file,
                file_name=file.name,
                department=fallback.name if fallback else None,
                category=category,
                include_hidden=include_hidden,
            )
        except UnreadableFile as error:
            raise CommandError(f"{file.name}：{error}", returncode=UNREADABLE) from None
        except OSError as error:
            raise CommandError(f"{file.name}：{_why_not_opened(error)}", returncode=UNREADABLE) from None

    def _actor(self, username: str | None) -> Actor:
        user = User.objects.filter(username=username).first() if username else None
        if user is None:
            raise CommandError("写入时须用 --as 写明以谁的名义办理（已有账号的登录名）", returncode=UNREADABLE)
        return Actor(user, request_id="import_list")

    def _write(self, region, rows: list[ReadRow], where, fallback, past: bool, options) -> tuple[list[RefusedRow], dict]:
        actor = self._actor(options["username"])
        try:
            if past:
                terms = past_terms(
                    region,
                    backfill=options["backfill"],
                    notice_title=options["notice_title"],
                    notice_no=options["notice"],
                    meeting=options["meeting"],
                    decided_on=options["decided_on"],
                    published_on=options["published_on"] or options["decided_on"],
                    effective_on=options["effective_on"],
                )
                edition, _ = publish_list(
                    actor=actor, terms=terms, rows=rows, fallback=fallback, create_departments=options["create_departments"]
                )
                return [], {"edition": edition.number, "changes": edition.changed_count}
            return self._propose(actor, region, rows, where, options)
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=SOME_REFUSED) from None

    def _propose(self, actor: Actor, region: Region, rows: list[ReadRow], where, options) -> tuple[list[RefusedRow], dict]:
        """One draft request a department, all in one transaction."""
        comparison = compare(rows=rows, region=region, departments={text: found for text, found in where.items() if found})
        if comparison.refused and not options["accept_partial"]:
            return comparison.refused, {}
        by_department: dict[str, list] = {}
        for proposal in proposals_of(comparison):
            by_department.setdefault(proposal.content.department_code, []).append(proposal)
        numbers = []
        with transaction.atomic():
            for code, proposals in by_department.items():
                department = Department.objects.get(code=code)
                request = create_request(
                    actor=actor,
                    department=department,
                    reason=options["reason"],
                    proposals=proposals,
                    source=ChangeRequest.Source.COMMAND,
                )
                numbers.append(request.number)
        changes = sum(len(proposals) for proposals in by_department.values())
        return comparison.refused, {"requests": numbers, "changes": changes, "unchanged": comparison.unchanged_count}

    def _say(self, report: dict) -> None:
        for row in report["refused"]:
            self.stdout.write(f"未读入 {row['sheet']} 第{row['row']}行 {row['column']}：{row['message']}")
        counts = report["counts"]
        self.stdout.write(f"读入 {counts['items']} 行，未读入 {counts['refused']} 行，略过 {counts['ignored']} 行。")
        for name, value in report.get("written", {}).items():
            label = {"edition": "公布版本序号", "changes": "变更项数", "requests": "调整申请", "unchanged": "无变化"}[name]
            self.stdout.write(f"{label}：{'、'.join(value) if isinstance(value, list) else value}")


def _items(rows: list[ReadRow], where: dict[str, Department | None]) -> list[dict]:
    categories = dict(Category.objects.values_list("code", "name"))
    return [_item(row, where.get(row.department), categories) for row in rows]


def _why_not_opened(error: OSError) -> str:
    reasons = {
        FileNotFoundError: "没有这个文件，请核对路径",
        IsADirectoryError: "是文件夹，不是文件",
        PermissionError: "没有读取这个文件的权限",
    }
    return next((text for kind, text in reasons.items() if isinstance(error, kind)), f"文件打不开（{error.strerror}）")


def _item(row: ReadRow, department: Department | None, categories: dict[str, str]) -> dict:
    """One row as the contract's JSON: identity, basis with its citations, and every other element that the file has."""
    basis = row.cells.get("setting_basis", "")
    parsed = parse(basis)
    return {
        "sheet": row.sheet,
        "row": row.row,
        "department": row.department,
        "department_known": department is not None,
        "category": categories.get(row.category, row.category),
        "major_item": row.major_item,
        "sub_item": row.sub_item,
        "code": row.codes[0][1] if row.codes else "",
        "codes": [{"scheme": scheme, "value": value} for scheme, value in row.codes],
        "legal_basis": basis,
        "citations": [citation.title for citation in parsed.citations if citation.title],
        "locators": [list(citation.locators) for citation in parsed.citations if citation.title],
        "unread": list(parsed.unread),
        **{key: text for key, text in row.cells.items() if key not in ("setting_basis", "codes", "department_name", "category")},
    }
