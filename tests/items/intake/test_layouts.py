"""Tables as governments lay them out, built from published rows. Expected items stand beside each; 依据 are compared to the character."""

from __future__ import annotations

from qingdan.items.intake.reading import read_list

from .books import assert_accounted, facts, filled_rows, real_rows, workbook


def read(data, name="清单.xlsx", **options):
    reading = read_list(data, file_name=name, **options)
    assert_accounted(reading, filled_rows(data))
    return reading


def whys(reading) -> dict[int, str]:
    return {row.row: row.why for row in reading.ignored}


def test_a_plain_table_with_responsibilities_on_several_lines():
    rows = real_rows("S04") + real_rows("S05")
    data = workbook(
        {
            "Sheet1": [
                ["2019年权力清单和责任清单"],
                ["序号", "实施部门", "权力类别", "事项名称", "设定依据", "责任事项", "追责情形"],
                *([n, r["department"], r["category_as_published"], r["major_item"], r["legal_basis"], r["responsibility"], r["accountability"]] for n, r in enumerate(rows, 1)),
            ]
        }
    )  # fmt: skip
    reading = read(data)
    assert reading.year == 2019
    assert [facts(item) for item in reading.items] == [
        (3, "明南街道办事处", "07", "独生子女父母光荣证核发与注销", "", ()),
        (4, "市民政局", "01", "社会团体登记、变更、注销;民办非企业单位登记、变更、注销", "", ()),
        (5, "市民政局", "01", rows[2]["major_item"], "", ()),
    ]
    first = reading.items[0].cells
    assert first["setting_basis"] == "《安徽省人口与计划生育条例》第三十九条、第四十九条"
    assert first["duties"] == rows[0]["responsibility"] and first["duties"].count("\n") == 4
    assert first["accountability"] == rows[0]["accountability"]
    assert [item.cells["setting_basis"] for item in reading.items] == [row["legal_basis"] for row in rows]
    assert reading.items[1].cells["accountability"] == ""  # an empty cell is there; a missing column would not be
    assert "note" not in first


def test_columns_in_any_order_odd_headings_maker_line_and_category_from_the_sheet():
    rows = real_rows("S10")[:4]
    data = workbook(
        {
            "1.行政许可（4项）": [
                ["深圳市教育局权责清单"],
                ["单位：项"],
                ["填报单位：深圳市教育局　　填报日期：2018年3月"],
                [],
                ["编　码", "序\n号", "权力事项名称\n（以编办公布为准）", "备  注", "部门梳理意见及理由"],
                *([r["code"], float(n), "　" + r["major_item"] + " ", None, "内部"] for n, r in enumerate(rows, 1)),
            ]
        }
    )
    reading = read(data)
    assert [facts(item) for item in reading.items] == [
        (6, "深圳市教育局", "01", "教师资格认定(高中、中职类)", "", (("", "1-3"),)),
        (7, "深圳市教育局", "01", "教育培训机构变更举办者", "", (("", "1-2-7"),)),
        (8, "深圳市教育局", "01", "教育培训机构变更法定代表人", "", (("", "1-2-6"),)),
        (9, "深圳市教育局", "01", "教育培训机构变更名称", "", (("", "1-2-5"),)),
    ]
    assert whys(reading)[5] == "表头；未读取的列：E 部门梳理意见及理由"
    assert "内部" not in str(reading.items)


def test_two_heading_rows_with_groups_and_ticked_levels():
    rows = real_rows("S51")
    table = [
        ["序号", "权力类别", "事项名称", None, "设定依据", "行使层级", None, None, "追责", None, "承办机构"],
        [None, None, "大项", "子项", None, "省级", "市级", "县（市、区）级", "情形", "依据", None],
    ]
    for n, row in enumerate(rows, 1):
        table.append([n, "行政检查", row["major_item"], row["sub_item"] or "——", row["legal_basis"], "", "√", "√" if n < 3 else "×", "失职", "《监察法》", row["handling_office"]])  # fmt: skip
    areas = ["A1:A2", "B1:B2", "C1:D1", "E1:E2", "F1:H1", "I1:J1", "K1:K2"]
    reading = read(workbook({"应城市文化和旅游局": table}, merge={"应城市文化和旅游局": areas}))
    assert [(i.department, i.category, i.major_item, i.sub_item) for i in reading.items] == [
        ("应城市文化和旅游局", "06", r["major_item"], r["sub_item"]) for r in rows
    ]
    assert [i.cells["exercising_level"] for i in reading.items] == ["市级、县（市、区）级"] * 2 + ["市级"] * 3
    assert {(i.cells["accountability"], i.cells["liability_basis"]) for i in reading.items} == {("失职", "《监察法》")}
    assert [i.cells["setting_basis"] for i in reading.items] == [r["legal_basis"] for r in rows]


