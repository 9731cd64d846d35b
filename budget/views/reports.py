"""The written report of a fund: as it will be printed, its texts to fill in, and the Word and PDF files."""

from __future__ import annotations

import io

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from budget.execution import book_of
from budget.guards import FundAct, check_can_act, fund_acts
from budget.indicators import compute_all
from budget.models import Fund, ReportText
from budget.queries import READERS
from budget.reporting.paper import OUTLINE, data_of, report_of, report_title
from budget.reporting.writing import LIMIT, seen_hash, texts_of, write_report
from budget.views.pages import attempt, fund_page, visible_fund
from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import WrongState
from qingdan.paper.blocks import Block, Paragraph
from qingdan.paper.pdf import NotSet
from reviews.forms import PlainForm
from reviews.papers.kept import FORMS
from reviews.views.pages import attachment


class ReportForm(PlainForm):
    """A box a section; what is typed is kept as it is, a line a paragraph."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for _heading, sections in OUTLINE:
            for _subheading, section in sections:
                self.fields[section.value] = forms.CharField(
                    label=section.label, required=False, max_length=2 * LIMIT, widget=forms.Textarea(attrs={"rows": 6})
                )

    @property
    def texts(self) -> dict[str, str]:
        return {section: self.cleaned_data[section] for section in ReportText.Section.values}


def _shown(blocks: list[Block]) -> list[dict[str, object]]:
    """Blocks for the page: the same texts as in the files."""
    return [
        {"style": each.style, "text": "".join(text for text, _mark in each.runs)}
        if isinstance(each, Paragraph)
        else {"style": "table", "head": each.head, "rows": [["".join(t for t, _ in one.runs) for one in row] for row in each.rows]}
        for each in blocks
    ]


@staff_screen(*READERS)
@require_safe
def fund_report(request: HttpRequest, key: int) -> HttpResponse:
    """The report as the files have it, and who wrote what when."""
    fund = visible_fund(request, key)
    trail = ReportText.history.filter(fund_id=fund.pk).select_related("history_user").order_by("-history_date", "-history_id")
    context = {
        "blocks": _shown([block for part in report_of(fund).parts for block in part.blocks]),
        "forms": [(form, label) for form, (label, _write, _type) in FORMS.items()],
        "may_write": FundAct.WRITE_REPORT in fund_acts(actor_of(request), fund),
        "trail": [(row, ReportText.Section(row.section).label, len(row.text)) for row in trail[:30]],
    }
    return fund_page(request, "fund_report.html", fund, "自评报告", **context)


@staff_screen(Post.FUND_CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_report_write(request: HttpRequest, key: int) -> HttpResponse:
    """A box for each section, under what the system fills in itself."""
    fund = visible_fund(request, key)
    actor = actor_of(request)
    check_can_act(actor=actor, fund=fund, act=FundAct.WRITE_REPORT)
    texts = texts_of(fund)
    form, status = ReportForm(request.POST or None, initial={**texts, "seen": seen_hash(texts)}), 200
    if request.method == "POST":
        done, status = attempt(form, lambda given: write_report(actor=actor, fund=fund, texts=form.texts, seen=given["seen"]))
        if done is not None:
            messages.success(request, f"已保存 {len(done)} 部分。" if done else "文字没有变化。")
            return redirect("admin:fund_report", fund.pk)
    return fund_page(request, "fund_report_write.html", fund, "填写自评报告", form=form, parts=_parts(fund, form), status=status)


def _parts(fund: Fund, form: ReportForm) -> list[dict[str, object]]:
    book, figures = book_of(fund), compute_all(fund)
    return [
        {
            "heading": heading,
            "sections": [
                {"title": subheading, "data": _shown(list(data_of(section, book, figures))), "field": form[section.value]}
                for subheading, section in sections
            ],
        }
        for heading, sections in OUTLINE
    ]


@staff_screen(*READERS)
@require_safe
def fund_report_file(request: HttpRequest, key: int, form: str) -> HttpResponse:
    fund = visible_fund(request, key)
    if form not in FORMS:
        raise Http404
    _label, write, media_type = FORMS[form]
    to = io.BytesIO()
    try:
        write(report_of(fund), to)
    except NotSet as fault:
        raise WrongState("PDF 没有排出来，请先下载 Word；仍不行的告诉系统管理员") from fault
    return attachment(to.getvalue(), f"{report_title(fund)}.{form}", media_type)
