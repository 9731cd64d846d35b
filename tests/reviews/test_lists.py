"""Whole past lists through the command, with real commits: an act that must be outermost shows its nesting only here."""

from __future__ import annotations

import csv
from io import StringIO

from django.core.management import call_command

from departments.models import Posting, Region, User
from departments.posts import Post
from qingdan.items.models import Edition

CITY = "420600"
HEADER = ["实施部门", "权力类别", "事项名称", "设定依据"]
FIRST = [
    ["市民政局", "行政确认", "收养登记", "《中华人民共和国民法典》第一千一百零五条"],
    ["市民政局", "行政给付", "最低生活保障金的给付", "《社会救助暂行办法》第九条"],
]
SECOND = [FIRST[0], ["市民政局", "行政确认", "婚姻登记", "《婚姻登记条例》第二条"]]


def enter(path, rows, *kind: str, notice: str, day: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    dates = ["--notice", notice, "--decided-on", day, "--effective-on", day]
    call_command("import_list", str(path), "--as", "publisher", "--create-departments", *kind, *dates, stdout=StringIO())


def test_a_first_list_and_the_next_are_published_from_files(committed_db, tmp_path):
    city = Region.objects.get(code=CITY)
    publisher = User.objects.create_user("publisher", "冯公")
    Posting.objects.create(user=publisher, post=Post.PUBLISHER, region=city)
    enter(tmp_path / "2016.csv", FIRST, "--baseline", notice="襄政发〔2016〕12号", day="2016-05-01")
    enter(tmp_path / "2018.csv", SECOND, "--backfill", notice="襄政发〔2018〕3号", day="2018-05-01")
    first, second = Edition.objects.of(city).order_by("number")
    assert first.entered_afterwards
    assert second.entered_afterwards
    names = [set(edition.entries.values_list("version__name", flat=True)) for edition in (first, second)]
    assert names == [{"收养登记", "最低生活保障金的给付"}, {"收养登记", "婚姻登记"}]
    assert {(change.get_kind_display(), (change.new_version or change.old_version).name) for change in second.changes.all()} == {
        ("取消", "最低生活保障金的给付"),
        ("新增", "婚姻登记"),
    }
