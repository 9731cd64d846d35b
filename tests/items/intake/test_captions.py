"""Lines between the items: what they change for the rows below, and the rows that only look like them."""

from __future__ import annotations

from qingdan.items.intake.reading import read_list

from .books import assert_accounted, filled_rows, workbook

CITED = "《中华人民共和国水法》第七条：“国家对水资源依法实行取水许可制度。”"


def read(rows, name="清单.xlsx", merge=()):
    data = workbook({"市水利局": rows}, merge={"市水利局": list(merge)})
    reading = read_list(data, file_name=name)
    assert_accounted(reading, filled_rows(data))
    return reading


def whys(reading) -> dict[int, str]:
    return {row.row: row.why for row in reading.ignored}


def test_a_narrow_table_whose_citations_hold_colons_is_read_row_by_row():
    reading = read([["权力类别", "权力名称", "实施依据"], ["行政许可", "取水许可", CITED], ["行政许可", "河道采砂许可", CITED]])
    assert [(item.row, item.major_item, item.cells["setting_basis"]) for item in reading.items] == [
        (2, "取水许可", CITED),
        (3, "河道采砂许可", CITED),
    ]
    around = read([["类别", "名称", "依据"], ["填报单位：", "市水利局", "日期：2025年"], ["行政许可", "取水许可", CITED]])
    assert [item.row for item in around.items] == [3] and whys(around)[2] == "表头前后的说明"


def test_a_second_table_with_its_own_caption_takes_its_own_category():
    reading = read(
        [
            ["表一 行政许可"],
            ["序号", "事项名称", "设定依据"],
            [1, "取水许可", CITED],
            ["表二 行政处罚"],
            ["编号", "项目名称", "处罚依据", "备注"],
            [1, "对擅自取水的处罚", "《中华人民共和国水法》第六十九条", ""],
        ]
    )
    assert [(item.row, item.category) for item in reading.items] == [(3, "01"), (6, "02")]
    assert whys(reading)[4] == "类别标题行（行政处罚）"


def test_a_title_below_a_band_ends_the_band():
    reading = read(
        [
            ["序号", "事项名称", "设定依据"],
            ["一、行政许可"],
            [1, "取水许可", CITED],
            ["某市水利局行政检查事项清单"],
            [1, "河道检查", CITED],
        ]
    )
    assert [(item.row, item.category) for item in reading.items] == [(3, "01"), (5, "06")]


def test_a_caption_numbered_like_the_departments_names_one_whatever_its_word():
    heading = ["序号", "事项名称", "类别", "依据"]
    rows = [
        heading,
        ["一、市发改委（2项）"],
        [1, "节能审查", "行政许可", CITED],
        ["二、荆沙海关（1项）"],
        [1, "注册", "行政许可", CITED],
    ]
    rows += [["三、荆沙银监（1项）"], [1, "准入", "行政许可", CITED]]
    reading = read(rows)
    assert [item.department for item in reading.items] == ["市发改委", "荆沙海关", "荆沙银监"]


def test_a_number_and_a_category_are_an_item_without_a_name_and_no_band():
    reading = read(
        [
            ["序号", "权力类型", "事项名称", "依据"],
            [1, "行政许可", "取水许可", CITED],
            ["2", "行政处罚"],
            ["3", "", "河道采砂许可", CITED],
        ]
    )
    assert [item.row for item in reading.items] == [2]
    assert [(row.row, row.code) for row in reading.refused] == [(3, "I01"), (4, "I04")]


def test_a_line_across_the_table_may_name_a_department_and_a_category():
    reading = read(
        [
            ["序号", "事项名称", "依据"],
            ["市水利局行政许可事项（2项）"],
            [1, "取水许可", CITED],
            ["市林业局—行政处罚"],
            [1, "对盗伐的处罚", CITED],
        ]
    )
    assert [(item.department, item.category) for item in reading.items] == [("市水利局", "01"), ("市林业局", "02")]
    assert whys(reading)[2] == "部门和类别标题行（市水利局，行政许可）"


def test_numbers_below_a_bracketed_item_are_its_sub_items():
    reading = read(
        [
            ["序号", "职权名称", "实施依据", "备注"],
            ["一", "行政许可", None, None],
            ["（一）", "取水许可", CITED, ""],
            ["1", "首次申请", CITED, ""],
            ["2", "延续", CITED, ""],
            ["（二）", "采砂许可", CITED, ""],
        ]
    )
    assert [(item.major_item, item.sub_item) for item in reading.items] == [
        ("取水许可", ""),
        ("取水许可", "首次申请"),
        ("取水许可", "延续"),
        ("采砂许可", ""),
    ]


def test_rows_that_number_the_columns_or_explain_them_are_no_items():
    heading = ["序号", "类别", "事项名称", "依据"]
    lines = [["甲", "乙", "丙", "丁"], ["A", "B", "C", "D"], ["填写说明", "从十类中选", "规范名称", "写到条款项目"]]
    reading = read([heading, *lines, [1, "行政许可", "取水许可", CITED]])
    assert [item.row for item in reading.items] == [5] and not reading.refused


def test_a_third_heading_row_keeps_the_columns_that_are_merged_down_into_it():
    rows = [
        ["序号", "基本信息", None, None, "责任清单", None],
        [None, "事项", None, "依据", "责任", None],
        [None, "类型", "名称", None, "责任事项", "责任事项依据"],
        [1, "行政许可", "取水许可", CITED, "1.受理", "1.《行政许可法》第三十条"],
    ]
    (item,) = read(rows, merge=["A1:A3", "B1:D1", "B2:C2", "E1:F1", "E2:F2", "D2:D3"]).items
    assert (item.major_item, item.category, item.cells["setting_basis"]) == ("取水许可", "01", CITED)
