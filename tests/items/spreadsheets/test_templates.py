"""Empty templates: the elements of a category, what is required marked, what is closed offered, and nothing that reads as a row."""

from __future__ import annotations

import io

import openpyxl
import pytest

from qingdan.items.elements import BY_KEY
from qingdan.items.intake.reading import read_list
from qingdan.items.models import Category, RequiredElement
from qingdan.items.spreadsheets import layout
from qingdan.items.spreadsheets.templates import ONLY, empty_template

CODES = [f"{number:02d}" for number in range(1, 11)]


def template(code: str):
    return openpyxl.load_workbook(io.BytesIO(empty_template(category=Category.objects.get(pk=code))))


def heading_of(code: str) -> dict[str, object]:
    return {cell.value: cell for cell in template(code).worksheets[0][1]}


@pytest.mark.parametrize("code", CODES)
def test_it_marks_what_is_required_by_colour_and_comment_and_not_in_the_text(db, code):
    required = set(RequiredElement.objects.filter(category=code).values_list("element", flat=True))
    assert required
    head = heading_of(code)
    marked = {label for label, cell in head.items() if cell.fill.start_color.rgb == layout.REQUIRED_FILL.start_color.rgb}
    assert marked == {BY_KEY[key].label for key in required}
    for label in marked:
        assert head[label].comment.text.startswith(f"必填：{label}。依据：")
    assert not any("必填" in cell.comment.text for label, cell in head.items() if label not in marked and cell.comment)


@pytest.mark.parametrize(("key", "codes"), ONLY.items())
def test_it_leaves_out_what_only_other_categories_have(db, key, codes):
    for code in ("01", *codes):
        assert (BY_KEY[key].label in heading_of(code)) == (code in codes)


def test_it_offers_finer_kinds_only_where_there_are_any(db):
    assert "类别细分" in heading_of("10")
    assert "类别细分" not in heading_of("01")


def test_it_asks_for_service_only_where_people_apply_or_it_is_required(db):
    assert {"受理条件", "申请材料", "咨询电话"} <= set(heading_of("01"))
    penalty = set(heading_of("02"))
    assert "受理条件" not in penalty and "咨询电话" in penalty


def test_it_has_no_code_column_and_no_standing(db):
    assert not {"清单编码", "事项状态", "演示数据"} & set(heading_of("01"))


def test_its_drop_downs_belong_to_the_category(db):
    sheet = template("10").worksheets[0]
    formulas = {validation.formula1 for validation in sheet.data_validations.dataValidation}
    assert '"其他行政权力"' in formulas
    assert '"行政备案,行政服务,审核转报,其他"' in formulas
    assert '"依申请,依职权"' in formulas


def test_its_cells_are_text_and_its_heading_is_frozen(db):
    sheet = template("01").worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert {sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]} == {"@"}


def test_it_tells_what_is_required_and_that_secrets_must_not_enter(db):
    said = "\n".join(row[0] for row in template("02")["填写说明"].iter_rows(values_only=True))
    assert "涉密事项不得录入" in said
    assert "处罚的行为、种类、幅度" in said


@pytest.mark.parametrize("code", CODES)
def test_a_filled_in_template_is_read_without_another_word(db, code):
    """Department from the upload, category from the sheet; no line of the 填写说明 is taken for a row."""
    book = template(code)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["事项名称"]).value = "一个事项"
    sheet.cell(2, columns["设定依据"]).value = "《中华人民共和国水法》第七条"
    to = io.BytesIO()
    book.save(to)
    reading = read_list(to.getvalue(), file_name="填报.xlsx", department="市水利局")
    assert [(row.category, row.department, row.major_item) for row in reading.items] == [(code, "市水利局", "一个事项")]
    assert not reading.refused
    assert {row.sheet for row in reading.ignored if "未读取的列" in row.why} == set()


def test_an_untouched_template_has_no_rows(db):
    reading = read_list(empty_template(category=Category.objects.get(pk="01")), file_name="填报.xlsx", department="市水利局")
    assert (reading.items, reading.refused) == ((), ())
