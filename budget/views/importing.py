"""Importing vouchers: the file or pasted rows, what was read of it, the import. Nothing is kept here between preview and import."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from budget.forms import ImportForm
from budget.guards import FundAct, check_can_act
from budget.importing import import_vouchers
from budget.models import Fund
from budget.money import yuan_text
from budget.views.pages import fund_page, visible_fund
from budget.voucher_table import COLUMNS, EXAMPLE, VoucherTable, judge, read_vouchers
from departments.posts import Post
from departments.rosters.tables import Line, NotARoster
from departments.site import actor_of, staff_screen
from departments.spreadsheets.rosters import template
from qingdan.errors import RuleBroken, WrongState
from qingdan.ledger.canonical import sha256_hex
from reviews.views.pages import attachment
from reviews.views.uploads import XLSX

_SALT = "budget.views.importing"
_MAX_AGE = 3600
_SHOWN = 200


@staff_screen(Post.FUND_CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_import(request: HttpRequest, key: int) -> HttpResponse:
    """The three steps on one address: nothing posted, a table posted, the sealed preview posted back."""
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.ENTER)
    if "sealed" in request.POST:
        return _import(request, fund)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name, data = form.given()
        try:
            if not data.strip():
                raise NotARoster("选择文件，或粘贴表格")
            lines = read_vouchers(data)
        except NotARoster as refusal:
            form.add_error("file", str(refusal))
        else:
            return _preview(request, fund, lines, sha256_hex(data), name)
    return _start(request, fund, form, status=422 if request.method == "POST" else 200)


def _start(request: HttpRequest, fund: Fund, form: ImportForm, *, status: int) -> HttpResponse:
    imports = [(each, yuan_text(each.amount)) for each in fund.imports.select_related("made_by").order_by("-pk")[:20]]
    context = {"form": form, "columns": COLUMNS, "imports": imports}
    return fund_page(request, "fund_import.html", fund, "导入凭证", status=status, **context)


def _preview(
    request: HttpRequest, fund: Fund, lines: list[Line], file_hash: str, name: str, *, told: str = "", status: int = 200
) -> HttpResponse:
    table = judge(lines, fund)
    context = {
        "table": table,
        "told": told,
        "name": name,
        "faults": sum(len(faults) for _line, faults in table.refused),
        "total": yuan_text(table.total),
        "shown": table.accepted[:_SHOWN],
        "sealed": _seal(request, fund, lines, file_hash, name, table) if table.accepted else "",
    }
    return fund_page(request, "fund_import_preview.html", fund, "导入凭证：预览", status=status, **context)


def _seal(request: HttpRequest, fund: Fund, lines: list[Line], file_hash: str, name: str, table: VoucherTable) -> str:
    plain = [[line.sheet, line.row, line.cells, line.places] for line in lines]
    shown = [len(table.accepted), str(table.total)]
    return signing.dumps([request.user.pk, fund.pk, plain, file_hash, name, shown], salt=_SALT, compress=True)


def _import(request: HttpRequest, fund: Fund) -> HttpResponse:
    try:
        owner, of, plain, file_hash, name, (count, total) = signing.loads(request.POST["sealed"], salt=_SALT, max_age=_MAX_AGE)
    except signing.BadSignature:
        owner = of = None
    if (owner, of) != (request.user.pk, fund.pk):
        messages.error(request, "预览已过期，没有写入；请重新选择文件。")
        return _start(request, fund, ImportForm(), status=422)
    lines = [Line(*each) for each in plain]
    given = {"lines": lines, "file_hash": file_hash, "file_name": name, "count": count, "total": Decimal(total)}
    try:
        made = import_vouchers(actor=actor_of(request), fund=fund, **given)
    except (RuleBroken, WrongState) as refusal:
        return _preview(request, fund, lines, file_hash, name, told=f"没有导入：{refusal}", status=refusal.status)
    messages.success(request, f"“{made.file_name}”已导入 {made.count} 笔、{yuan_text(made.amount)} 元，待复核。")
    return redirect("admin:fund_spending", fund.pk)


@staff_screen(Post.FUND_CLERK)
@require_safe
def fund_import_template(request: HttpRequest, key: int) -> HttpResponse:
    visible_fund(request, key)
    return attachment(template("凭证", COLUMNS, [EXAMPLE]), "凭证导入模板.xlsx", XLSX)
