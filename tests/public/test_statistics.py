"""Statistics: each picture has its numbers under it, and they are those of a recount."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import pytest

from qingdan.items.models import Edition, EditionEntry
from qingdan.public.charts import Series, bars, lines
from tests.public.office import text_of
from tests.world import content


def table(client, key: str, on: str = "") -> list[list[str]]:
    response = client.get(f"/statistics/{key}.csv{f'?on={on}' if on else ''}")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    return rows[: rows.index([])]


def recount(edition: Edition) -> Counter:
    """(department, category) → 项 by looking at every entry: a 大项 that has sub-items is not a 项 of its own."""
    entries = list(EditionEntry.objects.of(edition).public().select_related("version"))
    parents = {entry.version.parent_id for entry in entries}
    return Counter(
        (entry.version.department_name, entry.version.category_id)
        for entry in entries
        if entry.version.counted and entry.version.state == "in_use" and entry.item_id not in parents
    )


@pytest.mark.parametrize(("number", "on"), [(1, "2016-06-01"), (2, "")])
def test_departments_and_categories_equal_a_recount(world, client, number, on):
    wanted = recount(world.edition(number))
    rows = table(client, "departments", on)
    assert {row[0]: int(row[-1]) for row in rows[1:-1] if int(row[-1])} == dict(
        sum((Counter({name: n}) for (name, _), n in wanted.items()), Counter())
    )
    assert int(rows[-1][-1]) == sum(wanted.values())
    assert int(table(client, "categories", on)[-1][-1]) == sum(wanted.values())


def test_editions_and_kinds_are_those_that_were_published(world, client, office):
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")))
    rows = table(client, "editions")
    assert [row[0] for row in rows[1:]] == ["首次公布", "第1次动态调整", "第2次动态调整"]
    assert [int(row[3]) for row in rows[1:]] == [sum(recount(world.edition(number)).values()) for number in (1, 2, 3)]
    assert len(table(client, "editions", "2016-06-01")) == 2
    kinds = {row[0]: row[1:] for row in table(client, "kinds")[1:]}
    assert kinds["新增"] == ["1", "1", "2"]  # 2019, 2021, 合计
    assert kinds["取消"] == ["1", "0", "1"]


def test_regions_stand_side_by_side(world, client, office):
    office.publish(office.add(content("420683-MZJ", "07", "收养登记")), region="420683", kind="baseline")
    rows = {row[0]: row for row in table(client, "regions")}
    assert rows["枣阳市"][-2:] == ["1", "1"]
    assert "襄城区" not in rows


def test_every_picture_has_its_numbers_its_rule_and_its_day(world, client):
    page = client.get("/statistics/")
    text = text_of(page)
    for question in ("每一类有多少？", "每个部门有多少？", "各地区各有多少？", "历次公布后总数怎样变化？", "都作了哪些调整？"):
        assert question in text
    assert text.count("有效的清单。") == 5
    body = page.content.decode()
    assert body.count("<svg") == body.count('role="img" aria-label=') == 5
    assert " style=" not in body
    assert client.get("/statistics/nothing.csv").status_code == 404


def test_a_chart_escapes_its_labels_and_survives_nothing_and_one():
    assert "&lt;b&gt;" in bars([("<b>", 1)], "图")
    assert "<rect" not in bars([], "图")
    assert 'width="0.0"' in bars([("无", 0)], "图")
    one = lines(["2016-05"], [Series("项", [5])], "图")
    assert re.search(r'points="[\d.]+,16.0"', one)
