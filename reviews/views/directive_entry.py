"""Entering a decision from above: its head by form, its lines by table with a preview, and 交办."""

from __future__ import annotations

from django.contrib import messages
from django.core import signing
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from departments.models import Department
from departments.rosters.tables import Line, NotARoster
from departments.site import actor_of, staff_screen
from departments.spreadsheets.rosters import template
from qingdan.errors import RuleBroken, WrongState
from reviews.directive_forms import DirectiveForm, GiveForm, TableForm
from reviews.directive_table import COLUMNS, EXAMPLE, LineTable, check_lines, read_table
from reviews.directives import POSTS, add_lines, give_tasks, record_directive, taking_over
from reviews.models import Directive, DirectiveLine
from reviews.views.directives import directive_url, giving_regions, visible_directive
from reviews.views.pages import attachment, sentences_of, show
from reviews.views.uploads import XLSX

_SALT = "reviews.views.directive_entry"
_MAX_AGE = 3600
_HEAD = ("level", "issuer", "number", "title", "decided_on", "parent", "due_on")


@staff_screen(*POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def directive_new(request: HttpRequest) -> HttpResponse:
    """登记: the head by form, the lines from a table; a preview before anything is written."""
    region = giving_regions(request).first()
    parents = Directive.objects.visible_to(request.user).order_by("-decided_on", "-pk")
    form = DirectiveForm(request.POST or None, request.FILES or None, parents=parents)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in _HEAD if name != "due_on"}
            lines, refusal = _lines_given(request, form)
            if refusal:
                form.add_error("file", refusal)
            elif lines and "confirmed" not in request.POST:
                table = check_lines(lines, region=region, due_on=form.cleaned_data["due_on"])
                return _preview(request, form, lines, table, f"登记 {given['number']}")
            else:
                table = check_lines(lines or [], region=region, due_on=form.cleaned_data["due_on"])
                drafts = [draft for _line, draft in table.accepted]
                try:
                    made = record_directive(actor=actor_of(request), region=region, lines=drafts, **given)
                except (WrongState, RuleBroken) as broken:
                    status, sentences = broken.status, sentences_of(broken)
                else:
                    messages.success(request, _told(made, table))
                    return HttpResponseRedirect(directive_url(made))
    context = {"title": "登记上级决定", "form": form, "region": region, "sentences": sentences, "columns": COLUMNS}
    return show(request, "reviews/directive_new.html", context, status=status)


@staff_screen(*POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def directive_lines(request: HttpRequest, key: int) -> HttpResponse:
    """补充事项: further lines of a decision from a table, with the same preview."""
    row = visible_directive(request, key)
    actor_of(request).must_hold(POSTS, region=row.region)
    form = TableForm(request.POST or None, request.FILES or None)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            lines, refusal = _lines_given(request, form)
            if refusal or not lines:
                form.add_error("file", refusal or "选择文件，或粘贴表格")
            else:
                table = check_lines(lines, region=row.region, due_on=form.cleaned_data["due_on"])
                if "confirmed" not in request.POST:
                    return _preview(request, form, lines, table, f"补充 {row.number} 的事项")
                try:
                    add_lines(actor=actor_of(request), directive=row, lines=[draft for _line, draft in table.accepted])
                except (WrongState, RuleBroken) as broken:
                    status, sentences = broken.status, sentences_of(broken)
                else:
                    messages.success(request, _told(row, table))
                    return HttpResponseRedirect(directive_url(row))
    context = {"title": f"补充 {row.number} 的事项", "form": form, "row": row, "sentences": sentences, "columns": COLUMNS}
    return show(request, "reviews/directive_new.html", context, status=status)


def _lines_given(request: HttpRequest, form: TableForm) -> tuple[list[Line] | None, str]:
    """(rows of the table, why it cannot be read): of the preview that was confirmed, or of the file or text just given."""
    if "lines" in request.POST:
        try:
            owner, plain = signing.loads(request.POST["lines"], salt=_SALT, max_age=_MAX_AGE)
        except signing.BadSignature:
            return None, "预览已过期，重新上传文件"
        return ([Line(*each) for each in plain], "") if owner == request.user.pk else (None, "预览已过期，重新上传文件")
    data = form.table
    if not data.strip():
        return None, ""
    try:
        return read_table(data), ""
    except NotARoster as refusal:
        return None, str(refusal)


def _preview(request: HttpRequest, form: TableForm, lines: list[Line], table: LineTable, title: str) -> HttpResponse:
    """What was read of the table, and what was refused by row and field; nothing has been written."""
    plain = [[line.sheet, line.row, line.cells, line.places] for line in lines]
    context = {
        "title": title,
        "form": form,
        "head": [form[name] for name in _HEAD if name in form.fields],
        "table": table,
        "tasks": sum(len(draft.departments) for _line, draft in table.accepted),
        "sealed": signing.dumps([request.user.pk, plain], salt=_SALT, compress=True),
        "kinds": dict(DirectiveLine.Kind.choices),
    }
    return show(request, "reviews/directive_preview.html", context)


def _told(row: Directive, table: LineTable) -> str:
    tasks = sum(len(draft.departments) for _line, draft in table.accepted)
    return f"已登记 {row.number} 的 {len(table.accepted)} 项，交办 {tasks} 个任务。"


@staff_screen(*POSTS)
@require_safe
def directive_template(request: HttpRequest) -> HttpResponse:
    return attachment(template("上级决定事项", COLUMNS, [EXAMPLE]), "上级决定事项模板.xlsx", XLSX)


@staff_screen(*POSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def directive_tasks(request: HttpRequest, key: int) -> HttpResponse:
    """交办: lines to departments of the city and of its counties, with one date."""
    row = visible_directive(request, key)
    actor_of(request).must_hold(POSTS, region=row.region)
    lines = list(row.lines.annotate(given=Count("tasks")).order_by("position"))
    counties = list(row.region.children.order_by("code"))
    offices = list(
        Department.objects.in_being()
        .filter(region__in=[row.region, *counties])
        .select_related("region")
        .order_by("region__code", "order")
    )
    form = GiveForm(request.POST or None, lines=[line.pk for line in lines], departments=offices, counties=counties)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = [each for each in offices if str(each.pk) in form.cleaned_data["departments"]]
            named = [each for each in counties if str(each.pk) in form.cleaned_data["counties"]]
            try:
                made = give_tasks(
                    actor=actor_of(request),
                    directive=row,
                    lines=[line for line in lines if str(line.pk) in form.cleaned_data["lines"]],
                    departments=[*chosen, *taking_over(chosen, named)],
                    due_on=form.cleaned_data["due_on"],
                )
            except (WrongState, RuleBroken) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已交办 {len(made)} 个任务。")
                return HttpResponseRedirect(directive_url(row))
    ticked = {name: set(request.POST.getlist(name)) for name in ("lines", "departments", "counties")}
    groups: dict[str, list[Department]] = {}
    for each in offices:
        groups.setdefault(each.region.name, []).append(each)
    context = {
        "title": f"交办 {row.number}",
        "row": row,
        "lines": [(line, str(line.pk) in ticked["lines"] if form.is_bound else not line.given) for line in lines],
        "groups": [(name, [(each, str(each.pk) in ticked["departments"]) for each in found]) for name, found in groups.items()],
        "counties": [(each, str(each.pk) in ticked["counties"]) for each in counties],
        "form": form,
        "sentences": sentences,
    }
    return show(request, "reviews/directive_tasks.html", context, status=status)
