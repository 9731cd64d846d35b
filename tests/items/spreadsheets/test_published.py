"""Lists as workbooks and CSV: what an office edits and what anybody may have."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
import python_calamine
import time_machine

from qingdan.items.content import make_content
from qingdan.items.elements import BY_LABEL, ELEMENTS
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.spreadsheets import layout, marks, published
from qingdan.items.spreadsheets.published import department_workbook, list_csv, list_workbook

WITHHELD = "专项保密检查"


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def own(world, edition: int | None = 2):
    return opened(department_workbook(department=world.department(), edition=world.edition(edition) if edition else None))


def public(world, **choice):
    to = io.BytesIO()
    count = list_workbook(edition=world.edition(2), to=to, **choice)
    book = opened(to.getvalue())
    assert book["清单"].max_row == count + 1
    return book


def records(sheet) -> list[dict[str, str]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [{label: value or "" for label, value in zip(head, row, strict=True)} for row in rows]


@pytest.fixture
def one_item(monkeypatch):
    """``one_item(note="=1+1")``: exports see one item with these elements, whatever is published."""

    def put(**elements):
        content = make_content(
            {"department_code": "d", "department_name": "市水利局", "category": "01", "name": "取水许可", **elements}
        )
        monkeypatch.setattr(published, "_listed", lambda entries: (1, iter([("420600-00001", content)])))

    return put


def test_it_lists_the_departments_items_in_official_order_with_our_codes(world):
    rows = records(own(world)["清单"])
    entries = EditionEntry.objects.of(world.edition(2)).filter(version__department=world.department())
    assert [row["清单编码"] for row in rows] == [entry.item.code for entry in entries.select_related("item")]
    assert [(row["事项名称"], row["子项名称"]) for row in rows[:3]] == [
        ("民办职业技能培训学校设立", ""),
        ("民办职业技能培训学校设立", "民办职业培训学校设立审批"),
        ("民办职业技能培训学校设立", "民办职业培训学校变更审批"),
    ]


def test_it_has_a_column_for_every_element(world):
    head = [cell.value for cell in own(world)["清单"][1]]
    assert head[0] == "清单编码"
    assert set(head[1:]) == {element.label for element in ELEMENTS} - {"大项名称"}
    assert len(set(head)) == len(head)


def test_it_writes_values_as_the_office_says_them(world):
    row = next(row for row in records(own(world)["清单"]) if row["事项名称"] == "集体合同审查")
    assert (row["权力类别"], row["类别细分"], row["依申请/依职权"]) == ("其他行政权力", "审核转报", "依申请")
    assert (row["事项状态"], row["是否计入总数"], row["依法不予公开"]) == ("在用", "否", "否")


def test_it_gives_a_department_its_withheld_items(world):
    row = next(row for row in records(own(world)["清单"]) if row["事项名称"] == WITHHELD)
    assert (row["依法不予公开"], row["不予公开理由"]) == ("是", "依法不予公开")


@pytest.mark.parametrize("only", [False, True])
def test_it_never_gives_withheld_items_to_anybody_else(world, only):
    choice = {"department": world.department()} if only else {}
    assert WITHHELD not in {row["事项名称"] for row in records(public(world, **choice)["清单"])}
    to = io.BytesIO()
    list_csv(edition=world.edition(2), to=to, **choice)
    assert WITHHELD not in to.getvalue().decode("utf-8-sig")


def test_a_public_list_is_the_whole_edition_or_one_department(world):
    everything = records(public(world)["清单"])
    entries = EditionEntry.objects.of(world.edition(2)).public().select_related("item")
    assert [row["清单编码"] for row in everything] == [entry.item.code for entry in entries]
    assert {row["实施部门"] for row in records(public(world, department=world.department())["清单"])} == {"市人力资源和社会保障局"}


def test_only_the_code_column_and_the_heading_are_locked(world):
    sheet = own(world)["清单"]
    assert sheet.protection.sheet and not sheet.protection.password
    assert not sheet.protection.autoFilter and not sheet.protection.formatColumns and not sheet.protection.insertRows
    assert all(cell.protection.locked for cell in sheet[1])
    for row in sheet.iter_rows(min_row=2):
        assert {cell.column for cell in row if cell.value is not None and cell.protection.locked} == {1}
    unlocked = {letter for letter, dimension in sheet.column_dimensions.items() if not dimension.protection.locked}
    assert "A" not in unlocked and "B" in unlocked


def test_a_public_list_is_not_locked(world):
    assert not public(world)["清单"].protection.sheet


def test_the_heading_stays_in_sight(world):
    sheet = own(world)["清单"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == f"A1:{layout.get_column_letter(sheet.max_column)}{sheet.max_row}"


def test_closed_values_have_drop_downs_below_the_last_row_too(world):
    sheet = own(world)["清单"]
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    offered = {}
    for validation in sheet.data_validations.dataValidation:
        offered[str(validation.sqref)[: -len(str(validation.sqref).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))]] = validation
    for element in ELEMENTS:
        if element.choices:
            assert offered[letters[element.label]].formula1 == f'"{",".join(element.choices)}"'
    category = offered[letters["权力类别"]]
    assert category.formula1.count(",") == 9 and "行政许可" in category.formula1
    assert (category.type, category.errorStyle, category.showErrorMessage) == ("list", "stop", True)
    assert int(str(category.sqref).rpartition(letters["权力类别"])[2]) > sheet.max_row + 500
    kind = offered[letters["类别细分"]]
    assert "审核转报" in kind.formula1 and kind.errorStyle == "warning"
    assert all(len(validation.formula1) <= 257 for validation in offered.values())


def test_every_cell_is_text(world):
    sheet = own(world)["清单"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert sheet.column_dimensions["B"].number_format == "@"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")', "#REF!"])
def test_what_looks_like_a_formula_stays_text(world, one_item, text):
    one_item(note=text)
    for sheet in (own(world)["清单"], public(world)["清单"]):
        cell = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "备注")
        assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_what_a_spreadsheet_would_compute_in_csv_is_preceded_by_an_apostrophe(world, one_item, text):
    one_item(note=text, powers="含=号的普通文字")
    to = io.BytesIO()
    assert list_csv(edition=world.edition(2), to=to) == 1
    assert to.getvalue().startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(to.getvalue().decode("utf-8-sig"), newline="")))
    assert row["备注"] == f"'{text}"
    assert row["职责权限"] == "含=号的普通文字"


def test_a_csv_has_the_same_cells_as_the_workbook(world):
    to = io.BytesIO()
    list_csv(edition=world.edition(2), to=to)
    assert list(csv.DictReader(io.StringIO(to.getvalue().decode("utf-8-sig"), newline=""))) == records(public(world)["清单"])


def test_a_text_longer_than_a_cell_is_never_cut_in_silence(world, one_item):
    one_item(legal_bases=[{"as_written": "甲" * 20_000}, {"as_written": "乙" * 20_000}])
    sheet = own(world)["清单"]
    cell = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "设定依据")
    assert len(cell.value) == marks.CELL_LIMIT
    assert cell.value.endswith("请在系统内查看和修改，本格勿改）")


def test_a_department_without_published_items_gets_an_empty_sheet(world):
    book = own(world, edition=None)
    assert book["清单"].max_row == 1
    assert "尚无已公布的事项" in book["填写说明"]["A2"].value


def test_it_tells_how_to_edit(world):
    sheet = own(world)["填写说明"]
    said = "\n".join(row[0] for row in sheet.iter_rows(values_only=True))
    for sentence in ("涉密事项不得录入", "空格子保持原值", "清空", "文件未列", "勾选“取消”", "清单编码"):
        assert sentence in said
    assert sheet.max_column == 1
    assert "7 个事项" not in said and "8 个事项" in said


def test_a_public_list_says_which_edition_it_is(world):
    said = "\n".join(row[0] for row in public(world)["说明"].iter_rows(values_only=True))
    assert "第1次动态调整（襄政发〔2019〕30号）" in said
    assert "2019-12-01" in said
    assert "清单不作为执法依据" in said
    assert "演示数据" in said
    to = io.BytesIO()
    list_workbook(edition=Edition.objects.get(region=world.city, number=1), to=to)
    assert "事后录入" in "".join(row[0] for row in opened(to.getvalue())["说明"].iter_rows(values_only=True))


def test_an_edition_always_gives_the_same_bytes(world):
    first, second = io.BytesIO(), io.BytesIO()
    list_workbook(edition=world.edition(2), to=first)
    with time_machine.travel("2031-05-04 03:02:01"):
        list_workbook(edition=world.edition(2), to=second)
    assert first.getvalue() == second.getvalue()


def test_it_keeps_spaces_breaks_and_marks_of_xml(world, one_item):
    text = ' <甲>&"乙"\n\t_x000D_ 丙]]> '
    one_item(note=text)
    data = department_workbook(department=world.department(), edition=world.edition(2))
    (row,) = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("清单").to_python()[1:]
    assert text in row


def test_columns_are_wide_enough_to_read(world):
    sheet = own(world)["清单"]
    for cell in sheet[1]:
        assert sheet.column_dimensions[cell.column_letter].width >= 12
    labels = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]}
    assert labels["设定依据"] == 60
    assert BY_LABEL["设定依据"].kind == "bases:setting"
