"""Filling the law library from the table of acts."""

import datetime

import pytest

from qingdan.laws.library import acts_named, add_missing_acts, matching_title
from qingdan.laws.models import Act, ActVersion

pytestmark = pytest.mark.django_db

COLUMNS = ("title", "kind", "region", "issuer", "doc_number", "promulgated", "last_amended", "effective", "version_date", "status", "note")  # fmt: skip


def row(title: str, **fields: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), "title": title, "kind": "法律", "status": "有效", **fields}


def test_it_adds_what_is_missing_and_leaves_what_the_office_changed():
    add_missing_acts([row("某法（甲）")])
    Act.objects.filter(title="某法（甲）").update(note="已核对")
    assert add_missing_acts([row("某法（甲）"), row("某法（乙）")]) == 1
    assert Act.objects.get(title="某法（甲）").note == "已核对"


def test_it_reads_dates_with_full_width_digits_and_leaves_missing_ones_empty():
    add_missing_acts([row("某法（丙）", promulgated="２０１２-12-03")])
    act = Act.objects.get(title="某法（丙）")
    assert act.promulgated_on == act.versions.get().promulgated_on == datetime.date(2012, 12, 3)
    assert act.versions.get().effective_on is None


def test_it_keeps_repealed_acts_as_repealed_and_says_when_force_was_not_verified():
    add_missing_acts([row("某法（丁）", status="已废止/失效"), row("某法（戊）", status="未核实", note="摘自网页")])
    assert ActVersion.objects.get(act__title="某法（丁）").status == ActVersion.Status.REPEALED
    unverified = ActVersion.objects.get(act__title="某法（戊）")
    assert (unverified.status, unverified.act.note) == (ActVersion.Status.IN_FORCE, "摘自网页；时效未核实")


def test_it_gives_each_act_the_title_that_citations_are_matched_by():
    add_missing_acts([row("中华人民共和国某法")])
    assert Act.objects.get(title="中华人民共和国某法").normal_title == matching_title("《某法》") == "某法"


def older(title: str, day: str, effective: str = "") -> dict[str, str]:
    return {
        "title": title,
        "kind": "法律",
        "region": "",
        "version_date": day,
        "effective": effective,
        "status": "已被修改（存在更新版本）",
    }


def test_an_act_comes_with_its_newest_version_and_the_older_ones_that_are_known():
    new = row("某法（己）", promulgated="1990-01-01", last_amended="2020-05-01", effective="2020-06-01", doc_number="主席令第9号")
    add_missing_acts(
        [new], [older("某法（己）", "2010-03-01", "2010-04-01"), older("某法（己）", "2020-05-01"), older("别的法", "2010-03-01")]
    )
    found = ActVersion.objects.filter(act__title="某法（己）").order_by("promulgated_on")
    assert [(str(v.promulgated_on), v.status, v.doc_no) for v in found] == [
        ("2010-03-01", "amended", ""),
        ("2020-05-01", "in_force", "主席令第9号"),
    ]


def test_an_act_without_a_version_gets_one_when_the_tables_are_read_again():
    Act.objects.create(title="某法（庚）", kind="法律", normal_title="某法(庚)")
    assert add_missing_acts([row("某法（庚）", effective="2020-06-01")]) == 0
    assert str(ActVersion.objects.get(act__title="某法（庚）").effective_on) == "2020-06-01"


def test_an_act_is_found_by_a_former_name_too():
    act = Act.objects.create(
        title="公司登记法", kind="法律", normal_title="公司登记法", short_titles="公司登记管理条例\n《企业登记条例》"
    )
    found = acts_named(matching_title(title) for title in ("《公司登记管理条例》", "企业登记条例", "公司法"))
    assert {name: [each.pk for each in acts] for name, acts in found.items()} == {
        "公司登记管理条例": [act.pk],
        "企业登记条例": [act.pk],
    }
