"""The file meets the list: one test for each sentence of how a row finds its item, and what differs becomes what changes."""

import io

import pytest
from openpyxl import load_workbook

from qingdan.items.intake.reading import ReadRow, read_list
from qingdan.items.kinds import ChangeKind
from qingdan.items.spreadsheets.published import department_workbook
from reviews.importing import compare_upload, propose_upload, read_upload, receive_upload
from reviews.matching import compare, proposals_of
from tests.world import fresh

RSJ = "420600-RSJ"


def row(number, category, major, sub="", codes=(), **cells) -> ReadRow:
    """A row as the intake reads it; ``cells`` are the columns that the file has."""
    return ReadRow("清单", number, "", category, major, sub, tuple(codes), cells)


def meet(world, *rows, **options):
    return compare(rows=rows, region=world.city, departments={"": world.department(RSJ)}, **options)


def upload(world, data: bytes, name="清单.xlsx"):
    department = world.department(RSJ)
    reading = read_upload(file_name=name, data=data, department=department)
    return receive_upload(actor=world.clerk, department=department, file_name=name, data=data, reading=reading)


# A row matches by code (any scheme), …


@pytest.mark.parametrize("scheme", ["", "湖北省编码", "地方编码"])
def test_a_row_matches_by_an_official_code_whatever_its_scheme_is_called(world, scheme):
    found = meet(world, row(2, "01", "劳务派遣经营许可", codes=[(scheme, "420600-001-XK-001-00")], note="改"))
    assert [r.version for r in found.rows] == [world.version("劳务派遣经营许可")]


def test_a_row_matches_by_our_own_code(world):
    version = world.version("工伤认定")
    found = meet(world, row(2, "07", "工伤认定", codes=[("清单编码", version.item.code)], note="改"))
    assert found.rows[0].version == version


# … else by department + category + 大项 + 子项 name;


def test_a_row_without_a_code_matches_by_department_category_and_names(world):
    major, sub = "民办职业技能培训学校设立", "民办职业培训学校设立审批"
    found = meet(world, row(2, "01", major, sub, note="改"), row(3, "01", major, note="改"))
    assert [r.version.name for r in found.rows] == [sub, major]


def test_the_same_name_in_another_category_or_under_another_major_is_another_item(world):
    found = meet(
        world,
        row(2, "02", "劳务派遣经营许可", setting_basis="《劳动法》第一条"),
        row(3, "01", "别的大项", "民办职业培训学校设立审批"),
    )
    assert [r.kind for r in found.rows if not r.implied] == [ChangeKind.ADD, ChangeKind.ADD]


# two candidates are a refusal;


def test_a_code_of_one_item_with_the_name_of_another_is_refused(world):
    code = world.version("工伤认定").item.code
    found = meet(world, row(2, "01", "劳务派遣经营许可", codes=[("", code)]))
    assert not found.rows
    assert "工伤认定" in found.refused[0].message


def test_two_codes_of_two_items_are_refused(world):
    first, second = world.version("工伤认定").item.code, world.version("劳务派遣经营许可").item.code
    found = meet(world, row(2, "07", "工伤认定", codes=[("", first), ("", second)]))
    assert (found.rows, len(found.refused)) == ([], 1)
    assert "唯一的编码" in found.refused[0].message


def test_two_rows_about_one_item_are_one_row_and_a_refusal(world):
    found = meet(world, row(2, "07", "工伤认定"), row(3, "07", "工伤认定", note="又一行"))
    assert (len(found.rows), [r.row for r in found.refused]) == (1, [3])
    assert "第2行" in found.refused[0].message


def test_a_code_of_another_departments_item_is_refused(world):
    code = world.version("食品经营许可").item.code
    found = meet(world, row(2, "01", "新许可", codes=[("", code)]))
    assert "市市场监督管理局" in found.refused[0].message


def test_a_code_of_a_repealed_item_is_refused(world):
    gone = world.item("对用人单位遵守劳动保障法律的检查")
    found = meet(world, row(2, "06", "对用人单位遵守劳动保障法律的检查", codes=[("", gone.code)]))
    assert "已取消" in found.refused[0].message


# no match is 新增;


def test_no_match_is_an_addition_and_its_major_comes_with_it(world):
    found = meet(world, row(2, "01", "新大项", "新子项一"), row(3, "01", "新大项", "新子项二"), row(4, "01", "独立新项"))
    assert [(r.name, r.kind, r.implied) for r in found.rows] == [
        ("新大项", "add", True),
        ("新子项一", "add", False),
        ("新子项二", "add", False),
        ("独立新项", "add", False),
    ]
    assert found.rows[1].content.initiation == "applied"


# same code with another name is 变更名称.


def test_the_same_code_with_another_name_is_a_renaming(world):
    code = world.version("工伤认定").item.code
    found = meet(world, row(2, "07", "工伤认定（含视同工伤）", codes=[("", code)]))
    assert [(r.kind, r.name) for r in found.rows] == [(ChangeKind.RENAME, "工伤认定（含视同工伤）")]
    assert [(d.old, d.new) for d in found.rows[0].differences] == [("工伤认定", "工伤认定（含视同工伤）")]


