"""Rosters: each line of a workbook is imported, skipped or refused with its cell and a sentence."""

import io
import zipfile

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from departments.models import Department, User
from departments.rosters import account_lines, department_lines
from departments.rosters.tables import NotARoster, lines_of
from departments.spreadsheets.rosters import SIZE_LIMIT, UNPACKED_LIMIT, read_grids, template
from qingdan.errors import NotAllowed, RuleBroken
from qingdan.ledger.models import AuditEvent


def workbook(rows: list[list], title: str = "名册", before: str = "", hidden: bool = False) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    if before:
        sheet.append([before])
    for row in rows:
        sheet.append(row)
    if hidden:
        book.create_sheet("空表")
        sheet.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def departments(rows: list[list], **options) -> department_lines.DepartmentRoster:
    head = ["部门代码", "名称", "行政区划", "性质", "统一社会信用代码", "排序", "成立日期"]
    lines = lines_of(read_grids(workbook([head, *rows], **options)), department_lines.COLUMNS)
    return department_lines.check(lines, "420600")


def accounts(world, rows: list[list]) -> account_lines.AccountRoster:
    head = ["姓名", "部门", "岗位", "手机", "登录名", "行政区划"]
    lines = lines_of(read_grids(workbook([head, *rows])), account_lines.COLUMNS)
    return account_lines.check(lines, world.system_admin)


def sentences(roster) -> list[tuple[str, str, str]]:
    return [(fault.cell, fault.column, fault.message) for _, faults in roster.refused for fault in faults]


