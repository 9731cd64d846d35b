"""Self-evaluations of a fund: which there are, the form as it is printed, its files, and what is done with it as a whole."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budget.evaluation import submitting as acts
from budget.evaluation.filling import begin_evaluation
from budget.evaluation.form import document_of, form_of
from budget.evaluation.forms import BeginForm, FormatForm, ReturnForm
from budget.evaluation.making import make_format
from budget.evaluation.models import EvaluationFormat, SelfEvaluation
from budget.evaluation.scoring import plain
from budget.evaluation.sheet import Sheet, sheet_of
from budget.guards import FundAct, check_can_act, fund_acts
from budget.models import Fund
from budget.queries import READERS
from budget.spreadsheets.evaluation import form_workbook
from budget.views.pages import attempt, fund_page, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.paper.pdf import NotSet, write_pdf
from qingdan.paper.word import write_word
from reviews.views.pages import attachment, sentences_of, show
from reviews.views.uploads import XLSX

_FORM = ["GET", "HEAD", "POST"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def visible_evaluation(request: HttpRequest, key: int, number: int) -> tuple[Fund, SelfEvaluation]:
    """The fund and the self-evaluation of this address, or 404 for whoever may not know of them."""
    fund = visible_fund(request, key)
    rows = SelfEvaluation.objects.visible_to(request.user).select_related("format", "submitted_by", "confirmed_by")
    evaluation = get_object_or_404(rows, fund=fund, pk=number)
    evaluation.fund = fund
    return fund, evaluation


@staff_screen(*READERS)
@require_safe
def fund_evaluations(request: HttpRequest, key: int) -> HttpResponse:
    fund = visible_fund(request, key)
    rows = fund.evaluations.select_related("format", "submitted_by", "confirmed_by").order_by("pk")
    found = []
    for each in rows:
        each.fund = fund
        found.append((each, sheet_of(each)))
    context = {"rows": found, "may": {act.value for act in fund_acts(actor_of(request), fund)}}
    return fund_page(request, "evaluations.html", fund, "绩效自评", **context)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evaluation_new(request: HttpRequest, key: int) -> HttpResponse:
    """Which format, and where goals and indicators are taken from."""
    fund = visible_fund(request, key)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.EVALUATE)
    taken = fund.evaluations.values("format")
    sources = SelfEvaluation.objects.visible_to(request.user).filter(fund__department=fund.department)
    form = BeginForm(
        request.POST or None,
        formats=EvaluationFormat.objects.exclude(pk__in=taken),
        sources=sources.select_related("fund", "format").order_by("-fund__year", "pk"),
    )
    status = 200
    if request.method == "POST":
        made, status = attempt(form, lambda given: begin_evaluation(actor=actor_of(request), fund=fund, **given))
        if made:
            messages.success(request, f"已建立“{made.format}”。接着填表头、目标和指标。")
            return redirect("admin:fund_evaluation", fund.pk, made.pk)
    return fund_page(request, "evaluation_form.html", fund, "建立自评", status=status, form=form, button="建立", back="list")


@staff_screen(*READERS)
@require_safe
def fund_evaluation(request: HttpRequest, key: int, number: int) -> HttpResponse:
    """The form exactly as its files have it; above it where it stands and what the reader may do, below it how it came about."""
    return _page(request, *visible_evaluation(request, key, number))


def _page(
    request: HttpRequest,
    fund: Fund,
    evaluation: SelfEvaluation,
    *,
    told: list[str] | None = None,
    return_form: ReturnForm | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = sheet_of(evaluation)
    may = {act.value for act in fund_acts(actor_of(request), fund, evaluation)}
    if evaluation.submitted_by_id == request.user.pk:
        may.discard(FundAct.CONFIRM_EVALUATION.value)
    context = {
        "evaluation": evaluation,
        "sheet": sheet,
        "form": form_of(sheet, draft=evaluation.is_draft),
        "goals": _goals(evaluation, sheet) if evaluation.is_draft else [],
        "open": [f"{each.where}：{each.message}" for each in acts.faults_of(evaluation)] if evaluation.is_draft else [],
        "may": may,
        "told": told or [],
        "return_form": return_form or ReturnForm(),
        "kept": evaluation.submissions.order_by("-number").first(),
        "trail": list(evaluation.history.select_related("history_user").order_by("-history_date", "-history_id")[:30]),
    }
    return fund_page(request, "evaluation.html", fund, str(evaluation.format), status=status, **context)


def _goals(evaluation: SelfEvaluation, sheet: Sheet) -> list[tuple[object, list]]:
    """The goals with their indicators, for the links of who fills them in."""
    goals = list(evaluation.objectives.order_by("order", "pk"))
    return [(goal, [row for row in sheet.rows if row.goal == number]) for number, goal in enumerate(goals, 1)]


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def fund_evaluation_submit(request: HttpRequest, key: int, number: int) -> HttpResponse:
    """What will be frozen in numbers; everything that is still missing, at once."""
    fund, evaluation = visible_evaluation(request, key, number)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.SUBMIT_EVALUATION, evaluation=evaluation)
    told, status = [f"{each.where}：{each.message}" for each in acts.faults_of(evaluation)], 200
    if request.method == "POST":
        try:
            kept = acts.submit_evaluation(actor=actor_of(request), evaluation=evaluation)
        except (RuleBroken, WrongState) as refusal:
            told, status = sentences_of(refusal), refusal.status
        else:
            total = "无数据" if kept.total is None else f"{kept.total} 分"
            messages.success(request, f"已第 {kept.number} 次提交，总分 {total}。内容不再改动，待{Post.FUND_CHECKER.label}确认。")
            return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)
    context = {"evaluation": evaluation, "sheet": sheet_of(evaluation), "told": told}
    return fund_page(request, "evaluation_submit.html", fund, "提交自评", status=status, **context)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_evaluation_confirm(request: HttpRequest, key: int, number: int) -> HttpResponse:
    fund, evaluation = visible_evaluation(request, key, number)
    try:
        acts.confirm_evaluation(actor=actor_of(request), evaluation=evaluation)
    except WrongState as refusal:
        return _page(request, fund, evaluation, told=[str(refusal)], status=refusal.status)
    messages.success(request, "已确认。")
    return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)


@staff_screen(Post.FUND_CHECKER)
@require_POST
def fund_evaluation_return(request: HttpRequest, key: int, number: int) -> HttpResponse:
    fund, evaluation = visible_evaluation(request, key, number)
    check_can_act(actor=actor_of(request), fund=fund, act=FundAct.RETURN_EVALUATION, evaluation=evaluation)
    form = ReturnForm(request.POST)
    done, status = attempt(form, lambda given: acts.return_evaluation(actor=actor_of(request), evaluation=evaluation, **given))
    if done is None:
        return _page(request, fund, evaluation, return_form=form, status=status)
    messages.success(request, f"已退回{Post.FUND_CLERK.label}，所提交的内容仍保留。")
    return redirect("admin:fund_evaluation", fund.pk, evaluation.pk)


@staff_screen(*READERS)
@require_safe
def fund_evaluation_file(request: HttpRequest, key: int, number: int, kind: str) -> HttpResponse:
    """The form as xlsx, docx or pdf: what the page says, cell by cell."""
    fund, evaluation = visible_evaluation(request, key, number)
    form = form_of(sheet_of(evaluation), draft=evaluation.is_draft)
    name = f"{form.title}（{evaluation.format.name}）.{kind}"
    if kind == "xlsx":
        return attachment(form_workbook(form), name, XLSX)
    writers = {"docx": (write_word, DOCX), "pdf": (write_pdf, PDF)}
    if kind not in writers:
        raise Http404
    write, media = writers[kind]
    to = io.BytesIO()
    try:
        write(document_of(form, evaluation.submitted_at or timezone.now()), to)
    except NotSet as fault:
        return _page(request, fund, evaluation, told=[str(fault)], status=500)
    return attachment(to.getvalue(), name, media)


@staff_screen(*READERS)
@require_safe
def evaluation_formats(request: HttpRequest) -> HttpResponse:
    """The templates there are, with what they weigh."""
    rows = [(each, each.read(), plain(each.execution_weight)) for each in EvaluationFormat.objects.select_related("made_by")]
    may = actor_of(request).holding(Post.FUND_CLERK) is not None
    return show(request, "budget/evaluation_formats.html", {"title": "自评表样式", "rows": rows, "may": may})


@staff_screen(Post.FUND_CLERK)
@require_http_methods(_FORM)
def evaluation_format_new(request: HttpRequest) -> HttpResponse:
    """An own template: its weights close to 100, its bands leave no gap."""
    form, status = FormatForm(request.POST or None), 200
    if request.method == "POST":
        made, status = attempt(form, lambda given: make_format(actor=actor_of(request), **given))
        if made:
            messages.success(request, f"已建立“{made}”。")
            return redirect("admin:fund_evaluation_formats")
    context = {"title": "建立样式", "form": form, "button": "建立", "back": "formats"}
    return show(request, "budget/evaluation_form.html", context, status=status)
