"""导入工作簿, three steps in one page: the file, what was read of it, what will change; and the workbooks to download."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from departments.models import Department
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.kinds import BEGINNING, ENDING, ChangeKind
from qingdan.items.models import Category, Edition
from qingdan.items.spreadsheets.marking import marked_workbook
from qingdan.items.spreadsheets.published import department_workbook
from qingdan.items.spreadsheets.templates import empty_template
from reviews.forms import SECRETS, ProposeForm, UploadForm
from reviews.guards import can_act_on_request
from reviews.importing import compare_upload, propose_upload, read_upload, receive_upload
from reviews.matching import Comparison, MatchedRow
from reviews.models import ChangeRequest, DirectiveTask, Upload
from reviews.states import RequestAction
from reviews.views.differences import Row, filled, parts_between
from reviews.views.pages import DEPARTMENT, address_without_page, attachment, page_of, sentences_of, show
from reviews.views.requests import request_url

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TABS = ("changes", "refused", "ignored", "read")


def own_departments(request: HttpRequest) -> QuerySet[Department]:
    """Departments in which the user is 经办人 or 部门负责人 today."""
    held = request.user.postings.held().filter(post__in=DEPARTMENT)
    return Department.objects.filter(pk__in=held.values("department")).select_related("region").order_by("order", "code")


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload_start(request: HttpRequest) -> HttpResponse:
    """Step one: the file. Beside it, the workbooks to begin from and the uploads so far."""
    departments = own_departments(request)
    correcting = _correcting(request)
    form = UploadForm(request.POST or None, request.FILES or None, departments=departments)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                received = _receive(request, form.cleaned_data["department"], form.cleaned_data["file"])
            except (WrongState, RuleBroken) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                return HttpResponseRedirect(_upload_url(request, received))
    uploads = Upload.objects.visible_to(request.user).defer("reading").select_related("department", "uploaded_by")
    page = page_of(request, uploads.order_by("-uploaded_at", "-pk"))
    context = {
        "title": "导入工作簿",
        "form": form,
        "correcting": correcting,
        "sentences": sentences,
        "secrets": SECRETS,
        "departments": departments,
        "categories": Category.objects.order_by("order"),
        "page": page,
        "query": address_without_page(request),
    }
    return show(request, "reviews/upload_start.html", context, status=status)


def _receive(request: HttpRequest, department: Department, file) -> Upload:
    data = file.read()
    reading = read_upload(file_name=file.name, data=data, department=department)
    return receive_upload(actor=actor_of(request), department=department, file_name=file.name, data=data, reading=reading)


def _correcting(request: HttpRequest) -> ChangeRequest | None:
    """The draft or returned request whose changes this upload is to replace (``request`` in the address)."""
    key = request.GET.get("request", "")
    if not key:
        return None
    rows = ChangeRequest.objects.visible_to(request.user).select_related("department")
    row = get_object_or_404(rows, pk=int(key) if key.isdecimal() else 0)
    if not can_act_on_request(actor=actor_of(request), request=row, action=RequestAction.EDIT):
        raise WrongState(f"申请 {row.number} 现在是“{row.get_state_display()}”，不能修改")
    return row


def _upload_url(request: HttpRequest, upload: Upload) -> str:
    """The upload's own page, with what the address said it is for: ``request`` to be corrected, ``task`` to be answered."""
    kept = {name: request.GET[name] for name in ("request", "task") if request.GET.get(name)}
    address = reverse("admin:upload", args=[upload.pk])
    return f"{address}?{urlencode(kept)}" if kept else address


def _open_tasks(department: Department) -> list[DirectiveTask]:
    """What the department has still to answer, as a choice of the form."""
    tasks = DirectiveTask.objects.of_departments([department]).unanswered()
    return list(
        tasks.select_related("directive__region", "line", "department", "request").order_by(
            "directive__decided_on", "line__position", "pk"
        )[:200]
    )


def visible_upload(request: HttpRequest, key: int) -> Upload:
    """The upload of this address, or 404 for whoever may not know of it."""
    rows = Upload.objects.visible_to(request.user).select_related("department__region", "region", "uploaded_by")
    return get_object_or_404(rows, pk=key)


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, key: int) -> HttpResponse:
    """Steps two and three: what was read, what will change, and the request that comes of it."""
    row = visible_upload(request, key)
    correcting = _correcting(request)
    clear_empty = "clear_empty" in (request.POST if request.method == "POST" else request.GET)
    comparison = compare_upload(upload=row, clear_empty=clear_empty)
    absent = [version.item.code for version in comparison.absent]
    initial = {"clear_empty": clear_empty}
    if correcting:
        initial |= {"reason": correcting.reason, "document": correcting.document, "seen_hash": correcting.proposed_hash}
    initial["tasks"] = [request.GET.get("task", "")]
    tasks = _open_tasks(row.department)
    form = ProposeForm(request.POST or None, absent=absent, tasks=tasks, initial=initial)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = propose_upload(actor=actor_of(request), upload=row, request=correcting, **form.cleaned_data)
            except (WrongState, RuleBroken) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, _told(made, correcting))
                return HttpResponseRedirect(request_url(made))
    context = _upload_context(request, row, comparison, correcting)
    context |= {
        "form": form,
        "sentences": sentences,
        "stale": status == 409,
        "clear_empty": clear_empty,
        "ticked": set(request.POST.getlist("repeal")),
    }
    return show(request, "reviews/upload.html", context, status=status)


