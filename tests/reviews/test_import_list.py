"""import_list as scripts hold on to it: its JSON, its exit codes, what it writes and what it leaves alone."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from qingdan.items.models import Edition
from reviews.models import ChangeRequest
from tests.items.intake.books import filled_rows, real_rows, workbook

RSJ = "420600-RSJ"


def run(*arguments) -> tuple[int, dict]:
    """Exit code and the one JSON document on standard output."""
    out = io.StringIO()
    try:
        call_command("import_list", *map(str, arguments), "--json", stdout=out)
        code = 0
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(out.getvalue())


def saved(tmp_path, rows, sheet="清单", name="清单.xlsx"):
    path = tmp_path / name
    path.write_bytes(workbook({sheet: rows}))
    return path


def test_a_dry_run_of_real_rows_accounts_for_every_row_and_writes_nothing(world, tmp_path):
    rows = [["市人力资源和社会保障局权责清单"], ["序号", "权力类型", "事项名称", "设定依据"]]
    rows += [[n, row["category"], row["major_item"], row["legal_basis"]] for n, row in enumerate(real_rows("S10"), start=1)]
    rows += [[99, "行政处罚", "对甲的处罚", ""], ["注：以上为全部事项"]]
    path = saved(tmp_path, rows)
    before = ChangeRequest.objects.count()
    code, report = run(path, "--dry-run")
    assert code == 1
    told = [(each["sheet"], each["row"]) for kind in ("items", "refused", "ignored") for each in report[kind]]
    assert sorted(told) == sorted(filled_rows(path.read_bytes()))
    assert report["counts"] == {kind: len(report[kind]) for kind in ("items", "refused", "ignored")}
    assert [item["major_item"] for item in report["items"]] == [row["major_item"] for row in real_rows("S10")]
    assert all(item["department_known"] for item in report["items"])
    assert "依据" in report["refused"][0]["message"]
    assert ChangeRequest.objects.count() == before


def test_the_basis_comes_back_character_by_character_with_its_acts_and_places(world, tmp_path):
    basis = "【法律】《中华人民共和国社会保险法》（2018年修正）第八十四条、第八十六条\n《工伤保险条例》（国务院令第586号）第十七条第二款"
    path = saved(tmp_path, [["权力类型", "事项名称", "职权编码", "设定依据"], ["行政确认", "工伤认定", "0012-07", basis]])
    code, report = run(path, "--department", RSJ, "--dry-run")
    item = report["items"][0]
    assert (code, item["legal_basis"], item["code"], item["category"]) == (0, basis, "0012-07", "行政确认")
    assert item["citations"] == ["中华人民共和国社会保险法", "工伤保险条例"]
    assert item["locators"] == [["第八十四条", "第八十六条"], ["第十七条第二款"]]
    assert item["unread"] == []


def test_an_unknown_department_is_an_item_of_a_dry_run_and_refused_otherwise(world, tmp_path):
    path = saved(tmp_path, [["部门", "权力类型", "事项名称"], ["市水利局", "行政许可", "取水许可"]])
    code, report = run(path, "--dry-run")
    assert (code, [item["department_known"] for item in report["items"]]) == (0, [False])
    code, report = run(path, "--as", "clerk")
    assert (code, report["items"], len(report["refused"])) == (1, [], 1)
    assert "市水利局" in report["refused"][0]["message"]


def test_it_writes_one_draft_request_of_the_changed_rows(world, tmp_path):
    path = saved(
        tmp_path,
        [
            ["权力类型", "事项名称", "备注"],
            ["行政确认", "工伤认定", "改"],
            ["行政许可", "新许可", ""],
            ["行政许可", "劳务派遣经营许可", ""],
        ],
    )
    code, report = run(path, "--department", RSJ, "--as", "clerk")
    request = ChangeRequest.objects.get(number=report["written"]["requests"][0])
    assert (code, report["written"]["unchanged"], request.state) == (0, 1, "draft")
    assert [(change.kind, change.name) for change in request.changes.all()] == [("elements", "工伤认定"), ("add", "新许可")]


def test_refused_rows_stop_everything_unless_a_part_is_accepted(world, tmp_path):
    path = saved(tmp_path, [["权力类型", "事项名称"], ["行政许可", "新许可"], ["行政恩惠", "不存在"]])
    before = ChangeRequest.objects.count()
    code, report = run(path, "--department", RSJ, "--as", "clerk")
    assert (code, "written" in report, ChangeRequest.objects.count()) == (1, False, before)
    code, report = run(path, "--department", RSJ, "--as", "clerk", "--accept-partial")
    assert (code, report["written"]["changes"], ChangeRequest.objects.count()) == (1, 1, before + 1)


def test_only_the_department_itself_may_propose_by_command_too(world, tmp_path):
    path = saved(tmp_path, [["权力类型", "事项名称"], ["行政许可", "新许可"]])
    with pytest.raises(CommandError, match="本部门") as told:
        call_command("import_list", str(path), "--department", RSJ, "--as", "outsider")
    assert told.value.returncode == 1


def test_a_first_list_is_refused_where_one_exists_and_needs_its_notice(world, tmp_path):
    path = saved(tmp_path, [["权力类型", "事项名称"], ["行政许可", "新许可"]])
    dates = ["--decided-on", "2015-01-01", "--effective-on", "2015-01-02"]
    before = Edition.objects.count()
    with pytest.raises(CommandError, match="--notice") as told:
        call_command("import_list", str(path), "--baseline", *dates)
    assert told.value.returncode == 2
    with pytest.raises(CommandError, match="不能再次首次公布") as told:
        call_command("import_list", str(path), "--department", RSJ, "--as", "publisher", "--baseline", "--notice", "1号", *dates)
    assert (told.value.returncode, Edition.objects.count()) == (1, before)


def test_a_file_that_is_no_list_ends_with_2_and_says_why(world, tmp_path):
    path = tmp_path / "清单.xlsx"
    path.write_bytes(b"%PDF-1.7 not a workbook")
    with pytest.raises(CommandError) as told:
        call_command("import_list", str(path), "--dry-run", "--json")
    assert told.value.returncode == 2
    assert "\n" not in str(told.value)


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("部门,事项名称,依据\n市水利局,取水许可,《水法》第七条\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "words"), [("没有.xlsx", "没有这个文件"), (".", "是文件夹")])
def test_a_file_that_cannot_be_opened_is_told_in_one_line(world, tmp_path, name, words):
    with pytest.raises(CommandError, match=words) as told:
        call_command("import_list", str(tmp_path / name), "--dry-run", "--json")
    assert told.value.returncode == 2 and "Errno" not in str(told.value)


def test_a_category_outside_of_the_ten_is_refused_and_not_passed_over(world, listed):
    with pytest.raises(CommandError, match="不在十类之内") as told:
        call_command("import_list", str(listed), "--category", "瞎类", "--dry-run", "--json")
    assert told.value.returncode == 2