def test_vertical_merges_fill_only_inside_their_range():
    rows = real_rows("S51")[2:4]  # 旅行社行业监管 with two sub-items
    other = real_rows("S50")[0]
    table = [["序号", "职权类型", "项目名称", "实施事项", "职权依据", "责任科室"]]
    table.append([1, "行政检查", rows[0]["major_item"], rows[0]["sub_item"], rows[0]["legal_basis"], "综合执法大队"])
    table.append([None, None, None, rows[1]["sub_item"], None, None])
    table.append([2, None, other["major_item"], None, None, None])
    reading = read(workbook({"文旅局": table}, merge={"文旅局": ["A2:A3", "B2:B4", "C2:C3", "E2:E3"]}), department="应城市文旅局")
    assert [facts(item) for item in reading.items] == [
        (2, "文旅局", "06", "旅行社行业监管", "旅行社取得许可证情况的检查", ()),
        (3, "文旅局", "06", "旅行社行业监管", "旅行社经营情况的检查", ()),
        (4, "文旅局", "06", "消防安全监督检查", "", ()),
    ]
    assert [i.cells["setting_basis"] for i in reading.items] == ["《旅游法》;《旅行社管理条例》"] * 2 + [""]
    assert [i.cells["handling_office"] for i in reading.items] == ["综合执法大队", "", ""]


def test_category_bands_totals_repeated_headings_and_notes():
    names = [row["major_item"] for row in real_rows("S42")]
    heading = ["序号", "事项名称", "子项名称", "法律依据"]
    table = [
        ["白城市市场监督管理局权责清单（2019年版）"],
        heading,
        ["一、行政许可（共3项）"],
        [1, names[0], "无", "《公司法》第六条"],
        [2, names[1], "/", "《计量法》第八条"],
        ["", names[2], "——", "《计量法》第二十条"],
        ["小计", 3],
        ["白城市市场监督管理局权责清单（2019年版）"],
        heading,
        ["二", "行政处罚（2项）"],
        [1, names[3], "", "《特种设备安全法》第十四条"],
        ["三、行政征用"],
        [1, names[4], "", "《突发事件应对法》第十二条"],
        ["合计", "5项"],
        [],
        ["注：1.本清单自公布之日起施行。"],
        ["2.由市市场监管局负责解释。"],
        ["填表人：张某", "审核人：李某", "", "填报日期：2019年6月"],
    ]
    reading = read(workbook({"Sheet1": table}, merge={"Sheet1": ["A1:D1", "A3:D3", "A8:D8"]}))
    assert [facts(item) for item in reading.items] == [
        (4, "白城市市场监督管理局", "01", names[0], "", ()),
        (5, "白城市市场监督管理局", "01", names[1], "", ()),
        (6, "白城市市场监督管理局", "01", names[2], "", ()),
        (11, "白城市市场监督管理局", "02", names[3], "", ()),
    ]
    assert [(r.row, r.code) for r in reading.refused] == [(13, "I03")]
    assert "“行政征用”不在十类之内" in reading.refused[0].message
    reasons = whys(reading)
    assert (reasons[7], reasons[9], reasons[14], reasons[16], reasons[17], reasons[18]) == (
        "合计行",
        "重复的表头",
        "合计行",
        "表注",
        "表注",
        "表注",
    )
    assert reasons[3] == "类别标题行" and reasons[8] == "重复的标题" and reading.year == 2019


def test_department_bands_over_a_book_of_the_whole_government():
    rows = [row for row in real_rows("S01") if row["department"] in ("区经信局", "区教科体局", "区财政局")]
    table = [["广安区政府部门权责清单（2020年本）"], ["序号", "大项名称", "子项名称", "权责类型", "实施编码"]]
    expected, merged, department = [], ["A1:E1"], ""
    for n, row in enumerate(rows, 1):
        if row["department"] != department:
            department = row["department"]
            table.append([f"{'一二三四五'[len(merged) - 1]}、{department}（共{n}项）"])
            merged.append(f"A{len(table)}:E{len(table)}")
        table.append([n, row["major_item"], row["sub_item"], row["category"], row["code"]])
        expected.append((len(table), row["department"], row["major_item"], row["sub_item"], (("实施编码", row["code"]),)))
    reading = read(workbook({"总表": table}, merge={"总表": merged}))
    found = [(i.row, i.department, i.major_item, i.sub_item, i.codes) for i in reading.items]
    assert found == expected and len(found) > 8 and not reading.refused