def _upload_context(
    request: HttpRequest, row: Upload, comparison: Comparison, correcting: ChangeRequest | None
) -> dict[str, object]:
    changing = comparison.changing
    counts = {"changes": len(changing), "refused": len(comparison.refused), "ignored": len(comparison.ignored)}
    counts["read"] = len(comparison.rows)
    tab = request.GET.get("tab", "")
    tab = tab if tab in _TABS else "changes"
    listed = {"changes": changing, "refused": comparison.refused, "ignored": comparison.ignored, "read": comparison.rows}[tab]
    page = page_of(request, listed)
    kinds: dict[str, int] = {}
    for each in changing:
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    query = request.GET.copy()
    for name in ("tab", "page"):
        query.pop(name, None)
    return {
        "title": f"导入 {row.file_name}",
        "upload": row,
        "correcting": correcting,
        "secrets": SECRETS,
        "comparison": comparison,
        "counts": counts,
        "kinds": [(ChangeKind(kind).label, kinds[kind]) for kind in ChangeKind if kind in kinds],
        "tabs": [
            ("changes", "将要调整", counts["changes"]),
            ("read", "读入", counts["read"]),
            ("refused", "未读入", counts["refused"]),
            ("ignored", "略过", counts["ignored"]),
        ],  # fmt: skip
        "tab": tab,
        "page": page,
        "shown": _shown_rows(page) if tab == "changes" else [],
        "query": address_without_page(request),
        "tab_query": f"{query.urlencode()}&" if query else "",
        "file_kept": bool(row.file),
    }


def _shown_rows(page: Page) -> list[tuple[MatchedRow, str, str, list[Row], list[tuple[str, str]]]]:
    """(row, kind, tone, differing elements, what a new item fills in) of the changing rows of one page."""
    categories = dict(Category.objects.values_list("code", "name"))
    shown = []
    for each in page.object_list:
        tone = "good" if each.kind in BEGINNING else "bad" if each.kind in ENDING else "warn"
        rows = [
            Row(d.label, *parts_between(d.old, d.new), "新增" if not d.old else "删除" if not d.new else "变更")
            for d in each.differences
        ]
        elements = filled(each.content, categories) if each.version is None else []
        shown.append((each, ChangeKind(each.kind).label, tone, rows, elements))
    return shown


def _told(made: ChangeRequest, correcting: ChangeRequest | None) -> str:
    done = "已用工作簿替换申请" if correcting else "已建立申请草稿"
    return format_html('{} <a href="{}">{}</a>，核对后由部门负责人提交。', done, request_url(made), made.number)


@staff_screen(*DEPARTMENT)
@require_safe
def upload_marked(request: HttpRequest, key: int) -> HttpResponse:
    """The user's own workbook with the faulty cells coloured and the sentences in comments."""
    row = visible_upload(request, key)
    if not row.file:
        raise Http404
    with row.file.open("rb") as file:
        data = file.read()
    stem = row.file_name.rsplit(".", 1)[0]
    marked = marked_workbook(data=data, file_name=row.file_name, refused=_marks(compare_upload(upload=row)))
    return attachment(marked, f"{stem}（标出未读入）.xlsx", XLSX)


def _marks(comparison: Comparison) -> list[tuple[str, int, str, str]]:
    """(sheet, row, column, sentence) of every fault of the rows that were not read."""
    return [(row.sheet, row.row, fault.column, fault.message) for row in comparison.refused for fault in (row.faults or (row,))]


@staff_screen(*DEPARTMENT)
@require_safe
def department_list(request: HttpRequest, code: str) -> HttpResponse:
    """下载本部门清单: every element as it is published, to be edited and uploaded."""
    department = get_object_or_404(own_departments(request), code=code)
    edition = Edition.objects.newest(department.region)
    stand = edition.title if edition else "尚未公布"
    name = f"{department.name}权责清单（{stand}）{timezone.localdate():%Y%m%d}.xlsx"
    return attachment(department_workbook(department=department, edition=edition), name, XLSX)


@staff_screen(*DEPARTMENT)
@require_safe
def category_template(request: HttpRequest, code: str) -> HttpResponse:
    """An empty workbook with the elements of one category."""
    category = get_object_or_404(Category, code=code)
    return attachment(empty_template(category=category), f"{category.name}填报模板.xlsx", XLSX)
