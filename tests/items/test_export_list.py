"""``export_list``: which edition, whose items, which format, and refusals that say what to do."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from qingdan.items.management.commands import export_list

CITY = "420600"


def export(out, *options: str) -> str:
    said = io.StringIO()
    call_command("export_list", "--region", CITY, "--out", str(out), *options, stdout=said)
    return said.getvalue()


def names(path) -> set[str]:
    sheet = openpyxl.load_workbook(path)["清单"]
    return {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}


def test_it_exports_the_list_in_force_today(world, tmp_path):
    said = export(tmp_path / "a.xlsx", "--format", "xlsx")
    assert "工伤认定" in names(tmp_path / "a.xlsx")
    assert "第1次动态调整（襄政发〔2019〕30号）" in said
    assert f"{openpyxl.load_workbook(tmp_path / 'a.xlsx')['清单'].max_row - 1} 项" in said


@pytest.mark.parametrize("which", [("--on", "2019-11-30"), ("--edition", "1")])
def test_it_exports_the_list_of_another_day_or_edition(world, tmp_path, which):
    export(tmp_path / "a.xlsx", "--format", "xlsx", *which)
    assert "工伤认定" not in names(tmp_path / "a.xlsx")
    assert "对用人单位遵守劳动保障法律的检查" in names(tmp_path / "a.xlsx")


def test_it_exports_one_department(world, tmp_path):
    export(tmp_path / "a.csv", "--format", "csv", "--department", "420600-SCJ")
    rows = list(csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8-sig", newline="")))
    assert {row["实施部门"] for row in rows} == {"市市场监督管理局"}
    assert len(rows) == 3


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_it_never_exports_what_is_withheld(world, tmp_path, format):
    for options in ((), ("--department", "420600-RSJ"), ("--edition", "1")):
        out = tmp_path / f"a.{format}"
        export(out, "--format", format, *options)
        found = names(out) if format == "xlsx" else {line.split(",")[1] for line in out.read_text("utf-8-sig").splitlines()}
        assert "专项保密检查" not in found
        assert "对用人单位不办理社会保险登记的处罚" in found


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--format", "odt"), "不支持的格式 odt；可用的格式：xlsx、csv、docx、pdf"),
        (("--format", "xlsx", "--region", "999999"), "没有代码为 999999 的行政区划"),
        (("--format", "xlsx", "--department", "420602-MZJ"), "襄阳市没有代码为 420602-MZJ 的部门"),
        (("--format", "xlsx", "--edition", "9"), "襄阳市没有序号为 9 的公布版本"),
        (("--format", "xlsx", "--on", "2015-01-01"), "襄阳市在 2015-01-01 没有有效的清单"),
        (("--format", "xlsx", "--on", "2015年"), "日期 2015年 不对，请写作 2019-12-01"),
        (("--format", "xlsx", "--on", "2019-12-01", "--edition", "1"), "not allowed with"),
    ],
)
def test_it_refuses_by_name(world, tmp_path, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        export(tmp_path / "a", *options)
    assert not list(tmp_path.iterdir())


def test_it_says_where_it_cannot_write(world, tmp_path):
    with pytest.raises(CommandError, match="无法写入"):
        export(tmp_path / "missing" / "a.xlsx", "--format", "xlsx")


def test_a_failed_export_leaves_the_old_file_as_it_was(world, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("old")

    def fail(*, edition, department, to):
        to.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(export_list.FORMATS, "csv", fail)
    with pytest.raises(CommandError, match="无法写入"):
        export(tmp_path / "a.csv", "--format", "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"