def test_a_sheet_for_each_category_a_cover_and_a_summary():
    licence, check = real_rows("S43")[:3], real_rows("S50")[:3]
    data = workbook(
        {
            "封面": [["马鞍山市市场监督管理局"], ["权力清单和责任清单"], ["2020年"]],
            "汇总": [["类别", "行政许可", "行政检查", "合计"], ["项数", 3, 3, 6]],
            "行政许可": [["序号", "权力名称"], *([n, r["major_item"]] for n, r in enumerate(licence, 1))],
            "2.行政检查": [["序号", "权力名称"], *([n, r["major_item"]] for n, r in enumerate(check, 1))],
        }
    )
    reading = read(data, department="市市场监督管理局(知识产权局)")
    assert [(i.sheet, i.category, i.major_item) for i in reading.items] == [
        ("行政许可", "01", r["major_item"]) for r in licence
    ] + [("2.行政检查", "06", r["major_item"]) for r in check]
    assert {i.department for i in reading.items} == {"市市场监督管理局(知识产权局)"} and not reading.refused


def test_a_sheet_for_each_department():
    rows = {name: [r for r in real_rows("S01") if r["department"] == name][:3] for name in ("区残联", "区民政局", "区消防大队")}
    sheets = {
        f"{n}.{name}": [["类别", "事项名称", "实施事项名称"], *([r["category"], r["major_item"], r["sub_item"]] for r in some)]
        for n, (name, some) in enumerate(rows.items(), 1)
    }
    reading = read(workbook(sheets))
    assert [(i.department, i.major_item, i.sub_item) for i in reading.items] == [
        (r["department"], r["major_item"], r["sub_item"]) for some in rows.values() for r in some
    ]


def test_responsibilities_beside_the_powers_and_rows_that_go_on():
    power, other = real_rows("S08")[0], real_rows("S07")[0]
    duties = power["responsibility"].split("\n")
    table = [
        ["权力清单", None, None, None, "责任清单", None, None],
        ["序号", "权责名称", "权责类型", "依据", "责任事项", "责任事项依据", "追责情形"],
        [
            1,
            power["major_item"],
            power["category"],
            power["legal_basis"],
            duties[0],
            "1.《行政许可法》第三十条",
            power["accountability"],
        ],
        *([None, None, None, None, duty, None, None] for duty in duties[1:]),
        [2, other["major_item"], other["category"], other["legal_basis"], "", "", ""],
    ]
    last = 2 + len(duties)
    areas = ["A1:D1", "E1:G1", *(f"{c}3:{c}{last}" for c in "ABCD")]
    reading = read(workbook({"长垣县水利局": table}, merge={"长垣县水利局": areas}))
    assert [facts(item) for item in reading.items] == [
        (3, "长垣县水利局", "01", "取水许可审批", "", ()),
        (last + 1, "长垣县水利局", "01", "河道采砂许可", "", ()),
    ]
    assert reading.items[0].cells["duties"] == power["responsibility"] and len(duties) > 3
    assert reading.items[0].cells["setting_basis"] == "《中华人民共和国水法》(主席令第七十四号)第四十八条"
    assert reading.items[1].cells["setting_basis"] == other["legal_basis"]
    assert whys(reading)[4] == "并入第3行（同一事项的续行）"


def test_serials_tell_sub_items_where_one_column_holds_all_names():
    names = [row["major_item"] for row in real_rows("S63")]
    table = [["序号", "单位", "权力事项", "类别"], [1, "", names[0], "其他职权"], ["1.1", "", names[1], "其他权力"], ["1.2", "", names[2], "其它行政权力"], [2, "", names[3], "其他类"]]  # fmt: skip
    reading = read(workbook({"s": table}), name="市政府办公室权责清单.xlsx")
    assert [facts(i) for i in reading.items] == [
        (2, "市政府办公室", "10", names[0], "", ()),
        (3, "市政府办公室", "10", names[0], names[1], ()),
        (4, "市政府办公室", "10", names[0], names[2], ()),
        (5, "市政府办公室", "10", names[3], "", ()),
    ]


def test_everything_from_the_file_name():
    names = [row["major_item"] for row in real_rows("S10")[4:8]]
    data = workbook({"Sheet1": [["项目名称"], *([name] for name in names)]})
    reading = read(data, name="附件：深圳市教育局2025年行政许可清单 (1).xlsx")
    assert [facts(i) for i in reading.items] == [(n, "深圳市教育局", "01", name, "", ()) for n, name in enumerate(names, 2)]
    assert reading.year == 2025


