"""Departments: the screens of 系统管理员."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from departments import offices as acts
from departments.forms import CloseForm, DepartmentForm, MergeForm, NewDepartmentForm, RenameForm
from departments.models import Department, Region
from departments.posts import Post
from departments.site import actor_of, staff_screen
from departments.views.answers import attempt, numbered, page


@staff_screen(Post.SYSTEM_ADMIN)
def offices(request: HttpRequest) -> HttpResponse:
    """All departments: searched by ``q``, of one ``region`` (code), with or without those that ended."""
    wanted, code = request.GET.get("q", "").strip()[:60], request.GET.get("region", "")
    rows = Department.objects.select_related("region", "successor").order_by("region__code", "order", "code")
    if wanted:
        rows = rows.filter(Q(name__icontains=wanted) | Q(short_name__icontains=wanted) | Q(code__icontains=wanted))
    if code:
        rows = rows.filter(region__code=code)
    if request.GET.get("state") == "ended":
        rows = rows.exclude(abolished_on=None)
    regions = Region.objects.filter(departments__isnull=False).distinct()
    context = {
        "found": numbered(request, rows),
        "q": wanted,
        "region": code,
        "regions": regions,
        "state": request.GET.get("state", ""),
    }
    return page(request, "offices.html", "部门", **context)


@staff_screen(Post.SYSTEM_ADMIN)
def new_office(request: HttpRequest) -> HttpResponse:
    form = NewDepartmentForm(request.POST or None)
    if request.method == "POST":
        made = attempt(form, lambda given: acts.create_department(actor=actor_of(request), **given))
        if made:
            messages.success(request, f"已建立部门“{made}”。")
            return redirect("admin:office", made.pk)
    return page(request, "office_form.html", "新建部门", form=form)


@staff_screen(Post.SYSTEM_ADMIN)
def office(request: HttpRequest, pk: int) -> HttpResponse:
    return _office_page(request, get_object_or_404(Department, pk=pk))


@staff_screen(Post.SYSTEM_ADMIN)
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    form = DepartmentForm(request.POST or None, instance=get_object_or_404(Department, pk=pk))
    if request.method == "POST":
        done = attempt(form, lambda given: acts.describe_department(actor=actor_of(request), department=department, **given))
        if done:
            messages.success(request, f"“{done}”的信息已保存。")
            return redirect("admin:office", pk)
    return page(request, "office_form.html", f"维护信息：{department}", form=form, department=department)


@staff_screen(Post.SYSTEM_ADMIN)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    department, form = get_object_or_404(Department, pk=pk), RenameForm(request.POST)
    old = department.name
    done = attempt(form, lambda given: acts.rename_department(actor=actor_of(request), department=department, **given))
    if done is None:
        return _office_page(request, department, rename_form=form)
    messages.success(request, f"“{old}”已更名为“{done.name}”。以前公布的清单仍显示旧名称。")
    return redirect("admin:office", pk)


@staff_screen(Post.SYSTEM_ADMIN)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    form = MergeForm(request.POST, department=department)
    done = attempt(form, lambda given: _merge(request, department, given))
    if done is None:
        return _office_page(request, department, merge_form=form)
    messages.success(request, f"“{done}”自 {done.abolished_on} 起并入“{done.successor}”，任职随之转入。")
    return redirect("admin:office", pk)


def _merge(request: HttpRequest, department: Department, given: dict) -> Department:
    return acts.merge_department(
        actor=actor_of(request), department=department, into=given["into"], on=given["on"], reason=given["reason"]
    )


@staff_screen(Post.SYSTEM_ADMIN)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    department = get_object_or_404(Department, pk=pk)
    form = CloseForm(request.POST, department=department)
    done = attempt(
        form,
        lambda given: acts.close_department(actor=actor_of(request), department=department, on=given["on"], reason=given["reason"]),
    )
    if done is None:
        return _office_page(request, department, close_form=form)
    messages.success(request, f"“{done}”自 {done.abolished_on} 起撤销。")
    return redirect("admin:office", pk)


def _office_page(request: HttpRequest, department: Department, **forms: object) -> HttpResponse:
    """One department: what it is called and was called, who holds posts in it, and what may be done."""
    people = department.postings.held().select_related("user").order_by("post", "user__username")
    context = {
        "department": department,
        "former_names": acts.former_names(department),
        "people": people,
        "predecessors": department.predecessors.order_by("abolished_on"),
        "rename_form": RenameForm(initial={"name": department.name, "short_name": department.short_name}),
        "merge_form": MergeForm(department=department),
        "close_form": CloseForm(department=department),
        **forms,
    }
    return page(request, "office.html", department.name, status=422 if forms else 200, **context)
