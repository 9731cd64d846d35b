"""Rows that cannot be items: each is refused with its row, its column and the way out; all its faults are told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingdan.items.intake.grid import Sheet
from qingdan.items.intake.reading import UnreadableFile, read_list, read_sheet_list

from .books import assert_accounted, fates, workbook

HEADING = ["序号", "部门", "类别", "大项名称", "子项名称", "编码", "设定依据", "是否收费", "密级", "备注"]
GOOD = [1, "市水利局", "行政许可", "取水许可", "", "A-1", "《水法》第四十八条", "否", "", ""]


def row(**changes) -> list:
    names = ["serial", "department", "category", "major", "sub", "code", "basis", "charged", "marking", "note"]
    return [changes.get(name, value) for name, value in zip(names, GOOD, strict=True)]


def read_rows(*rows, heading=HEADING, **options):
    cells = [["" if cell is None else str(cell) for cell in each] for each in (heading, *rows)]
    options = {"file_name": "x.xlsx", "department": None, "category": None, "include_hidden": False, **options}
    return read_sheet_list([Sheet("s", cells)], kind="xlsx", **options)


CASES = [
    ({"major": ""}, "D", "I01", "第2行没有填写事项名称；请补上名称，不是事项的请删除该行"),
    ({"major": "——", "sub": "取水许可（县级）"}, "D", "I02", "请在该行填写大项名称，或把大项的单元格合并到该行"),
    ({"category": "行政征用"}, "C", "I03", "“行政征用”不在十类之内"),
    ({"category": "非行政许可审批"}, "C", "I03", "不在十类之内"),
    ({"category": ""}, "C", "I04", "没有权力类别"),
    ({"department": ""}, "B", "I05", "没有实施部门；请加上部门一列，或在导入时指定部门"),
    ({"category": "行政处罚", "basis": "无"}, "G", "I07", "请写明法律、法规或规章及条款"),
    ({"major": "长" * 501}, "D", "I08", "501 字，超过 500 字"),
    ({"code": "9" * 101}, "F", "I08", "101 个字符"),
    ({"major": "取水\x07许可"}, "D", "I12", "控制字符"),
    ({"code": "1.14507E+30"}, "F", "I13", "已失真"),
    ({"major": "1.取水许可\n2.采砂许可"}, "D", "I15", "各占一行"),
    ({"charged": "大概收"}, "H", "I16", "只能填写是、否"),
    ({"note": "#REF!"}, "J", "I10", "错误值"),
]


@pytest.mark.parametrize(("changes", "column", "code", "words"), CASES)
def test_a_faulty_row_is_refused_with_column_code_and_way_out(changes, column, code, words):
    reading = read_rows(row(**changes), row(serial=2, major="河道采砂许可", code="A-2"))
    (refused,) = reading.refused
    assert (refused.row, refused.column, refused.code) == (2, column, code)
    assert words in refused.message and refused.message.startswith("第2行")
    assert [item.row for item in reading.items] == [3]


def test_all_faults_of_a_row_are_told():
    (refused,) = read_rows(row(category="行政征用", department="", charged="大概"), row(major="乙")).refused[:1]
    assert [fault.code for fault in refused.faults] == ["I03", "I05", "I16"]


def test_a_code_used_twice_names_the_first_row():
    reading = read_rows(row(), row(major="乙"), row(major="丙", code="无"), row(major="丁", code="/"))
    assert [(r.row, r.code, r.message) for r in reading.refused] == [
        (3, "I06", "第3行的编码 A-1 已在第2行使用；请核对后改正其中一个")
    ]
    assert [i.codes for i in reading.items] == [(("", "A-1"),), (), ()]


def test_a_code_used_twice_on_two_sheets_names_the_sheet():
    sheets = [Sheet(name, [HEADING, [str(c) for c in GOOD]]) for name in ("甲", "乙")]
    reading = read_sheet_list(sheets, kind="xlsx", file_name="x", department=None, category=None, include_hidden=False)
    assert "已在工作表“甲”第2行使用" in reading.refused[0].message


def test_a_penalty_whose_sub_items_carry_the_basis_needs_none_itself():
    major = row(category="行政处罚", major="违法取水的处罚", basis="", code="")
    reading = read_rows(
        major, row(category="行政处罚", major="违法取水的处罚", sub="未经批准取水", code="", basis="《水法》第六十九条")
    )
    assert [(i.row, i.sub_item) for i in reading.items] == [(2, ""), (3, "未经批准取水")] and not reading.refused


def test_a_directory_without_a_basis_column_may_list_penalties():
    assert not read_rows(["市局", "行政处罚", "甲的处罚"], heading=["部门", "类别", "事项名称"]).refused


SECRETS = [
    {"marking": "机密"},
    {"marking": "秘密★10年"},
    {"note": "绝密"},
    {"note": "机密★启用前"},
    {"note": "密级：秘密"},
    {"basis": "《某规定》（机密★）"},
]


@pytest.mark.parametrize("changes", SECRETS)
def test_a_mark_of_a_state_secret_refuses_the_row_and_keeps_nothing_of_it(changes):
    reading = read_rows(row(major="不可外传的事项", sub="细目", **changes), row(code="A-2"))
    assert [(r.row, r.code) for r in reading.refused] == [(2, "I11")]
    assert "不可外传" not in repr(reading) and "细目" not in repr(reading)


def test_a_hidden_row_with_such_a_mark_is_refused_too():
    sheet = Sheet("s", [HEADING, [str(c) for c in row(marking="机密", major="不可外传")]], hidden_rows=frozenset({2}))
    reading = read_sheet_list([sheet], kind="xlsx", file_name="x", department=None, category=None, include_hidden=False)
    assert [r.code for r in reading.refused] == ["I11"] and "不可外传" not in repr(reading)


def test_a_mark_above_the_table_refuses_the_file():
    with pytest.raises(UnreadableFile, match="国家秘密标志"):
        read_list(workbook({"s": [["机密★1年"], ["事项名称"], ["甲"]]}), file_name="x.xlsx")


@pytest.mark.parametrize("text", ["泄露国家秘密的处罚", "涉及商业秘密的除外", "非密", "保守秘密"])
def test_speaking_of_secrets_is_no_mark(text):
    assert [i.row for i in read_rows(row(note=text, marking="公开")).items] == [2]


def test_a_table_without_heading_beside_a_good_one_is_refused_row_by_row():
    table = [["一", "甲局", "取水许可", "《水法》"]] * 6
    reading = read_list(workbook({"行政许可": [["事项名称"], ["乙"]], "无表头": table}), file_name="水利局.xlsx")
    assert [(r.sheet, r.row, r.code) for r in reading.refused] == [("无表头", n, "I14") for n in range(1, 7)]


def test_blank_names_do_not_inherit_without_a_merge():
    reading = read_rows(row(sub="甲"), row(major="", sub="乙", code="A-2"))
    assert [(r.row, r.code) for r in reading.refused] == [(3, "I02")]


WORDS = st.sampled_from(
    ["", "", " ", "　", "无", "1", "1.1", "一、", "（二）", "合计", "小计", "注：某", "行政许可", "二、行政处罚（3项）", "行政征用", "公共服务", "市水利局",
     "填报单位：市水利局", "取水许可", "河道采砂许可", "《水法》第七条", "机密", "#REF!", "√", "序号", "事项名称", "子项名称", "设定依据", "类别", "A-1",
     "职权名称", "职权类型", "备注", "\x07", "长" * 600]
)  # fmt: skip


@st.composite
def sheets(draw):
    width = draw(st.integers(1, 6))
    rows = draw(st.lists(st.lists(WORDS, min_size=0, max_size=width), max_size=14))
    heading = draw(
        st.sampled_from(
            [
                ["序号", "事项名称", "子项名称", "类别", "设定依据", "编码"],
                ["事项名称"],
                ["职权名称", "取水许可", "职权类型", "行政许可"],
                ["部门", "事项名称"],
            ]
        )
    )
    rows.insert(draw(st.integers(0, min(len(rows), 3))), list(heading))
    for each in rows:
        while each and not each[-1]:
            each.pop()
    places = st.tuples(st.integers(1, len(rows)), st.integers(0, width))
    merged = draw(
        st.lists(st.tuples(st.integers(1, len(rows)), st.integers(0, 3), st.integers(0, 4), st.integers(0, 3)), max_size=3)
    )
    return Sheet(
        draw(st.sampled_from(["s", "行政许可", "市水利局", "行政征用"])),
        rows,
        hidden=draw(st.booleans()) and draw(st.booleans()),
        merged=tuple((r, c, min(r + h, len(rows)), c + w) for r, c, h, w in merged),
        hidden_rows=draw(st.frozensets(st.integers(1, len(rows)), max_size=2)),
        hidden_columns=draw(st.frozensets(st.integers(0, width), max_size=1)),
        formulas=draw(st.frozensets(places, max_size=3)),
        errors=draw(st.frozensets(places, max_size=2)),
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(sheets(), min_size=1, max_size=2), st.sampled_from([None, "市局"]), st.sampled_from([None, "行政许可"]), st.booleans()
)
def test_every_row_that_is_not_empty_has_exactly_one_fate(books, department, category, include_hidden):
    books = [Sheet(**{**vars(sheet), "name": f"{sheet.name}{n or ''}"}) for n, sheet in enumerate(books)]
    try:
        reading = read_sheet_list(
            books, kind="xlsx", file_name="x.xlsx", department=department, category=category, include_hidden=include_hidden
        )
    except UnreadableFile:
        return
    expected = {
        (sheet.name, number)
        for sheet in books
        for number, cells in enumerate(sheet.rows, 1)
        if any(cell.strip() for cell in cells) or any(r == number for r, _ in sheet.formulas)
    }
    assert_accounted(reading, expected)
    assert all(item.department and item.category and item.major_item for item in reading.items)
    assert all(re.match(r"第\d+行", refused.message) for refused in reading.refused)
    assert len(fates(reading)) == sum(reading.counts.values())


def test_codes_still_to_be_given_are_no_codes():
    rows = [
        ["序号", "职权编码", "职权类型", "职权名称"],
        [1, "待赋码", "行政许可", "甲许可"],
        [2, "待赋码", "行政许可", "乙许可"],
        [3, "暂无编码", "行政许可", "丙许可"],
    ]
    reading = read_list(workbook({"市水利局": rows}), file_name="表.xlsx")
    assert [item.codes for item in reading.items] == [(), (), ()] and not reading.refused


def test_the_same_item_twice_is_refused_unless_codes_tell_them_apart():
    heading = ["序号", "编码", "职权类型", "职权名称", "子项", "依据"]
    rows = [
        [1, "A1", "行政许可", "取水许可", "首次", "甲"],
        [2, "A2", "行政许可", "取水许可", "首次", "乙"],
        [3, "", "行政许可", "取 水许可", "首次", "丙"],
    ]
    reading = read_list(workbook({"市水利局": [heading, *rows]}), file_name="表.xlsx")
    assert [item.row for item in reading.items] == [2, 3]
    assert [(row.row, row.code) for row in reading.refused] == [(4, "I17")] and "与第2行是同一部门" in reading.refused[0].message