def test_categories_ticked_in_columns_side_by_side():
    names = [row["major_item"] for row in real_rows("S03")]
    table = [
        ["序号", "行政权力事项名称", "类别", None, None, "依据"],
        [None, None, "行政许可", "行政处罚", "其他权力", None],
        [1, names[0], "√", None, None, "《核准目录》"],
        [2, names[5], None, "√", None, "《企业投资项目核准和备案管理条例》第十九条"],
        [3, names[6], "√", "√", None, "《节约能源法》"],
    ]
    areas = ["A1:A2", "B1:B2", "C1:E1", "F1:F2"]
    reading = read(workbook({"s": table}, merge={"s": areas}), department="区发展和改革委员会(区粮食和物资储备局)")
    assert [(i.row, i.category) for i in reading.items] == [(3, "01"), (4, "02")]
    assert [(r.row, r.column, r.code) for r in reading.refused] == [(5, "D", "I16")]


def test_a_second_table_with_other_columns_further_down():
    table = [
        ["序号", "事项名称", "设定依据"],
        [1, "固定资产投资项目节能审查", "《节约能源法》第十五条"],
        ["行政处罚事项"],
        ["序号", "事项名称", "处罚依据", "处罚种类", "承办机构"],
        [1, "对违反企业投资项目备案管理规定行为的处罚", "《条例》第十九条", "罚款", "执法队"],
    ]
    reading = read(workbook({"行政许可": table}, merge={"行政许可": ["A3:E3"]}), department="区发改委")
    assert [(i.row, i.category, i.cells) for i in reading.items] == [
        (2, "01", {"setting_basis": "《节约能源法》第十五条"}),
        (5, "02", {"penalty_basis": "《条例》第十九条", "penalty": "罚款", "handling_office": "执法队"}),
    ]


def test_codes_merged_over_sub_items_belong_to_their_item():
    table = [
        ["事项名称", "子项名称", "类别", "职权编码", "子项编码"],
        ["旅行社行业监管", "取得许可证情况的检查", "行政检查", "０１２３－Ａ", "s-1"],
        [None, "经营情况的检查", "行政检查", None, "s-2"],
    ]
    data = workbook({"s": table}, merge={"s": ["A2:A3", "D2:D3"]})
    reading = read_list(data, file_name="x.xlsx", department="市文旅局")
    assert [(i.sub_item, i.codes, i.major_codes) for i in reading.items] == [
        ("取得许可证情况的检查", (("", "s-1"),), (("", "0123-A"),)),
        ("经营情况的检查", (("", "s-2"),), (("", "0123-A"),)),
    ]


def test_hidden_sheets_and_rows_are_named_and_read_on_demand():
    names = [row["major_item"] for row in real_rows("S02")]
    data = workbook(
        {"行政许可": [["事项名称"], [names[0]], [names[1]]], "旧稿": [["事项名称"], ["作废事项"]]},
        hidden_rows=[("行政许可", 3)],
        hidden_sheets=["旧稿"],
    )
    reading = read(data, department="区安监局", category="行政许可")
    assert [i.major_item for i in reading.items] == [names[0]]
    assert sorted((r.sheet, r.row) for r in reading.ignored if r.why.startswith("隐藏的")) == [
        ("旧稿", 1),
        ("旧稿", 2),
        ("行政许可", 3),
    ]
    everything = read(data, department="区安监局", category="行政许可", include_hidden=True)
    assert [i.major_item for i in everything.items] == [names[0], names[1], "作废事项"]


def test_a_heading_merged_over_two_columns_holds_items_and_sub_items():
    table = [
        ["序号", "事项名称", None, "类别", "设定依据", None, "共同实施部门1", "共同实施部门2"],
        ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"],
        [1, "河道采砂许可", None, "行政许可", "《水法》", "第三十九条", "", ""],
        [2, "旅行社行业监管", "取得许可证情况的检查", "行政检查", "《旅游法》", "", "市市场监管局", "市公安局"],
        [None, None, "经营情况的检查", "行政检查", "", "", "", ""],
    ]
    areas = ["B1:C1", "E1:F1", "B3:C3", "A4:A5", "B4:B5"]
    reading = read(workbook({"s": table}, merge={"s": areas}), department="市局")
    assert [(i.row, i.major_item, i.sub_item, i.cells["setting_basis"], i.cells["joint_departments"]) for i in reading.items] == [
        (3, "河道采砂许可", "", "《水法》\n第三十九条", ""),
        (4, "旅行社行业监管", "取得许可证情况的检查", "《旅游法》", "市市场监管局\n市公安局"),
        (5, "旅行社行业监管", "经营情况的检查", "", ""),
    ]
    assert whys(reading)[2] == "列号行"


def test_another_department_than_the_caller_names_is_told():
    data = workbook({"s": [["填报单位：市教育局"], ["事项名称"], ["甲"]]})
    reading = read(data, department="市水利局", category="行政许可")
    assert reading.items[0].department == "市水利局"
    assert reading.notes == ("工作表“s”写明的部门是“市教育局”，按指定的“市水利局”读入",)
