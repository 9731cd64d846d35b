"""新建调整申请 and what it is about: open or describe a draft, pick the items to adjust, go on with what is unfinished."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from departments.posts import Post
from departments.site import Section, actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.content import STATES
from qingdan.items.models import Category
from reviews.editing import describe_request, open_draft, own_versions
from reviews.forms import SECRETS, DraftForm
from reviews.guards import check_can_act_on_request
from reviews.kind_terms import clean_text
from reviews.models import Change, Directive
from reviews.returning import first_field_to_correct
from reviews.states import RequestAction
from reviews.views.item_subjects import editable_request, own_department
from reviews.views.pages import DEPARTMENT, address_without_page, page_of, sentences_of, show
from reviews.views.requests import request_url, visible_request
from reviews.views.uploads import own_departments
from reviews.working_copies import copies_of

_SHOWN_COPIES = 8


@staff_screen(*DEPARTMENT)
@require_safe
def item_pick(request: HttpRequest) -> HttpResponse:
    """本部门事项: search and choose. Words that only one item holds lead straight to its form."""
    department = own_department(request, request.GET.get("department", ""))
    row = editable_request(request, request.GET.get("request", ""), department)
    words = clean_text(request.GET.get("q", ""))[:100]
    listed = own_versions(department)
    if words:
        listed = listed.filter(Q(version__name__contains=words) | Q(item__code=words) | Q(version__search_text__contains=words))
    columns = ("item__code", "version__name", "version__category__name", "version__parent__code", "version__state", "item_id")
    page = page_of(request, listed.values_list(*columns))
    query = {"department": department.code, **({"request": row.pk} if row else {})}
    if words and page.paginator.count == 1:
        return HttpResponseRedirect(f"{reverse('admin:change_new')}?{urlencode({'item': page.object_list[0][0], **query})}")
    held = dict(
        Change.objects.filter(item__in=[each[5] for each in page.object_list], open=True).values_list("item_id", "request__number")
    )
    context = {
        "title": "选择要调整的事项",
        "department": department,
        "departments": list(own_departments(request)),
        "row": row,
        "words": words,
        "page": page,
        "lines": [
            (code, name, category, bool(major), STATES[state] if state != "in_use" else "", held.get(item, ""))
            for code, name, category, major, state, item in page.object_list
        ],
        "query": address_without_page(request),
        "carried": urlencode(query),
        "categories": Category.objects.order_by("order"),
        "copies": list(copies_of(request.user).filter(department=department)[:_SHOWN_COPIES]),
    }
    return show(request, "reviews/item_pick.html", context)


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    """新建调整申请: why, by which document, on which decision from above. Then the items."""
    departments = own_departments(request)
    directives = Directive.objects.open_to(departments)
    form = DraftForm(request.POST or None, departments=departments, directives=directives)
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = open_draft(
                    actor=actor_of(request),
                    department=given.get("department") or departments.first(),
                    reason=given["reason"],
                    document=given["document"],
                    directive=given["directive"],
                )
            except RuleBroken as refusal:
                form.add_refusal(refusal)
                sentences = sentences_of(refusal) if not form.errors else []
            else:
                messages.success(request, f"已建立申请草稿 {made.number}。选择要调整的事项，逐项加入。")
                query = urlencode({"request": made.pk, "department": made.department.code})
                return HttpResponseRedirect(f"{reverse('admin:item_pick')}?{query}")
    context = {"title": "新建调整申请", "form": form, "sentences": sentences, "secrets": SECRETS, "row": None}
    return show(request, "reviews/request_form.html", context, status=status)


@staff_screen(*DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def request_describe(request: HttpRequest, key: int) -> HttpResponse:
    """Other words for why a draft or returned request is made."""
    row = visible_request(request, key)
    check_can_act_on_request(actor=actor_of(request), request=row, action=RequestAction.EDIT)
    seen = row.proposed_hash
    form = DraftForm(
        request.POST or None,
        departments=own_departments(request).filter(pk=row.department_id),
        directives=Directive.objects.open_to([row.department]),
        initial={"reason": row.reason, "document": row.document, "directive": row.directive_id, "seen_hash": seen},
    )
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                describe_request(
                    actor=actor_of(request),
                    request=row,
                    reason=given["reason"],
                    document=given["document"],
                    directive=given["directive"],
                    seen_hash=given["seen_hash"],
                )
            except RuleBroken as refusal:
                form.add_refusal(refusal)
            except WrongState as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已修改申请 {row.number} 的事由。")
                return HttpResponseRedirect(request_url(row))
    context = {
        "title": f"修改事由：{row.number}",
        "form": form,
        "sentences": sentences,
        "secrets": SECRETS,
        "row": row,
        "stale": status == 409,
    }
    return show(request, "reviews/request_form.html", context, status=status)


def editing_section(request: HttpRequest) -> list[Section]:
    """On the workbench of a department's people: the search that opens an item's form, and forms that are not finished."""
    held = request.user.postings.held().filter(post__in=(Post.CLERK, Post.HEAD)).select_related("department")
    departments = list(dict.fromkeys(posting.department for posting in held))
    if not departments:
        return []
    copies = list(copies_of(request.user)[:_SHOWN_COPIES])
    context = {"departments": departments, "copies": copies}
    return [Section("调整事项", "reviews/_workbench_editing.html", context, 0)]


@staff_screen(*DEPARTMENT)
@require_safe
def request_correct(request: HttpRequest, key: int) -> HttpResponse:
    """补正: the form at the first field that the return marked; without marks, of the first change; the request where it has none."""
    row = visible_request(request, key)
    check_can_act_on_request(actor=actor_of(request), request=row, action=RequestAction.EDIT)
    if (first := first_field_to_correct(row)) is not None and first.change.category_code:
        return HttpResponseRedirect(reverse("admin:change_edit", args=[row.pk, first.change.pk]) + first.anchor)
    found = row.changes.exclude(category_code="").order_by("position").values_list("pk", flat=True).first()
    return HttpResponseRedirect(reverse("admin:change_edit", args=[row.pk, found]) if found else request_url(row))
