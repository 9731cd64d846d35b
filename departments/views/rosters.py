"""Importing departments and accounts: the file, what was read of it, the import, the slips."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from departments.forms import RosterUploadForm
from departments.posts import Post
from departments.rosters import account_lines, department_lines
from departments.rosters.tables import Line, NotARoster, lines_of
from departments.site import actor_of, staff_screen
from departments.spreadsheets.rosters import read_grids, template
from departments.views.answers import page, show_slips
from qingdan.errors import RuleBroken

_SALT = "departments.views.rosters"
_MAX_AGE = 3600
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DEPARTMENT_EXAMPLE = ("420600-RSJ", "市人力资源和社会保障局", "市人社局", "420600", "政府工作部门", "", "1", "李文静")
_ACCOUNT_EXAMPLE = ("李文静", "市人力资源和社会保障局", "经办人", "13800000001", "", "")


@staff_screen(Post.SYSTEM_ADMIN)
def department_roster(request: HttpRequest) -> HttpResponse:
    """Upload, preview, import departments."""
    return _roster(request, "导入部门", "department", department_lines.COLUMNS, _check_departments, _import_departments)


@staff_screen(Post.SYSTEM_ADMIN)
def account_roster(request: HttpRequest) -> HttpResponse:
    """Upload, preview, import accounts; the answer to the import are the slips."""
    return _roster(request, "导入账号", "account", account_lines.COLUMNS, _check_accounts, _import_accounts)


@staff_screen(Post.SYSTEM_ADMIN)
def department_template(request: HttpRequest) -> HttpResponse:
    return _download("部门导入模板.xlsx", template("部门", department_lines.COLUMNS, [_DEPARTMENT_EXAMPLE]))


@staff_screen(Post.SYSTEM_ADMIN)
def account_template(request: HttpRequest) -> HttpResponse:
    return _download("账号导入模板.xlsx", template("账号", account_lines.COLUMNS, [_ACCOUNT_EXAMPLE]))


def _roster(request: HttpRequest, title: str, kind: str, columns, check, import_checked) -> HttpResponse:
    """The three steps on one address: nothing posted, a file posted, the lines of the preview posted back."""
    form = RosterUploadForm(request.POST or None, request.FILES or None)
    if "lines" in request.POST:
        lines = _unseal(request)
        if lines is None:
            messages.error(request, "预览已过期，请重新上传文件。")
            return redirect(request.path)
        roster = check(request, lines)
        try:
            return import_checked(request, roster)
        except RuleBroken as refusal:
            messages.error(request, f"没有导入：{refusal}")
            return _preview(request, title, kind, lines, check(request, lines), columns, status=422)
    if request.method == "POST" and form.is_valid():
        try:
            lines = lines_of(read_grids(form.cleaned_data["file"].read()), columns)
        except NotARoster as refusal:
            form.add_error("file", str(refusal))
        else:
            return _preview(request, title, kind, lines, check(request, lines), columns)
    status = 422 if request.method == "POST" else 200
    return page(request, "roster.html", title, status=status, form=form, columns=columns, template_url=_template_url(kind))


def _preview(request: HttpRequest, title: str, kind: str, lines: list[Line], roster, columns, status: int = 200) -> HttpResponse:
    rows = [(new.line, [(column, new.line.text(column.key)) for column in columns]) for new in roster.accepted]
    context = {"roster": roster, "rows": rows, "columns": columns, "kind": kind, "lines": _seal(request, lines)}
    return page(request, "roster_preview.html", f"{title}：预览", status=status, template_url=_template_url(kind), **context)


def _template_url(kind: str) -> str:
    return reverse(f"admin:{kind}_template")


def _seal(request: HttpRequest, lines: list[Line]) -> str:
    """The lines as read, signed, so that nothing of the file is kept here between preview and import."""
    plain = [[line.sheet, line.row, line.cells, line.places] for line in lines]
    return signing.dumps([request.user.pk, plain], salt=_SALT, compress=True)


def _unseal(request: HttpRequest) -> list[Line] | None:
    try:
        owner, plain = signing.loads(request.POST["lines"], salt=_SALT, max_age=_MAX_AGE)
    except signing.BadSignature:
        return None
    return [Line(*each) for each in plain] if owner == request.user.pk else None


def _check_departments(request: HttpRequest, lines: list[Line]):
    return department_lines.check(lines, settings.HOME_REGION)


def _import_departments(request: HttpRequest, roster) -> HttpResponse:
    made = department_lines.import_departments(actor=actor_of(request), departments=roster.accepted)
    messages.success(request, f"已导入 {len(made)} 个部门。")
    return redirect("admin:offices")


def _check_accounts(request: HttpRequest, lines: list[Line]):
    return account_lines.check(lines, actor_of(request))


def _import_accounts(request: HttpRequest, roster) -> HttpResponse:
    slips = account_lines.import_accounts(actor=actor_of(request), postings=roster.accepted)
    if not slips:
        messages.info(request, "没有可导入的行：名册中的人员和岗位都已在系统中。")
        return redirect("admin:accounts")
    return show_slips(request, slips, "导入完成：一次性密码", reverse("admin:accounts"))


def _download(name: str, data: bytes) -> HttpResponse:
    return HttpResponse(data, content_type=_XLSX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
