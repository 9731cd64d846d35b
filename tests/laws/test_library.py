"""Filling the law library from the table of acts."""

import datetime

import pytest

from qingdan.laws.library import add_missing_acts, matching_title
from qingdan.laws.models import Act

pytestmark = pytest.mark.django_db

COLUMNS = ("title", "kind", "region", "issuer", "doc_number", "promulgated", "last_amended", "effective", "status", "note")


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
    assert act.promulgated_on == datetime.date(2012, 12, 3)
    assert act.effective_on is None


def test_it_keeps_repealed_acts_as_repealed_and_says_when_force_was_not_verified():
    add_missing_acts([row("某法（丁）", status="已废止/失效"), row("某法（戊）", status="未核实", note="摘自网页")])
    assert Act.objects.get(title="某法（丁）").status == Act.Status.REPEALED
    unverified = Act.objects.get(title="某法（戊）")
    assert (unverified.status, unverified.note) == (Act.Status.IN_FORCE, "摘自网页；时效未核实")


def test_it_gives_each_act_the_title_that_citations_are_matched_by():
    add_missing_acts([row("中华人民共和国某法")])
    assert Act.objects.get(title="中华人民共和国某法").normal_title == matching_title("《某法》") == "某法"