class TestTable:
    def test_it_finds_the_head_below_a_title_in_any_order_of_columns(self):
        data = workbook([["岗位*", "备注", "姓 名"], ["经办人", "x", "李文静"]], before="襄阳市账号名册")
        (line,) = lines_of(read_grids(data), account_lines.COLUMNS)
        assert (line.row, line.text("name"), line.text("post"), line.places["name"]) == (3, "李文静", "经办人", "C3")

    def test_it_leaves_out_empty_lines_and_repeated_heads(self):
        head = ["姓名", "岗位"]
        lines = lines_of(read_grids(workbook([head, ["甲", "经办人"], [None, " "], head, ["乙", "经办人"]])), account_lines.COLUMNS)
        assert [(line.row, line.text("name")) for line in lines] == [(2, "甲"), (5, "乙")]

    def test_it_does_not_read_hidden_sheets(self):
        with pytest.raises(NotARoster, match="没有读到内容"):
            lines_of(read_grids(workbook([["姓名", "岗位"], ["甲", "经办人"]], hidden=True)), account_lines.COLUMNS)

    def test_it_names_the_columns_that_are_missing(self):
        with pytest.raises(NotARoster, match="“姓名”、“岗位”"):
            lines_of(read_grids(workbook([["名字", "岗位"], ["甲", "经办人"]])), account_lines.COLUMNS)

    def test_it_reads_full_width_letters_and_stray_spaces(self):
        (line,) = lines_of(
            read_grids(workbook([["部门代码", "名称"], ["４２０６００－ＲＳＪ", "　市某局 "]])), department_lines.COLUMNS
        )
        assert (line.text("code"), line.text("name")) == ("420600-RSJ", "市某局")

    def test_it_takes_no_more_than_a_thousand_lines(self):
        rows = [["姓名", "岗位"], *([f"人{n}", "经办人"] for n in range(1001))]
        with pytest.raises(NotARoster, match="1001 行"):
            lines_of(read_grids(workbook(rows)), account_lines.COLUMNS)

    @pytest.mark.parametrize("data", [b"", b"name,post\n", b"PK\x03\x04rest"])
    def test_it_refuses_what_is_no_workbook(self, data):
        with pytest.raises(NotARoster):
            lines_of(read_grids(data), account_lines.COLUMNS)

    def test_it_refuses_a_small_file_that_unpacks_to_a_large_one(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/sharedStrings.xml", b" " * (UNPACKED_LIMIT + 1))
        assert len(file.getvalue()) < SIZE_LIMIT
        with pytest.raises(NotARoster, match="内容过大"):
            read_grids(file.getvalue())

    def test_it_does_not_leave_out_rows_far_below(self):
        book = Workbook()
        book.active.append(["姓名", "岗位"])
        book.active.cell(9_000, 1, "漏下的人")
        file = io.BytesIO()
        book.save(file)
        with pytest.raises(NotARoster, match="第 9000 行还有内容"):
            read_grids(file.getvalue())

    def test_it_refuses_a_large_file(self):
        with pytest.raises(NotARoster, match="超过 2 MB"):
            read_grids(b"PK" + bytes(SIZE_LIMIT))

    def test_a_template_holds_the_columns_and_their_sentences_and_reads_as_empty(self):
        data = template("账号", account_lines.COLUMNS, [("李文静", "市人社局", "经办人")])
        book = load_workbook(io.BytesIO(data))
        assert [cell.value for cell in book["账号"][1]] == ["姓名*", "部门", "岗位*", "手机", "登录名", "行政区划"]
        assert book["账号"]["D2"].number_format == "@"
        assert "必填" in [row[1].value for row in book["填写说明"].iter_rows()]
        with pytest.raises(NotARoster):
            lines_of(read_grids(data), account_lines.COLUMNS)


class TestDepartments:
    def test_it_imports_what_it_accepts_and_nothing_twice(self, world):
        rows = [
            ["420600-JYJ", "市教育局", "", "政府工作部门", "11450721MB15580811", "3", "2001年3月1日"],
            ["420602-JYJ", "襄城区教育局", "襄城区"],
        ]
        roster = departments(rows)
        assert not roster.refused and not roster.skipped
        department_lines.import_departments(actor=world.system_admin, departments=roster.accepted)
        made = Department.objects.get(code="420600-JYJ")
        assert (made.region.code, made.order, made.established_on.isoformat()) == ("420600", 3, "2001-03-01")
        assert Department.objects.get(code="420602-JYJ").region.code == "420602"
        again = departments(rows)
        assert not again.accepted and len(again.skipped) == 2
        assert AuditEvent.objects.filter(act="create_department").count() == 2

    @pytest.mark.parametrize(
        ("row", "cell", "column", "part"),
        [
            (["", "市教育局"], "A2", "部门代码", "未填写"),
            (["420600-JYJ", ""], "B2", "名称", "未填写"),
            (["420600-SCJ", "市教育局"], "A2", "部门代码", "已由襄阳市“市市场监督管理局”使用"),
            (["420600-JYJ", "市民政局"], "B2", "名称", "已有“市民政局”"),
            (["420600-JYJ", "市教育局", "江陵府"], "C2", "行政区划", "没有“江陵府”"),
            (["420600-JYJ", "市教育局", "", "民间组织"], "D2", "性质", "没有“民间组织”"),
            (["420600-JYJ", "市教育局", "", "", "11450721MB15580812"], "E2", "统一社会信用代码", "校验位"),
            (["420600-JYJ", "市教育局", "", "", "", "一"], "F2", "排序", "整数"),
            (["420600-JYJ", "市教育局", "", "", "", "", "2001-13-01"], "G2", "成立日期", "不是日期"),
            (["4" * 41, "市教育局"], "A2", "部门代码", "超过 40 字"),
        ],
    )
    def test_it_refuses_a_line_by_its_cell(self, world, row, cell, column, part):
        roster = departments([row])
        assert not roster.accepted
        ((found_cell, found_column, message),) = sentences(roster)
        assert (found_cell, found_column) == (cell, column) and part in message

    def test_it_names_the_line_that_a_line_repeats(self, world):
        roster = departments([["420600-JYJ", "市教育局"], ["420600-JYJ", "市体育局"], ["420600-TYJ", "市教育局"]])
        assert [new.code for new in roster.accepted] == ["420600-JYJ"]
        assert sentences(roster) == [("A3", "部门代码", "与第 2 行重复"), ("B4", "名称", "与第 2 行重复")]

    def test_it_reports_every_fault_of_a_line(self, world):
        roster = departments([["420600-JYJ", "", "江陵府", "民间组织", "123", "一"]])
        assert [column for _, column, _ in sentences(roster)] == ["行政区划", "统一社会信用代码", "性质", "排序"]

    def test_only_the_system_admin_imports_and_then_all_or_none(self, world):
        roster = departments([["420600-JYJ", "市教育局"], ["420600-TYJ", "市体育局"]])
        with pytest.raises(NotAllowed):
            department_lines.import_departments(actor=world.publisher, departments=roster.accepted)
        Department.objects.create(code="420600-TYJ", name="市体育局", region=world.city)
        with pytest.raises(RuleBroken):
            department_lines.import_departments(actor=world.system_admin, departments=roster.accepted)
        assert not Department.objects.filter(code="420600-JYJ").exists()


class TestAccounts:
    def test_it_makes_accounts_with_posts_and_gives_one_slip_a_person(self, world):
        roster = accounts(
            world,
            [
                ["罗新", "市民政局", "经办人", "13800000001"],
                ["罗新", "420600-MZJ", "部门负责人", "13800000001"],
                ["田审", "襄阳市", "司法审查", "", "tianshen"],
                ["高管", "", "安全管理员"],
            ],
        )
        assert not roster.refused
        slips = account_lines.import_accounts(actor=world.system_admin, postings=roster.accepted)
        assert [(slip.user.username, slip.posts) for slip in slips] == [
            ("13800000001", ("市民政局经办人", "市民政局部门负责人")),
            ("tianshen", ("襄阳市司法审查",)),
            ("高管", ("安全管理员",)),
        ]
        for slip in slips:
            assert User.objects.get(pk=slip.user.pk).check_password(slip.password) and slip.user.must_change_password
        assert User.objects.get(username="tianshen").postings.get().region == world.city

    def test_a_person_who_has_an_account_keeps_it_and_its_password(self, world):
        roster = accounts(world, [["李文静", "市人力资源和社会保障局", "财务经办", "", "clerk"]])
        (slip,) = account_lines.import_accounts(actor=world.system_admin, postings=roster.accepted)
        assert slip.password == "" and slip.user == world.clerk.user
        assert not world.clerk.user.must_change_password

    def test_it_skips_what_is_so_already(self, world):
        roster = accounts(
            world,
            [
                ["李文静", "市人力资源和社会保障局", "经办人", "", "clerk"],
                ["罗新", "市民政局", "经办人"],
                ["罗新", "市民政局", "经办人"],
            ],
        )
        assert [(line.row, why) for line, why in roster.skipped] == [
            (2, "李文静已任市人力资源和社会保障局经办人"),
            (4, "罗新已任市民政局经办人"),
        ]

    @pytest.mark.parametrize(
        ("row", "cell", "column", "part"),
        [
            (["", "市民政局", "经办人", "", "x"], "A2", "姓名", "未填写"),
            (["罗新", "市民政局", ""], "C2", "岗位", "未填写"),
            (["罗新", "市民政局", "局长"], "C2", "岗位", "没有“局长”这个岗位"),
            (["罗新", "市水晶局", "经办人"], "B2", "部门", "没有“市水晶局”这个部门"),
            (["罗新", "", "经办人"], "B2", "部门", "经办人须在一个部门任职"),
            (["罗新", "", "司法审查"], "B2", "部门", "须填部门或行政区划"),
            (["罗新", "市民政局", "经办人", "电话"], "D2", "手机", "不是电话号码"),
            (["罗新", "市民政局", "经办人", "", "clerk"], "E2", "登录名", "已由李文静使用"),
            (["罗新", "市民政局", "经办人", "", "", "江陵府"], "F2", "行政区划", "没有“江陵府”"),
            (["=A1", "市民政局", "经办人", "", "x"], "A2", "姓名", "公式"),
            (["李文静", "", "系统管理员", "", "clerk"], "C2", "岗位", "不得兼任"),
            (["严格", "市民政局", "经办人", "", "system_admin"], "C2", "岗位", "不得兼任"),
        ],
    )
    def test_it_refuses_a_line_by_its_cell(self, world, row, cell, column, part):
        roster = accounts(world, [row])
        assert not roster.accepted and not roster.skipped
        found = {(found_cell, found_column): message for found_cell, found_column, message in sentences(roster)}
        assert part in found[(cell, column)]

    def test_it_keeps_administrators_apart_within_the_file(self, world):
        roster = accounts(world, [["罗新", "市民政局", "经办人"], ["罗新", "", "审计管理员"]])
        assert [new.post for new in roster.accepted] == ["clerk"]
        ((_, _, message),) = sentences(roster)
        assert message.endswith("（见第 2 行）")

    def test_two_people_do_not_share_a_log_in_name(self, world):
        roster = accounts(world, [["罗新", "市民政局", "经办人", "13800000001"], ["罗旧", "市民政局", "经办人", "13800000001"]])
        assert sentences(roster) == [("E3", "登录名", "登录名“13800000001”与第 2 行的罗新相同，请另填登录名")]

    def test_a_name_that_two_departments_have_asks_for_the_code(self, world):
        Department.objects.create(code="420602-RSJ", name="市民政局", region=world.county)
        roster = accounts(world, [["罗新", "市民政局", "经办人"]])
        assert "有 2 个部门叫“市民政局”，请填部门代码：420600-MZJ（襄阳市）、420602-RSJ（襄城区）" in sentences(roster)[0][2]
        named = accounts(world, [["罗新", "市民政局", "经办人", "", "", "襄城区"]])
        assert named.accepted[0].department.code == "420602-RSJ"

    def test_a_review_post_may_name_its_office_and_is_held_in_the_offices_region(self, world):
        (new,) = accounts(world, [["罗新", "襄城区民政局", "编办审查"]]).accepted
        assert (new.region, new.department) == (world.county, None)

    def test_a_department_that_has_ended_takes_nobody(self, world):
        Department.objects.filter(code="420600-MZJ").update(abolished_on=timezone.localdate())
        assert "没有“市民政局”这个部门" in sentences(accounts(world, [["罗新", "市民政局", "经办人"]]))[0][2]

    def test_a_post_is_known_by_its_short_names(self, world):
        roster = accounts(
            world, [["甲", "襄阳市", "政府办"], ["乙", "襄阳市", "常务会记录"], ["丙", "襄阳市", "审改办 (汇总公布)"]]
        )
        assert [new.post for new in roster.accepted] == ["council", "council", "publisher"]

    def test_it_is_all_or_none(self, world):
        roster = accounts(world, [["罗新", "市民政局", "经办人", "", "luoxin"], ["田审", "襄阳市", "司法审查", "", "tianshen"]])
        User.objects.create_user("tianshen", "田审", "x")
        with pytest.raises(RuleBroken):
            account_lines.import_accounts(actor=world.system_admin, postings=roster.accepted)
        assert not User.objects.filter(username="luoxin").exists()

    @pytest.mark.parametrize("who", ["security_admin", "audit_admin", "head"])
    def test_only_the_system_admin_imports(self, world, who):
        roster = accounts(world, [["罗新", "市民政局", "经办人"]])
        with pytest.raises(NotAllowed):
            account_lines.import_accounts(actor=getattr(world, who), postings=roster.accepted)
        assert not User.objects.filter(name="罗新").exists()
