"""``export_evaluation``: the self-evaluation form of a fund as a file; json holds every figure with its formula."""

from __future__ import annotations

import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from budget.evaluation.form import document_of, form_of
from budget.evaluation.models import EvaluationFormat, SelfEvaluation
from budget.evaluation.sheet import Sheet, build_sheet, sheet_of
from budget.models import Fund
from budget.spreadsheets.evaluation import form_workbook
from qingdan.paper.pdf import NotSet, write_pdf
from qingdan.paper.word import write_word

FORMATS = ("xlsx", "docx", "pdf", "json")


class Command(BaseCommand):
    help = (
        "导出一项资金的绩效自评表：--fund 资金编号，或 --year 年度（该年只有一项资金时）。已提交的按提交的内容，填写中的按现在的数并注明；"
        "没有建立自评的，只列资金执行，其余为“无数据”。json 含每个数和它的算式。"
    )

    def add_arguments(self, parser):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--fund", type=int, metavar="ID", help="资金编号")
        which.add_argument("--year", type=int, metavar="Y", help="年度")
        parser.add_argument("--template", required=True, metavar="{hubei,national}", help="样式：hubei、national，或自建样式的代码")
        parser.add_argument("--format", required=True, choices=FORMATS, help="文件格式")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="写入的文件；已有的文件会被替换")

    def handle(self, *args, fund, year, template, format, out, **options):
        chosen, out = _fund(fund, year), Path(out)
        kind = EvaluationFormat.objects.filter(code=template).first()
        if kind is None:
            known = "、".join(EvaluationFormat.objects.values_list("code", flat=True)) or "没有，先执行 load_reference"
            raise CommandError(f"没有代码为 {template} 的样式；现有：{known}")
        evaluation = chosen.evaluations.filter(format=kind).select_related("format").first()
        if evaluation is not None:
            evaluation.fund = chosen
        sheet = sheet_of(evaluation) if evaluation else build_sheet(chosen, kind.read())
        try:
            data = _written(format, chosen, evaluation, sheet)
            _replace(out, data)
        except OSError as error:
            raise CommandError(f"无法写入 {out}：{error.strerror}") from None
        except NotSet as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"已导出 {chosen} {kind}，总分 {sheet.total}，等级 {sheet.grade}：{out}")


def _fund(key: int | None, year: int | None) -> Fund:
    funds = Fund.objects.select_related("department__region")
    if key is not None:
        found = funds.filter(pk=key).first()
        if found is None:
            raise CommandError(f"没有编号为 {key} 的资金")
        return found
    rows = list(funds.filter(year=year).order_by("pk")[:20])
    if not rows:
        raise CommandError(f"{year} 年没有专项资金")
    if len(rows) > 1:
        named = "；".join(f"{each.pk} {each.department}{each.name}" for each in rows)
        raise CommandError(f"{year} 年有几项资金，用 --fund 指明：{named}")
    return rows[0]


def _written(format: str, fund: Fund, evaluation: SelfEvaluation | None, sheet: Sheet) -> bytes:
    if format == "json":
        return json.dumps(_told(fund, evaluation, sheet), ensure_ascii=False, indent=1).encode()
    form = form_of(sheet, draft=evaluation is None or evaluation.is_draft)
    if format == "xlsx":
        return form_workbook(form)
    to = io.BytesIO()
    dated = (evaluation.submitted_at if evaluation else None) or timezone.now()
    (write_word if format == "docx" else write_pdf)(document_of(form, dated), to)
    return to.getvalue()


def _told(fund: Fund, evaluation: SelfEvaluation | None, sheet: Sheet) -> dict[str, object]:
    """The sheet with what it belongs to: fund, state, and the hash of what was submitted."""
    kept = evaluation.submissions.order_by("-number").first() if evaluation and not evaluation.is_draft else None
    return {
        "fund": {"id": fund.pk, "year": fund.year, "name": fund.name, "department": str(fund.department)},
        "evaluation": evaluation.pk if evaluation else None,
        "state": evaluation.state if evaluation else "none",
        "submission": {"number": kept.number, "sha256": kept.body_hash, "at": kept.made_at.isoformat()} if kept else None,
        **asdict(sheet),
    }


def _replace(out: Path, data: bytes) -> None:
    """Write beside the file and rename: a reader sees the old file or the whole new one."""
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.chmod(file.name, 0o644)
            os.replace(file.name, out)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