def test_sub_items_follow_a_renamed_major_without_being_changes_of_their_own(world):
    major = world.version("民办职业技能培训学校设立")
    subs = ["民办职业培训学校设立审批", "民办职业培训学校变更审批"]
    codes = {name: world.version(name).item.code for name in subs}
    rows = [row(2, "01", "培训学校设立", codes=[("", major.item.code)])]
    rows += [row(n, "01", "培训学校设立", name, codes=[("", codes[name])]) for n, name in enumerate(subs, start=3)]
    found = meet(world, *rows)
    assert [(r.name, r.kind) for r in found.rows] == [("培训学校设立", "rename"), (subs[0], ""), (subs[1], "")]


# An item absent from the file is shown as 文件未列 and becomes 取消 only if ticked.


def test_an_absent_item_is_listed_and_nothing_more(world):
    found = meet(world, row(2, "07", "工伤认定"))
    absent = {version.name for version in found.absent}
    assert "劳务派遣经营许可" in absent
    assert "工伤认定" not in absent
    assert "食品经营许可" not in absent
    assert proposals_of(found) == []


def test_a_ticked_absent_item_becomes_a_repeal(world):
    found = meet(world, row(2, "07", "工伤认定"))
    ticked = world.version("劳务派遣经营许可")
    proposals = proposals_of(found, repeal=[ticked.item.code], reason="上级取消", document="鄂政发〔2024〕1号")
    assert [(p.kind, p.base_version, p.content.state, p.document) for p in proposals] == [
        ("repeal", ticked, "repealed", "鄂政发〔2024〕1号")
    ]


def test_a_major_whose_sub_items_are_listed_is_not_absent(world):
    found = meet(world, row(2, "01", "民办职业技能培训学校设立", "民办职业培训学校设立审批"))
    assert "民办职业技能培训学校设立" not in {version.name for version in found.absent}


# A missing column keeps, an empty cell keeps unless 清空 is ticked.


def test_a_missing_column_keeps_what_stands(world):
    found = meet(world, row(2, "01", "劳务派遣经营许可", note="只改备注"), clear_empty=True)
    assert found.rows[0].content.supervision_phone == "0710-3600002"
    assert [d.label for d in found.rows[0].differences] == ["备注"]


@pytest.mark.parametrize(("clear", "phone", "kind"), [(False, "0710-3600002", ""), (True, "", "elements")])
def test_an_empty_cell_keeps_unless_clearing_is_ticked(world, clear, phone, kind):
    found = meet(world, row(2, "01", "劳务派遣经营许可", supervision_phone=""), clear_empty=clear)
    assert (found.rows[0].content.supervision_phone, found.rows[0].kind) == (phone, kind)


# Edit and upload that file, and only changed cells become changes.


def test_the_downloaded_list_uploaded_unedited_changes_nothing(world):
    data = department_workbook(department=world.department(RSJ), edition=world.edition(2))
    found = compare_upload(upload=upload(world, data))
    assert (found.changing, found.refused, found.absent) == ([], [], [])


def test_one_edited_cell_of_the_downloaded_list_is_one_change_of_one_element(world):
    data = department_workbook(department=world.department(RSJ), edition=world.edition(2))
    book = load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    head = {sheet.cell(1, column).value: column for column in range(1, sheet.max_column + 1)}
    place = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, head["事项名称"]).value == "工伤认定")
    sheet.cell(place, head["监督电话"]).value = "0710-3612333"
    edited = io.BytesIO()
    book.save(edited)
    request = propose_upload(actor=world.clerk, upload=upload(world, edited.getvalue()), reason="换电话")
    change = fresh(request).changes.get()
    assert (change.name, change.kind, change.content.supervision_phone) == ("工伤认定", "elements", "0710-3612333")
    assert change.content.changed(supervision_phone="") == world.version("工伤认定").content


def test_every_row_of_a_file_ends_in_exactly_one_list(world):
    text = "序号,权力类型,事项名称,设定依据\n1,行政确认,工伤认定,\n2,行政处罚,对甲的处罚,\n3,行政恩惠,乙,\n,,,\n注：以上为全部,,,\n"
    reading = read_list(text.encode("utf-8-sig"), file_name="清单.csv", department=world.department(RSJ).name)
    found = compare(
        rows=reading.items,
        region=world.city,
        departments=dict.fromkeys({r.department for r in reading.items}, world.department(RSJ)),
        refused=reading.refused,
        ignored=reading.ignored,
    )
    assert sorted([r.row for r in found.rows] + [r.row for r in found.refused] + [r.row for r in found.ignored]) == [1, 2, 3, 4, 6]


def test_rows_of_other_departments_are_refused_and_noted_in_the_audit_trail(world):
    from qingdan.ledger.models import AuditEvent

    text = "部门,权力类型,事项名称,设定依据\n市市场监督管理局,行政许可,食品经营许可,\n市人力资源和社会保障局,行政确认,工伤认定,\n"
    kept = upload(world, text.encode("utf-8-sig"), "清单.csv")
    found = compare_upload(upload=kept)
    assert [(r.row, "市市场监督管理局" in r.message) for r in found.refused] == [(2, True)]
    assert "其他部门的行 1 条" in AuditEvent.objects.get(act="receive_upload", object_id=str(kept.pk)).detail


def test_a_file_with_a_mark_of_secrecy_is_not_kept_and_its_row_nowhere(world):
    text = "权力类型,事项名称,设定依据,密级\n行政检查,某涉密检查事项,《保守国家秘密法》第一条,机密\n行政确认,工伤认定,,\n"
    kept = upload(world, text.encode("utf-8-sig"), "清单.csv")
    assert not kept.file
    assert "某涉密检查事项" not in kept.reading
    assert [r.row for r in compare_upload(upload=kept).refused] == [2]
