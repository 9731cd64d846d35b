"""Refused rows come back in the user's own workbook, coloured and commented."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from qingdan.items.intake.preflight import UnreadableFile
from qingdan.items.intake.reading import read_list
from qingdan.items.spreadsheets import marking, marks
from qingdan.items.spreadsheets.marking import marked_workbook

WHY = "第3行没有填写事项名称；请补上名称，不是事项的请删除该行"


def own_workbook(change=lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "行政许可"
    for row in (
        ["市水利局行政许可清单"],
        ["事项名称", "设定依据", "备注"],
        [None, "《水法》第七条", None],
        ["取水许可", "=1+1", None],
    ):
        sheet.append(row)
    sheet["A1"].fill = PatternFill("solid", start_color="FF00FF00")
    sheet.column_dimensions["B"].width = 55
    book.create_sheet("说明").append(["请于月底前报送"])
    change(book)
    return saved(book)


def saved(book) -> bytes:
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def is_marked(cell) -> bool:
    return cell.fill.start_color.rgb == marks.FAULT_FILL.start_color.rgb and cell.fill.fill_type == "solid"


def marked_cells(sheet) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if is_marked(cell)}


def test_it_colours_the_cell_and_says_why_and_leaves_the_rest_alone():
    data = marked_workbook(data=own_workbook(), file_name="水利局.xlsx", refused=[("行政许可", 3, "A", WHY)])
    book = opened(data)
    assert marked_cells(book["行政许可"]) == {"A3": WHY}
    assert book["行政许可"]["B4"].value == "=1+1"
    assert book["行政许可"]["A1"].fill.start_color.rgb == "FF00FF00"
    assert book["行政许可"].column_dimensions["B"].width == 55
    assert marked_cells(book["说明"]) == {}
    assert book["说明"]["A1"].value == "请于月底前报送"


def test_it_marks_the_first_filled_cell_where_the_whole_row_is_at_fault():
    book = opened(marked_workbook(data=own_workbook(), file_name="水利局.xlsx", refused=[("行政许可", 3, "", WHY)]))
    assert marked_cells(book["行政许可"]) == {"B3": WHY}


def test_it_puts_several_sentences_of_a_cell_together():
    refused = [("行政许可", 4, "B", "第4行的 B 列是公式"), ("行政许可", 4, "B", "第4行另有一处")]
    book = opened(marked_workbook(data=own_workbook(), file_name="水利局.xlsx", refused=refused))
    assert marked_cells(book["行政许可"]) == {"B4": "第4行的 B 列是公式\n第4行另有一处"}


def test_it_keeps_a_comment_that_was_there():
    def change(book):
        book.active["A3"].comment = Comment("张三：待补", "张三")

    book = opened(marked_workbook(data=own_workbook(change), file_name="水利局.xlsx", refused=[("行政许可", 3, "A", WHY)]))
    assert book["行政许可"]["A3"].comment.text == f"张三：待补\n{WHY}"


def test_it_marks_the_visible_cell_of_a_merged_range():
    book = opened(
        marked_workbook(
            data=own_workbook(lambda book: book.active.merge_cells("C3:C4")),
            file_name="水利局.xlsx",
            refused=[("行政许可", 4, "C", "备注有误")],
        )
    )
    assert marked_cells(book["行政许可"]) == {"C3": "备注有误"}


def test_it_opens_on_the_first_sheet_with_a_mark():
    book = opened(marked_workbook(data=own_workbook(), file_name="水利局.xlsx", refused=[("说明", 1, "A", "不是清单")]))
    assert book.active.title == "说明"


def test_what_intake_refused_is_found_at_the_same_cell():
    data = own_workbook()
    reading = read_list(data, file_name="市水利局.xlsx")
    assert {(row.row, row.code) for row in reading.refused} == {(3, "I01"), (4, "I09")}
    refused = [(row.sheet, row.row, fault.column, fault.message) for row in reading.refused for fault in row.faults]
    marks_made = marked_cells(opened(marked_workbook(data=data, file_name="市水利局.xlsx", refused=refused))["行政许可"])
    assert set(marks_made) == {"A3", "B4"}
    assert "公式" in marks_made["B4"]


def test_the_marked_workbook_can_be_corrected_and_sent_again():
    book = opened(marked_workbook(data=own_workbook(), file_name="水利局.xlsx", refused=[("行政许可", 3, "A", WHY)]))
    book["行政许可"]["A3"], book["行政许可"]["B4"] = "河道采砂许可", "《水法》第四十八条"
    reading = read_list(saved(book), file_name="市水利局.xlsx")
    assert [row.major_item for row in reading.items] == ["河道采砂许可", "取水许可"]
    assert not reading.refused


def test_a_csv_comes_back_as_a_workbook_with_its_texts():
    data = "事项名称,编码,备注\n,007,=1+1\n取水许可,008,\n".encode("gb18030")
    book = opened(marked_workbook(data=data, file_name="水利局.csv", refused=[("", 2, "A", WHY)]))
    sheet = book.active
    assert marked_cells(sheet) == {"A2": WHY}
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [None, "007", "=1+1"],
        ["取水许可", "008", None],
    ]
    assert (sheet["C2"].data_type, sheet["B2"].number_format) == ("s", "@")


def test_a_document_comes_back_as_a_workbook(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for place, text in enumerate(["事项名称", "备注", "", "缺名称"]):
        table.cell(*divmod(place, 2)).text = text
    document.save(tmp_path / "a.docx")
    data = (tmp_path / "a.docx").read_bytes()
    book = opened(marked_workbook(data=data, file_name="a.docx", refused=[("表格1", 2, "", WHY)]))
    assert marked_cells(book["表格1"]) == {"B2": WHY}


def test_a_workbook_too_large_for_the_child_comes_back_rebuilt(monkeypatch):
    monkeypatch.setattr(marking, "_by_child", lambda data, refused: None)

    def change(book):
        book.active.merge_cells("A1:C1")
        book.active.row_dimensions[2].hidden = True
        book["说明"].sheet_state = "hidden"

    book = opened(marked_workbook(data=own_workbook(change), file_name="水利局.xlsx", refused=[("行政许可", 3, "A", WHY)]))
    sheet = book["行政许可"]
    assert marked_cells(sheet) == {"A3": WHY}
    assert sheet["A1"].value == "市水利局行政许可清单"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet.row_dimensions[2].hidden
    assert book["说明"].sheet_state == "hidden"


def test_a_file_that_intake_cannot_read_is_not_marked_either():
    with pytest.raises(UnreadableFile):
        marked_workbook(data=b"%PDF-1.7", file_name="a.pdf", refused=[])


def test_the_child_runs_without_django():
    source = Path(marking.__file__).with_name("marker.py").read_text() + Path(marks.__file__).read_text()
    assert "django" not in source.lower().replace("without django", "").replace("neither django", "")
