"""Forms, old workbooks, documents and delimited text: the same items, whatever the file is and whatever it is called."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
import xlwt

from qingdan.items.intake.reading import UnreadableFile, read_list

from .books import assert_accounted, facts, filled_rows, real_rows, workbook


def test_forms_one_under_another():
    land, water = real_rows("S37")[0], real_rows("S52")[0]
    table = []
    for row, office in ((land, "国土资源局"), (water, "天津市水务局")):
        table += [
            ["行政职权基本信息表"],
            ["职权名称", row["major_item"], "职权类型", "行政处罚"],
            ["职权编码", row["code"] or "无", "法定主体", office],
            ["职权依据", row["legal_basis"] or "《中华人民共和国矿产资源法》第四十二条"],
            *(["责任事项" if n == 0 else None, line] for n, line in enumerate(row["responsibility"].split("\n"))),
            ["流转方式", "窗口"],
            ["备注", ""],
            [],
        ]
    count = len(land["responsibility"].split("\n"))
    data = workbook({"表": table}, merge={"表": ["A1:D1", f"A5:A{4 + count}"]})
    reading = read_list(data, file_name="x.xlsx")
    assert_accounted(reading, filled_rows(data))
    second = 8 + count + 2 - 1
    assert [facts(item) for item in reading.items] == [
        (2, "国土资源局", "02", land["major_item"], "", ()),
        (second, "天津市水务局", "02", "对擅自凿井或者凿井不符合条件的处罚", "", (("", "120000SUJCF02010"),)),
    ]
    assert [item.cells["duties"] for item in reading.items] == [land["responsibility"], water["responsibility"]]
    assert reading.items[1].cells["setting_basis"] == "《天津市实施〈中华人民共和国水法〉办法》(2021年7月30日修正)第三十九条"
    assert {i.row: i.why for i in reading.ignored}[5 + count] == "表单内的标题或未识别的行，未读入"


def old_workbook() -> bytes:
    rows = real_rows("S23")
    book = xlwt.Workbook()
    sheet = book.add_sheet("行政处罚")
    sheet.write_merge(0, 0, 0, 4, "望都县交通运输局权力和责任清单")
    for column, text in enumerate(["序号", "权责名称", "设定依据", "追责情形", "主管部门"]):
        sheet.write(1, column, text)
    for n, row in enumerate(rows):
        sheet.write(n + 2, 0, n + 1)
        sheet.write(n + 2, 1, row["major_item"])
        sheet.write(n + 2, 2, row["legal_basis"])
        sheet.write(n + 2, 3, xlwt.Formula("1+1") if n == 1 else "失职")
    sheet.write_merge(2, 4, 4, 4, rows[0]["department"])
    sheet.row(4).hidden = True
    secret = book.add_sheet("内部")
    secret.visibility = 1
    secret.write(0, 0, "草稿")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_old_workbook_whatever_its_name():
    rows = real_rows("S23")
    reading = read_list(old_workbook(), file_name="清单.xlsx")
    assert reading.kind == "xls"
    assert [facts(item) for item in reading.items] == [(3, "望都县交通运输局", "02", rows[0]["major_item"], "", ())]
    assert reading.items[0].cells["setting_basis"] == rows[0]["legal_basis"]
    assert [(r.row, r.column, r.code) for r in reading.refused] == [(4, "D", "I09")]
    assert [(r.sheet, r.row) for r in reading.ignored if r.why.startswith("隐藏的")] == [("行政处罚", 5), ("内部", 1)]
    assert [item.row for item in read_list(old_workbook(), file_name="清单.xls", include_hidden=True).items] == [3, 5]


def test_a_new_workbook_named_xls():
    assert read_list(workbook({"行政许可": [["事项名称"], ["取水许可"]]}), file_name="水利局清单.xls").kind == "xlsx"


def test_a_document_with_merged_cells_and_its_heading_lines():
    row = real_rows("S13")[0]
    document = docx.Document()
    document.add_heading("县农业局行政权力清单（2017年版）")
    document.add_paragraph("一、行政许可")
    table = document.add_table(rows=4, cols=5)
    lines = [
        ["序号", "项目名称", "子项", "编码", "实施依据"],
        ["1", row["major_item"], "产地检疫", row["code"], row["legal_basis"]],
        ["", "", "调运检疫", "", "甲\n乙"],
    ]
    for number, texts in enumerate(lines):
        for column, text in enumerate(texts):
            table.cell(number, column).text = text
    table.cell(1, 1).merge(table.cell(2, 1)).text = row["major_item"]
    table.cell(3, 0).merge(table.cell(3, 4)).text = "注：以上事项由县农业局承办。"
    out = BytesIO()
    document.save(out)
    reading = read_list(out.getvalue(), file_name="清单.docx")
    assert [facts(item) for item in reading.items] == [
        (2, "县农业局", "01", "植物产地检疫", "产地检疫", (("", "360829NYJ-XK-001"),)),
        (3, "县农业局", "01", "植物产地检疫", "调运检疫", ()),
    ]
    assert reading.items[0].cells["setting_basis"] == "《植物检疫条例》第三条、第七条;《江西省植物检疫办法》第三条"
    assert reading.items[1].cells["setting_basis"] == "甲\n乙"
    assert [(i.row, i.why) for i in reading.ignored] == [(1, "表头"), (4, "表注")] and reading.year == 2017


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_delimited_text_in_any_usual_encoding(encoding, separator):
    rows = real_rows("S66")
    lines = [["序号", "部门", "类别", "权力事项名称", "编号", "法律依据"]]
    lines += [[str(n), r["department"], r["category"], r["major_item"], r["code"], r["legal_basis"]] for n, r in enumerate(rows, 1)]
    text = "\r\n".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    reading = read_list(text.encode(encoding), file_name="清单.csv")
    assert reading.kind == "csv"
    assert [facts(item) for item in reading.items] == [
        (n, "市国土资源局", "01", r["major_item"], "", (("", r["code"]),) if r["code"] else ()) for n, r in enumerate(rows, 2)
    ]
    assert [item.cells["setting_basis"] for item in reading.items] == [row["legal_basis"] for row in rows]


def test_line_breaks_inside_a_delimited_cell_do_not_shift_the_rows():
    text = '事项名称,责任事项\r\n甲许可,"1.受理\r\n2.审查"\r\n\r\n乙许可,3\r\n'
    reading = read_list(text.encode(), file_name="教育局行政许可.csv")
    assert [(i.row, i.cells["duties"]) for i in reading.items] == [(2, "1.受理\n2.审查"), (4, "3")]


def test_a_half_character_is_no_text():
    with pytest.raises(UnreadableFile, match="编码"):
        read_list(b"\xff\xfe\x00\xd8\x41", file_name="清单.csv")


def test_a_label_of_a_form_that_nobody_knows_is_no_value_of_the_one_before():
    form = [
        ["行政职权基本信息表"],
        ["职权名称", "矿产资源开采许可", "职权类型", "行政许可"],
        ["职权编码", "4210-XK-01", "审核转报", "否"],
        ["法定主体", "市自然资源和规划局", "承办机构", "矿管科"],
        ["职权依据", "《矿产资源法》第十六条"],
    ]
    reading = read_list(workbook({"Sheet1": form}), file_name="表.xlsx")
    (item,) = reading.items
    assert (item.major_item, item.codes) == ("矿产资源开采许可", (("", "4210-XK-01"),))
    assert reading.notes == ("工作表“Sheet1”第3行的“审核转报”一栏未读取",)


def test_a_table_laid_on_its_side_is_refused():
    form = [["事项名称", "取水许可", "采砂许可"], ["权力类型", "行政许可", "行政许可"], ["设定依据", "《水法》", "《水法》"]]
    reading = read_list(workbook({"市水利局": form}), file_name="表.xlsx")
    assert not reading.items and reading.refused[0].code == "I15" and "一列一个事项" in reading.refused[0].message


def test_an_open_quotation_that_would_swallow_the_rest_refuses_the_file():
    text = '部门,类别,事项名称,依据\n市水利局,行政许可,"取水许可,《水法》\n市水利局,行政许可,采砂许可,《水法》\n'
    with pytest.raises(UnreadableFile, match="第 2 条记录的引号没有成对"):
        read_list(text.encode("gb18030"), file_name="表.csv")
