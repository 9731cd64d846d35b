"""The form on the page, as workbook, Word and PDF: every cell and note is the same, and 2019 says what its report says."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import openpyxl
import pytest

from budget import demo
from budget.evaluation import filling, submitting
from budget.evaluation.form import Form, form_of
from budget.evaluation.sheet import build_sheet, sheet_of
from budget.models import Fund
from budget.spreadsheets.evaluation import form_workbook
from tests.budget.evaluation.years import filled
from tests.budget.pages import entered, text
from tests.paper.reading import bare, pdf_text, word_text


class Tables(HTMLParser):
    """Rows of the official tables of a page, and its notes."""

    def __init__(self):
        super().__init__()
        self.rows: list[list[str]] = []
        self.notes: list[str] = []
        self.inside, self.into = False, None

    def handle_starttag(self, tag, attrs):
        classes = dict(attrs).get("class") or ""
        if tag == "table":
            self.inside = classes == "official"
        if self.inside and tag == "tr":
            self.rows.append([])
        if self.inside and tag in ("td", "th"):
            self.rows[-1].append("")
            self.into = self.rows[-1]
        if tag == "p" and "note" in classes.split():
            self.notes.append("")
            self.into = self.notes

    def handle_endtag(self, tag):
        if tag in ("td", "th", "p"):
            self.into = None
        if tag == "table":
            self.inside = False

    def handle_data(self, data):
        if self.into is not None:
            self.into[-1] += data


def cells_of(form: Form) -> list[list[str]]:
    return [[bare("".join(words for words, _ in each.runs)) for each in row] for section in form.sections for row in section.rows]


def notes_of(form: Form) -> list[str]:
    return [bare(note) for section in form.sections for note in section.notes]


def whole(form: Form) -> str:
    """Everything in its order, as a linear reading gives it."""
    parts = [form.title]
    for section in form.sections:
        parts += [
            section.heading,
            *("".join(words for words, _ in each.runs) for row in section.rows for each in row),
            *section.notes,
        ]
    return bare("".join(parts))


@pytest.fixture(params=["hubei", "national"])
def evaluation(world, request):
    evaluation = filled(world, request.param)
    submitting.submit_evaluation(actor=world.fund_clerk, evaluation=evaluation)
    evaluation.refresh_from_db()
    return evaluation


def test_page_workbook_word_and_pdf_say_the_same(evaluation):
    client, form = entered("auditor"), form_of(sheet_of(evaluation))
    address = f"/admin/funds/{evaluation.fund_id}/evaluation/{evaluation.pk}/"
    page = Tables()
    page.feed(text(client.get(address)))
    assert [[bare(each) for each in row] for row in page.rows] == cells_of(form)
    assert [bare(each) for each in page.notes] == notes_of(form)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}file/xlsx/").content)).active
    values = [[bare(str(each)) for each in row if each] for row in sheet.iter_rows(values_only=True)]
    told = [[each for each in row if each] for row in cells_of(form)]
    assert [row for row in values if row in told or len(row) > 1] == [row for row in told if row]
    assert bare("".join(str(each) for row in sheet.iter_rows(values_only=True) for each in row if each)) == whole(form)
    assert whole(form) in word_text(client.get(f"{address}file/docx/").content)
    pdf = client.get(f"{address}file/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    read = re.sub(r"—\d+—", "", pdf_text(pdf.content))
    assert sorted(read) == sorted(whole(form))
    for row in cells_of(form):
        for each in row:
            assert all(part in read for part in re.findall(r"[\d.,]+", each)), each


def test_the_form_holds_the_scores_found_by_hand(evaluation):
    said = whole(form_of(sheet_of(evaluation)))
    by_hand = {
        "hubei": ("总分82.18（良）", "17.88", "10×180÷199=9.05", "20×22,345.67÷25,000.00=17.88", "没有实际完成值，计0分"),
        "national": ("41.80", "6.60", "总分10067.34自评等级：中", "10×22,345.67÷25,000.00=8.94", "12×55%=6.60"),
    }
    for each in by_hand[evaluation.format.code]:
        assert each in said, each


def test_a_draft_says_that_it_is_one(world):
    evaluation = filled(world, "hubei")
    assert form_of(sheet_of(evaluation), draft=True).title.endswith("（填写中，未提交）")
    page = text(entered("fund_clerk").get(f"/admin/funds/{evaluation.fund_id}/evaluation/{evaluation.pk}/"))
    assert "（填写中，未提交）" in page


def test_a_cell_is_text_whatever_it_begins_with(world):
    evaluation = filled(world, "hubei")
    row = evaluation.indicators.first()
    values = {row.pk: {"evidence": '=HYPERLINK("x")', "deviation": "+1"}}
    filling.set_values(actor=world.fund_clerk, evaluation=evaluation, values=values)
    sheet = openpyxl.load_workbook(io.BytesIO(form_workbook(form_of(sheet_of(evaluation))))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=HYPERLINK")]
    assert [cell.data_type for cell in cells] == ["s"]


@pytest.mark.parametrize("code", ["hubei", "national"])
def test_2019_says_what_its_report_says_and_nothing_more(world, code):
    demo.build_funds(clerk=world.fund_clerk, checker=world.fund_checker)
    evaluation = Fund.objects.get(year=2019).evaluations.get(format__code=code)
    form = form_of(sheet_of(evaluation), draft=True)
    said = whole(form)
    page = Tables()
    page.feed(text(entered("auditor").get(f"/admin/funds/{evaluation.fund_id}/evaluation/{evaluation.pk}/")))
    assert [[bare(each) for each in row] for row in page.rows] == cells_of(form)
    assert build_sheet(evaluation.fund, evaluation.format.read()) == sheet_of(evaluation)
    for each in ("合计无数据无数据4.46无数据", "商品和服务费（小计）无数据无数据3.55无数据", "办公费无数据无数据0.91无数据"):
        assert each in said, each
    for name, amount in {
        "差旅费": "0.26",
        "印刷费": "0.60",
        "维修（护）费": "0.55",
        "水电费": "0.51",
        "设备购置等其他": "1.63",
    }.items():
        assert f"{name}无数据无数据{amount}无数据" in said, name
    assert "提醒W01" in said and "提醒W02" in said
    assert "没有预算数，执行率和得分为无数据" in said
    assert "尾差" not in said
    assert re.search(r"总分(100)?无数据", said)


def test_the_made_up_year_shows_a_full_form_in_both_formats(world):
    demo.build_funds(clerk=world.fund_clerk, checker=world.fund_checker)
    forms = {each.format.code: each for each in Fund.objects.get(year=2020).evaluations.select_related("format")}
    assert {code: each.state for code, each in forms.items()} == {"hubei": "confirmed", "national": "submitted"}
    for each in forms.values():
        sheet = sheet_of(each)
        assert len(sheet.rows) == 8 and "无数据" not in (sheet.total, sheet.grade, sheet.execution_points)
        assert "演示" in sheet.head.project and "演示" in sheet.measures
